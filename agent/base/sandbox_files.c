/* SPDX-License-Identifier: ISC */
/* landlock: which files a process may read and write, and which TCP ports it may connect to. */
#include "agent/base/sandbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Known to kernels younger than the headers may be; the numbers are the kernel's interface. */
enum {
    ACCESS_REFER = 1 << 13,     /* version 2 */
    ACCESS_TRUNCATE = 1 << 14,  /* 3 */
    ACCESS_IOCTL_DEV = 1 << 15, /* 5 */
    NET_BIND_TCP = 1,           /* 4 */
    NET_CONNECT_TCP = 2,
    SCOPE_ABSTRACT_SOCKETS = 1, /* 6 */
    SCOPE_SIGNALS = 2,
    RULE_PORT = 2
};

enum {
    READ = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    PLAIN_WRITE = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                  LANDLOCK_ACCESS_FS_MAKE_REG | ACCESS_REFER | ACCESS_TRUNCATE,
    /* Nobody is ever allowed to make these. */
    ODD_WRITE = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                LANDLOCK_ACCESS_FS_MAKE_SYM | ACCESS_IOCTL_DEV,
    OF_A_FILE = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE
};

/* As long as the newest kernel's; older ones accept the zeros behind what they know. */
struct ruleset {
    uint64_t files, ports, scopes;
};

struct port_rule {
    uint64_t access, port;
};

int sandbox_landlock_version(void)
{
    static long version = -1; /* the kernel stays the same, and each place that is allowed asks */
    if (version < 0) {
        version =
            syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
        version = version > 0 ? version : 0;
    }
    return (int)version;
}

struct landlock_reach sandbox_reach(int version)
{
    struct landlock_reach reach = {0};
    uint64_t unknown = (version < 2 ? ACCESS_REFER : 0) | (version < 3 ? ACCESS_TRUNCATE : 0) |
                       (version < 5 ? ACCESS_IOCTL_DEV : 0);
    if (version < 1)
        return reach;
    reach.read = READ | LANDLOCK_ACCESS_FS_EXECUTE;
    reach.write = (PLAIN_WRITE | ODD_WRITE) & ~unknown;
    reach.ports = version >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0;
    reach.scopes = version >= 6 ? SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS : 0;
    return reach;
}

static struct ruleset ruleset_for(unsigned keeps, pid_t child)
{
    int version = sandbox_landlock_version();
    struct landlock_reach reach = sandbox_reach(version);
    struct ruleset ruleset = {.files = reach.read | reach.write, .ports = reach.ports};
    if (keeps & SANDBOX_ALL_READ)
        ruleset.files &= ~(uint64_t)(READ | LANDLOCK_ACCESS_FS_EXECUTE);
    if (version == 1 && keeps & SANDBOX_MOVES)
        ruleset.files = 0;
    if (keeps & SANDBOX_EXEC)
        ruleset.files &= ~(uint64_t)ACCESS_IOCTL_DEV;
    if (keeps & (SANDBOX_EXEC | SANDBOX_ALL_PORTS))
        ruleset.ports = 0;
    /* A child that was there before the restriction is outside, and could not be ended. */
    if (!(keeps & SANDBOX_EXEC) && child == 0)
        ruleset.scopes = reach.scopes;
    return ruleset;
}

static bool is_empty(const struct ruleset *ruleset)
{
    return !ruleset->files && !ruleset->ports && !ruleset->scopes;
}

static int make_ruleset(const struct ruleset *ruleset)
{
    return (int)syscall(SYS_landlock_create_ruleset, ruleset, sizeof *ruleset, 0);
}

void sandbox_begin(struct sandbox_rights *rights, unsigned keeps)
{
    *rights = (struct sandbox_rights){.keeps = keeps, .ruleset = -1};
}

/* Made when it is needed first: by then the child is known. */
static bool has_ruleset(struct sandbox_rights *rights)
{
    if (rights->ruleset >= 0)
        return true;
    if (sandbox_landlock_version() == 0 || rights->problem)
        return false;
    const struct ruleset ruleset = ruleset_for(rights->keeps, rights->child);
    if (is_empty(&ruleset))
        return false;
    rights->ruleset = make_ruleset(&ruleset);
    if (rights->ruleset < 0)
        rights->problem = errno;
    return rights->ruleset >= 0;
}

/* Device and inode are 0 of what is not there (yet). */
static void watch(struct sandbox_rights *rights, const char *path, dev_t device, ino_t inode)
{
    if (rights->watched_count < SANDBOX_WATCHED_MAX)
        rights->watched[rights->watched_count++] = (struct sandbox_watched){path, device, inode};
}

