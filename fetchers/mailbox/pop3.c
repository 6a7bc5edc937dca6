/* SPDX-License-Identifier: ISC */
/*
 * pop3: the mails of a POP3 mailbox (RFC 1939), known by their unique ids.  A mail goes from the
 * server to its file piece by piece, byte for byte.  Mails are removed only where that is set, and
 * count as removed only when the server has confirmed QUIT; numbers never outlive their session.
 */
#include "fetchers/mailbox/pop3_session.h"

#include "agent/base/file.h"
#include "fetchers/mailbox/local.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What may come behind a header block before the connection is given up rather than read on. */
enum { DRAIN_MAX = 256 * 1024, SIZE_SLACK = 64 * 1024 };

static void state_free(struct call *call, struct pop3_session **state)
{
    struct pop3_session *session = *state;
    session->call = call;
    pop3_session_leave(session);
    pop3_entries_free(&session->entries);
    free(session);
    *state = NULL;
}

static enum module_result pop3_open(struct call *call, void **state_out)
{
    struct pop3_session *session = calloc(1, sizeof *session);
    *state_out = NULL;
    if (!session)
        return local_out_of_memory(call);
    session->call = call;
    enum module_result result = local_switch(call, "done.delete", &session->delete);
    if (result == MODULE_OK)
        result = pop3_session_open(session);
    if (result == MODULE_OK)
        *state_out = session;
    else
        state_free(call, &session);
    return result;
}

/* A session that can be used: the one that is there, or a new one where it was merely left. */
static enum module_result ready(struct call *call, struct pop3_session *session)
{
    session->call = call;
    if (session->broken)
        return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the session with the server has ended");
    if (session->stream)
        return MODULE_OK;
    enum module_result result = pop3_session_open(session);
    if (result != MODULE_OK)
        session->broken = true;
    return result;
}

static enum module_result pop3_list(struct call *call, void *state, uint64_t *cursor,
                                    struct message_key *key_out, uint64_t *size_out)
{
    struct pop3_session *session = state;
    if (*cursor >= session->entries.count)
        return MODULE_PASS;
    enum module_result result = session->broken ? ready(call, session) : MODULE_OK;
    if (result != MODULE_OK)
        return result;
    const struct pop3_entry *entry = &session->entries.all[(*cursor)++];
    key_out->mailbox = "INBOX";
    key_out->uidvalidity = 0;
    key_out->uid = entry->uid;
    *size_out = entry->size;
    return MODULE_OK;
}

/* The mail's entry in a session that can be used. */
static enum module_result find(struct call *call, struct pop3_session *session, const char *uid,
                               struct pop3_entry **entry_out)
{
    enum module_result result = ready(call, session);
    if (result != MODULE_OK)
        return result;
    *entry_out = pop3_entries_find(&session->entries, uid);
    if (*entry_out && (*entry_out)->number != 0 && !(*entry_out)->deleted)
        return MODULE_OK;
    return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL, "the mail %.*s is gone",
                          POP3_UID_MAX, uid);
}

static enum module_result not_given(struct pop3_session *session, const struct pop3_entry *entry,
                                    struct span text)
{
    return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                          "the server does not give the mail %s: %s", entry->uid,
                          pop3_shown(session, text));
}

/* ---- head ---- */

/* A header block on its way. */
struct head {
    struct buffer *out;
    bool memory_short, ended; /* ended: the empty line was met, or there is no more room */
    bool line_empty, cr;      /* of the line so far */
    uint64_t behind;          /* bytes that came after the end */
};

/* The bytes of the piece that belong to the header block. */
static size_t head_part(struct head *head, struct span piece)
{
    for (size_t i = 0; i < piece.len; i++) {
        char byte = piece.at[i];
        if (byte == '\n' && head->line_empty)
            head->ended = true;
        else if (byte == '\n')
            head->line_empty = true;
        else
            head->line_empty = head->line_empty && byte == '\r' && !head->cr;
        head->cr = byte == '\r';
        if (head->ended)
            return i + 1;
    }
    return piece.len;
}

static bool head_sink(void *context, struct span piece)
{
    struct head *head = context;
    size_t len = head->ended ? 0 : head_part(head, piece);
    size_t room = head->out->max - head->out->len;
    if (len > room) {
        len = room;
        head->ended = true;
    }
    if (len > 0 && !buffer_add(head->out, piece.at, len))
        head->memory_short = head->ended = true;
    head->behind += piece.len - len;
    return head->behind <= DRAIN_MAX;
}

/* TOP, or where the server has none RETR; OK, or PASS with the server's words. */
static enum module_result ask_head(struct pop3_session *session, const struct pop3_entry *entry,
                                   struct span *text_out)
{
    enum module_result result = MODULE_PASS;
    if (!session->no_top)
        result = pop3_command(session, text_out, "TOP %" PRIu32 " 0", entry->number);
    if (result != MODULE_PASS || (!session->no_top && pop3_is_temporary(*text_out)))
        return result;
    result = pop3_command(session, text_out, "RETR %" PRIu32, entry->number);
    if (result == MODULE_OK)
        session->no_top = true;
    return result;
}

