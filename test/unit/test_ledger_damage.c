/* SPDX-License-Identifier: ISC */
/*
 * A torn, damaged or strange ledger: it is found when it is opened or by the call that meets it, is
 * told with what to do, is never taken for a new one, and never overwritten.
 */
#include "test/unit/ledger_help.h"

#include "agent/base/hash.h"

enum { PAGE = 4096 };

static const char *name_in(struct bench *bench, const char *name)
{
    static char path[2][160];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%.120s/%s", bench->state, name);
    return path[turn];
}

static void overwrite(struct bench *bench, const char *name, const void *bytes, size_t len,
                      int64_t at)
{
    int fd = open(name_in(bench, name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, len, (off_t)at), len);
    close(fd);
}

static struct hash hash_of(struct bench *bench, const char *name)
{
    struct hash hash = {{0}};
    int fd = open(name_in(bench, name), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!hash_sha256_fd(fd, &hash); /* a directory has none */
        close(fd);
    }
    return hash;
}

static int64_t size_of_file(struct bench *bench)
{
    struct stat info;
    assert_int_equal(stat(name_in(bench, "ledger.db"), &info), 0);
    return info.st_size;
}

/* Refused twice over, with these words, and no byte of the file or its log is another. */
static void assert_refused(struct bench *bench, enum ledger_result expected, const char *said)
{
    struct hash file = hash_of(bench, "ledger.db"), log = hash_of(bench, "ledger.db-wal");
    for (int i = 0; i < 2; i++) {
        struct fault fault = FAULT_INIT;
        enum ledger_result result = ledger_open(bench->state, &bench->ledger, &fault);
        if (result != expected || !fault.operator|| !strstr(fault.operator, said))
            fail_msg("result %d (%s), a file of %d bytes", result, fault.operator ? fault.operator : "no text", (int)size_of_file(bench));
        assert_null(bench->ledger);
        assert_non_null(strstr(fault.operator, bench->state));
        fault_clear(&fault);
    }
    struct hash file_after = hash_of(bench, "ledger.db"),
                log_after = hash_of(bench, "ledger.db-wal");
    assert_memory_equal(file.bytes, file_after.bytes, HASH_BYTES);
    assert_memory_equal(log.bytes, log_after.bytes, HASH_BYTES);
}

/* Some mails, answered and not, all in the file itself. */
static void fill_and_close(struct bench *bench)
{
    char uid[16];
    for (int i = 0; i < 40; i++) {
        snprintf(uid, sizeof uid, "%d", i);
        claim_uid(bench, "a", uid);
    }
    struct ledger_job job = take(bench);
    assert_int_equal(answer(bench, job.id, job.token, 3), LEDGER_OK);
    ledger_close(&bench->ledger);
}

static int fill_and_vanish(struct bench *bench)
{
    char uid[16];
    open_or_exit(bench);
    for (int i = 0; i < 40; i++) {
        snprintf(uid, sizeof uid, "%d", i);
        claim_uid(bench, "a", uid);
    }
    return 0; /* and the log stays */
}

/* ---- the file ---- */

static void test_empty_or_gone(void **state)
{
    struct bench *bench = *state;
    fill_and_close(bench);
    assert_int_equal(truncate(name_in(bench, "ledger.db"), 0), 0);
    assert_refused(bench, LEDGER_CORRUPT, "is cut off, and there was one");
    assert_int_equal(unlink(name_in(bench, "ledger.db")), 0);
    assert_refused(bench, LEDGER_CORRUPT, "is gone, and there was one");
    assert_int_not_equal(access(name_in(bench, "ledger.db"), F_OK), 0);
    assert_int_equal(unlink(name_in(bench, "ledger.lock")), 0); /* what the operator may do */
    bench_open(bench);
    assert_int_equal(counts(bench).claimed, 0);
}

/* A death between making the file and making its tables. */
static void test_never_made(void **state)
{
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    assert_int_equal(truncate(name_in(bench, "ledger.db"), 0), 0);
    assert_int_equal(truncate(name_in(bench, "ledger.lock"), 0), 0);
    bench_open(bench);
}

static void test_cut_off(void **state)
{
    struct bench *bench = *state;
    static const int64_t lengths[] = {1, 15, 99, 512, PAGE - 1};
    fill_and_close(bench);
    int64_t size = size_of_file(bench);
    for (size_t i = sizeof lengths / sizeof *lengths; i-- > 0;) {
        assert_int_equal(truncate(name_in(bench, "ledger.db"), (off_t)lengths[i]), 0);
        assert_refused(bench, LEDGER_CORRUPT, "is cut off");
    }
    assert_true(size > 8 * PAGE);
}

