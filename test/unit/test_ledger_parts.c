/* SPDX-License-Identifier: ISC */
/* The ledger's contract, replies: parts, outcomes, settling, memory, counting, telling. */
#include "test/unit/ledger_help.h"

static size_t settle_list(struct bench *bench, struct ledger_settle *list, size_t max)
{
    size_t count;
    assert_int_equal(ledger_settle_list(bench->ledger, "a", bench->arena, list, max, &count),
                     LEDGER_OK);
    return count;
}

static void test_parts_in_order_with_their_bytes(void **state)
{
    struct bench *bench = *state;
    int64_t one = answered(bench, "1", 2), two = answered(bench, "2", 1);
    const struct {
        int64_t job;
        const char *bytes;
    } expected[] = {{one, "part 1"}, {one, "part 2"}, {two, "part 1"}};
    for (size_t i = 0; i < 3; i++) {
        struct ledger_submission next = next_part(bench);
        char bytes[16] = "";
        assert_int_equal(next.job, expected[i].job);
        assert_int_equal(next.tries, 0);
        assert_false(next.in_doubt);
        assert_int_equal(next.submission.size, 6);
        assert_string_equal(next.submission.sender, "agent@example.org");
        assert_string_equal(next.submission.recipient, "asker@example.net");
        assert_int_equal(read(next.submission.fd, bytes, sizeof bytes), 6);
        assert_string_equal(bytes, expected[i].bytes);
        close(next.submission.fd);
        assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
        assert_true(next.token > 0);
        assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_ACCEPTED, "250 ok", 0),
                         LEDGER_OK);
        assert_int_equal(ledger_outcome(bench->ledger, &next, SUBMISSION_NEVER, "550", 0),
                         LEDGER_NONE);
    }
    assert_no_part(bench);
    assert_int_equal(counts(bench).accepted, 3);
    assert_int_equal(ask(bench, "SELECT count(*) FROM part WHERE answer = '250 ok'"), 3);
    struct ledger_submission next;
    assert_int_equal(ledger_next_part(bench->ledger, "b", bench->arena, &next), LEDGER_NONE);
}

static void test_submitting_fences(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    struct ledger_submission first = next_part(bench), second = next_part(bench);
    close(first.submission.fd);
    close(second.submission.fd);
    assert_int_equal(ledger_outcome(bench->ledger, &first, SUBMISSION_ACCEPTED, "", 0),
                     LEDGER_NONE);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &first), LEDGER_OK);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &second), LEDGER_NONE);
    assert_int_equal(second.token, 0);
    assert_no_part(bench);
    /* Ready again: what was read before is stale all the same. */
    assert_int_equal(
        ledger_outcome(bench->ledger, &first, SUBMISSION_NOT_SENT, "no route", clock_now() + 3600),
        LEDGER_OK);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &second), LEDGER_NONE);
    assert_no_part(bench);
    assert_true(counts(bench).next_due > clock_now());
}

static void test_later_never_and_tries(void **state)
{
    struct bench *bench = *state;
    int64_t id = answered(bench, "1", 2);
    int64_t part = submit(bench, SUBMISSION_LATER);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_int_equal(next.part, part);
    assert_int_equal(next.tries, 1);
    assert_int_equal(submit(bench, SUBMISSION_NOT_SENT), part);
    assert_int_equal(submit(bench, SUBMISSION_NEVER), part);
    assert_true(submit(bench, SUBMISSION_ACCEPTED) != part);
    assert_no_part(bench);
    struct ledger_counts all = counts(bench);
    assert_int_equal(all.never, 1);
    assert_int_equal(all.accepted, 1);
    assert_int_equal(all.ready, 0);
    struct ledger_settle list[2];
    assert_int_equal(settle_list(bench, list, 2), 1);
    assert_int_equal(list[0].job, id);
}

static void test_in_doubt(void **state)
{
    struct bench *bench = *state;
    int64_t id = answered(bench, "1", 1);
    struct ledger_settle list[2];
    submit(bench, SUBMISSION_IN_DOUBT);
    assert_int_equal(counts(bench).in_doubt, 1);
    assert_no_part(bench);
    assert_int_equal(settle_list(bench, list, 2), 0);
    assert_int_equal(ledger_settled(bench->ledger, id), LEDGER_NONE);
    send_again(bench);
    struct ledger_submission next = next_part(bench);
    close(next.submission.fd);
    assert_true(next.in_doubt);
    assert_true(next.in_doubt_since > 0 && next.in_doubt_since <= clock_now());
    assert_int_equal(next.tries, 1);
    /* Refused for now at the second attempt: the first is in doubt still. */
    submit(bench, SUBMISSION_LATER);
    next = next_part(bench);
    close(next.submission.fd);
    assert_true(next.in_doubt);
    submit(bench, SUBMISSION_ACCEPTED);
    assert_int_equal(settle_list(bench, list, 2), 1);
}

