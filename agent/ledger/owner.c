/* SPDX-License-Identifier: ISC */
/* Who a process is, so that nobody is taken for a later one with the same number: /proc. */
#include "agent/base/file.h"
#include "agent/ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The whole of a small file as text; false and errno when it cannot be read or is empty. */
static bool read_small(const char *path, char *text_out, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got;
    do
        got = read(fd, text_out, room - 1);
    while (got < 0 && errno == EINTR);
    int error = got == 0 ? EIO : errno;
    close(fd);
    errno = error;
    if (got <= 0)
        return false;
    text_out[got] = '\0';
    return true;
}

static bool read_boot_id(char boot_id_out[37])
{
    char text[64];
    if (!read_small("/proc/sys/kernel/random/boot_id", text, sizeof text) || strlen(text) < 36)
        return false;
    memcpy(boot_id_out, text, 36);
    boot_id_out[36] = '\0';
    return true;
}

/* Fields 3 and 22 of /proc/PID/stat.  Field 2 is the program's name, which may hold anything. */
static bool read_stat(int64_t pid, char *state_out, int64_t *start_out)
{
    char path[48], text[1024];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/stat", pid);
    if (!read_small(path, text, sizeof text))
        return false;
    const char *rest = strrchr(text, ')');
    return rest && sscanf(rest,
                          ") %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                          "%*s %*s %" SCNd64,
                          state_out, start_out) == 2;
}

bool ledger_owner_self(struct ledger_owner *owner_out, struct fault *fault)
{
    return ledger_owner_of(getpid(), owner_out, fault);
}

bool ledger_owner_of(int64_t pid, struct ledger_owner *owner_out, struct fault *fault)
{
    char state;
    owner_out->pid = pid;
    if (!read_boot_id(owner_out->boot_id) || !read_stat(owner_out->pid, &state, &owner_out->start))
        return fault_set(fault, FAULT_LEDGER, NULL,
                         "/proc cannot be read (%s); the agent needs it mounted", strerror(errno));
    return true;
}

bool ledger_owner_lives(const struct ledger_owner *owner)
{
    char boot_id[37], state;
    int64_t start;
    if (read_boot_id(boot_id) && strcmp(boot_id, owner->boot_id) != 0)
        return false;
    if (owner->pid <= 0 || (kill((pid_t)owner->pid, 0) != 0 && errno == ESRCH))
        return false;
    /* Something has that number.  What /proc hides is taken to live: freeing work that somebody
     * still does would do it twice. */
    if (!read_stat(owner->pid, &state, &start))
        return kill((pid_t)owner->pid, 0) == 0 || errno != ESRCH;
    return start == owner->start && state != 'Z' && state != 'X';
}
