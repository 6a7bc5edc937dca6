/* SPDX-License-Identifier: ISC */
/*
 * Cleaning up, in short transactions so that nobody waits long: a purge that is cut off has
 * forgotten less, and no more than it should.  By age a job goes with its parts, and its mail's
 * bytes when no other job of that mail is unsettled; the mail's own row stays.  Above the ceiling
 * only bytes go, so that Message-IDs are still known, and then what is remembered for readers.
 */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

enum {
    JOBS_AT_ONCE = 50,
    ROWS_AT_ONCE = 200,
    HELD_MS = 20, /* then the lock goes to others: a job may have many megabytes */
    PAGES_AT_ONCE = 500,
    PAGES_TO_KEEP = 256,
    COUNTERS_KEPT = 62 * 86400 /* a period of a month is counted to its end */
};

struct purge {
    struct ledger *ledger;
    int64_t deadline_ms;
    int64_t before, ceiling, now;
};

/* Forgets some; LEDGER_NONE when there is nothing more to forget. */
typedef enum ledger_result purge_step(struct purge *purge);

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

static enum ledger_result forget_job(struct purge *purge)
{
    int64_t job, mail;
    struct ledger *ledger = purge->ledger;
    enum ledger_result result = find_job(ledger, PURGE_OLD, purge->before, &job, &mail);
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

/* LEDGER_OK while it is. */
static enum ledger_result is_above(struct purge *purge)
{
    int64_t used = 0;
    enum ledger_result result = used_bytes(purge->ledger, &used);
    return result == LEDGER_OK && used <= purge->ceiling ? LEDGER_NONE : result;
}

static enum ledger_result forget_job_bytes(struct purge *purge)
{
    int64_t job, mail;
    enum ledger_result result = is_above(purge);
    if (result == LEDGER_OK)
        result = find_job(purge->ledger, PURGE_OLDEST_KEPT, 0, &job, &mail);
    if (result == LEDGER_OK)
        result = forget_bytes(purge->ledger, job, mail);
    if (result == LEDGER_OK)
        result = sqlite_run(purge->ledger, PURGE_MARK_JOB, VALUES(NUMBER(job)));
    return result;
}

/* Deletes the rows of `which` up to a time, some at once. */
static enum ledger_result forget_rows(struct purge *purge, enum statement which, int64_t until)
{
    return sqlite_change(purge->ledger, which, VALUES(NUMBER(until), NUMBER(ROWS_AT_ONCE)));
}

static enum ledger_result forget_memories(struct purge *purge)
{
    return forget_rows(purge, PURGE_MEMORY, purge->now);
}

static enum ledger_result forget_memories_early(struct purge *purge)
{
    enum ledger_result result = is_above(purge);
    return result == LEDGER_OK ? forget_rows(purge, PURGE_MEMORY, INT64_MAX) : result;
}

static enum ledger_result forget_counters(struct purge *purge)
{
    int64_t kept = purge->now - COUNTERS_KEPT;
    return forget_rows(purge, PURGE_COUNTERS, purge->before < kept ? purge->before : kept);
}

static bool has_time(const struct purge *purge)
{
    return clock_left_ms(purge->deadline_ms) > 0;
}

/* Steps in transactions of at most JOBS_AT_ONCE steps, each held for a moment only.  LEDGER_NONE
 * at the end; LEDGER_OK when the time ran out before. */
static enum ledger_result forget_all(struct purge *purge, purge_step *step)
{
    enum ledger_result found = LEDGER_OK;
    while (found == LEDGER_OK && has_time(purge)) {
        int64_t held_until = clock_monotonic_ms() + HELD_MS;
        enum ledger_result result = sqlite_begin(purge->ledger);
        found = result;
        for (int i = 0; found == LEDGER_OK && i < JOBS_AT_ONCE; i++) {
            found = step(purge);
            if (clock_left_ms(held_until) == 0)
                break;
        }
        if (found != LEDGER_NONE)
            result = found;
        result = sqlite_end(purge->ledger, result);
        if (result != LEDGER_OK)
            return result;
    }
    return found;
}

/* Gives free pages back to the disk; a few stay, for the next mails. */
static enum ledger_result shrink(struct purge *purge)
{
    int64_t unused, before = INT64_MAX;
    char text[64];
    struct ledger *ledger = purge->ledger;
    sqlite3_snprintf(sizeof text, text, "PRAGMA incremental_vacuum(%d)", PAGES_AT_ONCE);
    enum ledger_result result = sqlite_ask(ledger, "PRAGMA freelist_count", &unused);
    while (result == LEDGER_OK && unused > PAGES_TO_KEEP && unused < before && has_time(purge)) {
        before = unused;
        result = sqlite_execute(ledger, text);
        if (result == LEDGER_OK)
            result = sqlite_ask(ledger, "PRAGMA freelist_count", &unused);
    }
    /* A reader may be in the way; then the log is written back some other time. */
    sqlite3_wal_checkpoint_v2(ledger->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (result == LEDGER_OK && (unused <= PAGES_TO_KEEP || unused >= before))
        return LEDGER_NONE;
    return result;
}

enum ledger_result ledger_purge(struct ledger *ledger, const struct ledger_keep *keep,
                                bool *more_out)
{
    static purge_step *const steps[] = {forget_job, forget_memories, forget_counters,
                                        forget_job_bytes, forget_memories_early};
    bool no_ceiling = keep->max_bytes == 0 || keep->max_bytes > INT64_MAX;
    struct purge purge = {.ledger = ledger,
                          .deadline_ms = clock_monotonic_ms() + keep->budget_ms,
                          .before = keep->before,
                          .ceiling = no_ceiling ? INT64_MAX : (int64_t)keep->max_bytes,
                          .now = clock_now()};
    enum ledger_result result = LEDGER_NONE;
    *more_out = false;
    for (size_t i = 0; result == LEDGER_NONE && i < sizeof steps / sizeof *steps; i++)
        result = forget_all(&purge, steps[i]);
    if (result == LEDGER_NONE)
        result = shrink(&purge);
    *more_out = result == LEDGER_OK;
    return result == LEDGER_NONE ? LEDGER_OK : result;
}
