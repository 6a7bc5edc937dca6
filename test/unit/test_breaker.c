/* SPDX-License-Identifier: ISC */
/* breaker: how long it holds, for whom, what ends it. */
#include "test/unit/ledger_help.h"

#include "agent/process/breaker.h"

/* Seconds that it holds from now on. */
static int64_t opened(struct bench *bench, const char *account)
{
    int64_t before = clock_now();
    int64_t until = breaker_open(bench->ledger, account, BREAKER_MAILBOX);
    assert_int_equal(breaker_until(bench->ledger, account, BREAKER_MAILBOX), until);
    /* The clock may have gone on by a second between the two readings. */
    int64_t held = until - before;
    return held % 60 == 0 ? held : held - 1;
}

static void test_waits_grow(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(breaker_until(bench->ledger, "web", BREAKER_MAILBOX), 0);
    assert_int_equal(opened(bench, "web"), 60);
    assert_int_equal(opened(bench, "web"), 300);
    assert_int_equal(opened(bench, "web"), 900);
    assert_int_equal(opened(bench, "web"), 3600);
    assert_int_equal(opened(bench, "web"), 3600);
}

static void test_sides_and_accounts_are_apart(void **state)
{
    struct bench *bench = *state;
    opened(bench, "web");
    assert_int_equal(breaker_until(bench->ledger, "web", BREAKER_SUBMISSION), 0);
    assert_int_equal(breaker_until(bench->ledger, "other", BREAKER_MAILBOX), 0);
    assert_int_equal(opened(bench, "other"), 60);
}

static void test_success_forgets(void **state)
{
    struct bench *bench = *state;
    breaker_clear(bench->ledger, "web", BREAKER_MAILBOX);
    opened(bench, "web");
    opened(bench, "web");
    breaker_clear(bench->ledger, "web", BREAKER_SUBMISSION);
    assert_true(breaker_until(bench->ledger, "web", BREAKER_MAILBOX) > 0);
    breaker_clear(bench->ledger, "web", BREAKER_MAILBOX);
    assert_int_equal(breaker_until(bench->ledger, "web", BREAKER_MAILBOX), 0);
    assert_int_equal(opened(bench, "web"), 60);
}

static void test_outlives_its_process(void **state)
{
    struct bench *bench = *state;
    opened(bench, "web");
    ledger_close(&bench->ledger);
    bench_open(bench);
    assert_true(breaker_until(bench->ledger, "web", BREAKER_MAILBOX) > 0);
    assert_int_equal(opened(bench, "web"), 300);
}

static void remember(struct bench *bench, const char *value)
{
    const struct ledger_memory memory = {
        .kind = "breaker", .who = "web", .name = BREAKER_MAILBOX, .value = span_of(value)};
    assert_int_equal(ledger_remember(bench->ledger, &memory), LEDGER_OK);
}

/* Its time is over, but how often it opened is still known; nonsense counts as nothing. */
static void test_what_the_ledger_holds(void **state)
{
    struct bench *bench = *state;
    remember(bench, "2 1000");
    assert_int_equal(breaker_until(bench->ledger, "web", BREAKER_MAILBOX), 0);
    assert_int_equal(opened(bench, "web"), 900);
    static const char *const nonsense[] = {"", "x", "3", "3 x", "-1 -1", "99999999999999999999 1"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        remember(bench, nonsense[i]);
        assert_int_equal(breaker_until(bench->ledger, "web", BREAKER_MAILBOX), 0);
        assert_int_equal(opened(bench, "web"), 60);
    }
    remember(bench, "18446744073709551615 1000");
    assert_int_equal(opened(bench, "web"), 3600);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(waits_grow),           TEST(sides_and_accounts_are_apart), TEST(success_forgets),
        TEST(outlives_its_process), TEST(what_the_ledger_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
