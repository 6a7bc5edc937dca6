/* SPDX-License-Identifier: ISC */
/*
 * mbox: mails in a local spool file.  Takes the file as it is, lists all of its mails (the ledger
 * knows which are new), gives each without its From_ line and without quoting of "From ".  Holds
 * the locks only while it reads; what moved in between is RETRY.  Never writes into the file, but
 * empties it at close when that is asked for and every mail in it was settled by this session.
 */
#include "fetchers/mailbox/local.h"
#include "fetchers/mailbox/mbox_index.h"
#include "fetchers/mailbox/mbox_lines.h"
#include "fetchers/mailbox/mbox_lock.h"

#include "agent/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURNS = 4, MAX_LOCK_SECONDS = 3600 };

struct mbox {
    char *path, *name;
    int fd; /* -1 while there is no file */
    bool remove;
    int64_t wait_ms;
    struct mbox_index index;
    struct mbox_lock lock;
    char uid[MBOX_UID_SIZE]; /* of the key given out last */
};

static void state_free(struct mbox **state)
{
    struct mbox *mbox = *state;
    mbox_lock_release(&mbox->lock);
    mbox_index_free(&mbox->index);
    if (mbox->fd >= 0)
        close(mbox->fd);
    free(mbox->path);
    free(mbox->name);
    free(mbox);
    *state = NULL;
}

/* No file, yet its directory is there: a spool before its first mail, or after its last. */
static bool is_only_empty(const char *path)
{
    char parent[PATH_MAX];
    struct stat info;
    if (snprintf(parent, sizeof parent, "%s", path) >= (int)sizeof parent)
        return false;
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    return stat(slash ? parent : ".", &info) == 0 && S_ISDIR(info.st_mode);
}

/* PASS: there is no file now. */
static enum module_result open_file(struct call *call, struct mbox *mbox)
{
    struct stat info;
    int flags = mbox->remove ? O_RDWR : O_RDONLY;
    mbox->fd = open(mbox->path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (mbox->fd < 0 && errno == ENOENT && is_only_empty(mbox->path)) {
        www4mail_debug(call, "%s: there is no such file; taken as empty", mbox->path);
        return MODULE_PASS;
    }
    if (mbox->fd < 0 && errno == ELOOP)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "%s is a symbolic link: set `path` to the file itself", mbox->path);
    if (mbox->fd < 0 && errno != EISDIR && errno != ENXIO)
        return local_fault(call, errno, "open", mbox->path);
    if (mbox->fd >= 0 && fstat(mbox->fd, &info) == 0 && S_ISREG(info.st_mode))
        return MODULE_OK;
    return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                          "%s is no file: set `path` to an mbox file (for a Maildir, set `kind: "
                          "maildir`)",
                          mbox->path);
}

/* The file that is open is the one that the path leads to. */
static bool is_current(const struct mbox *mbox)
{
    struct stat own, now;
    return fstat(mbox->fd, &own) == 0 && lstat(mbox->path, &now) == 0 && own.st_dev == now.st_dev &&
           own.st_ino == now.st_ino;
}

/* Opens where needed, and locks.  PASS: there is no file now, and nothing is locked. */
static enum module_result acquire(struct call *call, struct mbox *mbox, bool writing)
{
    for (int turn = 0; turn < TURNS; turn++) {
        enum module_result result = mbox->fd < 0 ? open_file(call, mbox) : MODULE_OK;
        if (result == MODULE_OK)
            result =
                mbox_lock_take(call, mbox->path, mbox->fd, writing, mbox->wait_ms, &mbox->lock);
        if (result != MODULE_OK || is_current(mbox))
            return result;
        mbox_lock_release(&mbox->lock);
        close(mbox->fd);
        mbox->fd = -1;
    }
    return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                          "%s is being replaced again and again", mbox->path);
}

/* Reads the index anew, under the lock; marks of settled mails stay. */
static enum module_result refresh(struct call *call, struct mbox *mbox)
{
    struct mbox_index fresh;
    mbox_index_init(&fresh);
    enum mbox_scan scan = mbox_index_scan(&fresh, mbox->fd);
    int error = errno;
    if (scan != MBOX_SCANNED) {
        mbox_index_free(&fresh);
        if (scan == MBOX_SCAN_FAILED)
            return local_fault(call, error, "read", mbox->path);
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "%s is no mbox file (it does not start with \"From \"): set `path` "
                              "to one",
                              mbox->path);
    }
    for (size_t i = 0; i < mbox_index_count(&fresh); i++) {
        struct mbox_entry *entry = mbox_index_entry(&fresh, i);
        const struct mbox_entry *old = mbox_index_find(&mbox->index, entry);
        entry->settled = old && old->settled;
    }
    mbox_index_free(&mbox->index);
    mbox->index = fresh;
    return MODULE_OK;
}

