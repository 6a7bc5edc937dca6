/* SPDX-License-Identifier: ISC */
/* rights: what the configuration and the blocks come to as a worker's and a mail process's rights;
 * all else is taken away by sandbox_enter.  Nothing is entered here. */
#ifndef WWW4MAIL_AGENT_PROCESS_RIGHTS_H
#define WWW4MAIL_AGENT_PROCESS_RIGHTS_H

#include "agent/base/sandbox.h"
#include "agent/process/run.h"

/* `zygote`: the child that it may signal. */
void rights_of_worker(struct sandbox_rights *rights, const struct run *run, pid_t zygote);
/* `keeper`: likewise; 0 none. */
void rights_of_mail(struct sandbox_rights *rights, const struct run *run,
                    const struct account *account, pid_t keeper);

#endif
