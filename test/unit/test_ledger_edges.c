/* SPDX-License-Identifier: ISC */
/* The ledger at its edges: what a file has lost, bytes that cannot be read or written, a purge cut
 * short anywhere, files of other programs. */
#include "test/unit/ledger_acts.h"
#include "test/unit/trouble.h"

static void execute(struct bench *bench, const char *text)
{
    assert_int_equal(sqlite_execute(bench->ledger, text), LEDGER_OK);
}

static void assert_fault(struct bench *bench, enum fault_code code, const char *said)
{
    const struct fault *fault = ledger_fault(bench->ledger);
    assert_int_equal(fault->code, code);
    if (!strstr(fault->operator, said))
        print_error("%s\n", fault->operator);
    assert_non_null(strstr(fault->operator, said));
}

/* ---- rows that are gone ---- */

static void test_lost_token(void **state)
{
    struct bench *bench = *state;
    struct ledger_job job;
    claim_uid(bench, "a", "1");
    execute(bench, "DELETE FROM number");
    assert_int_equal(ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &job),
                     LEDGER_CORRUPT);
    assert_fault(bench, FAULT_LEDGER, "token");
    assert_int_equal(ask(bench, "SELECT count(*) FROM job WHERE state = 'claimed'"), 1);
}

static void test_lost_bytes(void **state)
{
    struct bench *bench = *state;
    struct ledger_submission next;
    claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    assert_int_equal(answer(bench, job.id, job.token, 1), LEDGER_OK);
    execute(bench, "DELETE FROM part_bytes");
    assert_int_equal(ledger_next_part(bench->ledger, "a", bench->arena, &next), LEDGER_CORRUPT);
    assert_int_equal(next.submission.fd, -1);
    assert_fault(bench, FAULT_LEDGER, "lost the bytes");
}

/* A hash of another length is no hash: the job is told without one. */
static void test_odd_hash(void **state)
{
    static const unsigned char none[HASH_BYTES];
    struct bench *bench = *state;
    claim_uid(bench, "a", "1");
    execute(bench, "UPDATE mail SET hash = x'00'");
    struct ledger_job job = take(bench);
    assert_memory_equal(job.hash.bytes, none, HASH_BYTES);
}

static void test_no_rows(void **state)
{
    struct bench *bench = *state;
    int64_t number = 7;
    assert_int_equal(sqlite_ask(bench->ledger, "SELECT 1 WHERE 0", &number), LEDGER_NONE);
    assert_int_equal(number, 0);
}

/* ---- bytes ---- */

static void test_unreadable_mail(void **state)
{
    static const struct {
        const char *call;
        int code;
        const char *said;
    } cases[] = {
        {"fstat", EIO, "mail 1 of a/INBOX cannot be read"},
        {"pread", EIO, "cannot be read"},
    };
    struct bench *bench = *state;
    const struct message_key key = {"a", "INBOX", 7, "1"};
    int64_t job;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        trouble_for_good(cases[i].call, 1, cases[i].code);
        assert_int_equal(claim_key(bench, key, "mail 1", &job), LEDGER_ERROR);
        assert_true(trouble_end());
        assert_fault(bench, FAULT_IO, cases[i].said);
        assert_int_equal(job, 0);
        assert_int_equal(ask(bench, "SELECT count(*) FROM mail"), 0);
    }
    trouble_at("pread", 1, EINTR); /* while it is hashed, and while it is stored */
    trouble_at("pread", 4, EINTR);
    assert_int_equal(claim_key(bench, key, "mail 1", &job), LEDGER_OK);
    assert_true(trouble_end());
    assert_true(job > 0);
}

/* Parts whose file is shorter than told, or fails while it is stored. */
static void test_unreadable_parts(void **state)
{
    static const int codes[] = {EINTR, EIO, 0};
    struct bench *bench = *state;
    claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    for (size_t i = 1; i < 3; i++) {
        trouble_at("pread", 1, codes[i]);
        assert_int_equal(answer(bench, job.id, job.token, 1), LEDGER_ERROR);
        assert_true(trouble_end());
        assert_fault(bench, FAULT_IO, codes[i] ? strerror(codes[i]) : "shorter");
        assert_int_equal(ask(bench, "SELECT count(*) FROM part"), 0);
    }
    trouble_at("pread", 1, codes[0]);
    assert_int_equal(answer(bench, job.id, job.token, 1), LEDGER_OK);
    assert_true(trouble_end());
}

