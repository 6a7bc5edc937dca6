/* SPDX-License-Identifier: ISC */
/* Every row of every table of a ledger as one number. */
#include "test/unit/ledger_acts.h"

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3); /* FNV-1a */
    return hash;
}

static uint64_t mix_table(sqlite3 *db, const char *table, uint64_t hash)
{
    char text[128];
    sqlite3_stmt *rows;
    snprintf(text, sizeof text, "SELECT * FROM \"%s\" ORDER BY 1, 2", table);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &rows, NULL), SQLITE_OK);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        for (int column = 0; column < sqlite3_column_count(rows); column++) {
            int len = sqlite3_column_bytes(rows, column);
            hash = mix(hash, &len, sizeof len);
            hash = mix(hash, sqlite3_column_blob(rows, column), (size_t)len);
        }
    assert_int_equal(code, SQLITE_DONE);
    sqlite3_finalize(rows);
    return hash;
}

uint64_t ledger_state_of(struct bench *bench)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    sqlite3 *db = bench->ledger->db;
    sqlite3_stmt *tables;
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                        " AND name NOT LIKE 'sqlite_%' ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW)
        hash = mix_table(db, (const char *)sqlite3_column_text(tables, 0), hash);
    sqlite3_finalize(tables);
    return hash;
}
