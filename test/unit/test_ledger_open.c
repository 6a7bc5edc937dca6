/* SPDX-License-Identifier: ISC */
/* Opening the ledger when calls of the system or of SQLite go wrong: refused for what it was, and
 * the next attempt succeeds. */
#include "test/unit/ledger_help.h"
#include "test/unit/trouble.h"

#include <sys/file.h>

static char *in_state(struct bench *bench, const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", bench->state, name);
    return path;
}

static enum ledger_result try_open(struct bench *bench, struct fault *fault)
{
    enum ledger_result result = ledger_open(bench->state, &bench->ledger, fault);
    assert_true((result == LEDGER_OK) == (bench->ledger != NULL));
    assert_true((result == LEDGER_OK) == !fault_is_set(fault));
    ledger_close(&bench->ledger);
    return result;
}

/* Nothing there yet. */
static void make_new(struct bench *bench)
{
    remove_all(bench->state);
}

static int leave_unclean(struct bench *bench)
{
    open_or_exit(bench);
    claim_uid(bench, "a", "1");
    return 0;
}

/* A log that no close has cleared away. */
static void make_unclean(struct bench *bench)
{
    struct stat info;
    remove_all(bench->state);
    assert_int_equal(in_child(bench, leave_unclean), 0);
    assert_int_equal(stat(in_state(bench, "ledger.db-wal"), &info), 0);
    assert_true(info.st_size > 0);
}

/*
 * Each call of that name fails once, from the state that `make` makes.  What may be done without is
 * done without; everything else is refused with that result, and the next attempt succeeds.
 */
static unsigned open_without(struct bench *bench, void (*make)(struct bench *), const char *call,
                             int code, enum ledger_result expected)
{
    unsigned refused = 0;
    for (unsigned n = 1;; n++) {
        struct fault fault = FAULT_INIT;
        make(bench);
        trouble_at(call, n, code);
        enum ledger_result result = try_open(bench, &fault);
        bool met = trouble_end();
        if (result != LEDGER_OK) {
            if (result != expected)
                print_error("%s %u: %s\n", call, n, fault.operator);
            assert_true(met);
            assert_int_equal(result, expected);
            fault_clear(&fault);
            assert_int_equal(try_open(bench, &fault), LEDGER_OK);
            refused++;
        }
        if (!met)
            return refused;
    }
}

static void test_opening(void **state)
{
    static const struct {
        const char *call;
        int code;
        enum ledger_result result;
        unsigned refused; /* at least */
    } cases[] = {
        {"mkdir", EACCES, LEDGER_ERROR, 1},  {"open", EMFILE, LEDGER_ERROR, 1},
        {"fstat", EIO, LEDGER_ERROR, 2},     {"fstatfs", EIO, LEDGER_ERROR, 1},
        {"at:open", EIO, LEDGER_ERROR, 2},   {"at:open", ENOSPC, LEDGER_FULL, 2},
        {"at:open", EDQUOT, LEDGER_FULL, 2}, {"fsync", EIO, LEDGER_ERROR, 1},
        {"flock", ENOLCK, LEDGER_ERROR, 1},  {"calloc", ENOMEM, LEDGER_ERROR, 1},
        {"mprintf", 0, LEDGER_ERROR, 2},     {"fopen", EMFILE, LEDGER_ERROR, 0},
    };
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned refused =
            open_without(bench, make_new, cases[i].call, cases[i].code, cases[i].result);
        if (refused < cases[i].refused)
            print_error("%s\n", cases[i].call);
        assert_true(refused >= cases[i].refused);
    }
    assert_true(open_without(bench, make_new, "close", EIO, LEDGER_ERROR) > 0);
}

