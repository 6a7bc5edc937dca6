/* SPDX-License-Identifier: ISC */
/*
 * The supervisor: forks mail processes and workers, passes on their notices, restarts what dies
 * with growing pauses, and writes what killed a worker into the ledger.  Its own ledger handle is
 * opened for each of these acts and closed again, so that it is never carried over a fork.
 */
#include "agent/process/supervisor.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/process/accounts.h"
#include "agent/process/channel.h"
#include "agent/process/lock.h"
#include "agent/process/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    TICK_MS = 1000,
    IDLE_TICK_MS = 30000,    /* how often a daemon looks for jobs that were put off */
    STOP_MS = 15000,         /* what was told to end and does not, is killed ... */
    STOP_SOON_MS = 1500,     /* ... and soon where it waits for nothing that may not be lost */
    PURGE_TICK_MS = 3600000, /* of a daemon; a little each time, so that nobody waits for it */
    PURGE_MS = 100,
    PURGE_AT_END_MS = 500,
    CLOCK_JUMP_MS = 120000,
    DAY_MS = 86400000
};

static bool make_supervisor(struct supervisor *supervisor, struct run *run)
{
    *supervisor = (struct supervisor){.run = run, .lock = -1, .signals = -1};
    supervisor->accounts = calloc(run->config->account_count + 1, sizeof *supervisor->accounts);
    supervisor->crumb_bytes = (size_t)sysconf(_SC_PAGESIZE);
    supervisor->crumbs = mmap(NULL, SUPERVISOR_CHILDREN * supervisor->crumb_bytes,
                              PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; supervisor->accounts && i < run->config->account_count; i++)
        supervisor->accounts[i].wanted = run_wants(run, &run->config->accounts[i]);
    return supervisor->accounts && supervisor->crumbs != MAP_FAILED;
}

static void free_supervisor(struct supervisor *supervisor)
{
    if (supervisor->signals >= 0)
        close(supervisor->signals);
    free(supervisor->accounts);
    if (supervisor->crumbs != MAP_FAILED)
        munmap(supervisor->crumbs, SUPERVISOR_CHILDREN * supervisor->crumb_bytes);
}

static bool watch_signals(struct supervisor *supervisor)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return supervisor->signals >= 0;
}

static void read_signals(struct supervisor *supervisor)
{
    struct signalfd_siginfo info;
    while (read(supervisor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            supervisor_bury(supervisor);
        else
            supervisor->stopping = true;
    }
}

/* ---- the loop ---- */

static size_t count_children(const struct supervisor *supervisor, enum child_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        count += supervisor->children[i].pid != 0 && supervisor->children[i].kind == kind;
    return count;
}

static bool workers_busy(const struct supervisor *supervisor)
{
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        if (supervisor_is_worker(&supervisor->children[i]) &&
            supervisor->children[i].given != supervisor->children[i].taken)
            return true;
    return false;
}

/* Room for one more: few that have just begun, many that wait for their servers. */
static bool may_start_mail(const struct supervisor *supervisor)
{
    int64_t young_since = clock_monotonic_ms() - SUPERVISOR_YOUNG_MS;
    size_t all = 0, young = 0;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        const struct child *child = &supervisor->children[i];
        if (child->pid == 0 || child->kind != CHILD_MAIL)
            continue;
        all++;
        young += child->began_ms > young_since;
    }
    return all < SUPERVISOR_MAILS && young < SUPERVISOR_YOUNG;
}

/* What hangs where its own limits do not reach. */
static void end_hanging(struct supervisor *supervisor)
{
    int64_t now = clock_monotonic_ms();
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid == 0 || child->crumb->must_end_ms == 0 || now < child->crumb->must_end_ms)
            continue;
        log_line(LOG_ERROR, "process %d hangs in %.31s %.63s and is ended", (int)child->pid,
                 child->crumb->stage, child->crumb->module);
        kill(child->pid, SIGKILL);
        child->crumb->must_end_ms = 0;
    }
}

static int64_t clock_lead_ms(void)
{
    return clock_now() * 1000 - clock_awaited_ms();
}

