/* SPDX-License-Identifier: ISC */
/* The life of a mail process: collect, resolve what is in doubt, submit what the workers finish,
 * settle. */
#include "agent/process/mail.h"

#include "agent/base/log.h"
#include "agent/base/sandbox.h"
#include "agent/process/channel.h"
#include "agent/process/rights.h"
#include "agent/process/secret_keeper.h"

#include <signal.h>
#include <string.h>
#include <sysexits.h>

enum {
    WAIT_MS = 1000,
    /* A session with a mailbox, or a round of submissions, keeps its own limits; what lasts longer
     * hangs where no limit reaches (a name look-up, a library) and is ended by the supervisor. */
    SESSION_LIMIT_MS = 135000
};

static volatile sig_atomic_t asked_to_stop;

static void note_stop(int signal_number)
{
    (void)signal_number;
    asked_to_stop = 1;
}

bool mail_asked_to_stop(void)
{
    return asked_to_stop;
}

bool mailer_open(struct mailer *mailer, const struct run *run, const struct account *account,
                 struct crumb *crumb, struct fault *fault)
{
    *mailer = (struct mailer){.run = run,
                              .account = account,
                              .index = (uint32_t)(account - run->config->accounts),
                              .crumb = crumb,
                              .channel = -1};
    mailer->fields.values[FIELD_ACCOUNT_NAME] = account->name;
    mailer->fields.values[FIELD_MAILBOX_KIND] = account->mailbox.kind;
    mailer->fields.values[FIELD_SUBMISSION_KIND] = account->submission.kind;
    mailer->doubts = doubt_rules_of(run->blocks, account);
    secret_init(&mailer->secrets[MAILER_MAILBOX], &account->mailbox.secret, account->name,
                "mailbox");
    secret_init(&mailer->secrets[MAILER_SUBMISSION], &account->submission.secret, account->name,
                "submission");
    if (!ledger_owner_self(&mailer->owner, fault))
        return false;
    if (run->known_state && ledger_open(run->known_state, &mailer->known, fault) != LEDGER_OK)
        return false;
    return ledger_open(run->state, &mailer->ledger, fault) == LEDGER_OK;
}

void mailer_close(struct mailer *mailer)
{
    for (int side = 0; side < MAILER_SIDES; side++)
        secret_wipe(&mailer->secrets[side]);
    ledger_close(&mailer->known);
    ledger_close(&mailer->ledger);
}

/* Is there anything of this account that a worker has or may take now? */
static bool work_outstanding(struct mailer *mailer)
{
    return ledger_outstanding(mailer->ledger, mailer->account->name) == LEDGER_OK;
}

/* Submits as answers come in, until the workers have done all of this account's jobs. */
static int follow_workers(struct mailer *mailer)
{
    int code = EX_OK;
    bool ended = false;
    uint64_t answered = 0;
    for (;;) {
        bool more = work_outstanding(mailer);
        code = run_worse_exit(code, mailer_submit(mailer));
        crumb_limit(mailer->crumb, 0);
        struct notice notice;
        if (more && !ended && !asked_to_stop)
            channel_wait(mailer->channel, WAIT_MS);
        uint64_t before = answered;
        while (channel_receive(mailer->channel, &notice, &ended))
            answered += notice.kind == NOTICE_ANSWERED;
        if (ended || asked_to_stop || (!more && answered == before)) {
            channel_send(mailer->channel, (struct notice){.kind = NOTICE_LEAVING,
                                                          .account = mailer->index,
                                                          .number = answered});
            return code;
        }
    }
}

/* The keeper of its passwords comes first: it must inherit neither ledger nor sandbox. */
static bool set_up(struct mailer *mailer, const struct run *run, const struct account *account,
                   struct secret_keeper *keeper, struct fault *fault)
{
    struct sandbox_rights rights;
    if (!sandbox_private(fault) || !secret_keeper_open(keeper, account, fault))
        return false;
    if (!mailer_open(mailer, run, account, mailer->crumb, fault))
        return false;
    for (int side = 0; side < MAILER_SIDES; side++)
        secret_keeper_serves(keeper, (unsigned char)side, &mailer->secrets[side]);
    rights_of_mail(&rights, run, account, keeper->pid);
    if (!(rights.keeps & SANDBOX_EXEC))
        sandbox_forget_environment();
    return sandbox_enter(&rights, fault);
}

int mail_process(const struct run *run, const struct account *account, struct crumb *crumb,
                 int channel)
{
    struct mailer mailer = {.crumb = crumb};
    struct secret_keeper keeper = {.channel = -1};
    struct fault fault = FAULT_INIT;
    struct sigaction stop = {.sa_handler = note_stop};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    if (!set_up(&mailer, run, account, &keeper, &fault)) {
        int code = run_exit_code(&fault);
        log_fault(LOG_ERROR, account->name, &fault);
        fault_clear(&fault);
        return code;
    }
    mailer.channel = channel;
    crumb_limit(crumb, SESSION_LIMIT_MS);
    int code = mailer_collect(&mailer);
    crumb_limit(crumb, SESSION_LIMIT_MS);
    code = run_worse_exit(code, mailer_resolve(&mailer));
    code = run_worse_exit(code, follow_workers(&mailer));
    crumb_limit(crumb, SESSION_LIMIT_MS);
    if (!asked_to_stop)
        code = run_worse_exit(code, mailer_settle(&mailer));
    mailer_tell_doubts(&mailer);
    mailer_close(&mailer);
    secret_keeper_close(&keeper);
    return code;
}
