/* SPDX-License-Identifier: ISC */
/*
 * acts: preloaded into the agent, counts what its processes do to the world outside: commits of the
 * ledger, what they say on connections, files made, named and removed.  All processes of a run count
 * in one shared page (the file named by ACTS).  Before or after the act whose turn it is, it kills:
 * the whole run, the acting process alone, or it asks the run to end; or it kills every process that
 * comes to the end of a mail's data.  ACTS_CLOCK moves the wall clock by so many seconds; with
 * ACTS_SPEED it and the clock of polls run so many times faster since ACTS_SINCE.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { RECORDS = 4000, WHAT_BYTES = 54, FILES = 1024 };
enum kill_mode { KILL_RUN, KILL_PROCESS, TERM_RUN, KILL_ENDS };

/* points.py reads and writes these bytes; see RECORD and HEAD there. */
struct record {
    int32_t pid;
    uint8_t kind; /* 'c' commit, 'w' words on a connection, 'f' file */
    uint8_t ends; /* the end of a mail's data */
    uint8_t done;
    uint8_t pad;
    uint16_t port;         /* of the other side */
    char what[WHAT_BYTES]; /* how it begins, zeros behind */
};

struct page {
    _Atomic uint32_t begun;
    uint32_t stop_at; /* 0 never */
    uint32_t stop_after, mode;
    _Atomic int32_t leader; /* the first process of the run */
    _Atomic uint32_t stopped;
    _Atomic int32_t stopped_pid;
    uint32_t pad;
    struct record records[RECORDS];
};

_Static_assert(sizeof(struct record) == 64, "as points.py reads it");

static struct page *page;
static int64_t clock_shift, clock_speed = 1, clock_since;
static bool named_only;         /* ACTS_NAMED: as on a disk that has no files without names */
static uint16_t outside[FILES]; /* port of the other side of a TCP connection */

/* ---- the functions behind ---- */

#define REAL(result, name, ...) static result (*real_##name)(__VA_ARGS__)
REAL(int, sqlite3_exec, sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *,
     char **);
REAL(sqlite3_int64, sqlite3_total_changes64, sqlite3 *);
REAL(int, connect, int, const struct sockaddr *, socklen_t);
REAL(int, close, int);
REAL(ssize_t, write, int, const void *, size_t);
REAL(ssize_t, writev, int, const struct iovec *, int);
REAL(ssize_t, send, int, const void *, size_t, int);
REAL(ssize_t, sendto, int, const void *, size_t, int, const struct sockaddr *, socklen_t);
REAL(ssize_t, sendmsg, int, const struct msghdr *, int);
REAL(int, rename, const char *, const char *);
REAL(int, renameat, int, const char *, int, const char *);
REAL(int, link, const char *, const char *);
REAL(int, linkat, int, const char *, int, const char *, int);
REAL(int, unlink, const char *);
REAL(int, unlinkat, int, const char *, int);
REAL(int, mkdir, const char *, mode_t);
REAL(int, mkdirat, int, const char *, mode_t);
REAL(int, ftruncate, int, off_t);
REAL(int, open, const char *, int, ...);
REAL(int, openat, int, const char *, int, ...);
REAL(int, clock_gettime, clockid_t, struct timespec *);

#define FIND(name) *(void **)&real_##name = dlsym(RTLD_NEXT, #name)

static void find_all(void)
{
    FIND(sqlite3_exec);
    FIND(sqlite3_total_changes64);
    FIND(connect);
    FIND(close);
    FIND(write);
    FIND(writev);
    FIND(send);
    FIND(sendto);
    FIND(sendmsg);
    FIND(rename);
    FIND(renameat);
    FIND(link);
    FIND(linkat);
    FIND(unlink);
    FIND(unlinkat);
    FIND(mkdir);
    FIND(mkdirat);
    FIND(ftruncate);
    FIND(open);
    FIND(openat);
    FIND(clock_gettime);
}

__attribute__((constructor)) static void prepare(void)
{
    const char *path = getenv("ACTS"), *shift = getenv("ACTS_CLOCK"), *speed = getenv("ACTS_SPEED"),
               *since = getenv("ACTS_SINCE");
    find_all();
    clock_speed = speed ? strtoll(speed, NULL, 10) : 1;
    clock_since = since ? strtoll(since, NULL, 10) : 0;
    named_only = getenv("ACTS_NAMED") != NULL;
    clock_shift = shift ? strtoll(shift, NULL, 10) : 0;
    int fd = path ? real_open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED)
        page = NULL;
    real_close(fd);
    int32_t nobody = 0;
    if (page)
        atomic_compare_exchange_strong(&page->leader, &nobody, (int32_t)getpid());
}

