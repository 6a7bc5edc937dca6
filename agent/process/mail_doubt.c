/* SPDX-License-Identifier: ISC */
/*
 * Resolving what is in doubt: replies whose carrier took all of them and never answered are looked
 * for among the account's sent mails, sent once more where they are not there, and given up where
 * that was in vain as well.  A look-up is counted before it is made: one that ends its process
 * does not keep the others from being sent.
 */
#include "agent/process/mail.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/process/channel.h"

#include <sysexits.h>

enum { DOUBTS_AT_ONCE = 50, DOUBTS_ARENA_BYTES = 4 << 20 };

enum looked { LOOKED, LOOKED_NOWHERE, LOOKED_IN_VAIN };

struct round {
    struct mailer *mailer;
    struct arena *arena;
    struct ledger_doubt doubts[DOUBTS_AT_ONCE];
    size_t count;
    struct sent_mail mails[DOUBTS_AT_ONCE]; /* of the doubts at the same place */
    const char *where;
    int code;
};

static void keep_failed(struct round *round, enum ledger_result result)
{
    if (result == LEDGER_OK || result == LEDGER_NONE)
        return; /* NONE: the operator was first */
    log_fault(LOG_ERROR, "ledger", ledger_fault(round->mailer->ledger));
    round->code = run_worse_exit(round->code, run_ledger_exit(result));
}

static enum ledger_result resolve(struct round *round, const struct ledger_doubt *doubt,
                                  enum ledger_resolution resolution, const char *text)
{
    int64_t next = resolution == LEDGER_RESOLVE_LATER ? mailer_next_try(doubt->looks) : 0;
    enum ledger_result result =
        ledger_resolve(round->mailer->ledger, doubt, resolution, text, next);
    keep_failed(round, result);
    return result;
}

/* ---- looking ---- */

static bool prepare_mails(struct round *round)
{
    for (size_t i = 0; i < round->count; i++) {
        const struct ledger_doubt *doubt = &round->doubts[i];
        char *token = arena_alloc(round->arena, SUBMISSION_TOKEN_SIZE);
        if (!token)
            return false;
        submission_token(doubt->message_id, token);
        round->mails[i] = (struct sent_mail){
            .message_id = doubt->message_id, .token = token, .since = doubt->since};
    }
    return true;
}

/* Those that cannot be counted are left for another round. */
static void count_looks(struct round *round)
{
    size_t kept = 0;
    for (size_t i = 0; i < round->count; i++)
        if (resolve(round, &round->doubts[i], LEDGER_RESOLVE_LATER, "") == LEDGER_OK)
            round->doubts[kept++] = round->doubts[i];
    round->count = kept;
}

static enum looked ask_mailbox(struct round *round, const struct www4mail_module *module,
                               struct call *call)
{
    struct mailer *mailer = round->mailer;
    const char *where = NULL;
    if (!module->mailbox->find_sent)
        return LOOKED_NOWHERE;
    count_looks(round);
    if (round->count == 0)
        return LOOKED_IN_VAIN;
    if (!mailer_may_sign_in(mailer, MAILER_MAILBOX)) {
        round->code = run_worse_exit(round->code, EX_NOPERM);
        return LOOKED_IN_VAIN;
    }
    if (!prepare_mails(round)) {
        fault_set(call->fault, FAULT_MEMORY, NULL, "no memory for a look-up");
        return LOOKED_IN_VAIN;
    }
    enum module_result result =
        module->mailbox->find_sent(call, round->mails, round->count, &where);
    if (result != MODULE_OK && result != MODULE_PASS)
        return LOOKED_IN_VAIN;
    mailer_signed_in(mailer, MAILER_MAILBOX);
    round->where = where ? arena_copy(round->arena, where) : NULL;
    return result == MODULE_OK ? LOOKED : LOOKED_NOWHERE;
}

static enum looked look(struct round *round)
{
    struct call call = {.module = "agent"};
    struct fault fault = FAULT_INIT;
    enum looked looked = LOOKED_IN_VAIN;
    const struct www4mail_module *module =
        mailer_mailbox(round->mailer, STAGE_SUBMIT, &call, &fault);
    if (module)
        looked = ask_mailbox(round, module, &call);
    if (looked == LOOKED_IN_VAIN && fault_is_set(&fault))
        round->code =
            run_worse_exit(round->code, mailer_complain(round->mailer, "in doubt", &fault));
    secret_wipe(&round->mailer->secrets[MAILER_MAILBOX]);
    arena_free(&call.arena);
    fault_clear(&fault);
    crumb_set(round->mailer->crumb, "", "");
    return looked;
}

