/* SPDX-License-Identifier: ISC */
/*
 * mail: the process that knows one account's mailbox and carrier: collects mails into the ledger,
 * submits replies out of it, settles.  Never reads a mail, never meets a web server.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_MAIL_H
#define WWW4MAIL_AGENT_PROCESS_MAIL_H

#include "agent/process/run.h"

struct mailer {
    const struct run *run;
    const struct account *account;
    uint32_t index; /* of the account in the configuration */
    struct ledger *ledger;
    struct ledger *known; /* of a dry run: the real one, asked and never written; or NULL */
    struct ledger_owner owner;
    struct fields fields;
    struct crumb *crumb;
    int channel; /* to the supervisor, or -1 */
    bool claimed_any;
};

bool mailer_open(struct mailer *mailer, const struct run *run, const struct account *account,
                 struct crumb *crumb, struct fault *fault);
void mailer_close(struct mailer *mailer);

/* The next three go on to an exit code; what goes wrong is logged. */
int mailer_collect(struct mailer *mailer);
int mailer_submit(struct mailer *mailer);
int mailer_settle(struct mailer *mailer);

/* The whole life of a mail process. */
int mail_process(const struct run *run, const struct account *account, struct crumb *crumb,
                 int channel);

#endif
