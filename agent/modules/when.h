/* SPDX-License-Identifier: ISC */
/*
 * when: the tests of a module's block, such as `target.scheme in [ftp, ftps]`.  A closed list of
 * fields and six tests; all of a block's must hold.  No or, no nesting, no variables.
 */
#ifndef WWW4MAIL_AGENT_MODULES_WHEN_H
#define WWW4MAIL_AGENT_MODULES_WHEN_H

#include "agent/base/arena.h"
#include "agent/base/span.h"

/*
 * Fields that a test may name: symbol, name, whether it is a number.
 * FIELD_ACCOUNT_NAME "account.name", FIELD_MAILBOX_KIND "mailbox.kind", ...
 */
#define FIELD_TABLE(X)                                                                             \
    X(ACCOUNT_NAME, "account.name", false)                                                         \
    X(MAILBOX_KIND, "mailbox.kind", false)                                                         \
    X(SUBMISSION_KIND, "submission.kind", false)                                                   \
    X(MESSAGE_SIZE, "message.size", true)                                                          \
    X(MESSAGE_FROM, "message.from", false)                                                         \
    X(TARGET_SCHEME, "target.scheme", false)                                                       \
    X(TARGET_HOST, "target.host", false)                                                           \
    X(TARGET_PORT, "target.port", true)                                                            \
    X(TARGET_FORMAT, "target.format", false)                                                       \
    X(TARGET_URL, "target.url", false)                                                             \
    X(PAGE_TYPE, "page.type", false)                                                               \
    X(PAGE_SIZE, "page.size", true)                                                                \
    X(PAGE_STATUS, "page.status", true)                                                            \
    X(DOCUMENT_FORMAT, "document.format", false)

enum field {
#define FIELD_ENUM(symbol, name, number) FIELD_##symbol,
    FIELD_TABLE(FIELD_ENUM)
#undef FIELD_ENUM
        FIELD_COUNT
};

const char *field_name(enum field field);

/* Values of the fields that are known by now, NULL for the others; numbers in decimal. */
struct fields {
    const char *values[FIELD_COUNT];
};

enum when_test {
    WHEN_IS,    /* field is word: equal without case */
    WHEN_IN,    /* field in [words]: equal to one of them */
    WHEN_LIKE,  /* field like glob */
    WHEN_UNDER, /* field under n: a number less than n */
    WHEN_OVER,  /* field over n: a number greater than n */
    WHEN_SET    /* field set: known and not empty */
};

struct when {
    enum field field;
    enum when_test test;
    const char **words; /* NULL-terminated */
    uint64_t number;
};

/* Reads one test; NULL when sound, else what is wrong with it (in `arena`), for the operator. */
const char *when_parse(struct arena *arena, struct span text, struct when *when_out);

/* A test on a field that is not known does not hold. */
bool when_holds(const struct when *when, const struct fields *fields);

/* The test as it is written, in `arena`. */
const char *when_text(struct arena *arena, const struct when *when);

#endif