/* Somebody set the clock: what was put off by the old one must not wait for years. */
static void watch_clock(struct supervisor *supervisor)
{
    int64_t lead = clock_lead_ms(), jump = lead - supervisor->clock_lead_ms;
    if (jump > -CLOCK_JUMP_MS && jump < CLOCK_JUMP_MS)
        return;
    log_line(LOG_WARNING, "the clock was set %s by %lld seconds", jump > 0 ? "forward" : "back",
             (long long)((jump > 0 ? jump : -jump) + 500) / 1000);
    supervisor->clock_lead_ms = lead;
    if (jump > 0) /* what it would forget by a wrong clock does not come back */
        supervisor->keep_until_ms = clock_awaited_ms() + DAY_MS;
    supervisor_look_at_ledger(supervisor, &(struct ledger_visit){.mend_times = true});
}

static void start_mails(struct supervisor *supervisor)
{
    int64_t now = clock_awaited_ms();
    for (uint32_t i = 0; i < supervisor->run->config->account_count; i++) {
        struct account_turn *turn = &supervisor->accounts[i];
        if (supervisor->run->daemon && turn->next_ms && now >= turn->next_ms &&
            run_wants(supervisor->run, &supervisor->run->config->accounts[i]))
            turn->wanted = true;
        if (!turn->wanted || !may_start_mail(supervisor))
            continue;
        /* One that still lives is succeeded when it ends (NOTICE_LEAVING). */
        turn->wanted = false;
        turn->next_ms = 0;
        if (!supervisor_fork_mail(supervisor, i)) {
            turn->next_ms = now + supervisor->run->config->accounts[i].poll_every * 1000;
            supervisor->code = run_worse_exit(supervisor->code, EX_OSERR);
        }
    }
}

static bool mail_wanted(const struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->run->config->account_count; i++)
        if (supervisor->accounts[i].wanted)
            return true;
    return false;
}

static bool nothing_left(const struct supervisor *supervisor)
{
    return !supervisor->run->daemon && !mail_wanted(supervisor) &&
           count_children(supervisor, CHILD_MAIL) == 0 && !workers_busy(supervisor) &&
           (supervisor->counts.due == 0 || supervisor->no_workers);
}

/* The truth, once a second while somebody waits for it: jobs that fell due, or whose notice was
 * lost, or whose worker ended. */
static void look_for_work(struct supervisor *supervisor)
{
    int64_t now = clock_awaited_ms();
    bool waiting = count_children(supervisor, CHILD_MAIL) > 0 || supervisor->counts.due > 0;
    if (supervisor->run->daemon && now >= supervisor->keep_until_ms &&
        now - supervisor->purged_ms > (supervisor->purge_more ? TICK_MS : PURGE_TICK_MS)) {
        supervisor->purged_ms = now;
        supervisor_look_at_ledger(supervisor, &(struct ledger_visit){.purge_ms = PURGE_MS});
    } else if (now - supervisor->looked_ms > (waiting ? TICK_MS : IDLE_TICK_MS)) {
        supervisor_look_at_ledger(supervisor, &(struct ledger_visit){.dead = NULL});
    }
    if (supervisor->counts.due > 0 && supervisor_wake_workers(supervisor))
        supervisor->counts.due = 0;
}

static void wait_for_notices(struct supervisor *supervisor)
{
    struct pollfd wanted[SUPERVISOR_CHILDREN + 1] = {{.fd = supervisor->signals, .events = POLLIN}};
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        wanted[i + 1] = (struct pollfd){
            .fd = supervisor->children[i].pid ? supervisor->children[i].channel : -1,
            .events = POLLIN};
    int timeout = mail_wanted(supervisor) ? 50 : TICK_MS;
    if (poll(wanted, SUPERVISOR_CHILDREN + 1, timeout) <= 0)
        return;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        if (wanted[i + 1].revents & POLLIN)
            supervisor_hear(supervisor, &supervisor->children[i]);
    /* A child that ended closes its channel: the poll would spin on it if it were not buried. */
    read_signals(supervisor);
    supervisor_bury(supervisor);
}

/* Only a mail on its way out is worth a wait: what was said of it might be lost.  All else is done
 * again by the next run. */
static bool is_submitting(const struct child *child)
{
    return child->kind == CHILD_MAIL && child->crumb->module[0] != '\0' &&
           strncmp(child->crumb->stage, stages[STAGE_SUBMIT].name, sizeof child->crumb->stage) == 0;
}

/* Who was submitting when it was told has its time for writing down what came of it, too. */
static void wait_for_end(struct child *child, int64_t told_ms, int *status_out)
{
    while (waitpid(child->pid, status_out, WNOHANG) == 0) {
        child->submitting = child->submitting || is_submitting(child);
        int64_t limit = child->submitting ? STOP_MS : STOP_SOON_MS;
        if (clock_left_ms(told_ms + limit) == 0)
            kill(child->pid, SIGKILL);
        poll(NULL, 0, 2);
    }
}

