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

enum { DOUBTS_AT_ONCE = 200, DOUBTS_ARENA_BYTES = 4 << 20 };

struct shown {
    const struct options *options;
    struct house house;
    struct ledger *ledger;
    bool some; /* one was printed */
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

/* True: that was enough. */
typedef bool (*doubt_use)(struct shown *shown, const struct ledger_doubt *doubt, void *context);

static bool is_asked_for(const struct shown *shown, const struct ledger_doubt *doubt)
{
    const char *account = shown->options->account;
    return !account || strcmp(account, doubt->account) == 0;
}

/* One list; *last is its last, or NULL when there are no more. */
static enum ledger_result use_list(struct shown *shown, struct arena *arena, doubt_use use,
                                   void *context, const struct ledger_doubt **last)
{
    size_t count = 0;
    struct ledger_doubt *list = arena_alloc(arena, DOUBTS_AT_ONCE * sizeof *list);
    if (!list)
        return LEDGER_ERROR;
    enum ledger_result result =
        ledger_all_doubts(shown->ledger, *last, arena, list, DOUBTS_AT_ONCE, &count);
    *last = count == DOUBTS_AT_ONCE ? &list[count - 1] : NULL;
    for (size_t i = 0; i < count; i++)
        if (is_asked_for(shown, &list[i]) && use(shown, &list[i], context)) {
            *last = NULL;
            break;
        }
    return result;
}

/* All of them, list by list. */
static int each_doubt(struct shown *shown, doubt_use use, void *context)
{
    const struct ledger_doubt *last = NULL;
    struct arena *before = NULL;
    enum ledger_result result;
    do {
        struct arena *arena = arena_new(DOUBTS_ARENA_BYTES);
        result = arena ? use_list(shown, arena, use, context, &last) : LEDGER_ERROR;
        arena_free(&before);
        before = arena;
    } while (result == LEDGER_OK && last);
    arena_free(&before);
    if (result == LEDGER_OK)
        return EX_OK;
    if (!fault_is_set(ledger_fault(shown->ledger)))
        return EX_TEMPFAIL; /* memory is short */
    log_fault(LOG_ERROR, "ledger", ledger_fault(shown->ledger));
    return run_ledger_exit(result);
}

/* An account that is not configured any more is never served: false. */
static bool next_of(const struct shown *shown, const struct ledger_doubt *doubt,
                    enum doubt_act *act_out, int64_t *when_out)
{
    const struct account *account = config_account(shown->house.config, doubt->account);
    *act_out = DOUBT_HOLD;
    *when_out = 0;
    if (!account)
        return false;
    struct doubt_rules rules = doubt_rules_of(&shown->house.blocks, account);
    *act_out = doubt_next(&rules, doubt, when_out);
    return true;
}

static void print_doubt(const struct shown *shown, const struct ledger_doubt *doubt)
{
    char since[DOUBT_TIME_SIZE], text[DOUBT_TIME_SIZE];
    int64_t when;
    enum doubt_act act;
    bool served = next_of(shown, doubt, &act, &when);
    printf("%6lld  %-12s  job %lld, to %s, %llu bytes, sent %d times, in doubt since %s\n",
           (long long)doubt->part, doubt->account, (long long)doubt->job,
           log_person(doubt->recipient), (unsigned long long)doubt->size, doubt->tries,
           doubt_time(doubt->since, since));
    if (!served)
        printf("        nothing: its account is not in accounts.yaml; put it back there, or give "
               "up what it has waiting with: www4mail forget %s\n",
               doubt->account);
    else
        printf("        %s%s%s\n", doubt_act_text(act, doubt->resent), when ? ", from " : "",
               when ? doubt_time(when, text) : "");
}

static void print_doubt_json(const struct shown *shown, const struct ledger_doubt *doubt)
{
    int64_t when;
    enum doubt_act act;
    bool served = next_of(shown, doubt, &act, &when);
    printf("%s  {\"part\": %lld, \"job\": %lld, \"account\": ", shown->some ? ",\n" : "",
           (long long)doubt->part, (long long)doubt->job);
    json_text(stdout, doubt->account);
    fputs(", \"message_id\": ", stdout);
    json_text(stdout, doubt->message_id);
    fputs(", \"answer\": ", stdout);
    json_text(stdout, doubt->answer);
    printf(", \"bytes\": %llu, \"tries\": %d, \"looks\": %d, \"since\": %lld, \"next\": \"%s\""
           ", \"configured\": %s",
           (unsigned long long)doubt->size, doubt->tries, doubt->looks, (long long)doubt->since,
           doubt_act_word(act), served ? "true" : "false");
    if (when)
        printf(", \"next_at\": %lld", (long long)when);
    fputs("}", stdout);
}

static bool print_one(struct shown *shown, const struct ledger_doubt *doubt, void *context)
{
    (void)context;
    if (shown->options->json)
        print_doubt_json(shown, doubt);
    else
        print_doubt(shown, doubt);
    shown->some = true;
    return false;
}

static int list(struct shown *shown)
{
    if (shown->options->json)
        puts("[");
    int code = each_doubt(shown, print_one, NULL);
    if (shown->options->json)
        puts(shown->some ? "\n]" : "]");
    return code;
}

static int usage(const char *what)
{
    log_line(LOG_ERROR, "%s; see www4mail --help", what);
    return EX_USAGE;
}

/* What is to become of which. */
struct wish {
    size_t verb;
    uint64_t part;
    enum ledger_result result;
};

static bool resolve_one(struct shown *shown, const struct ledger_doubt *doubt, void *context)
{
    struct wish *wish = context;
    if ((uint64_t)doubt->part != wish->part)
        return false;
    const char *said = verbs[wish->verb].said;
    wish->result = ledger_resolve(shown->ledger, doubt, verbs[wish->verb].resolution,
                                  verbs[wish->verb].text, 0);
    if (wish->result != LEDGER_OK)
        return true;
    if (verbs[wish->verb].resolution == LEDGER_RESOLVE_SEND &&
        !config_account(shown->house.config, doubt->account))
        printf("reply %llu is to be sent once more, but account %s is not in accounts.yaml: put it "
               "back there, or give it up with: www4mail forget %s\n",
               (unsigned long long)wish->part, doubt->account, doubt->account);
    else
        printf("reply %llu %s\n", (unsigned long long)wish->part, said);
    return true;
}

static int resolve(struct shown *shown, size_t verb, uint64_t part)
{
    struct wish wish = {.verb = verb, .part = part, .result = LEDGER_NONE};
    int code = each_doubt(shown, resolve_one, &wish);
    if (code != EX_OK)
        return code;
    if (wish.result == LEDGER_NONE) {
        log_line(LOG_ERROR, "reply %llu is not in doubt; www4mail in-doubt lists those that are",
                 (unsigned long long)part);
        return EX_USAGE;
    }
    if (wish.result != LEDGER_OK)
        log_fault(LOG_ERROR, "ledger", ledger_fault(shown->ledger));
    return run_ledger_exit(wish.result);
}

static int open_all(struct shown *shown)
{
    struct fault fault = FAULT_INIT;
    int code = house_open(shown->options, true, &shown->house);
    if (code != EX_OK)
        return code;
    enum ledger_result result = ledger_open(shown->house.state, &shown->ledger, &fault);
    if (result != LEDGER_OK)
        log_fault(LOG_ERROR, "ledger", &fault);
    fault_clear(&fault);
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
    int code = open_all(&shown);
    if (code == EX_OK)
        code = lists ? list(&shown) : resolve(&shown, verb, part);
    ledger_close(&shown.ledger);
    house_close(&shown.house);
    return code;
}
