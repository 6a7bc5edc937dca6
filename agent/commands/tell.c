/* SPDX-License-Identifier: ISC */
/* status and jobs: what the ledger holds, for people. */
#include "agent/commands/commands.h"

#include "agent/base/log.h"
#include "agent/commands/house.h"
#include "agent/commands/json.h"

#include <stdio.h>
#include <sysexits.h>
#include <time.h>

enum { JOBS_SHOWN = 50, LIST_ARENA_BYTES = 4 << 20 };

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

static void print_counts(const char *name, const struct ledger_counts *c)
{
    printf("%-12s  mails: %lld waiting, %lld at work, %lld answered, %lld dropped, %lld poison, "
           "%lld settled\n",
           name, (long long)c->claimed, (long long)c->taken, (long long)c->answered,
           (long long)c->dropped, (long long)c->poison, (long long)c->settled);
    printf("%-12s  replies: %lld ready, %lld going out, %lld in doubt, %lld accepted, %lld never\n",
           "", (long long)c->ready, (long long)c->submitting, (long long)c->in_doubt,
           (long long)c->accepted, (long long)c->never);
}

static void print_counts_json(const char *name, const struct ledger_counts *c, bool last)
{
    fputs("  {\"account\": ", stdout);
    json_text(stdout, name);
    printf(", \"claimed\": %lld, \"taken\": %lld, \"answered\": %lld, \"dropped\": %lld, "
           "\"poison\": %lld, \"settled\": %lld, \"ready\": %lld, \"submitting\": %lld, "
           "\"in_doubt\": %lld, \"accepted\": %lld, \"never\": %lld}%s\n",
           (long long)c->claimed, (long long)c->taken, (long long)c->answered,
           (long long)c->dropped, (long long)c->poison, (long long)c->settled, (long long)c->ready,
           (long long)c->submitting, (long long)c->in_doubt, (long long)c->accepted,
           (long long)c->never, last ? "" : ",");
}

int command_status(const struct options *options)
{
    struct house house;
    struct ledger *ledger = NULL;
    int code = open_all(options, &house, &ledger);
    size_t count = code == EX_OK ? house.config->account_count : 0;
    if (code == EX_OK && options->json)
        puts("[");
    for (size_t i = 0; i < count; i++) {
        struct ledger_counts counts;
        const char *name = house.config->accounts[i].name;
        enum ledger_result result = ledger_counts(ledger, name, &counts);
        if (result != LEDGER_OK) {
            code = run_ledger_exit(result);
            break;
        }
        if (options->json)
            print_counts_json(name, &counts, i + 1 == count);
        else
            print_counts(name, &counts);
    }
    if (code == EX_OK && options->json)
        puts("]");
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