static enum module_result read_file(struct call *call, struct mbox *mbox)
{
    enum module_result result = acquire(call, mbox, false);
    if (result == MODULE_PASS) {
        mbox_index_free(&mbox->index);
        return MODULE_OK;
    }
    if (result == MODULE_OK)
        result = refresh(call, mbox);
    mbox_lock_release(&mbox->lock);
    return result;
}

static enum module_result read_settings(struct call *call, struct mbox *mbox)
{
    const char *path = local_setting(call, "path");
    uint64_t seconds = 0;
    if (!*path)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "`path` is missing: set it to the mbox file");
    enum module_result result = local_switch(call, "done.delete", &mbox->remove);
    if (result == MODULE_OK)
        result = local_number(call, "lock_wait", MAX_LOCK_SECONDS, &seconds);
    if (result != MODULE_OK)
        return result;
    mbox->wait_ms = (int64_t)seconds * 1000;
    mbox->path = strdup(path);
    mbox->name = local_last_part(path);
    return mbox->path && mbox->name ? MODULE_OK : local_out_of_memory(call);
}

static enum module_result mbox_open(struct call *call, void **state_out)
{
    struct mbox *mbox = calloc(1, sizeof *mbox);
    *state_out = NULL;
    if (!mbox)
        return local_out_of_memory(call);
    mbox->fd = mbox->lock.fd = -1;
    mbox_index_init(&mbox->index);
    enum module_result result = read_settings(call, mbox);
    if (result == MODULE_OK)
        result = read_file(call, mbox);
    if (result == MODULE_OK)
        *state_out = mbox;
    else
        state_free(&mbox);
    return result;
}

/* The file is not what was scanned any more. */
static bool has_changed(const struct mbox *mbox)
{
    struct stat now;
    const struct stat *then = &mbox->index.info;
    if (stat(mbox->path, &now) != 0)
        return mbox_index_count(&mbox->index) > 0;
    return now.st_ino != then->st_ino || now.st_size != then->st_size ||
           now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != then->st_mtim.tv_nsec;
}

static enum module_result mbox_list(struct call *call, void *state, uint64_t *cursor,
                                    struct message_key *key_out, uint64_t *size_out)
{
    struct mbox *mbox = state;
    if (*cursor == 0 && has_changed(mbox)) {
        enum module_result result = read_file(call, mbox);
        if (result != MODULE_OK)
            return result;
    }
    if (*cursor >= mbox_index_count(&mbox->index)) {
        if (mbox->index.cut)
            return www4mail_fault(call, MODULE_FAIL, FAULT_MAILBOX, NULL,
                                  "%s holds more than %d mails: move old ones away", mbox->path,
                                  MBOX_MAX_MAILS);
        return MODULE_PASS;
    }
    const struct mbox_entry *entry = mbox_index_entry(&mbox->index, (size_t)(*cursor)++);
    mbox_entry_uid(entry, mbox->uid);
    key_out->mailbox = mbox->name;
    key_out->uidvalidity = 0;
    key_out->uid = mbox->uid;
    *size_out = entry->end - entry->start;
    return MODULE_OK;
}

/* Locks the file and finds the mail where the index says; on anything but OK nothing is locked. */
static enum module_result acquire_mail(struct call *call, struct mbox *mbox, const char *uid,
                                       const struct mbox_entry **entry_out)
{
    enum module_result result = acquire(call, mbox, false);
    if (result == MODULE_OK) {
        *entry_out = mbox_index_find_uid(&mbox->index, uid);
        errno = 0;
        if (*entry_out && mbox_index_holds(&mbox->index, *entry_out, mbox->fd))
            return MODULE_OK;
        if (errno)
            result = local_fault(call, errno, "read", mbox->path);
    }
    mbox_lock_release(&mbox->lock);
    if (result != MODULE_OK && result != MODULE_PASS)
        return result;
    return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                          "%s: the mail %s is not where it was", mbox->path, uid);
}

static enum module_result mbox_head(struct call *call, void *state, const struct message_key *key,
                                    struct buffer *headers_out)
{
    struct mbox *mbox = state;
    const struct mbox_entry *entry;
    enum module_result result = acquire_mail(call, mbox, key->uid, &entry);
    if (result != MODULE_OK)
        return result;
    if (!local_head(mbox->fd, entry->start, entry->end, headers_out))
        result = local_fault(call, errno, "read", mbox->path);
    mbox_lock_release(&mbox->lock);
    return result;
}

/* Bytes on their way out, many lines to a write. */
struct output {
    int fd;
    size_t len;
    char bytes[64 * 1024];
};

static bool output_flush(struct output *output)
{
    size_t len = output->len;
    output->len = 0;
    return file_write_all(output->fd, output->bytes, len);
}