static void test_opening_sqlite(void **state)
{
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    assert_true(open_without(bench, make_new, "sqlite3_", SQLITE_IOERR, LEDGER_ERROR) > 20);
    assert_true(open_without(bench, make_new, "sqlite3_", SQLITE_CANTOPEN, LEDGER_ERROR) > 20);
    assert_true(open_without(bench, make_unclean, "at:open", EACCES, LEDGER_ERROR) > 0);
    assert_true(open_without(bench, make_unclean, "sqlite3_", SQLITE_FULL, LEDGER_FULL) > 20);
    assert_true(open_without(bench, make_unclean, "text:", 0, LEDGER_CORRUPT) > 0);
    /* What the check has no time for is checked when it is touched. */
    open_without(bench, make_unclean, "sqlite3_step", SQLITE_INTERRUPT, LEDGER_ERROR);
    open_without(bench, make_unclean, "clock_left_ms", 0, LEDGER_ERROR);
    open_without(bench, make_unclean, "number:", INT32_MAX, LEDGER_CORRUPT);
}

/* Locks that the disk does not have. */
static void test_no_locks(void **state)
{
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    ledger_close(&bench->ledger);
    trouble_for_good("flock", 1, ENOLCK);
    assert_int_equal(try_open(bench, &fault), LEDGER_ERROR);
    assert_true(trouble_end());
    assert_non_null(strstr(fault.operator, "ledger.lock"));
    assert_null(strstr(fault.operator, "another process"));
    fault_clear(&fault);
}

/* ---- what says that there was a ledger, and its log ---- */

static void test_mark(void **state)
{
    static const struct {
        int code;
        enum ledger_result result;
    } cases[] = {
        {EIO, LEDGER_ERROR}, {ENOSPC, LEDGER_FULL}, {EDQUOT, LEDGER_FULL}, {0, LEDGER_FULL}};
    struct bench *bench = *state;
    ledger_close(&bench->ledger);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(open_without(bench, make_new, "pwrite", cases[i].code, cases[i].result),
                         1);
    struct fault fault = FAULT_INIT;
    make_new(bench);
    assert_int_equal(try_open(bench, &fault), LEDGER_OK);
    trouble_for_good("fstatat", 1, EACCES); /* not seen is not gone: SQLite tells */
    assert_int_equal(try_open(bench, &fault), LEDGER_OK);
    assert_true(trouble_end());
    assert_int_equal(unlink(in_state(bench, "ledger.db")), 0);
    assert_int_equal(mkfifo(in_state(bench, "ledger.db"), 0600), 0);
    assert_true(try_open(bench, &fault) !=
                LEDGER_OK); /* no file at all, which is not an empty one */
    fault_clear(&fault);
}

static void put_word(unsigned char *at, uint32_t word, bool big)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(word >> 8 * (big ? 3 - i : i));
}

static uint32_t word_at(const unsigned char *at, bool big)
{
    uint32_t word = 0;
    for (int i = 0; i < 4; i++)
        word |= (uint32_t)at[i] << 8 * (big ? 3 - i : i);
    return word;
}

