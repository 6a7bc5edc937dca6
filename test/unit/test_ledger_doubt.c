/* SPDX-License-Identifier: ISC */
/* The ledger's parts in doubt: which are listed when, and what becomes of them, once. */
#include "test/unit/ledger_help.h"

static size_t doubts(struct bench *bench, const char *account, int64_t wait,
                     struct ledger_doubt *list, size_t max)
{
    size_t count;
    assert_int_equal(ledger_doubts(bench->ledger, account, wait, bench->arena, list, max, &count),
                     LEDGER_OK);
    return count;
}

static struct ledger_doubt only_doubt(struct bench *bench)
{
    struct ledger_doubt list[2];
    assert_int_equal(doubts(bench, "a", -1, list, 2), 1);
    return list[0];
}

static enum ledger_result resolve(struct bench *bench, const struct ledger_doubt *doubt,
                                  enum ledger_resolution resolution)
{
    return ledger_resolve(bench->ledger, doubt, resolution, "because", clock_now() + 60);
}

/* Begun, and its process died. */
static void die_submitting(struct bench *bench)
{
    struct ledger_submission next = next_part(bench);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    close(next.submission.fd);
    assert_int_equal(ledger_recover(bench->ledger, &bench->me, false, "", ""), LEDGER_OK);
}

static void test_listed(void **state)
{
    struct bench *bench = *state;
    struct ledger_doubt list[4];
    int64_t job = answered(bench, "1", 1);
    int64_t part = submit(bench, SUBMISSION_IN_DOUBT);
    assert_int_equal(doubts(bench, "a", -1, list, 4), 1);
    assert_int_equal(list[0].part, part);
    assert_int_equal(list[0].job, job);
    assert_int_equal(list[0].tries, 1);
    assert_int_equal(list[0].looks, 0);
    assert_int_equal(list[0].size, 6);
    assert_false(list[0].resent);
    assert_true(list[0].since > 0 && list[0].since <= clock_now());
    assert_string_equal(list[0].account, "a");
    assert_string_equal(list[0].recipient, "asker@example.net");
    assert_string_equal(list[0].answer, "said");
    assert_non_null(strstr(list[0].message_id, "@example.org>"));
    size_t count;
    assert_int_equal(ledger_all_doubts(bench->ledger, NULL, bench->arena, list + 1, 2, &count),
                     LEDGER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(list[1].part, part);
    assert_int_equal(ledger_all_doubts(bench->ledger, list, bench->arena, list + 1, 2, &count),
                     LEDGER_OK);
    assert_int_equal(count, 0);
    assert_int_equal(doubts(bench, "b", -1, list, 4), 0);
    assert_int_equal(doubts(bench, "a", -1, list, 0), 0);
    assert_int_equal(doubts(bench, "a", 0, list, 4), 1);
    assert_int_equal(doubts(bench, "a", 600, list, 4), 0);
    assert_int_equal(ask(bench, "UPDATE part SET in_doubt_since = in_doubt_since - 600"), 0);
    assert_int_equal(doubts(bench, "a", 600, list, 4), 1);
    assert_int_equal(doubts(bench, "a", 700, list, 4), 0);
}

/* Next to what is in doubt others go out; it is given to nobody by itself. */
static void test_not_sent_by_itself(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 2);
    int64_t first = submit(bench, SUBMISSION_IN_DOUBT);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_true(next.part != first);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_ACCEPTED, "", 0), LEDGER_OK);
    assert_no_part(bench);
    assert_int_equal(counts(bench).in_doubt, 1);
}

static void test_put_off(void **state)
{
    struct bench *bench = *state;
    struct ledger_doubt list[2];
    answered(bench, "1", 1);
    submit(bench, SUBMISSION_IN_DOUBT);
    struct ledger_doubt doubt = only_doubt(bench);
    assert_int_equal(resolve(bench, &doubt, LEDGER_RESOLVE_LATER), LEDGER_OK);
    assert_int_equal(doubts(bench, "a", 0, list, 2), 0);
    doubt = only_doubt(bench);
    assert_int_equal(doubt.looks, 1);
    assert_true(doubt.not_before > clock_now());
    assert_int_equal(counts(bench).in_doubt, 1);
    /* A time that nobody can have meant does not hold for ever. */
    ask(bench, "UPDATE part SET not_before = not_before + 99999");
    assert_int_equal(doubts(bench, "a", 0, list, 2), 0);
    assert_int_equal(ledger_mend_times(bench->ledger), LEDGER_OK);
    assert_int_equal(doubts(bench, "a", 0, list, 2), 1);
}

static void test_accepted_and_never(void **state)
{
    struct bench *bench = *state;
    struct ledger_settle settle[2];
    size_t count;
    for (int i = 0; i < 2; i++) {
        int64_t job = answered(bench, i ? "2" : "1", 1);
        submit(bench, SUBMISSION_IN_DOUBT);
        struct ledger_doubt doubt = only_doubt(bench);
        assert_int_equal(resolve(bench, &doubt, i ? LEDGER_RESOLVE_NEVER : LEDGER_RESOLVE_ACCEPTED),
                         LEDGER_OK);
        assert_int_equal(resolve(bench, &doubt, LEDGER_RESOLVE_SEND), LEDGER_NONE);
        assert_no_part(bench);
        assert_int_equal(counts(bench).accepted, 1);
        assert_int_equal(counts(bench).never, i);
        assert_int_equal(ask(bench, "SELECT count(*) FROM part WHERE answer = 'because'"), i + 1);
        assert_int_equal(ledger_settle_list(bench->ledger, "a", bench->arena, settle, 2, &count),
                         LEDGER_OK);
        assert_int_equal(count, 1);
        assert_int_equal(settle[0].job, job);
        assert_int_equal(ledger_settled(bench->ledger, job), LEDGER_OK);
    }
}

