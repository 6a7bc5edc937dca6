/* SPDX-License-Identifier: ISC */
/*
 * What became of a mail: takes how far the transaction got and what the server replied, never
 * libcurl's code alone, which does not tell a refusal from a broken connection.  Before the last
 * byte was handed over nothing was sent; after it, only a complete reply says what happened.
 */
#include "agent/reply/smtp.h"

#include <string.h>

struct verdict_out {
    enum submission_outcome *outcome;
    const char **text;
};

static enum module_result say(struct smtp_session *session, struct verdict_out out,
                              enum submission_outcome outcome, const char *text)
{
    const char *copy = arena_copy(www4mail_arena(session->call), text);
    *out.outcome = outcome;
    *out.text = copy ? copy : "memory is short";
    return MODULE_OK;
}

static const char *detail(const struct smtp_session *session, CURLcode result)
{
    return session->error[0] ? session->error : curl_easy_strerror(result);
}

/* Where a connection ended that did not get as far as a reply. */
static enum module_result say_broken(struct smtp_session *session, struct verdict_out out,
                                     enum submission_outcome outcome, CURLcode result)
{
    static const char *const places[] = {
        [SMTP_START] = "before the server's greeting",
        [SMTP_EHLO] = "after the greeting",
        [SMTP_STARTTLS] = "at the start of TLS",
        [SMTP_AUTH] = "while signing in",
        [SMTP_MAIL] = "at MAIL",
        [SMTP_RCPT] = "at RCPT",
        [SMTP_DATA] = "at DATA",
        [SMTP_TEXT] = "within the mail",
        [SMTP_DOT] = "after all was handed over",
    };
    const char *text = arena_printf(www4mail_arena(session->call), "no answer %s: %s",
                                    places[session->step], detail(session, result));
    return say(session, out, outcome, text ? text : "memory is short");
}

static enum module_result fail_sign_in(struct smtp_session *session)
{
    if (session->stop == SMTP_STOP_NO_SIGN_IN)
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_SIGN_IN, NULL,
                              "%s offers no sign-in by PLAIN or LOGIN; check host, port and tls",
                              session->host);
    return www4mail_fault(session->call, MODULE_FAIL, FAULT_SIGN_IN, NULL,
                          "%s refuses the sign-in (%s); check user and password", session->host,
                          session->reply.len ? session->reply.text : "no reason given");
}

/* ---- TLS ---- */

static const char *certificate_reason(struct smtp_session *session)
{
    enum { FLAVOUR_GNUTLS = 512, NOT_YET = 512, EXPIRED = 1024 };
    long flags = 0;
    if (curl_easy_getinfo(session->easy, CURLINFO_SSL_VERIFYRESULT, &flags) != CURLE_OK ||
        flags < FLAVOUR_GNUTLS)
        flags = 0;
    if (strstr(session->error, "expired") || (flags & EXPIRED))
        return "its certificate has expired; the server's operator must renew it";
    if (strstr(session->error, "not yet") || (flags & NOT_YET))
        return "its certificate is not valid yet; check the clock";
    if (strstr(session->error, "match"))
        return "its certificate is for another name; check host";
    return "its certificate comes from an unknown issuer; set ca_file or pin where that is right";
}

static enum module_result fail_tls(struct smtp_session *session, const char *reason,
                                   const char *more)
{
    return www4mail_fault(session->call, MODULE_FAIL, FAULT_TLS, NULL,
                          "no safe connection to %s: %s%s%s", session->host, reason,
                          *more ? ": " : "", more);
}

static bool is_about_tls(const struct smtp_session *session, CURLcode result)
{
    static const CURLcode codes[] = {CURLE_SSL_CONNECT_ERROR,        CURLE_PEER_FAILED_VERIFICATION,
                                     CURLE_USE_SSL_FAILED,           CURLE_SSL_CACERT_BADFILE,
                                     CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CIPHER,
                                     CURLE_SSL_ENGINE_INITFAILED,    CURLE_SSL_CERTPROBLEM,
                                     CURLE_SSL_ISSUER_ERROR,         CURLE_SSL_INVALIDCERTSTATUS};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] == result)
            return true;
    return session->step == SMTP_STARTTLS && result == CURLE_WEIRD_SERVER_REPLY;
}

