/* SPDX-License-Identifier: ISC */
/*
 * submit: finished bytes out of the ledger to the account's carrier, one mail a transaction.  The
 * sender's session is kept from mail to mail while all is well, and never after anything else.
 */
#include "agent/process/mail.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/process/channel.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

/* A mail is begun only while enough of the session is left for the wait after its end, which
 * RFC 5321 (4.5.3.2.6) puts at ten minutes. */
enum { SESSION_MS = 900000, MAIL_MS = 660000, MAIL_LIMIT_MS = SESSION_MS + 60000 };
enum { PART_ARENA_BYTES = 4 << 20, GIVE_UP_TRIES = 125, OUTCOME_ATTEMPTS = 5 };

/* One session with a sender; ops is NULL when none is open. */
struct sender_session {
    const struct sender_ops *ops;
    void *state;
    bool unreachable; /* none could be opened: the round ends */
    struct call call; /* of open and close */
    struct fault fault;
};

struct carrying {
    struct mailer *mailer;
    struct sender_session *session;
    const struct ledger_submission *next;
    enum submission_outcome outcome;
    const char *text;
    bool failed;     /* over this mail, by the module itself: the next may fare better */
    bool locked_out; /* no password, or a wrong one */
};

static void session_close(struct mailer *mailer, struct sender_session *session)
{
    if (session->ops && session->ops->close) {
        crumb_set(mailer->crumb, stages[STAGE_SUBMIT].name, session->call.module);
        session->ops->close(&session->call, &session->state);
    }
    arena_free(&session->call.arena);
    fault_clear(&session->fault);
    *session = (struct sender_session){.ops = NULL};
}

static enum module_result session_open(const struct call *call, const struct sender_ops *ops,
                                       struct sender_session *session)
{
    *session = (struct sender_session){.fault = FAULT_INIT, .call = *call};
    session->call.deadline_ms = clock_monotonic_ms() + SESSION_MS;
    session->call.arena = arena_new(PART_ARENA_BYTES);
    if (!session->call.arena) {
        fault_set(call->fault, FAULT_MEMORY, NULL, "no memory for a session with %s", call->module);
        return MODULE_RETRY;
    }
    enum module_result result = MODULE_OK;
    if (ops->open)
        result = ops->open(&session->call, &session->state); /* its fault is the call's */
    session->call.fault = &session->fault;
    session->unreachable = result != MODULE_OK;
    if (result == MODULE_OK)
        session->ops = ops;
    else
        arena_free(&session->call.arena);
    return result;
}

/* A session is worth keeping when the carrier took the mail, or refused this one alone. */
static bool is_session_good(const struct carrying *carrying, const struct call *call,
                            enum module_result result)
{
    const struct block *block = blocks_find(carrying->mailer->run->blocks, call->module);
    bool stays = block && !(block->flags & FLAG_RELOAD);
    return stays && result == MODULE_OK &&
           (carrying->outcome == SUBMISSION_ACCEPTED || carrying->outcome == SUBMISSION_NEVER);
}

static enum module_result use_sender(struct call *call, const struct www4mail_module *module,
                                     void *context)
{
    struct carrying *carrying = context;
    struct sender_session *session = carrying->session;
    enum module_result result = MODULE_OK;
    if (session->ops &&
        (session->ops != module->sender || clock_left_ms(session->call.deadline_ms) < MAIL_MS))
        session_close(carrying->mailer, session);
    if (!session->ops)
        result = session_open(call, module->sender, session);
    if (result != MODULE_OK)
        return result;
    call->deadline_ms = session->call.deadline_ms;
    result = module->sender->submit(call, session->state, &carrying->next->submission,
                                    &carrying->outcome, &carrying->text);
    if (!is_session_good(carrying, call, result))
        session_close(carrying->mailer, session);
    return result;
}

int64_t mailer_next_try(int tries)
{
    static const int64_t waits[] = {60, 120, 300, 900, 3600};
    return clock_now() + waits[tries < 4 ? tries : 4];
}

/* A repeat must be known before it goes out: dying behind it is no reason for another. */
static bool keep_repeat(void *context)
{
    const struct carrying *carrying = context;
    return ledger_repeating(carrying->mailer->ledger, carrying->next) == LEDGER_OK;
}

static void carry(struct mailer *mailer, struct sender_session *session,
                  const struct ledger_submission *next, struct carrying *carrying,
                  struct arena *arena)
{
    struct fault fault = FAULT_INIT;
    struct call call = {.module = "agent",
                        .overrides = &mailer->account->submission.settings,
                        .arena = arena,
                        .fault = &fault,
                        .told_to_end = mail_asked_to_stop,
                        .completing = next->in_doubt ? keep_repeat : NULL,
                        .completing_context = carrying};
    mailer_give_secret(mailer, MAILER_SUBMISSION, &call);
    *carrying = (struct carrying){.mailer = mailer,
                                  .session = session,
                                  .next = next,
                                  .outcome = SUBMISSION_NOT_SENT,
                                  .text = ""};
    enum module_result result =
        run_modules(mailer->run->blocks, STAGE_SUBMIT, "sender", &mailer->fields, mailer->crumb,
                    &call, use_sender, carrying);
    if (result != MODULE_OK) {
        carrying->failed = true;
        carrying->outcome = SUBMISSION_NOT_SENT;
        carrying->text = arena_printf(arena, "%s", fault.operator ? fault.operator
                                                                  : "no module to submit with");
    }
    if (fault.code == FAULT_SIGN_IN)
        mailer_was_refused(mailer, MAILER_SUBMISSION);
    else if (carrying->outcome == SUBMISSION_ACCEPTED)
        mailer_signed_in(mailer, MAILER_SUBMISSION);
    carrying->locked_out = fault.code == FAULT_SIGN_IN || fault.code == FAULT_SECRET;
    secret_wipe(&mailer->secrets[MAILER_SUBMISSION]);
    fault_clear(&fault);
}

