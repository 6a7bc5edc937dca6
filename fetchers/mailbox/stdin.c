/* SPDX-License-Identifier: ISC */
/*
 * stdin: one mail on standard input, or in the file that `path` names.  Spools it into a file in
 * memory when opened.  What does not start with a header field gets an empty header block, so that
 * a bare request can be piped in; a leading mbox From_ line is dropped.  Has nothing to settle.
 */
#include "fetchers/mailbox/local.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UID_SIZE = HASH_HEX_SIZE + 48, LOOK_BYTES = 8 * 1024 };

struct standard_input {
    int fd;         /* the file in memory */
    uint64_t max;   /* bytes that it takes */
    uint64_t size;  /* bytes that came, be they kept or not */
    uint64_t start; /* where the mail starts: behind a From_ line */
    bool bare;      /* there is no header block */
    char uid[UID_SIZE];
};

static void state_free(struct standard_input **state)
{
    if ((*state)->fd >= 0)
        close((*state)->fd);
    free(*state);
    *state = NULL;
}

/* Waits for bytes as long as the call may take; false and errno. */
static bool wait_readable(struct call *call, int fd)
{
    for (;;) {
        struct pollfd one = {.fd = fd, .events = POLLIN};
        int64_t left = www4mail_left_ms(call);
        int ready = poll(&one, 1, left > INT32_MAX ? -1 : (int)left);
        if (ready > 0 && !(one.revents & POLLNVAL))
            return true;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready >= 0)
            errno = ready ? EBADF : ETIMEDOUT;
        return false;
    }
}

static bool spool(struct call *call, struct standard_input *input, int from)
{
    char chunk[64 * 1024];
    for (;;) {
        if (!wait_readable(call, from))
            return false;
        ssize_t got = read(from, chunk, sizeof chunk);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return got == 0;
        uint64_t room = input->size < input->max ? input->max - input->size : 0;
        if (room &&
            !file_write_all(input->fd, chunk, room < (uint64_t)got ? (size_t)room : (size_t)got))
            return false;
        input->size += (uint64_t)got;
    }
}

/* A field name and its colon; "https://..." is none, though it looks like one. */
static bool is_field(struct span line)
{
    size_t len = 0;
    while (len < line.len && (line.at[len] == '-' || line.at[len] == '_' ||
                              (line.at[len] >= '0' && line.at[len] <= '9') ||
                              (line.at[len] >= 'A' && line.at[len] <= 'Z') ||
                              (line.at[len] >= 'a' && line.at[len] <= 'z')))
        len++;
    size_t colon = len;
    while (colon < line.len && (line.at[colon] == ' ' || line.at[colon] == '\t'))
        colon++;
    if (len == 0 || colon == line.len || line.at[colon] != ':')
        return false;
    struct span value = span_from(line, colon + 1);
    return !span_starts_nocase(value, SPAN_LITERAL("//"));
}

