/* SPDX-License-Identifier: ISC */
/*
 * Goes through what a submission will need and tells each step: connection, TLS, what the server
 * offers, sign-in, and whether it takes the sender's address.  Ends with RSET: sends no mail, names
 * no recipient.
 */
#include "agent/reply/smtp.h"

#include "agent/base/clock.h"

#include <poll.h>
#include <string.h>

enum { EXAMINE_MS = 60 * 1000 };

#define TELL(examination, ok, ...) (examination)->say((examination)->context, (ok), __VA_ARGS__)

/* ---- commands over the connection that libcurl has made ---- */

static bool wait_for(CURL *easy, short events, int64_t deadline)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    int64_t left = clock_left_ms(deadline);
    if (left == 0 || curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd < 0)
        return false;
    struct pollfd wait = {.fd = fd, .events = events};
    poll(&wait, 1, left < 1000 ? (int)left : 1000);
    return true;
}

static bool send_line(struct smtp_session *session, const char *line, int64_t deadline)
{
    size_t len = strlen(line), sent = 0, at = 0;
    CURLcode result;
    do {
        result = curl_easy_send(session->easy, line + at, len - at, &sent);
        if (result == CURLE_OK)
            at += sent;
    } while (at < len && (result == CURLE_OK ||
                          (result == CURLE_AGAIN && wait_for(session->easy, POLLOUT, deadline))));
    return at == len;
}

/* Hands the reply's lines to the trace, as libcurl would. */
static bool read_reply(struct smtp_session *session, int64_t deadline)
{
    char line[1024];
    size_t len = 0, got;
    while (session->reply.code == 0) {
        CURLcode result = curl_easy_recv(session->easy, line + len, 1, &got);
        if (result == CURLE_AGAIN && wait_for(session->easy, POLLIN, deadline))
            continue;
        if (result != CURLE_OK || got == 0)
            return false;
        len += got;
        if (line[len - 1] != '\n' && len < sizeof line)
            continue;
        if (smtp_take_reply(line, 1, len, session) != len)
            return false;
        len = 0;
    }
    return true;
}

static bool ask(struct smtp_session *session, enum smtp_step step, const char *line)
{
    int64_t left = www4mail_left_ms(session->call);
    int64_t deadline = clock_monotonic_ms() + (left < EXAMINE_MS ? left : EXAMINE_MS);
    smtp_step_to(session, step);
    return line && send_line(session, line, deadline) && read_reply(session, deadline);
}

/* ---- the steps ---- */

/* A line of the certificate's description, or "?". */
static const char *certificate_line(CURL *easy, const char *label)
{
    struct curl_certinfo *info = NULL;
    struct span wanted = span_of(label);
    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
        info->num_of_certs < 1)
        return "?";
    for (struct curl_slist *line = info->certinfo[0]; line; line = line->next)
        if (span_starts_nocase(span_of(line->data), wanted)) /* flavours differ in case */
            return line->data + wanted.len;
    return "?";
}

static void tell_connection(struct smtp_session *session, const struct smtp_settings *settings,
                            const struct examination *examination)
{
    const char *address = "?";
    curl_easy_getinfo(session->easy, CURLINFO_PRIMARY_IP, &address);
    TELL(examination, true, "submission: connected to %s port %u%s%s", settings->host,
         (unsigned)settings->port, *settings->proxy ? " by the proxy " : ", ", address);
    if (settings->tls == SMTP_TLS_NONE)
        TELL(examination, true, "submission: no TLS, on this machine only");
    else
        TELL(examination, true, "submission: %s; certificate by %s, %s until %s",
             session->tls_words[0] ? session->tls_words : "TLS",
             certificate_line(session->easy, "Issuer:"),
             *settings->pin ? "its key is the pinned one," : "verified,",
             certificate_line(session->easy, "Expire date:"));
}

