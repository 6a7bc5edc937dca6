/* SPDX-License-Identifier: ISC */
/*
 * fault: what went wrong, said twice: one plain sentence for the person who asked, one text for
 * the operator's log, with the place in the code.  Code that meets trouble states a fault and
 * returns; it does not log.  The first fault wins: stating another on top changes nothing.
 */
#ifndef WWW4MAIL_BASE_FAULT_H
#define WWW4MAIL_BASE_FAULT_H

#include <stdbool.h>

/* What may be done about it. */
enum fault_class {
    FAULT_NONE,
    FAULT_TEMPORARY, /* may pass by itself: try again later */
    FAULT_PERMANENT, /* will not pass: tell the asker */
    FAULT_OPERATOR,  /* the configuration, a module or the machine must be mended first */
};

/* What it is.  code_name, then the class it usually has. */
#define FAULT_CODES(X)                                                                             \
    X(FAULT_OK, "ok", FAULT_NONE)                                                                  \
    X(FAULT_MEMORY, "memory", FAULT_TEMPORARY)                                                     \
    X(FAULT_IO, "io", FAULT_TEMPORARY)                                                             \
    X(FAULT_DISK_FULL, "disk-full", FAULT_OPERATOR)                                                \
    X(FAULT_CONFIG, "config", FAULT_OPERATOR)                                                      \
    X(FAULT_MODULE, "module", FAULT_OPERATOR)                                                      \
    X(FAULT_LEDGER, "ledger", FAULT_OPERATOR)                                                      \
    X(FAULT_INTERNAL, "internal", FAULT_OPERATOR)                                                  \
    X(FAULT_CRASH, "crash", FAULT_TEMPORARY)                                                       \
    X(FAULT_SIGN_IN, "sign-in", FAULT_OPERATOR)                                                    \
    X(FAULT_SECRET, "secret", FAULT_OPERATOR)                                                      \
    X(FAULT_MAILBOX, "mailbox", FAULT_TEMPORARY)                                                   \
    X(FAULT_BAD_MAIL, "bad-mail", FAULT_PERMANENT)                                                 \
    X(FAULT_MAIL_TOO_LARGE, "mail-too-large", FAULT_PERMANENT)                                     \
    X(FAULT_NO_REQUEST, "no-request", FAULT_PERMANENT)                                             \
    X(FAULT_NOT_YET, "not-yet", FAULT_PERMANENT)                                                   \
    X(FAULT_BAD_URL, "bad-url", FAULT_PERMANENT)                                                   \
    X(FAULT_SCHEME, "scheme", FAULT_PERMANENT)                                                     \
    X(FAULT_PORT, "port", FAULT_PERMANENT)                                                         \
    X(FAULT_ADDRESS, "address", FAULT_PERMANENT)                                                   \
    X(FAULT_URL_DENIED, "url-denied", FAULT_PERMANENT)                                             \
    X(FAULT_NAME, "name", FAULT_PERMANENT)                                                         \
    X(FAULT_CONNECT, "connect", FAULT_TEMPORARY)                                                   \
    X(FAULT_TLS, "tls", FAULT_PERMANENT)                                                           \
    X(FAULT_TIMEOUT, "timeout", FAULT_TEMPORARY)                                                   \
    X(FAULT_REDIRECTS, "redirects", FAULT_PERMANENT)                                               \
    X(FAULT_HTTP_STATUS, "http-status", FAULT_PERMANENT)                                           \
    X(FAULT_HTTP, "http", FAULT_PERMANENT)                                                         \
    X(FAULT_PAGE_TOO_LARGE, "page-too-large", FAULT_PERMANENT)                                     \
    X(FAULT_TYPE_DENIED, "type-denied", FAULT_PERMANENT)                                           \
    X(FAULT_RENDER, "render", FAULT_PERMANENT)                                                     \
    X(FAULT_REPLY_TOO_LARGE, "reply-too-large", FAULT_PERMANENT)                                   \
    X(FAULT_SUBMIT, "submit", FAULT_TEMPORARY)

enum fault_code {
#define FAULT_ENUM(symbol, name, class) symbol,
    FAULT_CODES(FAULT_ENUM)
#undef FAULT_ENUM
        FAULT_CODE_COUNT
};

struct fault {
    enum fault_class class;
    enum fault_code code;
    char *asker;    /* a sentence for the asker, or NULL when there is nothing to tell; malloc'ed */
    char *operator; /* for the log; malloc'ed */
    const char *file;
    int line;
};

#define FAULT_INIT ((struct fault){.class = FAULT_NONE})

/* The stable word for a code, as logs and JSON show it. */
const char *fault_name(enum fault_code code);

/* The class that a code has unless it is set otherwise. */
enum fault_class fault_usual_class(enum fault_code code);

/*
 * States a fault: `asker` may be NULL; the rest is a format for the operator.  Returns false, so
 * that a checker can end with `return fault_set(...)`.
 */
#define fault_set(fault, code, asker, ...)                                                         \
    fault_set_at((fault), (code), __FILE__, __LINE__, (asker), __VA_ARGS__)
bool fault_set_at(struct fault *fault, enum fault_code code, const char *file, int line,
                  const char *asker, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Sets the asker's sentence by format, when the fault has none yet. */
void fault_tell_asker(struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What an error number of the system comes to, where it is not `otherwise`: memory, a full disk, or
 * a machine that has no more descriptors or cannot read its disk. */
enum fault_code fault_of_error(int error, enum fault_code otherwise);

bool fault_is_set(const struct fault *fault);

/* Frees the texts and makes it unset. */
void fault_clear(struct fault *fault);

#endif
