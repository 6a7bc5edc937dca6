/* SPDX-License-Identifier: ISC */
/*
 * sqlite: what the sources of the SQLite ledger share, and nobody else includes (their tests do).
 *
 * Each call of ledger.h is begin, some statements, end.  A statement is named in enum statement,
 * prepared at first use and kept in the handle; its text stands in sqlite_sql.c.  An error of
 * SQLite becomes a ledger_result and a fault in one place, sqlite_failed.
 */
#ifndef WWW4MAIL_AGENT_LEDGER_SQLITE_H
#define WWW4MAIL_AGENT_LEDGER_SQLITE_H

#include "agent/ledger/ledger.h"

#include <sqlite3.h>

enum statement {
    ROLLBACK, /* prepared at opening: taking back must not need memory */
    /* claiming */
    MAIL_KNOWN,
    MAIL_SAME_BYTES,
    MAIL_MOVED,
    MAIL_ADD,
    MAIL_ADD_BYTES,
    JOB_ADD,
    /* working */
    TOKEN_NEXT,
    JOB_DUE,
    JOB_DUE_OF_ACCOUNT,
    JOB_DUE_ALONE,
    JOB_TAKE,
    JOB_READ,
    JOB_MAIL,
    JOB_ANSWERED,
    JOB_DROP,
    JOB_RETRY,
    JOB_POISON,
    JOB_SPAWN,
    JOB_HELD,
    /* submitting and settling */
    PART_ADD,
    PART_ADD_BYTES,
    PART_NEXT,
    PART_SUBMITTING,
    PART_REPEATING,
    PART_FINAL,
    PART_AGAIN,
    PART_IN_DOUBT,
    PART_DOUBTS,
    PART_DOUBTS_OF_ACCOUNT,
    PART_RESOLVE,
    PART_LOOKED,
    PART_OURS,
    SETTLE_LIST,
    SETTLE,
    SETTLE_SPAWNED,
    SETTLE_MEMORY,
    /* recovering */
    OWNER_OF_JOB,
    OWNER_OF_PART,
    RECOVER_JOBS,
    RECOVER_PARTS,
    /* counting and remembering */
    COUNTER_ADD,
    COUNTER_READ,
    MEMORY_SET,
    MEMORY_GET,
    /* telling */
    COUNT_JOBS,
    COUNT_PARTS,
    COUNT_TOTALS,
    WORK_OUTSTANDING,
    LIST,
    LIST_OF_ACCOUNT,
    /* cleaning */
    PURGE_OLD,
    PURGE_OLDEST_KEPT,
    PURGE_PART_BYTES,
    PURGE_PARTS,
    PURGE_MAIL_BYTES,
    PURGE_JOB,
    PURGE_MARK_JOB,
    PURGE_MEMORY,
    PURGE_COUNTERS,
    /* accounts and clocks that changed */
    ACCOUNTS_OWING,
    ACCOUNT_KNOWN,
    RENAME_MAILS,
    RENAME_JOBS,
    RENAME_PARTS,
    RENAME_TOTALS,
    RENAME_TOTALS_GONE,
    FORGET_PARTS,
    FORGET_JOBS,
    FORGET_ENDED_JOBS,
    TIMES_WRONG,
    MEND_JOBS,
    MEND_PARTS,
    MEND_DOUBTS,
    STATEMENT_COUNT
};

struct ledger {
    sqlite3 *db;
    int lock; /* `ledger.lock`, held shared while open: who gets it alone was the last to come */
    char *path;
    struct fault fault;
    enum ledger_result failed; /* of a statement that could not be prepared or bound */
    sqlite3_stmt *statements[STATEMENT_COUNT];
};

const char *sqlite_text_of(enum statement which);

/* ---- sqlite_schema.c ---- */

/* Refuses what is not ours, or is of a later version.  Only reads. */
enum ledger_result sqlite_check_file(struct ledger *ledger);
/* Brings the file from its user_version to the present one. */
enum ledger_result sqlite_migrate(struct ledger *ledger);

/* ---- sqlite_check.c ---- */

/* CORRUPT when something is found; OK also when the time for it was not enough for all. */
enum ledger_result sqlite_quick_check(struct ledger *ledger);

/* ---- sqlite_lost.c: what SQLite would take for new or empty ---- */

/* CORRUPT when the file is gone or empty although there was one. */
enum ledger_result sqlite_check_kept(struct ledger *ledger, int directory);
/* From now on there was one. */
enum ledger_result sqlite_mark_kept(struct ledger *ledger);
/* CORRUPT when a log that was left behind has no sound head. */
enum ledger_result sqlite_check_log(struct ledger *ledger, int directory);

/* ---- sqlite_run.c: transactions, statements, errors ---- */

enum ledger_result sqlite_begin(struct ledger *ledger);      /* to write: waits for the lock */
enum ledger_result sqlite_begin_read(struct ledger *ledger); /* one view, no lock */
/* Commits when `result` is OK or ALREADY, else takes all back.  Gives the final result. */
enum ledger_result sqlite_end(struct ledger *ledger, enum ledger_result result);

