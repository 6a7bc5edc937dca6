/* SPDX-License-Identifier: ISC */
/*
 * smtp: hands replies to a submission server, one recipient a transaction, from the stored bytes.
 * Keeps the connection for the next mail while all is well and throws it away after any trouble,
 * so that a late reply is never taken for another mail's.  Never sends over an unsafe connection,
 * never sends a mail a second time by itself once its last byte was handed over.
 */
#include "agent/reply/smtp.h"

#include "agent/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SCAN_BYTES = 64 * 1024 };

struct scan {
    uint64_t at;
    char last;
    bool dotted; /* a line begins with a dot */
    bool bare;   /* a CR or LF alone */
};

static void scan_chunk(struct scan *scan, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((scan->last == '\r') != (bytes[i] == '\n'))
            scan->bare = true;
        if (bytes[i] == '.' && scan->last == '\n')
            scan->dotted = true;
        scan->last = bytes[i];
    }
}

/*
 * Looks for lines that get a dot put before them: libcurl counts these dots as bytes of the mail,
 * and takes it for complete too early when it was told the size.  Looks for bare CR and LF as well,
 * that some servers take for line ends and could end the mail early.
 */
static bool scan_mail(const struct submission *submission, struct scan *scan)
{
    char chunk[SCAN_BYTES];
    *scan = (struct scan){.last = '\n'};
    while (scan->at < submission->size) {
        uint64_t left = submission->size - scan->at;
        size_t want = left < sizeof chunk ? (size_t)left : sizeof chunk;
        ssize_t got = pread(submission->fd, chunk, want, (off_t)scan->at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            errno = got == 0 ? ENODATA : errno;
            return false;
        }
        scan_chunk(scan, chunk, (size_t)got);
        scan->at += (uint64_t)got;
    }
    scan->bare = scan->bare || scan->last == '\r';
    return true;
}

/* Whether the mail may be put on the wire at all; *ready_out with MODULE_OK when it may. */
static enum module_result check_mail(struct call *call, const struct submission *submission,
                                     struct scan *scan, enum submission_outcome *outcome_out,
                                     const char **text_out, bool *ready_out)
{
    *ready_out = false;
    if (!smtp_address_is_safe(submission->sender))
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "the account's address cannot be used as a sender");
    *outcome_out = SUBMISSION_NEVER;
    *text_out = "the recipient's address cannot be used in a command";
    if (!smtp_address_is_safe(submission->recipient))
        return MODULE_OK;
    if (!scan_mail(submission, scan)) {
        *outcome_out = SUBMISSION_NOT_SENT;
        *text_out = "";
        return www4mail_fault(call, MODULE_FAIL, FAULT_IO, NULL,
                              "the stored mail cannot be read: %s", strerror(errno));
    }
    *text_out = "the mail is empty or has a line end that SMTP does not allow";
    if (submission->size == 0 || scan->bare)
        return MODULE_OK;
    *outcome_out = SUBMISSION_NOT_SENT;
    *text_out = "";
    *ready_out = true;
    return MODULE_OK;
}

/* One transaction over the session's connection, which is made where there is none. */
static CURLcode transfer(struct smtp_session *session, const struct submission *submission,
                         const struct scan *scan)
{
    CURL *easy = session->easy;
    int64_t left = www4mail_left_ms(session->call);
    curl_off_t size = scan->dotted ? -1 : (curl_off_t)submission->size;
    long limit = left < 1 ? 1 : left > INT32_MAX ? INT32_MAX : (long)left;
    struct curl_slist *recipients = curl_slist_append(NULL, submission->recipient);
    session->offset = 0;
    session->stop = SMTP_STOP_NONE;
    session->error[0] = '\0';
    smtp_step_to(session, SMTP_START);
    bool ready = recipients &&
                 curl_easy_setopt(easy, CURLOPT_MAIL_FROM, submission->sender) == CURLE_OK &&
                 curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
                 curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, limit) == CURLE_OK &&
                 curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, size) == CURLE_OK;
    CURLcode result = ready ? curl_easy_perform(easy) : CURLE_OUT_OF_MEMORY;
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    return result;
}

/* A kept connection that the server had enough of: nothing of this mail was handed over. */
static bool may_ask_afresh(const struct smtp_session *session)
{
    return session->stop == SMTP_STOP_NONE && session->step < SMTP_TEXT &&
           (session->reply.code == 0 || session->reply.code == 421);
}

static enum module_result connect_for(struct smtp_session *session, struct call *call,
                                      const struct submission *submission)
{
    struct smtp_settings settings = {.host = ""};
    smtp_session_close(session, false);
    enum module_result result = smtp_settings_read(call, submission->sender, &settings);
    return result == MODULE_OK ? smtp_session_open(session, call, &settings) : result;
}

static enum module_result carry(struct smtp_session *session, const struct scan *scan,
                                enum submission_outcome *outcome_out, const char **text_out)
{
    struct call *call = session->call;
    const struct submission *submission = session->submission;
    bool kept = smtp_session_is_fresh(session);
    enum module_result result = kept ? MODULE_OK : connect_for(session, call, submission);
    if (result != MODULE_OK)
        return result;
    session->call = call;
    session->submission = submission;
    if (kept && session->offer.size > 0 && submission->size > session->offer.size) {
        session->step = SMTP_MAIL;
        session->stop = SMTP_STOP_SIZE;
        return smtp_conclude(session, CURLE_OK, outcome_out, text_out);
    }
    CURLcode code = transfer(session, submission, scan);
    if (kept && code != CURLE_OK && may_ask_afresh(session)) {
        smtp_session_close(session, true);
        if ((result = connect_for(session, call, submission)) != MODULE_OK)
            return result;
        session->submission = submission;
        code = transfer(session, submission, scan);
    }
    result = smtp_conclude(session, code, outcome_out, text_out);
    www4mail_debug(call, "step %d, reply %d, libcurl %d: %s", (int)session->step,
                   session->reply.code, (int)code, *text_out);
    if (code != CURLE_OK || session->closing)
        smtp_session_close(session, true);
    session->used_ms = clock_monotonic_ms();
    session->mails++;
    return result;
}

static enum module_result smtp_submit(struct call *call, void *state,
                                      const struct submission *submission,
                                      enum submission_outcome *outcome_out, const char **text_out)
{
    struct smtp_session *session = state;
    struct scan scan;
    bool ready;
    *outcome_out = SUBMISSION_NOT_SENT;
    *text_out = "";
    enum module_result result = check_mail(call, submission, &scan, outcome_out, text_out, &ready);
    if (!ready)
        return result;
    session->call = call;
    session->submission = submission;
    result = carry(session, &scan, outcome_out, text_out);
    session->call = NULL;
    session->submission = NULL;
    return result;
}

static enum module_result smtp_open(struct call *call, void **state_out)
{
    *state_out = calloc(1, sizeof(struct smtp_session));
    if (!*state_out)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "memory is short");
    return MODULE_OK;
}

static void smtp_close(struct call *call, void **state)
{
    (void)call;
    if (*state)
        smtp_session_close(*state, false);
    free(*state);
    *state = NULL;
}

static const struct sender_ops smtp_ops = {
    .open = smtp_open, .submit = smtp_submit, .close = smtp_close, .examine = smtp_examine};

WWW4MAIL_MODULE("smtp", "submit", sender, &smtp_ops);
