/* SPDX-License-Identifier: ISC */
/* Accounts renamed, gone and given up; times that a wrong clock wrote. */
#include "test/unit/ledger_help.h"

static size_t owing(struct bench *bench, const char **names)
{
    size_t count;
    assert_int_equal(ledger_owing(bench->ledger, bench->arena, names, 4, &count), LEDGER_OK);
    return count;
}

/* Job 1 is settled, job 2 answered with two parts ready, job 3 waits. */
static void fill(struct bench *bench, const char *account)
{
    for (int i = 0; i < 3; i++)
        claim_uid(bench, account, (const char *[]){"1", "2", "3"}[i]);
    struct ledger_job first = take(bench), second = take(bench);
    assert_int_equal(ledger_drop(bench->ledger, first.id, first.token, "L1"), LEDGER_OK);
    assert_int_equal(ledger_settled(bench->ledger, first.id), LEDGER_OK);
    assert_int_equal(answer(bench, second.id, second.token, 2), LEDGER_OK);
}

static void accounts_that_owe_are_told(void **state)
{
    struct bench *bench = *state;
    const char *names[4];
    assert_int_equal(owing(bench, names), 0);
    fill(bench, "a");
    claim_uid(bench, "b", "9");
    assert_int_equal(owing(bench, names), 2);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "b");
}

static void more_accounts_than_asked_for(void **state)
{
    struct bench *bench = *state;
    const char *names[2];
    size_t count;
    for (int i = 0; i < 5; i++)
        claim_uid(bench, (const char *[]){"a", "b", "c", "d", "e"}[i], "1");
    assert_int_equal(ledger_owing(bench->ledger, bench->arena, names, 2, &count), LEDGER_OK);
    assert_int_equal(count, 2);
}

static void a_renamed_account_keeps_all(void **state)
{
    struct bench *bench = *state;
    const char *names[4];
    int64_t job;
    fill(bench, "old");
    assert_int_equal(ledger_rename_account(bench->ledger, "old", "a"), LEDGER_OK);
    assert_int_equal(ledger_rename_account(bench->ledger, "old", "a"), LEDGER_NONE);
    assert_int_equal(owing(bench, names), 1);
    assert_string_equal(names[0], "a");
    struct ledger_counts all;
    assert_int_equal(ledger_counts(bench->ledger, "a", &all), LEDGER_OK);
    assert_int_equal(all.dropped, 1);
    assert_int_equal(all.ready, 2);
    assert_int_equal(all.claimed, 1);
    /* Its mails are known under the new name, and its reply can be sent. */
    assert_int_equal(
        claim_key(bench, (struct message_key){"a", "INBOX", 7, "1"}, "other bytes", &job),
        LEDGER_ALREADY);
    submit(bench, SUBMISSION_ACCEPTED);
    submit(bench, SUBMISSION_ACCEPTED);
    assert_string_equal(take(bench).key.account, "a");
    assert_int_equal(ask(bench, "SELECT count(*) FROM total WHERE account = 'old'"), 0);
}

/* It ran under its new name before anybody wrote `formerly`: what both know stays where it is. */
static void a_mail_that_both_names_know_is_left_alone(void **state)
{
    struct bench *bench = *state;
    int64_t mine;
    claim_uid(bench, "old", "1");
    claim_uid(bench, "old", "2");
    assert_int_equal(claim_key(bench, (struct message_key){"new", "INBOX", 7, "1"}, "x", &mine),
                     LEDGER_OK);
    assert_int_equal(ledger_rename_account(bench->ledger, "old", "new"), LEDGER_OK);
    assert_int_equal(ledger_rename_account(bench->ledger, "old", "new"), LEDGER_NONE);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job WHERE account = 'new'"), 2);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job WHERE account = 'old'"), 1);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job JOIN mail ON mail.id = job.mail"
                                " WHERE mail.account <> job.account"),
                     0);
}

