/* SPDX-License-Identifier: ISC */
/*
 * The check after an unclean stop: table by table, what live work stands in first, and for a
 * bounded time, because years of settled jobs must not delay a start.  Damage in what was not
 * reached is found when it is touched; the chains of stored bytes are followed in small files only.
 */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"

#include <string.h>

enum { CHECK_MS = 3000, STEPS_BETWEEN = 10000 };
#define SMALL_BYTES ((int64_t)256 << 20)

static const struct {
    const char *name;
    bool bytes;
} tables[] = {{"number", false}, {"total", false},     {"job", false},
              {"part", false},   {"counter", false},   {"memory", false},
              {"mail", false},   {"mail_bytes", true}, {"part_bytes", true}};

static int is_late(void *deadline)
{
    return clock_left_ms(*(int64_t *)deadline) == 0;
}

static enum ledger_result damaged(struct ledger *ledger, const char *said)
{
    fault_set(&ledger->fault, FAULT_LEDGER, NULL,
              "ledger %s is damaged (%s); stop the agent, keep a copy of the file, and restore it "
              "from a backup or with: sqlite3 %s .recover",
              ledger->path, said ? said : "no answer", ledger->path);
    return LEDGER_CORRUPT;
}

static enum ledger_result check_table(struct ledger *ledger, const char *name)
{
    char text[64];
    sqlite3_stmt *statement = NULL;
    sqlite3_snprintf(sizeof text, text, "PRAGMA quick_check(%s)", name);
    int code = sqlite3_prepare_v2(ledger->db, text, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    enum ledger_result result = LEDGER_OK;
    const char *said = code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : "";
    if (code != SQLITE_ROW && code != SQLITE_INTERRUPT)
        result = sqlite_failed(ledger, code, "check itself");
    else if (code == SQLITE_ROW && (!said || strcmp(said, "ok") != 0))
        result = damaged(ledger, said);
    sqlite3_finalize(statement);
    return result;
}

enum ledger_result sqlite_quick_check(struct ledger *ledger)
{
    int64_t deadline = clock_monotonic_ms() + CHECK_MS, pages = 0, size = 0;
    enum ledger_result result = sqlite_ask(ledger, "PRAGMA page_count", &pages);
    if (result == LEDGER_OK)
        result = sqlite_ask(ledger, "PRAGMA page_size", &size);
    sqlite3_progress_handler(ledger->db, STEPS_BETWEEN, is_late, &deadline);
    for (size_t i = 0; result == LEDGER_OK && i < sizeof tables / sizeof *tables; i++)
        if (!is_late(&deadline) && (!tables[i].bytes || pages * size < SMALL_BYTES))
            result = check_table(ledger, tables[i].name);
    sqlite3_progress_handler(ledger->db, 0, NULL, NULL);
    /* The log stays, so that the next one to open checks again. */
    if (result != LEDGER_OK)
        sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return result;
}
