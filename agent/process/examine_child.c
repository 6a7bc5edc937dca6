/* SPDX-License-Identifier: ISC */
/* Forks, passes lines on, ends what takes too long, says what died. */
#include "agent/process/examine_child.h"

#include "agent/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* One write each, shorter than PIPE_BUF, so that it is whole or not there. */
struct line {
    bool ok;
    char text[1024];
};

static void send_line(void *context, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void send_line(void *context, bool ok, const char *format, ...)
{
    struct line line = {.ok = ok};
    const int *pipe_end = context;
    va_list args;
    va_start(args, format);
    vsnprintf(line.text, sizeof line.text, format, args);
    va_end(args);
    while (write(*pipe_end, &line, sizeof line) < 0 && errno == EINTR)
        continue;
}

/* False at the end of the lines, or of the time. */
static bool pass_line(int from, int64_t deadline_ms, const struct examination *examination)
{
    struct line line;
    struct pollfd wanted = {.fd = from, .events = POLLIN};
    int ready = poll(&wanted, 1, (int)clock_left_ms(deadline_ms));
    if (ready < 0)
        return errno == EINTR;
    if (ready == 0)
        return false;
    ssize_t got = read(from, &line, sizeof line);
    if (got != (ssize_t)sizeof line)
        return got < 0 && errno == EINTR;
    line.text[sizeof line.text - 1] = '\0';
    examination->say(examination->context, line.ok, "%s", line.text);
    return true;
}

static int judge(int status, bool in_time, const char *what, const struct examination *examination)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    if (!in_time)
        examination->say(examination->context, false,
                         "%s: its examination did not come to an end, and was ended", what);
    else
        examination->say(examination->context, false,
                         "%s: its examination died of signal %d: what its server says makes a "
                         "library crash; a run would be no better off",
                         what, WTERMSIG(status));
    return EX_UNAVAILABLE;
}

int examine_in_child(examine_act act, void *context, const char *what, int64_t ms,
                     const struct examination *examination)
{
    int ends[2], status = 0;
    int64_t deadline = clock_monotonic_ms() + ms;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return EX_OSERR;
    pid_t pid = fork();
    if (pid == 0) {
        const struct examination through = {send_line, &ends[1]};
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        _exit(act(context, &through));
    }
    close(ends[1]);
    while (pid > 0 && pass_line(ends[0], deadline, examination))
        continue;
    close(ends[0]);
    if (pid < 0)
        return EX_OSERR;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_left_ms(deadline) == 0)
            kill(pid, SIGKILL);
        poll(NULL, 0, 1);
    }
    return judge(status, clock_left_ms(deadline) > 0, what, examination);
}
