/* SPDX-License-Identifier: ISC */
/* The secret of a state directory: 32 random bytes in a file that only its owner may read. */
#include "agent/base/file.h"
#include "agent/ledger/ledger.h"
#include "agent/ledger/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = 32 };

static bool random_bytes(unsigned char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t got = getrandom(bytes, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        len -= (size_t)got;
    }
    return true;
}

static bool write_key(int fd)
{
    unsigned char bytes[KEY_BYTES];
    bool written = random_bytes(bytes, sizeof bytes) && file_write_all(fd, bytes, sizeof bytes) &&
                   fsync(fd) == 0;
    int error = errno;
    explicit_bzero(bytes, sizeof bytes);
    errno = error;
    return written;
}

/* Into a file without a name, which a death at any moment leaves nothing of; named when it is
 * whole. */
static bool make_nameless(int directory)
{
    char self[40];
    int fd = openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    bool made =
        write_key(fd) &&
        (linkat(AT_FDCWD, self, directory, "key", AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST);
    int error = errno;
    close(fd);
    errno = error;
    return made;
}

/* Where there are no such files, or they may not be named: written beside its place, and linked there. */
static bool make_named(int directory)
{
    char name[40];
    unsigned char random[8];
    if (!random_bytes(random, sizeof random))
        return false;
    snprintf(name, sizeof name, "key.%02x%02x%02x%02x%02x%02x%02x%02x", random[0], random[1],
             random[2], random[3], random[4], random[5], random[6], random[7]);
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool made = fd >= 0 && write_key(fd) &&
                (linkat(directory, name, directory, "key", 0) == 0 || errno == EEXIST);
    int error = errno;
    if (fd >= 0) {
        close(fd);
        unlinkat(directory, name, 0);
    }
    errno = error;
    return made;
}

/* link never replaces, so of two processes that start at once one makes the key and both use that
 * one. */
static bool make_key(int directory, const char *state, struct fault *fault)
{
    bool made = make_nameless(directory) || make_named(directory);
    if (made && fsync(directory) == 0)
        return true;
    bool full = errno == ENOSPC || errno == EDQUOT;
    return fault_set(fault, full ? FAULT_DISK_FULL : FAULT_IO, NULL, "%s/key cannot be made: %s",
                     state, strerror(errno));
}

static bool read_key(int fd, const char *state, unsigned char key_out[KEY_BYTES],
                     struct fault *fault)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fault_set(fault, FAULT_IO, NULL, "%s/key: %s", state, strerror(errno));
    if (!S_ISREG(info.st_mode) || info.st_size != KEY_BYTES)
        return fault_set(fault, FAULT_LEDGER, NULL,
                         "%s/key is not a file of %d bytes; restore it from a copy, or remove it "
                         "and a new one is made",
                         state, KEY_BYTES);
    if (info.st_mode & 077)
        return fault_set(fault, FAULT_LEDGER, NULL,
                         "%s/key may be read or written by others; run: chmod 600 %s/key", state,
                         state);
    if (!file_read_all(fd, key_out, KEY_BYTES))
        return fault_set(fault, FAULT_IO, NULL, "%s/key cannot be read: %s", state,
                         errno ? strerror(errno) : "it ends early");
    return true;
}

bool ledger_key(const char *state, unsigned char key_out[KEY_BYTES], struct fault *fault)
{
    int directory = state_open(state, fault);
    if (directory < 0)
        return false;
    /* O_NONBLOCK: opening a pipe somebody put there must not wait for ever. */
    int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    int fd = openat(directory, "key", flags);
    if (fd < 0 && errno == ENOENT && make_key(directory, state, fault))
        fd = openat(directory, "key", flags);
    if (fd < 0)
        fault_set(fault, FAULT_LEDGER, NULL, "%s/key cannot be opened: %s", state, strerror(errno));
    bool read = fd >= 0 && read_key(fd, state, key_out, fault);
    if (fd >= 0)
        close(fd);
    close(directory);
    return read;
}