static bool output_add(struct output *output, struct span text)
{
    if (text.len > sizeof output->bytes - output->len && !output_flush(output))
        return false;
    if (text.len > sizeof output->bytes)
        return file_write_all(output->fd, text.at, text.len);
    memcpy(output->bytes + output->len, text.at, text.len);
    output->len += text.len;
    return true;
}

/* ">From ", ">>From " ...: as mboxrd quotes, and mboxo the first of them. */
static bool is_quoted_from(struct span line)
{
    size_t marks = 0;
    while (marks < line.len && line.at[marks] == '>')
        marks++;
    struct span rest = span_from(line, marks);
    return marks > 0 && rest.len >= 5 && memcmp(rest.at, "From ", 5) == 0;
}

static bool copy_mail(const struct mbox *mbox, const struct mbox_entry *entry, int to)
{
    struct mbox_lines lines;
    struct mbox_line line;
    struct output output;
    bool header = true;
    output.fd = to;
    output.len = 0;
    mbox_lines_open(&lines, mbox->fd, entry->start, entry->end);
    while (mbox_lines_next(&lines, &line)) {
        bool quoted = !header && line.starts && is_quoted_from(line.text);
        if (mbox_line_is_empty(&line))
            header = false;
        if (!output_add(&output, span_from(line.text, quoted ? 1 : 0)))
            return false;
    }
    errno = lines.error;
    return !lines.error && output_flush(&output);
}

static enum module_result mbox_body(struct call *call, void *state, const struct message_key *key,
                                    int fd, uint64_t max)
{
    struct mbox *mbox = state;
    const struct mbox_entry *entry;
    enum module_result result = acquire_mail(call, mbox, key->uid, &entry);
    if (result != MODULE_OK)
        return result;
    if (entry->end - entry->start > max)
        result = local_too_large(call, entry->end - entry->start, max);
    else if (!copy_mail(mbox, entry, fd))
        result = local_fault(call, errno, "copy a mail of", mbox->path);
    mbox_lock_release(&mbox->lock);
    return result;
}

static enum module_result mbox_settle(struct call *call, void *state, const struct message_key *key,
                                      enum message_outcome outcome)
{
    struct mbox *mbox = state;
    struct mbox_entry *entry = mbox_index_find_uid(&mbox->index, key->uid);
    (void)call;
    if (entry && outcome != MESSAGE_POISON)
        entry->settled = true;
    return MODULE_OK;
}

static bool all_settled(const struct mbox_index *index)
{
    size_t count = mbox_index_count(index);
    for (size_t i = 0; i < count; i++)
        if (!mbox_index_entry(index, i)->settled)
            return false;
    return count > 0 && !index->cut;
}

/* Empties the file, unless something came in or stands in it that was not settled here. */
static enum module_result empty_file(struct call *call, struct mbox *mbox)
{
    enum module_result result = acquire(call, mbox, true);
    if (result == MODULE_PASS)
        return MODULE_OK;
    if (result == MODULE_OK)
        result = refresh(call, mbox);
    if (result == MODULE_OK && all_settled(&mbox->index) &&
        (ftruncate(mbox->fd, 0) != 0 || fsync(mbox->fd) != 0))
        result = local_fault(call, errno, "empty", mbox->path);
    mbox_lock_release(&mbox->lock);
    return result;
}

static enum module_result mbox_close(struct call *call, void **state)
{
    struct mbox *mbox = *state;
    enum module_result result = MODULE_OK;
    if (!mbox)
        return result;
    if (mbox->remove && all_settled(&mbox->index))
        result = empty_file(call, mbox);
    state_free(&mbox);
    *state = NULL;
    return result;
}

static enum module_result mbox_examine(struct call *call, const struct examination *examination)
{
    void *state;
    enum module_result result = mbox_open(call, &state);
    struct mbox *mbox = state;
    if (result != MODULE_OK)
        return result;
    if (mbox->fd < 0)
        examination->say(examination->context, true, "%s: no such file; taken as empty",
                         mbox->path);
    else
        examination->say(examination->context, true, "mbox file %s, %zu mail%s in it", mbox->path,
                         mbox_index_count(&mbox->index),
                         mbox_index_count(&mbox->index) == 1 ? "" : "s");
    examination->say(examination->context, true, "%s",
                     mbox->remove ? "it is emptied when all of its mails were answered"
                                  : "answered mails stay in it");
    state_free(&mbox);
    return MODULE_OK;
}

static const struct mailbox_ops mbox_ops = {
    .open = mbox_open,
    .list = mbox_list,
    .head = mbox_head,
    .body = mbox_body,
    .settle = mbox_settle,
    .close = mbox_close,
    .examine = mbox_examine,
};

WWW4MAIL_MODULE("mbox", "lireadmail", mailbox, &mbox_ops);
