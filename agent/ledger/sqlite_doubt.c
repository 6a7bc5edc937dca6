/* SPDX-License-Identifier: ISC */
/* Parts in doubt: which they are, and what becomes of them without asking their carrier again. */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

static bool read_doubt(sqlite3_stmt *row, struct arena *arena, void *element)
{
    struct ledger_doubt *doubt = element;
    *doubt = (struct ledger_doubt){
        .part = sqlite3_column_int64(row, 0),
        .job = sqlite3_column_int64(row, 1),
        .since = sqlite3_column_int64(row, 2),
        .not_before = sqlite3_column_int64(row, 3),
        .tries = sqlite3_column_int(row, 4),
        .looks = sqlite3_column_int(row, 5),
        .resent = sqlite3_column_int(row, 6) != 0,
        .account = sqlite_column(arena, row, 7),
        .message_id = sqlite_column(arena, row, 8),
        .recipient = sqlite_column(arena, row, 9),
        .answer = sqlite_column(arena, row, 10),
        .size = (uint64_t)sqlite3_column_int64(row, 11),
    };
    return doubt->account && doubt->message_id && doubt->recipient && doubt->answer;
}

enum ledger_result ledger_doubts(struct ledger *ledger, const char *account, int64_t doubt_wait,
                                 struct arena *arena, struct ledger_doubt *list, size_t max,
                                 size_t *count_out)
{
    int64_t now = doubt_wait < 0 ? INT64_MAX / 2 : clock_now();
    int64_t since = doubt_wait < 0 ? INT64_MAX : now - doubt_wait;
    return sqlite_list(ledger, PART_DOUBTS_OF_ACCOUNT,
                       VALUES(NUMBER((int64_t)max), TEXT(account), NUMBER(since), NUMBER(now)),
                       &(struct sqlite_list){read_doubt, arena, list, sizeof *list, max},
                       count_out);
}

enum ledger_result ledger_all_doubts(struct ledger *ledger, const struct ledger_doubt *after,
                                     struct arena *arena, struct ledger_doubt *list, size_t max,
                                     size_t *count_out)
{
    const struct ledger_doubt first = {.account = "", .since = INT64_MIN};
    after = after ? after : &first;
    return sqlite_list(ledger, PART_DOUBTS,
                       VALUES(NUMBER((int64_t)max), TEXT(after->account), NUMBER(after->since),
                              NUMBER(after->part)),
                       &(struct sqlite_list){read_doubt, arena, list, sizeof *list, max},
                       count_out);
}

static enum ledger_result change(struct ledger *ledger, const struct ledger_doubt *doubt,
                                 enum ledger_resolution resolution, struct span text,
                                 int64_t not_before)
{
    static const char *const states[] = {[LEDGER_RESOLVE_ACCEPTED] = "accepted",
                                         [LEDGER_RESOLVE_NEVER] = "never",
                                         [LEDGER_RESOLVE_SEND] = "ready"};
    const struct value part = NUMBER(doubt->part), tries = NUMBER(doubt->tries);
    const struct value since = NUMBER(doubt->since), answer = TEXT_OF(text);
    if (resolution == LEDGER_RESOLVE_LATER)
        return sqlite_change(ledger, PART_LOOKED, VALUES(part, tries, since, NUMBER(not_before)));
    return sqlite_change(ledger, PART_RESOLVE,
                         VALUES(part, tries, since, TEXT(states[resolution]), answer));
}

enum ledger_result ledger_resolve(struct ledger *ledger, const struct ledger_doubt *doubt,
                                  enum ledger_resolution resolution, const char *text,
                                  int64_t not_before)
{
    struct span answer = sqlite_answer(text);
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK)
        result = change(ledger, doubt, resolution, answer, not_before);
    if (result == LEDGER_OK)
        result = sqlite_settle_spawned(ledger, doubt->job);
    return sqlite_end(ledger, result);
}
