/* SPDX-License-Identifier: ISC */
/* What the supervisor hears of its children and does when they end; each death frees exactly what
 * that process held in the ledger. */
#include "agent/process/supervisor.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"
#include "agent/process/channel.h"
#include "agent/process/reading.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    DEATHS_MAX = 6, /* in a row without a job done: then one run has no workers any more */
    BLIND_MAX = 5,  /* looks at the ledger in a row that failed: the same */
    DEATHS_A_JOB = 3,
    DEATHS_READING = 6, /* of mail processes that an account has in a row: then it waits its turn */
    PAUSE_IN_MODULE_MS = 200,
    PAUSE_DOUBLINGS = 9, /* a daemon waits up to 51 s between two of them */
};

/* ---- the ledger, between forks ---- */

static enum ledger_result purge(struct supervisor *supervisor, struct ledger *ledger,
                                int64_t budget_ms)
{
    const struct config *config = supervisor->run->config;
    struct ledger_keep keep = {.before = clock_now() - config->ledger_keep_days * 86400,
                               .max_bytes = config->ledger_max_size,
                               .budget_ms = budget_ms};
    return ledger_purge(ledger, &keep, &supervisor->purge_more);
}

static enum ledger_result visit_ledger(struct supervisor *supervisor, struct ledger *ledger,
                                       const struct ledger_visit *visit)
{
    char stage[sizeof visit->crumb->stage] = "", module[sizeof visit->crumb->module] = "";
    if (visit->crumb) {
        snprintf(stage, sizeof stage, "%.31s", visit->crumb->stage);
        snprintf(module, sizeof module, "%.63s", visit->crumb->module);
    }
    enum ledger_result result = ledger_recover(ledger, visit->dead, visit->blame, module, stage);
    if ((result == LEDGER_OK || result == LEDGER_NONE) && visit->reading)
        result = reading_note(ledger, visit->reading, READING_DIED);
    if ((result == LEDGER_OK || result == LEDGER_NONE) && visit->mend_times)
        result = ledger_mend_times(ledger);
    if (result == LEDGER_OK || result == LEDGER_NONE)
        result = ledger_counts(ledger, supervisor->run->only_account, &supervisor->counts);
    if (result == LEDGER_OK && visit->purge_ms)
        result = purge(supervisor, ledger, visit->purge_ms);
    return result;
}

/* One run has no workers any more: what waits is for the next. */
static void give_up(struct supervisor *supervisor, int code, const char *why)
{
    if (supervisor->run->daemon || supervisor->no_workers)
        return;
    log_line(LOG_ERROR, "%s: no more workers are started in this run", why);
    supervisor->no_workers = true;
    supervisor->code = run_worse_exit(supervisor->code, code);
    /* Mail processes would wait for what nobody does now: they hear the end of their channel,
     * submit what is ready, and settle. */
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        if (supervisor->children[i].pid != 0 && supervisor->children[i].kind == CHILD_MAIL)
            shutdown(supervisor->children[i].channel, SHUT_WR);
}

/* Frees what dead processes held and asks how much is left to do. */
int supervisor_look_at_ledger(struct supervisor *supervisor, const struct ledger_visit *visit)
{
    struct ledger *ledger = NULL;
    struct fault fault = FAULT_INIT;
    enum ledger_result result = ledger_open(supervisor->run->state, &ledger, &fault);
    if (result == LEDGER_OK)
        result = visit_ledger(supervisor, ledger, visit);
    if (fault_is_set(&fault))
        log_fault(LOG_ERROR, "ledger", &fault);
    else if (ledger && result != LEDGER_OK && fault_is_set(ledger_fault(ledger)))
        log_fault(LOG_ERROR, "ledger", ledger_fault(ledger));
    fault_clear(&fault);
    ledger_close(&ledger);
    supervisor->looked_ms = clock_awaited_ms();
    supervisor->blind = result == LEDGER_OK ? 0 : supervisor->blind + 1;
    if (supervisor->blind >= BLIND_MAX)
        give_up(supervisor, EX_IOERR, "the ledger cannot be read");
    return run_ledger_exit(result);
}

