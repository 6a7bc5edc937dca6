/* SPDX-License-Identifier: ISC */
/* The two halves of the sandbox, files and system calls.  Private to sandbox*.c. */
#ifndef WWW4MAIL_BASE_SANDBOX_PARTS_H
#define WWW4MAIL_BASE_SANDBOX_PARTS_H

#include "agent/base/sandbox.h"

/* ---- sandbox_files.c: landlock ---- */

/* Access to files and ports that a version of landlock can take away. */
struct landlock_reach {
    uint64_t read, write, ports, scopes;
};
struct landlock_reach sandbox_reach(int version);

bool sandbox_restrict_files(struct sandbox_rights *rights, struct fault *fault);
/* No files at all. */
bool sandbox_no_files(struct fault *fault);

/* ---- sandbox_calls.c: seccomp ---- */

bool sandbox_has_seccomp(void);
bool sandbox_filter(const struct sandbox_rights *rights, struct fault *fault);
bool sandbox_filter_parse(struct fault *fault);

#endif
