/* SPDX-License-Identifier: ISC */
/* The ledger as a file: opening, the key, damage, full disks, who may not, what queries cost. */
#include "test/unit/ledger_help.h"

#include "agent/ledger/state.h"

#include <signal.h>
#include <sys/resource.h>

static char *path_of(struct bench *bench, const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", bench->state, name);
    return path;
}

static void assert_open_fails(struct bench *bench, enum ledger_result expected, const char *said)
{
    struct ledger *ledger = NULL;
    struct fault fault = FAULT_INIT;
    assert_int_equal(ledger_open(bench->state, &ledger, &fault), expected);
    assert_null(ledger);
    assert_true(fault_is_set(&fault));
    if (!strstr(fault.operator, said))
        print_error("%s\n", fault.operator);
    assert_non_null(strstr(fault.operator, said));
    fault_clear(&fault);
}

static void write_file(const char *path, const void *bytes, size_t len, off_t at)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, len, at), len);
    close(fd);
}

static void test_modes_and_settings(void **state)
{
    struct bench *bench = *state;
    struct stat info;
    const char *const files[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_int_equal(stat(path_of(bench, files[i]), &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
    assert_int_equal(ask(bench, "PRAGMA synchronous"), 2);
    assert_int_equal(ask(bench, "PRAGMA foreign_keys"), 1);
    assert_int_equal(ask(bench, "PRAGMA auto_vacuum"), 2);
    assert_int_equal(ask(bench, "PRAGMA user_version"), 3);
    assert_int_equal(ask(bench, "PRAGMA busy_timeout"), 10000);
    ledger_close(&bench->ledger);
    assert_null(bench->ledger);
    ledger_close(&bench->ledger);
    assert_int_equal(stat(path_of(bench, "ledger.db-wal"), &info), -1);
}

static void test_state_directory(void **state)
{
    struct bench *bench = *state;
    struct bench deep = {0};
    struct stat info;
    ledger_close(&bench->ledger);
    snprintf(deep.state, sizeof deep.state, "%.40s/x", bench->state);
    mode_t mask = umask(0);
    bench_open(&deep);
    ledger_close(&deep.ledger);
    assert_int_equal(stat(deep.state, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(path_of(&deep, "ledger.db"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    umask(mask);
    assert_int_equal(chmod(deep.state, 0722), 0);
    assert_open_fails(&deep, LEDGER_ERROR, "chmod 700");
    remove_all(deep.state);
    snprintf(deep.state, sizeof deep.state, "%.40s/y/z", bench->state);
    bench_open(&deep); /* one directory above is made as well ... */
    ledger_close(&deep.ledger);
    remove_all(deep.state);
    snprintf(deep.state, sizeof deep.state, "%.40s/y", bench->state);
    remove_all(deep.state);
    snprintf(deep.state, sizeof deep.state, "%.40s/1/2/3", bench->state);
    assert_open_fails(&deep, LEDGER_ERROR, "do not exist"); /* ... two are not */
    snprintf(deep.state, sizeof deep.state, "%.40s/ledger.db", bench->state);
    assert_open_fails(&deep, LEDGER_ERROR, "cannot be opened");
}

static void test_network_disks(void **state)
{
    (void)state;
    assert_true(state_is_network(0x6969, "nfs4"));
    assert_true(state_is_network(0xff534d42, ""));
    assert_true(state_is_network(0xfffffffffe534d42, "")); /* sign of a 32-bit f_type */
    assert_true(state_is_network(0x65735546, "fuse.sshfs"));
    assert_true(state_is_network(0x65735546, ""));
    assert_false(state_is_network(0x65735546, "fuseblk"));
    assert_false(state_is_network(0xef53, "ext4"));
    assert_false(state_is_network(0x1021994, "tmpfs"));
}

/* ---- the key ---- */

static void test_key(void **state)
{
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    struct stat info;
    unsigned char key[32] = {0}, again[32] = {0}, none[32] = {0};
    assert_true(ledger_key(bench->state, key, &fault));
    assert_memory_not_equal(key, none, 32);
    assert_true(ledger_key(bench->state, again, &fault));
    assert_memory_equal(key, again, 32);
    assert_int_equal(stat(path_of(bench, "key"), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(chmod(path_of(bench, "key"), 0640), 0);
    assert_false(ledger_key(bench->state, again, &fault));
    assert_non_null(strstr(fault.operator, "chmod 600"));
    fault_clear(&fault);
    assert_int_equal(chmod(path_of(bench, "key"), 0600), 0);
    assert_int_equal(truncate(path_of(bench, "key"), 31), 0);
    assert_false(ledger_key(bench->state, again, &fault));
    assert_non_null(strstr(fault.operator, "32 bytes"));
    fault_clear(&fault);
    assert_int_equal(unlink(path_of(bench, "key")), 0);
    assert_int_equal(symlink("/etc/hostname", path_of(bench, "key")), 0);
    assert_false(ledger_key(bench->state, again, &fault));
    fault_clear(&fault);
}

static void test_key_of_many_at_once(void **state)
{
    struct bench *bench = *state;
    enum { MANY = 8 };
    unsigned char keys[MANY][32];
    int pipes[2], status;
    assert_int_equal(pipe(pipes), 0);
    for (int i = 0; i < MANY; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            struct fault fault = FAULT_INIT;
            bool made =
                ledger_key(bench->state, keys[0], &fault) && file_write_all(pipes[1], keys[0], 32);
            _exit(made ? 0 : 1);
        }
    }
    for (int i = 0; i < MANY; i++) {
        assert_true(wait(&status) > 0 && WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_true(file_read_all(pipes[0], keys[i], 32));
        assert_memory_equal(keys[i], keys[0], 32);
    }
    close(pipes[0]);
    close(pipes[1]);
}

/* ---- damage and strangers ---- */

static void test_not_a_database(void **state)
{
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    char bytes[8192];
    memset(bytes, 'z', sizeof bytes);
    write_file(path_of(bench, "ledger.db"), bytes, sizeof bytes, 0);
    assert_open_fails(bench, LEDGER_CORRUPT, ".recover");
}

static void test_stranger_is_left_alone(void **state)
{
    struct bench *bench = *state;
    sqlite3 *db;
    ledger_close(&bench->ledger);
    assert_int_equal(unlink(path_of(bench, "ledger.db")), 0);
    assert_int_equal(sqlite3_open(path_of(bench, "ledger.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE x (y)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_open_fails(bench, LEDGER_CORRUPT, "not a ledger");
    struct stat info;
    assert_int_equal(stat(path_of(bench, "ledger.db-wal"), &info), -1);
}

static void test_later_version(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(sqlite_execute(bench->ledger, "PRAGMA user_version = 99"), LEDGER_OK);
    ledger_close(&bench->ledger);
    assert_open_fails(bench, LEDGER_CORRUPT, "later version");
}

/* Leaves without closing, as a killed process does. */
static int claim_and_vanish(struct bench *bench)
{
    int64_t job;
    char bytes[64];
    open_or_exit(bench);
    for (int i = 0; i < 300; i++) {
        snprintf(bytes, sizeof bytes, "%d", i);
        if (claim_key(bench, (struct message_key){"a", "INBOX", 1, bytes}, bytes, &job) !=
            LEDGER_OK)
            return 1;
    }
    sqlite3_wal_checkpoint_v2(bench->ledger->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return 0;
}

static void test_unclean_stop_is_checked(void **state)
{
    struct bench *bench = *state;
    struct stat info;
    assert_int_equal(in_child(bench, claim_and_vanish), 0);
    assert_int_equal(stat(path_of(bench, "ledger.db-wal"), &info), 0);
    assert_true(info.st_size > 0);
    bench_open(bench); /* nothing wrong: all is there */
    assert_int_equal(counts(bench).claimed, 300);
    assert_int_equal(in_child(bench, claim_and_vanish), 1); /* each is known already */
    bench_open(bench);
    int64_t root = ask(bench, "SELECT rootpage FROM sqlite_schema WHERE name = 'job_account'");
    int64_t size = ask(bench, "PRAGMA page_size");
    sqlite3_db_config(bench->ledger->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite_execute(bench->ledger, "PRAGMA wal_checkpoint(TRUNCATE)"), LEDGER_OK);
    ledger_close(&bench->ledger);
    unlink(path_of(bench, "ledger.db-wal"));
    char zeros[4096] = "";
    write_file(path_of(bench, "ledger.db"), zeros, sizeof zeros, (root - 1) * size);
    bench_open(bench); /* after a clean stop nobody looks, which is what makes starting fast */
    ledger_close(&bench->ledger);
    write_file(path_of(bench, "ledger.db-wal"), "left over", 9, 0);
    assert_open_fails(bench, LEDGER_CORRUPT, "damaged");
    assert_open_fails(bench, LEDGER_CORRUPT, "damaged"); /* and so does the next to come */
}

static void test_damage_found_later(void **state)
{
    struct bench *bench = *state;
    claim_uid(bench, "a", "1");
    int64_t root = ask(bench, "SELECT rootpage FROM sqlite_schema WHERE name = 'mail'");
    ledger_close(&bench->ledger);
    char noise[4096];
    memset(noise, 0xee, sizeof noise);
    write_file(path_of(bench, "ledger.db"), noise, sizeof noise, (root - 1) * 4096);
    bench_open(bench);
    struct ledger_job job;
    assert_int_equal(ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &job),
                     LEDGER_CORRUPT);
    assert_non_null(strstr(ledger_fault(bench->ledger)->operator, ".recover"));
}

/* ---- no room, no right, no turn ---- */

static void test_disk_full(void **state)
{
    struct bench *bench = *state;
    static char bytes[400000];
    int64_t job, small = claim_uid(bench, "a", "1");
    char text[64];
    memset(bytes, 'x', sizeof bytes - 1);
    snprintf(text, sizeof text, "PRAGMA max_page_count = %d",
             (int)ask(bench, "PRAGMA page_count") + 20);
    assert_int_equal(sqlite_execute(bench->ledger, text), LEDGER_OK);
    struct message_key key = {"a", "INBOX", 7, "2"};
    assert_int_equal(claim_key(bench, key, bytes, &job), LEDGER_FULL);
    assert_int_equal(job, 0);
    assert_int_equal(ledger_fault(bench->ledger)->code, FAULT_DISK_FULL);
    assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_NONE);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes"), 1);
    assert_int_equal(take(bench).id, small);
}

static int claim_beyond_limit(struct bench *bench)
{
    static char bytes[4000000];
    struct rlimit limit = {1000000, 1000000};
    struct message_key key = {"a", "INBOX", 7, "2"};
    int64_t job;
    memset(bytes, 'x', sizeof bytes - 1);
    open_or_exit(bench);
    struct ledger_mail mail = {.key = key, .fd = memory_file(bytes)};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    if (ledger_claim(bench->ledger, &mail, &job) != LEDGER_FULL)
        return 1;
    if (ledger_known(bench->ledger, &key) != LEDGER_NONE)
        return 2;
    ledger_close(&bench->ledger);
    return 0;
}

static void test_file_may_not_grow(void **state)
{
    struct bench *bench = *state;
    claim_uid(bench, "a", "1");
    assert_int_equal(in_child(bench, claim_beyond_limit), 0);
    bench_open(bench);
    assert_int_equal(counts(bench).claimed, 1);
}

static int open_as_nobody(struct bench *bench)
{
    struct fault fault = FAULT_INIT;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 98;
    return ledger_open(bench->state, &bench->ledger, &fault) == LEDGER_ERROR &&
                   fault_is_set(&fault) && !bench->ledger
               ? 0
               : 1;
}

static void test_read_only_directory(void **state)
{
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    unlink(path_of(bench, "ledger.db"));
    unlink(path_of(bench, "ledger.lock"));
    assert_int_equal(chmod(bench->state, 0555), 0);
    int status = in_child(bench, open_as_nobody);
    assert_int_equal(chmod(bench->state, 0700), 0);
    assert_int_equal(status, 0);
}

static void test_busy(void **state)
{
    struct bench *bench = *state;
    struct ledger *other = NULL;
    struct fault fault = FAULT_INIT;
    int64_t total;
    assert_int_equal(ledger_open(bench->state, &other, &fault), LEDGER_OK);
    sqlite3_busy_timeout(other->db, 1);
    assert_int_equal(sqlite_begin(bench->ledger), LEDGER_OK);
    assert_int_equal(ledger_count(other, "u", "k", 1, 1, &total), LEDGER_BUSY);
    assert_int_equal(ledger_count(other, "u", "k", 1, 0, &total), LEDGER_OK); /* reading goes */
    assert_int_equal(sqlite_end(bench->ledger, LEDGER_OK), LEDGER_OK);
    assert_int_equal(ledger_count(other, "u", "k", 1, 1, &total), LEDGER_OK);
    assert_int_equal(total, 1);
    ledger_close(&other);
}

/* Not by in_child: here the ledger stays open in the parent. */
static void test_open_across_fork_is_refused(void **state)
{
    struct bench *bench = *state;
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct ledger *ledger = NULL;
        struct fault fault = FAULT_INIT;
        _exit(ledger_open(bench->state, &ledger, &fault) == LEDGER_ERROR && !ledger ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- what queries cost ---- */

/* Reads a whole table or sorts: fine where the whole is small or is what was asked for. */
static bool may_scan(enum statement which, const char *step)
{
    if (which == COUNT_TOTALS)
        return true;
    if (which == LIST && strcmp(step, "SCAN job") == 0) /* by id, and as many as are asked for */
        return true;
    /* At most three rows, each the first of an index. */
    if ((which == JOB_DUE || which == JOB_DUE_OF_ACCOUNT || which == PART_NEXT) &&
        strncmp(step, "SCAN (subquery", 14) == 0)
        return true;
    if (which == ACCOUNTS_OWING && strcmp(step, "SCAN known") == 0) /* names of accounts */
        return true;
    /* An index that holds but what is waiting, in the order wanted. */
    return strstr(step, "USING COVERING INDEX job_due_alone") ||
           strstr(step, "USING COVERING INDEX job_live") ||
           strstr(step, "USING COVERING INDEX part_live") ||
           (which == PART_DOUBTS && strstr(step, "USING INDEX part_doubt")) ||
           strstr(step, "SCAN CONSTANT ROW");
}

static void test_query_plans(void **state)
{
    struct bench *bench = *state;
    for (int which = 0; which < STATEMENT_COUNT; which++) {
        char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sqlite_text_of(which));
        sqlite3_stmt *plan;
        int code = sqlite3_prepare_v2(bench->ledger->db, text, -1, &plan, NULL);
        if (code != SQLITE_OK)
            print_error("%s: %s\n", text, sqlite3_errmsg(bench->ledger->db));
        assert_int_equal(code, SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(plan, 3);
            bool costly = strncmp(step, "SCAN", 4) == 0 || strstr(step, "TEMP B-TREE");
            if (costly && !may_scan(which, step)) {
                print_error("%s\n%s\n", text, step);
                fail();
            }
        }
        sqlite3_finalize(plan);
        sqlite3_free(text);
    }
}

int main(void)
{
#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_modes_and_settings),
        LEDGER_TEST(test_state_directory),
        cmocka_unit_test(test_network_disks),
        LEDGER_TEST(test_key),
        LEDGER_TEST(test_key_of_many_at_once),
        LEDGER_TEST(test_not_a_database),
        LEDGER_TEST(test_stranger_is_left_alone),
        LEDGER_TEST(test_later_version),
        LEDGER_TEST(test_unclean_stop_is_checked),
        LEDGER_TEST(test_damage_found_later),
        LEDGER_TEST(test_disk_full),
        LEDGER_TEST(test_file_may_not_grow),
        LEDGER_TEST(test_read_only_directory),
        LEDGER_TEST(test_busy),
        LEDGER_TEST(test_open_across_fork_is_refused),
        LEDGER_TEST(test_query_plans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