static void totals_of_both_names_are_added(void **state)
{
    struct bench *bench = *state;
    struct ledger_counts all;
    fill(bench, "old");
    struct ledger_job third = take(bench);
    assert_int_equal(ledger_drop(bench->ledger, third.id, third.token, "L1"), LEDGER_OK);
    int64_t own = claim_uid(bench, "new", "9");
    struct ledger_job job = take(bench);
    assert_int_equal(job.id, own);
    assert_int_equal(ledger_drop(bench->ledger, job.id, job.token, "L1"), LEDGER_OK);
    assert_int_equal(ledger_rename_account(bench->ledger, "old", "new"), LEDGER_OK);
    assert_int_equal(ledger_counts(bench->ledger, "new", &all), LEDGER_OK);
    assert_int_equal(all.dropped, 3);
}

static void what_is_forgotten_is_never_done(void **state)
{
    struct bench *bench = *state;
    const char *names[4];
    int64_t jobs;
    fill(bench, "a");
    claim_uid(bench, "b", "9");
    assert_int_equal(ledger_forget_account(bench->ledger, "a", &jobs), LEDGER_OK);
    assert_int_equal(jobs, 2);
    assert_no_part(bench);
    assert_int_equal(owing(bench, names), 1);
    assert_string_equal(names[0], "b");
    assert_string_equal(take(bench).key.account, "b");
    assert_int_equal(ledger_forget_account(bench->ledger, "a", &jobs), LEDGER_OK);
    assert_int_equal(jobs, 0);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job WHERE settled_at = 0 AND account = 'a'"),
                     0);
}

/* What somebody is just working on is his: it is forgotten when he is done. */
static void what_is_at_work_is_not_forgotten(void **state)
{
    struct bench *bench = *state;
    int64_t jobs;
    fill(bench, "a");
    struct ledger_job job = take(bench);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    assert_int_equal(ledger_forget_account(bench->ledger, "a", &jobs), LEDGER_OK);
    assert_int_equal(jobs, 0);
    assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_ACCEPTED, "250", clock_now()),
                     LEDGER_OK);
    assert_int_equal(answer(bench, job.id, job.token, 1), LEDGER_OK);
    assert_int_equal(ledger_forget_account(bench->ledger, "a", &jobs), LEDGER_OK);
    assert_int_equal(jobs, 2);
}

static void a_wait_that_a_wrong_clock_wrote_ends(void **state)
{
    struct bench *bench = *state;
    int64_t years = clock_now() + 4 * 365 * 86400LL;
    fill(bench, "a");
    struct ledger_job job = take(bench);
    assert_int_equal(ledger_retry(bench->ledger, job.id, job.token, years), LEDGER_OK);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
    assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_LATER, "421", years),
                     LEDGER_OK);
    submit(bench, SUBMISSION_IN_DOUBT);
    sqlite_execute(bench->ledger, "UPDATE part SET in_doubt_since = in_doubt_since + 100000000"
                                  " WHERE state = 'in_doubt'");
    assert_nothing_due(bench);
    assert_no_part(bench);
    assert_int_equal(ledger_mend_times(bench->ledger), LEDGER_OK);
    assert_int_equal(ledger_mend_times(bench->ledger), LEDGER_NONE);
    assert_int_equal(take(bench).id, job.id);
    submit(bench, SUBMISSION_ACCEPTED);
    assert_no_part(bench);
    /* In doubt from now on, not from a day to come. */
    assert_int_equal(ask(bench, "SELECT count(*) FROM part WHERE state = 'in_doubt'"
                                " AND in_doubt_since <= unixepoch()"),
                     1);
}

static void likely_times_are_kept(void **state)
{
    struct bench *bench = *state;
    claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    assert_int_equal(
        ledger_spawn(bench->ledger, job.id, job.token, 1, "http://x/", clock_now() + 30 * 86400),
        LEDGER_OK);
    assert_int_equal(ledger_retry(bench->ledger, job.id, job.token, clock_now() + 3600), LEDGER_OK);
    assert_int_equal(ledger_mend_times(bench->ledger), LEDGER_NONE);
    assert_nothing_due(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accounts_that_owe_are_told, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(more_accounts_than_asked_for, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(a_renamed_account_keeps_all, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(a_mail_that_both_names_know_is_left_alone, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(totals_of_both_names_are_added, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(what_is_forgotten_is_never_done, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(what_is_at_work_is_not_forgotten, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(a_wait_that_a_wrong_clock_wrote_ends, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(likely_times_are_kept, bench_setup, bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
