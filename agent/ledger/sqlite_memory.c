/* SPDX-License-Identifier: ISC */
/* Counters of periods, and things remembered by kind, person and name. */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

enum ledger_result sqlite_add_count(struct ledger *ledger, const struct ledger_charge *charge,
                                    int64_t *total_out)
{
    return sqlite_number(
        ledger, COUNTER_ADD,
        VALUES(TEXT(charge->who), TEXT(charge->kind), NUMBER(charge->window), NUMBER(charge->add)),
        total_out);
}

static enum ledger_result read_count(struct ledger *ledger, const struct ledger_charge *charge,
                                     int64_t *total_out)
{
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = sqlite_number(
            ledger, COUNTER_READ,
            VALUES(TEXT(charge->who), TEXT(charge->kind), NUMBER(charge->window)), total_out);
    return sqlite_end(ledger, result == LEDGER_NONE ? LEDGER_OK : result);
}

enum ledger_result ledger_count(struct ledger *ledger, const char *who, const char *kind,
                                int64_t window, int64_t add, int64_t *total_out)
{
    const struct ledger_charge charge = {.who = who, .kind = kind, .window = window, .add = add};
    *total_out = 0;
    if (add == 0)
        return read_count(ledger, &charge, total_out);
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_add_count(ledger, &charge, total_out);
    return sqlite_end(ledger, result);
}

enum ledger_result sqlite_set_memory(struct ledger *ledger, const struct ledger_memory *memory,
                                     int64_t job)
{
    return sqlite_run(ledger, MEMORY_SET,
                      VALUES(TEXT(memory->kind), TEXT(memory->who), TEXT(memory->name),
                             NUMBER(memory->expires), BYTES(memory->value), NUMBER(job)));
}

enum ledger_result ledger_remember(struct ledger *ledger, const struct ledger_memory *memory)
{
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_set_memory(ledger, memory, 0);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_recall(struct ledger *ledger, const char *kind, const char *who,
                                 const char *name, struct arena *arena, struct span *value_out)
{
    *value_out = (struct span){NULL, 0};
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK) {
        sqlite3_stmt *row = sqlite_bind(
            ledger, MEMORY_GET, VALUES(TEXT(kind), TEXT(who), TEXT(name), NUMBER(clock_now())));
        result = sqlite_step(ledger, row);
        if (result == LEDGER_OK && !sqlite_column_span(arena, row, 0, value_out))
            result = sqlite_no_memory(ledger);
    }
    return sqlite_end(ledger, result);
}