static void test_unwritable_files(void **state)
{
    struct bench *bench = *state;
    struct ledger_submission next;
    claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    int fd = open("/dev/null", O_RDONLY);
    assert_int_equal(ledger_read_mail(bench->ledger, job.id, fd), LEDGER_ERROR);
    assert_fault(bench, FAULT_IO, "cannot be written");
    close(fd);
    assert_int_equal(answer(bench, job.id, job.token, 1), LEDGER_OK);
    trouble_at("memfd_create", 1, EMFILE);
    assert_int_equal(ledger_next_part(bench->ledger, "a", bench->arena, &next), LEDGER_ERROR);
    assert_true(trouble_end());
    assert_fault(bench, FAULT_MEMORY, "no file in memory");
    trouble_at("lseek", 1, EIO);
    assert_int_equal(ledger_next_part(bench->ledger, "a", bench->arena, &next), LEDGER_ERROR);
    assert_true(trouble_end());
    assert_fault(bench, FAULT_IO, "file in memory");
    assert_int_equal(next.submission.fd, -1);
    next = next_part(bench);
    close(next.submission.fd);
}

/* ---- amounts ---- */

static void test_long_answers(void **state)
{
    struct bench *bench = *state;
    char said[2101];
    claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    assert_int_equal(answer(bench, job.id, job.token, 1), LEDGER_OK);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    memset(said, 'x', sizeof said - 1);
    said[sizeof said - 1] = '\0';
    assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_ACCEPTED, said, 0), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT length(answer) FROM part"), 2000);
    execute(bench, "UPDATE part SET state = 'in_doubt', in_doubt_since = 1, answer = ''");
    struct ledger_doubt doubt;
    size_t count;
    assert_int_equal(ledger_all_doubts(bench->ledger, NULL, bench->arena, &doubt, 1, &count),
                     LEDGER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(ledger_resolve(bench->ledger, &doubt, LEDGER_RESOLVE_NEVER, said, 0),
                     LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT length(answer) FROM part"), 2000);
}

/* A charge without a limit is only counted. */
static void test_unlimited_charge(void **state)
{
    struct bench *bench = *state;
    const struct ledger_charge charge = {"me", "bytes", 0, INT64_MAX / 2, 0};
    const struct ledger_answer all = {.charges = &charge, .charge_count = 1};
    int64_t total;
    claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    assert_int_equal(ledger_answer(bench->ledger, job.id, job.token, &all), LEDGER_OK);
    assert_int_equal(ledger_count(bench->ledger, "me", "bytes", 0, 0, &total), LEDGER_OK);
    assert_true(total == INT64_MAX / 2);
}

/* One that kills waits behind calm ones that came before it. */
static void test_killer_waits(void **state)
{
    struct bench *bench = *state;
    claim_uid(bench, "a", "1");
    claim_uid(bench, "a", "2");
    execute(bench, "UPDATE job SET crashes = 2 WHERE id = (SELECT max(id) FROM job)");
    assert_string_equal(take(bench).key.uid, "1");
}

/* Accounts that owe something, not those that only did once. */
static void test_some_owe(void **state)
{
    struct bench *bench = *state;
    const char *names[2];
    size_t count;
    claim_uid(bench, "a", "1");
    execute(bench, "UPDATE job SET state = 'settled', settled_at = 1");
    claim_uid(bench, "b", "2");
    claim_uid(bench, "c", "3");
    assert_int_equal(ledger_owing(bench->ledger, bench->arena, names, 1, &count), LEDGER_OK);
    assert_int_equal(count, 1);
    assert_string_equal(names[0], "b");
    assert_int_equal(ledger_owing(bench->ledger, bench->arena, names, 2, &count), LEDGER_OK);
    assert_int_equal(count, 2);
    assert_string_equal(names[1], "c");
}

/* ---- purges cut short ---- */

static void settle_large(struct bench *bench, const char *uid)
{
    struct message_key key = {"a", "INBOX", 7, uid};
    size_t len = 3 << 20;
    char *bytes = malloc(len + 1);
    int64_t job;
    memset(bytes, uid[0], len);
    bytes[len] = '\0';
    assert_int_equal(claim_key(bench, key, bytes, &job), LEDGER_OK);
    free(bytes);
    struct ledger_job taken = take(bench);
    assert_int_equal(ledger_drop(bench->ledger, taken.id, taken.token, "L4"), LEDGER_OK);
    assert_int_equal(ledger_settled(bench->ledger, taken.id), LEDGER_OK);
}

/* However it is cut, what is owed stays, and a purge with time comes to the end. */
static void assert_purges(struct bench *bench, const char *call, unsigned n, int code)
{
    const struct ledger_keep keep = {clock_now() + 60, UINT64_MAX, 60000};
    bool more;
    settle_large(bench, "1");
    claim_uid(bench, "a", "owed");
    trouble_at(call, n, code);
    enum ledger_result result = ledger_purge(bench->ledger, &keep, &more);
    trouble_end();
    assert_true(result == LEDGER_OK || !more);
    assert_int_equal(ledger_purge(bench->ledger, &keep, &more), LEDGER_OK);
    assert_false(more);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job WHERE settled_at > 0"), 0);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes"), 1);
    assert_true(ask(bench, "PRAGMA freelist_count") <= 256);
    execute(bench, "DELETE FROM job");
    execute(bench, "DELETE FROM mail_bytes");
    execute(bench, "DELETE FROM mail");
}