static enum module_result pop3_head(struct call *call, void *state, const struct message_key *key,
                                    struct buffer *headers_out)
{
    struct pop3_session *session = state;
    struct pop3_entry *entry;
    struct span text;
    struct head head = {.out = headers_out, .line_empty = true};
    enum module_result result = find(call, session, key->uid, &entry);
    if (result == MODULE_OK)
        result = ask_head(session, entry, &text);
    if (result == MODULE_PASS)
        return not_given(session, entry, text);
    if (result != MODULE_OK)
        return result;
    uint64_t budget = (headers_out->max + DRAIN_MAX) * 2 + SIZE_SLACK;
    www4mail_streams(call)->set_budget(session->stream, budget);
    switch (pop3_lines_text(&session->lines, head_sink, &head)) {
    case POP3_TEXT_STREAM:
        return pop3_stream_fault(session);
    case POP3_TEXT_LEFT:
        pop3_session_leave(session);
        break;
    default:
        break;
    }
    return head.memory_short ? local_out_of_memory(call) : MODULE_OK;
}

/* ---- body ---- */

struct body {
    int fd, error;
    uint64_t size, max;
};

static bool body_sink(void *context, struct span piece)
{
    struct body *body = context;
    body->size += piece.len;
    if (body->size > body->max)
        return false;
    if (file_write_all(body->fd, piece.at, piece.len))
        return true;
    body->error = errno ? errno : EIO;
    return false;
}

/* Bytes that may come for a mail: what LIST announced, where servers may have counted a line end
 * as one byte, or `max`; with the dots that may be stuffed in. */
static uint64_t body_budget(uint64_t size, uint64_t max)
{
    uint64_t bytes = size > 0 && size <= max / 2 ? size * 2 : max;
    return bytes > UINT64_MAX / 4 ? UINT64_MAX : bytes + bytes / 2 + SIZE_SLACK;
}

static enum module_result pop3_body(struct call *call, void *state, const struct message_key *key,
                                    int fd, uint64_t max)
{
    struct pop3_session *session = state;
    struct pop3_entry *entry;
    struct span text;
    struct body body = {.fd = fd, .max = max};
    enum module_result result = find(call, session, key->uid, &entry);
    if (result == MODULE_OK && entry->size > max)
        return local_too_large(call, entry->size, max);
    if (result == MODULE_OK)
        result = pop3_command(session, &text, "RETR %" PRIu32, entry->number);
    if (result == MODULE_PASS)
        return not_given(session, entry, text);
    if (result != MODULE_OK)
        return result;
    www4mail_streams(call)->set_budget(session->stream, body_budget(entry->size, max));
    enum pop3_text end = pop3_lines_text(&session->lines, body_sink, &body);
    if (end == POP3_TEXT_STREAM)
        return pop3_stream_fault(session);
    if (end == POP3_TEXT_WHOLE)
        return MODULE_OK;
    pop3_session_leave(session);
    return body.error ? local_fault(call, body.error, "write", "the mail's copy")
                      : local_too_large(call, body.size, max);
}

/* ---- settle ---- */

/* A mail that could not be dealt with is kept, for people to look at. */
static enum module_result pop3_settle(struct call *call, void *state, const struct message_key *key,
                                      enum message_outcome outcome)
{
    struct pop3_session *session = state;
    struct span text;
    if (!session->delete || outcome == MESSAGE_POISON)
        return MODULE_OK;
    enum module_result result = ready(call, session);
    if (result != MODULE_OK)
        return result;
    struct pop3_entry *entry = pop3_entries_find(&session->entries, key->uid);
    if (!entry || entry->number == 0 || entry->deleted)
        return MODULE_OK; /* it is gone, which is what is wanted */
    result = pop3_command(session, &text, "DELE %" PRIu32, entry->number);
    if (result == MODULE_PASS)
        return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the server does not remove the mail %s: %s", entry->uid,
                              pop3_shown(session, text));
    if (result != MODULE_OK)
        return result;
    entry->deleted = true;
    session->deleted++;
    return MODULE_OK;
}

/* Only QUIT makes removals true; where there are none its answer is not waited for. */
static enum module_result quit(struct pop3_session *session)
{
    struct span text;
    if (session->broken || !session->stream)
        return MODULE_OK;
    if (session->deleted == 0) {
        pop3_send(session, SPAN_LITERAL("QUIT\r\n"));
        return MODULE_OK;
    }
    enum module_result result = pop3_command(session, &text, "QUIT");
    if (result == MODULE_OK)
        session->deleted = 0;
    if (result == MODULE_PASS)
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the server did not remove the mails at QUIT: %s",
                              pop3_shown(session, text));
    return result == MODULE_FAIL ? MODULE_RETRY : result;
}

static enum module_result pop3_close(struct call *call, void **state)
{
    struct pop3_session *session = *state;
    enum module_result result = MODULE_OK;
    if (!session)
        return MODULE_OK;
    session->call = call;
    result = quit(session);
    pop3_session_leave(session);
    if (result == MODULE_OK && session->undone)
        result = www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                                "the session with the server ended before it removed the mails");
    state_free(call, &session);
    *state = NULL;
    return result;
}

static enum module_result pop3_quota(struct call *call, void *state, int64_t *used_out,
                                     int64_t *limit_out)
{
    (void)call, (void)state, (void)used_out, (void)limit_out;
    return MODULE_PASS;
}

static const struct mailbox_ops pop3_ops = {
    .open = pop3_open,
    .list = pop3_list,
    .head = pop3_head,
    .body = pop3_body,
    .settle = pop3_settle,
    .close = pop3_close,
    .quota = pop3_quota,
    .examine = pop3_examine,
};

WWW4MAIL_MODULE("pop3", "lireadmail", mailbox, &pop3_ops);
