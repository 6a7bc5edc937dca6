/* SPDX-License-Identifier: ISC */
/*
 * LOGIN (RFC 3501, 6.2.3): the password goes from its source onto the verified connection, in
 * memory that is wiped, quoted or as a literal where it is no plain ASCII.
 */
#include "fetchers/mailbox/imap_box.h"
#include "fetchers/mailbox/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A command with a secret in it: one block of memory, never grown, wiped. */
struct secret_line {
    char *at;
    size_t len, room;
};

static void line_add(struct secret_line *line, const char *bytes, size_t len)
{
    if (len > line->room - line->len)
        len = line->room - line->len;
    memcpy(line->at + line->len, bytes, len);
    line->len += len;
}

static void line_add_quoted(struct secret_line *line, const char *text)
{
    line_add(line, "\"", 1);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            line_add(line, "\\", 1);
        line_add(line, text, 1);
    }
    line_add(line, "\"", 1);
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static enum imap_answer flush_line(struct call *call, struct imap_box *box,
                                   struct secret_line *line)
{
    enum imap_answer answer = imap_send(call, box, line->at, line->len);
    line->len = 0;
    return answer;
}

static enum imap_answer add_string(struct call *call, struct imap_box *box,
                                   struct secret_line *line, const char *text)
{
    char announced[32];
    struct span reply;
    if (is_plain(text)) {
        line_add_quoted(line, text);
        return IMAP_OK;
    }
    int len = snprintf(announced, sizeof announced, "{%zu}\r\n", strlen(text));
    line_add(line, announced, (size_t)len);
    enum imap_answer answer = flush_line(call, box, line);
    do {
        if (answer == IMAP_OK)
            answer = imap_read_line(call, box, &reply);
    } while (answer == IMAP_OK && span_starts_nocase(reply, SPAN_LITERAL("* ")));
    if (answer != IMAP_OK)
        return answer;
    line_add(line, text, strlen(text));
    return reply.len > 0 && *reply.at == '+'
               ? IMAP_OK
               : imap_lose(call, box, "the server takes no user or password with such letters");
}

static enum imap_answer send_login(struct call *call, struct imap_box *box, const char *password)
{
    char tag[32];
    size_t room = 2 * strlen(box->user) + 2 * strlen(password) + 128;
    struct secret_line line = {.at = malloc(room), .room = room};
    if (!line.at)
        return imap_lose(call, box, "memory is short");
    box->ops->set_budget(box->stream, IMAP_SMALL_BUDGET);
    int len = snprintf(tag, sizeof tag, "%d LOGIN ", ++box->session->imap_tag);
    line_add(&line, tag, (size_t)len);
    enum imap_answer answer = add_string(call, box, &line, box->user);
    line_add(&line, " ", 1);
    if (answer == IMAP_OK)
        answer = add_string(call, box, &line, password);
    line_add(&line, "\r\n", 2);
    if (answer == IMAP_OK)
        answer = flush_line(call, box, &line);
    explicit_bzero(line.at, line.room);
    free(line.at);
    return answer == IMAP_OK ? imap_read_answer(call, box, NULL, NULL) : answer;
}

enum module_result imap_sign_in(struct call *call, struct imap_box *box)
{
    if (box->capabilities & IMAP_LOGIN_DISABLED && box->tls == STREAM_TLS_NONE)
        return www4mail_fault(call, MODULE_FAIL, FAULT_SIGN_IN, NULL,
                              "%s: the server takes no password without TLS: set tls: starttls or "
                              "implicit",
                              box->where);
    const char *password = www4mail_setting(call, "password");
    if (!password || !*password || strpbrk(password, "\r\n")) {
        if (!fault_is_set(www4mail_call_fault(call)))
            www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                           "there is no password for %s at %s: set password_command or "
                           "password_file",
                           box->user, box->where);
        return MODULE_FAIL;
    }
    enum imap_answer answer = send_login(call, box, password);
    if (answer == IMAP_NO && imap_is_passing(box))
        return imap_refused(call, box, answer, FAULT_MAILBOX, "%s cannot sign in now", box->user);
    if (answer != IMAP_OK)
        return imap_refused(
            call, box, answer, FAULT_SIGN_IN,
            "the sign-in of %s is refused: check user and password; many providers "
            "want a password made for programs%s",
            box->user,
            box->capabilities & IMAP_LOGIN_DISABLED
                ? ", and this server says that it takes no passwords (LOGINDISABLED)"
                : "");
    box->session->imap_state = MAILIMAP_STATE_AUTHENTICATED;
    imap_tell(box, true, "signed in as %s", box->user);
    return MODULE_OK;
}
