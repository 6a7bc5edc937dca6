/* SPDX-License-Identifier: ISC */
/* status and jobs: what the ledger holds, for people. */
#include "agent/commands/commands.h"

#include "agent/base/log.h"
#include "agent/commands/house.h"
#include "agent/commands/json.h"
#include "agent/process/accounts.h"
#include "agent/process/breaker.h"
#include "agent/process/doubt.h"

#include <stdio.h>
#include <sysexits.h>
#include <time.h>

enum { JOBS_SHOWN = 50, LIST_ARENA_BYTES = 4 << 20, STANDING_ARENA_BYTES = 4096 };

/* Opens house and ledger; the caller closes both, whatever the code. */
static int open_all(const struct options *options, struct house *house, struct ledger **ledger)
{
    struct fault fault = FAULT_INIT;
    int code = house_open(options, true, house);
    if (code != EX_OK)
        return code;
    enum ledger_result result = ledger_open(house->state, ledger, &fault);
    if (result != LEDGER_OK) {
        log_fault(LOG_ERROR, "ledger", &fault);
        code = run_ledger_exit(result);
    }
    fault_clear(&fault);
    return code;
}

/* What the ledger knows of one account. */
struct standing {
    const char *name;
    struct ledger_counts counts;
    bool has_quota;
    int64_t used, limit; /* of the mailbox, bytes; limit -1: none */
    int64_t mailbox_until, submission_until;
    struct doubt_summary doubt;
    bool gone; /* not configured any more */
};

