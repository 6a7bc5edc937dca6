/* SPDX-License-Identifier: ISC */
/* What Maildir, mbox and standard input share.  Opens nothing and keeps nothing. */
#include "fetchers/mailbox/local.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *local_setting(struct call *call, const char *key)
{
    const char *value = www4mail_setting(call, key);
    return value ? value : "";
}

enum module_result local_switch(struct call *call, const char *key, bool *on_out)
{
    static const struct {
        struct span word;
        bool on;
    } words[] = {{SPAN_LITERAL("yes"), true},    {SPAN_LITERAL("true"), true},
                 {SPAN_LITERAL("on"), true},     {SPAN_LITERAL("no"), false},
                 {SPAN_LITERAL("false"), false}, {SPAN_LITERAL("off"), false},
                 {SPAN_LITERAL(""), false}};
    const char *value = local_setting(call, key);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (span_equal_nocase(span_of(value), words[i].word)) {
            *on_out = words[i].on;
            return MODULE_OK;
        }
    }
    return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL, "%s: \"%s\": write yes or no", key,
                          value);
}

enum module_result local_number(struct call *call, const char *key, uint64_t max,
                                uint64_t *value_out)
{
    const char *value = local_setting(call, key);
    if (span_to_u64(span_of(value), value_out) && *value_out <= max)
        return MODULE_OK;
    return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                          "%s: \"%s\": write a number from 0 to %" PRIu64, key, value, max);
}

enum module_result local_response_time(struct call *call, int64_t *ms_out)
{
    uint64_t seconds = 0;
    const char *value = local_setting(call, "response_time");
    *ms_out = 0;
    if (!*value)
        return MODULE_OK;
    if (!span_to_u64(span_of(value), &seconds) || seconds == 0 || seconds > 3600)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "response_time: \"%s\": write seconds from 1 to 3600", value);
    *ms_out = (int64_t)seconds * 1000;
    return MODULE_OK;
}

char *local_last_part(const char *path)
{
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    if (start == end)
        start = 0; /* the root itself */
    return strndup(path + start, end - start);
}

/* How far a search for the empty line has come. */
struct head_search {
    size_t line_len;
    bool only_cr, found;
};

/* Bytes of `piece` that belong to the header block. */
static size_t head_search_piece(struct head_search *search, struct span piece)
{
    for (size_t i = 0; i < piece.len; i++) {
        if (piece.at[i] != '\n') {
            search->only_cr = search->line_len == 0 && piece.at[i] == '\r';
            search->line_len++;
            continue;
        }
        if (search->line_len == 0 || search->only_cr) {
            search->found = true;
            return i + 1;
        }
        search->line_len = 0;
        search->only_cr = false;
    }
    return piece.len;
}

bool local_head(int fd, uint64_t at, uint64_t end, struct buffer *headers_out)
{
    char chunk[8 * 1024];
    struct head_search search = {0};
    while (!search.found && at < end && headers_out->len < headers_out->max) {
        size_t want = end - at < sizeof chunk ? (size_t)(end - at) : sizeof chunk;
        ssize_t got = pread(fd, chunk, want, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        size_t len = head_search_piece(&search, (struct span){chunk, (size_t)got});
        size_t room = headers_out->max - headers_out->len;
        if (!buffer_add(headers_out, chunk, len < room ? len : room)) {
            errno = ENOMEM;
            return false;
        }
        at += (uint64_t)got;
    }
    return true;
}

enum module_result local_fault(struct call *call, int error, const char *tried, const char *path)
{
    switch (error) {
    case ENOMEM:
        return local_out_of_memory(call);
    case ENOSPC:
    case EDQUOT:
        return www4mail_fault(call, MODULE_RETRY, FAULT_DISK_FULL, NULL,
                              "cannot %s %s: %s; make room there", tried, path, strerror(error));
    case EACCES:
    case EPERM:
    case EROFS:
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "cannot %s %s: %s; let user %u read and write there", tried, path,
                              strerror(error), (unsigned)geteuid());
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "cannot %s %s: %s; set `path` to where the mail is", tried, path,
                              strerror(error));
    default:
        return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL, "cannot %s %s: %s", tried,
                              path, strerror(error));
    }
}

enum module_result local_out_of_memory(struct call *call)
{
    return www4mail_fault(call, MODULE_RETRY, FAULT_MEMORY, NULL, "memory is short");
}

enum module_result local_too_large(struct call *call, uint64_t size, uint64_t max)
{
    enum module_result result =
        www4mail_fault(call, MODULE_FAIL, FAULT_MAIL_TOO_LARGE, NULL,
                       "the mail has %" PRIu64 " bytes, more than %" PRIu64, size, max);
    fault_tell_asker(www4mail_call_fault(call),
                     "Your mail is too large: it has %" PRIu64 " bytes, and mails of up to %" PRIu64
                     " bytes are read.",
                     size, max);
    return result;
}
