/* SPDX-License-Identifier: ISC */
/*
 * mail: the process that knows one account's mailbox and carrier: collects mails into the ledger,
 * submits replies out of it, settles.  Never reads a mail, never meets a web server.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_MAIL_H
#define WWW4MAIL_AGENT_PROCESS_MAIL_H

#include "agent/process/doubt.h"
#include "agent/process/run.h"
#include "agent/process/secret.h"

/* The two places where an account signs in. */
enum mailer_side { MAILER_MAILBOX, MAILER_SUBMISSION, MAILER_SIDES };

struct mailer {
    const struct run *run;
    const struct account *account;
    uint32_t index; /* of the account in the configuration */
    struct ledger *ledger;
    struct ledger *known; /* of a dry run: the real one, asked and never written; or NULL */
    struct ledger_owner owner;
    struct fields fields;
    struct doubt_rules doubts;
    struct crumb *crumb;
    int channel; /* to the supervisor, or -1 */
    bool ledger_failed;
    struct secret secrets[MAILER_SIDES];
    bool signed_in[MAILER_SIDES], held_told[MAILER_SIDES];
};

bool mailer_open(struct mailer *mailer, const struct run *run, const struct account *account,
                 struct crumb *crumb, struct fault *fault);
void mailer_close(struct mailer *mailer);

/* The next four go on to an exit code; what goes wrong is logged. */
int mailer_collect(struct mailer *mailer);
/* What has been in doubt long enough is found among the sent mails, or is ready to be sent once
 * more, or given up.  Once in the life of a mail process: nobody is asked twice in a round. */
int mailer_resolve(struct mailer *mailer);
int mailer_submit(struct mailer *mailer);
int mailer_settle(struct mailer *mailer);

/* ---- mail_collect.c, for others that meet the mailbox ---- */

/* The account's mailbox module, open, and a call of it with password, memory and deadline: the
 * caller frees call->arena and wipes the secret.  NULL and the call's fault. */
const struct www4mail_module *mailer_mailbox(struct mailer *mailer, enum stage_id stage,
                                             struct call *call, struct fault *fault);
/* Logs and clears the fault, opens the breaker where that is what it says; its exit code. */
int mailer_complain(struct mailer *mailer, const char *stage, struct fault *fault);

/* When what was begun `tries` times before and failed is begun again: 1, 2, 5, 15, 60 minutes from
 * now, then hourly.  In mail_submit.c. */
int64_t mailer_next_try(int tries);

/* At the end of a run: says what is in doubt still, and what will be done about it. */
void mailer_tell_doubts(struct mailer *mailer);

/* ---- mail_sign_in.c ---- */

/* Gives the call the account's password to ask for. */
void mailer_give_secret(struct mailer *mailer, enum mailer_side side, struct call *call);
/* False while the side's breaker is open; told once. */
bool mailer_may_sign_in(struct mailer *mailer, enum mailer_side side);
/* It answered: the breaker is closed.  It refused the sign-in: the breaker opens. */
void mailer_signed_in(struct mailer *mailer, enum mailer_side side);
void mailer_was_refused(struct mailer *mailer, enum mailer_side side);

/* Was this process told to end?  Then nothing new is begun. */
bool mail_asked_to_stop(void);

/* The whole life of a mail process. */
int mail_process(const struct run *run, const struct account *account, struct crumb *crumb,
                 int channel);

#endif
