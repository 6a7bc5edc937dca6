/* SPDX-License-Identifier: ISC */
/*
 * Runs a password_command: a process group of its own, nothing on standard input, two pipes, a time
 * limit, after which the whole group is killed.  Keeps the start of what it prints and throws the
 * rest away, so that it may print as much as it likes.
 */
#include "agent/process/secret_command.h"

#include "agent/base/clock.h"
#include "agent/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ERROR_BYTES = 512, CHUNK_BYTES = 512, EXIT_NOT_RUN = 127 };

/* One of the two pipes: where its bytes go, and how many have come. */
struct intake {
    int fd; /* -1 once it has ended */
    char *bytes;
    size_t len, room;
};

struct command {
    struct secret *secret;
    struct fault *fault;
    char **arguments;
    pid_t pid;
    int handle; /* pidfd */
    struct intake out, error;
    char error_text[ERROR_BYTES];
};

static bool refuse(const struct command *command, const char *what, const char *why)
{
    return fault_set(command->fault, FAULT_SECRET, NULL, "%s: password_command (%s): %s%s%s",
                     command->secret->whose, command->arguments[0], what, *why ? ": " : "", why);
}

/* ---- the child ---- */

static _Noreturn void become(char *const *arguments, int out, int error)
{
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(error, STDERR_FILENO) >= 0 && sandbox_close_all_but(NULL, 0))
        execvp(arguments[0], arguments);
    dprintf(STDERR_FILENO, "cannot be run: %s", strerror(errno));
    _exit(EXIT_NOT_RUN);
}

/* ---- starting it ---- */

static bool copy_arguments(struct command *command)
{
    const struct words *words = &command->secret->source->command;
    command->arguments = calloc(words->count + 1, sizeof *command->arguments);
    if (!command->arguments)
        return fault_set(command->fault, FAULT_MEMORY, NULL, "no memory for a password_command");
    memcpy(command->arguments, words->words, words->count * sizeof *command->arguments);
    return true;
}

static void close_pipe(const int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static bool start(struct command *command)
{
    int out[2], error[2];
    if (pipe2(out, O_CLOEXEC) != 0)
        return refuse(command, "pipe", strerror(errno));
    if (pipe2(error, O_CLOEXEC) != 0) {
        close_pipe(out);
        return refuse(command, "pipe", strerror(errno));
    }
    command->pid = fork();
    if (command->pid == 0)
        become(command->arguments, out[1], error[1]);
    if (command->pid < 0) {
        close_pipe(out);
        close_pipe(error);
        return refuse(command, "fork", strerror(errno));
    }
    setpgid(command->pid, command->pid); /* whoever comes first */
    close(out[1]);
    close(error[1]);
    command->out.fd = out[0];
    command->error.fd = error[0];
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(error[0], F_SETFL, O_NONBLOCK);
    command->handle = (int)syscall(SYS_pidfd_open, command->pid, 0);
    return true;
}

/* ---- listening to it ---- */

static void keep(struct intake *intake, const char *bytes, size_t len)
{
    size_t left = intake->room - intake->len;
    size_t kept = len < left ? len : left;
    memcpy(intake->bytes + intake->len, bytes, kept);
    intake->len += kept;
}

/* Takes what is there now; closes at the end of it. */
static void take(struct intake *intake)
{
    char chunk[CHUNK_BYTES];
    while (intake->fd >= 0) {
        ssize_t got = read(intake->fd, chunk, sizeof chunk);
        if (got > 0) {
            keep(intake, chunk, (size_t)got);
        } else if (got < 0 && errno == EAGAIN) {
            break;
        } else if (got == 0 || errno != EINTR) {
            close(intake->fd);
            intake->fd = -1;
        }
    }
    explicit_bzero(chunk, sizeof chunk);
}

/* Until it has ended.  What it left behind may hold the pipes open: they are not waited for. */
static bool listen_to(struct command *command, int64_t deadline_ms)
{
    for (;;) {
        struct pollfd waiting[] = {{.fd = command->handle, .events = POLLIN},
                                   {.fd = command->out.fd, .events = POLLIN},
                                   {.fd = command->error.fd, .events = POLLIN}};
        int64_t left = clock_left_ms(deadline_ms);
        if (left == 0)
            return false;
        if (poll(waiting, 3, (int)left) < 0 && errno != EINTR)
            return false;
        bool ended = waiting[0].revents != 0;
        take(&command->out);
        take(&command->error);
        if (ended)
            return true;
    }
}

static int reap(const struct command *command)
{
    int status = 0;
    while (waitpid(command->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* What it said of its trouble, in one line. */
static const char *complaint(struct command *command)
{
    struct intake *error = &command->error;
    while (error->len > 0 && (error->bytes[error->len - 1] == '\n' || //
                              error->bytes[error->len - 1] == '\r'))
        error->len--;
    error->bytes[error->len] = '\0';
    for (size_t i = 0; i < error->len; i++)
        if (error->bytes[i] == '\n' || error->bytes[i] == '\0')
            error->bytes[i] = ' ';
    return error->bytes;
}

static bool judge(struct command *command, int status)
{
    char what[64];
    if (WIFSIGNALED(status))
        snprintf(what, sizeof what, "died of signal %d", WTERMSIG(status));
    else
        snprintf(what, sizeof what, "exit status %d", WEXITSTATUS(status));
    if (status != 0)
        return refuse(command, what, complaint(command));
    return secret_first_line(command->secret, command->out.len, command->fault);
}

static bool hear_out(struct command *command)
{
    char what[64];
    int64_t limit = command->secret->limit_ms;
    bool ended = command->handle >= 0 && listen_to(command, clock_monotonic_ms() + limit);
    int error = errno;
    /* Before it is reaped, so that the number is still its own. */
    if (!ended)
        kill(-command->pid, SIGKILL);
    int status = reap(command);
    if (command->handle < 0)
        return refuse(command, "cannot be watched", strerror(error));
    if (ended)
        return judge(command, status);
    snprintf(what, sizeof what, "gave no password within %lld ms, and was killed",
             (long long)limit);
    return refuse(command, what, complaint(command));
}

bool secret_run_command(struct secret *secret, struct fault *fault)
{
    struct command command = {.secret = secret, .fault = fault, .handle = -1};
    command.out = (struct intake){.fd = -1, .bytes = secret->text, .room = sizeof secret->text};
    command.error = (struct intake){
        .fd = -1, .bytes = command.error_text, .room = sizeof command.error_text - 1};
    bool had = copy_arguments(&command) && start(&command) && hear_out(&command);
    if (command.out.fd >= 0)
        close(command.out.fd);
    if (command.error.fd >= 0)
        close(command.error.fd);
    if (command.handle >= 0)
        close(command.handle);
    free(command.arguments);
    return had;
}
