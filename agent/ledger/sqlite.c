/* SPDX-License-Identifier: ISC */
/*
 * Opening and closing the SQLite ledger.  Every open handle holds `ledger.lock` shared.  One that
 * gets it alone is the first since the last close; when it then finds a write-ahead log that no
 * close has cleared away, the agent was not stopped cleanly, and the file is checked before use.
 */
#include "agent/base/clock.h"
#include "agent/ledger/sqlite.h"
#include "agent/ledger/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 10000, PAUSE_MS = 1 };

static const char *const pragmas[] = {
    "PRAGMA journal_mode = WAL",  "PRAGMA synchronous = FULL",           "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -1024",  "PRAGMA journal_size_limit = 4194304", "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
};

static enum ledger_result io_fault(struct fault *fault, const char *state, const char *name)
{
    bool full = errno == ENOSPC || errno == EDQUOT;
    fault_set(fault, full ? FAULT_DISK_FULL : FAULT_IO, NULL, "%s/%s: %s", state, name,
              strerror(errno));
    return full ? LEDGER_FULL : LEDGER_ERROR;
}

/* Alone if possible, else shared with others once none is alone; waits for one that checks. */
static bool lock_file(int fd, bool *alone_out)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    int64_t deadline = clock_monotonic_ms() + WAIT_MS;
    for (;;) {
        *alone_out = flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (*alone_out || flock(fd, LOCK_SH | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK || clock_left_ms(deadline) == 0)
            return false;
        nanosleep(&pause, NULL);
    }
}

/* Makes the file private before SQLite opens it; its companions get the same mode. */
static bool make_file(int directory)
{
    int fd = openat(directory, "ledger.db", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST;
    return close(fd) == 0 && fsync(directory) == 0;
}

static enum ledger_result open_database(struct ledger *ledger)
{
    int code = sqlite3_open_v2(
        ledger->path, &ledger->db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
    if (code != SQLITE_OK)
        return sqlite_failed(ledger, code, "open");
    /* A file that cannot be opened for writing is opened for reading by SQLite, without a word. */
    if (sqlite3_db_readonly(ledger->db, "main") != 0)
        return sqlite_failed(ledger, SQLITE_CANTOPEN, "open");
    sqlite3_extended_result_codes(ledger->db, 1);
    sqlite3_busy_timeout(ledger->db, WAIT_MS);
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* Before anything is set: a file that is not ours is left as it is. */
    int64_t wal;
    enum ledger_result result = sqlite_check_file(ledger);
    /* Only a new file: said to an old one, even the same value is a write of its own. */
    int64_t pages = 0;
    if (result == LEDGER_OK)
        result = sqlite_ask(ledger, "PRAGMA page_count", &pages);
    if (result == LEDGER_OK && pages == 0)
        result = sqlite_execute(ledger, "PRAGMA auto_vacuum = INCREMENTAL");
    for (size_t i = 0; result == LEDGER_OK && i < sizeof pragmas / sizeof *pragmas; i++)
        result = sqlite_execute(ledger, pragmas[i]);
    if (result == LEDGER_OK)
        result = sqlite_ask(ledger, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &wal);
    if (result == LEDGER_OK && wal == 0) {
        fault_set(
            &ledger->fault, FAULT_CONFIG, NULL,
            "ledger %s: this disk cannot keep a write-ahead log; name another state directory",
            ledger->path);
        return LEDGER_ERROR;
    }
    return result;
}

/* The handle's parts in their order; what stands so far is closed by ledger_close. */
static enum ledger_result open_in(struct ledger *ledger, int directory, const char *state)
{
    struct fault *fault = &ledger->fault;
    bool alone;
    if (!state_check_disk(directory, state, fault))
        return LEDGER_ERROR;
    ledger->lock = openat(directory, "ledger.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (ledger->lock < 0)
        return io_fault(fault, state, "ledger.lock");
    if (!lock_file(ledger->lock, &alone)) {
        if (errno != EWOULDBLOCK)
            return io_fault(fault, state, "ledger.lock");
        fault_set(fault, FAULT_IO, NULL, "ledger %s is being checked by another process",
                  ledger->path);
        return LEDGER_BUSY;
    }
    struct stat log;
    bool unclean = alone && fstatat(directory, "ledger.db-wal", &log, 0) == 0 && log.st_size > 0;
    enum ledger_result result = sqlite_check_kept(ledger, directory);
    if (result == LEDGER_OK && unclean)
        result = sqlite_check_log(ledger, directory);
    if (result != LEDGER_OK)
        return result;
    if (!make_file(directory))
        return io_fault(fault, state, "ledger.db");
    result = open_database(ledger);
    if (result == LEDGER_OK && !sqlite_bind(ledger, ROLLBACK, NULL, 0))
        result = ledger->failed;
    if (result == LEDGER_OK && unclean)
        result = sqlite_quick_check(ledger);
    if (result == LEDGER_OK)
        result = sqlite_migrate(ledger);
    if (result == LEDGER_OK)
        result = sqlite_mark_kept(ledger);
    if (result == LEDGER_OK && alone && flock(ledger->lock, LOCK_SH) != 0)
        return io_fault(fault, state, "ledger.lock");
    return result;
}

/*
 * SQLite's table of locks is copied by fork, while the locks themselves stay with the parent.  A
 * child that opened the same file beside an inherited handle would believe in locks it does not
 * have, and could lose the file; so that is refused.
 */
static pid_t opener;
static int handles;

static bool may_open(struct fault *fault)
{
    if (handles > 0 && opener != getpid())
        return fault_set(fault, FAULT_INTERNAL, NULL,
                         "the ledger was open when this process was forked off; close it before");
    opener = getpid();
    return true;
}

enum ledger_result ledger_open(const char *state, struct ledger **ledger_out, struct fault *fault)
{
    *ledger_out = NULL;
    if (!may_open(fault))
        return LEDGER_ERROR;
    int directory = state_open(state, fault);
    if (directory < 0)
        return LEDGER_ERROR;
    struct ledger *ledger = calloc(1, sizeof *ledger);
    char *path = sqlite3_mprintf("%s/ledger.db", state);
    if (!ledger || !path) {
        fault_set(fault, FAULT_MEMORY, NULL, "memory is short");
        sqlite3_free(path);
        free(ledger);
        close(directory);
        return LEDGER_ERROR;
    }
    ledger->path = path;
    handles++;
    ledger->lock = -1;
    enum ledger_result result = open_in(ledger, directory, state);
    close(directory);
    if (result != LEDGER_OK) {
        fault_clear(fault);
        *fault = ledger->fault;
        ledger->fault = FAULT_INIT;
        ledger_close(&ledger);
    }
    *ledger_out = ledger;
    return result;
}

void ledger_close(struct ledger **ledger)
{
    struct ledger *closing = *ledger;
    if (!closing)
        return;
    *ledger = NULL;
    handles--;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(closing->statements[i]);
    sqlite3_close(closing->db);
    if (closing->lock >= 0)
        close(closing->lock);
    fault_clear(&closing->fault);
    sqlite3_free(closing->path);
    free(closing);
}

const struct fault *ledger_fault(const struct ledger *ledger)
{
    return &ledger->fault;
}
