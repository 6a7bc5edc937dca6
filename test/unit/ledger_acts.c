/* SPDX-License-Identifier: ISC */
/* The acts upon a ledger. */
#include "test/unit/ledger_acts.h"

static const struct ledger_owner gone = {.pid = 1 << 30, .start = 1, .boot_id = "another boot"};

/* Memory files of the tests' own, made once: the acts themselves ask nobody but the ledger. */
static int with_text(const char *text)
{
    static struct {
        const char *text;
        int fd;
    } files[4];
    size_t i = 0;
    while (files[i].text && strcmp(files[i].text, text) != 0)
        i++;
    if (!files[i].text) {
        files[i].text = text;
        files[i].fd = memory_file(text);
    }
    return files[i].fd;
}

/* ---- arrangements ---- */

static void as_empty(struct bench *bench, struct acts_state *state)
{
    (void)bench, (void)state;
}

static void as_claimed(struct bench *bench, struct acts_state *state)
{
    state->job.id = claim_uid(bench, "a", "1");
}

static void as_taken(struct bench *bench, struct acts_state *state)
{
    as_claimed(bench, state);
    state->job = take(bench);
}

static void as_taken_by_dead(struct bench *bench, struct acts_state *state)
{
    struct ledger_job job;
    as_taken(bench, state);
    claim_uid(bench, "a", "2");
    assert_int_equal(ledger_take(bench->ledger, &gone, NULL, bench->arena, &job), LEDGER_OK);
    state->job = job;
}

static void as_killer(struct bench *bench, struct acts_state *state)
{
    as_taken(bench, state);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ledger_recover(bench->ledger, &bench->me, true, "mime", "parsemail"),
                         LEDGER_OK);
        if (i == 0)
            state->job = take(bench);
    }
}

static void as_answered(struct bench *bench, struct acts_state *state)
{
    as_taken(bench, state);
    assert_int_equal(answer(bench, state->job.id, state->job.token, 2), LEDGER_OK);
}

static void as_part_found(struct bench *bench, struct acts_state *state)
{
    as_answered(bench, state);
    state->part = next_part(bench);
    close(state->part.submission.fd);
}

static void as_submitting(struct bench *bench, struct acts_state *state)
{
    as_part_found(bench, state);
    assert_int_equal(ledger_submitting(bench->ledger, &bench->me, &state->part), LEDGER_OK);
}

static void as_submitting_by_dead(struct bench *bench, struct acts_state *state)
{
    as_part_found(bench, state);
    assert_int_equal(ledger_submitting(bench->ledger, &gone, &state->part), LEDGER_OK);
}

static void as_in_doubt(struct bench *bench, struct acts_state *state)
{
    size_t count;
    as_submitting(bench, state);
    assert_int_equal(ledger_outcome(bench->ledger, &state->part, SUBMISSION_IN_DOUBT, "lost", 0),
                     LEDGER_OK);
    assert_int_equal(ledger_doubts(bench->ledger, "a", 0, bench->arena, &state->doubt, 1, &count),
                     LEDGER_OK);
    assert_int_equal(count, 1);
}

static void as_sent(struct bench *bench, struct acts_state *state)
{
    as_answered(bench, state);
    submit(bench, SUBMISSION_ACCEPTED);
    submit(bench, SUBMISSION_NEVER);
}

static void as_settled(struct bench *bench, struct acts_state *state)
{
    const struct ledger_memory memory = {"page", "me", "1", SPAN_LITERAL("x"), 1};
    int64_t total;
    as_sent(bench, state);
    assert_int_equal(ledger_settled(bench->ledger, state->job.id), LEDGER_OK);
    assert_int_equal(ledger_remember(bench->ledger, &memory), LEDGER_OK);
    assert_int_equal(ledger_count(bench->ledger, "me", "requests", 1, 1, &total), LEDGER_OK);
}

static void as_remembered(struct bench *bench, struct acts_state *state)
{
    const struct ledger_memory memory = {"page", "me", "1", SPAN_LITERAL("x"), 0};
    (void)state;
    assert_int_equal(ledger_remember(bench->ledger, &memory), LEDGER_OK);
}

static void as_put_off(struct bench *bench, struct acts_state *state)
{
    as_taken(bench, state);
    assert_int_equal(
        ledger_retry(bench->ledger, state->job.id, state->job.token, clock_now() + 86400),
        LEDGER_OK);
}

/* ---- claiming and working ---- */

static enum ledger_result know(struct bench *bench, struct acts_state *state)
{
    const struct message_key key = {"a", "INBOX", 7, "1"};
    (void)state;
    return ledger_known(bench->ledger, &key);
}

