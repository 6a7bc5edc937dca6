/* SPDX-License-Identifier: ISC */
/* addresses: addresses of mail and globs of them as an operator writes them (RFC 5321, without
 * quoted local parts and address literals). */
#ifndef WWW4MAIL_AGENT_CONFIG_ADDRESSES_H
#define WWW4MAIL_AGENT_CONFIG_ADDRESSES_H

#include "agent/base/arena.h"

/* NULL when `text` is an address, else what is wrong with it and the mend. */
const char *addresses_check(struct span text);

/* The same for a glob of addresses: "*@example.org", "ann@*", "*". */
const char *addresses_check_glob(struct span text);

/* A copy with its domain in lower case; NULL when memory is short. */
const char *addresses_copy(struct arena *arena, struct span text);

#endif