/* What ends the mail process each time is not tried for ever; a part that was only refused for now
 * is never given up by a death. */
static void test_doubt_ends(void **state)
{
    struct bench *bench = *state;
    answered(bench, "1", 1);
    for (int i = 0; i < 6; i++)
        submit(bench, SUBMISSION_LATER);
    for (int i = 0; i < 2; i++) {
        send_again(bench);
        struct ledger_submission next = next_part(bench);
        assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &next), LEDGER_OK);
        close(next.submission.fd);
        assert_int_equal(ledger_recover(bench->ledger, &bench->me, false, "", ""), LEDGER_OK);
        assert_int_equal(counts(bench).in_doubt, i == 0);
        assert_int_equal(counts(bench).never, i == 1);
    }
}

static void test_settle(void **state)
{
    struct bench *bench = *state;
    struct ledger_settle list[4];
    int64_t one = answered(bench, "1", 1);
    int64_t two = claim_uid(bench, "a", "2"), three = claim_uid(bench, "a", "3");
    int64_t other = claim_uid(bench, "b", "4");
    assert_int_equal(ledger_drop(bench->ledger, two, take(bench).token, "loop"), LEDGER_OK);
    assert_int_equal(ledger_poison(bench->ledger, three, "kills"), LEDGER_OK);
    assert_int_equal(ledger_poison(bench->ledger, other, "kills"), LEDGER_OK);
    assert_int_equal(settle_list(bench, list, 4), 2);
    assert_int_equal(list[0].job, two);
    assert_int_equal(list[0].outcome, MESSAGE_DROPPED);
    assert_string_equal(list[0].key.account, "a");
    assert_string_equal(list[0].key.mailbox, "INBOX");
    assert_string_equal(list[0].key.uid, "2");
    assert_int_equal(list[0].key.uidvalidity, 7);
    assert_int_equal(list[1].outcome, MESSAGE_POISON);
    assert_int_equal(settle_list(bench, list, 1), 1);
    submit(bench, SUBMISSION_ACCEPTED);
    assert_int_equal(settle_list(bench, list, 4), 3);
    assert_int_equal(list[0].job, one);
    assert_int_equal(list[0].outcome, MESSAGE_ANSWERED);
    assert_int_equal(ledger_settled(bench->ledger, one), LEDGER_OK);
    assert_int_equal(ledger_settled(bench->ledger, one), LEDGER_NONE);
    assert_int_equal(ledger_settled(bench->ledger, two), LEDGER_OK);
    assert_int_equal(ledger_settled(bench->ledger, 999), LEDGER_NONE);
    assert_int_equal(settle_list(bench, list, 4), 1);
    struct ledger_counts all = counts(bench);
    assert_int_equal(all.settled, 1);
    assert_int_equal(all.dropped, 1);
    assert_int_equal(all.poison, 2);
    assert_int_equal(all.answered, 0);
}

/* What was answered and is then given up is not settled while its apology is on its way. */
static void test_poison_still_sends(void **state)
{
    struct bench *bench = *state;
    struct ledger_settle list[2];
    int64_t id = answered(bench, "1", 1);
    assert_int_equal(ledger_poison(bench->ledger, id, "kills"), LEDGER_OK);
    assert_int_equal(settle_list(bench, list, 2), 0);
    submit(bench, SUBMISSION_ACCEPTED);
    assert_int_equal(settle_list(bench, list, 2), 1);
    assert_int_equal(list[0].outcome, MESSAGE_POISON);
}