static void test_cut_in_the_middle(void **state)
{
    struct bench *bench = *state;
    fill_and_close(bench);
    int64_t size = size_of_file(bench);
    assert_int_equal(truncate(name_in(bench, "ledger.db"), (off_t)(size / PAGE / 2 * PAGE)), 0);
    assert_refused(bench, LEDGER_CORRUPT, "damaged");
}

static void test_header(void **state)
{
    struct bench *bench = *state;
    /* Magic, page size, the schema's root page kind, number of cells. */
    static const struct {
        int64_t at;
        char byte;
    } flips[] = {{0, 'X'}, {15, 'x'}, {16, 0x03}, {100, 0x7f}, {104, 0x55}};
    fill_and_close(bench);
    for (size_t i = 0; i < sizeof flips / sizeof *flips; i++) {
        char kept;
        int fd = open(name_in(bench, "ledger.db"), O_RDONLY | O_CLOEXEC);
        assert_int_equal(pread(fd, &kept, 1, (off_t)flips[i].at), 1);
        close(fd);
        overwrite(bench, "ledger.db", &flips[i].byte, 1, flips[i].at);
        assert_refused(bench, LEDGER_CORRUPT, "ledger.db");
        overwrite(bench, "ledger.db", &kept, 1, flips[i].at);
    }
    bench_open(bench);
}

/* ---- what is no ledger ---- */

