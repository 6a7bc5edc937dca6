/* SPDX-License-Identifier: ISC */
/*
 * How long a sender's session is kept, with a sender compiled by this test.  Is run from the root
 * of the tree; skips itself, and says so, where there is no compiler.
 */
#include "test/unit/ledger_help.h"

#include "agent/base/log.h"
#include "agent/process/mail.h"
#include "test/unit/compiled_module.h"

#include <sysexits.h>

static struct scratch scratch;
static struct blocks blocks;
static struct fault fault;

static int setup(void **state)
{
    scratch = scratch_make();
    setenv("SENDER_LOG", scratch_path(&scratch, "log"), 1);
    unsetenv("SENDER_CLOSED");
    log_set_level(LOG_ERROR);
    return bench_setup(state);
}

static int teardown(void **state)
{
    fault_clear(&fault);
    scratch_remove(&scratch);
    return bench_teardown(state);
}

/* Answers one job with as many parts as there are letters, submits, and compares the calls. */
static void assert_calls(struct bench *bench, const char *flags, const char *says,
                         const char *wanted, int exit_code)
{
    char text[256], log[64] = "";
    snprintf(text, sizeof text, "stage: submit\nwhen: [submission.kind in [fake]]\n%s", flags);
    module_write(&scratch, "fake", text);
    module_compile("test/unit/fixtures/sender_module.c", scratch_path(&scratch, "fake.so"));
    if (!blocks_read(bench->arena, scratch.dir, &blocks, &fault) || !plan_check(&blocks, &fault))
        fail_msg("%s", fault.operator);
    setenv("SENDER_SAYS", says, 1);
    claim_uid(bench, "a", says);
    struct ledger_job job = take(bench);
    assert_int_equal(answer(bench, job.id, job.token, (int)strlen(says)), LEDGER_OK);

    struct account account = {.name = "a", .submission.kind = "fake"};
    struct config config = {.accounts = &account, .account_count = 1};
    struct run run = {.config = &config, .blocks = &blocks, .state = bench->state};
    static struct mailer mailer;
    assert_true(mailer_open(&mailer, &run, &account, NULL, &fault));
    assert_int_equal(mailer_submit(&mailer), exit_code);
    mailer_close(&mailer);

    int fd = open(scratch_path(&scratch, "log"), O_RDONLY);
    assert_true(fd >= 0 && read(fd, log, sizeof log - 1) >= 0);
    close(fd);
    assert_string_equal(log, wanted);
}

static void test_kept_while_well(void **state)
{
    assert_calls(*state, "", "AAA", "osssc", EX_OK);
}

static void test_kept_behind_a_refusal(void **state)
{
    assert_calls(*state, "", "ANA", "osssc", EX_OK);
}

static void test_opened_anew(void **state)
{
    assert_calls(*state, "", "ALA", "osscosc", EX_TEMPFAIL);
}

static void test_opened_anew_in_doubt(void **state)
{
    assert_calls(*state, "", "DDA", "oscoscosc", EX_TEMPFAIL);
}

static void test_opened_anew_after_failure(void **state)
{
    assert_calls(*state, "", "FAA", "oscossc", EX_TEMPFAIL);
}

static void test_not_kept_by_reload(void **state)
{
    assert_calls(*state, "flags: [reload]\n", "AA", "oscosc", EX_OK);
}

/* Where no session can be had, the other mails wait without a try each. */
static void test_unreachable(void **state)
{
    setenv("SENDER_CLOSED", "1", 1);
    assert_calls(*state, "", "AAA", "o", EX_TEMPFAIL);
    assert_int_equal(counts(*state).ready, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_kept_while_well),
        TEST(test_kept_behind_a_refusal),
        TEST(test_opened_anew),
        TEST(test_opened_anew_in_doubt),
        TEST(test_opened_anew_after_failure),
        TEST(test_not_kept_by_reload),
        TEST(test_unreachable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