static void test_answer_is_one_commit(void **state)
{
    struct bench *bench = *state;
    int64_t id = claim_uid(bench, "a", "1"), total;
    int64_t token = take(bench).token;
    int fd = memory_file("short");
    struct ledger_part parts[] = {{"<1@x>", "s", "r", fd, 0, 5}, {"<2@x>", "s", "r", fd, 3, 3}};
    struct ledger_memory memory = {"choice", "u", "width", SPAN_LITERAL("72"), 0};
    struct ledger_charge charge = {"u", "bytes", 100, 5, 4};
    struct ledger_answer all = {parts, 2, &memory, 1, &charge, 1};
    struct span value;
    /* The second part's file ends before its size. */
    assert_int_equal(ledger_answer(bench->ledger, id, token, &all), LEDGER_ERROR);
    assert_true(fault_is_set(ledger_fault(bench->ledger)));
    assert_int_equal(counts(bench).taken, 1);
    assert_int_equal(ask(bench, "SELECT count(*) FROM part"), 0);
    parts[1] = (struct ledger_part){"<1@x>", "s", "r", fd, 3, 2}; /* a Message-ID twice */
    assert_int_equal(ledger_answer(bench->ledger, id, token, &all), LEDGER_ERROR);
    assert_int_equal(ledger_recall(bench->ledger, "choice", "u", "width", bench->arena, &value),
                     LEDGER_NONE);
    parts[1].message_id = "<2@x>";
    /* Beyond the limit of a charge nothing is kept, the charge included. */
    assert_int_equal(ledger_answer(bench->ledger, id, token, &all), LEDGER_ALREADY);
    assert_int_equal(ask(bench, "SELECT count(*) FROM part"), 0);
    assert_int_equal(ledger_count(bench->ledger, "u", "bytes", 100, 0, &total), LEDGER_OK);
    assert_int_equal(total, 0);
    charge.limit = 5;
    assert_int_equal(ledger_answer(bench->ledger, id, token, &all), LEDGER_OK);
    assert_int_equal(ledger_recall(bench->ledger, "choice", "u", "width", bench->arena, &value),
                     LEDGER_OK);
    assert_true(span_equal(value, span_of("72")));
    assert_int_equal(ledger_count(bench->ledger, "u", "bytes", 100, 0, &total), LEDGER_OK);
    assert_int_equal(total, 5);
    assert_int_equal(ledger_is_ours(bench->ledger, "<2@x>"), LEDGER_OK);
    assert_int_equal(ledger_is_ours(bench->ledger, "<3@x>"), LEDGER_NONE);
    close(fd);
}

static void test_large_part(void **state)
{
    struct bench *bench = *state;
    enum { SIZE = 5 * 1024 * 1024 + 7 };
    char *bytes = malloc(SIZE), *back = malloc(SIZE);
    int64_t id = claim_uid(bench, "a", "1");
    assert_true(bytes && back);
    for (int i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 31 + i / 65536);
    int fd = memory_file("");
    assert_true(file_write_all(fd, bytes, SIZE));
    struct ledger_part part = {"<1@x>", "s", "r", fd, 0, SIZE};
    struct ledger_answer all = {.parts = &part, .part_count = 1};
    sqlite3_memory_highwater(1);
    assert_int_equal(ledger_answer(bench->ledger, id, take(bench).token, &all), LEDGER_OK);
    struct ledger_submission next = next_part(bench);
    assert_true(sqlite3_memory_highwater(0) < 3 * 1024 * 1024);
    assert_int_equal(next.submission.size, SIZE);
    assert_true(file_read_all(next.submission.fd, back, SIZE));
    assert_memory_equal(bytes, back, SIZE);
    close(next.submission.fd);
    close(fd);
    free(bytes);
    free(back);
}

static void test_count(void **state)
{
    struct bench *bench = *state;
    int64_t total;
    assert_int_equal(ledger_count(bench->ledger, "u", "requests", 100, 0, &total), LEDGER_OK);
    assert_int_equal(total, 0);
    assert_int_equal(ledger_count(bench->ledger, "u", "requests", 100, 2, &total), LEDGER_OK);
    assert_int_equal(ledger_count(bench->ledger, "u", "requests", 100, 3, &total), LEDGER_OK);
    assert_int_equal(total, 5);
    assert_int_equal(ledger_count(bench->ledger, "u", "requests", 200, 1, &total), LEDGER_OK);
    assert_int_equal(total, 1);
    assert_int_equal(ledger_count(bench->ledger, "v", "requests", 100, 0, &total), LEDGER_OK);
    assert_int_equal(total, 0);
    ledger_close(&bench->ledger);
    bench_open(bench);
    assert_int_equal(ledger_count(bench->ledger, "u", "requests", 100, 0, &total), LEDGER_OK);
    assert_int_equal(total, 5);
}

