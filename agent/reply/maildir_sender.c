/* SPDX-License-Identifier: ISC */
/*
 * maildir_sender: delivers a reply into a Maildir on this machine, one for all or one for each
 * recipient.  The file's name holds a hash of the Message-ID, so that handing over again what is
 * already there makes no second mail.  Durable before it says accepted; never writes over a mail.
 */
#include "agent/module.h"

#include "agent/base/file.h"
#include "agent/base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MARK_SIZE = 48, HASH_SHOWN = 32 };

/* One delivery and what it has open. */
struct delivery {
    struct call *call;
    const struct submission *submission;
    char path[PATH_MAX];  /* of the Maildir */
    int dir;              /* the Maildir itself */
    char mark[MARK_SIZE]; /* part of the file name that only this mail has */
    enum submission_outcome *outcome_out;
    const char **text_out;
};

static enum module_result say(struct delivery *delivery, enum submission_outcome outcome,
                              const char *text)
{
    *delivery->outcome_out = outcome;
    *delivery->text_out = text ? text : "memory is short";
    return MODULE_OK;
}

/* What the system refused, as an outcome. */
static enum module_result say_error(struct delivery *delivery, int error, const char *tried)
{
    const char *text = arena_printf(www4mail_arena(delivery->call), "cannot %s %s: %s", tried,
                                    delivery->path, strerror(error));
    switch (error) {
    case ENAMETOOLONG:
        return say(delivery, SUBMISSION_NEVER, text);
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOTDIR:
    case ENOENT:
    case ELOOP:
        say(delivery, SUBMISSION_NOT_SENT, text);
        return www4mail_fault(delivery->call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "cannot %s %s: %s; set `path` to a place where user %u may write",
                              tried, delivery->path, strerror(error), (unsigned)geteuid());
    default:
        return say(delivery, SUBMISSION_LATER, text);
    }
}

/* A part of an address that may stand in a path. */
static bool is_safe(struct span text)
{
    if (text.len == 0 || text.at[0] == '.')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '/' || (unsigned char)text.at[i] < ' ' || text.at[i] == 127)
            return false;
    return true;
}

static enum module_result bad_setting(struct delivery *delivery, const char *path)
{
    say(delivery, SUBMISSION_NOT_SENT, "the Maildir to deliver to is not set");
    return www4mail_fault(delivery->call, MODULE_FAIL, FAULT_CONFIG, NULL,
                          "path: \"%s\": set it to a Maildir; %%u stands for the local part, %%d "
                          "for the domain, %%a for the address, %%%% for a percent sign",
                          path);
}

/* The text that `letter` stands for; false when it stands for nothing. */
static bool path_value(const char *recipient, char letter, struct span *value_out)
{
    const char *at = strrchr(recipient, '@');
    switch (letter) {
    case 'u':
        *value_out = (struct span){recipient, at ? (size_t)(at - recipient) : 0};
        return true;
    case 'd':
        *value_out = span_of(at ? at + 1 : "");
        return true;
    case 'a':
        *value_out = span_of(at ? recipient : "");
        return true;
    default:
        return false;
    }
}

/* Writes the path for this recipient; OK, or with *outcome_out set when it is to end here. */
static enum module_result make_path(struct delivery *delivery, bool *ready_out)
{
    const char *path = www4mail_setting(delivery->call, "path");
    struct buffer out;
    struct span value;
    enum module_result result = MODULE_OK;
    *ready_out = false;
    if (!path || !*path)
        return bad_setting(delivery, "");
    buffer_init(&out, sizeof delivery->path - 1);
    for (const char *at = path; *at; at++) {
        if (*at != '%' || at[1] == '%') {
            buffer_add_byte(&out, *at);
            at += *at == '%';
            continue;
        }
        if (!path_value(delivery->submission->recipient, *++at, &value)) {
            result = bad_setting(delivery, path);
            goto end;
        }
        if (!is_safe(value)) {
            result = say(delivery, SUBMISSION_NEVER,
                         "the recipient's address cannot name a mailbox here");
            goto end;
        }
        buffer_add_span(&out, value);
    }
    if (out.failed) {
        snprintf(delivery->path, sizeof delivery->path, "%s", path);
        result = say_error(delivery, ENAMETOOLONG, "deliver to");
        goto end;
    }
    snprintf(delivery->path, sizeof delivery->path, "%s", out.at);
    *ready_out = true;
end:
    buffer_free(&out);
    return result;
}

/* Makes a directory, durably, and what lies above it. */
static bool make_directories(const char *path)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        if (mkdir(part, 0700) != 0 && errno != EEXIST && errno != EISDIR) {
            /* Above it may lie what only others may write to. */
            struct stat info;
            int error = errno;
            if (stat(part, &info) != 0 || !S_ISDIR(info.st_mode)) {
                errno = error;
                return false;
            }
        }
    }
    return true;
}

