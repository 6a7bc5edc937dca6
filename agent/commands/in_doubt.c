/* SPDX-License-Identifier: ISC */
/*
 * in-doubt: replies whose carrier took all of them and never answered, for people to see, and to
 * say what becomes of one: sent once more, taken as arrived, or given up.
 */
#include "agent/commands/commands.h"

#include "agent/base/log.h"
#include "agent/commands/house.h"
#include "agent/commands/json.h"
#include "agent/process/doubt.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { DOUBTS_SHOWN = 500, DOUBTS_ARENA_BYTES = 8 << 20 };

struct shown {
    const struct options *options;
    struct house house;
    struct ledger *ledger;
    struct arena *arena;
    struct ledger_doubt *list;
    size_t count;
};

static const struct {
    const char *word;
    enum ledger_resolution resolution;
    const char *text, *said;
} verbs[] = {
    {"resend", LEDGER_RESOLVE_SEND, "to be sent once more, as the operator says",
     "is sent once more by the next run"},
    {"accept", LEDGER_RESOLVE_ACCEPTED, "arrived, as the operator says", "counts as arrived"},
    {"give-up", LEDGER_RESOLVE_NEVER, "given up by the operator", "is given up"},
};

/* Opens all and reads the list; what was opened is closed by the caller in any case. */
static int read_all(struct shown *shown)
{
    struct fault fault = FAULT_INIT;
    int code = house_open(shown->options, true, &shown->house);
    if (code != EX_OK)
        return code;
    enum ledger_result result = ledger_open(shown->house.state, &shown->ledger, &fault);
    shown->arena = arena_new(DOUBTS_ARENA_BYTES);
    if (result == LEDGER_OK && shown->arena)
        shown->list = arena_alloc(shown->arena, DOUBTS_SHOWN * sizeof *shown->list);
    if (result == LEDGER_OK && shown->list)
        result = ledger_doubts(shown->ledger, shown->options->account, -1, shown->arena,
                               shown->list, DOUBTS_SHOWN, &shown->count);
    if (result != LEDGER_OK)
        log_fault(LOG_ERROR, "ledger", shown->ledger ? ledger_fault(shown->ledger) : &fault);
    fault_clear(&fault);
    return shown->list || result != LEDGER_OK ? run_ledger_exit(result) : EX_TEMPFAIL;
}

/* An account that is not configured any more is never served. */
static enum doubt_act next_of(const struct shown *shown, const struct ledger_doubt *doubt,
                              int64_t *when_out)
{
    const struct account *account = config_account(shown->house.config, doubt->account);
    *when_out = 0;
    if (!account)
        return DOUBT_HOLD;
    struct doubt_rules rules = doubt_rules_of(&shown->house.blocks, account);
    return doubt_next(&rules, doubt, when_out);
}

static void print_doubt(const struct shown *shown, const struct ledger_doubt *doubt)
{
    char since[DOUBT_TIME_SIZE], text[DOUBT_TIME_SIZE];
    int64_t when;
    enum doubt_act act = next_of(shown, doubt, &when);
    printf("%6lld  %-12s  job %lld, to %s, %llu bytes, sent %d times, in doubt since %s\n",
           (long long)doubt->part, doubt->account, (long long)doubt->job,
           log_person(doubt->recipient), (unsigned long long)doubt->size, doubt->tries,
           doubt_time(doubt->since, since));
    printf("        %s%s%s\n", doubt_act_text(act, doubt->resent), when ? ", from " : "",
           when ? doubt_time(when, text) : "");
}

static void print_doubt_json(const struct shown *shown, const struct ledger_doubt *doubt, bool last)
{
    int64_t when;
    enum doubt_act act = next_of(shown, doubt, &when);
    printf("  {\"part\": %lld, \"job\": %lld, \"account\": ", (long long)doubt->part,
           (long long)doubt->job);
    json_text(stdout, doubt->account);
    fputs(", \"message_id\": ", stdout);
    json_text(stdout, doubt->message_id);
    fputs(", \"answer\": ", stdout);
    json_text(stdout, doubt->answer);
    printf(", \"bytes\": %llu, \"tries\": %d, \"looks\": %d, \"since\": %lld, \"next\": \"%s\"",
           (unsigned long long)doubt->size, doubt->tries, doubt->looks, (long long)doubt->since,
           doubt_act_word(act));
    if (when)
        printf(", \"next_at\": %lld", (long long)when);
    puts(last ? "}" : "},");
}

static int list(const struct shown *shown)
{
    if (shown->options->json)
        puts("[");
    for (size_t i = 0; i < shown->count; i++) {
        if (shown->options->json)
            print_doubt_json(shown, &shown->list[i], i + 1 == shown->count);
        else
            print_doubt(shown, &shown->list[i]);
    }
    if (shown->options->json)
        puts("]");
    return EX_OK;
}

static int usage(const char *what)
{
    log_line(LOG_ERROR, "%s; see www4mail --help", what);
    return EX_USAGE;
}

/* NULL when no such part is in doubt. */
static const struct ledger_doubt *find(const struct shown *shown, uint64_t part)
{
    for (size_t i = 0; i < shown->count; i++)
        if ((uint64_t)shown->list[i].part == part)
            return &shown->list[i];
    return NULL;
}

static int resolve(const struct shown *shown, size_t verb, uint64_t part)
{
    const struct ledger_doubt *doubt = find(shown, part);
    enum ledger_result result = LEDGER_NONE;
    if (doubt)
        result = ledger_resolve(shown->ledger, doubt, verbs[verb].resolution, verbs[verb].text, 0);
    if (result == LEDGER_NONE) {
        log_line(LOG_ERROR, "reply %llu is not in doubt; www4mail in-doubt lists those that are",
                 (unsigned long long)part);
        return EX_USAGE;
    }
    if (result == LEDGER_OK)
        printf("reply %llu %s\n", (unsigned long long)part, verbs[verb].said);
    else
        log_fault(LOG_ERROR, "ledger", ledger_fault(shown->ledger));
    return run_ledger_exit(result);
}

int command_in_doubt(const struct options *options)
{
    struct shown shown = {.options = options};
    const char *word = options->doubt.verb ? options->doubt.verb : "list";
    bool lists = strcmp(word, "list") == 0;
    size_t verb = 0, known = sizeof verbs / sizeof *verbs;
    uint64_t part = 0;
    while (!lists && verb < known && strcmp(word, verbs[verb].word) != 0)
        verb++;
    if (verb == known)
        return usage("in-doubt takes list, resend, accept or give-up");
    if (lists ? options->doubt.part != NULL
              : !options->doubt.part || !span_to_u64(span_of(options->doubt.part), &part))
        return usage("resend, accept and give-up take the number of one reply, list takes none");
    int code = read_all(&shown);
    if (code == EX_OK)
        code = lists ? list(&shown) : resolve(&shown, verb, part);
    arena_free(&shown.arena);
    ledger_close(&shown.ledger);
    house_close(&shown.house);
    return code;
}
