/* SPDX-License-Identifier: ISC */
/*
 * The supervisor: forks mail processes and workers, passes on their notices, restarts what dies
 * with growing pauses, and writes what killed a worker into the ledger.  Its own ledger handle is
 * opened for each of these acts and closed again, so that it is never carried over a fork.
 */
#include "agent/process/supervisor.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/process/channel.h"
#include "agent/process/lock.h"
#include "agent/process/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    TICK_MS = 1000,
    DEATHS_MAX = 6,        /* in a row without a job done: then this run has no workers */
    RETRY_TICK_MS = 30000, /* how often a daemon looks for jobs that were put off */
    PURGE_TICK_MS = 3600000
};

static bool make_supervisor(struct supervisor *supervisor, struct run *run)
{
    size_t crumbs = SUPERVISOR_CHILDREN * sizeof *supervisor->crumbs;
    *supervisor = (struct supervisor){.run = run, .lock = -1, .signals = -1};
    supervisor->accounts = calloc(run->config->account_count + 1, sizeof *supervisor->accounts);
    supervisor->crumbs =
        mmap(NULL, crumbs, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; supervisor->accounts && i < run->config->account_count; i++)
        supervisor->accounts[i].wanted = run_wants(run, &run->config->accounts[i]);
    return supervisor->accounts && supervisor->crumbs != MAP_FAILED;
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

/* ---- the ledger, between forks ---- */

/* Frees what dead processes held and asks how much is left to do. */
static int ledger_visit(struct supervisor *supervisor, bool blame, const struct crumb *crumb,
                        bool purge)
{
    struct ledger *ledger = NULL;
    struct fault fault = FAULT_INIT;
    enum ledger_result result = ledger_open(supervisor->run->state, &ledger, &fault);
    if (result == LEDGER_OK)
        result = ledger_recover(ledger, NULL, blame, crumb ? crumb->module : "",
                                crumb ? crumb->stage : "");
    if (result == LEDGER_OK || result == LEDGER_NONE)
        result = ledger_counts(ledger, supervisor->run->only_account, &supervisor->counts);
    if (result == LEDGER_OK && purge)
        result = ledger_purge(ledger, clock_now() - SUPERVISOR_KEEP_SECONDS, SUPERVISOR_KEEP_BYTES);
    if (fault_is_set(&fault))
        log_fault(LOG_ERROR, "ledger", &fault);
    else if (ledger && result != LEDGER_OK && ledger_fault(ledger))
        log_fault(LOG_ERROR, "ledger", ledger_fault(ledger));
    fault_clear(&fault);
    ledger_close(&ledger);
    return run_ledger_exit(result);
}

/* ---- waking ---- */

static void wake_workers(struct supervisor *supervisor)
{
    bool any = false;
    if (clock_monotonic_ms() < supervisor->pause_until_ms) {
        supervisor->look_for_work = true;
        return;
    }
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid == 0 || child->kind != CHILD_WORKER || child->given > child->taken)
            continue;
        channel_send(child->channel, (struct notice){.kind = NOTICE_WORK});
        child->given++;
        any = true;
        break;
    }
    if (!any && !supervisor->no_workers)
        supervisor_fork_worker(supervisor);
}

static void wake_mail(struct supervisor *supervisor, uint32_t account)
{
    if (account >= supervisor->run->config->account_count)
        return;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid != 0 && child->kind == CHILD_MAIL && child->account == account) {
            channel_send(child->channel, (struct notice){.kind = NOTICE_ANSWERED});
            return;
        }
    }
    supervisor->accounts[account].wanted = true;
}

static void hear(struct supervisor *supervisor, struct child *child)
{
    struct notice notice;
    bool ended = false;
    while (channel_receive(child->channel, &notice, &ended)) {
        switch (notice.kind) {
        case NOTICE_CLAIMED:
            supervisor->claimed++;
            wake_workers(supervisor);
            break;
        case NOTICE_IDLE:
            child->taken = notice.number;
            child->idle_once = true;
            break;
        case NOTICE_ANSWERED:
            supervisor->answered++;
            supervisor->deaths = 0;
            wake_mail(supervisor, notice.account);
            break;
        case NOTICE_SENT:
            supervisor->sent++;
            break;
        default:
            break;
        }
    }
    supervisor_show_progress(supervisor);
}

/* ---- dying ---- */

static void after_mail(struct supervisor *supervisor, struct child *child, int status)
{
    const char *name = supervisor->run->config->accounts[child->account].name;
    struct account_turn *turn = &supervisor->accounts[child->account];
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : EX_TEMPFAIL;
    if (WIFSIGNALED(status)) {
        log_line(LOG_ERROR, "account %s: its mail process died of signal %d in %s %s", name,
                 WTERMSIG(status), child->crumb->stage, child->crumb->module);
        code = run_worse_exit(code, ledger_visit(supervisor, true, child->crumb, false));
    }
    supervisor->code = run_worse_exit(supervisor->code, code);
    turn->next_ms =
        clock_monotonic_ms() + supervisor->run->config->accounts[child->account].poll_every * 1000;
}

static void after_worker(struct supervisor *supervisor, struct child *child, int status)
{
    if (WIFEXITED(status)) {
        int code = WEXITSTATUS(status);
        supervisor->code = run_worse_exit(supervisor->code, code);
        if (code != EX_OK && code != EX_TEMPFAIL)
            supervisor->deaths++;
    } else {
        log_line(LOG_ERROR, "a worker died of signal %d in %s %s", WTERMSIG(status),
                 child->crumb->stage, child->crumb->module);
        supervisor->deaths++;
        supervisor->code =
            run_worse_exit(supervisor->code, ledger_visit(supervisor, true, child->crumb, false));
        supervisor->look_for_work = true;
    }
    if (supervisor->deaths >= DEATHS_MAX) {
        log_line(LOG_ERROR, "%d workers in a row have died: no more are started in this run",
                 supervisor->deaths);
        supervisor->no_workers = true;
        supervisor->code = run_worse_exit(supervisor->code, EX_SOFTWARE);
    }
    supervisor->pause_until_ms =
        supervisor->deaths ? clock_monotonic_ms() + (100LL << supervisor->deaths) : 0;
}

