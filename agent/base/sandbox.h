/* SPDX-License-Identifier: ISC */
/*
 * sandbox: what a process gives up before it works.  It cannot be undone.  What the kernel lacks is
 * left out and named, so that it can be said once, or the start be refused; what the kernel has but
 * refuses is a fault.  www4mail-security(7) is the manual of what comes of it.
 */
#ifndef WWW4MAIL_BASE_SANDBOX_H
#define WWW4MAIL_BASE_SANDBOX_H

#include "agent/base/fault.h"

#include <stdint.h>
#include <sys/types.h>

/* "seccomp", "landlock" or both with a comma, whichever this kernel lacks; "" when it has both. */
const char *sandbox_missing(void);
/* Of landlock: 0 none; 4 and above also know TCP ports. */
int sandbox_landlock_version(void);

/* ---- any process ---- */

/* No core file, not to be looked into by others of the same user, no new privileges. */
bool sandbox_private(struct fault *fault);
/* A module that eats memory meets an end before the machine does; false and errno. */
bool sandbox_limit_memory(void);
/* Closes every descriptor but those listed (ascending), 3 and above. */
bool sandbox_close_all_but(const int *keep, unsigned count);
/* Unmaps every file that is mapped shared and writable (a database's index, say), so that a process
 * taken over cannot reach through it; `except` (or NULL) lies in the one that stays. */
bool sandbox_unmap_shared(const void *except);
/* Wipes the environment, but for what says language, time zone and how names are looked up. */
void sandbox_forget_environment(void);

/* ---- a process that keeps some files, programs or connections ---- */

enum sandbox_keeps {
    SANDBOX_EXEC = 1,     /* programs: forking, signals and all kinds of sockets go with them */
    SANDBOX_FORK = 2,     /* children, which are what it is */
    SANDBOX_ALL_READ = 4, /* reading is not limited */
    SANDBOX_NET = 8,      /* connections out, to the ports that it may connect to */
    SANDBOX_ALL_PORTS = 16,
    SANDBOX_MOVES = 32 /* files from one directory to another, which landlock 1 cannot allow: there
                          its files are not limited */
};

enum { SANDBOX_WATCHED_MAX = 64 };

/* A file that was allowed by itself: when another takes its place, that one is not. */
struct sandbox_watched {
    const char *path;
    dev_t device;
    ino_t inode;
};

struct sandbox_rights {
    unsigned keeps;
    pid_t child; /* the one process that it may signal; 0 none */
    int ruleset; /* of landlock; -1 none */
    int problem; /* the errno of what could not be added */
    struct sandbox_watched watched[SANDBOX_WATCHED_MAX];
    size_t watched_count;
};

/* Nothing is taken away before sandbox_enter.  What is not there cannot be allowed, and is passed
 * over.  A directory is allowed with all that is or will be in it.  `child` is set before the first
 * of these.  Paths of may_read and may_write are kept, not copied. */
void sandbox_begin(struct sandbox_rights *rights, unsigned keeps);
void sandbox_may_read(struct sandbox_rights *rights, const char *path);
void sandbox_may_write(struct sandbox_rights *rights, const char *path);
void sandbox_may_read_directory(struct sandbox_rights *rights, const char *path);
void sandbox_may_write_directory(struct sandbox_rights *rights, const char *path);
void sandbox_may_connect(struct sandbox_rights *rights, uint16_t port);
/* What libraries, the resolver and TLS read of the system's; no directory of a user's. */
void sandbox_may_read_system(struct sandbox_rights *rights);
/* All that was not allowed goes; once, at the end of the process's set-up. */
bool sandbox_enter(struct sandbox_rights *rights, struct fault *fault);
/* Was an allowed file replaced since (resolv.conf, say)?  Then the process should end for a new
 * one, which can read it. */
bool sandbox_is_stale(const struct sandbox_rights *rights);

/* ---- a process that reads hostile bytes ---- */

struct sandbox_limits {
    unsigned long cpu_seconds;
    unsigned long address_space; /* bytes */
    unsigned long stack;         /* bytes */
};

/* No files, no network, no processes, no new descriptors; reads and writes only on the descriptors
 * it holds; memory and time as limited. */
bool sandbox_parse(const struct sandbox_limits *limits, struct fault *fault);

#endif
