/* SPDX-License-Identifier: ISC */
/* places: what a process that opens modules must be able to read for them, whatever else it gives
 * up: the system's own files, the modules' objects, and the files that their settings name. */
#ifndef WWW4MAIL_AGENT_MODULES_PLACES_H
#define WWW4MAIL_AGENT_MODULES_PLACES_H

#include "agent/base/sandbox.h"
#include "agent/modules/block.h"

/* Does the stage of this block run in that process ("worker", "parse", "mail")? */
bool places_runs_in(const struct block *block, const char *process);

/* What all its modules declare together under `needs:`. */
unsigned places_needs(const struct blocks *blocks, const char *process);
/* The same as an enum sandbox_keeps. */
unsigned places_keeps(unsigned needs);

/* Allows the reading. */
void places_of(struct sandbox_rights *rights, const struct blocks *blocks, const char *process);

#endif
