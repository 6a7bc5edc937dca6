/* SPDX-License-Identifier: ISC */
/* Counters of the ledger, by mail. */
#include "agent/process/reading.h"

#include "agent/base/clock.h"

#include <inttypes.h>
#include <stdio.h>

/* Counters are forgotten by their period's start; two periods are looked at. */
enum { PERIOD = 30 * 86400 };

static const char *const kinds[] = {
    [READING_FAILED] = "reading-failed", [READING_DIED] = "reading-died"};

/* Each text with its end: no two keys are the same bytes. */
void reading_name(const struct message_key *key, char name_out[HASH_HEX_SIZE])
{
    char number[24];
    snprintf(number, sizeof number, "%" PRId64, key->uidvalidity);
    const char *const texts[] = {key->account, key->mailbox, number, key->uid};
    struct hash_running running;
    hash_begin(&running);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct span text = span_of(texts[i] ? texts[i] : "");
        hash_add(&running, text);
        hash_add(&running, (struct span){"", 1});
    }
    struct hash hash = hash_end(&running);
    hash_to_hex(&hash, name_out);
}

enum ledger_result reading_note(struct ledger *ledger, const char *name, enum reading_end end)
{
    int64_t total, now = clock_now();
    return ledger_count(ledger, name, kinds[end], now - now % PERIOD, 1, &total);
}

int64_t reading_ended(struct ledger *ledger, const char *name, enum reading_end end)
{
    int64_t now = clock_now(), period = now - now % PERIOD, count = 0, before = 0;
    if (ledger_count(ledger, name, kinds[end], period, 0, &count) != LEDGER_OK ||
        ledger_count(ledger, name, kinds[end], period - PERIOD, 0, &before) != LEDGER_OK)
        return 0;
    return count + before;
}
