/* SPDX-License-Identifier: ISC */
/* commands: what the command line can ask for.  Each returns an exit code of sysexits.h. */
#ifndef WWW4MAIL_AGENT_COMMANDS_COMMANDS_H
#define WWW4MAIL_AGENT_COMMANDS_COMMANDS_H

#include "agent/commands/options.h"

int command_serve(const struct options *options); /* --once, --daemon, --stdin */
int command_check_config(const struct options *options);
int command_doctor(const struct options *options);
int command_render(const struct options *options);
int command_status(const struct options *options);
int command_jobs(const struct options *options);
int command_modules(const struct options *options);
int command_stages(const struct options *options);
int command_forget(const struct options *options);
int command_in_doubt(const struct options *options);

#endif
