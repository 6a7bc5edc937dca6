/* SPDX-License-Identifier: ISC */
/* Whole reads and writes, memory files, maps with slack behind their end. */
#include "agent/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t done = write(fd, at, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

/* One read, whatever interrupts it. */
static ssize_t read_some(int fd, void *bytes, size_t len)
{
    ssize_t got;
    do
        got = read(fd, bytes, len);
    while (got < 0 && errno == EINTR);
    return got;
}

bool file_read_all(int fd, void *bytes, size_t len)
{
    char *at = bytes;
    while (len > 0) {
        ssize_t got = read_some(fd, at, len);
        if (got <= 0) {
            if (got == 0)
                errno = 0;
            return false;
        }
        at += got;
        len -= (size_t)got;
    }
    return true;
}

bool file_read_to_end(int fd, struct buffer *buffer)
{
    char chunk[16 * 1024];
    ssize_t got;
    while ((got = read_some(fd, chunk, sizeof chunk)) > 0)
        if (!buffer_add(buffer, chunk, (size_t)got))
            return false;
    return got == 0;
}

int64_t file_copy(int from, int to, int64_t max)
{
    char chunk[64 * 1024];
    int64_t copied = 0;
    while (copied < max) {
        int64_t want = max - copied;
        ssize_t got =
            read_some(from, chunk, want < (int64_t)sizeof chunk ? (size_t)want : sizeof chunk);
        if (got < 0 || (got > 0 && !file_write_all(to, chunk, (size_t)got)))
            return -1;
        if (got == 0)
            break;
        copied += got;
    }
    return copied;
}

int file_in_memory(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

bool file_seal(int fd)
{
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

int64_t file_size(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 ? info.st_size : -1;
}

static size_t map_len(size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (len / page + 1) * page;
}

bool file_map(int fd, struct span *bytes_out)
{
    int64_t size = file_size(fd);
    if (size < 0)
        return false;
    /* An anonymous mapping below gives the zero page behind a file that ends on a page's edge. */
    size_t len = map_len((size_t)size);
    char *at = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return false;
    if (size > 0 &&
        mmap(at, (size_t)size, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED) {
        munmap(at, len);
        return false;
    }
    *bytes_out = (struct span){at, (size_t)size};
    return true;
}
