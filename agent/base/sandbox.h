/* SPDX-License-Identifier: ISC */
/*
 * sandbox: what a process gives up before it works.  Each call is made once, at the end of the
 * process's set-up, and cannot be undone.  What the kernel lacks is left out and named, so that the
 * supervisor can say it once; what it has but refuses is a fault.
 */
#ifndef WWW4MAIL_BASE_SANDBOX_H
#define WWW4MAIL_BASE_SANDBOX_H

#include "agent/base/fault.h"

/* "seccomp", "landlock" or both with a comma, whichever this kernel lacks; "" when it has all. */
const char *sandbox_missing(void);

/* A process with a secret: no core file, no ptrace by others of the same user, no new privileges.
 * Its files and network stay. */
bool sandbox_mail(struct fault *fault);

/*
 * A process that meets strangers' servers: as above, and no exec (unless allow_exec), no ptrace,
 * no mount, no kernel tuning; files may be written, truncated, made and removed below `writable`
 * only (NULL: nowhere), and no mode or owner changed by path.
 */
bool sandbox_worker(const char *const *writable, bool allow_exec, struct fault *fault);

struct sandbox_limits {
    unsigned long cpu_seconds;
    unsigned long address_space; /* bytes */
    unsigned long stack;         /* bytes */
};

/* Closes every descriptor but those listed (ascending), 3 and above. */
bool sandbox_close_all_but(const int *keep, unsigned count);

/* Unmaps every file that is mapped shared and writable (a database's index, say), so that a process
 * taken over cannot reach through it; `except` (or NULL) lies in the one that stays. */
bool sandbox_unmap_shared(const void *except);

/*
 * A process that reads hostile bytes: no files, no network, no processes, no new descriptors; reads
 * and writes only on the descriptors it holds; memory and time as limited.
 */
bool sandbox_parse(const struct sandbox_limits *limits, struct fault *fault);

#endif
