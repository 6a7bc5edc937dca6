/* SPDX-License-Identifier: ISC */
/*
 * A submission server's replies, between the commands that libcurl would have sent: what is
 * concluded never says "accepted" without a 2xx after the last byte, nor "not sent" after it.
 */
#include "test/fuzz/fuzz.h"

#include "agent/reply/smtp.h"

#include <string.h>

static const char *const commands[] = {
    "EHLO a\r\n",          "STARTTLS\r\n",      "AUTH PLAIN\r\n", "c2VjcmV0\r\n",
    "MAIL FROM:<a@b>\r\n", "RCPT TO:<c@d>\r\n", "DATA\r\n",       "RSET\r\n",
};

static const CURLcode codes[] = {
    CURLE_OK,
    CURLE_RECV_ERROR,
    CURLE_SEND_ERROR,
    CURLE_OPERATION_TIMEDOUT,
    CURLE_WRITE_ERROR,
    CURLE_LOGIN_DENIED,
    CURLE_WEIRD_SERVER_REPLY,
    CURLE_USE_SSL_FAILED,
    CURLE_PEER_FAILED_VERIFICATION,
    CURLE_OUT_OF_MEMORY,
};

static void take_lines(struct smtp_session *session, struct span reply)
{
    while (reply.len > 0 && session->stop == SMTP_STOP_NONE) {
        char line[1024];
        ptrdiff_t end = span_find_byte(reply, '\n');
        size_t len = end < 0 ? reply.len : (size_t)end + 1;
        len = len < sizeof line ? len : sizeof line;
        memcpy(line, reply.at, len);
        size_t taken = smtp_take_reply(line, 1, len, session);
        FUZZ_ASSERT(taken == (session->stop == SMTP_STOP_NONE ? len : 0));
        reply = span_from(reply, len);
    }
    FUZZ_ASSERT(session->reply.len < sizeof session->reply.text);
    FUZZ_ASSERT(session->reply.text[session->reply.len] == '\0');
}

/* Up to 63: a command; from there on, bytes of the mail. */
static void act(struct smtp_session *session, unsigned choice, struct span words)
{
    char text[256];
    size_t len = words.len < sizeof text ? words.len : sizeof text;
    if (choice < 16 && choice < sizeof commands / sizeof *commands) {
        len = strlen(commands[choice]);
        memcpy(text, commands[choice], len);
        smtp_take_trace(NULL, CURLINFO_HEADER_OUT, text, len, session);
    } else if (choice < 20) {
        memcpy(text, words.at, len);
        smtp_take_trace(NULL, CURLINFO_TEXT, text, len, session);
    } else if (choice < 24) {
        memcpy(text, words.at, len);
        if (session->step == SMTP_AUTH || !span_equal(words, SPAN_LITERAL("QUIT\r\n")))
            smtp_take_trace(NULL, CURLINFO_HEADER_OUT, text, len, session);
    } else if (session->step == SMTP_TEXT) {
        smtp_step_to(session, SMTP_DOT);
    }
}

static void conclude(struct smtp_session *session, CURLcode result)
{
    enum submission_outcome outcome = SUBMISSION_ACCEPTED;
    const char *text = NULL;
    int kind = session->reply.code / 100;
    enum module_result made = smtp_conclude(session, result, &outcome, &text);
    FUZZ_ASSERT(made == MODULE_OK || made == MODULE_FAIL);
    FUZZ_ASSERT((made == MODULE_FAIL) == fault_is_set(session->call->fault));
    if (made != MODULE_OK)
        FUZZ_ASSERT(outcome == SUBMISSION_NOT_SENT && session->step != SMTP_DOT);
    else
        FUZZ_ASSERT(text && fuzz_is_line(span_of(text)));
    if (outcome == SUBMISSION_ACCEPTED)
        FUZZ_ASSERT(session->step == SMTP_DOT && kind == 2);
    if (outcome == SUBMISSION_IN_DOUBT)
        FUZZ_ASSERT(session->step == SMTP_DOT && kind != 2 && kind != 4 && kind != 5);
    if (session->step == SMTP_DOT)
        FUZZ_ASSERT(outcome != SUBMISSION_NOT_SENT);
    if (outcome == SUBMISSION_NEVER)
        FUZZ_ASSERT(kind == 5 || session->stop == SMTP_STOP_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    struct fuzz_call it;
    struct submission submission = {.sender = "a@b", .recipient = "c@d", .fd = -1, .size = 1000};
    fuzz_call_begin(&it, 1 << 20);
    struct smtp_session session = {.host = "mail.example.org"};
    session.call = &it.call;
    session.submission = &submission;
    session.tls = (enum smtp_tls)fuzz_number(&rest, 3);
    session.sign_in = fuzz_number(&rest, 2);
    CURLcode result = codes[fuzz_number(&rest, sizeof codes / sizeof *codes)];
    session.easy = curl_easy_init();
    while (rest.len > 0 && session.stop == SMTP_STOP_NONE) {
        struct span turn = fuzz_part(&rest);
        unsigned choice = turn.len > 0 ? (unsigned char)turn.at[0] % 32 : 31;
        act(&session, choice, span_from(turn, 1));
        take_lines(&session, span_from(turn, 1));
    }
    conclude(&session, result);
    curl_easy_cleanup(session.easy);
    fuzz_call_end(&it);
    return 0;
}
