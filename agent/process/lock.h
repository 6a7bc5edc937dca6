/* SPDX-License-Identifier: ISC */
/* lock: one run a state directory (flock on the file `lock` in it); freed by the kernel when the
 * last process of the run is gone. */
#ifndef WWW4MAIL_AGENT_PROCESS_LOCK_H
#define WWW4MAIL_AGENT_PROCESS_LOCK_H

#include "agent/base/fault.h"

enum lock_result { LOCK_HELD, LOCK_TAKEN_BY_OTHER, LOCK_FAILED };

/* The descriptor stays open for the life of the run; closing it gives the lock back. */
enum lock_result lock_take(const char *state, int *fd_out, struct fault *fault);

#endif