static enum ledger_result claim_text(struct bench *bench, struct acts_state *state,
                                     int64_t uidvalidity, const char *text)
{
    const struct ledger_mail mail = {.key = {"a", "INBOX", uidvalidity, "9"},
                                     .size = strlen(text),
                                     .headers = SPAN_LITERAL("Subject: x\n"),
                                     .fd = with_text(text)};
    return ledger_claim(bench->ledger, &mail, &state->job.id);
}

static enum ledger_result claim(struct bench *bench, struct acts_state *state)
{
    return claim_text(bench, state, 7, "mail 9");
}

static enum ledger_result claim_moved(struct bench *bench, struct acts_state *state)
{
    return claim_text(bench, state, 8, "mail 1");
}

static enum ledger_result claim_poison(struct bench *bench, struct acts_state *state)
{
    const struct ledger_mail mail = {.key = {"a", "INBOX", 7, "9"},
                                     .size = 9,
                                     .headers = SPAN_LITERAL("X: INBOX/7/9\n"),
                                     .fd = -1,
                                     .poison = "nobody could read it"};
    return ledger_claim(bench->ledger, &mail, &state->job.id);
}

static enum ledger_result claim_headers(struct bench *bench, struct acts_state *state)
{
    const struct ledger_mail mail = {.key = {"a", "INBOX", 7, "9"},
                                     .size = 1 << 30,
                                     .headers = span_of("Subject: large\n"),
                                     .fd = -1};
    return ledger_claim(bench->ledger, &mail, &state->job.id);
}

static enum ledger_result take_any(struct bench *bench, struct acts_state *state)
{
    return ledger_take(bench->ledger, &bench->me, NULL, bench->arena, &state->job);
}

static enum ledger_result take_of_account(struct bench *bench, struct acts_state *state)
{
    return ledger_take(bench->ledger, &bench->me, "a", bench->arena, &state->job);
}

static enum ledger_result read_mail(struct bench *bench, struct acts_state *state)
{
    return ledger_read_mail(bench->ledger, state->job.id, with_text(""));
}

static enum ledger_result give_answer(struct bench *bench, struct acts_state *state, int64_t limit)
{
    const struct ledger_part part = {.message_id = "<1@example.org>",
                                     .sender = "agent@example.org",
                                     .recipient = "asker@example.net",
                                     .fd = with_text("one part"),
                                     .size = 8};
    const struct ledger_memory memory = {"page", "asker@example.net", "1", SPAN_LITERAL("x"), 0};
    const struct ledger_charge charge = {"asker@example.net", "bytes", 86400, 8, limit};
    const struct ledger_answer all = {&part, 1, &memory, 1, &charge, 1};
    return ledger_answer(bench->ledger, state->job.id, state->job.token, &all);
}

static enum ledger_result answer_it(struct bench *bench, struct acts_state *state)
{
    return give_answer(bench, state, 8);
}

static enum ledger_result answer_too_much(struct bench *bench, struct acts_state *state)
{
    return give_answer(bench, state, 7);
}

static enum ledger_result drop(struct bench *bench, struct acts_state *state)
{
    return ledger_drop(bench->ledger, state->job.id, state->job.token, "L4");
}

static enum ledger_result retry(struct bench *bench, struct acts_state *state)
{
    return ledger_retry(bench->ledger, state->job.id, state->job.token, clock_now() + 60);
}

static enum ledger_result poison(struct bench *bench, struct acts_state *state)
{
    return ledger_poison(bench->ledger, state->job.id, "killed three workers");
}

static enum ledger_result spawn(struct bench *bench, struct acts_state *state)
{
    return ledger_spawn(bench->ledger, state->job.id, state->job.token, 1, "http://x/", 0);
}

/* ---- submitting and settling ---- */

static enum ledger_result find_part(struct bench *bench, struct acts_state *state)
{
    return ledger_next_part(bench->ledger, "a", bench->arena, &state->part);
}

static enum ledger_result begin_part(struct bench *bench, struct acts_state *state)
{
    return ledger_submitting(bench->ledger, &bench->me, &state->part);
}

static enum ledger_result end_part(struct bench *bench, struct acts_state *state,
                                   enum submission_outcome outcome)
{
    return ledger_outcome(bench->ledger, &state->part, outcome, "250 said", clock_now() + 60);
}

static enum ledger_result accepted(struct bench *bench, struct acts_state *state)
{
    return end_part(bench, state, SUBMISSION_ACCEPTED);
}

