/* SPDX-License-Identifier: ISC */
/*
 * breaker: who was refused a sign-in does not ask again at once, or the provider locks the account.
 * One for each account and side, kept in the ledger, so that it holds across runs: 1, 5, 15, then 60
 * minutes, until a sign-in succeeds.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_BREAKER_H
#define WWW4MAIL_AGENT_PROCESS_BREAKER_H

#include "agent/ledger/ledger.h"

#define BREAKER_MAILBOX "mailbox"
#define BREAKER_SUBMISSION "submission"

/* The time, in seconds since 1970, before which this side is not to be asked; 0: it may be. */
int64_t breaker_until(struct ledger *ledger, const char *account, const char *side);

/* Counts a refusal and says until when it holds now; 0 when the ledger cannot keep it. */
int64_t breaker_open(struct ledger *ledger, const char *account, const char *side);

/* A sign-in succeeded.  Writes nothing when there is nothing to forget. */
void breaker_clear(struct ledger *ledger, const char *account, const char *side);

#endif
