/* SPDX-License-Identifier: ISC */
/* accounts: what became of the configured accounts since the ledger was written. */
#ifndef WWW4MAIL_AGENT_PROCESS_ACCOUNTS_H
#define WWW4MAIL_AGENT_PROCESS_ACCOUNTS_H

#include "agent/process/run.h"

/* Most accounts that are not configured any more and are told of. */
enum { ACCOUNTS_GONE = 32 };

struct accounts_gone {
    const char *names[ACCOUNTS_GONE]; /* in the arena of the call */
    struct ledger_counts counts[ACCOUNTS_GONE];
    size_t count;
};

/* Those that the ledger has work of and the configuration does not name. */
enum ledger_result accounts_gone(struct ledger *ledger, const struct config *config,
                                 struct arena *arena, struct accounts_gone *gone_out);

/*
 * At the start of a run, under the lock of the state directory: an account that was renamed
 * (`formerly`) gets what its old name had, what an account that is gone still owes is told, and
 * times that only a wrong clock can have written are mended.
 * *held_out: mails and replies that wait for such an account.  An exit code.
 */
int accounts_reconcile(const struct run *run, int64_t *held_out);

#endif
