/* SPDX-License-Identifier: ISC */
/* Cleaning up the ledger: what goes, in pieces, and what never does. */
#include "test/unit/ledger_help.h"

/* One of each: settled, owed by its mail's child, answered, claimed. */
static void test_purge_by_age(void **state)
{
    struct bench *bench = *state;
    int64_t old = answered(bench, "1", 1), total;
    int64_t parent = claim_uid(bench, "a", "2");
    int64_t token = take(bench).token;
    assert_int_equal(ledger_spawn(bench->ledger, parent, token, 1, "GET x", clock_now() + 3600),
                     LEDGER_OK);
    assert_int_equal(answer(bench, parent, token, 0), LEDGER_OK);
    submit(bench, SUBMISSION_ACCEPTED);
    assert_int_equal(ledger_settled(bench->ledger, old), LEDGER_OK);
    assert_int_equal(ledger_settled(bench->ledger, parent), LEDGER_OK);
    answered(bench, "3", 1);
    claim_uid(bench, "a", "4");
    assert_int_equal(ledger_count(bench->ledger, "u", "k", 100, 1, &total), LEDGER_OK);
    assert_int_equal(purge(bench, clock_now() - 60, 0), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job"), 5);
    assert_int_equal(ask(bench, "SELECT count(*) FROM counter"), 0);
    assert_int_equal(purge(bench, clock_now() + 60, 0), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job"), 3);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail"), 4);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes"), 3);
    assert_int_equal(ask(bench, "SELECT count(*) FROM part_bytes"), 1);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes WHERE mail = 2"), 1);
    struct message_key key = {"a", "INBOX", 7, "1"};
    assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_OK);
    key.uidvalidity = 9; /* the hash is kept too */
    assert_int_equal(claim_key(bench, key, "mail 1", &total), LEDGER_ALREADY);
    assert_int_equal(counts(bench).settled, 2);
    assert_int_equal(ask(bench, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void test_purge_by_size(void **state)
{
    struct bench *bench = *state;
    static char bytes[300000];
    char uid[16];
    memset(bytes, 'x', sizeof bytes - 1);
    for (int i = 0; i < 20; i++) {
        int64_t job;
        snprintf(uid, sizeof uid, "%d", i);
        struct message_key key = {"a", "INBOX", 7, uid};
        assert_int_equal(claim_key(bench, key, bytes, &job), LEDGER_OK);
        int64_t token = take(bench).token, later = clock_now() + 3600;
        if (i % 2) { /* every other one is owed */
            assert_int_equal(ledger_retry(bench->ledger, job, token, later), LEDGER_OK);
            continue;
        }
        assert_int_equal(answer(bench, job, token, 1), LEDGER_OK);
        submit(bench, SUBMISSION_ACCEPTED);
        assert_int_equal(ledger_settled(bench->ledger, job), LEDGER_OK);
    }
    int64_t pages = ask(bench, "PRAGMA page_count");
    assert_int_equal(purge(bench, 0, 5000000), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes"), 16);
    assert_int_equal(ask(bench, "SELECT min(mail) FROM mail_bytes"), 2);
    assert_int_equal(purge(bench, 0, 1), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes"), 10);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job"), 20);
    assert_true(ask(bench, "PRAGMA page_count") < pages * 3 / 4);
    assert_int_equal(ledger_is_ours(bench->ledger, "<1.1@example.org>"), LEDGER_OK);
}

/* What the reader of an answer needs waits for it, however long it is on its way. */
static void test_memory_of_what_is_owed(void **state)
{
    struct bench *bench = *state;
    struct span value;
    int64_t id = claim_uid(bench, "a", "1"), now = clock_now();
    int fd = memory_file("bytes");
    struct ledger_part part = {"<1@x>", "s", "r", fd, 0, 5};
    struct ledger_memory memory = {"link", "w", "1/1", SPAN_LITERAL("v"), now - 60};
    struct ledger_answer all = {&part, 1, &memory, 1, NULL, 0};
    assert_int_equal(ledger_answer(bench->ledger, id, take(bench).token, &all), LEDGER_OK);
    close(fd);
    assert_int_equal(purge(bench, now + 60, 1), LEDGER_OK);
    assert_int_equal(ledger_recall(bench->ledger, "link", "w", "1/1", bench->arena, &value),
                     LEDGER_OK);
    submit(bench, SUBMISSION_ACCEPTED);
    /* It was claimed three days ago: the reader's days are those he would have had then. */
    sqlite_execute(bench->ledger, "UPDATE job SET created_at = created_at - 3 * 86400");
    assert_int_equal(ledger_settled(bench->ledger, id), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT expires FROM memory") / 3600,
                     (now - 60 + 3 * 86400) / 3600);
    assert_int_equal(purge(bench, now - 60, 0), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT count(*) FROM memory"), 1);
    assert_int_equal(purge(bench, now - 60, 1), LEDGER_OK); /* above the ceiling it goes too */
    assert_int_equal(ask(bench, "SELECT count(*) FROM memory"), 0);
}

/* In doubt, being sent, put off, taken, claimed, asked for later: all owed, all kept. */
static void test_purge_keeps_what_is_owed(void **state)
{
    struct bench *bench = *state;
    struct ledger_submission next;
    answered(bench, "1", 3);
    submit(bench, SUBMISSION_NEVER);
    submit(bench, SUBMISSION_ACCEPTED);
    next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    answered(bench, "2", 1);
    submit(bench, SUBMISSION_IN_DOUBT);
    answered(bench, "3", 1);
    next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_LATER, "", clock_now() + 600),
                     LEDGER_OK);
    claim_uid(bench, "a", "4");
    take(bench);
    claim_uid(bench, "a", "5");
    assert_int_equal(ledger_settled(bench->ledger, 1), LEDGER_NONE);
    assert_int_equal(purge(bench, clock_now() + 60, 1), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job"), 5);
    assert_int_equal(ask(bench, "SELECT count(*) FROM part"), 5);
    assert_int_equal(ask(bench, "SELECT count(*) FROM part_bytes"), 5);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes WHERE bytes IS NOT NULL"), 5);
}

/* A budget ends a purge wherever it is; what remains goes the next times. */
static void test_purge_in_pieces(void **state)
{
    struct bench *bench = *state;
    struct ledger_keep keep = {clock_now() + 60, 0, 0};
    bool more = true;
    for (int i = 0; i < 300; i++) {
        char uid[16];
        snprintf(uid, sizeof uid, "%d", i);
        claim_uid(bench, "a", uid);
        assert_int_equal(ledger_drop(bench->ledger, i + 1, take(bench).token, "r"), LEDGER_OK);
        assert_int_equal(ledger_settled(bench->ledger, i + 1), LEDGER_OK);
    }
    assert_int_equal(ledger_purge(bench->ledger, &keep, &more), LEDGER_OK);
    assert_true(more);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job"), 300);
    keep.budget_ms = 1;
    int calls = 0;
    for (; more && calls < 10000; calls++)
        assert_int_equal(ledger_purge(bench->ledger, &keep, &more), LEDGER_OK);
    assert_true(calls > 1);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job"), 0);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail"), 300);
}