/* Ends all that are left.  Workers that are idle end by themselves when their channel closes. */
static void stop_children(struct supervisor *supervisor)
{
    int64_t told_ms = clock_monotonic_ms();
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid == 0)
            continue;
        child->submitting = is_submitting(child);
        shutdown(child->channel, SHUT_RDWR);
        if (supervisor->stopping || child->kind == CHILD_MAIL)
            kill(child->pid, SIGTERM);
    }
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        int status = 0;
        if (child->pid == 0)
            continue;
        wait_for_end(child, told_ms, &status);
        if (WIFEXITED(status))
            supervisor->code = run_worse_exit(supervisor->code, WEXITSTATUS(status));
        close(child->channel);
        child->pid = 0;
    }
}

/* Accounts for the run: what is still waiting decides between success and "try again". */
static void end_run(struct supervisor *supervisor)
{
    supervisor_clear_progress(supervisor);
    bool purge = clock_awaited_ms() >= supervisor->keep_until_ms;
    int code = supervisor_look_at_ledger(
        supervisor, &(struct ledger_visit){.purge_ms = purge ? PURGE_AT_END_MS : 0});
    const struct ledger_counts *counts = &supervisor->counts;
    int64_t owed = counts->ready + counts->submitting + counts->in_doubt;
    /* What waits for an account that is gone was told at the start; trying again does not help.  The
     * counts of a run for one account are without it. */
    int64_t held = supervisor->run->only_account ? 0 : supervisor->held;
    if (code == EX_OK && counts->claimed + owed > held)
        code = EX_TEMPFAIL;
    supervisor->code = run_worse_exit(supervisor->code, code);
    if (supervisor->run
            ->daemon) /* told to end, it ends well: what passed long ago was logged then */
        supervisor->code = code == EX_TEMPFAIL ? EX_OK : code;
    log_line(LOG_INFO,
             "endrun: %llu collected, %llu worked on, %llu sent; waiting: %lld mail%s, %lld repl%s",
             (unsigned long long)supervisor->claimed, (unsigned long long)supervisor->answered,
             (unsigned long long)supervisor->sent, (long long)counts->claimed,
             counts->claimed == 1 ? "" : "s", (long long)owed, owed == 1 ? "y" : "ies");
}

static int supervise(struct supervisor *supervisor)
{
    int code = supervisor_look_at_ledger(supervisor, &(struct ledger_visit){.dead = NULL});
    supervisor->clock_lead_ms = clock_lead_ms();
    if (code == EX_OK)
        code = accounts_reconcile(supervisor->run, &supervisor->held);
    if (code != EX_OK)
        return code;
    supervisor->purged_ms = clock_awaited_ms();
    /* The mailboxes first; the first worker warms up while they are read. */
    start_mails(supervisor);
    for (uint64_t i = 0; i < supervisor->run->config->workers_min; i++)
        supervisor_fork_worker(supervisor);
    notify_ready();
    while (!supervisor->stopping) {
        start_mails(supervisor);
        if (nothing_left(supervisor))
            break;
        wait_for_notices(supervisor);
        end_hanging(supervisor);
        watch_clock(supervisor);
        look_for_work(supervisor);
    }
    stop_children(supervisor);
    end_run(supervisor);
    return supervisor->code;
}

int supervisor_run(struct run *run)
{
    struct supervisor supervisor;
    struct fault fault = FAULT_INIT;
    int code = EX_OSERR;
    if (!make_supervisor(&supervisor, run) || !watch_signals(&supervisor)) {
        log_line(LOG_ERROR, "cannot start: %s", strerror(errno));
        free_supervisor(&supervisor);
        return EX_OSERR;
    }
    enum lock_result lock = lock_take(run->state, &supervisor.lock, &fault);
    if (lock == LOCK_TAKEN_BY_OTHER) {
        log_line(run->daemon ? LOG_ERROR : LOG_INFO, "another run is at work on %s", run->state);
        code = run->daemon ? EX_TEMPFAIL : EX_OK;
    } else if (lock == LOCK_FAILED) {
        log_fault(LOG_ERROR, "lock", &fault);
        code = run_exit_code(&fault);
    } else {
        code = supervise(&supervisor);
        close(supervisor.lock);
    }
    fault_clear(&fault);
    free_supervisor(&supervisor);
    return code;
}
