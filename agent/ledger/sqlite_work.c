/* SPDX-License-Identifier: ISC */
/* What becomes of a taken job: answered, dropped, tried again, poison, or more jobs. */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

enum ledger_result sqlite_settle_spawned(struct ledger *ledger, int64_t job)
{
    return sqlite_run(ledger, SETTLE_SPAWNED, VALUES(NUMBER(job), NUMBER(clock_now())));
}

static enum ledger_result hold(struct ledger *ledger, int64_t job, int64_t token)
{
    int64_t held;
    return sqlite_number(ledger, JOB_HELD, VALUES(NUMBER(job), NUMBER(token)), &held);
}

enum ledger_result sqlite_add_part(struct ledger *ledger, int64_t job, int n,
                                   const struct ledger_part *part)
{
    enum ledger_result result = sqlite_run(ledger, PART_ADD,
                                           VALUES(NUMBER(job), NUMBER(n), TEXT(part->message_id),
                                                  TEXT(part->sender), TEXT(part->recipient)));
    int64_t row = sqlite3_last_insert_rowid(ledger->db);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, PART_ADD_BYTES, VALUES(NUMBER(row), ZEROS(part->size)));
    if (result == LEDGER_OK)
        result = sqlite_write_bytes(ledger, "part_bytes", row, part->fd, part->offset, part->size);
    return result;
}

static enum ledger_result add_answer(struct ledger *ledger, int64_t job,
                                     const struct ledger_answer *answer, bool *over_limit_out)
{
    enum ledger_result result = LEDGER_OK;
    int64_t total;
    for (size_t i = 0; result == LEDGER_OK && i < answer->part_count; i++)
        result = sqlite_add_part(ledger, job, (int)i + 1, &answer->parts[i]);
    for (size_t i = 0; result == LEDGER_OK && i < answer->memory_count; i++)
        result = sqlite_set_memory(ledger, &answer->memories[i], job);
    for (size_t i = 0; result == LEDGER_OK && i < answer->charge_count; i++) {
        result = sqlite_add_count(ledger, &answer->charges[i], &total);
        if (result == LEDGER_OK && answer->charges[i].limit && total > answer->charges[i].limit)
            *over_limit_out = true;
    }
    return result;
}

enum ledger_result ledger_answer(struct ledger *ledger, int64_t job, int64_t token,
                                 const struct ledger_answer *answer)
{
    bool over_limit = false;
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = hold(ledger, job, token);
    if (result == LEDGER_OK)
        result = add_answer(ledger, job, answer, &over_limit);
    if (result == LEDGER_OK && over_limit) {
        sqlite_end(ledger, LEDGER_NONE); /* takes all of it back */
        return LEDGER_ALREADY;
    }
    if (result == LEDGER_OK)
        result = sqlite_change(ledger, JOB_ANSWERED, VALUES(NUMBER(job), NUMBER(token)));
    if (result == LEDGER_OK)
        result = sqlite_settle_spawned(ledger, job);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_drop(struct ledger *ledger, int64_t job, int64_t token, const char *rule)
{
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_change(ledger, JOB_DROP, VALUES(NUMBER(job), NUMBER(token), TEXT(rule)));
    if (result == LEDGER_OK)
        result = sqlite_settle_spawned(ledger, job);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_retry(struct ledger *ledger, int64_t job, int64_t token,
                                int64_t not_before)
{
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_change(ledger, JOB_RETRY,
                               VALUES(NUMBER(job), NUMBER(token), NUMBER(not_before)));
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_poison(struct ledger *ledger, int64_t job, const char *reason)
{
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = sqlite_change(ledger, JOB_POISON, VALUES(NUMBER(job), TEXT(reason)));
    if (result == LEDGER_OK)
        result = sqlite_settle_spawned(ledger, job);
    return sqlite_end(ledger, result);
}

enum ledger_result ledger_spawn(struct ledger *ledger, int64_t parent, int64_t token, int n,
                                const char *target, int64_t not_before)
{
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = hold(ledger, parent, token);
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, JOB_SPAWN,
                            VALUES(NUMBER(parent), NUMBER(n), TEXT(target), NUMBER(clock_now()),
                                   NUMBER(not_before)));
    return sqlite_end(ledger, result);
}
