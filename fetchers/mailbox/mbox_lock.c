/* SPDX-License-Identifier: ISC */
/* fcntl and dot locks, tried together until both are there. */
#include "fetchers/mailbox/mbox_lock.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "fetchers/mailbox/local.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MS = 50, STALE_SECONDS = 300 };

enum dot_result { DOT_HELD, DOT_BUSY, DOT_NOT_ALLOWED, DOT_FAILED };

static int file_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(fd, F_SETLK, &lock);
}

/* The process that made the lock file, or 0 when it does not say. */
static pid_t dot_owner(int fd)
{
    char text[32];
    ssize_t len = pread(fd, text, sizeof text, 0);
    uint64_t pid;
    struct span word = span_trim((struct span){text, len > 0 ? (size_t)len : 0});
    return span_to_u64(word, &pid) && pid <= INT_MAX ? (pid_t)pid : 0;
}

/* Left behind: old, and whoever it names is no more. */
static bool dot_is_stale(int fd, const struct stat *info)
{
    if (!S_ISREG(info->st_mode) || clock_now() - (int64_t)info->st_mtim.tv_sec < STALE_SECONDS)
        return false;
    pid_t owner = dot_owner(fd);
    return owner == 0 || (kill(owner, 0) != 0 && errno == ESRCH);
}

/* Takes a stale lock file out of the way.  It is moved aside first: when that caught a fresh one
 * which somebody made in between, the fresh one is put back. */
static void dot_clear_stale(const char *dot, const char *aside)
{
    struct stat judged, moved;
    int fd = open(dot, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    bool stale = fstat(fd, &judged) == 0 && dot_is_stale(fd, &judged);
    close(fd);
    if (!stale || rename(dot, aside) != 0)
        return;
    if (lstat(aside, &moved) == 0 && moved.st_ino != judged.st_ino && link(aside, dot) != 0)
        return;
    unlink(aside);
}

/* Makes PATH.lock by link(2), which is atomic on network file systems as well, out of the file
 * `own`, which has so many links (`links`) when that has worked. */
static enum dot_result dot_link(struct mbox_lock *lock, const char *own, nlink_t links, int fd)
{
    struct stat info;
    char text[32];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (!file_write_all(fd, text, (size_t)len))
        return DOT_FAILED;
    int made = linkat(AT_FDCWD, own, AT_FDCWD, lock->dot, AT_SYMLINK_FOLLOW), error = errno;
    /* Its answer may get lost on the way; the count of links does not lie. */
    if (fstat(fd, &info) != 0)
        return DOT_FAILED;
    if (made != 0 && info.st_nlink != links) {
        errno = error;
        if (error == EPERM || error == EOPNOTSUPP)
            return DOT_NOT_ALLOWED; /* a file system without links */
        return error == EEXIST ? DOT_BUSY : DOT_FAILED;
    }
    lock->device = info.st_dev;
    lock->inode = info.st_ino;
    return DOT_HELD;
}

/* Out of a file without a name, which a death leaves nothing of.  Anything but HELD and BUSY: that
 * cannot be done here. */
static enum dot_result dot_take_nameless(struct mbox_lock *lock, const char *path)
{
    char parent[PATH_MAX], own[40];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    int fd = open(slash ? parent : ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0444);
    if (fd < 0)
        return DOT_FAILED;
    snprintf(own, sizeof own, "/proc/self/fd/%d", fd);
    enum dot_result result = dot_link(lock, own, 1, fd);
    close(fd);
    return result;
}

static enum dot_result dot_take(struct mbox_lock *lock, const char *path)
{
    char own[PATH_MAX], aside[PATH_MAX];
    if (snprintf(lock->dot, sizeof lock->dot, "%s.lock", path) >= (int)sizeof lock->dot ||
        snprintf(own, sizeof own, "%s.lock.%ld.%" PRId64, path, (long)getpid(),
                 clock_monotonic_ms()) >= (int)sizeof own ||
        snprintf(aside, sizeof aside, "%s.old", own) >= (int)sizeof aside) {
        errno = ENAMETOOLONG;
        return DOT_FAILED;
    }
    dot_clear_stale(lock->dot, aside);
    enum dot_result result = dot_take_nameless(lock, path);
    if (result == DOT_HELD || result == DOT_BUSY)
        return result;
    int fd = open(own, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
    if (fd < 0)
        return errno == EACCES || errno == EPERM || errno == EROFS ? DOT_NOT_ALLOWED : DOT_FAILED;
    result = dot_link(lock, own, 2, fd);
    int error = errno;
    unlink(own);
    close(fd);
    errno = error;
    return result;
}

static void short_pause(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000L * 1000L}, NULL);
}

/* One try at both.  DOT_BUSY: not now. */
static enum dot_result try_both(struct mbox_lock *lock, const char *path, int fd, bool writing)
{
    if (file_lock(fd, writing ? F_WRLCK : F_RDLCK) != 0)
        return errno == EAGAIN || errno == EACCES || errno == EINTR ? DOT_BUSY : DOT_FAILED;
    enum dot_result result = dot_take(lock, path);
    int error = errno;
    if (result != DOT_HELD)
        lock->dot[0] = '\0';
    if (result == DOT_BUSY || result == DOT_FAILED)
        file_lock(fd, F_UNLCK);
    errno = error;
    return result;
}

enum module_result mbox_lock_take(struct call *call, const char *path, int fd, bool writing,
                                  int64_t wait_ms, struct mbox_lock *lock_out)
{
    int64_t left = www4mail_left_ms(call), start = clock_monotonic_ms();
    int64_t wait = left < wait_ms ? left : wait_ms;
    *lock_out = (struct mbox_lock){.fd = -1};
    for (;;) {
        switch (try_both(lock_out, path, fd, writing)) {
        case DOT_NOT_ALLOWED:
            www4mail_debug(call, "%s.lock: %s; the fcntl lock has to do", path, strerror(errno));
            /* fall through */
        case DOT_HELD:
            lock_out->fd = fd;
            return MODULE_OK;
        case DOT_FAILED:
            return local_fault(call, errno, "lock", path);
        case DOT_BUSY:
            break;
        }
        if (clock_monotonic_ms() - start >= wait)
            return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                                  "%s is locked by another program; if none is at work there, "
                                  "remove %s.lock",
                                  path, path);
        short_pause();
    }
}

void mbox_lock_release(struct mbox_lock *lock)
{
    struct stat info;
    if (lock->dot[0] && lstat(lock->dot, &info) == 0 && info.st_dev == lock->device &&
        info.st_ino == lock->inode)
        unlink(lock->dot);
    if (lock->fd >= 0)
        file_lock(lock->fd, F_UNLCK);
    *lock = (struct mbox_lock){.fd = -1};
}
