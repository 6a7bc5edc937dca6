/* SPDX-License-Identifier: ISC */
/*
 * run: what one start of the agent is to do, read-only for all its processes; and the processes
 * themselves.  Each returns an exit code of sysexits.h.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_RUN_H
#define WWW4MAIL_AGENT_PROCESS_RUN_H

#include "agent/config/account.h"
#include "agent/ledger/ledger.h"
#include "agent/modules/run.h"

struct run {
    const struct config *config;
    const struct blocks *blocks;
    const char *state;        /* directory of the ledger */
    const char *only_account; /* NULL: all */
    bool daemon;
    bool trusted;            /* mail comes from the caller himself */
    const char *known_state; /* dry run: mails known to this ledger are passed over; or NULL */
};

/* A permanent trouble beats a temporary one, which beats success. */
int run_worse_exit(int a, int b);
/* The exit code that a fault comes to. */
int run_exit_code(const struct fault *fault);
int run_ledger_exit(enum ledger_result result);

bool run_wants(const struct run *run, const struct account *account);

/* ---- the supervisor ---- */

/* --once and --daemon: takes the lock of the state directory (EX_OK at once when another run has
 * it), forks, supervises, accounts. */
int supervisor_run(struct run *run);

/* ---- without other processes than parse children ---- */

/* -1: collect, work, submit, settle, one account after the other, in this process. */
int single_run(struct run *run);
/* Collects and works in a throw-away ledger and writes every reply: into `folder` as .eml files,
 * or to standard output when it is NULL (as an mbox when there are several). */
int single_rehearse(struct run *run, const char *folder);
/* --stdin --submit: claims and returns once that is durable. */
int single_claim(struct run *run);

#endif
