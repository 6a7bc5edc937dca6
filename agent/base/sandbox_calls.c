/* SPDX-License-Identifier: ISC */
/*
 * seccomp: system calls that a process gives up.  A worker, a mail process and a zygote lose those
 * that nobody needs to fetch or to carry; a parse child loses all but a handful.
 */
#include "agent/base/sandbox_parts.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A filter in the making; the first problem ends it. */
struct filter {
    scmp_filter_ctx context;
    int problem;
};

bool sandbox_has_seccomp(void)
{
    /* A NULL filter is refused with EFAULT where filters are known, with EINVAL where not. */
    return prctl(PR_SET_SECCOMP, 2, NULL, 0, 0) < 0 && errno == EFAULT;
}

static struct filter begin(uint32_t otherwise)
{
    struct filter filter = {.context = seccomp_init(otherwise)};
    filter.problem = filter.context ? 0 : -ENOMEM;
    return filter;
}

static bool load(struct filter *filter, struct fault *fault)
{
    if (filter->problem == 0)
        filter->problem = seccomp_load(filter->context);
    if (filter->context)
        seccomp_release(filter->context);
    if (filter->problem == 0)
        return true;
    return fault_set(fault, FAULT_INTERNAL, NULL, "seccomp: %s", strerror(-filter->problem));
}

static void add(struct filter *filter, uint32_t action, int call, unsigned count,
                const struct scmp_arg_cmp *when)
{
    if (filter->problem == 0)
        filter->problem = seccomp_rule_add_array(filter->context, action, call, count, when);
}

static void add_all(struct filter *filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(filter, action, calls[i], 0, NULL);
}

static void refuse(struct filter *filter, int call)
{
    add(filter, SCMP_ACT_ERRNO(EPERM), call, 0, NULL);
}

static void refuse_when(struct filter *filter, int call, struct scmp_arg_cmp when)
{
    add(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &when);
}

#define COUNT(calls) (sizeof(calls) / sizeof *(calls))

/* ---- what no process needs, whatever a server talks it into ---- */

/* Younger than the headers; the same numbers on all architectures. */
enum { OPEN_TREE_ATTR = 467, FCHMODAT2 = 452, MAP_SHADOW_STACK = 453 };

static const int never[] = {
    /* other processes */
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
    SCMP_SYS(process_madvise), SCMP_SYS(process_mrelease), SCMP_SYS(kcmp), SCMP_SYS(pidfd_getfd),
    SCMP_SYS(move_pages), SCMP_SYS(migrate_pages), SCMP_SYS(setpriority), SCMP_SYS(ioprio_set),
    SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam), SCMP_SYS(sched_setattr),
    SCMP_SYS(sched_setaffinity),
    /* another view of the system, another user */
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare),
    SCMP_SYS(setns), SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr),
    SCMP_SYS(name_to_handle_at), SCMP_SYS(open_by_handle_at), SCMP_SYS(setuid), SCMP_SYS(setgid),
    SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
    SCMP_SYS(setfsuid), SCMP_SYS(setfsgid), SCMP_SYS(setgroups), SCMP_SYS(capset),
    SCMP_SYS(personality),
    /* the kernel itself */
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(init_module), SCMP_SYS(finit_module),
    SCMP_SYS(delete_module), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct),
    SCMP_SYS(syslog), SCMP_SYS(quotactl), SCMP_SYS(quotactl_fd), SCMP_SYS(add_key),
    SCMP_SYS(keyctl), SCMP_SYS(request_key), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(modify_ldt),
    SCMP_SYS(vhangup), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(fanotify_init),
    SCMP_SYS(lookup_dcookie), SCMP_SYS(remap_file_pages),
    /* what landlock does not know: modes and owners of files, nodes */
    SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(fchmodat), SCMP_SYS(chown), SCMP_SYS(fchown),
    SCMP_SYS(lchown), SCMP_SYS(fchownat), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr),
    SCMP_SYS(fsetxattr), SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
    SCMP_SYS(mknod), SCMP_SYS(mknodat), FCHMODAT2, MAP_SHADOW_STACK, OPEN_TREE_ATTR};

/* Letters typed into the operator's terminal, limits of other processes, new namespaces. */
static void refuse_by_argument(struct filter *filter)
{
    static const uint64_t namespaces[] = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                          CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                          CLONE_NEWNET};
    const uint64_t low = 0xffffffff;
    refuse_when(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, low, TIOCSTI));
    refuse_when(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, low, TIOCLINUX));
    refuse_when(filter, SCMP_SYS(prlimit64), SCMP_A0(SCMP_CMP_NE, 0));
    for (size_t i = 0; i < COUNT(namespaces); i++)
        refuse_when(filter, SCMP_SYS(clone),
                    SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
    /* Its flags lie in memory, where a filter cannot look; libraries then take the older call. */
    add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
}

/* ---- what only some do not need ---- */