static bool sync_directory(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return ok;
}

/* Opens the Maildir, which is made where it is missing. */
static bool open_maildir(struct delivery *delivery)
{
    static const char *const parts[] = {"tmp", "new", "cur"};
    bool made = false;
    delivery->dir = open(delivery->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (delivery->dir < 0 && errno == ENOENT && make_directories(delivery->path)) {
        delivery->dir = open(delivery->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (delivery->dir >= 0)
            sync_directory(delivery->dir, "..");
    }
    if (delivery->dir < 0)
        return false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (mkdirat(delivery->dir, parts[i], 0700) == 0)
            made = true;
        else if (errno != EEXIST)
            return false;
    }
    return !made || fsync(delivery->dir) == 0;
}

/* 1 when the directory holds this mail, under whatever time and flags; -1 and errno. */
static int holds_mail(const struct delivery *delivery, const char *place)
{
    int fd = openat(delivery->dir, place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    int found = 0, error;
    if (!stream) {
        error = errno;
        if (fd >= 0)
            close(fd);
        errno = error;
        return -1;
    }
    errno = 0;
    while (!found && (entry = readdir(stream)))
        found = strstr(entry->d_name, delivery->mark) != NULL;
    error = errno;
    closedir(stream);
    errno = error;
    return !found && error ? -1 : found;
}

/* An address as a header field may hold it. */
static void add_address(struct buffer *out, const char *address)
{
    for (; address && *address; address++)
        if ((unsigned char)*address > ' ' && *address != 127 && !strchr("<>()\"\\,;", *address))
            buffer_add_byte(out, *address);
}

static bool write_envelope(const struct submission *submission, int to)
{
    struct buffer out;
    buffer_init(&out, 4096);
    buffer_add_text(&out, "Return-Path: <");
    add_address(&out, submission->sender);
    buffer_add_text(&out, ">\nDelivered-To: ");
    add_address(&out, submission->recipient);
    buffer_add_text(&out, "\n");
    bool ok = !out.failed && file_write_all(to, out.at, out.len);
    if (out.failed)
        errno = ENAMETOOLONG;
    buffer_free(&out);
    return ok;
}

/* CRLF to LF within a chunk, in place; a CR at its end waits for what follows. */
static size_t unfold_line_ends(char *bytes, size_t len, bool *cr_waits)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\r' && i + 1 == len) {
            *cr_waits = true;
            break;
        }
        if (bytes[i] != '\r' || bytes[i + 1] != '\n')
            bytes[kept++] = bytes[i];
    }
    return kept;
}

static bool write_mail(const struct submission *submission, int to)
{
    char chunk[64 * 1024];
    uint64_t at = 0;
    bool cr_waits = false;
    while (at < submission->size) {
        size_t held = cr_waits ? 1 : 0;
        uint64_t left = submission->size - at;
        size_t want = left < sizeof chunk - held ? (size_t)left : sizeof chunk - held;
        chunk[0] = '\r';
        cr_waits = false;
        ssize_t got = pread(submission->fd, chunk + held, want, (off_t)at);
        if (got < 0 && errno == EINTR) {
            cr_waits = held > 0;
            continue;
        }
        if (got <= 0) {
            errno = got == 0 ? EIO : errno; /* fewer bytes than were promised */
            return false;
        }
        at += (uint64_t)got;
        size_t len = unfold_line_ends(chunk, held + (size_t)got, &cr_waits);
        if (!file_write_all(to, chunk, len))
            return false;
    }
    return !cr_waits || file_write_all(to, "\r", 1);
}

static bool write_file(const struct submission *submission, int to)
{
    return write_envelope(submission, to) && write_mail(submission, to) && fsync(to) == 0;
}

/* Opens tmp/NAME anew; what a try that died there has left behind goes first. */
static int open_temporary(const struct delivery *delivery, const char *temporary)
{
    if (unlinkat(delivery->dir, temporary, 0) != 0 && errno != ENOENT)
        return -1;
    return openat(delivery->dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0600);
}

