/* SPDX-License-Identifier: ISC */
/*
 * smtp: the state of one connection to a submission server (RFC 6409) and of the transaction that
 * runs over it, shared by the files of the smtp module and nobody else.  libcurl speaks the
 * protocol; what is known of its progress comes from its callbacks.
 */
#ifndef WWW4MAIL_AGENT_REPLY_SMTP_H
#define WWW4MAIL_AGENT_REPLY_SMTP_H

#include "agent/module.h"

#include <curl/curl.h>

enum smtp_tls { SMTP_TLS_IMPLICIT, SMTP_TLS_STARTTLS, SMTP_TLS_NONE };

/* The settings, checked; texts belong to the configuration or the call's arena. */
struct smtp_settings {
    const char *host, *user, *ca_file, *pin, *proxy, *ehlo_name;
    uint16_t port;
    enum smtp_tls tls;
    long response_time; /* seconds */
};

/* What was sent last.  Before TEXT nothing of the mail has left; from DOT on all of it may have. */
enum smtp_step {
    SMTP_START,
    SMTP_EHLO,
    SMTP_STARTTLS,
    SMTP_AUTH,
    SMTP_MAIL,
    SMTP_RCPT,
    SMTP_DATA,
    SMTP_TEXT, /* 354 was answered, bytes are handed over */
    SMTP_DOT   /* the last byte was handed over: the end of data may follow any time */
};

/* Why a callback ended the transfer. */
enum smtp_stop {
    SMTP_STOP_NONE,
    SMTP_STOP_NO_SIGN_IN, /* the server offers none that can be used */
    SMTP_STOP_SIZE,       /* larger than the server announced to take */
    SMTP_STOP_FLOOD,      /* an endless reply */
    SMTP_STOP_READ,       /* the stored bytes could not be read; io_error says why */
    SMTP_STOP_KEPT_BACK,  /* the agent cannot write down that the mail is completed now */
    SMTP_STOP_ADDRESS     /* no TLS, and not this machine */
};

/* The reply to the last step, on one line. */
struct smtp_reply {
    char text[512];
    size_t len;
    size_t lines, bytes; /* as they came */
    int code;            /* 0 until it is complete */
};

/* What EHLO announced on the connection that is used in the end. */
struct smtp_offer {
    uint64_t size; /* 0: no limit known */
    bool has_size, plain_or_login, utf8, pipelining;
};

struct smtp_session {
    CURL *easy; /* NULL: no connection */
    char error[CURL_ERROR_SIZE];
    int64_t opened_ms, used_ms; /* monotonic */
    unsigned mails;
    bool sign_in, encrypted;
    bool closing; /* QUIT was sent: what is replied now is about that */
    enum smtp_tls tls;
    struct smtp_offer offer;
    char tls_words[64]; /* "TLS1.3 / ..." */
    char pin_found[64]; /* of the server's key, where a pin is set */
    char host[256];     /* for faults */

    /* the transaction */
    struct call *call;
    const struct submission *submission; /* NULL while examining */
    enum smtp_step step;
    enum smtp_stop stop;
    struct smtp_reply reply;
    uint64_t offset; /* bytes handed over */
    int io_error;
};

/* smtp_settings.c: MODULE_FAIL and FAULT_CONFIG when one is wrong.  `sender` names the domain of
 * EHLO where ehlo_name is empty. */
enum module_result smtp_settings_read(struct call *call, const char *sender,
                                      struct smtp_settings *settings_out);
/* An address that may stand in a command: bytes that end or split one are refused. */
bool smtp_address_is_safe(const char *address);

/* smtp_session.c: makes the handle; dials nothing yet.  MODULE_FAIL and a fault. */
enum module_result smtp_session_open(struct smtp_session *session, struct call *call,
                                     const struct smtp_settings *settings);
/* Is there a connection that the next mail may use? */
bool smtp_session_is_fresh(const struct smtp_session *session);
/* Never waits for an answer.  `broken`: not even for room to say QUIT in. */
void smtp_session_close(struct smtp_session *session, bool broken);

/* smtp_trace.c: libcurl's callbacks; the context is the session. */
void smtp_step_to(struct smtp_session *session, enum smtp_step step);
size_t smtp_take_reply(char *bytes, size_t size, size_t count, void *session);
int smtp_take_trace(CURL *easy, curl_infotype type, char *bytes, size_t len, void *session);
size_t smtp_give_bytes(char *bytes, size_t size, size_t count, void *session);

/* smtp_outcome.c: what became of a transaction that libcurl ended with `result`. */
enum module_result smtp_conclude(struct smtp_session *session, CURLcode result,
                                 enum submission_outcome *outcome_out, const char **text_out);

/* smtp_examine.c */
enum module_result smtp_examine(struct call *call, const struct examination *examination,
                                const char *sender);

#endif
