/* SPDX-License-Identifier: ISC */
/* Forking mail processes and workers, and the line of progress. */
#include "agent/process/supervisor.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/base/sandbox.h"
#include "agent/process/channel.h"
#include "agent/process/mail.h"
#include "agent/process/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct crumb *supervisor_crumb(const struct supervisor *supervisor, size_t place)
{
    return (struct crumb *)(void *)(supervisor->crumbs + place * supervisor->crumb_bytes);
}

static struct child *free_place(struct supervisor *supervisor)
{
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        if (supervisor->children[i].pid == 0) {
            supervisor->children[i] = (struct child){.crumb = supervisor_crumb(supervisor, i)};
            *supervisor->children[i].crumb = (struct crumb){0};
            return &supervisor->children[i];
        }
    return NULL;
}

/* A child lets go of what only the supervisor needs, and dies with it. */
static void become_child(struct supervisor *supervisor, const struct child *self, int death_signal)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, death_signal);
    sandbox_limit_memory();
    close(supervisor->signals);
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        if (supervisor->children[i].pid != 0 && &supervisor->children[i] != self)
            close(supervisor->children[i].channel);
    /* Who is taken over must not be able to write what another's death is blamed on. */
    char *own = (char *)self->crumb, *behind = own + supervisor->crumb_bytes;
    char *end = supervisor->crumbs + SUPERVISOR_CHILDREN * supervisor->crumb_bytes;
    if (own > supervisor->crumbs)
        munmap(supervisor->crumbs, (size_t)(own - supervisor->crumbs));
    if (behind < end)
        munmap(behind, (size_t)(end - behind));
}

/* 0 in the child, with its end of the channel; the child's pid in the supervisor; -1. */
static pid_t fork_child(struct supervisor *supervisor, struct child *child, int death_signal,
                        int *channel_out)
{
    int ends[2];
    if (!channel_open(ends)) {
        log_line(LOG_ERROR, "socketpair: %s", strerror(errno));
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        become_child(supervisor, child, death_signal);
        *channel_out = ends[1];
        return 0;
    }
    close(ends[1]);
    if (pid < 0) {
        log_line(LOG_ERROR, "fork: %s", strerror(errno));
        close(ends[0]);
        return -1;
    }
    struct fault fault = FAULT_INIT;
    ledger_owner_of(pid, &child->owner, &fault); /* fails only where /proc does, for all */
    fault_clear(&fault);
    if (supervisor->no_workers)
        shutdown(ends[0], SHUT_WR); /* a mail process is not to wait for anybody's work */
    child->pid = pid;
    child->began_ms = clock_monotonic_ms();
    child->channel = ends[0];
    return pid;
}

bool supervisor_fork_mail(struct supervisor *supervisor, uint32_t account)
{
    int channel;
    struct child *child = free_place(supervisor);
    if (!child)
        return false;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        const struct child *other = &supervisor->children[i];
        if (other->pid != 0 && other->kind == CHILD_MAIL && other->account == account)
            return true; /* one at a time for an account */
    }
    child->kind = CHILD_MAIL;
    child->account = account;
    pid_t pid = fork_child(supervisor, child, SIGTERM, &channel);
    if (pid == 0)
        _exit(mail_process(supervisor->run, &supervisor->run->config->accounts[account],
                           child->crumb, channel));
    return pid > 0;
}

bool supervisor_may_fork_worker(const struct supervisor *supervisor)
{
    size_t workers = 0;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        workers += supervisor->children[i].pid != 0 && supervisor->children[i].kind == CHILD_WORKER;
    return workers < supervisor->run->config->workers_max;
}

bool supervisor_fork_worker(struct supervisor *supervisor)
{
    int channel;
    struct child *child = free_place(supervisor);
    if (!child)
        return false;
    child->kind = CHILD_WORKER;
    child->given = 1; /* it looks for work as soon as it lives */
    child->claims = supervisor->claimed;
    pid_t pid = fork_child(supervisor, child, SIGKILL, &channel);
    if (pid == 0)
        _exit(worker_process(supervisor->run, child->crumb, channel));
    return pid > 0;
}

static bool terminal_wants_progress(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && log_get_level() == LOG_WARNING && term &&
           strcmp(term, "dumb") != 0;
}

void supervisor_show_progress(struct supervisor *supervisor)
{
    if (!terminal_wants_progress() || supervisor->claimed + supervisor->answered == 0)
        return;
    fprintf(stderr, "\r%llu collected, %llu worked on, %llu sent ",
            (unsigned long long)supervisor->claimed, (unsigned long long)supervisor->answered,
            (unsigned long long)supervisor->sent);
    fflush(stderr);
    supervisor->progress_shown = true;
}

void supervisor_clear_progress(struct supervisor *supervisor)
{
    if (supervisor->progress_shown)
        fputs("\r\033[K", stderr);
    supervisor->progress_shown = false;
}