/* ---- counting and killing ---- */

static void stop_at(uint32_t number)
{
    int error = errno;
    page->stopped_pid = (int32_t)getpid();
    atomic_store(&page->stopped, number);
    switch ((enum kill_mode)page->mode) {
    case TERM_RUN:
        kill(page->leader, SIGTERM);
        errno = error;
        return;
    case KILL_RUN:
        kill(0, SIGKILL);
        break;
    case KILL_PROCESS:
    case KILL_ENDS:
        kill(getpid(), SIGKILL);
        break;
    }
    for (;;) /* where kill(2) is taken away, whoever watches the page does it */
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static bool is_its_turn(uint32_t number)
{
    if (page->mode == KILL_ENDS)
        return number <= RECORDS && page->records[number - 1].ends;
    return number == page->stop_at;
}

/* The act's number, 0 when nobody counts. */
static uint32_t begin(char kind, uint16_t port, const char *what, size_t len)
{
    if (!page)
        return 0;
    uint32_t number = atomic_fetch_add(&page->begun, 1) + 1;
    struct record *record = &page->records[number <= RECORDS ? number - 1 : RECORDS - 1];
    *record = (struct record){.pid = (int32_t)getpid(), .kind = (uint8_t)kind, .port = port};
    record->ends = kind == 'w' && len >= 3 && memcmp(what + len - 3, ".\r\n", 3) == 0 &&
                   (len == 3 || (len >= 5 && memcmp(what + len - 5, "\r\n", 2) == 0));
    memcpy(record->what, what, len < WHAT_BYTES ? len : WHAT_BYTES);
    if (is_its_turn(number) && !page->stop_after)
        stop_at(number);
    return number;
}

static void end(uint32_t number)
{
    if (number == 0)
        return;
    if (number <= RECORDS)
        page->records[number - 1].done = 1;
    if (is_its_turn(number) && page->stop_after)
        stop_at(number);
}

/* Of a path only the last name is kept. */
static uint32_t begin_text(char kind, const char *verb, const char *text)
{
    char what[WHAT_BYTES + 1];
    const char *slash = strrchr(text, '/');
    text = slash ? slash + 1 : text;
    int len = snprintf(what, sizeof what, "%s %s", verb, text);
    return begin(kind, 0, what, len < WHAT_BYTES ? (size_t)len : WHAT_BYTES);
}

/* ---- the ledger ---- */

EXPORT int sqlite3_exec(sqlite3 *db, const char *text, int (*row)(void *, int, char **, char **),
                        void *context, char **error)
{
    static sqlite3_int64 changes;
    uint32_t act = 0;
    if (strncmp(text, "BEGIN", 5) == 0)
        changes = real_sqlite3_total_changes64(db);
    else if (strcmp(text, "COMMIT") == 0 && real_sqlite3_total_changes64(db) != changes)
        act = begin_text('c', "COMMIT", "");
    int code = real_sqlite3_exec(db, text, row, context, error);
    end(act);
    return code;
}

/* ---- connections ---- */

static uint16_t port_of(int fd)
{
    return page && fd >= 0 && fd < FILES ? outside[fd] : 0;
}

static bool is_tcp(int fd, const struct sockaddr *address)
{
    int type = 0;
    socklen_t size = sizeof type;
    return (address->sa_family == AF_INET || address->sa_family == AF_INET6) &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    uint16_t port = 0;
    if (fd >= 0 && fd < FILES && is_tcp(fd, address)) {
        memcpy(&port, (const char *)address + 2, sizeof port); /* in both families it is there */
        outside[fd] = ntohs(port);
    }
    return real_connect(fd, address, len);
}

EXPORT int close(int fd)
{
    if (fd >= 0 && fd < FILES)
        outside[fd] = 0;
    return real_close(fd);
}

EXPORT ssize_t write(int fd, const void *bytes, size_t len)
{
    uint32_t act = port_of(fd) ? begin('w', port_of(fd), bytes, len) : 0;
    ssize_t done = real_write(fd, bytes, len);
    end(act);
    return done;
}

EXPORT ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    uint32_t act = port_of(fd) ? begin('w', port_of(fd), bytes, len) : 0;
    ssize_t done = real_send(fd, bytes, len, flags);
    end(act);
    return done;
}

EXPORT ssize_t sendto(int fd, const void *bytes, size_t len, int flags,
                      const struct sockaddr *address, socklen_t size)
{
    uint32_t act = port_of(fd) ? begin('w', port_of(fd), bytes, len) : 0;
    ssize_t done = real_sendto(fd, bytes, len, flags, address, size);
    end(act);
    return done;
}

