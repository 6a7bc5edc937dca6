/* SPDX-License-Identifier: ISC */
/*
 * How full the mailbox is (RFC 2087 and 9208), by lines: libetpan has 32 bits for it.  Of several
 * quotas the one with the least room left is told.
 */
#include "fetchers/mailbox/imap_box.h"

struct quota_found {
    int64_t used, limit; /* bytes; limit -1: none found */
};

static bool next_number(struct span *rest, int64_t *bytes_out)
{
    struct span word;
    uint64_t kib;
    if (!span_next_word(rest, &word) || !span_to_u64(word, &kib))
        return false;
    *bytes_out = kib > INT64_MAX / 1024 ? INT64_MAX : (int64_t)(kib * 1024);
    return true;
}

/* `QUOTA "user quota" (STORAGE 10 512 MESSAGE 3 1000)`: units of 1024 bytes. */
static void use_quota(void *context, struct span line)
{
    struct quota_found *found = context;
    struct span word;
    int64_t used, limit;
    if (!span_next_word(&line, &word) || !span_equal_nocase(word, SPAN_LITERAL("QUOTA")))
        return;
    line = span_trim(line);
    size_t end = line.len, start = end;
    if (end == 0 || line.at[--end] != ')')
        return;
    while (start > 0 && line.at[start - 1] != '(')
        start--;
    struct span rest = {line.at + start, end - start};
    while (start > 0 && span_next_word(&rest, &word)) {
        bool storage = span_equal_nocase(word, SPAN_LITERAL("STORAGE"));
        if (!next_number(&rest, &used) || !next_number(&rest, &limit))
            return;
        if (storage && (found->limit < 0 || limit - used < found->limit - found->used))
            *found = (struct quota_found){used, limit};
    }
}

enum module_result imap_quota(struct call *call, void *state, int64_t *used_out, int64_t *limit_out)
{
    struct imap_box *box = state;
    struct quota_found found = {.limit = -1};
    struct buffer command;
    if (!(box->capabilities & IMAP_CAN_QUOTA))
        return MODULE_PASS;
    buffer_init(&command, IMAP_COMMAND_BYTES);
    buffer_add_text(&command, "GETQUOTAROOT ");
    imap_quote(&command, box->wire_folder);
    enum imap_answer answer = command.failed ? imap_lose(call, box, "memory is short")
                                             : imap_lines(call, box, command.at, use_quota, &found);
    buffer_free(&command);
    if (answer == IMAP_LOST)
        return MODULE_RETRY;
    if (answer == IMAP_NO || found.limit < 0)
        return MODULE_PASS;
    *used_out = found.used;
    *limit_out = found.limit;
    return MODULE_OK;
}
