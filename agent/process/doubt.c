/* SPDX-License-Identifier: ISC */
/* The rules for parts in doubt. */
#include "agent/process/doubt.h"

#include "agent/base/clock.h"
#include "agent/modules/plan.h"

#include <stdio.h>
#include <time.h>

/* A mailbox that cannot be asked for a day will not say, if it was asked often enough: the agent may
 * have slept for most of it.  Neither will one whose look-ups end their process each time, which are
 * made hourly by then. */
enum { WAIT_DEFAULT = 600, LOOKS_FOR = 86400, LOOKS_LEAST = 5, LOOKS_MAX = 30 };
enum { SUMMARY_MAX = 200, SUMMARY_ARENA_BYTES = 4 << 20 };

struct doubt_rules doubt_rules_of(const struct blocks *blocks, const struct account *account)
{
    struct plan plan;
    struct fields fields = {{NULL}};
    struct doubt_rules rules = {.policy = account->on_in_doubt};
    uint64_t seconds = WAIT_DEFAULT;
    fields.values[FIELD_ACCOUNT_NAME] = account->name;
    fields.values[FIELD_MAILBOX_KIND] = account->mailbox.kind;
    fields.values[FIELD_SUBMISSION_KIND] = account->submission.kind;
    plan_make(blocks, STAGE_SUBMIT, "sender", &fields, &plan);
    const char *wait = settings_get(&account->submission.settings, "in_doubt_wait");
    if (!wait && plan.count)
        wait = settings_get(&plan.blocks[0]->settings, "in_doubt_wait");
    if (wait)
        span_to_u64(span_of(wait), &seconds);
    rules.wait = seconds > INT32_MAX ? INT32_MAX : (int64_t)seconds;
    /* Who recognises his own earlier copy is simply asked again. */
    if (plan.count && plan.blocks[0]->flags & FLAG_IDEMPOTENT && rules.policy == IN_DOUBT_VERIFY)
        rules.policy = IN_DOUBT_RESEND;
    return rules;
}

enum doubt_act doubt_not_found(const struct ledger_doubt *doubt)
{
    return doubt->resent ? DOUBT_GIVE_UP : DOUBT_SEND;
}

bool doubt_is_stale(const struct ledger_doubt *doubt)
{
    return clock_now() - doubt->since >= LOOKS_FOR && doubt->looks + 1 >= LOOKS_LEAST;
}

enum doubt_act doubt_next(const struct doubt_rules *rules, const struct ledger_doubt *doubt,
                          int64_t *when_out)
{
    *when_out = 0;
    if (rules->policy == IN_DOUBT_HOLD)
        return DOUBT_HOLD;
    *when_out = doubt->since + rules->wait;
    if (rules->policy == IN_DOUBT_RESEND || (doubt_is_stale(doubt) && doubt->looks >= LOOKS_MAX))
        return doubt_not_found(doubt);
    if (*when_out < doubt->not_before)
        *when_out = doubt->not_before;
    return DOUBT_LOOK;
}

static void take(const struct doubt_rules *rules, const struct ledger_doubt *doubt,
                 struct doubt_summary *summary)
{
    int64_t when;
    enum doubt_act act = doubt_next(rules, doubt, &when);
    if (summary->count++ == 0)
        summary->since = doubt->since;
    else if (when >= summary->when)
        return;
    summary->act = act;
    summary->resent = doubt->resent;
    summary->when = when;
}

bool doubt_summarize(struct ledger *ledger, const struct doubt_rules *rules, const char *account,
                     struct doubt_summary *summary_out)
{
    struct ledger_doubt *list = NULL;
    struct ledger_counts counts;
    size_t count = 0;
    *summary_out = (struct doubt_summary){.count = 0};
    enum ledger_result result = ledger_counts(ledger, account, &counts);
    if (result != LEDGER_OK || counts.in_doubt == 0)
        return result == LEDGER_OK;
    struct arena *arena = arena_new(SUMMARY_ARENA_BYTES);
    if (arena && (list = arena_alloc(arena, SUMMARY_MAX * sizeof *list)))
        result = ledger_doubts(ledger, account, -1, arena, list, SUMMARY_MAX, &count);
    for (size_t i = 0; list && i < count; i++)
        take(rules, &list[i], summary_out);
    if (summary_out->count > 0) /* also those beyond the list */
        summary_out->count = counts.in_doubt;
    arena_free(&arena);
    return list && result == LEDGER_OK;
}

const char *doubt_time(int64_t seconds, char text_out[DOUBT_TIME_SIZE])
{
    time_t when = (time_t)seconds;
    struct tm parts;
    if (!gmtime_r(&when, &parts) ||
        strftime(text_out, DOUBT_TIME_SIZE, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        snprintf(text_out, DOUBT_TIME_SIZE, "a time unknown");
    return text_out;
}

const char *doubt_act_text(enum doubt_act act, bool resent)
{
    switch (act) {
    case DOUBT_LOOK:
        return resent ? "it is looked for among the sent mails, and given up if it is not there"
                      : "it is looked for among the sent mails, and sent once more if it is not "
                        "there";
    case DOUBT_SEND:
        return "it is sent once more";
    case DOUBT_GIVE_UP:
        return "it is given up";
    default:
        return "it waits for you to say what: www4mail in-doubt";
    }
}

const char *doubt_act_word(enum doubt_act act)
{
    static const char *const words[] = {[DOUBT_LOOK] = "look",
                                        [DOUBT_SEND] = "resend",
                                        [DOUBT_GIVE_UP] = "give-up",
                                        [DOUBT_HOLD] = "hold"};
    return words[act];
}