/* However often a mailbox numbers its mails anew: a mail is one row, and goes by its new number. */
static void test_numbered_anew(void **state)
{
    struct bench *bench = *state;
    struct ledger_settle list[2];
    struct message_key key = {"a", "INBOX", 7, "1"};
    int64_t job;
    size_t count;
    assert_int_equal(claim_key(bench, key, "bytes", &job), LEDGER_OK);
    assert_int_equal(ledger_drop(bench->ledger, job, take(bench).token, "r"), LEDGER_OK);
    for (int i = 0; i < 20; i++) {
        key.uidvalidity = 8 + i % 2;
        key.uid = i % 3 ? "2" : "3";
        assert_int_equal(claim_key(bench, key, "bytes", &job), LEDGER_ALREADY);
        assert_int_equal(job, 0);
        assert_int_equal(ledger_known(bench->ledger, &key), LEDGER_OK);
    }
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail"), 1);
    assert_int_equal(ledger_settle_list(bench->ledger, "a", bench->arena, list, 2, &count),
                     LEDGER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].key.uidvalidity, key.uidvalidity);
    assert_string_equal(list[0].key.uid, key.uid);
}

int main(void)
{
#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_purge_by_age),           LEDGER_TEST(test_purge_by_size),
        LEDGER_TEST(test_memory_of_what_is_owed), LEDGER_TEST(test_purge_keeps_what_is_owed),
        LEDGER_TEST(test_purge_in_pieces),        LEDGER_TEST(test_numbered_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
