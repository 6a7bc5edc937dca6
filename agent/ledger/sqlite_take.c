/* SPDX-License-Identifier: ISC */
/*
 * Taking: the attempt and its owner are on disk before the work begins.  A job that killed two
 * workers has an index of its own and waits until no living process holds another job.
 */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

#include <string.h>

enum ledger_result sqlite_next_token(struct ledger *ledger, int64_t *token_out)
{
    enum ledger_result result = sqlite_number(ledger, TOKEN_NEXT, NULL, 0, token_out);
    if (result == LEDGER_NONE) {
        fault_set(&ledger->fault, FAULT_LEDGER, NULL, "ledger %s has lost its token row",
                  ledger->path);
        return LEDGER_CORRUPT;
    }
    return result;
}

/* Does any living process hold a job?  OK or NONE. */
static enum ledger_result somebody_works(struct ledger *ledger)
{
    struct ledger_owner owner = {.pid = -1};
    for (;;) {
        sqlite3_stmt *row =
            sqlite_bind(ledger, OWNER_OF_JOB,
                        VALUES(NUMBER(owner.pid), NUMBER(owner.start), TEXT(owner.boot_id)));
        enum ledger_result result = sqlite_step(ledger, row);
        if (result != LEDGER_OK)
            return result;
        sqlite_owner(row, &owner);
        if (ledger_owner_lives(&owner))
            return LEDGER_OK;
    }
}

/* The oldest job that is due; 0 when none is. */
static enum ledger_result find_due(struct ledger *ledger, enum statement which, const char *account,
                                   int64_t *job_out)
{
    const struct value due[] = {NUMBER(clock_now()),
                                account ? (struct value)TEXT(account) : (struct value)NOTHING};
    size_t count = which == JOB_DUE ? 1 : 2;
    enum ledger_result result = sqlite_number(ledger, which, due, count, job_out);
    return result == LEDGER_NONE ? LEDGER_OK : result;
}

static enum ledger_result find_next(struct ledger *ledger, const char *account, int64_t *job_out)
{
    int64_t calm = 0, alone = 0;
    enum ledger_result result =
        find_due(ledger, account ? JOB_DUE_OF_ACCOUNT : JOB_DUE, account, &calm);
    if (result == LEDGER_OK)
        result = find_due(ledger, JOB_DUE_ALONE, account, &alone);
    if (result == LEDGER_OK && alone && (!calm || alone < calm)) {
        enum ledger_result others = somebody_works(ledger);
        if (others == LEDGER_NONE)
            calm = alone;
        else
            result = others;
    }
    *job_out = calm;
    return result == LEDGER_OK && calm == 0 ? LEDGER_NONE : result;
}

static enum ledger_result read_job(struct ledger *ledger, int64_t id, struct arena *arena,
                                   struct ledger_job *job)
{
    sqlite3_stmt *row = sqlite_bind(ledger, JOB_READ, VALUES(NUMBER(id)));
    enum ledger_result result = sqlite_step(ledger, row);
    if (result != LEDGER_OK)
        return result;
    *job = (struct ledger_job){
        .id = id,
        .token = sqlite3_column_int64(row, 0),
        .attempt = sqlite3_column_int(row, 1),
        .crashes = sqlite3_column_int(row, 2),
        .crash_module = sqlite_column(arena, row, 3),
        .claimed_at = sqlite3_column_int64(row, 4),
        .target = sqlite_column(arena, row, 5),
        .key = {.account = sqlite_column(arena, row, 6),
                .mailbox = sqlite_column(arena, row, 7),
                .uidvalidity = sqlite3_column_int64(row, 8),
                .uid = sqlite_column(arena, row, 9)},
        .size = (uint64_t)sqlite3_column_int64(row, 10),
    };
    if (sqlite3_column_bytes(row, 11) == HASH_BYTES)
        memcpy(job->hash.bytes, sqlite3_column_blob(row, 11), HASH_BYTES);
    bool whole = sqlite_column_span(arena, row, 12, &job->headers) && job->crash_module &&
                 job->target && job->key.account && job->key.mailbox && job->key.uid;
    return whole ? LEDGER_OK : sqlite_no_memory(ledger);
}

enum ledger_result ledger_take(struct ledger *ledger, const struct ledger_owner *owner,
                               const char *account, struct arena *arena, struct ledger_job *job_out)
{
    int64_t id, token;
    *job_out = (struct ledger_job){0};
    /* Asked without the lock first: workers that find nothing must not queue up for it. */
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = find_next(ledger, account, &id);
    result = sqlite_end(ledger, result);
    if (result != LEDGER_OK)
        return result;
    result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = find_next(ledger, account, &id);
    if (result == LEDGER_OK)
        result = sqlite_next_token(ledger, &token);
    if (result == LEDGER_OK)
        result = sqlite_change(ledger, JOB_TAKE,
                               VALUES(NUMBER(id), NUMBER(token), NUMBER(owner->pid),
                                      NUMBER(owner->start), TEXT(owner->boot_id)));
    if (result == LEDGER_OK)
        result = read_job(ledger, id, arena, job_out);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_read_mail(struct ledger *ledger, int64_t job, int fd)
{
    int64_t mail;
    uint64_t size;
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        result = sqlite_number(ledger, JOB_MAIL, VALUES(NUMBER(job)), &mail);
    if (result == LEDGER_OK)
        result = sqlite_read_bytes(ledger, "mail_bytes", mail, fd, &size);
    return sqlite_end(ledger, result);
}
