/* SPDX-License-Identifier: ISC */
/* Reads small files of the operator's and looks at their modes.  Follows links, never waits on a
 * FIFO or a device. */
#include "agent/config/text_file.h"

#include "agent/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool stat_is_safe(const char *file, const struct stat *stat, mode_t refused,
                         enum fault_code code, struct fault *fault)
{
    if (!S_ISREG(stat->st_mode))
        return fault_set(fault, code, NULL, "%s: is not a regular file; name one", file);
    if (stat->st_mode & refused)
        return fault_set(fault, code, NULL, "%s: others may write to it (mode %03o); chmod %s it",
                         file, (unsigned)(stat->st_mode & 0777),
                         refused == WRITE_BY_ANYBODY ? "o-w" : "go-w");
    return true;
}

bool text_file_is_safe(const char *file, mode_t refused, enum fault_code code, struct fault *fault)
{
    struct stat status;
    if (stat(file, &status) != 0)
        return fault_set(fault, code, NULL, "%s: %s", file, strerror(errno));
    return stat_is_safe(file, &status, refused, code, fault);
}

static bool read_open_file(int fd, const char *file, mode_t refused, struct buffer *text,
                           struct fault *fault)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return fault_set(fault, FAULT_CONFIG, NULL, "%s: %s", file, strerror(errno));
    if (!stat_is_safe(file, &status, refused, FAULT_CONFIG, fault))
        return false;
    if (file_read_to_end(fd, text))
        return true;
    if (text->failed && status.st_size <= (off_t)text->max)
        return fault_set(fault, FAULT_MEMORY, NULL, "%s: not enough memory to read it", file);
    if (text->failed)
        return fault_set(fault, FAULT_CONFIG, NULL, "%s: is larger than %zu bytes; make it smaller",
                         file, text->max);
    return fault_set(fault, fault_of_error(errno, FAULT_CONFIG), NULL, "%s: cannot be read: %s",
                     file, strerror(errno));
}

bool text_file_read(const char *file, mode_t refused, struct buffer *text, struct fault *fault)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fault_set(fault, fault_of_error(errno, FAULT_CONFIG), NULL,
                         "%s: cannot be opened: %s", file, strerror(errno));
    bool done = read_open_file(fd, file, refused, text, fault);
    close(fd);
    return done;
}
