/* SPDX-License-Identifier: ISC */
/* Limits, descriptors, memory and environment; the order in which a sandbox is entered. */
#include "agent/base/sandbox_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Several times what any job may take. */
enum { MEMORY_BYTES = 1 << 30 };

const char *sandbox_missing(void)
{
    bool landlock = sandbox_landlock_version() > 0, seccomp = sandbox_has_seccomp();
    if (!landlock && !seccomp)
        return "seccomp, landlock";
    return landlock ? (seccomp ? "" : "seccomp") : "landlock";
}

static bool set_limit(int resource, unsigned long value, struct fault *fault)
{
    struct rlimit old, new = {value, value};
    if (getrlimit((__rlimit_resource_t)resource, &old) == 0 && old.rlim_max < value)
        new = (struct rlimit){old.rlim_max, old.rlim_max};
    if (setrlimit((__rlimit_resource_t)resource, &new) == 0)
        return true;
    return fault_set(fault, FAULT_INTERNAL, NULL, "setrlimit: %s", strerror(errno));
}

static bool no_new_privileges(struct fault *fault)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        return true;
    return fault_set(fault, FAULT_INTERNAL, NULL, "no_new_privs: %s", strerror(errno));
}

bool sandbox_private(struct fault *fault)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return fault_set(fault, FAULT_INTERNAL, NULL, "undumpable: %s", strerror(errno));
    return set_limit(RLIMIT_CORE, 0, fault) && no_new_privileges(fault);
}

bool sandbox_enter(struct sandbox_rights *rights, struct fault *fault)
{
    return sandbox_private(fault) && sandbox_restrict_files(rights, fault) &&
           sandbox_filter(rights, fault);
}

bool sandbox_limit_memory(void)
{
#ifdef WWW4MAIL_SANITIZED
    return true; /* shadow memory is counted as well */
#else
    struct fault ignored = FAULT_INIT;
    bool ok = set_limit(RLIMIT_DATA, MEMORY_BYTES, &ignored);
    fault_clear(&ignored);
    return ok;
#endif
}

bool sandbox_close_all_but(const int *keep, unsigned count)
{
    unsigned from = 3;
    for (unsigned i = 0; i < count; i++) {
        unsigned fd = (unsigned)keep[i];
        if (fd > from && syscall(SYS_close_range, from, fd - 1, 0) != 0)
            return false;
        from = fd >= from ? fd + 1 : from;
    }
    return syscall(SYS_close_range, from, ~0U, 0) == 0;
}

bool sandbox_unmap_shared(const void *except)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    if (!maps)
        return false;
    while (fgets(line, sizeof line, maps)) {
        uintptr_t from, to;
        char mode[5];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, mode) != 3 ||
            strcmp(mode, "rw-s") != 0)
            continue;
        if ((uintptr_t)except < from || (uintptr_t)except >= to)
            munmap((void *)from, to - from);
    }
    fclose(maps);
    return true;
}

static bool is_kept(const char *variable)
{
    static const char *const names[] = {"LANG=",  "LANGUAGE=",    "LC_",          "TZ=",
                                        "TZDIR=", "LOCALDOMAIN=", "RES_OPTIONS=", "HOSTALIASES="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

void sandbox_forget_environment(void)
{
    size_t kept = 0;
    for (size_t i = 0; environ && environ[i]; i++) {
        if (is_kept(environ[i]))
            environ[kept++] = environ[i];
        else
            explicit_bzero(environ[i], strlen(environ[i]));
    }
    if (environ)
        environ[kept] = NULL;
}

bool sandbox_parse(const struct sandbox_limits *limits, struct fault *fault)
{
#ifdef WWW4MAIL_SANITIZED
    /* The sanitizers need address space and system calls of their own. */
    return set_limit(RLIMIT_CORE, 0, fault) &&
           set_limit(RLIMIT_CPU, limits->cpu_seconds * 4, fault);
#else
    return set_limit(RLIMIT_FSIZE, 0, fault) && set_limit(RLIMIT_NPROC, 0, fault) &&
           set_limit(RLIMIT_STACK, limits->stack, fault) &&
           set_limit(RLIMIT_AS, limits->address_space, fault) &&
           set_limit(RLIMIT_CPU, limits->cpu_seconds, fault) && sandbox_private(fault) &&
           sandbox_no_files(fault) && sandbox_filter_parse(fault);
#endif
}