static void test_cut_purges(void **state)
{
    struct bench *bench = *state;
    for (unsigned n = 1; n <= 24; n++)
        assert_purges(bench, "clock_left_ms", n, 0);
    for (unsigned n = 1; n <= 16; n++)
        assert_purges(bench, "sqlite3_exec", n, SQLITE_IOERR);
}

/* A file that gives no page back ends the purge; it is not asked for ever. */
static void test_nothing_given_back(void **state)
{
    const struct ledger_keep keep = {clock_now() + 60, 0, 2000};
    struct bench *bench = *state;
    settle_large(bench, "1");
    execute(bench, "DELETE FROM job");
    execute(bench, "DELETE FROM mail_bytes");
    for (unsigned n = 1; n <= 12; n++) {
        bool more;
        trouble_for_good("sqlite3_exec", n, SQLITE_OK);       /* says so, and does nothing */
        trouble_at("sqlite3_prepare_v2", 1000, SQLITE_IOERR); /* it never asks so often */
        enum ledger_result result = ledger_purge(bench->ledger, &keep, &more);
        assert_false(trouble_end());
        assert_false(result == LEDGER_OK && more);
        sqlite3_exec(bench->ledger->db, "ROLLBACK", NULL, NULL, NULL);
    }
    bool more = true;
    assert_true(ask(bench, "PRAGMA freelist_count") > 256);
    assert_int_equal(ledger_purge(bench->ledger, &keep, &more), LEDGER_OK);
    assert_false(more);
    assert_true(ask(bench, "PRAGMA freelist_count") <= 256);
}

/* ---- files of others ---- */

static void test_files_of_others(void **state)
{
    static const struct {
        const char *text;
        const char *said;
    } cases[] = {
        {"PRAGMA application_id = 1", "is not a ledger"},
        {"PRAGMA application_id = 0; PRAGMA user_version = 3", "is not a ledger"},
        {"PRAGMA application_id = 0; PRAGMA user_version = 0", "is not a ledger"},
        {"PRAGMA user_version = -1", "later version"},
        {"PRAGMA user_version = 10000", "later version"},
    };
    struct bench *bench = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault fault = FAULT_INIT;
        struct ledger *ledger;
        ledger_close(&bench->ledger);
        remove_all(bench->state);
        bench_open(bench);
        execute(bench, cases[i].text);
        ledger_close(&bench->ledger);
        assert_int_equal(ledger_open(bench->state, &ledger, &fault), LEDGER_CORRUPT);
        assert_non_null(strstr(fault.operator, cases[i].said));
        fault_clear(&fault);
    }
}

#define ON_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BENCH(test_lost_token),         ON_BENCH(test_lost_bytes),
        ON_BENCH(test_odd_hash),           ON_BENCH(test_no_rows),
        ON_BENCH(test_unreadable_mail),    ON_BENCH(test_unreadable_parts),
        ON_BENCH(test_unwritable_files),   ON_BENCH(test_long_answers),
        ON_BENCH(test_unlimited_charge),   ON_BENCH(test_killer_waits),
        ON_BENCH(test_some_owe),           ON_BENCH(test_cut_purges),
        ON_BENCH(test_nothing_given_back), ON_BENCH(test_files_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
