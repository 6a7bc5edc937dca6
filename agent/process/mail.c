/* SPDX-License-Identifier: ISC */
/* The life of a mail process: collect, then submit what the workers finish, then settle. */
#include "agent/process/mail.h"

#include "agent/base/log.h"
#include "agent/base/sandbox.h"
#include "agent/process/channel.h"

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
    struct ledger_counts counts;
    if (ledger_counts(mailer->ledger, mailer->account->name, &counts) != LEDGER_OK)
        return false;
    return counts.due + counts.taken > 0;
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

int mail_process(const struct run *run, const struct account *account, struct crumb *crumb,
                 int channel)
{
    struct mailer mailer;
    struct fault fault = FAULT_INIT;
    struct sigaction stop = {.sa_handler = note_stop};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    if (!sandbox_mail(&fault) || !mailer_open(&mailer, run, account, crumb, &fault)) {
        int code = run_exit_code(&fault);
        log_fault(LOG_ERROR, account->name, &fault);
        fault_clear(&fault);
        return code;
    }
    mailer.channel = channel;
    crumb_limit(crumb, SESSION_LIMIT_MS);
    int code = mailer_collect(&mailer);
    code = run_worse_exit(code, follow_workers(&mailer));
    crumb_limit(crumb, SESSION_LIMIT_MS);
    if (!asked_to_stop)
        code = run_worse_exit(code, mailer_settle(&mailer));
    mailer_close(&mailer);
    return code;
}
