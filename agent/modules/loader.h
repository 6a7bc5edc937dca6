/* SPDX-License-Identifier: ISC */
/*
 * loader: opens a planned module (dlopen, RTLD_NOW | RTLD_LOCAL) and shakes hands: api, size, name,
 * stage, role, mandatory callbacks, modes of the file.  An open module stays with its process.
 */
#ifndef WWW4MAIL_AGENT_MODULES_LOADER_H
#define WWW4MAIL_AGENT_MODULES_LOADER_H

#include "agent/modules/block.h"
#include "agent/module.h"

/* NULL and a fault (FAULT_MODULE) when it cannot be used; opened once a process. */
const struct www4mail_module *loader_open(const struct block *block, struct fault *fault);

/* Closes a module that is to be read anew at its next call (flag reload); others stay. */
void loader_done(const struct block *block);

#endif