/* Workers that die in a row: a daemon waits longer and longer, one run gives up. */
static void count_death(struct supervisor *supervisor)
{
    int n = ++supervisor->deaths < PAUSE_DOUBLINGS ? supervisor->deaths : PAUSE_DOUBLINGS;
    supervisor->pause_until_ms = clock_monotonic_ms() + (100LL << n);
    if (supervisor->deaths >= DEATHS_MAX)
        give_up(supervisor, EX_SOFTWARE, "workers die in a row");
}

/* A job kills three workers at most, and others may be answered meanwhile: as many as can die of
 * jobs at the same time are no reason to give up. */
static void count_death_in_module(struct supervisor *supervisor)
{
    int at_once = (int)supervisor->run->config->workers_max * DEATHS_A_JOB;
    supervisor->pause_until_ms = clock_monotonic_ms() + PAUSE_IN_MODULE_MS;
    if (++supervisor->deaths_in_module > at_once + DEATHS_MAX)
        count_death(supervisor);
}

/* ---- waking ---- */

bool supervisor_is_worker(const struct child *child)
{
    return child->pid != 0 && child->kind == CHILD_WORKER;
}

/* An idle worker is told, or one more is forked: a busy one looks again by itself.  False while
 * workers may not be started. */
bool supervisor_wake_workers(struct supervisor *supervisor)
{
    if (supervisor->no_workers || clock_monotonic_ms() < supervisor->pause_until_ms)
        return false;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        if (supervisor_is_worker(child) && child->given == child->taken &&
            channel_send(child->channel, (struct notice){.kind = NOTICE_WORK})) {
            child->given++;
            child->claims = supervisor->claimed;
            return true;
        }
    }
    if (!supervisor_may_fork_worker(supervisor))
        return true; /* all are busy, and look again by themselves */
    if (supervisor_fork_worker(supervisor))
        return true;
    count_death(supervisor);
    return false;
}

static void wake_mail(struct supervisor *supervisor, uint32_t account)
{
    if (account >= supervisor->run->config->account_count)
        return;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
        struct child *child = &supervisor->children[i];
        if (child->pid != 0 && child->kind == CHILD_MAIL && child->account == account) {
            channel_send(child->channel, (struct notice){.kind = NOTICE_ANSWERED});
            child->given++;
            return;
        }
    }
    supervisor->accounts[account].wanted = true;
}

static uint64_t count_busy(const struct supervisor *supervisor)
{
    uint64_t busy = 0;
    for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++)
        busy += supervisor_is_worker(&supervisor->children[i]) &&
                supervisor->children[i].given != supervisor->children[i].taken;
    return busy;
}

static void take_notice(struct supervisor *supervisor, struct child *child,
                        const struct notice *notice)
{
    switch (notice->kind) {
    case NOTICE_CLAIMED:
        supervisor->claimed++;
        /* A worker that is busy looks again by itself: one more only for what they have not yet. */
        if (count_busy(supervisor) < supervisor->claimed - supervisor->answered)
            supervisor_wake_workers(supervisor);
        break;
    case NOTICE_IDLE:
        child->taken = notice->number;
        if (supervisor->claimed > child->claims) /* it may have looked just before that claim */
            supervisor_wake_workers(supervisor);
        break;
    case NOTICE_ANSWERED:
        supervisor->answered++;
        supervisor->deaths = supervisor->deaths_in_module = 0;
        wake_mail(supervisor, notice->account);
        break;
    case NOTICE_SENT:
        supervisor->sent++;
        break;
    case NOTICE_LEAVING:
        child->taken = notice->number;
        break;
    default:
        break;
    }
}

void supervisor_hear(struct supervisor *supervisor, struct child *child)
{
    struct notice notice;
    bool ended = false;
    while (channel_receive(child->channel, &notice, &ended))
        take_notice(supervisor, child, &notice);
    supervisor_show_progress(supervisor);
}

/* ---- dying ---- */

