/* SPDX-License-Identifier: ISC */
/* Recovering: what a dead process held is free again, and what it was handing over is in doubt. */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

#include <stdio.h>

struct blame {
    bool counted;
    const char *module, *stage;
};

void sqlite_owner(sqlite3_stmt *row, struct ledger_owner *owner_out)
{
    owner_out->pid = sqlite3_column_int64(row, 0);
    owner_out->start = sqlite3_column_int64(row, 1);
    const char *boot_id = (const char *)sqlite3_column_text(row, 2);
    snprintf(owner_out->boot_id, sizeof owner_out->boot_id, "%s", boot_id ? boot_id : "");
}

static enum ledger_result recover_one(struct ledger *ledger, const struct ledger_owner *owner,
                                      const struct blame *blame)
{
    const struct value pid = NUMBER(owner->pid), start = NUMBER(owner->start);
    const struct value boot = TEXT(owner->boot_id);
    enum ledger_result result = sqlite_run(
        ledger, RECOVER_JOBS,
        VALUES(pid, start, boot, NUMBER(blame->counted), TEXT(blame->module), TEXT(blame->stage)));
    if (result == LEDGER_OK)
        result = sqlite_run(ledger, RECOVER_PARTS, VALUES(pid, start, boot, NUMBER(clock_now())));
    return result;
}

/* Every owner that `which` finds, in their order; each stands behind the one before. */
static enum ledger_result recover_dead(struct ledger *ledger, enum statement which,
                                       const struct blame *blame)
{
    struct ledger_owner owner = {.pid = INT64_MIN};
    for (;;) {
        sqlite3_stmt *row = sqlite_bind(
            ledger, which, VALUES(NUMBER(owner.pid), NUMBER(owner.start), TEXT(owner.boot_id)));
        enum ledger_result result = sqlite_step(ledger, row);
        if (result != LEDGER_OK)
            return result == LEDGER_NONE ? LEDGER_OK : result;
        sqlite_owner(row, &owner);
        sqlite3_reset(row);
        if (!ledger_owner_lives(&owner))
            result = recover_one(ledger, &owner, blame);
        if (result != LEDGER_OK)
            return result;
    }
}

enum ledger_result ledger_recover(struct ledger *ledger, const struct ledger_owner *owner,
                                  bool blame, const char *module, const char *stage)
{
    const struct blame how = {blame, module, stage};
    enum ledger_result result = sqlite_begin(ledger);
    if (result == LEDGER_OK && owner)
        result = recover_one(ledger, owner, &how);
    if (result == LEDGER_OK && !owner)
        result = recover_dead(ledger, OWNER_OF_JOB, &how);
    if (result == LEDGER_OK && !owner)
        result = recover_dead(ledger, OWNER_OF_PART, &how);
    return sqlite_end(ledger, result);
}