static bool read_number(struct span *text, int64_t *value_out)
{
    struct span word;
    uint64_t value = 0;
    bool negative = span_next_word(text, &word) && word.len > 1 && word.at[0] == '-';
    if (!span_to_u64(span_from(word, negative ? 1 : 0), &value) || value > INT64_MAX)
        return false;
    *value_out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static enum ledger_result read_standing(struct ledger *ledger, const struct house *house,
                                        const char *name, struct standing *standing_out)
{
    struct span quota;
    const struct account *account = config_account(house->config, name);
    *standing_out = (struct standing){.name = name, .gone = !account};
    enum ledger_result result = ledger_counts(ledger, name, &standing_out->counts);
    struct arena *arena = arena_new(STANDING_ARENA_BYTES);
    if (result == LEDGER_OK && arena &&
        ledger_recall(ledger, "mailbox-quota", name, "", arena, &quota) == LEDGER_OK)
        standing_out->has_quota =
            read_number(&quota, &standing_out->used) && read_number(&quota, &standing_out->limit);
    arena_free(&arena);
    if (result == LEDGER_OK) {
        standing_out->mailbox_until = breaker_until(ledger, name, BREAKER_MAILBOX);
        standing_out->submission_until = breaker_until(ledger, name, BREAKER_SUBMISSION);
    }
    if (result == LEDGER_OK && account) {
        struct doubt_rules rules = doubt_rules_of(&house->blocks, account);
        if (!doubt_summarize(ledger, &rules, name, &standing_out->doubt))
            result = LEDGER_ERROR;
    }
    return result;
}

static void print_held(const char *side, int64_t until)
{
    char text[32] = "later";
    struct tm parts;
    time_t when = (time_t)until;
    if (until == 0)
        return;
    if (gmtime_r(&when, &parts))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
    printf("%-12s  %s: the sign-in was refused; not tried again before %s\n", "", side, text);
}

/* Bytes as people say them; 1024 and its powers. */
static void print_size(int64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes;
    size_t unit = 0;
    while (size >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        size /= 1024;
        unit++;
    }
    printf("%.*f %s", unit ? 1 : 0, size, units[unit]);
}

static void print_quota(const struct standing *standing)
{
    if (!standing->has_quota)
        return;
    printf("%-12s  mailbox: ", "");
    print_size(standing->used);
    if (standing->limit >= 0) {
        fputs(" used of ", stdout);
        print_size(standing->limit);
    } else {
        fputs(" used, no limit", stdout);
    }
    if (standing->limit >= 0 && standing->used >= standing->limit)
        fputs(": it is full, requests may be turned away; empty it", stdout);
    putchar('\n');
}

static void print_doubt(const struct doubt_summary *doubt)
{
    char since[DOUBT_TIME_SIZE], when[DOUBT_TIME_SIZE];
    if (doubt->count == 0)
        return;
    printf("%-12s  in doubt: %lld repl%s since %s; %s%s%s\n", "", (long long)doubt->count,
           doubt->count == 1 ? "y" : "ies", doubt_time(doubt->since, since),
           doubt_act_text(doubt->act, doubt->resent), doubt->when ? ", from " : "",
           doubt->when ? doubt_time(doubt->when, when) : "");
}

static void print_standing(const struct standing *standing)
{
    const struct ledger_counts *c = &standing->counts;
    printf("%-12s  mails: %lld waiting, %lld at work, %lld answered, %lld dropped, %lld poison, "
           "%lld settled\n",
           standing->name, (long long)c->claimed, (long long)c->taken, (long long)c->answered,
           (long long)c->dropped, (long long)c->poison, (long long)c->settled);
    printf("%-12s  replies: %lld ready, %lld going out, %lld in doubt, %lld accepted, %lld never\n",
           "", (long long)c->ready, (long long)c->submitting, (long long)c->in_doubt,
           (long long)c->accepted, (long long)c->never);
    if (standing->gone)
        printf("%-12s  it is not configured any more, and this waits for it; see forget in "
               "www4mail(1)\n",
               "");
    print_quota(standing);
    print_held(BREAKER_MAILBOX, standing->mailbox_until);
    print_held(BREAKER_SUBMISSION, standing->submission_until);
    print_doubt(&standing->doubt);
}

static void print_standing_json(const struct standing *standing, bool last)
{
    const struct ledger_counts *c = &standing->counts;
    fputs("  {\"account\": ", stdout);
    json_text(stdout, standing->name);
    printf(", \"claimed\": %lld, \"taken\": %lld, \"answered\": %lld, \"dropped\": %lld, "
           "\"poison\": %lld, \"settled\": %lld, \"ready\": %lld, \"submitting\": %lld, "
           "\"in_doubt\": %lld, \"accepted\": %lld, \"never\": %lld",
           (long long)c->claimed, (long long)c->taken, (long long)c->answered,
           (long long)c->dropped, (long long)c->poison, (long long)c->settled, (long long)c->ready,
           (long long)c->submitting, (long long)c->in_doubt, (long long)c->accepted,
           (long long)c->never);
    if (standing->gone)
        fputs(", \"configured\": false", stdout);
    if (standing->has_quota)
        printf(", \"mailbox_used\": %lld", (long long)standing->used);
    if (standing->has_quota && standing->limit >= 0)
        printf(", \"mailbox_limit\": %lld", (long long)standing->limit);
    if (standing->mailbox_until)
        printf(", \"mailbox_held_until\": %lld", (long long)standing->mailbox_until);
    if (standing->submission_until)
        printf(", \"submission_held_until\": %lld", (long long)standing->submission_until);
    if (standing->doubt.count > 0)
        printf(", \"in_doubt_since\": %lld, \"in_doubt_next\": \"%s\"",
               (long long)standing->doubt.since, doubt_act_word(standing->doubt.act));
    if (standing->doubt.when)
        printf(", \"in_doubt_next_at\": %lld", (long long)standing->doubt.when);
    puts(last ? "}" : "},");
}

/* Configured accounts first, then those that are gone and have something waiting. */
static enum ledger_result show_accounts(const struct options *options, const struct house *house,
                                        struct ledger *ledger, struct arena *arena)
{
    struct accounts_gone gone;
    const struct config *config = house->config;
    enum ledger_result result = accounts_gone(ledger, config, arena, &gone);
    size_t count = config->account_count + gone.count;
    for (size_t i = 0; i < count && result == LEDGER_OK; i++) {
        struct standing standing;
        const char *name = i < config->account_count ? config->accounts[i].name
                                                     : gone.names[i - config->account_count];
        result = read_standing(ledger, house, name, &standing);
        if (result == LEDGER_OK && options->json)
            print_standing_json(&standing, i + 1 == count);
        else if (result == LEDGER_OK)
            print_standing(&standing);
    }
    return result;
}

int command_status(const struct options *options)
{
    struct house house;
    struct ledger *ledger = NULL;
    int code = open_all(options, &house, &ledger);
    struct arena *arena = arena_new(LIST_ARENA_BYTES);
    if (code == EX_OK && options->json)
        puts("[");
    if (code == EX_OK)
        code = arena ? run_ledger_exit(show_accounts(options, &house, ledger, arena)) : EX_OSERR;
    if (code == EX_OK && options->json)
        puts("]");
    arena_free(&arena);
    ledger_close(&ledger);
    house_close(&house);
    return code;
}

static void print_time(int64_t seconds)
{
    char text[32] = "-";
    struct tm parts;
    time_t when = (time_t)seconds;
    if (seconds && gmtime_r(&when, &parts))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    printf("%-16s", text);
}

static void print_job(const struct ledger_row *row)
{
    printf("%6lld  ", (long long)row->id);
    print_time(row->claimed_at);
    printf("  %-12s %-9s %2d try  %2d/%d mails  %8llu bytes  %s\n", row->account, row->state,
           row->attempts, row->parts_accepted, row->parts, (unsigned long long)row->size,
           row->rule ? row->rule : "");
}

static void print_job_json(const struct ledger_row *row, bool last)
{
    printf("  {\"job\": %lld, \"claimed_at\": %lld, \"account\": ", (long long)row->id,
           (long long)row->claimed_at);
    json_text(stdout, row->account);
    fputs(", \"uid\": ", stdout);
    json_text(stdout, row->uid);
    fputs(", \"state\": ", stdout);
    json_text(stdout, row->state);
    fputs(", \"rule\": ", stdout);
    json_text(stdout, row->rule);
    printf(", \"attempts\": %d, \"parts\": %d, \"accepted\": %d, \"bytes\": %llu}%s\n",
           row->attempts, row->parts, row->parts_accepted, (unsigned long long)row->size,
           last ? "" : ",");
}

int command_jobs(const struct options *options)
{
    struct house house;
    struct ledger *ledger = NULL;
    struct ledger_row rows[JOBS_SHOWN];
    size_t count = 0;
    int code = open_all(options, &house, &ledger);
    struct arena *arena = arena_new(LIST_ARENA_BYTES);
    if (code == EX_OK && arena) {
        enum ledger_result result =
            ledger_list(ledger, options->account, arena, rows, JOBS_SHOWN, &count);
        code = run_ledger_exit(result);
    }
    if (code == EX_OK && options->json)
        puts("[");
    for (size_t i = 0; i < count; i++) {
        if (options->json)
            print_job_json(&rows[i], i + 1 == count);
        else
            print_job(&rows[i]);
    }
    if (code == EX_OK && options->json)
        puts("]");
    arena_free(&arena);
    ledger_close(&ledger);
    house_close(&house);
    return code;
}