/* Ended by somebody's will, not by what it was doing. */
static bool on_purpose(const struct supervisor *supervisor, int status)
{
    int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return supervisor->stopping || by == SIGTERM || by == SIGINT || by == SIGHUP;
}

static void tell_death(const struct child *child, const char *name, int status)
{
    log_line(LOG_ERROR, "account %s: its mail process %s %d in %.31s %.63s", name,
             WIFSIGNALED(status) ? "died of signal" : "was ended with exit code",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), child->crumb->stage,
             child->crumb->module);
}

/* Frees what it held; a mail that it died of is remembered, and the others of that mailbox are read
 * by a successor, while there are few such mails. */
static int bury_mail(struct supervisor *supervisor, const struct child *child, bool purpose)
{
    struct account_turn *turn = &supervisor->accounts[child->account];
    char reading[sizeof child->crumb->reading] = "";
    snprintf(reading, sizeof reading, "%.71s", child->crumb->reading);
    struct ledger_visit visit = {.dead = &child->owner};
    if (!purpose && *reading) {
        visit.reading = reading;
        turn->wanted = ++turn->deaths <= DEATHS_READING && !supervisor->stopping;
    }
    return supervisor_look_at_ledger(supervisor, &visit);
}

static void after_mail(struct supervisor *supervisor, struct child *child, int status)
{
    const struct account *account = &supervisor->run->config->accounts[child->account];
    struct account_turn *turn = &supervisor->accounts[child->account];
    bool purpose = on_purpose(supervisor, status);
    bool in_module = child->crumb->module[0] != '\0' && !purpose;
    int code = WIFEXITED(status) && !in_module ? WEXITSTATUS(status) : EX_TEMPFAIL;
    if (in_module || (WIFSIGNALED(status) && !purpose))
        tell_death(child, account->name, status);
    turn->next_ms = clock_awaited_ms() + account->poll_every * 1000;
    if (WIFSIGNALED(status) || in_module)
        code = run_worse_exit(code, bury_mail(supervisor, child, purpose));
    else
        turn->deaths = 0;
    supervisor->code = run_worse_exit(supervisor->code, code);
    /* What was answered behind its back is for its successor. */
    if (child->given > child->taken && !supervisor->stopping)
        turn->wanted = true;
}

static void after_worker(struct supervisor *supervisor, struct child *child, int status)
{
    bool purpose = on_purpose(supervisor, status);
    /* A module that ends its process, by a signal or by exit(3), ends it in mid-work. */
    bool in_module = child->crumb->module[0] != '\0' && !purpose;
    bool killed = (WIFSIGNALED(status) && !purpose) || in_module;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : EX_OK;
    if (killed)
        log_line(LOG_ERROR, "a worker %s %d in %.31s %.63s",
                 WIFSIGNALED(status) ? "died of signal" : "was ended with exit code",
                 WIFSIGNALED(status) ? WTERMSIG(status) : code, child->crumb->stage,
                 child->crumb->module);
    if (!in_module) /* a module's exit code means nothing */
        supervisor->code = run_worse_exit(supervisor->code, code);
    bool stillborn = child->taken == 0 && !purpose; /* it never came to be idle */
    if (in_module)
        count_death_in_module(supervisor);
    else if (killed || stillborn || (code != EX_OK && code != EX_TEMPFAIL && !purpose))
        count_death(supervisor);
    struct ledger_visit visit = {.dead = &child->owner, .blame = killed, .crumb = child->crumb};
    supervisor->code =
        run_worse_exit(supervisor->code, supervisor_look_at_ledger(supervisor, &visit));
}

void supervisor_bury(struct supervisor *supervisor)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < SUPERVISOR_CHILDREN; i++) {
            struct child *child = &supervisor->children[i];
            if (child->pid != pid)
                continue;
            supervisor_hear(supervisor, child);
            close(child->channel);
            child->pid = 0;
            if (child->kind == CHILD_MAIL)
                after_mail(supervisor, child, status);
            else
                after_worker(supervisor, child, status);
        }
    }
}
