/* SPDX-License-Identifier: ISC */
/*
 * maildir: mails in a Maildir.  Waiting is all of new/ and what in cur/ was neither seen nor
 * deleted; settling renames into cur/ with flags, moves to another Maildir, or removes.  A mail
 * that another program moved is looked up again by its base name.  Never opens tmp/, links, FIFOs.
 */
#include "fetchers/mailbox/local.h"
#include "fetchers/mailbox/maildir_folder.h"

#include "agent/base/file.h"
#include "agent/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURNS = 4, FLAGS_MAX = 52 };

struct maildir {
    struct maildir_folder folder, done; /* done: where settled mails go, when done.move is set */
    char *path, *mailbox;
    char *move; /* path of `done`, NULL: they stay */
    char flags[FLAGS_MAX + 1];
    bool remove, changed;
    char uid[NAME_MAX + 1]; /* of the key given out last */
};

static void state_free(struct maildir **state)
{
    struct maildir *maildir = *state;
    maildir_folder_close(&maildir->folder);
    maildir_folder_close(&maildir->done);
    free(maildir->path);
    free(maildir->mailbox);
    free(maildir->move);
    free(maildir);
    *state = NULL;
}

static enum module_result read_flags(struct call *call, struct maildir *maildir)
{
    const char *flags = local_setting(call, "done.flag");
    size_t len = strspn(flags, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    if (flags[len] || len > FLAGS_MAX)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "done.flag: \"%s\": write letters of Maildir flags, such as S or FS",
                              flags);
    memcpy(maildir->flags, flags, len + 1);
    return MODULE_OK;
}

static enum module_result read_settings(struct call *call, struct maildir *maildir)
{
    const char *path = local_setting(call, "path"), *move = local_setting(call, "done.move");
    if (!*path)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "`path` is missing: set it to the Maildir");
    enum module_result result = local_switch(call, "done.delete", &maildir->remove);
    if (result == MODULE_OK)
        result = read_flags(call, maildir);
    if (result != MODULE_OK)
        return result;
    if (*move && maildir->remove)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "done.move and done.delete are both set: choose one");
    maildir->path = strdup(path);
    maildir->mailbox = local_last_part(path);
    if (!maildir->path || !maildir->mailbox)
        return local_out_of_memory(call);
    if (*move == '/')
        maildir->move = strdup(move);
    else if (*move && asprintf(&maildir->move, "%s/%s", path, move) < 0)
        maildir->move = NULL;
    return *move && !maildir->move ? local_out_of_memory(call) : MODULE_OK;
}

static enum module_result open_folder(struct call *call, struct maildir *maildir)
{
    struct stat info;
    if (stat(maildir->path, &info) != 0)
        return local_fault(call, errno, "open", maildir->path);
    if (maildir_folder_open(maildir->path, &maildir->folder))
        return MODULE_OK;
    if (errno == ENOENT || errno == ENOTDIR)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "%s is no Maildir (it has no new/ and cur/): set `path` to one, or "
                              "make tmp/, new/ and cur/ there",
                              maildir->path);
    return local_fault(call, errno, "open", maildir->path);
}

static enum module_result open_done(struct call *call, struct maildir *maildir)
{
    if (!maildir->move ||
        (maildir_folder_make(maildir->move) && maildir_folder_open(maildir->move, &maildir->done)))
        return MODULE_OK;
    return local_fault(call, errno, "make or open done.move", maildir->move);
}

static enum module_result maildir_open(struct call *call, void **state_out)
{
    struct maildir *maildir = calloc(1, sizeof *maildir);
    *state_out = NULL;
    if (!maildir)
        return local_out_of_memory(call);
    maildir->folder.dirs[0] = maildir->folder.dirs[1] = -1;
    maildir->done.dirs[0] = maildir->done.dirs[1] = -1;
    enum module_result result = read_settings(call, maildir);
    if (result == MODULE_OK)
        result = open_folder(call, maildir);
    if (result == MODULE_OK)
        result = open_done(call, maildir);
    if (result == MODULE_OK)
        *state_out = maildir;
    else
        state_free(&maildir);
    return result;
}