/* One text without parameters (PRAGMA, schema). */
enum ledger_result sqlite_execute(struct ledger *ledger, const char *text);
/* The first number a query gives. */
enum ledger_result sqlite_ask(struct ledger *ledger, const char *text, int64_t *number_out);

struct value {
    enum { VALUE_NUMBER, VALUE_TEXT, VALUE_BYTES, VALUE_ZEROS, VALUE_NULL } kind;
    int64_t number; /* of zeros: how many */
    struct span bytes;
};

#define NUMBER(value)                                                                              \
    {                                                                                              \
        .kind = VALUE_NUMBER, .number = (value)                                                    \
    }
#define TEXT(text)                                                                                 \
    {                                                                                              \
        .kind = VALUE_TEXT, .bytes = span_of(text)                                                 \
    }
#define TEXT_OF(span)                                                                              \
    {                                                                                              \
        .kind = VALUE_TEXT, .bytes = (span)                                                        \
    }
#define BYTES(span)                                                                                \
    {                                                                                              \
        .kind = VALUE_BYTES, .bytes = (span)                                                       \
    }
#define ZEROS(count)                                                                               \
    {                                                                                              \
        .kind = VALUE_ZEROS, .number = (int64_t)(count)                                            \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        .kind = VALUE_NULL                                                                         \
    }
#define VALUES(...)                                                                                \
    (const struct value[]){__VA_ARGS__},                                                           \
        sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)

/* The statement, reset, with these values bound to ?1, ?2 ...; never NULL-checked by callers:
 * sqlite_step tells what went wrong here. */
sqlite3_stmt *sqlite_bind(struct ledger *ledger, enum statement which, const struct value *values,
                          size_t count);
/* OK: a row stands; NONE: no more. */
enum ledger_result sqlite_step(struct ledger *ledger, sqlite3_stmt *statement);
/* Binds and runs a statement that gives no rows.  OK. */
enum ledger_result sqlite_run(struct ledger *ledger, enum statement which,
                              const struct value *values, size_t count);
/* The same; NONE when no row was changed. */
enum ledger_result sqlite_change(struct ledger *ledger, enum statement which,
                                 const struct value *values, size_t count);
/* Binds and gives the number in the first row; NONE when there is none. */
enum ledger_result sqlite_number(struct ledger *ledger, enum statement which,
                                 const struct value *values, size_t count, int64_t *number_out);

/* A list for people or for a round of work: what a row becomes, and where it goes. */
struct sqlite_list {
    /* Fills an element from the row; false when the arena is full. */
    bool (*read)(sqlite3_stmt *row, struct arena *arena, void *element);
    struct arena *arena;
    void *elements;
    size_t size, max; /* of an element; how many there may be */
};

/* A whole call: the rows that `which` gives with these values, as far as there is room for them.
 * *count_out says how many, 0 unless the result is OK. */
enum ledger_result sqlite_list(struct ledger *ledger, enum statement which,
                               const struct value *values, size_t count,
                               const struct sqlite_list *list, size_t *count_out);

/* States what SQLite said last while doing `what`. */
enum ledger_result sqlite_failed(struct ledger *ledger, int code, const char *what);
/* Out of memory in the caller's arena or ours. */
enum ledger_result sqlite_no_memory(struct ledger *ledger);

/* Columns copied into the arena; NULL when that is full. */
const char *sqlite_column(struct arena *arena, sqlite3_stmt *statement, int column);
bool sqlite_column_span(struct arena *arena, sqlite3_stmt *statement, int column,
                        struct span *span_out);

/* ---- sqlite_blob.c: bytes in and out, 64 KB at a time ---- */

/* Fills the zeros of `table`.bytes at `row` from a file, from `offset` on. */
enum ledger_result sqlite_write_bytes(struct ledger *ledger, const char *table, int64_t row, int fd,
                                      uint64_t offset, uint64_t size);
/* NONE when there is no such row or it holds no bytes. */
enum ledger_result sqlite_read_bytes(struct ledger *ledger, const char *table, int64_t row, int fd,
                                     uint64_t *size_out);

/* ---- steps that several calls have in common, inside a transaction ---- */

/* Reads pid, start and boot id from the first three columns. */
void sqlite_owner(sqlite3_stmt *row, struct ledger_owner *owner_out);
enum ledger_result sqlite_next_token(struct ledger *ledger, int64_t *token_out);
enum ledger_result sqlite_add_part(struct ledger *ledger, int64_t job, int n,
                                   const struct ledger_part *part);
/* `job`: what is remembered for its answer; 0 for none's. */
enum ledger_result sqlite_set_memory(struct ledger *ledger, const struct ledger_memory *memory,
                                     int64_t job);
enum ledger_result sqlite_add_count(struct ledger *ledger, const struct ledger_charge *charge,
                                    int64_t *total_out);
/* A spawned job has no mail of its own in a mailbox: it is settled as soon as nothing is owed. */
enum ledger_result sqlite_settle_spawned(struct ledger *ledger, int64_t job);
/* As much of what a carrier said as is kept with a part. */
struct span sqlite_answer(const char *text);

#endif