/* Finds out how the input starts. */
static bool look_at_start(struct standard_input *input)
{
    char bytes[LOOK_BYTES];
    ssize_t got;
    do
        got = pread(input->fd, bytes, sizeof bytes, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return false;
    struct span rest = {bytes, (size_t)got}, first, second;
    span_next_line(&rest, &first);
    size_t behind = (size_t)got - rest.len;
    bool field = first.len == 0 || is_field(first);
    if (!field && first.len > 5 && memcmp(first.at, "From ", 5) == 0 &&
        span_next_line(&rest, &second) && (second.len == 0 || is_field(second))) {
        input->start = behind;
        field = true;
    }
    input->bare = !field;
    return true;
}

static bool make_uid(struct standard_input *input)
{
    struct hash hash;
    char hex[HASH_HEX_SIZE];
    if (!hash_sha256_fd(input->fd, &hash))
        return false;
    hash_to_hex(&hash, hex);
    /* The same request piped in twice is asked twice. */
    snprintf(input->uid, sizeof input->uid, "%s-%" PRId64 "-%ld", hex, clock_monotonic_ms(),
             (long)getpid());
    return true;
}

static enum module_result read_input(struct call *call, struct standard_input *input)
{
    const char *path = local_setting(call, "path"), *shown = *path ? path : "standard input";
    enum module_result result = local_number(call, "max_bytes", INT64_MAX, &input->max);
    if (result != MODULE_OK)
        return result;
    int from = *path ? open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC) : STDIN_FILENO;
    if (from < 0)
        return local_fault(call, errno, "open", shown);
    input->fd = file_in_memory("mail");
    bool ok = input->fd >= 0 && spool(call, input, from);
    int error = errno;
    if (*path)
        close(from);
    if (!ok)
        return local_fault(call, error, "read", shown);
    if (input->size == 0)
        return www4mail_fault(call, MODULE_FAIL, FAULT_BAD_MAIL, NULL,
                              "%s is empty: give it one mail, or one line such as GET and a URL",
                              shown);
    if (!look_at_start(input) || !make_uid(input))
        return local_fault(call, errno, "read", shown);
    return MODULE_OK;
}

static enum module_result stdin_open(struct call *call, void **state_out)
{
    struct standard_input *input = calloc(1, sizeof *input);
    *state_out = NULL;
    if (!input)
        return local_out_of_memory(call);
    input->fd = -1;
    enum module_result result = read_input(call, input);
    if (result == MODULE_OK)
        *state_out = input;
    else
        state_free(&input);
    return result;
}

static uint64_t mail_size(const struct standard_input *input)
{
    return input->size - input->start + (input->bare ? 1 : 0);
}

static enum module_result stdin_list(struct call *call, void *state, uint64_t *cursor,
                                     struct message_key *key_out, uint64_t *size_out)
{
    const struct standard_input *input = state;
    (void)call;
    if (*cursor > 0)
        return MODULE_PASS;
    *cursor = 1;
    key_out->mailbox = "stdin";
    key_out->uidvalidity = 0;
    key_out->uid = input->uid;
    *size_out = mail_size(input);
    return MODULE_OK;
}

static enum module_result stdin_head(struct call *call, void *state, const struct message_key *key,
                                     struct buffer *headers_out)
{
    const struct standard_input *input = state;
    (void)key;
    if (input->bare ? buffer_add_byte(headers_out, '\n')
                    : local_head(input->fd, input->start, UINT64_MAX, headers_out))
        return MODULE_OK;
    return local_fault(call, input->bare ? ENOMEM : errno, "read", "standard input");
}

static enum module_result stdin_body(struct call *call, void *state, const struct message_key *key,
                                     int fd, uint64_t max)
{
    const struct standard_input *input = state;
    (void)key;
    uint64_t limit = max < input->max ? max : input->max;
    if (mail_size(input) > max || input->size > input->max)
        return local_too_large(call, mail_size(input), limit);
    if ((input->bare && !file_write_all(fd, "\n", 1)) ||
        lseek(input->fd, (off_t)input->start, SEEK_SET) < 0 ||
        file_copy(input->fd, fd, INT64_MAX) < 0)
        return local_fault(call, errno, "copy", "standard input");
    return MODULE_OK;
}

static enum module_result stdin_settle(struct call *call, void *state,
                                       const struct message_key *key, enum message_outcome outcome)
{
    (void)call, (void)state, (void)key, (void)outcome;
    return MODULE_OK;
}

static enum module_result stdin_close(struct call *call, void **state)
{
    struct standard_input *input = *state;
    (void)call;
    if (input)
        state_free(&input);
    *state = NULL;
    return MODULE_OK;
}

static const struct mailbox_ops stdin_ops = {
    .open = stdin_open,
    .list = stdin_list,
    .head = stdin_head,
    .body = stdin_body,
    .settle = stdin_settle,
    .close = stdin_close,
};

WWW4MAIL_MODULE("stdin", "lireadmail", mailbox, &stdin_ops);