/* A mail's size; false when it is gone or is no regular file. */
static bool waiting_size(struct call *call, struct maildir *maildir, struct maildir_where *where,
                         uint64_t *size_out)
{
    struct stat info;
    char base[NAME_MAX + 1];
    snprintf(base, sizeof base, "%.*s", (int)maildir_base(where->name).len, where->name);
    if (fstatat(maildir->folder.dirs[where->place], where->name, &info, AT_SYMLINK_NOFOLLOW) != 0 &&
        (!maildir_folder_find(&maildir->folder, base, where) ||
         fstatat(maildir->folder.dirs[where->place], where->name, &info, AT_SYMLINK_NOFOLLOW) != 0))
        return false;
    if (!S_ISREG(info.st_mode)) {
        www4mail_debug(call, "%s: %s is no regular file, left alone", maildir->path, where->name);
        return false;
    }
    memcpy(maildir->uid, base, sizeof base);
    *size_out = (uint64_t)info.st_size;
    return true;
}

static enum module_result maildir_list(struct call *call, void *state, uint64_t *cursor,
                                       struct message_key *key_out, uint64_t *size_out)
{
    struct maildir *maildir = state;
    if (*cursor == 0 && !maildir_folder_list(&maildir->folder, maildir->flags))
        return local_fault(call, errno, "read the directories of", maildir->path);
    while (*cursor < maildir_folder_count(&maildir->folder)) {
        struct maildir_where where;
        maildir_folder_entry(&maildir->folder, (size_t)(*cursor)++, &where);
        if (!waiting_size(call, maildir, &where, size_out))
            continue;
        key_out->mailbox = maildir->mailbox;
        key_out->uidvalidity = 0;
        key_out->uid = maildir->uid;
        return MODULE_OK;
    }
    if (maildir->folder.cut)
        www4mail_debug(call, "%s: more mails wait than are listed at once", maildir->path);
    return MODULE_PASS;
}

static enum module_result gone(struct call *call, const struct maildir *maildir, const char *uid)
{
    return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL, "%s: the mail %s is gone",
                          maildir->path, uid);
}

/* Opens the mail wherever it is by now. */
static enum module_result open_mail(struct call *call, const struct maildir *maildir,
                                    const char *uid, int *fd_out)
{
    struct maildir_where where;
    struct stat info;
    *fd_out = -1;
    for (int turn = 0; turn < TURNS && *fd_out < 0; turn++) {
        if (!maildir_folder_find(&maildir->folder, uid, &where))
            return errno == ENOENT ? gone(call, maildir, uid)
                                   : local_fault(call, errno, "search", maildir->path);
        *fd_out = openat(maildir->folder.dirs[where.place], where.name,
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (*fd_out < 0 && errno != ENOENT)
            break;
    }
    if (*fd_out >= 0 && fstat(*fd_out, &info) == 0 && S_ISREG(info.st_mode))
        return MODULE_OK;
    int error = errno;
    bool special = *fd_out >= 0 || error == ELOOP || error == ENXIO;
    if (*fd_out >= 0)
        close(*fd_out);
    *fd_out = -1;
    if (special)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MAILBOX, NULL, "%s: %s is no regular file",
                              maildir->path, uid);
    return error == ENOENT ? gone(call, maildir, uid)
                           : local_fault(call, error, "open a mail of", maildir->path);
}

static enum module_result maildir_head(struct call *call, void *state,
                                       const struct message_key *key, struct buffer *headers_out)
{
    struct maildir *maildir = state;
    int fd;
    enum module_result result = open_mail(call, maildir, key->uid, &fd);
    if (result != MODULE_OK)
        return result;
    if (!local_head(fd, 0, UINT64_MAX, headers_out))
        result = local_fault(call, errno, "read a mail of", maildir->path);
    close(fd);
    return result;
}

