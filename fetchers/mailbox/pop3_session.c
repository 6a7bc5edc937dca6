/* SPDX-License-Identifier: ISC */
/* Commands and answers of a POP3 session.  Takes nothing that a server says for granted. */
#include "fetchers/mailbox/pop3_session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_MAX = 512, SHOWN_MAX = 200, STEP_MAX = 512 };

void pop3_say(struct pop3_session *session, bool ok, const char *format, ...)
{
    char text[STEP_MAX];
    va_list args;
    if (!session->examination)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    session->examination->say(session->examination->context, ok, "%s", text);
}

const char *pop3_shown(struct pop3_session *session, struct span text)
{
    text = span_trim(text);
    if (text.len > SHOWN_MAX)
        text.len = SHOWN_MAX;
    char *shown = www4mail_alloc(session->call, text.len + 1);
    if (!shown)
        return "";
    for (size_t i = 0; i < text.len; i++)
        shown[i] = text.at[i] >= ' ' && text.at[i] < 127 ? text.at[i] : '?';
    return shown;
}

void pop3_session_leave(struct pop3_session *session)
{
    if (!session->stream)
        return;
    www4mail_streams(session->call)->close(&session->stream);
    pop3_lines_free(&session->lines);
    if (session->deleted > 0)
        session->undone = true;
    session->deleted = 0;
}

enum module_result pop3_stream_fault(struct pop3_session *session)
{
    const struct fault *fault = www4mail_streams(session->call)->fault(session->stream);
    session->broken = true;
    if (!fault || !fault_is_set(fault))
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the connection to the server ended");
    struct fault *own = www4mail_call_fault(session->call);
    enum module_result result = fault->class == FAULT_OPERATOR ? MODULE_FAIL : MODULE_RETRY;
    if (fault_is_set(own))
        return result;
    www4mail_fault(session->call, result, fault->code, NULL, "%s",
                   fault->operator ? fault->operator : fault_name(fault->code));
    own->class = fault->class; /* the stream knows which faults of TLS may pass */
    return result;
}

static enum module_result next_line(struct pop3_session *session, struct span *line_out)
{
    switch (pop3_lines_next(&session->lines, line_out)) {
    case POP3_LINE_OK:
        return MODULE_OK;
    case POP3_LINE_STREAM:
        return pop3_stream_fault(session);
    case POP3_LINE_MEMORY:
        session->broken = true;
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MEMORY, NULL, "memory is short");
    default:
        session->broken = true;
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the server sends an answer without an end: is it a POP3 server?");
    }
}

/* Does the line begin with this word, alone or with a blank behind it? */
static bool takes_word(struct span *line, struct span word)
{
    if (!span_starts_nocase(*line, word) ||
        (line->len > word.len && line->at[word.len] != ' ' && line->at[word.len] != '\t'))
        return false;
    *line = span_trim(span_from(*line, word.len));
    return true;
}

static enum module_result read_answer(struct pop3_session *session, const char *asked, bool may_ask,
                                      struct span *text_out)
{
    struct span line;
    enum module_result result = next_line(session, &line);
    if (result != MODULE_OK)
        return result;
    *text_out = line;
    if (takes_word(text_out, SPAN_LITERAL("+OK")))
        return MODULE_OK;
    if (takes_word(text_out, SPAN_LITERAL("-ERR")))
        return MODULE_PASS;
    if (may_ask && takes_word(text_out, SPAN_LITERAL("+")))
        return MODULE_NEED;
    session->broken = true;
    return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                          "the answer to %s is neither +OK nor -ERR: is it a POP3 server?", asked);
}

enum module_result pop3_answer(struct pop3_session *session, const char *asked,
                               struct span *text_out)
{
    return read_answer(session, asked, false, text_out);
}

enum module_result pop3_sasl_answer(struct pop3_session *session, struct span *text_out)
{
    return read_answer(session, "AUTH", true, text_out);
}

bool pop3_send(struct pop3_session *session, struct span bytes)
{
    const struct stream_ops *io = www4mail_streams(session->call);
    io->set_budget(session->stream, POP3_ANSWER_BUDGET);
    return io->write(session->stream, bytes.at, bytes.len);
}

enum module_result pop3_command(struct pop3_session *session, struct span *text_out,
                                const char *format, ...)
{
    char command[COMMAND_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(command, sizeof command - 2, format, args);
    va_end(args);
    if (session->broken || !session->stream || len < 0 || (size_t)len >= sizeof command - 2)
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "the session with the server has ended");
    memcpy(command + len, "\r\n", 2);
    if (!pop3_send(session, (struct span){command, (size_t)len + 2}))
        return pop3_stream_fault(session);
    command[len] = '\0';
    return pop3_answer(session, command, text_out);
}

enum module_result pop3_list_line(struct pop3_session *session, struct span *line_out)
{
    enum module_result result = next_line(session, line_out);
    if (result != MODULE_OK)
        return result;
    if (line_out->len == 0 || line_out->at[0] != '.')
        return MODULE_OK;
    *line_out = span_from(*line_out, 1);
    return line_out->len == 0 ? MODULE_PASS : MODULE_OK;
}

bool pop3_is_temporary(struct span text)
{
    static const struct span codes[] = {SPAN_LITERAL("[IN-USE]"), SPAN_LITERAL("[SYS/TEMP]"),
                                        SPAN_LITERAL("[LOGIN-DELAY]")};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (span_starts_nocase(text, codes[i]))
            return true;
    return false;
}

enum module_result pop3_session_open(struct pop3_session *session)
{
    session->broken = false;
    enum module_result result = pop3_connect(session);
    if (result == MODULE_OK)
        result = pop3_sign_in(session);
    if (result == MODULE_OK)
        result = pop3_entries_read(session);
    if (result != MODULE_OK)
        pop3_session_leave(session);
    return result;
}
