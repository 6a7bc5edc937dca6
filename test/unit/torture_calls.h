/* SPDX-License-Identifier: ISC */
/*
 * torture_calls: a ledger that has one of everything in it, and every call of ledger.h on it, so
 * that each can be tried again and again from the same start.
 */
#ifndef WWW4MAIL_TEST_UNIT_TORTURE_CALLS_H
#define WWW4MAIL_TEST_UNIT_TORTURE_CALLS_H

#include "test/unit/ledger_help.h"

static uint64_t mix(uint64_t sum, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        sum = (sum ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    return sum;
}

static uint64_t mix_text(uint64_t sum, const char *text)
{
    assert_non_null(text);
    return mix(sum, text, strlen(text) + 1);
}

/* ---- one of everything: what each call needs stands in the file ---- */

enum { CLAIMED = 1, TAKEN, ANSWERED, SUBMITTING, DROPPED };

static struct {
    struct bench bench;
    int64_t taken_token;
    struct ledger_submission submitting;
    char kept[80];
    int spare, out; /* memory files of the test's own */
} all;

static void copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(in >= 0 && out >= 0);
    assert_true(file_copy(in, out, INT64_MAX) > 0);
    close(in);
    close(out);
}

static void answer_next(int64_t expected)
{
    struct ledger_job job = take(&all.bench);
    assert_int_equal(job.id, expected);
    assert_int_equal(answer(&all.bench, job.id, job.token, 2), LEDGER_OK);
}

static int make_file(void **state)
{
    (void)state;
    struct fault fault = FAULT_INIT;
    scratch_directory(all.bench.state, sizeof all.bench.state);
    snprintf(all.kept, sizeof all.kept, "%s-kept", all.bench.state);
    all.bench.arena = arena_new(1 << 20);
    all.spare = memory_file("part 1part 2");
    all.out = memory_file("");
    bench_open(&all.bench);
    assert_true(ledger_owner_self(&all.bench.me, &fault));
    for (int i = CLAIMED; i <= DROPPED; i++) {
        char uid[16];
        snprintf(uid, sizeof uid, "%d", i);
        claim_uid(&all.bench, "a", uid);
    }
    struct ledger *ledger = all.bench.ledger;
    int64_t first = take(&all.bench).token;
    struct ledger_job job = take(&all.bench);
    all.taken_token = job.token;
    answer_next(ANSWERED);
    all.submitting = next_part(&all.bench, 0);
    close(all.submitting.submission.fd);
    assert_int_equal(ledger_submitting(ledger, &all.bench.me, &all.submitting), LEDGER_OK);
    answer_next(SUBMITTING);
    job = take(&all.bench);
    assert_int_equal(ledger_drop(ledger, job.id, job.token, "rule"), LEDGER_OK);
    assert_int_equal(ledger_retry(ledger, CLAIMED, first, 1), LEDGER_OK);
    int64_t total;
    assert_int_equal(ledger_count(ledger, "ann", "asks", 100, 3, &total), LEDGER_OK);
    struct ledger_memory memory = {"kind", "ann", "name", SPAN_LITERAL("value"), 0};
    assert_int_equal(ledger_remember(ledger, &memory), LEDGER_OK);
    ledger_close(&all.bench.ledger);
    char path[96];
    snprintf(path, sizeof path, "%s/ledger.db", all.bench.state);
    copy_file(path, all.kept);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    close(all.spare);
    close(all.out);
    arena_free(&all.bench.arena);
    remove_all(all.bench.state);
    unlink(all.kept);
    return 0;
}

static void restore(void)
{
    char path[96];
    remove_all(all.bench.state);
    assert_int_equal(mkdir(all.bench.state, 0700), 0);
    snprintf(path, sizeof path, "%s/ledger.db", all.bench.state);
    copy_file(all.kept, path);
}

/* ---- the calls; each gives what it told as a number ---- */

typedef enum ledger_result call(struct ledger *, struct arena *, uint64_t *told);

static enum ledger_result call_known(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_known(ledger, &(struct message_key){"a", "INBOX", 7, "1"});
}

static enum ledger_result call_claim(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena;
    int64_t job;
    struct ledger_mail mail = {
        {"a", "INBOX", 7, "new"}, 12, SPAN_LITERAL("Subject: new\n"), all.spare};
    enum ledger_result result = ledger_claim(ledger, &mail, &job);
    *told = (uint64_t)job;
    return result;
}

static enum ledger_result call_take(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    struct ledger_job job;
    enum ledger_result result = ledger_take(ledger, &all.bench.me, NULL, arena, &job);
    if (result != LEDGER_OK)
        return result;
    *told = mix_text(mix_text(mix_text(1, job.key.account), job.key.mailbox), job.key.uid);
    *told = mix(*told, job.headers.at, job.headers.len);
    *told = mix(*told, job.hash.bytes, HASH_BYTES) + (uint64_t)(job.id + job.token + job.attempt);
    return result;
}

static enum ledger_result call_read_mail(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena;
    char bytes[32] = "";
    assert_true(ftruncate(all.out, 0) == 0 && lseek(all.out, 0, SEEK_SET) == 0);
    enum ledger_result result = ledger_read_mail(ledger, CLAIMED, all.out);
    if (result == LEDGER_OK)
        assert_true(pread(all.out, bytes, sizeof bytes - 1, 0) > 0);
    *told = mix_text(1, bytes);
    return result;
}