static enum module_result copy_mail(struct call *call, const struct maildir *maildir, int from,
                                    int to, uint64_t max)
{
    uint64_t size = (uint64_t)file_size(from), limit = max < INT64_MAX - 1 ? max : INT64_MAX - 1;
    if (size > limit)
        return local_too_large(call, size, max);
    int64_t copied = file_copy(from, to, (int64_t)limit + 1);
    if (copied < 0)
        return local_fault(call, errno, "copy a mail of", maildir->path);
    return (uint64_t)copied > limit ? local_too_large(call, (uint64_t)copied, max) : MODULE_OK;
}

static enum module_result maildir_body(struct call *call, void *state,
                                       const struct message_key *key, int fd, uint64_t max)
{
    struct maildir *maildir = state;
    int from;
    enum module_result result = open_mail(call, maildir, key->uid, &from);
    if (result != MODULE_OK)
        return result;
    result = copy_mail(call, maildir, from, fd, max);
    close(from);
    return result;
}

/* The same bytes under tmp/ of done.move, safe on its disk, then in its place. */
static bool copy_across(const struct maildir *maildir, const struct maildir_where *where,
                        const char *name)
{
    int from = openat(maildir->folder.dirs[where->place], where->name,
                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0)
        return false;
    char part[PATH_MAX];
    snprintf(part, sizeof part, "../tmp/%s", where->name);
    int dir = maildir->done.dirs[MAILDIR_CUR];
    int to = openat(dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = to >= 0 && file_copy(from, to, INT64_MAX) >= 0 && fsync(to) == 0;
    if (to >= 0)
        ok = close(to) == 0 && ok;
    ok = ok && renameat(dir, part, dir, name) == 0 && fsync(dir) == 0;
    int error = errno;
    if (!ok && to >= 0)
        unlinkat(dir, part, 0);
    close(from);
    errno = error;
    return ok && unlinkat(maildir->folder.dirs[where->place], where->name, 0) == 0;
}

/* The file of `name` as a hash; false when it cannot be read. */
static bool hash_file(int dir, const char *name, struct hash *hash_out)
{
    int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool ok = fd >= 0 && hash_sha256_fd(fd, hash_out);
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return ok;
}

/* The settled name is taken: by the same mail, when the machine stopped half way, and then the
 * one that is left over goes.  Errno EEXIST when it is another mail. */
static bool drop_double(int from, const char *name, int to, const char *settled)
{
    struct hash own, other;
    if (!hash_file(from, name, &own) || !hash_file(to, settled, &other))
        return false;
    if (memcmp(own.bytes, other.bytes, sizeof own.bytes) == 0)
        return unlinkat(from, name, 0) == 0;
    errno = EEXIST;
    return false;
}

/* Gives the mail its settled name; never over another mail. */
static bool rename_mail(const struct maildir *maildir, const struct maildir_where *where)
{
    char name[NAME_MAX + 1];
    struct stat info;
    int from = maildir->folder.dirs[where->place];
    int to = maildir->move ? maildir->done.dirs[MAILDIR_CUR] : maildir->folder.dirs[MAILDIR_CUR];
    if (!maildir_name_with(where->name, maildir->flags, name)) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (from == to && strcmp(name, where->name) == 0)
        return true;
    if (fstatat(to, name, &info, AT_SYMLINK_NOFOLLOW) == 0)
        return drop_double(from, where->name, to, name);
    if (renameat(from, where->name, to, name) == 0)
        return true;
    return errno == EXDEV && copy_across(maildir, where, name);
}

static enum module_result maildir_settle(struct call *call, void *state,
                                         const struct message_key *key,
                                         enum message_outcome outcome)
{
    struct maildir *maildir = state;
    for (int turn = 0; turn < TURNS; turn++) {
        struct maildir_where where;
        if (!maildir_folder_find(&maildir->folder, key->uid, &where)) {
            if (errno == ENOENT)
                return MODULE_OK; /* somebody took it away: nothing is left to mark */
            return local_fault(call, errno, "search", maildir->path);
        }
        maildir->changed = true;
        bool remove = maildir->remove && outcome != MESSAGE_POISON;
        if (remove ? unlinkat(maildir->folder.dirs[where.place], where.name, 0) == 0
                   : rename_mail(maildir, &where))
            return MODULE_OK;
        if (errno == EEXIST || errno == ENAMETOOLONG)
            return www4mail_fault(call, MODULE_FAIL, FAULT_MAILBOX, NULL,
                                  "%s: %s cannot be given its settled name: %s; move it by hand",
                                  maildir->path, key->uid, strerror(errno));
        if (errno != ENOENT)
            return local_fault(call, errno, "mark a mail of", maildir->path);
    }
    return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                          "%s: %s is being moved by another program", maildir->path, key->uid);
}