static enum ledger_result later(struct bench *bench, struct acts_state *state)
{
    return end_part(bench, state, SUBMISSION_LATER);
}

static enum ledger_result doubt(struct bench *bench, struct acts_state *state)
{
    return end_part(bench, state, SUBMISSION_IN_DOUBT);
}

static enum ledger_result list_doubts(struct bench *bench, struct acts_state *state)
{
    struct ledger_doubt list[4];
    size_t count;
    (void)state;
    return ledger_all_doubts(bench->ledger, NULL, bench->arena, list, 4, &count);
}

static enum ledger_result list_doubts_of_account(struct bench *bench, struct acts_state *state)
{
    struct ledger_doubt list[4];
    size_t count;
    (void)state;
    return ledger_doubts(bench->ledger, "a", 0, bench->arena, list, 4, &count);
}

static enum ledger_result repeat_part(struct bench *bench, struct acts_state *state)
{
    return ledger_repeating(bench->ledger, &state->part);
}

static enum ledger_result has_arrived(struct bench *bench, struct acts_state *state)
{
    return ledger_resolve(bench->ledger, &state->doubt, LEDGER_RESOLVE_ACCEPTED, "found", 0);
}

static enum ledger_result look_later(struct bench *bench, struct acts_state *state)
{
    return ledger_resolve(bench->ledger, &state->doubt, LEDGER_RESOLVE_LATER, "not found",
                          clock_now() + 60);
}

static enum ledger_result list_settle(struct bench *bench, struct acts_state *state)
{
    struct ledger_settle list[4];
    size_t count;
    (void)state;
    return ledger_settle_list(bench->ledger, "a", bench->arena, list, 4, &count);
}

static enum ledger_result settle(struct bench *bench, struct acts_state *state)
{
    return ledger_settled(bench->ledger, state->job.id);
}

static enum ledger_result recover_dead(struct bench *bench, struct acts_state *state)
{
    (void)state;
    return ledger_recover(bench->ledger, NULL, true, "http", "browser");
}

static enum ledger_result recover_mine(struct bench *bench, struct acts_state *state)
{
    (void)state;
    return ledger_recover(bench->ledger, &bench->me, false, "", "");
}

/* ---- counting, remembering, telling, cleaning ---- */

static enum ledger_result count_one(struct bench *bench, struct acts_state *state)
{
    int64_t total;
    (void)state;
    return ledger_count(bench->ledger, "me", "requests", 86400, 1, &total);
}

static enum ledger_result ask_count(struct bench *bench, struct acts_state *state)
{
    int64_t total;
    (void)state;
    return ledger_count(bench->ledger, "me", "requests", 86400, 0, &total);
}

static enum ledger_result remember(struct bench *bench, struct acts_state *state)
{
    const struct ledger_memory memory = {"choice", "me", "language", SPAN_LITERAL("fr"), 0};
    (void)state;
    return ledger_remember(bench->ledger, &memory);
}

static enum ledger_result recall(struct bench *bench, struct acts_state *state)
{
    struct span value;
    (void)state;
    return ledger_recall(bench->ledger, "page", "me", "1", bench->arena, &value);
}

static enum ledger_result ours(struct bench *bench, struct acts_state *state)
{
    char message_id[40];
    snprintf(message_id, sizeof message_id, "<%lld.1@example.org>", (long long)state->job.id);
    return ledger_is_ours(bench->ledger, message_id);
}

static enum ledger_result count_all(struct bench *bench, struct acts_state *state)
{
    struct ledger_counts all;
    (void)state;
    return ledger_counts(bench->ledger, NULL, &all);
}

static enum ledger_result outstanding(struct bench *bench, struct acts_state *state)
{
    (void)state;
    return ledger_outstanding(bench->ledger, "a");
}

static enum ledger_result list_all(struct bench *bench, struct acts_state *state)
{
    struct ledger_row rows[4];
    size_t count;
    (void)state;
    return ledger_list(bench->ledger, NULL, bench->arena, rows, 4, &count);
}

static enum ledger_result purge_all(struct bench *bench, struct acts_state *state)
{
    const struct ledger_keep keep = {clock_now() + 60, 1, 60000};
    bool more;
    (void)state;
    return ledger_purge(bench->ledger, &keep, &more);
}

static enum ledger_result owing(struct bench *bench, struct acts_state *state)
{
    const char *names[4];
    size_t count;
    (void)state;
    return ledger_owing(bench->ledger, bench->arena, names, 4, &count);
}

