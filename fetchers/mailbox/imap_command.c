/* SPDX-License-Identifier: ISC */
/*
 * Answers read by libetpan, and what answers mean: done, refused, or a session that is lost.  What
 * servers say is cut and cleaned before anybody sees it.
 */
#include "fetchers/mailbox/imap_box.h"

#include "fetchers/mailbox/etpan_stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The line that was read last, from its tag on. */
static struct span last_line(const struct imap_box *box)
{
    const MMAPString *read = box->session->imap_stream_buffer;
    struct span text = span_trim((struct span){read->str, read->len});
    size_t start = text.len;
    while (start > 0 && text.at[start - 1] != '\n')
        start--;
    return span_from(text, start);
}

/* What follows the tag and OK, NO or BAD, printable and short, into box->said. */
static bool keep_said(struct imap_box *box)
{
    char tag[16];
    size_t len = 0;
    struct span line = last_line(box), word, rest = line;
    snprintf(tag, sizeof tag, "%d", box->session->imap_tag);
    bool tagged = span_next_word(&rest, &word) && span_equal(word, span_of(tag));
    if (tagged && span_next_word(&rest, &word))
        line = span_trim(rest);
    for (size_t i = 0; i < line.len && len + 1 < sizeof box->said; i++)
        box->said[len++] = line.at[i] >= ' ' && line.at[i] <= '~' ? line.at[i] : '?';
    box->said[len] = '\0';
    return tagged && (span_equal_nocase(word, SPAN_LITERAL("NO")) ||
                      span_equal_nocase(word, SPAN_LITERAL("BAD")));
}

bool imap_has_code(const struct imap_box *box, const char *name)
{
    struct span said = span_of(box->said);
    struct span code = span_of(name);
    return said.len > code.len && said.at[0] == '[' && span_starts_nocase(span_from(said, 1), code);
}

bool imap_is_passing(const struct imap_box *box)
{
    return imap_has_code(box, "UNAVAILABLE") || imap_has_code(box, "INUSE") ||
           imap_has_code(box, "LIMIT") || imap_has_code(box, "SERVERBUG");
}

enum imap_answer imap_lose(struct call *call, struct imap_box *box, const char *format, ...)
{
    char text[256];
    va_list args;
    const struct fault *fault = box->stream ? box->ops->fault(box->stream) : NULL;
    if (fault && fault_is_set(fault)) {
        www4mail_fault(call, MODULE_RETRY, fault->code, NULL, "%s%s",
                       fault->operator ? fault->operator : fault_name(fault->code), box->hint);
    } else if (box->session && box->session->imap_stream &&
               etpan_stream_too_deep(box->session->imap_stream)) {
        www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                       "%s: the server's answer is nested too deep to be read", box->where);
    } else {
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL, "%s: %s", box->where, text);
    }
    box->lost = true;
    return IMAP_LOST;
}

enum imap_answer imap_answer_of(struct call *call, struct imap_box *box, int result)
{
    bool refused = keep_said(box);
    switch (result) {
    case MAILIMAP_NO_ERROR:
    case MAILIMAP_NO_ERROR_AUTHENTICATED:
    case MAILIMAP_NO_ERROR_NON_AUTHENTICATED:
        return IMAP_OK;
    case MAILIMAP_ERROR_MEMORY:
        box->lost = true;
        www4mail_fault(call, MODULE_RETRY, FAULT_MEMORY, NULL, "%s: memory is short", box->where);
        return IMAP_LOST;
    case MAILIMAP_ERROR_PROTOCOL:
        if (refused)
            return IMAP_NO; /* a plain BAD: the session is sound */
        return imap_lose(call, box, "the server answers another command: %s", box->said);
    case MAILIMAP_ERROR_BAD_STATE:
    case MAILIMAP_ERROR_FATAL:
    case MAILIMAP_ERROR_STREAM:
        return imap_lose(call, box, "the server ended the session: %s", box->said);
    case MAILIMAP_ERROR_PARSE:
        return imap_lose(call, box, "the server's answer could not be read: %s", box->said);
    default:
        return IMAP_NO;
    }
}

/* mailimap_custom_command() would send a blank behind the command. */
static int read_response(struct imap_box *box)
{
    struct mailimap_response *response = NULL;
    if (!mailimap_read_line(box->session))
        return MAILIMAP_ERROR_STREAM;
    int result = mailimap_parse_response(box->session, &response);
    if (result != MAILIMAP_NO_ERROR)
        return result;
    int condition = response->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state->rsp_type;
    mailimap_response_free(response);
    return condition == MAILIMAP_RESP_COND_STATE_OK ? MAILIMAP_NO_ERROR : MAILIMAP_ERROR_EXTENSION;
}

enum imap_answer imap_command(struct call *call, struct imap_box *box, uint64_t budget,
                              const char *command)
{
    enum imap_answer answer = imap_send_command(call, box, budget, command);
    return answer == IMAP_OK ? imap_answer_of(call, box, read_response(box)) : answer;
}

enum imap_answer imap_ask(struct call *call, struct imap_box *box, const char *format, ...)
{
    char text[IMAP_COMMAND_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof text)
        return imap_lose(call, box, "the command is too long");
    return imap_lines(call, box, text, NULL, NULL);
}

enum module_result imap_refused(struct call *call, struct imap_box *box, enum imap_answer answer,
                                enum fault_code code, const char *format, ...)
{
    char text[512];
    va_list args;
    if (answer == IMAP_LOST)
        return MODULE_RETRY;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return www4mail_fault(call, code == FAULT_MAILBOX ? MODULE_RETRY : MODULE_FAIL, code, NULL,
                          "%s: %s; the server says: %s", box->where, text, box->said);
}

static unsigned capability_of(struct span word)
{
    static const struct {
        const char *name;
        unsigned bits;
    } known[] = {
        {"STARTTLS", IMAP_CAN_STARTTLS},
        {"LOGINDISABLED", IMAP_LOGIN_DISABLED},
        {"UIDPLUS", IMAP_CAN_UIDPLUS},
        {"MOVE", IMAP_CAN_MOVE},
        {"NAMESPACE", IMAP_CAN_NAMESPACE},
        {"QUOTA", IMAP_CAN_QUOTA},
        {"LIST-EXTENDED", IMAP_CAN_LIST_EXTENDED},
        {"IMAP4rev2",
         IMAP_CAN_UIDPLUS | IMAP_CAN_MOVE | IMAP_CAN_NAMESPACE | IMAP_CAN_LIST_EXTENDED},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_equal_nocase(word, span_of(known[i].name)))
            return known[i].bits;
    return 0;
}

static void use_capabilities(void *context, struct span line)
{
    unsigned *capabilities = context;
    struct span word;
    if (!span_next_word(&line, &word) || !span_equal_nocase(word, SPAN_LITERAL("CAPABILITY")))
        return;
    while (span_next_word(&line, &word))
        *capabilities |= capability_of(word);
}

enum imap_answer imap_ask_capabilities(struct call *call, struct imap_box *box)
{
    box->capabilities = 0;
    return imap_lines(call, box, "CAPABILITY", use_capabilities, &box->capabilities);
}
