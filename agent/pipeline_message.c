/* SPDX-License-Identifier: ISC */
/* The message stages: userauth, parsemail, globalcmd, process; and what they decide. */
#include "agent/work.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/log.h"
#include "agent/reply/help.h"

#include <unistd.h>

enum { ATTEMPTS_AT_HEADERS = 3, DAY_SECONDS = 86400 };
/* All gates of a stage together; what hangs is ended after the slack. */
enum { GATE_MS = 10000, GATE_SLACK_MS = 5000 };

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
    struct call call = work_call(work, fault, clock_monotonic_ms() + GATE_MS);
    *verdict_out = (struct verdict){.action = VERDICT_DO, .rule = ""};
    crumb_limit(work->pipeline->crumb, GATE_MS + GATE_SLACK_MS);
    enum module_result result = run_all_modules(&work->blocks, stage, "gate", &work->fields,
                                                work->pipeline->crumb, &call, use_gate, &admission);
    crumb_limit(work->pipeline->crumb, 0);
    return result == MODULE_OK || result == MODULE_ANSWER;
}

/* ---- the mail ---- */

static bool start_reader(struct work *work, bool plain)
{
    struct parse_plan plan = {.fields = work->fields, .without = work->guilty, .plain = plain};
    parse_end(&work->child);
    work->child = parse_start(work->pipeline->parser, &plan, work->mail_fd, &work->fault);
    return work->child != NULL;
}

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
    struct parse_plan plan = {.fields = work->fields,
                              .without = work->guilty,
                              .plain = job->crashes >= WORK_CRASHES_ALONE};
    work->child = parse_start(work->pipeline->parser, &plan, work->mail_fd, &work->fault);
    return work->child != NULL;
}

static void take_from(struct work *work)
{
    struct span from = {NULL, 0};
    for (uint32_t row = 0; row < work->headers.rows && !from.at; row++)
        if (flat_get_number(&work->headers, row, HEADERS_WHAT) == HEADERS_FROM)
            from = flat_get_text(&work->headers, row, HEADERS_VALUE);
    work->from = from.len ? arena_copy_span(work->arena, from) : NULL;
    if (!work->from && work->pipeline->trusted)
        work->from = work->account->address;
    work->fields.values[FIELD_MESSAGE_FROM] = work->from;
}

/* A child that died is tried once more, afresh: the machine may have been short of something. */
static bool again_after_crash(struct work *work)
{
    if (work->fault.code != FAULT_CRASH)
        return false;
    log_fault(LOG_WARNING, "a mail is read once more", &work->fault);
    fault_clear(&work->fault);
    return start_reader(work, true);
}

static bool read_headers(struct work *work)
{
    if (!parse_headers(work->child, work->arena, &work->headers, &work->fault) &&
        !(again_after_crash(work) &&
          parse_headers(work->child, work->arena, &work->headers, &work->fault)))
        return false;
    take_from(work);
    return true;
}

/* One refusal of a kind a day for a sender; more would make a robot of us that talks to robots.
 * Counted when the reply is committed, so that a crash in between silences nobody.  GO_ON: it is
 * the first. */
static enum decision first_today(struct work *work, const char *kind)
{
    int64_t total = 0, today = clock_now() / DAY_SECONDS * DAY_SECONDS;
    if (ledger_count(work->pipeline->ledger, work->from, kind, today, 0, &total) != LEDGER_OK) {
        fault_set(&work->fault, FAULT_IO, NULL, "the ledger cannot be asked");
        return DECIDED_LATER;
    }
    work->charge = (struct ledger_charge){
        .who = work->from, .kind = kind, .window = today, .add = 1, .limit = 1};
    return total > 0 ? DECIDED_DROP : GO_ON;
}

static enum decision refuse(struct work *work, enum fault_code code, const char *rule,
                            const char *reason)
{
    struct fault refusal = FAULT_INIT;
    enum decision first = work->from ? first_today(work, "refusal") : DECIDED_DROP;
    if (first == DECIDED_DROP)
        work_say(work, STAGE_USERAUTH, "DROP %s, %s", rule,
                 work->from ? "refused once today" : "there is nobody to tell");
    if (first != GO_ON)
        return first;
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
    if (work->from && !reply_can_reach(work->from)) {
        *rule_out = "L10";
        work_say(work, STAGE_USERAUTH, "DROP L10, no mail can be sent to %s", work->from);
        return DECIDED_DROP;
    }
    if (work->pipeline->trusted) {
        work->admitted = true;
        return GO_ON;
    }
    if (!work_admit(work, STAGE_USERAUTH, &facts, &verdict, &work->fault))
        return DECIDED_LATER;
    if (verdict.action == VERDICT_DO) {
        work_say(work, STAGE_USERAUTH, "DO, from %s", work->from);
        work->admitted = true;
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
    if (!parser_lives(work->pipeline->parser))
        return DECIDED_LATER; /* not the mail's fault: a fresh worker tries again */
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
    if (!parse_mail(work->child, &parts, &work->fault) &&
        !(again_after_crash(work) && parse_mail(work->child, &parts, &work->fault)))
        return work->fault.class == FAULT_TEMPORARY && work->fault.code != FAULT_CRASH
                   ? DECIDED_LATER
                   : unreadable_mail(work);
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
    enum decision first = work->pipeline->trusted ? GO_ON : first_today(work, "help");
    if (first != GO_ON)
        return first;
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

static bool run_order(struct work *work, const struct order *order, unsigned number)
{
    if (order->verb == VERB_HELP)
        return send_help(work, number, order->word, order->argument, "");
    if (order->verb == VERB_NOT_YET)
        return not_yet(work, number, order);
    return target_run(work, order, number);
}

static enum decision stage_process(struct work *work)
{
    const struct request *request = &work->request;
    if (request->count == 0)
        return nothing_asked(work);
    if (request->left_out > 0)
        work->note = arena_printf(work->arena,
                                  "Your mail held %zu more requests than the %zu that are answered "
                                  "at once: send the others again.",
                                  request->left_out, request->count);
    for (size_t i = 0; i < request->count; i++)
        if (!run_order(work, &request->orders[i], (unsigned)i + 1))
            return DECIDED_LATER;
    return DECIDED_REPLY;
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

enum decision message_run(struct work *work, const char **rule_out)
{
    if (!open_mail(work) || !reply_start(work))
        return DECIDED_LATER;
    if (!read_headers(work)) {
        *rule_out = "L0";
        bool hostile = work->fault.code == FAULT_CRASH || work->fault.code == FAULT_BAD_MAIL;
        bool again = work->fault.code == FAULT_CRASH && work->job->attempt < ATTEMPTS_AT_HEADERS;
        if (hostile)
            log_fault(LOG_WARNING, "headers", &work->fault);
        return hostile && !again ? DECIDED_DROP : DECIDED_LATER;
    }
    enum decision decision = stage_userauth(work, rule_out);
    if (decision == GO_ON && (work->hopeless || work->job->crashes >= WORK_CRASHES_APOLOGY))
        return apologise(work);
    if (decision == GO_ON)
        decision = stage_parsemail(work);
    if (decision == GO_ON)
        decision = stage_process(work);
    return decision;
}