static void test_memory(void **state)
{
    struct bench *bench = *state;
    struct ledger_memory memory = {"k", "w", "n", {"a\0b", 3}, clock_now() + 3600};
    struct span value;
    assert_int_equal(ledger_recall(bench->ledger, "k", "w", "n", bench->arena, &value),
                     LEDGER_NONE);
    assert_int_equal(ledger_remember(bench->ledger, &memory), LEDGER_OK);
    assert_int_equal(ledger_recall(bench->ledger, "k", "w", "n", bench->arena, &value), LEDGER_OK);
    assert_int_equal(value.len, 3);
    assert_memory_equal(value.at, "a\0b", 3);
    memory.value = (struct span){NULL, 0};
    assert_int_equal(ledger_remember(bench->ledger, &memory), LEDGER_OK);
    assert_int_equal(ledger_recall(bench->ledger, "k", "w", "n", bench->arena, &value), LEDGER_OK);
    assert_int_equal(value.len, 0);
    memory.expires = clock_now() - 1;
    assert_int_equal(ledger_remember(bench->ledger, &memory), LEDGER_OK);
    assert_int_equal(ledger_recall(bench->ledger, "k", "w", "n", bench->arena, &value),
                     LEDGER_NONE);
    memory = (struct ledger_memory){"k", "w", "for ever", SPAN_LITERAL("v"), 0};
    assert_int_equal(ledger_remember(bench->ledger, &memory), LEDGER_OK);
    assert_int_equal(purge(bench, clock_now() + 9, 0), LEDGER_OK);
    assert_int_equal(ask(bench, "SELECT count(*) FROM memory"), 1);
    struct arena *small = arena_new(1);
    assert_int_equal(ledger_recall(bench->ledger, "k", "w", "for ever", small, &value),
                     LEDGER_ERROR);
    assert_int_equal(ledger_fault(bench->ledger)->code, FAULT_MEMORY);
    arena_free(&small);
}

static void test_counts_by_account_and_list(void **state)
{
    struct bench *bench = *state;
    struct ledger_counts all;
    struct ledger_row rows[4];
    size_t count;
    assert_int_equal(counts(bench).next_due, 0);
    answered(bench, "1", 2);
    submit(bench, SUBMISSION_ACCEPTED);
    claim_uid(bench, "b", "2");
    assert_int_equal(ledger_counts(bench->ledger, "a", &all), LEDGER_OK);
    assert_int_equal(all.answered, 1);
    assert_int_equal(all.claimed, 0);
    assert_int_equal(all.accepted, 1);
    assert_int_equal(all.ready, 1);
    assert_true(all.next_due > 0 && all.next_due <= clock_now());
    assert_int_equal(ledger_counts(bench->ledger, "b", &all), LEDGER_OK);
    assert_int_equal(all.claimed, 1);
    assert_int_equal(all.due, 1);
    assert_int_equal(all.accepted, 0);
    assert_int_equal(ledger_list(bench->ledger, NULL, bench->arena, rows, 4, &count), LEDGER_OK);
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].account, "b");
    assert_string_equal(rows[1].state, "answered");
    assert_int_equal(rows[1].parts, 2);
    assert_int_equal(rows[1].parts_accepted, 1);
    assert_int_equal(rows[1].attempts, 1);
    assert_string_equal(rows[1].uid, "1");
    assert_int_equal(ledger_list(bench->ledger, "a", bench->arena, rows, 4, &count), LEDGER_OK);
    assert_int_equal(count, 1);
    assert_int_equal(ledger_list(bench->ledger, NULL, bench->arena, rows, 1, &count), LEDGER_OK);
    assert_int_equal(count, 1);
}

int main(void)
{
#define LEDGER_TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        LEDGER_TEST(test_parts_in_order_with_their_bytes),
        LEDGER_TEST(test_submitting_fences),
        LEDGER_TEST(test_later_never_and_tries),
        LEDGER_TEST(test_in_doubt),
        LEDGER_TEST(test_doubt_ends),
        LEDGER_TEST(test_settle),
        LEDGER_TEST(test_poison_still_sends),
        LEDGER_TEST(test_answer_is_one_commit),
        LEDGER_TEST(test_large_part),
        LEDGER_TEST(test_count),
        LEDGER_TEST(test_memory),
        LEDGER_TEST(test_counts_by_account_and_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
