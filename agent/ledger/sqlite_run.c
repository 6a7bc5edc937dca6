/* SPDX-License-Identifier: ISC */
/* Transactions, statements and errors of the SQLite ledger. */
#include "agent/ledger/sqlite.h"

#include <errno.h>
#include <string.h>

/* A write that failed for want of room, also when it is a quota or a file size limit that ends. */
static bool is_full(sqlite3 *db, int code)
{
    if ((code & 0xff) == SQLITE_FULL)
        return true;
    int error = sqlite3_system_errno(db);
    return ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN) &&
           (error == ENOSPC || error == EDQUOT || error == EFBIG);
}

static enum ledger_result not_opened(struct ledger *ledger)
{
    int error = sqlite3_system_errno(ledger->db);
    fault_set(&ledger->fault, fault_of_error(error, FAULT_LEDGER), NULL,
              "ledger %s cannot be opened: %s; it must be a file that this user may read and write",
              ledger->path, error ? strerror(error) : sqlite3_errmsg(ledger->db));
    return LEDGER_ERROR;
}

enum ledger_result sqlite_failed(struct ledger *ledger, int code, const char *what)
{
    const char *path = ledger->path, *said = sqlite3_errmsg(ledger->db);
    if (is_full(ledger->db, code)) {
        fault_set(&ledger->fault, FAULT_DISK_FULL, NULL,
                  "ledger %s: no room on the disk while it should %s; make room there", path, what);
        return LEDGER_FULL;
    }
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        fault_set(&ledger->fault, FAULT_IO, NULL,
                  "ledger %s: another process held it for too long to %s", path, what);
        return LEDGER_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        fault_set(&ledger->fault, FAULT_LEDGER, NULL,
                  "ledger %s is damaged (%s); stop the agent, keep a copy of the file, and restore "
                  "it from a backup or with: sqlite3 %s .recover",
                  path, said, path);
        return LEDGER_CORRUPT;
    case SQLITE_NOMEM:
        return sqlite_no_memory(ledger);
    case SQLITE_CANTOPEN:
        return not_opened(ledger);
    case SQLITE_IOERR:
        fault_set(&ledger->fault, FAULT_IO, NULL, "ledger %s: %s failed: %s (%s)", path, what, said,
                  strerror(sqlite3_system_errno(ledger->db)));
        return LEDGER_ERROR;
    default:
        fault_set(&ledger->fault, FAULT_LEDGER, NULL, "ledger %s: %s failed: %s", path, what, said);
        return LEDGER_ERROR;
    }
}

enum ledger_result sqlite_no_memory(struct ledger *ledger)
{
    fault_set(&ledger->fault, FAULT_MEMORY, NULL, "ledger %s: memory is short", ledger->path);
    return LEDGER_ERROR;
}

