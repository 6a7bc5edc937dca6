/* SPDX-License-Identifier: ISC */
/* Telling: how much there is of what, and the newest jobs for people to read. */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

#include <stddef.h>
#include <string.h>

/* Where the count of a state goes, and whether such work waits for its time. */
static const struct {
    const char *state;
    size_t at;
    bool waits, is_job;
} states[] = {
    {"claimed", offsetof(struct ledger_counts, claimed), true, true},
    {"taken", offsetof(struct ledger_counts, taken), false, true},
    {"answered", offsetof(struct ledger_counts, answered), false, true},
    {"dropped", offsetof(struct ledger_counts, dropped), false, true},
    {"poison", offsetof(struct ledger_counts, poison), false, true},
    {"settled", offsetof(struct ledger_counts, settled), false, true},
    {"ready", offsetof(struct ledger_counts, ready), true, false},
    {"submitting", offsetof(struct ledger_counts, submitting), false, false},
    {"in_doubt", offsetof(struct ledger_counts, in_doubt), false, false},
    {"accepted", offsetof(struct ledger_counts, accepted), false, false},
    {"never", offsetof(struct ledger_counts, never), false, false},
};

/* A row: state, count, and of what waits: how many are due, the earliest not_before. */
static void take_row(sqlite3_stmt *row, struct ledger_counts *counts)
{
    const char *state = (const char *)sqlite3_column_text(row, 0);
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].state, state) != 0)
            continue;
        int64_t count = sqlite3_column_int64(row, 1);
        memcpy((char *)counts + states[i].at, &count, sizeof count);
        if (!states[i].waits)
            return;
        int64_t next = sqlite3_column_int64(row, 3);
        /* Work that never had to wait has 0, which in the result means that there is none. */
        if (next <= 0)
            next = 1;
        if (counts->next_due == 0 || next < counts->next_due)
            counts->next_due = next;
        if (states[i].is_job)
            counts->due = sqlite3_column_int64(row, 2);
    }
}

static enum ledger_result take_rows(struct ledger *ledger, enum statement which,
                                    const struct value *values, size_t count,
                                    struct ledger_counts *counts)
{
    sqlite3_stmt *row = sqlite_bind(ledger, which, values, count);
    enum ledger_result result;
    while ((result = sqlite_step(ledger, row)) == LEDGER_OK)
        take_row(row, counts);
    return result == LEDGER_NONE ? LEDGER_OK : result;
}

enum ledger_result ledger_counts(struct ledger *ledger, const char *account,
                                 struct ledger_counts *counts_out)
{
    const struct value values[] = {account ? (struct value)TEXT(account) : (struct value)NOTHING,
                                   NUMBER(clock_now())};
    *counts_out = (struct ledger_counts){0};
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = take_rows(ledger, COUNT_JOBS, values, 2, counts_out);
    if (result == LEDGER_OK)
        result = take_rows(ledger, COUNT_PARTS, values, 1, counts_out);
    if (result == LEDGER_OK)
        result = take_rows(ledger, COUNT_TOTALS, values, 1, counts_out);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_outstanding(struct ledger *ledger, const char *account)
{
    int64_t found;
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = sqlite_number(ledger, WORK_OUTSTANDING, VALUES(TEXT(account), NUMBER(clock_now())),
                               &found);
    return sqlite_end(ledger, result);
}

static bool read_row(sqlite3_stmt *row, struct arena *arena, void *element)
{
    struct ledger_row *row_out = element;
    *row_out = (struct ledger_row){
        .id = sqlite3_column_int64(row, 0),
        .account = sqlite_column(arena, row, 1),
        .uid = sqlite_column(arena, row, 2),
        .state = sqlite_column(arena, row, 3),
        .rule = sqlite_column(arena, row, 4),
        .claimed_at = sqlite3_column_int64(row, 5),
        .not_before = sqlite3_column_int64(row, 6),
        .attempts = sqlite3_column_int(row, 7),
        .parts = sqlite3_column_int(row, 8),
        .parts_accepted = sqlite3_column_int(row, 9),
        .size = (uint64_t)sqlite3_column_int64(row, 10),
    };
    return row_out->account && row_out->uid && row_out->state && row_out->rule;
}

enum ledger_result ledger_list(struct ledger *ledger, const char *account, struct arena *arena,
                               struct ledger_row *rows, size_t max, size_t *count_out)
{
    return sqlite_list(ledger, account ? LIST_OF_ACCOUNT : LIST,
                       VALUES(TEXT(account), NUMBER((int64_t)max)),
                       &(struct sqlite_list){read_row, arena, rows, sizeof *rows, max}, count_out);
}