/* ---- what becomes of each ---- */

static void say(const struct ledger_doubt *doubt, enum log_level level, const char *what,
                const char *why)
{
    log_line(level, "job %lld  %-12s  reply to %s was in doubt: %s, %s", (long long)doubt->job,
             "submit", log_person(doubt->recipient), why, what);
}

static void found(struct round *round, const struct ledger_doubt *doubt)
{
    const char *text = arena_printf(round->arena, "found among the sent mails in %s",
                                    round->where ? round->where : "the mailbox");
    if (resolve(round, doubt, LEDGER_RESOLVE_ACCEPTED, text ? text : "found") != LEDGER_OK)
        return;
    say(doubt, LOG_INFO, "so it was accepted", text ? text : "found");
    channel_send(round->mailer->channel,
                 (struct notice){.kind = NOTICE_SENT, .account = round->mailer->index});
}

static void not_found(struct round *round, const struct ledger_doubt *doubt, const char *why)
{
    if (doubt_not_found(doubt) == DOUBT_SEND) {
        if (resolve(round, doubt, LEDGER_RESOLVE_SEND, why) == LEDGER_OK)
            say(doubt, LOG_INFO, "so it is sent once more", why);
    } else if (resolve(round, doubt, LEDGER_RESOLVE_NEVER, why) == LEDGER_OK) {
        say(doubt, LOG_ERROR,
            "and it was sent twice: it may have arrived twice, or not at all, and is given up",
            why);
    }
}

static void decide(struct round *round, enum looked looked)
{
    static const char *const reasons[] = {
        [LOOKED] = "it is not among the sent mails",
        [LOOKED_NOWHERE] = "the mailbox cannot say whether it was sent",
        [LOOKED_IN_VAIN] = "the mailbox could not be asked for a day"};
    for (size_t i = 0; i < round->count; i++) {
        const struct ledger_doubt *doubt = &round->doubts[i];
        if (looked == LOOKED && round->mails[i].found)
            found(round, doubt);
        else if (looked != LOOKED_IN_VAIN || doubt_is_stale(doubt))
            not_found(round, doubt, reasons[looked]);
    }
}

/* Those that are not looked for are decided at once; the others stay in the round. */
static void decide_without_looking(struct round *round)
{
    size_t kept = 0;
    for (size_t i = 0; i < round->count; i++) {
        int64_t when;
        const struct ledger_doubt *doubt = &round->doubts[i];
        if (doubt_next(&round->mailer->doubts, doubt, &when) == DOUBT_LOOK)
            round->doubts[kept++] = *doubt;
        else
            not_found(round, doubt, "no answer came to the whole mail");
    }
    round->count = kept;
}

int mailer_resolve(struct mailer *mailer)
{
    struct round *round;
    int code = EX_OK;
    if (mailer->doubts.policy == IN_DOUBT_HOLD || mail_asked_to_stop())
        return EX_OK;
    struct arena *arena = arena_new(DOUBTS_ARENA_BYTES);
    if (!arena || !(round = arena_alloc(arena, sizeof *round))) {
        arena_free(&arena);
        return EX_TEMPFAIL;
    }
    *round = (struct round){.mailer = mailer, .arena = arena, .code = EX_OK};
    enum ledger_result result =
        ledger_doubts(mailer->ledger, mailer->account->name, mailer->doubts.wait, arena,
                      round->doubts, DOUBTS_AT_ONCE, &round->count);
    keep_failed(round, result);
    decide_without_looking(round);
    if (round->count > 0)
        decide(round, look(round));
    code = round->code;
    arena_free(&arena);
    return code;
}

/* ---- telling ---- */

void mailer_tell_doubts(struct mailer *mailer)
{
    struct doubt_summary summary;
    char when[DOUBT_TIME_SIZE] = "";
    if (!doubt_summarize(mailer->ledger, &mailer->doubts, mailer->account->name, &summary) ||
        summary.count == 0)
        return;
    if (summary.when)
        doubt_time(summary.when, when);
    /* A daemon comes by every few minutes: it has told when the doubt began. */
    log_line(mailer->run->daemon ? LOG_INFO : LOG_WARNING,
             "account %s: %lld repl%s in doubt; the next: %s%s%s", mailer->account->name,
             (long long)summary.count, summary.count == 1 ? "y" : "ies",
             doubt_act_text(summary.act, summary.resent), *when ? ", from " : "", when);
}