enum ledger_result sqlite_execute(struct ledger *ledger, const char *text)
{
    int code = sqlite3_exec(ledger->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? LEDGER_OK : sqlite_failed(ledger, code, text);
}

enum ledger_result sqlite_ask(struct ledger *ledger, const char *text, int64_t *number_out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(ledger->db, text, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    *number_out = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    enum ledger_result result = code == SQLITE_ROW    ? LEDGER_OK
                                : code == SQLITE_DONE ? LEDGER_NONE
                                                      : sqlite_failed(ledger, code, text);
    sqlite3_finalize(statement);
    return result;
}

static enum ledger_result begin(struct ledger *ledger, const char *text)
{
    fault_clear(&ledger->fault);
    ledger->failed = LEDGER_OK;
    int code = sqlite3_exec(ledger->db, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? LEDGER_OK : sqlite_failed(ledger, code, "begin");
}

enum ledger_result sqlite_begin(struct ledger *ledger)
{
    return begin(ledger, "BEGIN IMMEDIATE");
}

enum ledger_result sqlite_begin_read(struct ledger *ledger)
{
    return begin(ledger, "BEGIN");
}

enum ledger_result sqlite_end(struct ledger *ledger, enum ledger_result result)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        if (ledger->statements[i])
            sqlite3_reset(ledger->statements[i]);
    if (result == LEDGER_OK || result == LEDGER_ALREADY) {
        int code = sqlite3_exec(ledger->db, "COMMIT", NULL, NULL, NULL);
        if (code != SQLITE_OK)
            result = sqlite_failed(ledger, code, "commit");
    }
    /* Some errors have ended the transaction already. */
    if (!sqlite3_get_autocommit(ledger->db)) {
        sqlite3_step(ledger->statements[ROLLBACK]);
        sqlite3_reset(ledger->statements[ROLLBACK]);
    }
    return result;
}

static int bind_value(sqlite3_stmt *statement, int at, const struct value *value)
{
    const char *bytes = value->bytes.at ? value->bytes.at : "";
    switch (value->kind) {
    case VALUE_NUMBER:
        return sqlite3_bind_int64(statement, at, value->number);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, at, bytes, value->bytes.len, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(statement, at, bytes, value->bytes.len, SQLITE_STATIC);
    case VALUE_ZEROS:
        return sqlite3_bind_zeroblob64(statement, at, (sqlite3_uint64)value->number);
    case VALUE_NULL:
    default:
        break;
    }
    return sqlite3_bind_null(statement, at);
}

sqlite3_stmt *sqlite_bind(struct ledger *ledger, enum statement which, const struct value *values,
                          size_t count)
{
    int code = SQLITE_OK;
    sqlite3_stmt *statement = ledger->statements[which];
    if (!statement)
        code = sqlite3_prepare_v3(ledger->db, sqlite_text_of(which), -1, SQLITE_PREPARE_PERSISTENT,
                                  &ledger->statements[which], NULL);
    else
        sqlite3_reset(statement);
    statement = ledger->statements[which];
    for (size_t i = 0; code == SQLITE_OK && i < count; i++)
        code = bind_value(statement, (int)i + 1, &values[i]);
    if (code == SQLITE_OK)
        return statement;
    ledger->failed = sqlite_failed(ledger, code, sqlite_text_of(which));
    return NULL;
}

enum ledger_result sqlite_step(struct ledger *ledger, sqlite3_stmt *statement)
{
    if (!statement)
        return ledger->failed;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return LEDGER_OK;
    if (code == SQLITE_DONE)
        return LEDGER_NONE;
    return sqlite_failed(ledger, code, sqlite3_sql(statement));
}

enum ledger_result sqlite_run(struct ledger *ledger, enum statement which,
                              const struct value *values, size_t count)
{
    enum ledger_result result = sqlite_step(ledger, sqlite_bind(ledger, which, values, count));
    return result == LEDGER_NONE ? LEDGER_OK : result;
}

enum ledger_result sqlite_change(struct ledger *ledger, enum statement which,
                                 const struct value *values, size_t count)
{
    enum ledger_result result = sqlite_run(ledger, which, values, count);
    return result == LEDGER_OK && sqlite3_changes64(ledger->db) == 0 ? LEDGER_NONE : result;
}

enum ledger_result sqlite_number(struct ledger *ledger, enum statement which,
                                 const struct value *values, size_t count, int64_t *number_out)
{
    sqlite3_stmt *statement = sqlite_bind(ledger, which, values, count);
    enum ledger_result result = sqlite_step(ledger, statement);
    *number_out = result == LEDGER_OK ? sqlite3_column_int64(statement, 0) : 0;
    if (statement)
        sqlite3_reset(statement);
    return result;
}

bool sqlite_column_span(struct arena *arena, sqlite3_stmt *statement, int column,
                        struct span *span_out)
{
    /* The bytes first: they decide the form the length is counted in. */
    const char *bytes = sqlite3_column_blob(statement, column);
    size_t len = (size_t)sqlite3_column_bytes(statement, column);
    *span_out = (struct span){arena_copy_span(arena, (struct span){bytes, len}), len};
    return span_out->at != NULL;
}

const char *sqlite_column(struct arena *arena, sqlite3_stmt *statement, int column)
{
    struct span text;
    return sqlite_column_span(arena, statement, column, &text) ? text.at : NULL;
}

enum ledger_result sqlite_list(struct ledger *ledger, enum statement which,
                               const struct value *values, size_t count,
                               const struct sqlite_list *list, size_t *count_out)
{
    size_t found = 0;
    sqlite3_stmt *row = NULL;
    enum ledger_result result = sqlite_begin_read(ledger);
    if (result == LEDGER_OK)
        row = sqlite_bind(ledger, which, values, count);
    while (result == LEDGER_OK && found < list->max) {
        result = sqlite_step(ledger, row);
        if (result == LEDGER_OK &&
            !list->read(row, list->arena, (char *)list->elements + found++ * list->size))
            result = sqlite_no_memory(ledger);
    }
    result = sqlite_end(ledger, result == LEDGER_NONE ? LEDGER_OK : result);
    *count_out = result == LEDGER_OK ? found : 0;
    return result;
}