static bool sync_folder(const struct maildir_folder *folder)
{
    for (int place = MAILDIR_NEW; place <= MAILDIR_CUR; place++)
        if (folder->dirs[place] >= 0 && fsync(folder->dirs[place]) != 0 && errno != EINVAL)
            return false;
    return true;
}

static enum module_result maildir_close(struct call *call, void **state)
{
    struct maildir *maildir = *state;
    enum module_result result = MODULE_OK;
    if (!maildir)
        return result;
    /* Arrivals before departures, so that a mail is never in neither. */
    if (maildir->changed && !(sync_folder(&maildir->done) && sync_folder(&maildir->folder)))
        result = local_fault(call, errno, "write the directories of", maildir->path);
    state_free(&maildir);
    *state = NULL;
    return result;
}

/* Opens the folder without what open makes, and looks whether marking a mail will be allowed. */
static enum module_result examine_folder(struct call *call, struct maildir *maildir,
                                         const struct examination *examination)
{
    static const char *const places[] = {"new", "cur"};
    enum module_result result = read_settings(call, maildir);
    if (result == MODULE_OK)
        result = open_folder(call, maildir);
    if (result == MODULE_OK && !maildir_folder_list(&maildir->folder, maildir->flags))
        result = local_fault(call, errno, "read the directories of", maildir->path);
    if (result != MODULE_OK)
        return result;
    for (int place = MAILDIR_NEW; place <= MAILDIR_CUR; place++)
        if (faccessat(maildir->folder.dirs[place], ".", W_OK | X_OK, AT_EACCESS) != 0)
            return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                                  "%s/%s cannot be written to by user %u, so answered mails cannot "
                                  "be marked: change its owner or mode",
                                  maildir->path, places[place], (unsigned)geteuid());
    size_t count = maildir_folder_count(&maildir->folder);
    examination->say(examination->context, true, "Maildir %s, %zu mail%s%s", maildir->path, count,
                     count == 1 ? " waits" : "s wait", maildir->folder.cut ? " and more" : "");
    if (maildir->remove)
        examination->say(examination->context, true, "an answered mail is deleted");
    else if (maildir->move)
        examination->say(examination->context, true, "an answered mail goes to %s", maildir->move);
    else
        examination->say(examination->context, true, "an answered mail gets the flags %s",
                         maildir->flags);
    return MODULE_OK;
}

static enum module_result maildir_examine(struct call *call, const struct examination *examination)
{
    struct maildir *maildir = calloc(1, sizeof *maildir);
    if (!maildir)
        return local_out_of_memory(call);
    maildir->folder.dirs[0] = maildir->folder.dirs[1] = -1;
    maildir->done.dirs[0] = maildir->done.dirs[1] = -1;
    enum module_result result = examine_folder(call, maildir, examination);
    state_free(&maildir);
    return result;
}

static const struct mailbox_ops maildir_ops = {
    .open = maildir_open,
    .list = maildir_list,
    .head = maildir_head,
    .body = maildir_body,
    .settle = maildir_settle,
    .close = maildir_close,
    .examine = maildir_examine,
};

WWW4MAIL_MODULE("maildir", "lireadmail", mailbox, &maildir_ops);
