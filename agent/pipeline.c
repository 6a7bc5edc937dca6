/* SPDX-License-Identifier: ISC */
/* The message stages: userauth, parsemail, globalcmd, process; and what a job comes to. */
#include "agent/work.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/log.h"
#include "agent/reply/help.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    JOB_ARENA_BYTES = 256 << 20,
    CRASHES_ALONE = 2,   /* the next attempt leaves out the module that was running */
    CRASHES_APOLOGY = 3, /* the next attempt only apologises */
    DAY_SECONDS = 86400,
    HOUR_SECONDS = 3600
};

/* What the stages before `process` decide. */
enum decision { GO_ON, DECIDED_REPLY, DECIDED_DROP, DECIDED_LATER };

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

/* ---- gates ---- */

struct admission {
    const struct gate_facts *facts;
    struct verdict *verdict;
};

static enum module_result use_gate(struct call *call, const struct www4mail_module *module,
                                   void *context)
{
    struct admission *admission = context;
    enum module_result result = module->gate->admit(call, admission->facts, admission->verdict);
    if (result == MODULE_OK && admission->verdict->action != VERDICT_DO)
        return MODULE_ANSWER;
    return result;
}

bool work_admit(struct work *work, enum stage_id stage, const struct gate_facts *facts,
                struct verdict *verdict_out, struct fault *fault)
{
    struct admission admission = {facts, verdict_out};
    struct call call = work_call(work, fault, 0);
    *verdict_out = (struct verdict){.action = VERDICT_DO, .rule = ""};
    enum module_result result = run_all_modules(&work->blocks, stage, "gate", &work->fields,
                                                work->pipeline->crumb, &call, use_gate, &admission);
    return result == MODULE_OK || result == MODULE_ANSWER;
}

/* ---- the mail ---- */

static bool open_mail(struct work *work)
{
    const struct ledger_job *job = work->job;
    work->mail_fd = file_in_memory("mail");
    if (work->mail_fd < 0)
        return fault_set(&work->fault, FAULT_IO, NULL, "cannot make a memory file");
    enum ledger_result got = ledger_read_mail(work->pipeline->ledger, job->id, work->mail_fd);
    work->whole = got == LEDGER_OK;
    if (got == LEDGER_NONE)
        work->whole = false;
    else if (got != LEDGER_OK)
        return fault_set(&work->fault, FAULT_LEDGER, NULL, "cannot read the mail of job %lld",
                         (long long)job->id);
    if (!work->whole && !file_write_all(work->mail_fd, job->headers.at, job->headers.len))
        return fault_set(&work->fault, FAULT_IO, NULL, "cannot write a memory file");
    if (!file_seal(work->mail_fd))
        return fault_set(&work->fault, FAULT_IO, NULL, "cannot seal a memory file");
    struct parse_plan plan = {
        .fields = work->fields, .without = work->guilty, .plain = job->crashes >= CRASHES_ALONE};
    work->child = parse_start(work->pipeline->parser, &plan, work->mail_fd, &work->fault);
    return work->child != NULL;
}

static bool read_headers(struct work *work)
{
    if (!parse_headers(work->child, work->arena, &work->headers, &work->fault))
        return false;
    struct span from = {NULL, 0};
    for (uint32_t row = 0; row < work->headers.rows && !from.at; row++)
        if (flat_get_number(&work->headers, row, HEADERS_WHAT) == HEADERS_FROM)
            from = flat_get_text(&work->headers, row, HEADERS_VALUE);
    work->from = from.len ? arena_copy_span(work->arena, from) : NULL;
    if (!work->from && work->pipeline->trusted)
        work->from = work->account->address;
    work->fields.values[FIELD_MESSAGE_FROM] = work->from;
    return true;
}

/* One refusal of a kind a day for a sender; more would make a robot of us that talks to robots. */
static bool first_today(struct work *work, const char *kind)
{
    int64_t total = 0, today = clock_now() / DAY_SECONDS * DAY_SECONDS;
    return ledger_count(work->pipeline->ledger, work->from, kind, today, 1, &total) == LEDGER_OK &&
           total == 1;
}

