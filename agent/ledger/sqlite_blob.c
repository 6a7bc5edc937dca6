/* SPDX-License-Identifier: ISC */
/* Bytes of mails and parts, streamed between files and the ledger: never held whole. */
#include "agent/base/file.h"
#include "agent/ledger/sqlite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

/* Exactly `len` bytes from `offset`; false with errno 0 when the file ends before. */
static bool read_at(int fd, char *bytes, size_t len, uint64_t offset)
{
    while (len > 0) {
        ssize_t got = pread(fd, bytes, len, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            if (got == 0)
                errno = 0;
            return false;
        }
        bytes += got;
        offset += (uint64_t)got;
        len -= (size_t)got;
    }
    return true;
}

static enum ledger_result no_bytes(struct ledger *ledger, const char *table, const char *what)
{
    fault_set(&ledger->fault, FAULT_IO, NULL, "ledger %s: %s: the file %s: %s", ledger->path, table,
              what, errno ? strerror(errno) : "it is shorter than its size was told");
    return LEDGER_ERROR;
}

static size_t chunk_of(uint64_t left)
{
    return left < CHUNK ? (size_t)left : CHUNK;
}

enum ledger_result sqlite_write_bytes(struct ledger *ledger, const char *table, int64_t row, int fd,
                                      uint64_t offset, uint64_t size)
{
    char chunk[CHUNK];
    sqlite3_blob *blob = NULL;
    int code = sqlite3_blob_open(ledger->db, "main", table, "bytes", row, 1, &blob);
    enum ledger_result result = LEDGER_OK;
    for (uint64_t done = 0; code == SQLITE_OK && result == LEDGER_OK && done < size;) {
        size_t len = chunk_of(size - done);
        if (!read_at(fd, chunk, len, offset + done))
            result = no_bytes(ledger, table, "cannot be read");
        else
            code = sqlite3_blob_write(blob, chunk, (int)len, (int)done);
        done += len;
    }
    if (code != SQLITE_OK)
        result = sqlite_failed(ledger, code, "write bytes");
    sqlite3_blob_close(blob);
    return result;
}

/* A row whose `bytes` is NULL gives the same error as no row at all. */
enum ledger_result sqlite_read_bytes(struct ledger *ledger, const char *table, int64_t row, int fd,
                                     uint64_t *size_out)
{
    char chunk[CHUNK];
    sqlite3_blob *blob = NULL;
    int code = sqlite3_blob_open(ledger->db, "main", table, "bytes", row, 0, &blob);
    if (code == SQLITE_ERROR)
        return LEDGER_NONE;
    uint64_t size = code == SQLITE_OK ? (uint64_t)sqlite3_blob_bytes(blob) : 0;
    enum ledger_result result = LEDGER_OK;
    for (uint64_t done = 0; code == SQLITE_OK && result == LEDGER_OK && done < size;) {
        size_t len = chunk_of(size - done);
        code = sqlite3_blob_read(blob, chunk, (int)len, (int)done);
        if (code == SQLITE_OK && !file_write_all(fd, chunk, len))
            result = no_bytes(ledger, table, "cannot be written");
        done += len;
    }
    if (code != SQLITE_OK)
        result = sqlite_failed(ledger, code, "read bytes");
    sqlite3_blob_close(blob);
    *size_out = size;
    return result;
}