/* Sent once more, and once more without an answer: then it says so. */
static void test_sent_once_more(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    int64_t part = submit(bench, SUBMISSION_IN_DOUBT);
    struct ledger_doubt doubt = only_doubt(bench);
    assert_int_equal(resolve(bench, &doubt, LEDGER_RESOLVE_SEND), LEDGER_OK);
    assert_int_equal(counts(bench).ready, 1);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(next.part, part);
    assert_true(next.in_doubt);
    submit(bench, SUBMISSION_LATER);
    assert_int_equal(resolve(bench, &doubt, LEDGER_RESOLVE_ACCEPTED), LEDGER_NONE);
    submit(bench, SUBMISSION_IN_DOUBT);
    doubt = only_doubt(bench);
    assert_true(doubt.resent);
    assert_int_equal(doubt.looks, 0);
    assert_int_equal(doubt.tries, 3);
}

/* What was read of an earlier doubt says nothing about the present one. */
static void test_stale(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    submit(bench, SUBMISSION_IN_DOUBT);
    struct ledger_doubt old = only_doubt(bench);
    send_again(bench);
    submit(bench, SUBMISSION_IN_DOUBT);
    for (int i = 0; i < 4; i++)
        assert_int_equal(resolve(bench, &old, (enum ledger_resolution)i), LEDGER_NONE);
    old = only_doubt(bench);
    old.since--;
    assert_int_equal(resolve(bench, &old, LEDGER_RESOLVE_NEVER), LEDGER_NONE);
    assert_int_equal(counts(bench).in_doubt, 1);
}

/* A death before the repeat has gone out is a doubt like any other, but no repeat. */
static void test_death(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    die_submitting(bench);
    struct ledger_doubt doubt = only_doubt(bench);
    assert_int_equal(resolve(bench, &doubt, LEDGER_RESOLVE_LATER), LEDGER_OK);
    assert_int_equal(resolve(bench, &doubt, LEDGER_RESOLVE_SEND), LEDGER_OK);
    die_submitting(bench);
    doubt = only_doubt(bench);
    assert_false(doubt.resent);
    assert_int_equal(doubt.looks, 0);
    assert_int_equal(doubt.not_before, 0);
    send_again(bench);
    submit(bench, SUBMISSION_IN_DOUBT);
    assert_true(only_doubt(bench).resent);
}

/* Its process dies when the repeat may have gone out: that is known, however often it was tried. */
static void test_death_behind_the_repeat(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    for (int i = 0; i < 6; i++)
        submit(bench, SUBMISSION_LATER);
    die_submitting(bench);
    send_again(bench);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_repeating(bench->ledger, &next), LEDGER_NONE); /* not begun */
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    assert_int_equal(ledger_repeating(bench->ledger, &next), LEDGER_OK);
    assert_int_equal(ledger_recover(bench->ledger, &bench->me, false, "", ""), LEDGER_OK);
    assert_int_equal(ledger_repeating(bench->ledger, &next), LEDGER_NONE);
    assert_true(only_doubt(bench).resent);
}

/* A repeat that was refused is none. */
static void test_refused_repeat(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    die_submitting(bench);
    send_again(bench);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    assert_int_equal(ledger_repeating(bench->ledger, &next), LEDGER_OK);
    assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_LATER, "451", 0), LEDGER_OK);
    die_submitting(bench);
    assert_false(only_doubt(bench).resent);
}

/* Nothing of a resolution stands when it cannot stand as a whole. */
static void test_whole_or_not(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    submit(bench, SUBMISSION_IN_DOUBT);
    struct ledger_doubt doubt = only_doubt(bench);
    assert_int_equal(sqlite_execute(bench->ledger,
                                    "CREATE TEMP TRIGGER no BEFORE UPDATE ON main.part BEGIN"
                                    " SELECT RAISE(ABORT, 'no'); END"),
                     LEDGER_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(resolve(bench, &doubt, (enum ledger_resolution)i), LEDGER_ERROR);
    assert_int_equal(sqlite_execute(bench->ledger, "DROP TRIGGER no"), LEDGER_OK);
    assert_int_equal(only_doubt(bench).looks, 0);
    assert_int_equal(resolve(bench, &doubt, LEDGER_RESOLVE_ACCEPTED), LEDGER_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_listed),         TEST(test_not_sent_by_itself),
        TEST(test_put_off),        TEST(test_accepted_and_never),
        TEST(test_sent_once_more), TEST(test_stale),
        TEST(test_death),          TEST(test_whole_or_not),
        TEST(test_refused_repeat), TEST(test_death_behind_the_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
