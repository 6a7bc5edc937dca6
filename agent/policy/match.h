/* SPDX-License-Identifier: ISC */
/* match: lists of globs and addresses, as accounts.yaml has them.  ASCII case does not matter. */
#ifndef WWW4MAIL_AGENT_POLICY_MATCH_H
#define WWW4MAIL_AGENT_POLICY_MATCH_H

#include "agent/config/account.h"
#include "agent/request/headers.h"

/* The first glob of the list that covers the text, or NULL. */
const char *match_any(const struct words *globs, struct span text);

/* True when the list names this sender and not just everybody (`*`, `*@*`). */
bool match_by_name(const struct words *globs, struct span address);

/* True when it is the account's address or one of its aliases; with `tags`, also one with a tag
 * (agent+tag@example.org). */
bool match_own_address(const struct account *account, struct span address, bool tags);

/* The sender's address; empty when From names none or cannot be read. */
struct span match_sender(const struct flat *headers);

#endif
