/* SPDX-License-Identifier: ISC */
/* How often the reading of a mail went wrong: by mail, by kind, and not for ever. */
#include "test/unit/ledger_help.h"

#include "agent/process/reading.h"

static const struct message_key keys[] = {
    {"a", "INBOX", 7, "1"}, {"b", "INBOX", 7, "1"},  {"a", "Other", 7, "1"},
    {"a", "INBOX", 8, "1"}, {"a", "INBOX", 7, "11"}, {"a", "INBOX7", 0, "1"},
    {"a", NULL, 7, "1"},    {"a", "INBOX", 71, "1"}, {"aI", "NBOX", 7, "1"},
};
enum { KEYS = sizeof keys / sizeof *keys };

static void test_names(void **state)
{
    (void)state;
    char names[KEYS][HASH_HEX_SIZE], again[HASH_HEX_SIZE];
    for (size_t i = 0; i < KEYS; i++) {
        reading_name(&keys[i], names[i]);
        reading_name(&keys[i], again);
        assert_string_equal(names[i], again);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
}

static void test_counts(void **state)
{
    struct bench *bench = *state;
    char name[HASH_HEX_SIZE], other[HASH_HEX_SIZE];
    reading_name(&keys[0], name);
    reading_name(&keys[1], other);
    assert_int_equal(reading_ended(bench->ledger, name, READING_DIED), 0);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(reading_note(bench->ledger, name, READING_DIED), LEDGER_OK);
        assert_int_equal(reading_ended(bench->ledger, name, READING_DIED), i);
    }
    assert_int_equal(reading_ended(bench->ledger, name, READING_FAILED), 0);
    assert_int_equal(reading_ended(bench->ledger, other, READING_DIED), 0);
    /* A period back it still counts, two back it does not. */
    ask(bench, "UPDATE counter SET period = period - 2592000");
    assert_int_equal(reading_note(bench->ledger, name, READING_DIED), LEDGER_OK);
    assert_int_equal(reading_ended(bench->ledger, name, READING_DIED), 4);
    ask(bench, "UPDATE counter SET period = period - 2592000");
    assert_int_equal(reading_ended(bench->ledger, name, READING_DIED), 1);
    /* What counts is not forgotten with old counters. */
    assert_int_equal(purge(bench, clock_now(), 0), LEDGER_OK);
    assert_int_equal(reading_ended(bench->ledger, name, READING_DIED), 1);
}

/* A ledger that does not say is no reason to leave a mail unread. */
static void test_no_answer(void **state)
{
    struct bench *bench = *state;
    char name[HASH_HEX_SIZE];
    reading_name(&keys[0], name);
    assert_int_equal(reading_note(bench->ledger, name, READING_FAILED), LEDGER_OK);
    sqlite_execute(bench->ledger, "DROP TABLE counter");
    assert_int_equal(reading_ended(bench->ledger, name, READING_FAILED), 0);
    assert_int_equal(reading_note(bench->ledger, name, READING_FAILED), LEDGER_ERROR);
}

/* Claimed and given up in one commit: no worker can take it between. */
static void test_claimed_as_poison(void **state)
{
    struct bench *bench = *state;
    struct ledger_settle settle[3];
    size_t count;
    int64_t job;
    struct ledger_mail mail = {.key = keys[0],
                               .size = 9,
                               .headers = SPAN_LITERAL("X: INBOX/7/1\n"),
                               .fd = -1,
                               .poison = "nobody could read it"};
    assert_int_equal(ledger_claim(bench->ledger, &mail, &job), LEDGER_OK);
    assert_int_equal(ledger_claim(bench->ledger, &mail, &job), LEDGER_ALREADY);
    assert_nothing_due(bench);
    assert_int_equal(counts(bench).poison, 1);
    assert_int_equal(ledger_settle_list(bench->ledger, "a", bench->arena, settle, 3, &count),
                     LEDGER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(settle[0].outcome, MESSAGE_POISON);
    assert_int_equal(ask(bench, "SELECT rule = 'nobody could read it' FROM job"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        TEST(test_counts),
        TEST(test_no_answer),
        TEST(test_claimed_as_poison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
