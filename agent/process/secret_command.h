/* SPDX-License-Identifier: ISC */
/* secret_command: runs a password_command.  Private to secret*.c. */
#ifndef WWW4MAIL_AGENT_PROCESS_SECRET_COMMAND_H
#define WWW4MAIL_AGENT_PROCESS_SECRET_COMMAND_H

#include "agent/process/secret.h"

/* The first line that it prints, into secret->text; false and FAULT_SECRET. */
bool secret_run_command(struct secret *secret, struct fault *fault);

/* Makes the first line of the `len` bytes in secret->text its whole text.  False and FAULT_SECRET
 * when it is no password. */
bool secret_first_line(struct secret *secret, size_t len, struct fault *fault);

#endif