static void allow(struct sandbox_rights *rights, const char *path, uint64_t access, bool watched)
{
    struct stat info;
    if (!has_ruleset(rights))
        return;
    struct landlock_path_beneath_attr rule = {.parent_fd = open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0) {
        /* What is not there needs no right; what cannot be looked at now would be missed later. */
        if (fault_of_error(errno, FAULT_OK) != FAULT_OK)
            rights->problem = errno;
        if (watched)
            watch(rights, path, 0, 0);
        return;
    }
    const struct ruleset handled = ruleset_for(rights->keeps, rights->child);
    rule.allowed_access = access & handled.files;
    if (fstat(rule.parent_fd, &info) == 0 && !S_ISDIR(info.st_mode)) {
        rule.allowed_access &= OF_A_FILE;
        if (watched)
            watch(rights, path, info.st_dev, info.st_ino);
    }
    if (rule.allowed_access &&
        syscall(SYS_landlock_add_rule, rights->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        rights->problem = errno;
    close(rule.parent_fd);
}

static uint64_t reading(const struct sandbox_rights *rights)
{
    return rights->keeps & SANDBOX_EXEC ? READ | LANDLOCK_ACCESS_FS_EXECUTE : READ;
}

void sandbox_may_read(struct sandbox_rights *rights, const char *path)
{
    allow(rights, path, reading(rights), true);
}

void sandbox_may_read_directory(struct sandbox_rights *rights, const char *path)
{
    allow(rights, path, reading(rights), false);
}

void sandbox_may_write(struct sandbox_rights *rights, const char *path)
{
    allow(rights, path, READ | PLAIN_WRITE, true);
}

void sandbox_may_write_directory(struct sandbox_rights *rights, const char *path)
{
    allow(rights, path, READ | PLAIN_WRITE, false);
}

void sandbox_may_connect(struct sandbox_rights *rights, uint16_t port)
{
    const struct ruleset handled = ruleset_for(rights->keeps, rights->child);
    const struct port_rule rule = {.access = handled.ports & NET_CONNECT_TCP, .port = port};
    if (rule.access && has_ruleset(rights) &&
        syscall(SYS_landlock_add_rule, rights->ruleset, RULE_PORT, &rule, 0) != 0)
        rights->problem = errno;
}

void sandbox_may_read_system(struct sandbox_rights *rights)
{
    /* Programs' shared files and libraries (with modules of NSS, character sets, time zones,
     * locales, file types), the resolver's files, certificates, randomness.  /etc itself is not
     * among them: configurations with passwords lie there. */
    static const char *const places[] = {"/usr/lib",
                                         "/usr/lib32",
                                         "/usr/lib64",
                                         "/usr/libx32",
                                         "/usr/share",
                                         "/usr/local/lib",
                                         "/usr/local/share",
                                         "/lib",
                                         "/lib32",
                                         "/lib64",
                                         "/libx32",
                                         "/nix/store",
                                         "/gnu/store", //
                                         "/etc/ld.so.cache",
                                         "/etc/ld.so.preload",
                                         "/etc/ld.so.conf",
                                         "/etc/ld.so.conf.d", //
                                         "/etc/resolv.conf",
                                         "/etc/hosts",
                                         "/etc/host.conf",
                                         "/etc/nsswitch.conf",
                                         "/etc/gai.conf",
                                         "/etc/services",
                                         "/etc/protocols",
                                         "/etc/networks",
                                         "/etc/hostname", //
                                         "/run/systemd/resolve",
                                         "/run/resolvconf", //
                                         "/etc/localtime",
                                         "/etc/timezone",
                                         "/etc/locale.alias",
                                         "/etc/magic",
                                         "/etc/magic.mime",
                                         "/etc/mime.types", //
                                         "/etc/ssl/certs",
                                         "/etc/ssl/cert.pem",
                                         "/etc/ssl/openssl.cnf",
                                         "/etc/ssl/ca-bundle.pem",
                                         "/etc/ca-certificates",
                                         "/etc/pki/ca-trust",
                                         "/etc/pki/tls/certs",
                                         "/etc/pki/tls/cert.pem",
                                         "/etc/gnutls",
                                         "/etc/crypto-policies",
                                         "/var/lib/ca-certificates", //
                                         "/proc/sys/kernel/random",
                                         "/dev/urandom",
                                         "/dev/random"};
    static const char *const programs[] = {"/usr/bin",       "/usr/sbin", "/usr/libexec",
                                           "/usr/local/bin", "/bin",      "/sbin"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        sandbox_may_read(rights, places[i]);
    for (size_t i = 0; rights->keeps & SANDBOX_EXEC && i < sizeof programs / sizeof *programs; i++)
        sandbox_may_read(rights, programs[i]);
    sandbox_may_write(rights, "/dev/null");
#ifdef WWW4MAIL_SANITIZED
    sandbox_may_read(rights, "/proc");
#endif
}

bool sandbox_is_stale(const struct sandbox_rights *rights)
{
    for (size_t i = 0; i < rights->watched_count; i++) {
        const struct sandbox_watched *watched = &rights->watched[i];
        struct stat info;
        if (stat(watched->path, &info) != 0)
            info = (struct stat){0};
        if (info.st_ino != watched->inode || info.st_dev != watched->device)
            return true;
    }
    return false;
}

static bool restrict_self(int ruleset, struct fault *fault)
{
    bool ok = ruleset >= 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    if (!ok)
        fault_set(fault, FAULT_INTERNAL, NULL, "landlock: %s", strerror(errno));
    if (ruleset >= 0)
        close(ruleset);
    return ok;
}

bool sandbox_restrict_files(struct sandbox_rights *rights, struct fault *fault)
{
    if (!has_ruleset(rights) && !rights->problem)
        return true;
    if (rights->problem) {
        if (rights->ruleset >= 0)
            close(rights->ruleset);
        rights->ruleset = -1;
        return fault_set(fault, fault_of_error(rights->problem, FAULT_INTERNAL), NULL,
                         "landlock: %s", strerror(rights->problem));
    }
    bool ok = restrict_self(rights->ruleset, fault);
    rights->ruleset = -1;
    return ok;
}

bool sandbox_no_files(struct fault *fault)
{
    if (sandbox_landlock_version() == 0)
        return true;
    const struct ruleset ruleset = ruleset_for(0, 0);
    return restrict_self(make_ruleset(&ruleset), fault);
}
