/* SPDX-License-Identifier: ISC */
/*
 * What SQLite would take for new or empty although something was kept: a ledger that is gone or cut
 * to nothing, a write-ahead log whose head is damaged.  To begin anew is to answer old mails again,
 * so that is left to the operator.  `ledger.lock` has a word in it once a ledger was made.
 */
#include "agent/base/file.h"
#include "agent/ledger/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* With its tables a ledger is larger than that, whatever the size of its pages. */
enum { LEAST_BYTES = 4096, LOG_HEAD_BYTES = 32, LOG_HEAD_WORDS = 6 };

static const char mark[] = "kept\n";

enum ledger_result sqlite_check_kept(struct ledger *ledger, int directory)
{
    struct stat info;
    int64_t marked = file_size(ledger->lock);
    bool missing = fstatat(directory, "ledger.db", &info, 0) != 0;
    if (marked <= 0 || (missing && errno != ENOENT))
        return LEDGER_OK;
    if (!missing && (info.st_size >= LEAST_BYTES || !S_ISREG(info.st_mode)))
        return LEDGER_OK;
    fault_set(&ledger->fault, FAULT_LEDGER, NULL,
              "ledger %s is %s, and there was one: restore it from a backup; to begin anew, and "
              "perhaps answer old mails again, remove ledger.lock beside it",
              ledger->path, missing ? "gone" : "cut off");
    return LEDGER_CORRUPT;
}

enum ledger_result sqlite_mark_kept(struct ledger *ledger)
{
    if (file_size(ledger->lock) > 0)
        return LEDGER_OK;
    ssize_t done = pwrite(ledger->lock, mark, sizeof mark - 1, 0);
    if (done == (ssize_t)sizeof mark - 1)
        return LEDGER_OK;
    int error = done < 0 ? errno : ENOSPC;
    bool full = error == ENOSPC || error == EDQUOT;
    fault_set(&ledger->fault, full ? FAULT_DISK_FULL : FAULT_IO, NULL,
              "ledger.lock beside %s cannot be written: %s", ledger->path, strerror(error));
    return full ? LEDGER_FULL : LEDGER_ERROR;
}

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t little_endian(const unsigned char *at)
{
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* The head as SQLite's file format has it: a magic number, whose last bit tells the order of bytes
 * in the sum, and behind five more words their sum. */
static bool head_is_sound(const unsigned char head[LOG_HEAD_BYTES])
{
    uint32_t magic = big_endian(head), one = 0, two = 0;
    if ((magic & ~1U) != 0x377f0682)
        return false;
    uint32_t (*word)(const unsigned char *) = magic & 1 ? big_endian : little_endian;
    for (int i = 0; i < LOG_HEAD_WORDS; i += 2) {
        one += word(head + 4 * (size_t)i) + two;
        two += word(head + 4 * (size_t)i + 4) + one;
    }
    return big_endian(head + 24) == one && big_endian(head + 28) == two;
}

enum ledger_result sqlite_check_log(struct ledger *ledger, int directory)
{
    static const unsigned char zeros[LOG_HEAD_BYTES];
    unsigned char head[LOG_HEAD_BYTES];
    int fd = openat(directory, "ledger.db-wal", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return LEDGER_OK; /* SQLite tells what is wrong with it */
    bool whole = file_read_all(fd, head, sizeof head);
    close(fd);
    /* Power that failed before the head was on disk leaves less of it, or zeros: then nothing behind
     * it was ever committed. */
    if (!whole || memcmp(head, zeros, sizeof head) == 0 || head_is_sound(head))
        return LEDGER_OK;
    fault_set(&ledger->fault, FAULT_LEDGER, NULL,
              "ledger %s: its write-ahead log, ledger.db-wal, is damaged: stop the agent, keep a "
              "copy of all files of that name, and restore them from a backup; to go on without "
              "what was done last, and perhaps answer those mails again, remove the log",
              ledger->path);
    return LEDGER_CORRUPT;
}