static void refuse_programs(struct filter *filter)
{
    refuse(filter, SCMP_SYS(execve));
    refuse(filter, SCMP_SYS(execveat));
}

/* Threads stay: the resolver's are such. */
static void refuse_children(struct filter *filter)
{
    refuse(filter, SCMP_SYS(fork));
    refuse(filter, SCMP_SYS(vfork));
    refuse_when(filter, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
}

/* Left are: asking whether somebody lives (signal 0), the one child, its own threads, and what a
 * descriptor of a process allows that somebody handed over. */
static void refuse_signals(struct filter *filter, const struct sandbox_rights *rights)
{
    const pid_t child = rights->child;
    const struct scmp_arg_cmp others[] = {SCMP_A0(SCMP_CMP_NE, (uint64_t)child),
                                          SCMP_A1(SCMP_CMP_NE, 0)};
    const uint64_t self = (uint64_t)getpid();
    add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), child ? 2 : 1, child ? others : others + 1);
    if (rights->keeps & SANDBOX_FORK) { /* its children would take it for themselves */
        refuse(filter, SCMP_SYS(tkill));
        refuse(filter, SCMP_SYS(tgkill));
    } else {
        refuse_when(filter, SCMP_SYS(tkill), SCMP_A0(SCMP_CMP_NE, self));
        refuse_when(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_NE, self));
    }
    refuse(filter, SCMP_SYS(rt_sigqueueinfo));
    refuse(filter, SCMP_SYS(rt_tgsigqueueinfo));
    if (!(rights->keeps & SANDBOX_FORK))
        refuse(filter, SCMP_SYS(pidfd_open));
    if (!child)
        refuse(filter, SCMP_SYS(pidfd_send_signal));
}

/* Nobody listens.  A netlink socket is bound by 12 bytes, one of a network by 16 and more. */
static void refuse_listening(struct filter *filter)
{
    refuse(filter, SCMP_SYS(listen));
    refuse(filter, SCMP_SYS(accept));
    refuse(filter, SCMP_SYS(accept4));
    refuse_when(filter, SCMP_SYS(bind), SCMP_A2(SCMP_CMP_NE, 12));
}

/* IPv4 and IPv6 without raw sockets, and the kernel's table of addresses, are all that is left:
 * by a local socket another program of the same user could be talked to. */
static void refuse_odd_sockets(struct filter *filter)
{
    for (uint64_t family = 0; family < AF_NETLINK; family++)
        if (family != AF_INET && family != AF_INET6)
            refuse_when(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, family));
    refuse_when(filter, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_GT, AF_NETLINK));
    for (int i = 0; i < 2; i++) {
        const struct scmp_arg_cmp raw[] = {SCMP_A0(SCMP_CMP_EQ, i ? AF_INET6 : AF_INET),
                                           SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_RAW)};
        add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), COUNT(raw), raw);
    }
    const struct scmp_arg_cmp other[] = {SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_NE, 0)};
    add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), COUNT(other), other);
    /* A pair that keeps no connection could be made to write to any local socket. */
    refuse_when(filter, SCMP_SYS(socketpair), SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_DGRAM));
    refuse_when(filter, SCMP_SYS(socketpair), SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_RAW));
}

static void refuse_network(struct filter *filter)
{
    refuse(filter, SCMP_SYS(socket));
    refuse(filter, SCMP_SYS(socketpair));
    refuse(filter, SCMP_SYS(connect));
}

bool sandbox_filter(const struct sandbox_rights *rights, struct fault *fault)
{
    if (!sandbox_has_seccomp())
        return true;
    struct filter filter = begin(SCMP_ACT_ALLOW);
    add_all(&filter, SCMP_ACT_ERRNO(EPERM), never, COUNT(never));
    refuse_by_argument(&filter);
    if (!(rights->keeps & SANDBOX_EXEC)) {
        refuse_programs(&filter);
        refuse_signals(&filter, rights);
        if (!(rights->keeps & SANDBOX_FORK))
            refuse_children(&filter);
        refuse_listening(&filter);
        if (rights->keeps & SANDBOX_NET)
            refuse_odd_sockets(&filter);
        else
            refuse_network(&filter);
    }
    return load(&filter, fault);
}

/* ---- a parse child ---- */

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
static void allow_plain_memory(struct filter *filter)
{
    const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};
    const struct scmp_arg_cmp plain = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    for (size_t i = 0; i < COUNT(calls); i++)
        add(filter, SCMP_ACT_ALLOW, calls[i], 1, &plain);
}

bool sandbox_filter_parse(struct fault *fault)
{
    if (!sandbox_has_seccomp())
        return true;
    struct filter filter = begin(SCMP_ACT_ERRNO(EPERM));
    add_all(&filter, SCMP_ACT_ALLOW, parse_allowed, COUNT(parse_allowed));
    allow_plain_memory(&filter);
    return load(&filter, fault);
}
