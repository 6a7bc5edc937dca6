/* SPDX-License-Identifier: ISC */
/* One job from its taking to what it comes to: answered, dropped, later, or given up. */
#include "agent/work.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    JOB_ARENA_BYTES = 256 << 20,
    DAY_SECONDS = 86400,
    HOUR_SECONDS = 3600,
    PATIENT_ATTEMPTS = 6
};

void work_say(const struct work *work, enum stage_id stage, const char *format, ...)
{
    if (log_get_level() < LOG_INFO)
        return;
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_line(LOG_INFO, "job %lld  %-12s  %s", (long long)work->job->id, stages[stage].name, text);
}

struct call work_call(struct work *work, struct fault *fault, int64_t deadline_ms)
{
    return (struct call){
        .module = "agent", .arena = work->arena, .fault = fault, .deadline_ms = deadline_ms};
}

/* ---- the end of a job ---- */

static enum pipeline_result from_ledger(struct work *work, enum ledger_result result,
                                        enum pipeline_result good, const char *what)
{
    int64_t ms = clock_monotonic_ms() - work->started_ms;
    if (result != LEDGER_OK) {
        const struct fault *fault = ledger_fault(work->pipeline->ledger);
        if (fault && fault_is_set(fault))
            log_fault(LOG_ERROR, "ledger", fault);
        return PIPELINE_LOST;
    }
    log_line(LOG_INFO, "job %lld  %s  account %s  from %s  %zu part%s  %llu bytes  %lld ms",
             (long long)work->job->id, what, work->job->key.account,
             work->from ? log_person(work->from) : "-", work->part_count,
             work->part_count == 1 ? "" : "s", (unsigned long long)work->out_bytes, (long long)ms);
    return good;
}

static enum pipeline_result try_later(struct work *work)
{
    static const int64_t waits[] = {60, 120, 300, 900, HOUR_SECONDS};
    size_t n = (size_t)work->job->attempt - 1;
    int64_t wait = waits[n < 4 ? n : 4];
    if (fault_is_set(&work->fault))
        log_fault(LOG_WARNING, "job put off", &work->fault);
    enum ledger_result result =
        ledger_retry(work->pipeline->ledger, work->job->id, work->job->token, clock_now() + wait);
    return from_ledger(work, result, PIPELINE_LATER, "later");
}

/* What could not be done in a day is told to the asker, once, and given up; who was never let in is
 * told nothing. */
static enum decision end_of_patience(struct work *work, enum decision decision, const char **rule)
{
    struct fault told = FAULT_INIT;
    if (decision != DECIDED_LATER || work->job->attempt < PATIENT_ATTEMPTS ||
        clock_now() - work->job->claimed_at < DAY_SECONDS)
        return decision;
    log_fault(LOG_ERROR, "job given up after a day", &work->fault);
    fault_clear(&work->fault);
    *rule = "a day";
    if (!work->admitted || work->out_fd < 0)
        return DECIDED_DROP;
    fault_set(&told, FAULT_INTERNAL, "Your mail could not be worked on for a whole day.", "a day");
    work->part_count = work->memory_count = 0; /* of an attempt that did not get to its end */
    work->out_bytes = 0;
    bool ok = reply_add_fault(work, 0, "", &told);
    fault_clear(&told);
    return ok ? DECIDED_REPLY : DECIDED_DROP;
}

/* After its apology a job that kills workers is never taken again. */
static enum ledger_result give_up(struct work *work)
{
    const char *reason = arena_printf(work->arena, "%d crashes, last in %s", work->job->crashes,
                                      work->job->crash_module);
    if (!work->hopeless && work->job->crashes < WORK_CRASHES_APOLOGY)
        return LEDGER_OK;
    return ledger_poison(work->pipeline->ledger, work->job->id, reason ? reason : "crashes");
}

