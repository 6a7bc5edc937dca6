/* SPDX-License-Identifier: ISC */
/*
 * reading: how often the reading of a mail out of its mailbox failed, or ended the mail process.  Who
 * reads says which mail it is (crumb_reading); of a death the supervisor takes note, in the ledger.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_READING_H
#define WWW4MAIL_AGENT_PROCESS_READING_H

#include "agent/base/hash.h"
#include "agent/ledger/ledger.h"

enum reading_end { READING_FAILED, READING_DIED };

enum {
    READING_FAILURES = 2, /* then the mail is read behind all others, so that they need not wait */
    READING_DEATHS = 2    /* then it is not read any more */
};

/* What a mail goes by here. */
void reading_name(const struct message_key *key, char name_out[HASH_HEX_SIZE]);

/* Notes one more such end.  What the ledger says of it is told by ledger_fault. */
enum ledger_result reading_note(struct ledger *ledger, const char *name, enum reading_end end);

/* How often it ended so, in a month at least; 0 also when the ledger does not say. */
int64_t reading_ended(struct ledger *ledger, const char *name, enum reading_end end);

#endif