static enum module_result conclude_tls(struct smtp_session *session, CURLcode result)
{
    switch (result) {
    case CURLE_SSL_CACERT_BADFILE:
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "submission.ca_file: %s", detail(session, result));
    case CURLE_PEER_FAILED_VERIFICATION:
        return fail_tls(session, certificate_reason(session), "");
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return fail_tls(session, "its key is not the pinned one; it has", session->pin_found);
    case CURLE_USE_SSL_FAILED:
        return session->step == SMTP_STARTTLS
                   ? fail_tls(session, "it refuses STARTTLS", session->reply.text)
                   : fail_tls(session, "it offers no STARTTLS; check port and tls", "");
    case CURLE_WEIRD_SERVER_REPLY:
        return fail_tls(session,
                        "more than the answer to STARTTLS arrived in clear, somebody "
                        "between may have put it there",
                        "");
    default:
        return fail_tls(session, "the handshake failed; check port and tls",
                        detail(session, result));
    }
}

/* ---- the rest ---- */

static enum module_result conclude_stop(struct smtp_session *session, CURLcode result,
                                        struct verdict_out out)
{
    switch (session->stop) {
    case SMTP_STOP_NO_SIGN_IN:
        return fail_sign_in(session);
    case SMTP_STOP_SIZE:
        return say(session, out, SUBMISSION_NEVER, "the mail is larger than the server takes");
    case SMTP_STOP_READ:
        return www4mail_fault(
            session->call, MODULE_FAIL, FAULT_IO, NULL, "the stored mail cannot be read: %s",
            session->io_error ? strerror(session->io_error) : "it is shorter than it was");
    case SMTP_STOP_KEPT_BACK:
        return say(session, out, SUBMISSION_NOT_SENT,
                   "broken off: that the mail is sent once more could not be written down");
    case SMTP_STOP_ADDRESS:
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "submission.tls: none is for this machine only, and %s is not; "
                              "write implicit or starttls",
                              session->host);
    default:
        return say_broken(session, out, SUBMISSION_NOT_SENT, result);
    }
}

static bool wants_sign_in(int code)
{
    return code == 530 || code == 534 || code == 535 || code == 538;
}

/* A reply to what comes before the mail's bytes. */
static enum module_result conclude_reply(struct smtp_session *session, struct verdict_out out)
{
    int code = session->reply.code;
    bool transaction = session->step >= SMTP_MAIL;
    if (code / 100 == 5 && (session->step == SMTP_AUTH || (transaction && wants_sign_in(code))))
        return fail_sign_in(session);
    return say(session, out, code / 100 == 5 && transaction ? SUBMISSION_NEVER : SUBMISSION_LATER,
               session->reply.text);
}

static enum module_result conclude_dot(struct smtp_session *session, CURLcode result,
                                       struct verdict_out out)
{
    switch (session->reply.code / 100) {
    case 2:
        return say(session, out, SUBMISSION_ACCEPTED, session->reply.text);
    case 4:
        return say(session, out, SUBMISSION_LATER, session->reply.text);
    case 5:
        return say(session, out, SUBMISSION_NEVER, session->reply.text);
    default:
        return say_broken(session, out, SUBMISSION_IN_DOUBT, result);
    }
}

enum module_result smtp_conclude(struct smtp_session *session, CURLcode result,
                                 enum submission_outcome *outcome_out, const char **text_out)
{
    struct verdict_out out = {outcome_out, text_out};
    int kind = session->reply.code / 100;
    *outcome_out = SUBMISSION_NOT_SENT;
    if (session->step == SMTP_DOT)
        return conclude_dot(session, result, out);
    if (session->stop != SMTP_STOP_NONE)
        return conclude_stop(session, result, out);
    if (is_about_tls(session, result))
        return conclude_tls(session, result);
    if (kind == 4 || kind == 5)
        return conclude_reply(session, out);
    if (result == CURLE_LOGIN_DENIED)
        return fail_sign_in(session);
    if (result == CURLE_OUT_OF_MEMORY)
        return www4mail_fault(session->call, MODULE_FAIL, FAULT_MEMORY, NULL, "memory is short");
    return say_broken(session, out, SUBMISSION_NOT_SENT, result);
}