static int report(struct mailer *mailer, const struct ledger_submission *next,
                  const struct carrying *carrying)
{
    static const char *const words[] = {"accepted", "later", "never", "in doubt", "not sent"};
    bool good = carrying->outcome == SUBMISSION_ACCEPTED;
    log_line(good ? LOG_INFO : LOG_WARNING, "job %lld  %-12s  account %s: %s to %s, %llu bytes%s%s",
             (long long)next->job, "submit", mailer->account->name, words[carrying->outcome],
             log_person(next->submission.recipient), (unsigned long long)next->submission.size,
             carrying->text && *carrying->text ? ": " : "", carrying->text ? carrying->text : "");
    if (good)
        channel_send(mailer->channel,
                     (struct notice){.kind = NOTICE_SENT, .account = mailer->index});
    if (carrying->locked_out)
        return EX_NOPERM;
    return good || carrying->outcome == SUBMISSION_NEVER ? EX_OK : EX_TEMPFAIL;
}

/* What the carrier said must not be lost: it would be asked again, and might deliver again. */
static enum ledger_result keep_outcome(struct mailer *mailer, const struct ledger_submission *next,
                                       const struct carrying *carrying, int64_t not_before)
{
    enum ledger_result result = LEDGER_ERROR;
    for (int attempt = 0; attempt < OUTCOME_ATTEMPTS; attempt++) {
        result =
            ledger_outcome(mailer->ledger, next, carrying->outcome, carrying->text, not_before);
        if (result == LEDGER_OK || result == LEDGER_NONE)
            return result;
        sleep(1);
    }
    log_line(LOG_ERROR, "job %lld: what became of the reply to %s cannot be written down: %s",
             (long long)next->job, log_person(next->submission.recipient),
             fault_name(ledger_fault(mailer->ledger)->code));
    return result;
}

/* A carrier that swallows the mail and breaks off twice is not asked a third time. */
static void limit_attempts(const struct mailer *mailer, const struct ledger_submission *next,
                           struct carrying *carrying)
{
    bool again = carrying->outcome == SUBMISSION_LATER || carrying->outcome == SUBMISSION_NOT_SENT;
    bool doubted_twice = carrying->outcome == SUBMISSION_IN_DOUBT && next->in_doubt &&
                         mailer->doubts.policy == IN_DOUBT_RESEND;
    if (doubted_twice)
        log_line(LOG_ERROR,
                 "job %lld: twice no answer came to a whole mail to %s: it may have arrived twice, "
                 "or not at all, and is not sent again",
                 (long long)next->job, log_person(next->submission.recipient));
    if (doubted_twice || (again && next->tries >= GIVE_UP_TRIES))
        carrying->outcome = SUBMISSION_NEVER;
}

static enum ledger_result submit_one(struct mailer *mailer, struct sender_session *session,
                                     struct ledger_submission *next, struct arena *arena, int *code)
{
    struct carrying carrying;
    enum ledger_result result = ledger_submitting(mailer->ledger, &mailer->owner, next);
    if (result != LEDGER_OK)
        return result;
    carry(mailer, session, next, &carrying, arena);
    limit_attempts(mailer, next, &carrying);
    bool again = carrying.outcome == SUBMISSION_LATER || carrying.outcome == SUBMISSION_NOT_SENT;
    result = keep_outcome(mailer, next, &carrying, again ? mailer_next_try(next->tries) : 0);
    *code = run_worse_exit(*code, report(mailer, next, &carrying));
    /* Who cannot be reached, or does not let us in, is not asked for every mail that waits. */
    bool no_use =
        (carrying.outcome == SUBMISSION_NOT_SENT && !carrying.failed) || carrying.locked_out;
    return result == LEDGER_OK && no_use ? LEDGER_NONE : result;
}

/* The next mail that waits; LEDGER_NONE when there is no more. */
static enum ledger_result submit_next(struct mailer *mailer, struct sender_session *session,
                                      int *code)
{
    struct ledger_submission next;
    struct arena *arena = arena_new(PART_ARENA_BYTES);
    if (!arena) {
        *code = run_worse_exit(*code, EX_TEMPFAIL);
        return LEDGER_NONE;
    }
    crumb_limit(mailer->crumb, MAIL_LIMIT_MS);
    enum ledger_result result =
        ledger_next_part(mailer->ledger, mailer->account->name, arena, &next);
    if (result == LEDGER_OK) {
        bool held = !mailer_may_sign_in(mailer, MAILER_SUBMISSION);
        if (held)
            *code = run_worse_exit(*code, EX_NOPERM);
        result = held ? LEDGER_NONE : submit_one(mailer, session, &next, arena, code);
        close(next.submission.fd);
    }
    arena_free(&arena);
    return session->unreachable ? LEDGER_NONE : result;
}

int mailer_submit(struct mailer *mailer)
{
    int code = EX_OK;
    struct sender_session session = {0};
    enum ledger_result result;
    do
        result = submit_next(mailer, &session, &code);
    while (result == LEDGER_OK && !mail_asked_to_stop());
    session_close(mailer, &session);
    crumb_set(mailer->crumb, "", "");
    if (result != LEDGER_OK && result != LEDGER_NONE && fault_is_set(ledger_fault(mailer->ledger)))
        log_fault(LOG_ERROR, "ledger", ledger_fault(mailer->ledger));
    return run_worse_exit(code, run_ledger_exit(result));
}
