/* SPDX-License-Identifier: ISC */
/* flock on a file of the state directory. */
#include "agent/process/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum lock_result lock_take(const char *state, int *fd_out, struct fault *fault)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/lock", state) >= (int)sizeof path) {
        fault_set(fault, FAULT_CONFIG, NULL, "%s: the path is too long", state);
        return LOCK_FAILED;
    }
    *fd_out = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd_out >= 0 && flock(*fd_out, LOCK_EX | LOCK_NB) == 0)
        return LOCK_HELD;
    bool other = *fd_out >= 0 && errno == EWOULDBLOCK;
    if (!other)
        fault_set(fault, FAULT_IO, NULL, "%s: %s", path, strerror(errno));
    if (*fd_out >= 0)
        close(*fd_out);
    *fd_out = -1;
    return other ? LOCK_TAKEN_BY_OTHER : LOCK_FAILED;
}
