/* SPDX-License-Identifier: ISC */
/* The wrappers that the linker puts before calls of the system and of SQLite. */
#include "test/unit/trouble.h"

#include "agent/base/arena.h"
#include "agent/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { PLANS = 4 };

static struct {
    struct plan {
        const char *call;
        unsigned n, seen;
        int code;
        bool for_good, met;
    } plans[PLANS];
    unsigned planned;
    int code;         /* of the plan that was met last */
    int system_error; /* -1: the true one */
    const char *path, *instead;
    unsigned long disk; /* 0: what it is */
    struct ifaddrs *interfaces;
} trouble = {.system_error = -1};

static void plan(const char *call, unsigned n, int code, bool for_good)
{
    if (trouble.planned == PLANS)
        abort();
    trouble.plans[trouble.planned++] =
        (struct plan){.call = call, .n = n, .code = code, .for_good = for_good};
}

void trouble_at(const char *call, unsigned n, int code)
{
    plan(call, n, code, false);
}

void trouble_for_good(const char *call, unsigned n, int code)
{
    plan(call, n, code, true);
}

bool trouble_end(void)
{
    bool met = true;
    for (unsigned i = 0; i < trouble.planned; i++)
        met = met && trouble.plans[i].met;
    memset(&trouble, 0, sizeof trouble);
    trouble.system_error = -1;
    return met;
}

void trouble_system_error(int code)
{
    trouble.system_error = code;
}

void trouble_redirect(const char *path, const char *instead)
{
    trouble.path = path;
    trouble.instead = instead;
}

void trouble_disk(unsigned long magic)
{
    trouble.disk = magic;
}

void trouble_interfaces(struct ifaddrs *entries)
{
    trouble.interfaces = entries;
}

static bool is_meant(const char *call, const char *planned)
{
    size_t len = strlen(planned);
    bool is_family = strchr("_:", planned[len - 1]) != NULL;
    return is_family ? strncmp(call, planned, len) == 0 : strcmp(call, planned) == 0;
}

/* Is this the call that fails?  Then errno tells why. */
static bool fails(const char *call)
{
    bool now = false;
    for (unsigned i = 0; i < trouble.planned; i++) {
        struct plan *plan = &trouble.plans[i];
        if (!is_meant(call, plan->call))
            continue;
        plan->seen++;
        if (plan->for_good ? plan->seen < plan->n : plan->seen != plan->n)
            continue;
        plan->met = now = true;
        errno = trouble.code = plan->code;
    }
    return now;
}

static const char *way_to(const char *path)
{
    return trouble.path && strcmp(path, trouble.path) == 0 ? trouble.instead : path;
}

#define WRAPPED(type, name, ...)                                                                   \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

