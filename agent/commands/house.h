/* SPDX-License-Identifier: ISC */
/*
 * house: what every command needs before it starts: the configuration and the module blocks, read
 * and checked against each other.  Goes through the run stages load_modules_list, init, cmdline
 * and maincfg.
 */
#ifndef WWW4MAIL_AGENT_COMMANDS_HOUSE_H
#define WWW4MAIL_AGENT_COMMANDS_HOUSE_H

#include "agent/commands/options.h"
#include "agent/process/run.h"

struct house {
    struct arena *arena;
    struct config *config; /* NULL when none was asked for */
    struct blocks blocks;
    const char *state;
};

/* Reads all; a mistake is said on standard error and gives its exit code. */
int house_open(const struct options *options, bool with_config, struct house *house_out);
void house_close(struct house *house);

/* Says what the kernel lacks for the sandbox.  EX_CONFIG when the configuration does not allow that,
 * else EX_OK: then it is done without. */
int house_check_kernel(const struct house *house);

/* doctor and check-config --online: examines the wanted accounts and prints what it finds. */
int doctor_examine(const struct options *options, const struct house *house);

#endif
