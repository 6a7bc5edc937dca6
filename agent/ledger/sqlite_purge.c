/* SPDX-License-Identifier: ISC */
/*
 * Cleaning up, in short transactions so that nobody waits long: a purge that is cut off has
 * forgotten less, and no more than it should.  By age a job goes with its parts, and its mail's
 * bytes when no other job of that mail is unsettled; the mail's own row stays.  Above the ceiling
 * only bytes go, so that Message-IDs are still known.
 */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

enum { JOBS_AT_ONCE = 50, ROWS_AT_ONCE = 500, PAGES_AT_ONCE = 500, PAGES_TO_KEEP = 256 };

/* The next job to forget, as `which` finds it. */
static enum ledger_result find_job(struct ledger *ledger, enum statement which, int64_t before,
                                   int64_t *job_out, int64_t *mail_out)
{
    const struct value values[] = {NUMBER(before)};
    sqlite3_stmt *row = sqlite_bind(ledger, which, values, which == PURGE_OLD);
    enum ledger_result result = sqlite_step(ledger, row);
    if (result == LEDGER_OK) {
        *job_out = sqlite3_column_int64(row, 0);
        *mail_out = sqlite3_column_int64(row, 1);
        sqlite3_reset(row);
    }
    return result;
}

static enum ledger_result forget_bytes(struct ledger *ledger, int64_t job, int64_t mail)
{
    enum ledger_result result = sqlite_run(ledger, PURGE_PART_BYTES, VALUES(NUMBER(job)));
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, PURGE_MAIL_BYTES, VALUES(NUMBER(mail)));
    return result;
}

static enum ledger_result forget_old(struct ledger *ledger, int64_t before)
{
    int64_t job, mail;
    enum ledger_result result = find_job(ledger, PURGE_OLD, before, &job, &mail);
    if (result == LEDGER_OK)
        result = forget_bytes(ledger, job, mail);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, PURGE_PARTS, VALUES(NUMBER(job)));
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, PURGE_JOB, VALUES(NUMBER(job)));
    return result;
}

/* Bytes the file would have without its free pages. */
static enum ledger_result used_bytes(struct ledger *ledger, int64_t *used_out)
{
    int64_t pages, unused, size;
    enum ledger_result result = sqlite_ask(ledger, "PRAGMA page_count", &pages);
    if (result == LEDGER_OK)
        result = sqlite_ask(ledger, "PRAGMA freelist_count", &unused);
    if (result == LEDGER_OK)
        result = sqlite_ask(ledger, "PRAGMA page_size", &size);
    if (result == LEDGER_OK)
        *used_out = (pages - unused) * size;
    return result;
}

static enum ledger_result forget_above(struct ledger *ledger, int64_t max_bytes)
{
    int64_t job, mail, used = 0;
    enum ledger_result result = used_bytes(ledger, &used);
    if (result != LEDGER_OK || used <= max_bytes)
        return result == LEDGER_OK ? LEDGER_NONE : result;
    result = find_job(ledger, PURGE_OLDEST_KEPT, 0, &job, &mail);
    if (result == LEDGER_OK)
        result = forget_bytes(ledger, job, mail);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, PURGE_MARK_JOB, VALUES(NUMBER(job)));
    return result;
}

/* Repeats a step until it finds no more, some steps a transaction. */
static enum ledger_result forget_all(struct ledger *ledger,
                                     enum ledger_result (*step)(struct ledger *, int64_t),
                                     int64_t limit)
{
    for (;;) {
        enum ledger_result found = LEDGER_OK;
        enum ledger_result result = sqlite_begin(ledger);
        for (int i = 0; result == LEDGER_OK && found == LEDGER_OK && i < JOBS_AT_ONCE; i++)
            found = step(ledger, limit);
        if (result == LEDGER_OK && found != LEDGER_NONE)
            result = found;
        result = sqlite_end(ledger, result);
        if (result != LEDGER_OK || found == LEDGER_NONE)
            return result;
    }
}

/* Deletes the rows of `which` up to a time, some at once. */
static enum ledger_result forget_rows(struct ledger *ledger, enum statement which, int64_t until)
{
    enum ledger_result result, found;
    do {
        found = LEDGER_NONE;
        result = sqlite_begin(ledger);
        if (result == LEDGER_OK)
            found = sqlite_change(ledger, which, VALUES(NUMBER(until), NUMBER(ROWS_AT_ONCE)));
        if (result == LEDGER_OK && found != LEDGER_NONE)
            result = found;
        result = sqlite_end(ledger, result);
    } while (result == LEDGER_OK && found == LEDGER_OK);
    return result;
}

/* Gives free pages back to the disk; a few stay, for the next mails. */
static enum ledger_result shrink(struct ledger *ledger)
{
    int64_t unused, before = INT64_MAX;
    char text[64];
    sqlite3_snprintf(sizeof text, text, "PRAGMA incremental_vacuum(%d)", PAGES_AT_ONCE);
    enum ledger_result result = sqlite_ask(ledger, "PRAGMA freelist_count", &unused);
    while (result == LEDGER_OK && unused > PAGES_TO_KEEP && unused < before) {
        before = unused;
        result = sqlite_execute(ledger, text);
        if (result == LEDGER_OK)
            result = sqlite_ask(ledger, "PRAGMA freelist_count", &unused);
    }
    /* A reader may be in the way; then the log is written back some other time. */
    sqlite3_wal_checkpoint_v2(ledger->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return result;
}

enum ledger_result ledger_purge(struct ledger *ledger, int64_t before, uint64_t max_bytes)
{
    bool no_ceiling = max_bytes == 0 || max_bytes > INT64_MAX;
    int64_t ceiling = no_ceiling ? INT64_MAX : (int64_t)max_bytes;
    enum ledger_result result = forget_all(ledger, forget_old, before);
    if (result == LEDGER_OK)
        result = forget_rows(ledger, PURGE_MEMORY, clock_now());
    if (result == LEDGER_OK)
        result = forget_rows(ledger, PURGE_COUNTERS, before);
    if (result == LEDGER_OK)
        result = forget_all(ledger, forget_above, ceiling);
    if (result == LEDGER_OK)
        result = shrink(ledger);
    return result;
}