static void bury(struct supervisor *supervisor)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
            struct child *child = &supervisor->children[i];
            if (child->pid != pid)
                continue;
            hear(supervisor, child);
            close(child->channel);
            child->pid = 0;
            if (child->kind == CHILD_MAIL)
                after_mail(supervisor, child, status);
            else
                after_worker(supervisor, child, status);
        }
    }
}

static void read_signals(struct supervisor *supervisor)
{
    struct signalfd_siginfo info;
    while (read(supervisor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            bury(supervisor);
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
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        const struct child *child = &supervisor->children[i];
        if (child->pid != 0 && child->kind == CHILD_WORKER &&
            (child->given > child->taken || !child->idle_once))
            return true;
    }
    return false;
}

static void start_mails(struct supervisor *supervisor)
{
    int64_t now = clock_monotonic_ms();
    for (uint32_t i = 0; i < supervisor->run->config->account_count; i++) {
        struct account_turn *turn = &supervisor->accounts[i];
        if (supervisor->run->daemon && turn->next_ms && now >= turn->next_ms &&
            run_wants(supervisor->run, &supervisor->run->config->accounts[i]))
            turn->wanted = true;
        if (turn->wanted && count_children(supervisor, CHILD_MAIL) < SUPERVISOR_MAILS &&
            supervisor_fork_mail(supervisor, i)) {
            turn->wanted = false;
            turn->next_ms = 0;
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
           count_children(supervisor, CHILD_MAIL) == 0 && !workers_busy(supervisor);
}

static void look_for_work(struct supervisor *supervisor)
{
    int64_t now = clock_monotonic_ms();
    if (supervisor->run->daemon && now - supervisor->retried_ms > RETRY_TICK_MS) {
        supervisor->retried_ms = now;
        supervisor->look_for_work = true;
    }
    if (supervisor->run->daemon && now - supervisor->purged_ms > PURGE_TICK_MS) {
        supervisor->purged_ms = now;
        ledger_visit(supervisor, false, NULL, true);
    }
    if (supervisor->look_for_work && now >= supervisor->pause_until_ms) {
        supervisor->look_for_work = false;
        wake_workers(supervisor);
    }
}

static void wait_for_notices(struct supervisor *supervisor)
{
    struct pollfd wanted[SUPERVISOR_CHILDREN + 1] = {{.fd = supervisor->signals, .events = POLLIN}};
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        wanted[i + 1] = (struct pollfd){
            .fd = supervisor->children[i].pid ? supervisor->children[i].channel : -1,
            .events = POLLIN};
    int timeout = supervisor->look_for_work ? 50 : TICK_MS;
    if (poll(wanted, SUPERVISOR_CHILDREN + 1, timeout) <= 0)
        return;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        if (wanted[i + 1].revents & POLLIN)
            hear(supervisor, &supervisor->children[i]);
    /* A child that ended closes its channel: the poll would spin on it if it were not buried. */
    read_signals(supervisor);
    bury(supervisor);
}

static void stop_children(struct supervisor *supervisor)
{
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid == 0)
            continue;
        kill(child->pid, SIGTERM);
        int status;
        while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
            continue;
        if (child->kind == CHILD_MAIL && WIFEXITED(status))
            supervisor->code = run_worse_exit(supervisor->code, WEXITSTATUS(status));
        close(child->channel);
        child->pid = 0;
    }
}

/* Accounts for the run: what is still waiting decides between success and "try again". */
static void end_run(struct supervisor *supervisor)
{
    supervisor_clear_progress(supervisor);
    int code = ledger_visit(supervisor, false, NULL, true);
    const struct ledger_counts *counts = &supervisor->counts;
    if (code == EX_OK &&
        counts->claimed + counts->ready + counts->submitting + counts->in_doubt > 0)
        code = EX_TEMPFAIL;
    supervisor->code = run_worse_exit(supervisor->code, code);
    log_line(LOG_INFO, "endrun: %llu collected, %llu worked on, %llu mails sent, %lld waiting",
             (unsigned long long)supervisor->claimed, (unsigned long long)supervisor->answered,
             (unsigned long long)supervisor->sent, (long long)counts->claimed);
}

static int supervise(struct supervisor *supervisor)
{
    int code = ledger_visit(supervisor, false, NULL, false);
    if (code != EX_OK)
        return code;
    supervisor->retried_ms = supervisor->purged_ms = clock_monotonic_ms();
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
    if (!make_supervisor(&supervisor, run) || !watch_signals(&supervisor))
        return EX_OSERR;
    enum lock_result lock = lock_take(run->state, &supervisor.lock, &fault);
    if (lock == LOCK_TAKEN_BY_OTHER) {
        log_line(LOG_INFO, "another run is at work on %s", run->state);
        code = run->daemon ? EX_TEMPFAIL : EX_OK;
    } else if (lock == LOCK_FAILED) {
        log_fault(LOG_ERROR, "lock", &fault);
        code = run_exit_code(&fault);
    } else {
        code = supervise(&supervisor);
        close(supervisor.lock);
    }
    fault_clear(&fault);
    close(supervisor.signals);
    free(supervisor.accounts);
    munmap(supervisor.crumbs, SUPERVISOR_CHILDREN * sizeof *supervisor.crumbs);
    return code;
}
