/* SPDX-License-Identifier: ISC */
/*
 * mbox_lock: a spool file locked as those lock it who write into it: fcntl on the file and a
 * PATH.lock beside it.  Neither is waited for while the other is held, so that the order in which
 * others take them does not matter.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_MBOX_LOCK_H
#define WWW4MAIL_FETCHERS_MAILBOX_MBOX_LOCK_H

#include "agent/module.h"

#include <limits.h>
#include <sys/types.h>

struct mbox_lock {
    int fd;             /* of the spool; -1 when nothing is held */
    char dot[PATH_MAX]; /* of PATH.lock; "" when there is none of ours */
    dev_t device;
    ino_t inode;
};

/* Takes both, for reading or for writing, within `wait_ms` and the call's own time; RETRY with
 * FAULT_MAILBOX when others hold them longer.  Where PATH.lock may not be made, fcntl is enough. */
enum module_result mbox_lock_take(struct call *call, const char *path, int fd, bool writing,
                                  int64_t wait_ms, struct mbox_lock *lock_out);
void mbox_lock_release(struct mbox_lock *lock);

#endif
