/* SPDX-License-Identifier: ISC */
/* Settling: which mails are done with, so that their mailbox may be told. */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

static enum message_outcome outcome_of(const char *state)
{
    switch (state ? state[0] : '\0') {
    case 'd':
        return MESSAGE_DROPPED;
    case 'p':
        return MESSAGE_POISON;
    default:
        return MESSAGE_ANSWERED;
    }
}

static bool read_settle(sqlite3_stmt *row, struct arena *arena, void *element)
{
    struct ledger_settle *settle = element;
    *settle = (struct ledger_settle){
        .job = sqlite3_column_int64(row, 0),
        .outcome = outcome_of((const char *)sqlite3_column_text(row, 1)),
        .key = {.account = sqlite_column(arena, row, 2),
                .mailbox = sqlite_column(arena, row, 3),
                .uidvalidity = sqlite3_column_int64(row, 4),
                .uid = sqlite_column(arena, row, 5)},
    };
    return settle->key.account && settle->key.mailbox && settle->key.uid;
}

enum ledger_result ledger_settle_list(struct ledger *ledger, const char *account,
                                      struct arena *arena, struct ledger_settle *list, size_t max,
                                      size_t *count_out)
{
    return sqlite_list(ledger, SETTLE_LIST, VALUES(TEXT(account), NUMBER((int64_t)max)),
                       &(struct sqlite_list){read_settle, arena, list, sizeof *list, max},
                       count_out);
}

enum ledger_result ledger_settled(struct ledger *ledger, int64_t job)
{
    int64_t now = clock_now();
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_change(ledger, SETTLE, VALUES(NUMBER(job), NUMBER(now)));
    /* The reader's days with a late answer's links begin when it has gone out. */
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, SETTLE_MEMORY, VALUES(NUMBER(job), NUMBER(now)));
    return sqlite_end(ledger, result);
}