static enum decision refuse(struct work *work, enum fault_code code, const char *rule,
                            const char *reason)
{
    struct fault refusal = FAULT_INIT;
    if (!work->from || !first_today(work, "refusal")) {
        work_say(work, STAGE_USERAUTH, "DROP %s, refused once today", rule);
        return DECIDED_DROP;
    }
    fault_set(&refusal, code, reason, "refused by rule %s", rule);
    bool ok = reply_add_fault(work, 0, "", &refusal);
    fault_clear(&refusal);
    return ok ? DECIDED_REPLY : DECIDED_LATER;
}

static enum decision stage_userauth(struct work *work, const char **rule_out)
{
    struct verdict verdict;
    struct gate_facts facts = {.account = work->account,
                               .headers = &work->headers,
                               .from = work->from,
                               .message_size = work->job->size};
    if (work->pipeline->trusted)
        return GO_ON;
    if (!work_admit(work, STAGE_USERAUTH, &facts, &verdict, &work->fault))
        return DECIDED_LATER;
    if (verdict.action == VERDICT_DO) {
        work_say(work, STAGE_USERAUTH, "DO, from %s", work->from);
        return GO_ON;
    }
    bool drop = verdict.action == VERDICT_DROP;
    work_say(work, STAGE_USERAUTH, "%s %s, %s", drop ? "DROP" : "REFUSE", verdict.rule,
             verdict.reason ? verdict.reason : "");
    *rule_out = verdict.rule;
    return drop ? DECIDED_DROP : refuse(work, verdict.code, verdict.rule, verdict.reason);
}

static enum decision unreadable_mail(struct work *work)
{
    struct fault told = FAULT_INIT;
    fault_set(&told, FAULT_BAD_MAIL, "Your mail could not be read.", "%s",
              work->fault.operator ? work->fault.operator : "unreadable");
    if (work->fault.asker)
        fault_tell_asker(&told, "%s", work->fault.asker);
    log_fault(LOG_WARNING, "parsemail", &work->fault);
    fault_clear(&work->fault);
    bool ok = reply_add_fault(work, 0, "", &told);
    fault_clear(&told);
    return ok ? DECIDED_REPLY : DECIDED_LATER;
}

static enum decision stage_parsemail(struct work *work)
{
    struct flat parts;
    struct request_limits limits = {.orders = work->account->limits.requests_per_mail};
    if (!work->whole)
        return refuse(work, FAULT_MAIL_TOO_LARGE, "L0", "Your mail is too large and was not read.");
    if (!parse_mail(work->child, &parts, &work->fault))
        return unreadable_mail(work);
    if (!request_read(work->arena, &parts, headers_first(&work->headers, HEADERS_SUBJECT), &limits,
                      &work->request)) {
        fault_set(&work->fault, FAULT_MEMORY, NULL, "no room to read the request");
        return DECIDED_LATER;
    }
    parse_end(&work->child);
    work_say(work, STAGE_PARSEMAIL, "%zu request%s", work->request.count,
             work->request.count == 1 ? "" : "s");
    return GO_ON;
}

/* ---- orders about the service ---- */

static bool send_help(struct work *work, unsigned number, const char *asked, const char *topic,
                      const char *note)
{
    struct document help;
    if (!help_document(work->arena, work->account->address, span_of(topic), &help))
        return fault_set(&work->fault, FAULT_MEMORY, NULL, "no room for the help text");
    struct reply_item item = {.number = number,
                              .asked = asked,
                              .url = "",
                              .text = &help,
                              .original_fd = -1,
                              .note = note};
    work_say(work, STAGE_GLOBALCMD, "help");
    return reply_add(work, &item);
}

static enum decision nothing_asked(struct work *work)
{
    work_say(work, STAGE_GLOBALCMD, "no request found");
    if (!work->pipeline->trusted && !first_today(work, "help"))
        return DECIDED_DROP;
    return send_help(work, 0, "", "", "No request was found in your mail.") ? DECIDED_REPLY
                                                                            : DECIDED_LATER;
}

