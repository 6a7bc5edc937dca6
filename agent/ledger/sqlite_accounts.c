/* SPDX-License-Identifier: ISC */
/* Accounts that the configuration does not name any more, or by another name; and times that a
 * wrong clock has written. */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

/* No job and no part is ever put off for longer; what says more was written by a clock that ran
 * ahead. */
enum { LONGEST_WAIT = 2 * 3600 };

static bool read_name(sqlite3_stmt *row, struct arena *arena, void *element)
{
    const char **name = element;
    *name = sqlite_column(arena, row, 0);
    return *name != NULL;
}

enum ledger_result ledger_owing(struct ledger *ledger, struct arena *arena, const char **names,
                                size_t max, size_t *count_out)
{
    return sqlite_list(ledger, ACCOUNTS_OWING, VALUES(NUMBER((int64_t)max)),
                       &(struct sqlite_list){read_name, arena, names, sizeof *names, max},
                       count_out);
}

static enum ledger_result rename_rows(struct ledger *ledger, const char *from, const char *to)
{
    static const enum statement steps[] = {RENAME_JOBS, RENAME_PARTS, RENAME_TOTALS};
    /* No mail, no job: what stays with the old name is not gone through at every start. */
    enum ledger_result result = sqlite_change(ledger, RENAME_MAILS, VALUES(TEXT(from), TEXT(to)));
    for (size_t i = 0; i < sizeof steps / sizeof *steps && result == LEDGER_OK; i++)
        result = sqlite_run(ledger, steps[i], VALUES(TEXT(from), TEXT(to)));
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, RENAME_TOTALS_GONE, VALUES(TEXT(from)));
    return result;
}

enum ledger_result ledger_rename_account(struct ledger *ledger, const char *from, const char *to)
{
    int64_t known;
    /* Asked without the lock first: at nearly every start there is nothing to do. */
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = sqlite_number(ledger, ACCOUNT_KNOWN, VALUES(TEXT(from)), &known);
    result = sqlite_end(ledger, result);
    if (result != LEDGER_OK)
        return result;
    result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = rename_rows(ledger, from, to);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_forget_account(struct ledger *ledger, const char *account,
                                         int64_t *jobs_out)
{
    *jobs_out = 0;
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, FORGET_PARTS, VALUES(TEXT(account)));
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, FORGET_JOBS, VALUES(TEXT(account), NUMBER(clock_now())));
    if (result == LEDGER_OK)
        *jobs_out = sqlite3_changes64(ledger->db);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, FORGET_ENDED_JOBS, VALUES(TEXT(account), NUMBER(clock_now())));
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_mend_times(struct ledger *ledger)
{
    int64_t wrong, now = clock_now(), latest = now + LONGEST_WAIT;
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = sqlite_number(ledger, TIMES_WRONG, VALUES(NUMBER(now), NUMBER(latest)), &wrong);
    result = sqlite_end(ledger, result);
    if (result != LEDGER_OK)
        return result;
    result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, MEND_JOBS, VALUES(NUMBER(now), NUMBER(latest)));
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, MEND_PARTS, VALUES(NUMBER(now), NUMBER(latest)));
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, MEND_DOUBTS, VALUES(NUMBER(now)));
    return sqlite_end(ledger, result);
}
