/* SPDX-License-Identifier: ISC */
/* submit: finished bytes out of the ledger to the account's carrier, one mail a transaction. */
#include "agent/process/mail.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/process/channel.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

enum { SUBMIT_MS = 900000, PART_ARENA_BYTES = 4 << 20, GIVE_UP_TRIES = 125, DOUBT_WAIT = 600 };

struct carrying {
    const struct submission *submission;
    enum submission_outcome outcome;
    const char *text;
};

static enum module_result use_sender(struct call *call, const struct www4mail_module *module,
                                     void *context)
{
    struct carrying *carrying = context;
    return module->sender->submit(call, carrying->submission, &carrying->outcome, &carrying->text);
}

/* 1, 2, 5, 15, 60 minutes, then hourly. */
static int64_t next_try(int tries)
{
    static const int64_t waits[] = {60, 120, 300, 900, 3600};
    return clock_now() + waits[tries < 4 ? tries : 4];
}

/* A carrier that recognises its own earlier copy may be asked again at once. */
static int64_t doubt_wait(struct mailer *mailer)
{
    struct plan plan;
    plan_make(mailer->run->blocks, STAGE_SUBMIT, "sender", &mailer->fields, &plan);
    const char *wait = plan.count ? settings_get(&plan.blocks[0]->settings, "in_doubt_wait") : NULL;
    uint64_t seconds = DOUBT_WAIT;
    if (wait)
        span_to_u64(span_of(wait), &seconds);
    return (int64_t)seconds;
}

static void carry(struct mailer *mailer, const struct ledger_submission *next,
                  struct carrying *carrying, struct arena *arena)
{
    struct fault fault = FAULT_INIT;
    struct call call = {.module = "agent",
                        .overrides = &mailer->account->submission.settings,
                        .arena = arena,
                        .fault = &fault,
                        .deadline_ms = clock_monotonic_ms() + SUBMIT_MS};
    *carrying = (struct carrying){
        .submission = &next->submission, .outcome = SUBMISSION_NOT_SENT, .text = ""};
    enum module_result result =
        run_modules(mailer->run->blocks, STAGE_SUBMIT, "sender", &mailer->fields, mailer->crumb,
                    &call, use_sender, carrying);
    if (result != MODULE_OK) {
        carrying->outcome = SUBMISSION_NOT_SENT;
        carrying->text = arena_printf(arena, "%s", fault.operator ? fault.operator
                                                                  : "no module to submit with");
    }
    fault_clear(&fault);
}

static int report(struct mailer *mailer, const struct ledger_submission *next,
                  const struct carrying *carrying)
{
    static const char *const words[] = {"accepted", "later", "never", "in doubt", "not sent"};
    bool good = carrying->outcome == SUBMISSION_ACCEPTED;
    log_line(good ? LOG_INFO : LOG_WARNING, "job %lld  %-12s  %s to %s, %llu bytes%s%s",
             (long long)next->job, "submit", words[carrying->outcome],
             log_person(next->submission.recipient), (unsigned long long)next->submission.size,
             carrying->text && *carrying->text ? ": " : "", carrying->text ? carrying->text : "");
    if (good)
        channel_send(mailer->channel,
                     (struct notice){.kind = NOTICE_SENT, .account = mailer->index});
    return good || carrying->outcome == SUBMISSION_NEVER ? EX_OK : EX_TEMPFAIL;
}

static int submit_one(struct mailer *mailer, struct ledger_submission *next, struct arena *arena)
{
    struct carrying carrying;
    enum ledger_result result = ledger_submitting(mailer->ledger, &mailer->owner, next);
    if (result != LEDGER_OK)
        return run_ledger_exit(result);
    carry(mailer, next, &carrying, arena);
    bool again = carrying.outcome == SUBMISSION_LATER || carrying.outcome == SUBMISSION_NOT_SENT;
    if (again && next->tries >= GIVE_UP_TRIES)
        carrying.outcome = SUBMISSION_NEVER;
    result = ledger_outcome(mailer->ledger, next, carrying.outcome, carrying.text,
                            again ? next_try(next->tries) : 0);
    if (result != LEDGER_OK)
        return run_ledger_exit(result);
    return report(mailer, next, &carrying);
}

int mailer_submit(struct mailer *mailer)
{
    int code = EX_OK;
    enum ledger_result result = LEDGER_OK;
    int64_t wait = doubt_wait(mailer);
    while (result == LEDGER_OK) {
        struct arena *arena = arena_new(PART_ARENA_BYTES);
        struct ledger_submission next;
        if (!arena)
            return EX_TEMPFAIL;
        result = ledger_next_part(mailer->ledger, mailer->account->name, wait, arena, &next);
        if (result == LEDGER_OK) {
            code = run_worse_exit(code, submit_one(mailer, &next, arena));
            close(next.submission.fd);
        }
        arena_free(&arena);
    }
    crumb_set(mailer->crumb, "", "");
    return result == LEDGER_NONE ? code : run_worse_exit(code, run_ledger_exit(result));
}
