/* SPDX-License-Identifier: ISC */
/*
 * syscalls: preloaded into the agent, lets calls of the system fail.  FAULT_CALL names the call,
 * FAULT_ERRNO what it fails with (0: a read or write of one byte only), FAULT_AT which of them, from
 * 1 on, FAULT_FOR how many from there.  All processes of a run count in one shared page, the file
 * FAULT_PAGE: calls seen, calls failed.  FAULT_CLOCK moves the wall clock by so many seconds.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct page {
    _Atomic uint32_t seen, failed;
};

static struct page *page;
static char wanted[32]; /* a copy: the agent wipes its environment */
static uint32_t first, count;
static int error_number;
static int64_t clock_shift;

/* Looked up at first use: other libraries' constructors may run before ours. */
#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static uint32_t number_of(const char *name, uint32_t otherwise)
{
    const char *text = getenv(name);
    return text ? (uint32_t)strtoul(text, NULL, 10) : otherwise;
}

__attribute__((constructor)) static void prepare(void)
{
    const char *path = getenv("FAULT_PAGE"), *call = getenv("FAULT_CALL");
    const char *shift = getenv("FAULT_CLOCK");
    clock_shift = shift ? strtoll(shift, NULL, 10) : 0;
    int fd = path && call ? REAL(open)(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *at = REAL(mmap)(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    first = number_of("FAULT_AT", 0);
    count = number_of("FAULT_FOR", 1);
    error_number = (int)number_of("FAULT_ERRNO", EIO);
    strncpy(wanted, call, sizeof wanted - 1);
    if (at != MAP_FAILED)
        page = at;
}

/* Is this call the one, and is it its turn? */
static bool fails(const char *name)
{
    if (!page || strcmp(name, wanted) != 0)
        return false;
    uint32_t number = atomic_fetch_add(&page->seen, 1) + 1;
    if (first == 0 || number < first || number - first >= count)
        return false;
    atomic_fetch_add(&page->failed, 1);
    errno = error_number;
    return true;
}

#define FAILING(result, failed, name, parameters, arguments)                                       \
    EXPORT result name parameters                                                                  \
    {                                                                                              \
        return fails(#name) ? (failed) : REAL(name) arguments;                                     \
    }

FAILING(int, -1, rename, (const char *from, const char *to), (from, to))
FAILING(int, -1, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
FAILING(int, -1, link, (const char *from, const char *to), (from, to))
FAILING(int, -1, linkat, (int a, const char *from, int b, const char *to, int flags),
        (a, from, b, to, flags))
FAILING(int, -1, unlink, (const char *path), (path))
FAILING(int, -1, unlinkat, (int at, const char *path, int flags), (at, path, flags))
FAILING(int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
FAILING(int, -1, fsync, (int fd), (fd))
FAILING(int, -1, fdatasync, (int fd), (fd))
FAILING(int, -1, ftruncate, (int fd, off_t len), (fd, len))
FAILING(int, -1, ftruncate64, (int fd, off_t len), (fd, len))
FAILING(int, -1, flock, (int fd, int operation), (fd, operation))
FAILING(off_t, -1, lseek, (int fd, off_t offset, int whence), (fd, offset, whence))
FAILING(int, -1, socket, (int family, int type, int protocol), (family, type, protocol))
FAILING(int, -1, socketpair, (int family, int type, int protocol, int ends[2]),
        (family, type, protocol, ends))
FAILING(int, -1, connect, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))
FAILING(int, -1, pipe2, (int ends[2], int flags), (ends, flags))
FAILING(int, -1, poll, (struct pollfd * list, nfds_t entries, int wait), (list, entries, wait))
FAILING(int, -1, dup2, (int from, int to), (from, to))
FAILING(pid_t, -1, fork, (void), ())
FAILING(int, -1, memfd_create, (const char *name, unsigned flags), (name, flags))
FAILING(void *, MAP_FAILED, mmap, (void *at, size_t len, int prot, int flags, int fd, off_t offset),
        (at, len, prot, flags, fd, offset))
FAILING(void *, MAP_FAILED, mmap64,
        (void *at, size_t len, int prot, int flags, int fd, off_t offset),
        (at, len, prot, flags, fd, offset))
FAILING(ssize_t, -1, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
FAILING(ssize_t, -1, sendmsg, (int fd, const struct msghdr *message, int flags),
        (fd, message, flags))

/* Without an error they are short: one byte, as a slow disk or a full pipe may give.  What the agent
 * says of it must be heard. */
#define SHORT(name, parameters, arguments, short_arguments)                                        \
    EXPORT ssize_t name parameters                                                                 \
    {                                                                                              \
        if (fd == 2 || !fails(#name))                                                              \
            return REAL(name) arguments;                                                           \
        return error_number || len == 0 ? -1 : REAL(name) short_arguments;                         \
    }

SHORT(read, (int fd, void *bytes, size_t len), (fd, bytes, len), (fd, bytes, 1))
SHORT(pread, (int fd, void *bytes, size_t len, off_t at), (fd, bytes, len, at), (fd, bytes, 1, at))
SHORT(pread64, (int fd, void *bytes, size_t len, off_t at), (fd, bytes, len, at),
      (fd, bytes, 1, at))
SHORT(write, (int fd, const void *bytes, size_t len), (fd, bytes, len), (fd, bytes, 1))
SHORT(pwrite64, (int fd, const void *bytes, size_t len, off_t at), (fd, bytes, len, at),
      (fd, bytes, 1, at))
SHORT(recv, (int fd, void *bytes, size_t len, int flags), (fd, bytes, len, flags),
      (fd, bytes, 1, flags))
SHORT(send, (int fd, const void *bytes, size_t len, int flags), (fd, bytes, len, flags),
      (fd, bytes, 1, flags))

#define OPENING(name, parameters, arguments)                                                       \
    EXPORT int name parameters                                                                     \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        return fails(#name) ? -1 : REAL(name) arguments;                                           \
    }

OPENING(open, (const char *path, int flags, ...), (path, flags, mode))
OPENING(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENING(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))

/* A parse child lets go of all shared memory; this page it must keep. */
EXPORT int munmap(void *at, size_t len)
{
    return page && at == (void *)page ? 0 : REAL(munmap)(at, len);
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = REAL(clock_gettime)(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += clock_shift;
    return result;
}

EXPORT time_t time(time_t *now_out)
{
    time_t now = REAL(time)(NULL) + clock_shift;
    if (now_out)
        *now_out = now;
    return now;
}