static enum ledger_result rename_account(struct bench *bench, struct acts_state *state)
{
    (void)state;
    return ledger_rename_account(bench->ledger, "a", "b");
}

static enum ledger_result forget_account(struct bench *bench, struct acts_state *state)
{
    int64_t jobs;
    (void)state;
    return ledger_forget_account(bench->ledger, "a", &jobs);
}

static enum ledger_result mend_times(struct bench *bench, struct acts_state *state)
{
    (void)state;
    return ledger_mend_times(bench->ledger);
}

const struct act ledger_acts[] = {
    {"known", as_claimed, know, LEDGER_OK, false},
    {"claim", as_empty, claim, LEDGER_OK, false},
    {"claim headers", as_empty, claim_headers, LEDGER_OK, false},
    {"claim as poison", as_empty, claim_poison, LEDGER_OK, false},
    {"claim moved", as_claimed, claim_moved, LEDGER_ALREADY, false},
    {"take", as_claimed, take_any, LEDGER_OK, false},
    {"take of an account", as_claimed, take_of_account, LEDGER_OK, false},
    {"take a killer", as_killer, take_any, LEDGER_OK, false},
    {"read mail", as_taken, read_mail, LEDGER_OK, false},
    {"answer", as_taken, answer_it, LEDGER_OK, false},
    {"answer too much", as_taken, answer_too_much, LEDGER_ALREADY, false},
    {"drop", as_taken, drop, LEDGER_OK, false},
    {"retry", as_taken, retry, LEDGER_OK, false},
    {"poison", as_taken, poison, LEDGER_OK, false},
    {"spawn", as_taken, spawn, LEDGER_OK, false},
    {"next part", as_answered, find_part, LEDGER_OK, false},
    {"submitting", as_part_found, begin_part, LEDGER_OK, false},
    {"repeating", as_submitting, repeat_part, LEDGER_OK, false},
    {"accepted", as_submitting, accepted, LEDGER_OK, false},
    {"later", as_submitting, later, LEDGER_OK, false},
    {"in doubt", as_submitting, doubt, LEDGER_OK, false},
    {"doubts", as_in_doubt, list_doubts, LEDGER_OK, false},
    {"doubts of an account", as_in_doubt, list_doubts_of_account, LEDGER_OK, false},
    {"resolve", as_in_doubt, has_arrived, LEDGER_OK, false},
    {"resolve later", as_in_doubt, look_later, LEDGER_OK, false},
    {"settle list", as_sent, list_settle, LEDGER_OK, false},
    {"settled", as_sent, settle, LEDGER_OK, false},
    {"recover jobs", as_taken_by_dead, recover_dead, LEDGER_OK, false},
    {"recover parts", as_submitting_by_dead, recover_dead, LEDGER_OK, false},
    {"recover mine", as_taken, recover_mine, LEDGER_OK, false},
    {"count", as_empty, count_one, LEDGER_OK, false},
    {"ask a count", as_empty, ask_count, LEDGER_OK, false},
    {"remember", as_empty, remember, LEDGER_OK, false},
    {"recall", as_remembered, recall, LEDGER_OK, false},
    {"is ours", as_answered, ours, LEDGER_OK, false},
    {"counts", as_answered, count_all, LEDGER_OK, false},
    {"outstanding", as_claimed, outstanding, LEDGER_OK, false},
    {"list", as_answered, list_all, LEDGER_OK, false},
    {"purge", as_settled, purge_all, LEDGER_OK, true},
    {"owing", as_answered, owing, LEDGER_OK, false},
    {"rename", as_answered, rename_account, LEDGER_OK, false},
    {"forget", as_answered, forget_account, LEDGER_OK, false},
    {"mend times", as_put_off, mend_times, LEDGER_OK, false},
};

const size_t ledger_act_count = sizeof ledger_acts / sizeof *ledger_acts;

/* ---- doing ---- */

void act_begin(void **bench, const struct act *act, struct acts_state *state)
{
    if (*bench)
        bench_teardown(bench);
    bench_setup(bench);
    static const char *const texts[] = {"mail 9", "mail 1", "", "one part"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        with_text(texts[i]);
    *state = (struct acts_state){.part.submission.fd = -1};
    act->arrange(*bench, state);
}

enum ledger_result act_do(struct bench *bench, const struct act *act, struct acts_state *state)
{
    enum ledger_result result = act->act(bench, state);
    if (act->act == find_part && state->part.submission.fd >= 0) {
        assert_int_equal(result, LEDGER_OK);
        close(state->part.submission.fd);
        state->part.submission.fd = -1;
    }
    return result;
}
