/* SPDX-License-Identifier: ISC */
/* rlimits, no_new_privs, landlock (files) and seccomp (system calls). */
#include "agent/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ALL_FILE_ACCESS                                                                            \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |     \
     FILE_WRITES)
#define FILE_WRITES                                                                                \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Known since version 3; the headers may be older than the kernel. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

static long landlock_version(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
}

static bool has_landlock(void)
{
    return landlock_version() >= 1;
}

static bool has_seccomp(void)
{
    /* A NULL filter is refused with EFAULT where filters are known, with EINVAL where not. */
    return prctl(PR_SET_SECCOMP, 2, NULL, 0, 0) < 0 && errno == EFAULT;
}

const char *sandbox_missing(void)
{
    bool landlock = has_landlock(), seccomp = has_seccomp();
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

bool sandbox_mail(struct fault *fault)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return fault_set(fault, FAULT_INTERNAL, NULL, "undumpable: %s", strerror(errno));
    return set_limit(RLIMIT_CORE, 0, fault) && no_new_privileges(fault);
}

static bool allow_below(int ruleset, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = access};
    rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return false;
    struct stat info;
    if (fstat(rule.parent_fd, &info) == 0 && !S_ISDIR(info.st_mode))
        rule.allowed_access &= LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
    bool ok = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    close(rule.parent_fd);
    return ok;
}

/* Takes away `access` to files everywhere but below the listed paths. */
static bool restrict_files(uint64_t access, const char *const *except, struct fault *fault)
{
    if (!has_landlock())
        return true;
    if (landlock_version() >= 3)
        access |= LANDLOCK_ACCESS_FS_TRUNCATE;
    struct landlock_ruleset_attr attr = {.handled_access_fs = access};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    bool ok = ruleset >= 0;
    for (size_t i = 0; ok && except && except[i]; i++)
        ok = allow_below(ruleset, except[i], access);
    ok = ok && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    if (!ok)
        fault_set(fault, FAULT_INTERNAL, NULL, "landlock: %s", strerror(errno));
    if (ruleset >= 0)
        close(ruleset);
    return ok;
}

static bool load_filter(scmp_filter_ctx filter, int problem, struct fault *fault)
{
    if (filter && problem == 0)
        problem = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (filter && problem == 0)
        return true;
    return fault_set(fault, FAULT_INTERNAL, NULL, "seccomp: %s", strerror(-problem));
}

/* Younger than the headers; the same number on all architectures. */
enum { FCHMODAT2 = 452 };

/* What no worker needs, whatever a server talks it into. */
static const int worker_denied[] = {
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(kexec_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(add_key),
    SCMP_SYS(keyctl),
    SCMP_SYS(request_key),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(pidfd_getfd),
    /* What landlock does not know: modes and owners of files. */
    SCMP_SYS(chmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(setxattr),
    SCMP_SYS(lsetxattr),
    SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchown),
    SCMP_SYS(fsetxattr),
    SCMP_SYS(fremovexattr),
    FCHMODAT2,
};

static bool filter_worker(bool allow_exec, struct fault *fault)
{
    if (!has_seccomp())
        return true;
    int problem = 0;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    for (size_t i = 0; filter && problem == 0 && i < sizeof worker_denied / sizeof *worker_denied;
         i++)
        problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), worker_denied[i], 0);
    if (filter && problem == 0 && !allow_exec)
        problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(execve), 0);
    if (filter && problem == 0 && !allow_exec)
        problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(execveat), 0);
    return load_filter(filter, problem, fault);
}

bool sandbox_worker(const char *const *writable, bool allow_exec, struct fault *fault)
{
    return sandbox_mail(fault) && restrict_files(FILE_WRITES, writable, fault) &&
           filter_worker(allow_exec, fault);
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

/* Enough for malloc, memcpy, pipes and the end; everything else is answered EPERM. */
static const int parse_allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getpid),
    SCMP_SYS(poll),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(close),
};

/* Memory, but never memory that can be executed. */
static int allow_plain_memory(scmp_filter_ctx filter)
{
    const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
    int problem = 0;
    for (size_t i = 0; problem == 0 && i < sizeof calls / sizeof *calls; i++)
        problem = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
                                   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    return problem;
}

static bool filter_parse(struct fault *fault)
{
    if (!has_seccomp())
        return true;
    int problem = 0;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    for (size_t i = 0; filter && problem == 0 && i < sizeof parse_allowed / sizeof *parse_allowed;
         i++)
        problem = seccomp_rule_add(filter, SCMP_ACT_ALLOW, parse_allowed[i], 0);
    if (filter && problem == 0)
        problem = allow_plain_memory(filter);
    return load_filter(filter, problem, fault);
}

bool sandbox_parse(const struct sandbox_limits *limits, struct fault *fault)
{
#ifdef WWW4MAIL_SANITIZED
    /* The sanitizers need address space and system calls of their own. */
    (void)filter_parse;
    return set_limit(RLIMIT_CORE, 0, fault) &&
           set_limit(RLIMIT_CPU, limits->cpu_seconds * 4, fault);
#else
    return set_limit(RLIMIT_CORE, 0, fault) && set_limit(RLIMIT_FSIZE, 0, fault) &&
           set_limit(RLIMIT_NPROC, 0, fault) && set_limit(RLIMIT_STACK, limits->stack, fault) &&
           set_limit(RLIMIT_AS, limits->address_space, fault) &&
           set_limit(RLIMIT_CPU, limits->cpu_seconds, fault) &&
           prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && no_new_privileges(fault) &&
           restrict_files(ALL_FILE_ACCESS, NULL, fault) && filter_parse(fault);
#endif
}