static enum pipeline_result conclude(struct work *work, enum decision decision, const char *rule)
{
    const struct ledger_job *job = work->job;
    switch (end_of_patience(work, decision, &rule)) {
    case DECIDED_REPLY:
        if (work->part_count > 0) {
            enum ledger_result result = reply_commit(work);
            if (result == LEDGER_OK)
                give_up(work); /* answered already: that it is not poison too costs nothing */
            if (result == LEDGER_BUSY || result == LEDGER_FULL) {
                log_fault(LOG_ERROR, "ledger", ledger_fault(work->pipeline->ledger));
                return try_later(work);
            }
            if (result != LEDGER_ALREADY)
                return from_ledger(work, result, PIPELINE_ANSWERED, "answered");
        }
        rule = work->part_count > 0 ? "once a day" : "nothing";
        /* fall through */
    case DECIDED_DROP:
        return from_ledger(work, ledger_drop(work->pipeline->ledger, job->id, job->token, rule),
                           PIPELINE_DROPPED, "dropped");
    default:
        return try_later(work);
    }
}

/* Could another module do this one's work?  Never a gate's: nobody is let in because what should
 * have stopped him crashed. */
static bool can_be_left_out(const struct blocks *all, const struct block *guilty)
{
    if (!guilty || strcmp(guilty->role, "gate") == 0)
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (&all->blocks[i] != guilty && all->blocks[i].stage == guilty->stage &&
            strcmp(all->blocks[i].role, guilty->role) == 0)
            return true;
    return false;
}

/* All blocks, but not the one that was running when this job's worker died twice. */
static bool choose_blocks(struct work *work)
{
    const struct blocks *all = work->pipeline->blocks;
    const struct block *guilty = NULL;
    if (work->job->crashes >= WORK_CRASHES_ALONE)
        guilty = blocks_find(all, work->job->crash_module);
    work->hopeless = work->job->crashes >= WORK_CRASHES_ALONE && !can_be_left_out(all, guilty);
    work->guilty = work->hopeless || !guilty ? "" : guilty->name;
    work->blocks.blocks = arena_alloc(work->arena, (all->count + 1) * sizeof *all->blocks);
    if (!work->blocks.blocks)
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->blocks[i].name, work->guilty) != 0)
            work->blocks.blocks[work->blocks.count++] = all->blocks[i];
    return true;
}

/* The one that killed twice decides who is answered: asking it again would only kill again, and
 * nobody can be told without asking it. */
static bool died_at_the_door(const struct work *work)
{
    const struct block *guilty = blocks_find(work->pipeline->blocks, work->job->crash_module);
    return work->hopeless && guilty && guilty->stage == &stages[STAGE_USERAUTH];
}

static void set_fields(struct work *work)
{
    work->fields.values[FIELD_ACCOUNT_NAME] = work->account->name;
    work->fields.values[FIELD_MAILBOX_KIND] = work->account->mailbox.kind;
    work->fields.values[FIELD_SUBMISSION_KIND] = work->account->submission.kind;
    work->fields.values[FIELD_MESSAGE_SIZE] =
        arena_printf(work->arena, "%llu", (unsigned long long)work->job->size);
}

static void free_work(struct work *work)
{
    parse_end(&work->child);
    target_free_visits(work);
    if (work->mail_fd >= 0)
        close(work->mail_fd);
    if (work->out_fd >= 0)
        close(work->out_fd);
    fault_clear(&work->fault);
    run_unload(work->pipeline->blocks);
    arena_free(&work->arena);
    crumb_set(work->pipeline->crumb, "", "");
}

enum pipeline_result pipeline_run(const struct pipeline *pipeline, const struct ledger_job *job)
{
    struct work work = {.pipeline = pipeline,
                        .job = job,
                        .account = config_account(pipeline->config, job->key.account),
                        .arena = arena_new(JOB_ARENA_BYTES),
                        .started_ms = clock_monotonic_ms(),
                        .mail_fd = -1,
                        .out_fd = -1};
    enum pipeline_result result;
    const char *rule = "";
    if (!work.account || !work.arena || !choose_blocks(&work)) {
        if (!work.account)
            log_line(LOG_WARNING, "job %lld waits for account %s, which is not configured any more",
                     (long long)job->id, job->key.account);
        result = try_later(&work);
    } else if (job->crashes > WORK_CRASHES_APOLOGY || died_at_the_door(&work)) {
        log_line(LOG_ERROR, "job %lld is given up unanswered: it ends every worker, last in %s",
                 (long long)job->id, job->crash_module);
        work.hopeless = true;
        result = from_ledger(&work, give_up(&work), PIPELINE_DROPPED, "poison");
    } else {
        set_fields(&work);
        enum decision decision = message_run(&work, &rule);
        result = conclude(&work, decision, rule);
    }
    free_work(&work);
    return result;
}
