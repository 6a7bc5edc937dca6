/* SPDX-License-Identifier: ISC */
/*
 * state: the state directory and what kind of disk it lies on.  For the ledger's own sources.
 */
#ifndef WWW4MAIL_AGENT_LEDGER_STATE_H
#define WWW4MAIL_AGENT_LEDGER_STATE_H

#include "agent/base/fault.h"

/* Makes the directory (0700, and its parent when only that is missing) and opens it.  Refuses one
 * that others may write to.  A descriptor, or -1 and a fault. */
int state_open(const char *state, struct fault *fault);

/* False and a fault when the directory lies on a network file system, where locks and shared
 * memory do not hold between hosts. */
bool state_check_disk(int directory, const char *state, struct fault *fault);

/* The decision itself: `magic` as statfs(2) gives it, `type` as mountinfo names it ("" unknown). */
bool state_is_network(unsigned long magic, const char *type);

#endif