static void tell_offer(const struct smtp_session *session, const struct smtp_settings *settings,
                       const struct examination *examination)
{
    const struct smtp_offer *offer = &session->offer;
    const char *size = offer->size ? arena_printf(www4mail_arena(session->call), "up to %llu bytes",
                                                  (unsigned long long)offer->size)
                                   : "of any size";
    TELL(examination, true,
         "submission: greeted as %s; takes mails %s; PLAIN or LOGIN %s; SMTPUTF8 %s; PIPELINING %s",
         settings->ehlo_name, size ? size : "?", offer->plain_or_login ? "yes" : "no",
         offer->utf8 ? "yes" : "no", offer->pipelining ? "yes" : "no");
    if (session->sign_in)
        TELL(examination, true, "submission: signed in as %s", settings->user);
    else
        TELL(examination, true, "submission: not signed in, for user is empty");
}

static enum module_result try_sender(struct smtp_session *session, const char *sender,
                                     const struct examination *examination)
{
    const char *line = arena_printf(www4mail_arena(session->call), "MAIL FROM:<%s>\r\n", sender);
    bool answered = ask(session, SMTP_MAIL, line);
    int code = session->reply.code;
    if (!answered) {
        TELL(examination, false, "submission: no answer to MAIL FROM:<%s>; try again", sender);
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_CONNECT, NULL,
                              "no answer to MAIL FROM");
    }
    if (code / 100 != 2) {
        TELL(examination, false,
             "submission: the server does not take <%s> as sender (%s): set the account's address "
             "to one that this user may send from",
             sender, session->reply.text);
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_SUBMIT, NULL, "MAIL FROM: %s",
                              session->reply.text);
    }
    TELL(examination, true, "submission: the server takes <%s> as sender; no mail was sent",
         sender);
    ask(session, SMTP_START, "RSET\r\n");
    ask(session, SMTP_START, "QUIT\r\n");
    return MODULE_OK;
}

/* Says why there is no connection, as a submission would find it. */
static enum module_result tell_trouble(struct smtp_session *session, CURLcode code,
                                       const struct examination *examination)
{
    enum submission_outcome outcome = SUBMISSION_NOT_SENT;
    const char *text = "";
    enum module_result result = smtp_conclude(session, code, &outcome, &text);
    if (result == MODULE_OK)
        result = www4mail_fault(session->call, MODULE_FAIL, FAULT_CONNECT, NULL, "%s: %s",
                                session->host, text);
    const struct fault *fault = www4mail_call_fault(session->call);
    TELL(examination, false, "submission: %s", fault->operator? fault->operator: "failed");
    return result;
}

static enum module_result go_through(struct smtp_session *session,
                                     const struct smtp_settings *settings, const char *sender,
                                     const struct examination *examination)
{
    int64_t left = www4mail_left_ms(session->call);
    curl_easy_setopt(session->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(session->easy, CURLOPT_UPLOAD, 0L);
    curl_easy_setopt(session->easy, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(session->easy, CURLOPT_TIMEOUT_MS,
                     (long)(left < 1            ? 1
                            : left < EXAMINE_MS ? left
                                                : EXAMINE_MS));
    CURLcode code = curl_easy_perform(session->easy);
    if (code != CURLE_OK)
        return tell_trouble(session, code, examination);
    tell_connection(session, settings, examination);
    tell_offer(session, settings, examination);
    return try_sender(session, sender, examination);
}

enum module_result smtp_examine(struct call *call, const struct examination *examination,
                                const char *sender)
{
    struct smtp_session session = {.easy = NULL};
    struct smtp_settings settings = {.host = ""};
    enum module_result result;
    if (!smtp_address_is_safe(sender))
        result = www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                                "the account's address cannot be used as a sender");
    else
        result = smtp_settings_read(call, sender, &settings);
    if (result == MODULE_OK)
        result = smtp_session_open(&session, call, &settings);
    if (result != MODULE_OK) {
        const struct fault *fault = www4mail_call_fault(call);
        TELL(examination, false, "submission: %s", fault->operator? fault->operator: "failed");
        return result;
    }
    result = go_through(&session, &settings, sender, examination);
    smtp_session_close(&session, true);
    return result;
}