static void test_strangers(void **state)
{
    struct bench *bench = *state;
    char text[8192];
    sqlite3 *db;
    ledger_close(&bench->ledger);
    memset(text, 'z', sizeof text);
    overwrite(bench, "ledger.db", text, sizeof text, 0);
    assert_refused(bench, LEDGER_CORRUPT, ".recover");
    assert_int_equal(unlink(name_in(bench, "ledger.db")), 0);
    assert_int_equal(sqlite3_open(name_in(bench, "ledger.db"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "CREATE TABLE job (x); PRAGMA user_version = 1", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    assert_refused(bench, LEDGER_CORRUPT, "is not a ledger of www4mail; move it away");
    assert_int_equal(unlink(name_in(bench, "ledger.db")), 0);
    assert_int_equal(mkdir(name_in(bench, "ledger.db"), 0700), 0);
    assert_refused(bench, LEDGER_ERROR, "cannot be opened");
    assert_int_equal(rmdir(name_in(bench, "ledger.db")), 0);
}

static void test_later_version(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(sqlite_execute(bench->ledger, "PRAGMA user_version = 99"), LEDGER_OK);
    ledger_close(&bench->ledger);
    assert_refused(bench, LEDGER_CORRUPT, "later version of www4mail; install that version");
}

static int open_unreadable(struct bench *bench)
{
    struct fault fault = FAULT_INIT;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
        return 98;
    enum ledger_result result = ledger_open(bench->state, &bench->ledger, &fault);
    return result == LEDGER_ERROR && fault.operator&& strstr(fault.operator, "ledger.db") &&
                   strstr(fault.operator, "Permission denied")
               ? 0
               : 1;
}

static void test_unreadable(void **state)
{
    struct bench *bench = *state;
    fill_and_close(bench);
    struct hash before = hash_of(bench, "ledger.db");
    assert_int_equal(chmod(name_in(bench, "ledger.db"), 0), 0);
    assert_int_equal(chmod(name_in(bench, "ledger.lock"), 0666), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(bench->state, 65534, 65534), 0);
    assert_int_equal(in_child(bench, open_unreadable), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(bench->state, 0, 0), 0);
    assert_int_equal(chmod(name_in(bench, "ledger.db"), 0600), 0);
    struct hash after = hash_of(bench, "ledger.db");
    assert_memory_equal(before.bytes, after.bytes, HASH_BYTES);
    bench_open(bench);
}

/* ---- the log ---- */

static void test_garbage_in_the_log(void **state)
{
    struct bench *bench = *state;
    char noise[64];
    memset(noise, 0xa5, sizeof noise);
    assert_int_equal(in_child(bench, fill_and_vanish), 0);
    overwrite(bench, "ledger.db-wal", noise, sizeof noise, 0);
    assert_refused(bench, LEDGER_CORRUPT, "its write-ahead log");
    assert_int_equal(unlink(name_in(bench, "ledger.db-wal")), 0); /* as it is told */
    bench_open(bench);
}

static void test_torn_log(void **state)
{
    struct bench *bench = *state;
    struct stat info;
    assert_int_equal(in_child(bench, fill_and_vanish), 0);
    assert_int_equal(stat(name_in(bench, "ledger.db-wal"), &info), 0);
    /* The last write was torn: what was committed before it is there. */
    assert_int_equal(truncate(name_in(bench, "ledger.db-wal"), info.st_size - PAGE - 100), 0);
    bench_open(bench);
    assert_in_range(counts(bench).claimed, 30, 39);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job JOIN mail_bytes USING (mail)"),
                     counts(bench).claimed);
}

/* ---- pages, met by a call ---- */

static void expect_told(struct bench *bench, enum ledger_result result, unsigned *told)
{
    if (result == LEDGER_OK || result == LEDGER_NONE)
        return;
    const struct fault *fault = ledger_fault(bench->ledger);
    assert_int_equal(result, LEDGER_CORRUPT);
    assert_int_equal(fault->code, FAULT_LEDGER);
    assert_non_null(strstr(fault->operator, ".recover"));
    ++*told;
}

/* A little of everything; the handle stays usable after each refusal. */
static unsigned meet_all(struct bench *bench)
{
    unsigned told = 0;
    struct ledger_job job;
    struct ledger_submission next;
    struct ledger_counts found;
    struct ledger_row rows[100];
    size_t count;
    int64_t total, id;
    struct arena *arena = arena_new(1 << 20);
    struct ledger *ledger = bench->ledger;
    int bytes = memory_file("");
    expect_told(bench, ledger_counts(ledger, NULL, &found), &told);
    expect_told(bench, ledger_list(ledger, NULL, arena, rows, 100, &count), &told);
    expect_told(bench, ledger_list(ledger, "a", arena, rows, 100, &count), &told);
    expect_told(bench, ledger_known(ledger, &(struct message_key){"a", "INBOX", 7, "3"}), &told);
    expect_told(bench, ledger_next_part(ledger, "a", arena, &next), &told);
    if (next.submission.fd >= 0) {
        close(next.submission.fd);
        expect_told(bench, ledger_submitting(ledger, &bench->me, &next), &told);
    }
    expect_told(bench, ledger_is_ours(ledger, "<1.1@example.org>"), &told);
    expect_told(bench, claim_key(bench, (struct message_key){"a", "INBOX", 7, "new"}, "new", &id),
                &told);
    enum ledger_result took = ledger_take(ledger, &bench->me, NULL, arena, &job);
    expect_told(bench, took, &told);
    if (took == LEDGER_OK) {
        expect_told(bench, ledger_read_mail(ledger, job.id, bytes), &told);
        expect_told(bench, answer(bench, job.id, job.token, 2), &told);
    }
    expect_told(bench, ledger_recover(ledger, &bench->me, false, "", ""), &told);
    expect_told(bench, ledger_count(ledger, "ann", "asks", 1, 1, &total), &told);
    expect_told(bench,
                ledger_remember(ledger, &(struct ledger_memory){.kind = "k",
                                                                .who = "w",
                                                                .name = "n",
                                                                .value = SPAN_LITERAL("v")}),
                &told);
    close(bytes);
    arena_free(&arena);
    return told;
}

static void copy_to(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(in >= 0 && out >= 0 && file_copy(in, out, INT64_MAX) > 0);
    close(in);
    close(out);
}

static void test_every_page(void **state)
{
    struct bench *bench = *state;
    char noise[PAGE], kept[160], file[160];
    memset(noise, 0xee, sizeof noise);
    fill_and_close(bench);
    snprintf(kept, sizeof kept, "%.120s-kept", bench->state);
    snprintf(file, sizeof file, "%.120s/ledger.db", bench->state);
    copy_to(file, kept);
    int64_t pages = size_of_file(bench) / PAGE;
    unsigned found = 0;
    for (int64_t page = 2; page <= pages; page++) {
        copy_to(kept, file);
        unlink(name_in(bench, "ledger.db-wal"));
        overwrite(bench, "ledger.db", noise, sizeof noise, (page - 1) * PAGE);
        struct fault fault = FAULT_INIT;
        enum ledger_result result = ledger_open(bench->state, &bench->ledger, &fault);
        assert_true(result == LEDGER_OK || result == LEDGER_CORRUPT);
        found += result == LEDGER_CORRUPT || meet_all(bench) > 0;
        fault_clear(&fault);
        ledger_close(&bench->ledger);
        assert_true(size_of_file(bench) >= pages * PAGE);
    }
    unlink(kept);
    print_message("%u of %u damaged pages were met\n", found, (unsigned)pages - 1);
    assert_true(found > 12); /* those of the tables and indices that such calls touch */
}

int main(void)
{
#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_empty_or_gone),
        LEDGER_TEST(test_never_made),
        LEDGER_TEST(test_cut_off),
        LEDGER_TEST(test_cut_in_the_middle),
        LEDGER_TEST(test_header),
        LEDGER_TEST(test_strangers),
        LEDGER_TEST(test_later_version),
        LEDGER_TEST(test_unreadable),
        LEDGER_TEST(test_garbage_in_the_log),
        LEDGER_TEST(test_torn_log),
        LEDGER_TEST(test_every_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