/* A write-ahead log that ends behind its head, with sums in that order of bytes. */
static void write_log_head(struct bench *bench, bool big, size_t len, size_t wrong)
{
    unsigned char head[33] = {0};
    uint32_t one = 0, two = 0;
    put_word(head, 0x377f0682U | (big ? 1 : 0), true);
    put_word(head + 4, 3007000, true);
    put_word(head + 8, 4096, true);
    put_word(head + 16, 0x12345678, true);
    for (size_t i = 0; i < 24; i += 8) {
        one += word_at(head + i, big) + two;
        two += word_at(head + i + 4, big) + one;
    }
    put_word(head + 24, one, true);
    put_word(head + 28, two, true);
    head[wrong] ^= 1;
    int fd = open(in_state(bench, "ledger.db-wal"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0 && file_write_all(fd, head, len));
    close(fd);
}

/* Both orders of bytes are sound; any bit of the sums that is not, is damage. */
static void test_log_heads(void **state)
{
    enum { WHOLE = 32, NOTHING_WRONG = 32 };
    static const size_t wrong[] = {0, 3 + 8, 24, 27, 28, 31};
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    ledger_close(&bench->ledger);
    for (int big = 0; big <= 1; big++) {
        write_log_head(bench, big, WHOLE, NOTHING_WRONG);
        assert_int_equal(try_open(bench, &fault), LEDGER_OK);
        write_log_head(bench, big, WHOLE - 1, 28); /* cut while it was begun */
        assert_int_equal(try_open(bench, &fault), LEDGER_OK);
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            write_log_head(bench, big, WHOLE, wrong[i]);
            assert_int_equal(try_open(bench, &fault), LEDGER_CORRUPT);
            assert_non_null(strstr(fault.operator, "write-ahead log"));
            fault_clear(&fault);
        }
    }
    assert_int_equal(truncate(in_state(bench, "ledger.db-wal"), 0), 0);
    assert_int_equal(try_open(bench, &fault), LEDGER_OK);
    int fd = open(in_state(bench, "ledger.db-wal"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(ftruncate(fd, 2 * WHOLE), 0); /* power failed before its head was written */
    close(fd);
    assert_int_equal(try_open(bench, &fault), LEDGER_OK);
}

/* SQLite opens for reading what it may not write, without a word. */
static void test_read_only(void **state)
{
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    ledger_close(&bench->ledger);
    trouble_at("readonly:db", 1, 0);
    trouble_system_error(0);
    assert_int_equal(try_open(bench, &fault), LEDGER_ERROR);
    assert_true(trouble_end());
    assert_non_null(strstr(fault.operator, "read and write"));
    fault_clear(&fault);
}

/* A child that opens it beside the handle it inherited. */
static void test_inherited(void **state)
{
    struct bench *bench = *state;
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct ledger *ledger;
        struct fault fault = FAULT_INIT;
        bool refused = ledger_open(bench->state, &ledger, &fault) == LEDGER_ERROR && !ledger &&
                       fault.code == FAULT_INTERNAL;
        _exit(refused ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Somebody checks the file, and does not come to an end. */
static void test_checked_by_another(void **state)
{
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    ledger_close(&bench->ledger);
    int lock = open(in_state(bench, "ledger.lock"), O_RDWR);
    assert_int_equal(flock(lock, LOCK_EX), 0);
    trouble_at("clock_left_ms", 3, EWOULDBLOCK);
    assert_int_equal(try_open(bench, &fault), LEDGER_BUSY);
    assert_true(trouble_end());
    assert_non_null(strstr(fault.operator, "being checked"));
    fault_clear(&fault);
    close(lock);
    assert_int_equal(try_open(bench, &fault), LEDGER_OK);
}

/* A disk without shared memory for the log: another one must be named. */
static void test_no_write_ahead_log(void **state)
{
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    ledger_close(&bench->ledger);
    make_new(bench);
    sqlite3_vfs_register(sqlite3_vfs_find("unix-dotfile"), 1);
    enum ledger_result result = try_open(bench, &fault);
    sqlite3_vfs_register(usual, 1);
    assert_int_equal(result, LEDGER_ERROR);
    assert_int_equal(fault.code, FAULT_CONFIG);
    assert_non_null(strstr(fault.operator, "another state directory"));
    fault_clear(&fault);
}

/* What a full disk is called by the system under SQLite's error. */
static void test_full_disks(void **state)
{
    static const int full[] = {ENOSPC, EDQUOT, EFBIG, EIO};
    struct bench *bench = *state;
    for (size_t i = 0; i < 2 * sizeof full / sizeof *full; i++) {
        int error = full[i / 2];
        bool is_full = error != EIO;
        trouble_at("sqlite3_exec", 1, i % 2 ? SQLITE_CANTOPEN : SQLITE_IOERR_WRITE);
        trouble_system_error(error);
        int64_t total;
        assert_int_equal(ledger_count(bench->ledger, "me", "x", 1, 1, &total),
                         is_full ? LEDGER_FULL : LEDGER_ERROR);
        assert_true(trouble_end());
        assert_int_equal(ledger_fault(bench->ledger)->code, is_full ? FAULT_DISK_FULL : FAULT_IO);
    }
}

#define ON_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_opening),
        ON_BENCH(test_opening_sqlite),
        ON_BENCH(test_no_locks),
        ON_BENCH(test_mark),
        ON_BENCH(test_log_heads),
        ON_BENCH(test_read_only),
        ON_BENCH(test_inherited),
        ON_BENCH(test_checked_by_another),
        ON_BENCH(test_no_write_ahead_log),
        ON_BENCH(test_full_disks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
