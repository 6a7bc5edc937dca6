/* SPDX-License-Identifier: ISC */
/*
 * The tables, and how an older file becomes a present one.  Indices on states that are left again
 * are partial, so that what is settled costs no look-up anything; final states are counted by
 * triggers.  A mail's row stays for good: its key and hash are what makes a mail known.
 */
#include "agent/ledger/sqlite.h"

/* "w4ml": tells our files from others. */
#define APPLICATION_ID 0x77346d6c

// clang-format off
static const char schema_1[] =
    "CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO number VALUES ('token', 0);"

    "CREATE TABLE mail ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " account TEXT NOT NULL, mailbox TEXT NOT NULL,"
    " uidvalidity INTEGER NOT NULL, uid TEXT NOT NULL,"
    " size INTEGER NOT NULL, hash BLOB NOT NULL,"
    " UNIQUE (account, mailbox, uidvalidity, uid)) STRICT;"
    "CREATE INDEX mail_hash ON mail (hash);"
    "CREATE TABLE mail_bytes ("
    " mail INTEGER PRIMARY KEY REFERENCES mail (id),"
    " headers BLOB NOT NULL, bytes BLOB) STRICT;"

    "CREATE TABLE job ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " mail INTEGER NOT NULL REFERENCES mail (id), account TEXT NOT NULL,"
    " parent INTEGER, n INTEGER, target TEXT NOT NULL DEFAULT '',"
    " state TEXT NOT NULL DEFAULT 'claimed' CHECK (state IN"
    "  ('claimed', 'taken', 'answered', 'dropped', 'poison', 'settled')),"
    " created_at INTEGER NOT NULL, not_before INTEGER NOT NULL DEFAULT 0,"
    " settled_at INTEGER NOT NULL DEFAULT 0, kept INTEGER NOT NULL DEFAULT 1,"
    " attempts INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0,"
    " crash_module TEXT NOT NULL DEFAULT '', crash_stage TEXT NOT NULL DEFAULT '',"
    " rule TEXT NOT NULL DEFAULT '', token INTEGER NOT NULL DEFAULT 0,"
    " owner_pid INTEGER NOT NULL DEFAULT 0, owner_start INTEGER NOT NULL DEFAULT 0,"
    " owner_boot TEXT NOT NULL DEFAULT '', UNIQUE (parent, n)) STRICT;"
    "CREATE INDEX job_mail ON job (mail, settled_at);"
    "CREATE INDEX job_account ON job (account, id);"
    "CREATE INDEX job_due ON job (id, not_before, crashes, state)"
    " WHERE state = 'claimed' AND crashes < 2;"
    "CREATE INDEX job_due_of_account ON job (account, id, not_before, crashes, state)"
    " WHERE state = 'claimed' AND crashes < 2;"
    "CREATE INDEX job_due_alone ON job (id, not_before, account, crashes, state)"
    " WHERE state = 'claimed' AND crashes >= 2;"
    "CREATE INDEX job_live ON job (state, account, not_before)"
    " WHERE state IN ('claimed', 'taken', 'answered');"
    "CREATE INDEX job_owner ON job (owner_pid, owner_start, owner_boot) WHERE state = 'taken';"
    "CREATE INDEX job_to_settle ON job (account, id)"
    " WHERE settled_at = 0 AND state IN ('answered', 'dropped', 'poison');"
    "CREATE INDEX job_settled ON job (settled_at, id) WHERE settled_at > 0;"
    "CREATE INDEX job_kept ON job (settled_at, id) WHERE settled_at > 0 AND kept = 1;"

    "CREATE TABLE part ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " job INTEGER NOT NULL REFERENCES job (id), n INTEGER NOT NULL, account TEXT NOT NULL,"
    " message_id TEXT NOT NULL UNIQUE, sender TEXT NOT NULL, recipient TEXT NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'ready' CHECK (state IN"
    "  ('ready', 'submitting', 'in_doubt', 'accepted', 'never')),"
    " not_before INTEGER NOT NULL DEFAULT 0, in_doubt_since INTEGER NOT NULL DEFAULT 0,"
    " tries INTEGER NOT NULL DEFAULT 0, answer TEXT NOT NULL DEFAULT '',"
    " token INTEGER NOT NULL DEFAULT 0,"
    " owner_pid INTEGER NOT NULL DEFAULT 0, owner_start INTEGER NOT NULL DEFAULT 0,"
    " owner_boot TEXT NOT NULL DEFAULT '', UNIQUE (job, n)) STRICT;"
    "CREATE INDEX part_waiting ON part (account, job, n) WHERE state IN ('ready', 'in_doubt');"
    "CREATE INDEX part_live ON part (state, account, not_before)"
    " WHERE state IN ('ready', 'submitting', 'in_doubt');"
    "CREATE INDEX part_owner ON part (owner_pid, owner_start, owner_boot)"
    " WHERE state = 'submitting';"
    "CREATE TABLE part_bytes ("
    " part INTEGER PRIMARY KEY REFERENCES part (id), bytes BLOB NOT NULL) STRICT;"

    "CREATE TABLE total ("
    " account TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY (account, state)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER job_left AFTER UPDATE OF state ON job"
    " WHEN old.state IN ('dropped', 'poison', 'settled') BEGIN"
    " UPDATE total SET count = count - 1 WHERE account = old.account AND state = old.state; END;"
    "CREATE TRIGGER job_ended AFTER UPDATE OF state ON job"
    " WHEN new.state IN ('dropped', 'poison', 'settled') BEGIN"
    " INSERT INTO total VALUES (new.account, new.state, 1)"
    " ON CONFLICT (account, state) DO UPDATE SET count = count + 1; END;"
    "CREATE TRIGGER part_ended AFTER UPDATE OF state ON part"
    " WHEN new.state IN ('accepted', 'never') BEGIN"
    " INSERT INTO total VALUES (new.account, new.state, 1)"
    " ON CONFLICT (account, state) DO UPDATE SET count = count + 1; END;"

    "CREATE TABLE counter ("
    " id INTEGER PRIMARY KEY, who TEXT NOT NULL, kind TEXT NOT NULL, period INTEGER NOT NULL,"
    " total INTEGER NOT NULL, UNIQUE (who, kind, period)) STRICT;"
    "CREATE INDEX counter_period ON counter (period);"

    "CREATE TABLE memory ("
    " id INTEGER PRIMARY KEY, kind TEXT NOT NULL, who TEXT NOT NULL, name TEXT NOT NULL,"
    " expires INTEGER NOT NULL, value BLOB NOT NULL, UNIQUE (kind, who, name)) STRICT;"
    "CREATE INDEX memory_expires ON memory (expires) WHERE expires > 0;";
