/* SPDX-License-Identifier: ISC */
/* Breakers as memories of the ledger: "COUNT UNTIL" by account and side. */
#include "agent/process/breaker.h"

#include "agent/base/arena.h"
#include "agent/base/clock.h"

#include <stdio.h>

static const char kind[] = "breaker";

enum { MINUTE = 60, ARENA_BYTES = 4096, FORGOTTEN = 1 };

/* False when there is none. */
static bool recall(struct ledger *ledger, const char *account, const char *side,
                   uint64_t *count_out, uint64_t *until_out)
{
    struct span value, count, until;
    struct arena *arena = arena_new(ARENA_BYTES);
    bool known = arena && ledger_recall(ledger, kind, account, side, arena, &value) == LEDGER_OK &&
                 span_next_word(&value, &count) && span_next_word(&value, &until) &&
                 span_to_u64(count, count_out) && span_to_u64(until, until_out);
    arena_free(&arena);
    return known;
}

static bool remember(struct ledger *ledger, const char *account, const char *side, const char *text,
                     int64_t expires)
{
    const struct ledger_memory memory = {
        .kind = kind, .who = account, .name = side, .value = span_of(text), .expires = expires};
    return ledger_remember(ledger, &memory) == LEDGER_OK;
}

int64_t breaker_until(struct ledger *ledger, const char *account, const char *side)
{
    uint64_t count, until;
    if (!recall(ledger, account, side, &count, &until))
        return 0;
    /* Longer than it is ever held: then a clock was wrong, and nobody waits for that. */
    int64_t now = clock_now();
    return (int64_t)until > now && (int64_t)until <= now + 3600 ? (int64_t)until : 0;
}

int64_t breaker_open(struct ledger *ledger, const char *account, const char *side)
{
    static const int64_t waits[] = {MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE};
    enum { LAST = sizeof waits / sizeof *waits - 1 };
    uint64_t count = 0, until = 0;
    char text[64];
    if (!recall(ledger, account, side, &count, &until))
        count = 0;
    int64_t next = clock_now() + waits[count < LAST ? count : LAST];
    snprintf(text, sizeof text, "%llu %lld", (unsigned long long)count + 1, (long long)next);
    return remember(ledger, account, side, text, 0) ? next : 0;
}

void breaker_clear(struct ledger *ledger, const char *account, const char *side)
{
    uint64_t count, until;
    if (recall(ledger, account, side, &count, &until))
        remember(ledger, account, side, "", FORGOTTEN);
}
