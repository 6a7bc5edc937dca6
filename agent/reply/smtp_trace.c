/* SPDX-License-Identifier: ISC */
/*
 * How far a transaction got: takes the lines that libcurl sends and receives, keeps the last reply
 * (bounded) and what the server offers, and hands over the stored bytes.  Stops what must not go
 * on.  Never keeps or logs what is sent to sign in.
 */
#include "agent/reply/smtp.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REPLY_LINES_MAX = 200, REPLY_BYTES_MAX = 64 * 1024 };

void smtp_step_to(struct smtp_session *session, enum smtp_step step)
{
    session->step = step;
    session->reply = (struct smtp_reply){.code = 0};
}

/* ---- what is sent ---- */

static const struct {
    const char *word;
    enum smtp_step step;
} commands[] = {
    {"EHLO ", SMTP_EHLO},    {"HELO ", SMTP_EHLO}, {"STARTTLS\r\n", SMTP_STARTTLS},
    {"AUTH ", SMTP_AUTH},    {"MAIL ", SMTP_MAIL}, {"RCPT ", SMTP_RCPT},
    {"DATA\r\n", SMTP_DATA},
};

/* libcurl gives up the connection by itself after some refusals, and waits for the answer. */
static void take_quit(struct smtp_session *session)
{
    session->closing = true;
    curl_easy_setopt(session->easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, 1L);
}

static void take_command(struct smtp_session *session, struct span line)
{
    enum smtp_step step = session->step;
    if (step != SMTP_AUTH && span_equal(line, SPAN_LITERAL("QUIT\r\n"))) {
        take_quit(session);
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (span_starts_nocase(line, span_of(commands[i].word)))
            step = commands[i].step;
    /* Secrets are sent as lines of their own, and might read like a command. */
    if (session->step == SMTP_AUTH && step != SMTP_MAIL)
        step = SMTP_AUTH;
    if (step == SMTP_EHLO)
        session->offer = (struct smtp_offer){.size = 0};
    smtp_step_to(session, step);
}

/* libcurl tells of the handshake in words only. */
static void take_words(struct smtp_session *session, struct span line)
{
    static const char key_words[] = "public key hash: ";
    struct span using = SPAN_LITERAL("SSL connection using "), words = span_trim(line);
    ptrdiff_t key = span_find(words, span_of(key_words));
    if (span_starts_nocase(words, using)) {
        words = span_from(words, using.len);
        snprintf(session->tls_words, sizeof session->tls_words, "%.*s", (int)words.len, words.at);
    } else if (key >= 0) {
        words = span_from(words, (size_t)key + sizeof key_words - 1);
        snprintf(session->pin_found, sizeof session->pin_found, "%.*s", (int)words.len, words.at);
    }
}

int smtp_take_trace(CURL *easy, curl_infotype type, char *bytes, size_t len, void *context)
{
    (void)easy;
    if (type == CURLINFO_HEADER_OUT)
        take_command(context, (struct span){bytes, len});
    else if (type == CURLINFO_TEXT)
        take_words(context, (struct span){bytes, len});
    return 0;
}

size_t smtp_give_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct smtp_session *session = context;
    /* Asked for the mail, DATA was answered with 354, whatever was seen of it: a command that the
     * socket did not take at once is shown in part only. */
    if (session->step < SMTP_TEXT)
        smtp_step_to(session, SMTP_TEXT);
    uint64_t left = session->submission->size - session->offset;
    size_t want = left < size * count ? (size_t)left : size * count;
    ssize_t got = 0;
    do
        got = want ? pread(session->submission->fd, bytes, want, (off_t)session->offset) : 0;
    while (got < 0 && errno == EINTR);
    if (got < 0 || (got == 0 && want > 0)) {
        session->stop = SMTP_STOP_READ;
        session->io_error = got < 0 ? errno : 0;
        return CURL_READFUNC_ABORT;
    }
    session->offset += (uint64_t)got;
    if (session->offset == session->submission->size && session->step == SMTP_TEXT) {
        if (!www4mail_completing(session->call)) {
            session->stop = SMTP_STOP_KEPT_BACK;
            return CURL_READFUNC_ABORT;
        }
        smtp_step_to(session, SMTP_DOT);
    }
    return (size_t)got;
}

