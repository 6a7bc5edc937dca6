/* SPDX-License-Identifier: ISC */
/* examine_child: an examination in a process of its own, which may die of it; its lines come back
 * through a pipe.  Private to examine*.c. */
#ifndef WWW4MAIL_AGENT_PROCESS_EXAMINE_CHILD_H
#define WWW4MAIL_AGENT_PROCESS_EXAMINE_CHILD_H

#include "agent/module.h"

/* Runs in the child; its result is the exit code. */
typedef int (*examine_act)(void *context, const struct examination *examination);

/* The act's exit code, or 69 when it died or took longer than that; `what` it examined, for the line
 * that says so. */
int examine_in_child(examine_act act, void *context, const char *what, int64_t ms,
                     const struct examination *examination);

#endif