EXPORT ssize_t writev(int fd, const struct iovec *vector, int count)
{
    const struct iovec *last = &vector[count - 1];
    uint32_t act = port_of(fd) ? begin('w', port_of(fd), last->iov_base, last->iov_len) : 0;
    ssize_t done = real_writev(fd, vector, count);
    end(act);
    return done;
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    const struct iovec *last = &message->msg_iov[message->msg_iovlen - 1];
    uint32_t act = port_of(fd) ? begin('w', port_of(fd), last->iov_base, last->iov_len) : 0;
    ssize_t done = real_sendmsg(fd, message, flags);
    end(act);
    return done;
}

/* ---- files ---- */

/* What changes nothing is no act: making what is there, removing what is not. */
static bool is_there(int dir, const char *path)
{
    struct stat info;
    int error = errno;
    bool there = page && fstatat(dir, path, &info, AT_SYMLINK_NOFOLLOW) == 0;
    errno = error;
    return there;
}

#define FILE_ACT(counts, verb, path, type, act_of)                                                 \
    uint32_t act = (counts) ? begin_text('f', verb, path) : 0;                                     \
    type result = act_of;                                                                          \
    end(act);                                                                                      \
    return result

EXPORT int rename(const char *from, const char *to)
{
    FILE_ACT(true, "rename", to, int, real_rename(from, to));
}

EXPORT int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    FILE_ACT(true, "rename", to, int, real_renameat(from_dir, from, to_dir, to));
}

EXPORT int link(const char *from, const char *to)
{
    FILE_ACT(true, "link", to, int, real_link(from, to));
}

EXPORT int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    FILE_ACT(true, "link", to, int, real_linkat(from_dir, from, to_dir, to, flags));
}

EXPORT int unlink(const char *path)
{
    FILE_ACT(is_there(AT_FDCWD, path), "unlink", path, int, real_unlink(path));
}

EXPORT int unlinkat(int dir, const char *path, int flags)
{
    FILE_ACT(is_there(dir, path), "unlink", path, int, real_unlinkat(dir, path, flags));
}

EXPORT int mkdir(const char *path, mode_t mode)
{
    FILE_ACT(!is_there(AT_FDCWD, path), "mkdir", path, int, real_mkdir(path, mode));
}

EXPORT int mkdirat(int dir, const char *path, mode_t mode)
{
    FILE_ACT(!is_there(dir, path), "mkdir", path, int, real_mkdirat(dir, path, mode));
}

EXPORT int ftruncate(int fd, off_t size)
{
    /* Memory files and the ledger's own are no acts: they are gone with the run, or repaired. */
    struct stat info;
    bool spool = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1 && size == 0;
    uint32_t act = spool ? begin_text('f', "empty", "") : 0;
    int result = real_ftruncate(fd, size);
    end(act);
    return result;
}

static bool is_refused(int flags)
{
    errno = EOPNOTSUPP;
    return named_only && (flags & O_TMPFILE) == O_TMPFILE;
}

static bool is_new(int dir, const char *path, int flags)
{
    return (flags & O_CREAT) && (flags & O_EXCL) && !is_there(dir, path);
}

EXPORT int openat(int dir, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (is_refused(flags))
        return -1;
    uint32_t act = is_new(dir, path, flags) ? begin_text('f', "make", path) : 0;
    int fd = real_openat(dir, path, flags, mode);
    end(act);
    return fd;
}

EXPORT int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    if (is_refused(flags))
        return -1;
    uint32_t act = is_new(AT_FDCWD, path, flags) ? begin_text('f', "make", path) : 0;
    int fd = real_open(path, flags, mode);
    end(act);
    return fd;
}

/* ---- the clock ---- */

static void hasten(struct timespec *now, int64_t since)
{
    const int64_t second = 1000000000;
    int64_t passed = ((now->tv_sec - since) * second + now->tv_nsec) * clock_speed;
    *now = (struct timespec){.tv_sec = since + passed / second, .tv_nsec = passed % second};
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *now_out)
{
    int result = real_clock_gettime(clock, now_out);
    if (result != 0)
        return result;
    if (clock_speed > 1 && (clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME))
        hasten(now_out, clock == CLOCK_REALTIME ? clock_since : 0);
    if (clock == CLOCK_REALTIME)
        now_out->tv_sec += (time_t)clock_shift;
    return 0;
}

EXPORT time_t time(time_t *now_out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now_out)
        *now_out = now.tv_sec;
    return now.tv_sec;
}
