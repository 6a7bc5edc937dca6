/* SPDX-License-Identifier: ISC */
/* What a process that was taken over might try, act by act.  Each row is one of www4mail-security(7)
 * and says "yes" when the act succeeded, "no" when it was refused. */
#ifndef WWW4MAIL_TEST_MODULES_PROBE_H
#define WWW4MAIL_TEST_MODULES_PROBE_H

#include "agent/module.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* SECRET, STATE, OUTSIDE and CLOSED_PORT come from the compiler's command line. */

static inline bool may_open(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Refused by the sandbox, not failed for a reason of its own. */
static inline bool may(long result)
{
    return result >= 0 || errno != EPERM;
}

static inline bool read_elsewhere(void)
{
    int root = open("/", O_PATH);
    int below = root < 0 ? -1 : openat(root, SECRET + 1, O_RDONLY);
    if (root >= 0)
        close(root);
    return below >= 0 || may_open(SECRET, O_RDONLY) || may_open("/etc/passwd", O_RDONLY) ||
           may_open(".", O_RDONLY | O_DIRECTORY);
}

static inline bool write_elsewhere(void)
{
    return may_open(OUTSIDE, O_WRONLY | O_CREAT) || may_open("probe", O_WRONLY | O_CREAT) ||
           truncate(SECRET, 0) == 0 || unlink(SECRET) == 0 || mkdir(OUTSIDE ".d", 0700) == 0 ||
           symlink("x", OUTSIDE ".l") == 0 || link(SECRET, OUTSIDE ".h") == 0;
}

static inline bool read_library(void)
{
    return may_open("/usr/lib", O_RDONLY | O_DIRECTORY);
}

static inline bool read_ledger(void)
{
    return may_open(STATE "/ledger.db", O_RDONLY);
}

static inline bool write_ledger(void)
{
    bool made = may_open(STATE "/probe", O_WRONLY | O_CREAT);
    unlink(STATE "/probe");
    return made;
}

static inline bool read_processes(void)
{
    return may_open("/proc/self/mem", O_RDWR) || may_open("/proc/1/environ", O_RDONLY) ||
           may_open("/proc", O_RDONLY | O_DIRECTORY);
}

static inline bool change_mode(void)
{
    return may(chmod(STATE, 0700)) || may(fchmod(2, 0700)) || may(chown(STATE, 0, 0));
}

static inline bool run_program(void)
{
    char *const none[] = {NULL};
    return may(execve("/nonexistent", none, none)) ||
           may(syscall(SYS_execveat, AT_FDCWD, "/nonexistent", none, none, 0));
}

static inline bool make_child(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return pid > 0;
}

static inline bool make_namespace(void)
{
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return pid > 0 || may(unshare(0)) || may(setns(0, 0)) ||
           (syscall(SYS_clone3, NULL, 0) < 0 && errno != ENOSYS && errno != EPERM);
}

static inline bool opens_socket(int family, int type, int protocol)
{
    int fd = socket(family, type, protocol);
    if (fd >= 0)
        close(fd);
    return may(fd);
}

static inline bool internet_socket(void)
{
    return opens_socket(AF_INET, SOCK_STREAM, 0) || opens_socket(AF_INET6, SOCK_STREAM, 0);
}

/* To a port of loopback that nobody named, where somebody listens. */
static inline bool connect_elsewhere(void)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(CLOSED_PORT)};
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool connected = fd >= 0 && connect(fd, (struct sockaddr *)&there, sizeof there) == 0;
    if (fd >= 0)
        close(fd);
    return connected;
}

static inline bool listens(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&here, sizeof here) == 0;
    bool listening = fd >= 0 && listen(fd, 1) == 0;
    if (fd >= 0)
        close(fd);
    return bound || listening;
}

static inline bool local_socket(void)
{
    int ends[2];
    return opens_socket(AF_UNIX, SOCK_STREAM, 0) || opens_socket(AF_UNIX, SOCK_DGRAM, 0) ||
           socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0;
}

static inline bool odd_socket(void)
{
    return opens_socket(AF_INET, SOCK_RAW, IPPROTO_TCP) || opens_socket(AF_PACKET, SOCK_DGRAM, 0) ||
           opens_socket(AF_VSOCK, SOCK_STREAM, 0) || opens_socket(AF_ALG, SOCK_SEQPACKET, 0) ||
           opens_socket(AF_NETLINK, SOCK_RAW, 15);
}

static inline bool signals(void)
{
    return may(kill(getppid(), SIGURG)) || may(syscall(SYS_tgkill, getppid(), getppid(), SIGURG)) ||
           may(syscall(SYS_rt_sigqueueinfo, getppid(), SIGURG, NULL));
}

static inline bool looks_into_others(void)
{
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    return may(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)) ||
           may(process_vm_readv(getppid(), &here, 1, &there, 1, 0)) ||
           may(syscall(SYS_pidfd_getfd, 0, 0, 0));
}

static inline bool changes_user(void)
{
    return may(setuid(getuid())) || may(setgid(getgid())) || may(chroot("/nonexistent")) ||
           may(mount("none", "/nonexistent", "proc", 0, NULL));
}

static inline bool reaches_kernel(void)
{
    return may(syscall(SYS_bpf, 0, NULL, 0)) ||
           may(syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0)) ||
           may(syscall(SYS_userfaultfd, 0)) || may(syscall(SYS_keyctl, 0, 0)) ||
           may(syscall(SYS_io_uring_setup, 1, NULL));
}

static inline bool types(void)
{
    return may(ioctl(2, TIOCSTI, "x"));
}

static inline bool has_environment(void)
{
    return getenv("PROBE_SECRET") != NULL;
}

static inline bool writes_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static inline bool opens_descriptors(void)
{
    int ends[2], copy = dup(0);
    bool piped = pipe(ends) == 0;
    if (copy >= 0)
        close(copy);
    if (piped)
        close(ends[0]), close(ends[1]);
    return copy >= 0 || piped;
}

static inline bool takes_4g(void)
{
    void *got = mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got != MAP_FAILED)
        munmap(got, (size_t)4 << 30);
    return sizeof(void *) > 4 && got != MAP_FAILED;
}

static inline bool may_be_traced(void)
{
    return prctl(PR_GET_DUMPABLE) == 1;
}

static inline void probe_all(const char *process, struct buffer *out)
{
    static const struct {
        const char *act;
        bool (*try)(void);
    } rows[] = {{"read libraries and certificates", read_library},
                {"read the ledger", read_ledger},
                {"write the ledger", write_ledger},
                {"read other files", read_elsewhere},
                {"write other files", write_elsewhere},
                {"read /proc", read_processes},
                {"change modes and owners", change_mode},
                {"run a program", run_program},
                {"make a process", make_child},
                {"make a namespace", make_namespace},
                {"open an internet socket", internet_socket},
                {"connect to a port nobody named", connect_elsewhere},
                {"listen", listens},
                {"open a local socket", local_socket},
                {"open any other socket", odd_socket},
                {"signal another process", signals},
                {"look into another process", looks_into_others},
                {"be looked into", may_be_traced},
                {"change user, root or mounts", changes_user},
                {"use bpf, perf, io_uring, keys", reaches_kernel},
                {"type into the terminal", types},
                {"see the environment", has_environment},
                {"run code that it wrote", writes_code},
                {"open more descriptors", opens_descriptors},
                {"take 4 GB", takes_4g}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        buffer_printf(out, "%s: %s: %s\n", process, rows[i].act, rows[i].try() ? "yes" : "no");
}

#endif