/* ---- what is received ---- */

/* Appends a line to the reply's text: one blank between lines, nothing but printable ASCII. */
static void keep_text(struct smtp_reply *reply, struct span line)
{
    struct span text = reply->len > 0 && line.len > 3 ? span_from(line, 4) : line;
    if (reply->len > 0 && text.len > 0 && reply->len + 1 < sizeof reply->text)
        reply->text[reply->len++] = ' ';
    for (size_t i = 0; i < text.len && reply->len + 1 < sizeof reply->text; i++) {
        bool printable = text.at[i] >= ' ' && text.at[i] < 127;
        reply->text[reply->len++] = printable ? text.at[i] : '?';
    }
    reply->text[reply->len] = '\0';
}

static void take_offer(struct smtp_offer *offer, struct span line)
{
    struct span rest = span_from(line, 4), word;
    if (!span_next_word(&rest, &word))
        return;
    if (span_equal_nocase(word, SPAN_LITERAL("SIZE"))) {
        offer->has_size = true;
        if (span_next_word(&rest, &word) && !span_to_u64(word, &offer->size))
            offer->size = 0;
    } else if (span_equal_nocase(word, SPAN_LITERAL("SMTPUTF8"))) {
        offer->utf8 = true;
    } else if (span_equal_nocase(word, SPAN_LITERAL("PIPELINING"))) {
        offer->pipelining = true;
    } else if (span_equal_nocase(word, SPAN_LITERAL("AUTH"))) {
        while (span_next_word(&rest, &word))
            if (span_equal_nocase(word, SPAN_LITERAL("PLAIN")) ||
                span_equal_nocase(word, SPAN_LITERAL("LOGIN")))
                offer->plain_or_login = true;
    }
}

/* What the server offers decides whether to go on: libcurl would go on without a sign-in, and
 * with a mail that is too large.  Nothing is believed before TLS is up. */
static void judge_offer(struct smtp_session *session)
{
    const struct smtp_offer *offer = &session->offer;
    if (!session->encrypted && session->tls != SMTP_TLS_NONE)
        return;
    if (session->sign_in && !offer->plain_or_login)
        session->stop = SMTP_STOP_NO_SIGN_IN;
    else if (session->submission && offer->size > 0 && session->submission->size > offer->size)
        session->stop = SMTP_STOP_SIZE;
}

static void take_complete(struct smtp_session *session, int code)
{
    session->reply.code = code;
    if (session->step == SMTP_STARTTLS && code == 220)
        session->encrypted = true;
    else if (session->step == SMTP_EHLO && code / 100 == 2)
        judge_offer(session);
    else if (session->step == SMTP_DATA && code == 354)
        session->step = SMTP_TEXT;
}

static bool has_code(struct span line)
{
    return line.len >= 3 && isdigit((unsigned char)line.at[0]) &&
           isdigit((unsigned char)line.at[1]) && isdigit((unsigned char)line.at[2]);
}

size_t smtp_take_reply(char *bytes, size_t size, size_t count, void *context)
{
    struct smtp_session *session = context;
    struct smtp_reply *reply = &session->reply;
    struct span raw = {bytes, size * count}, line = raw;
    if (session->closing)
        return raw.len;
    while (line.len > 0 && (line.at[line.len - 1] == '\n' || line.at[line.len - 1] == '\r'))
        line.len--;
    reply->bytes += raw.len;
    if (++reply->lines > REPLY_LINES_MAX || reply->bytes > REPLY_BYTES_MAX) {
        session->stop = SMTP_STOP_FLOOD;
        return 0;
    }
    keep_text(reply, line);
    if (session->step == SMTP_EHLO && has_code(line) && line.len > 4)
        take_offer(&session->offer, line);
    /* The same rule that libcurl has for the last line. */
    if (has_code(line) && (raw.len == 5 || (line.len > 3 && line.at[3] == ' ')))
        take_complete(session,
                      (line.at[0] - '0') * 100 + (line.at[1] - '0') * 10 + (line.at[2] - '0'));
    return session->stop == SMTP_STOP_NONE ? raw.len : 0;
}