/* Work that waits is found by its time, what was never put off before it; what is remembered for
 * an answer knows its job. */
static const char schema_2[] =
    "DROP INDEX job_due; DROP INDEX job_due_of_account; DROP INDEX part_waiting;"
    "CREATE INDEX job_due ON job (not_before, id, crashes, state)"
    " WHERE state = 'claimed' AND crashes < 2;"
    "CREATE INDEX job_due_of_account ON job (account, not_before, id, crashes, state)"
    " WHERE state = 'claimed' AND crashes < 2;"
    "CREATE INDEX part_due ON part (account, not_before, id) WHERE state = 'ready';"
    "CREATE INDEX part_doubt ON part (account, in_doubt_since, id) WHERE state = 'in_doubt';"
    "ALTER TABLE memory ADD COLUMN job INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX memory_job ON memory (job, expires) WHERE job > 0;";
/* What is done about a part in doubt, and how often it was tried. */
static const char schema_3[] =
    "ALTER TABLE part ADD COLUMN resent INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE part ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;";
// clang-format on

/* migrations[v] brings a file of version v to v + 1. */
static const char *const migrations[] = {schema_1, schema_2, schema_3};
enum { SCHEMA_VERSION = sizeof migrations / sizeof *migrations };

static enum ledger_result refuse(struct ledger *ledger, const char *what)
{
    fault_set(&ledger->fault, FAULT_LEDGER, NULL, "%s %s", ledger->path, what);
    return LEDGER_CORRUPT;
}

enum ledger_result sqlite_check_file(struct ledger *ledger)
{
    int64_t id = 0, version = 0, tables = 0;
    enum ledger_result result = sqlite_ask(ledger, "PRAGMA application_id", &id);
    if (result == LEDGER_OK)
        result = sqlite_ask(ledger, "PRAGMA user_version", &version);
    if (result == LEDGER_OK)
        result = sqlite_ask(ledger, "SELECT count(*) FROM sqlite_schema", &tables);
    if (result != LEDGER_OK)
        return result;
    if (id != APPLICATION_ID && (id != 0 || version != 0 || tables != 0))
        return refuse(ledger, "is not a ledger of www4mail; move it away, or name another state "
                              "directory");
    if (version < 0 || version > SCHEMA_VERSION)
        return refuse(ledger, "was written by a later version of www4mail; install that version, "
                              "or name another state directory");
    return LEDGER_OK;
}

static enum ledger_result apply(struct ledger *ledger, int64_t version)
{
    enum ledger_result result = sqlite_execute(ledger, migrations[version]);
    if (result != LEDGER_OK)
        return result;
    char *text = sqlite3_mprintf("PRAGMA user_version = %d; PRAGMA application_id = %d",
                                 (int)version + 1, APPLICATION_ID);
    result = text ? sqlite_execute(ledger, text) : sqlite_no_memory(ledger);
    sqlite3_free(text);
    return result;
}

enum ledger_result sqlite_migrate(struct ledger *ledger)
{
    int64_t version;
    enum ledger_result result = sqlite_ask(ledger, "PRAGMA user_version", &version);
    if (result != LEDGER_OK || version == SCHEMA_VERSION)
        return result;
    /* Asked again inside the transaction: another process may have been first. */
    result = sqlite_begin(ledger);
    if (result != LEDGER_OK)
        return result;
    result = sqlite_ask(ledger, "PRAGMA user_version", &version);
    while (result == LEDGER_OK && version < SCHEMA_VERSION)
        result = apply(ledger, version++);
    return sqlite_end(ledger, result);
}
