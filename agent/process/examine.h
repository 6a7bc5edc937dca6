/* SPDX-License-Identifier: ISC */
/*
 * examine: goes through what serving an account will need, without changing anything: trust,
 * password, mailbox, carrier.  Tells a line a step.  A server that makes a library crash ends the
 * child that examined it, and that is told.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_EXAMINE_H
#define WWW4MAIL_AGENT_PROCESS_EXAMINE_H

#include "agent/process/run.h"

/* 0, or the worst of 77 (a sign-in or password), 78 (configuration) and 69 (anything else). */
int examine_account(const struct run *run, const struct account *account,
                    const struct examination *examination);

/* Loads the trust stores that the wanted accounts will need, so that what is forked has them.  What
 * cannot be loaded is told where it is used. */
void examine_load_trust(const struct run *run);

#endif