static enum ledger_result call_answer(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    const struct ledger_part parts[] = {{"<1@x>", "a@x", "b@y", all.spare, 0, 6},
                                        {"<2@x>", "a@x", "b@y", all.spare, 6, 6}};
    const struct ledger_memory memory = {"kind", "bob", "name", SPAN_LITERAL("value"), 0};
    const struct ledger_charge charge = {"bob", "bytes", 100, 12, 0};
    const struct ledger_answer whole = {parts, 2, &memory, 1, &charge, 1};
    return ledger_answer(ledger, TAKEN, all.taken_token, &whole);
}

static enum ledger_result call_drop(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_drop(ledger, TAKEN, all.taken_token, "a rule");
}

static enum ledger_result call_retry(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_retry(ledger, TAKEN, all.taken_token, 1000);
}

static enum ledger_result call_poison(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_poison(ledger, TAKEN, "a reason");
}

static enum ledger_result call_spawn(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_spawn(ledger, TAKEN, all.taken_token, 1, "http://x.example/", 1000);
}

static enum ledger_result call_next_part(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    struct ledger_submission next;
    enum ledger_result result = ledger_next_part(ledger, "a", 0, arena, &next);
    if (result != LEDGER_OK) {
        assert_int_equal(next.submission.fd, -1);
        return result;
    }
    char bytes[32] = "";
    assert_true(pread(next.submission.fd, bytes, sizeof bytes - 1, 0) > 0);
    close(next.submission.fd);
    *told = mix_text(mix_text(1, bytes), next.submission.message_id) + (uint64_t)next.part;
    return result;
}

static enum ledger_result call_submitting(struct ledger *ledger, struct arena *arena,
                                          uint64_t *told)
{
    (void)arena;
    struct ledger_submission next = {.part = all.submitting.part + 1};
    enum ledger_result result = ledger_submitting(ledger, &all.bench.me, &next);
    *told = (uint64_t)next.token;
    return result;
}

static enum ledger_result call_outcome(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_outcome(ledger, &all.submitting, SUBMISSION_ACCEPTED, "250 taken", 0);
}

static enum ledger_result call_settle_list(struct ledger *ledger, struct arena *arena,
                                           uint64_t *told)
{
    struct ledger_settle list[8];
    size_t count;
    enum ledger_result result = ledger_settle_list(ledger, "a", arena, list, 8, &count);
    *told = count && result == LEDGER_OK ? mix_text(count, list[0].key.uid) : count;
    return result;
}

static enum ledger_result call_settled(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_settled(ledger, DROPPED);
}

static enum ledger_result call_recover(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_recover(ledger, &all.bench.me, true, "page", "filter");
}

static enum ledger_result call_recover_all(struct ledger *ledger, struct arena *arena,
                                           uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_recover(ledger, NULL, true, "", "");
}

static enum ledger_result call_count(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena;
    int64_t total;
    enum ledger_result result = ledger_count(ledger, "ann", "asks", 100, 4, &total);
    *told = (uint64_t)total;
    return result;
}

static enum ledger_result call_ask_count(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena;
    int64_t total;
    enum ledger_result result = ledger_count(ledger, "ann", "asks", 100, 0, &total);
    *told = (uint64_t)total;
    return result;
}

static enum ledger_result call_remember(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    struct ledger_memory memory = {"kind", "ann", "name", SPAN_LITERAL("another"), 0};
    return ledger_remember(ledger, &memory);
}

static enum ledger_result call_recall(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    struct span value;
    enum ledger_result result = ledger_recall(ledger, "kind", "ann", "name", arena, &value);
    if (result == LEDGER_OK)
        *told = mix(1, value.at, value.len);
    return result;
}

static enum ledger_result call_is_ours(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena, (void)told;
    return ledger_is_ours(ledger, all.submitting.submission.message_id);
}

static enum ledger_result call_counts(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    (void)arena;
    struct ledger_counts found;
    enum ledger_result result = ledger_counts(ledger, "a", &found);
    *told = result == LEDGER_OK ? mix(1, &found, sizeof found) : 0;
    return result;
}

static enum ledger_result call_list(struct ledger *ledger, struct arena *arena, uint64_t *told)
{
    struct ledger_row list[8];
    size_t count;
    enum ledger_result result = ledger_list(ledger, NULL, arena, list, 8, &count);
    *told = result == LEDGER_OK ? mix_text(count, list[count - 1].state) : 0;
    return result;
}

static const struct step {
    const char *name;
    call *run;
} steps[] = {
    {"known", call_known},
    {"claim", call_claim},
    {"take", call_take},
    {"read_mail", call_read_mail},
    {"answer", call_answer},
    {"drop", call_drop},
    {"retry", call_retry},
    {"poison", call_poison},
    {"spawn", call_spawn},
    {"next_part", call_next_part},
    {"submitting", call_submitting},
    {"outcome", call_outcome},
    {"settle_list", call_settle_list},
    {"settled", call_settled},
    {"recover", call_recover},
    {"recover_all", call_recover_all},
    {"count", call_count},
    {"ask_count", call_ask_count},
    {"remember", call_remember},
    {"recall", call_recall},
    {"is_ours", call_is_ours},
    {"counts", call_counts},
    {"list", call_list},
};

#endif