/* A call that tells its failure by `failure` and errno. */
#define SYSTEM(type, name, failure, declared, passed)                                              \
    type __real_##name declared;                                                                   \
    type __wrap_##name declared;                                                                   \
    type __wrap_##name declared                                                                    \
    {                                                                                              \
        return fails(#name) ? (failure) : __real_##name passed;                                    \
    }

/* SQLite's own calls come here, because the program's symbols go before libraries'.  No power is
 * cut in these tests, and waiting for the disk is all that would take their time. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
    return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

/* ---- memory ---- */

SYSTEM(void *, calloc, NULL, (size_t count, size_t size), (count, size))
SYSTEM(char *, strdup, NULL, (const char *text), (text))
SYSTEM(void *, arena_alloc, NULL, (struct arena * arena, size_t size), (arena, size))
SYSTEM(char *, arena_copy_span, NULL, (struct arena * arena, struct span text), (arena, text))

/* ---- files ---- */

SYSTEM(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
SYSTEM(int, fstat, -1, (int fd, struct stat *info), (fd, info))
SYSTEM(int, fstatat, -1, (int directory, const char *path, struct stat *info, int flags),
       (directory, path, info, flags))
SYSTEM(ssize_t, pwrite, trouble.code ? -1 : 0,
       (int fd, const void *bytes, size_t len, off_t offset), (fd, bytes, len, offset))
SYSTEM(int, fsync, -1, (int fd), (fd))
SYSTEM(int, flock, -1, (int fd, int how), (fd, how))
SYSTEM(int, linkat, -1, (int from, const char *old, int to, const char *new, int flags),
       (from, old, to, new, flags))
SYSTEM(off_t, lseek, -1, (int fd, off_t offset, int whence), (fd, offset, whence))
SYSTEM(ssize_t, pread, trouble.code ? -1 : 0, (int fd, void *bytes, size_t len, off_t offset),
       (fd, bytes, len, offset))
/* The same as it is called with _FORTIFY_SOURCE. */
SYSTEM(ssize_t, __pread_chk, trouble.code ? -1 : 0,
       (int fd, void *bytes, size_t len, off_t offset, size_t room), (fd, bytes, len, offset, room))
SYSTEM(ssize_t, read, trouble.code ? -1 : 0, (int fd, void *bytes, size_t len), (fd, bytes, len))
SYSTEM(ssize_t, write, -1, (int fd, const void *bytes, size_t len), (fd, bytes, len))
SYSTEM(ssize_t, getrandom, trouble.code ? -1 : 0, (void *bytes, size_t len, unsigned flags),
       (bytes, len, flags))
SYSTEM(int, memfd_create, -1, (const char *name, unsigned flags), (name, flags))
SYSTEM(int, kill, -1, (pid_t pid, int signal), (pid, signal))

WRAPPED(int, fstatfs, int fd, struct statfs *disk)
{
    int code = fails("fstatfs") ? -1 : __real_fstatfs(fd, disk);
    if (trouble.disk)
        disk->f_type = (__fsword_t)trouble.disk;
    return code;
}

/* What is closed is closed, whatever is said of it. */
WRAPPED(int, close, int fd)
{
    int code = __real_close(fd);
    return fails("close") ? -1 : code;
}

static mode_t mode_of(int flags, va_list args)
{
    bool makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
    return makes ? (mode_t)va_arg(args, int) : 0;
}

WRAPPED(int, open, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails("open") ? -1 : __real_open(way_to(path), flags, mode);
}

WRAPPED(int, openat, int directory, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails("at:open") ? -1 : __real_openat(directory, path, flags, mode);
}

WRAPPED(FILE *, fopen, const char *path, const char *mode)
{
    return fails("fopen") ? NULL : __real_fopen(way_to(path), mode);
}

/* Time for a test to be late in, without being late itself. */
SYSTEM(int64_t, clock_left_ms, 0, (int64_t deadline_ms), (deadline_ms))

/* ---- interfaces ---- */

WRAPPED(int, getifaddrs, struct ifaddrs **entries_out)
{
    if (fails("getifaddrs"))
        return -1;
    if (!trouble.interfaces)
        return __real_getifaddrs(entries_out);
    *entries_out = trouble.interfaces;
    return 0;
}

WRAPPED(void, freeifaddrs, struct ifaddrs *entries)
{
    if (entries != trouble.interfaces)
        __real_freeifaddrs(entries);
}

/* ---- SQLite ---- */

#define SQLITE(name, declared, passed) SYSTEM(int, name, trouble.code, declared, passed)

SQLITE(sqlite3_exec,
       (sqlite3 * db, const char *text, int (*row)(void *, int, char **, char **), void *context,
        char **said),
       (db, text, row, context, said))
SQLITE(sqlite3_prepare_v2,
       (sqlite3 * db, const char *text, int len, sqlite3_stmt **made, const char **rest),
       (db, text, len, made, rest))
SQLITE(sqlite3_prepare_v3,
       (sqlite3 * db, const char *text, int len, unsigned flags, sqlite3_stmt **made,
        const char **rest),
       (db, text, len, flags, made, rest))
SQLITE(sqlite3_step, (sqlite3_stmt * statement), (statement))
SQLITE(sqlite3_bind_int64, (sqlite3_stmt * statement, int at, sqlite3_int64 number),
       (statement, at, number))
SQLITE(sqlite3_bind_null, (sqlite3_stmt * statement, int at), (statement, at))
SQLITE(sqlite3_bind_zeroblob64, (sqlite3_stmt * statement, int at, sqlite3_uint64 size),
       (statement, at, size))
SQLITE(sqlite3_bind_blob64,
       (sqlite3_stmt * statement, int at, const void *bytes, sqlite3_uint64 len,
        void (*done)(void *)),
       (statement, at, bytes, len, done))
SQLITE(sqlite3_bind_text64,
       (sqlite3_stmt * statement, int at, const char *text, sqlite3_uint64 len,
        void (*done)(void *), unsigned char encoding),
       (statement, at, text, len, done, encoding))
SQLITE(sqlite3_blob_open,
       (sqlite3 * db, const char *base, const char *table, const char *column, sqlite3_int64 row,
        int to_write, sqlite3_blob **blob),
       (db, base, table, column, row, to_write, blob))
SQLITE(sqlite3_blob_write, (sqlite3_blob * blob, const void *bytes, int len, int offset),
       (blob, bytes, len, offset))
SQLITE(sqlite3_blob_read, (sqlite3_blob * blob, void *bytes, int len, int offset),
       (blob, bytes, len, offset))

/* Not called sqlite3_: these fail for want of memory alone, and tell it by NULL. */
WRAPPED(const unsigned char *, sqlite3_column_text, sqlite3_stmt *statement, int column)
{
    return fails("text:column") ? NULL : __real_sqlite3_column_text(statement, column);
}

WRAPPED(sqlite3_int64, sqlite3_column_int64, sqlite3_stmt *statement, int column)
{
    return fails("number:column") ? trouble.code : __real_sqlite3_column_int64(statement, column);
}

WRAPPED(char *, sqlite3_mprintf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = fails("mprintf") ? NULL : sqlite3_vmprintf(format, args);
    va_end(args);
    return text;
}

/* A database that could not be opened still has a handle, to be asked for the reason. */
WRAPPED(int, sqlite3_open_v2, const char *path, sqlite3 **db, int flags, const char *vfs)
{
    int code = __real_sqlite3_open_v2(path, db, flags, vfs);
    return fails("sqlite3_open_v2") ? trouble.code : code;
}

WRAPPED(int, sqlite3_db_readonly, sqlite3 *db, const char *name)
{
    return fails("readonly:db") ? 1 : __real_sqlite3_db_readonly(db, name);
}

WRAPPED(int, sqlite3_system_errno, sqlite3 *db)
{
    return trouble.system_error >= 0 ? trouble.system_error : __real_sqlite3_system_errno(db);
}