static bool not_yet(struct work *work, unsigned number, const struct order *order)
{
    struct fault fault = FAULT_INIT;
    fault_set(&fault, FAULT_NOT_YET, NULL, "verb %s is not built", order->word);
    fault_tell_asker(&fault, "This service does not understand \"%s\" yet.", order->word);
    work_say(work, STAGE_GLOBALCMD, "not yet: %s", order->word);
    bool ok = reply_add_fault(work, number, order->word, &fault);
    fault_clear(&fault);
    return ok;
}

static bool run_order(struct work *work, const struct order *order, unsigned number,
                      const char *note)
{
    if (order->verb == VERB_HELP)
        return send_help(work, number, order->word, order->argument, note);
    if (order->verb == VERB_NOT_YET)
        return not_yet(work, number, order);
    return target_run(work, order, number, note);
}

static enum decision stage_process(struct work *work)
{
    const struct request *request = &work->request;
    if (request->count == 0)
        return nothing_asked(work);
    const char *left_out = "";
    if (request->left_out > 0)
        left_out = arena_printf(work->arena,
                                "Your mail held %zu more requests than the %zu that are answered "
                                "at once: send the others again.",
                                request->left_out, request->count);
    for (size_t i = 0; i < request->count; i++) {
        bool last = i + 1 == request->count;
        if (!run_order(work, &request->orders[i], (unsigned)i + 1,
                       last && left_out ? left_out : ""))
            return DECIDED_LATER;
    }
    return DECIDED_REPLY;
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

static enum pipeline_result conclude(struct work *work, enum decision decision, const char *rule)
{
    const struct ledger_job *job = work->job;
    switch (decision) {
    case DECIDED_REPLY:
        if (work->part_count > 0)
            return from_ledger(work, reply_commit(work), PIPELINE_ANSWERED, "answered");
        rule = "nothing";
        /* fall through */
    case DECIDED_DROP:
        return from_ledger(work, ledger_drop(work->pipeline->ledger, job->id, job->token, rule),
                           PIPELINE_DROPPED, "dropped");
    default:
        return try_later(work);
    }
}

/* A job that killed its worker time and again: nothing more of it is read than who sent it. */
static enum decision apologise(struct work *work)
{
    struct fault sorry = FAULT_INIT;
    log_line(LOG_ERROR, "job %lld has ended its worker %d times and is given up; last in module %s",
             (long long)work->job->id, work->job->crashes, work->job->crash_module);
    fault_set(&sorry, FAULT_CRASH, "Your mail could not be worked on: each attempt failed.",
              "given up after %d crashes", work->job->crashes);
    bool ok = reply_add_fault(work, 0, "", &sorry);
    fault_clear(&sorry);
    return ok ? DECIDED_REPLY : DECIDED_LATER;
}

static enum decision run_stages(struct work *work, const char **rule_out)
{
    if (!open_mail(work) || !reply_start(work))
        return DECIDED_LATER;
    if (!read_headers(work)) {
        *rule_out = "L0";
        bool hostile = work->fault.code == FAULT_CRASH || work->fault.code == FAULT_BAD_MAIL;
        if (hostile)
            log_fault(LOG_WARNING, "headers", &work->fault);
        return hostile ? DECIDED_DROP : DECIDED_LATER;
    }
    enum decision decision = stage_userauth(work, rule_out);
    if (decision == GO_ON && work->job->crashes >= CRASHES_APOLOGY)
        return apologise(work);
    if (decision == GO_ON)
        decision = stage_parsemail(work);
    if (decision == GO_ON)
        decision = stage_process(work);
    return decision;
}

/* All blocks, but not the one that was running when this job's worker died twice. */
static bool choose_blocks(struct work *work)
{
    const struct blocks *all = work->pipeline->blocks;
    work->guilty = work->job->crashes >= CRASHES_ALONE ? work->job->crash_module : "";
    work->blocks.blocks = arena_alloc(work->arena, (all->count + 1) * sizeof *all->blocks);
    if (!work->blocks.blocks)
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->blocks[i].name, work->guilty) != 0)
            work->blocks.blocks[work->blocks.count++] = all->blocks[i];
    return true;
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
    } else {
        set_fields(&work);
        enum decision decision = run_stages(&work, &rule);
        result = conclude(&work, decision, rule);
    }
    free_work(&work);
    return result;
}