/* tmp/MARK, the same at each try, safe on the disk, then new/NAME, safe on the disk. */
static enum module_result deliver(struct delivery *delivery)
{
    char temporary[NAME_MAX], final[NAME_MAX];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(final, sizeof final, "new/%lld.M%06ld%s", (long long)now.tv_sec, now.tv_nsec / 1000,
             delivery->mark);
    snprintf(temporary, sizeof temporary, "tmp/%s", delivery->mark);
    int fd = open_temporary(delivery, temporary);
    if (fd < 0)
        return say_error(delivery, errno, "write in");
    bool ok = write_file(delivery->submission, fd);
    int error = errno;
    if (close(fd) != 0 && ok) {
        error = errno;
        ok = false;
    }
    if (ok && renameat(delivery->dir, temporary, delivery->dir, final) != 0) {
        error = errno;
        ok = false;
    }
    if (!ok) {
        unlinkat(delivery->dir, temporary, 0);
        return say_error(delivery, error, "write in");
    }
    if (!sync_directory(delivery->dir, "new"))
        return say_error(delivery, errno, "write the directory of");
    return say(delivery, SUBMISSION_ACCEPTED, "delivered");
}

static enum module_result deliver_once(struct delivery *delivery)
{
    static const char *const places[] = {"new", "cur"};
    if (!open_maildir(delivery))
        return say_error(delivery, errno, "open or make");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int held = holds_mail(delivery, places[i]);
        if (held < 0)
            return say_error(delivery, errno, "read");
        /* An earlier try may have ended before its name was safe on the disk. */
        if (held && !sync_directory(delivery->dir, places[i]))
            return say_error(delivery, errno, "write the directory of");
        if (held)
            return say(delivery, SUBMISSION_ACCEPTED, "delivered before");
    }
    return deliver(delivery);
}

static enum module_result maildir_submit(struct call *call, void *state,
                                         const struct submission *submission,
                                         enum submission_outcome *outcome_out,
                                         const char **text_out)
{
    (void)state;
    struct delivery delivery = {.call = call,
                                .submission = submission,
                                .dir = -1,
                                .outcome_out = outcome_out,
                                .text_out = text_out};
    char hex[HASH_HEX_SIZE];
    bool ready;
    *outcome_out = SUBMISSION_NOT_SENT;
    *text_out = "";
    enum module_result result = make_path(&delivery, &ready);
    if (!ready)
        return result;
    struct hash hash = hash_sha256(span_of(submission->message_id));
    hash_to_hex(&hash, hex);
    snprintf(delivery.mark, sizeof delivery.mark, "H%.*s.www4mail", HASH_SHOWN, hex);
    result = deliver_once(&delivery);
    if (delivery.dir >= 0)
        close(delivery.dir);
    return result;
}

/* The directory that all paths start with, or the nearest one above it that is there. */
static bool nearest_directory(const char *path, char directory_out[PATH_MAX])
{
    struct stat info;
    size_t fixed = strcspn(path, "%");
    if (snprintf(directory_out, PATH_MAX, "%s", path) >= PATH_MAX)
        return false;
    if (path[fixed]) {
        directory_out[fixed] = '\0';
        char *slash = strrchr(directory_out, '/');
        if (slash)
            slash[slash == directory_out] = '\0';
    }
    while (stat(directory_out, &info) != 0) {
        char *slash = strrchr(directory_out, '/');
        if (!slash || slash == directory_out)
            return slash != NULL && snprintf(directory_out, PATH_MAX, "/") > 0;
        *slash = '\0';
    }
    return S_ISDIR(info.st_mode);
}

static enum module_result maildir_examine(struct call *call, const struct examination *examination,
                                          const char *sender)
{
    char directory[PATH_MAX], value[4] = "x@x";
    struct submission submission = {.sender = sender, .recipient = value};
    struct delivery delivery = {.call = call, .submission = &submission, .dir = -1};
    enum submission_outcome outcome = SUBMISSION_NOT_SENT;
    const char *path = www4mail_setting(call, "path"), *text = "";
    bool ready;
    delivery.outcome_out = &outcome;
    delivery.text_out = &text;
    enum module_result result = make_path(&delivery, &ready);
    if (result != MODULE_OK)
        return result;
    if (!nearest_directory(path, directory))
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "path: %s: %s is no directory; name another place", path, directory);
    bool writable = faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0;
    if (!writable && !strchr(path, '%'))
        return www4mail_fault(
            call, MODULE_FAIL, FAULT_CONFIG, NULL,
            "user %u may not write to %s: change its owner or mode, or set `path` "
            "to another place",
            (unsigned)geteuid(), directory);
    examination->say(examination->context, true, "replies go to %s", path);
    examination->say(examination->context, true,
                     writable ? "what is missing is made below %s"
                              : "nothing can be made in %s, so each Maildir must be there",
                     directory);
    return MODULE_OK;
}

static const struct sender_ops maildir_sender_ops = {.submit = maildir_submit,
                                                     .examine = maildir_examine};

WWW4MAIL_MODULE("maildir_sender", "submit", sender, &maildir_sender_ops);
