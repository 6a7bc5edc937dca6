/* SPDX-License-Identifier: ISC */
/*
 * request: what a mail asks for, understood: a list of orders.  Made from the text of a mail's
 * parts by request_read (the request language is www4mail-commands(7)).  Every word stays literal:
 * nothing in it is ever a pattern, a format or a command of a shell.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_REQUEST_H
#define WWW4MAIL_AGENT_REQUEST_REQUEST_H

#include "agent/base/arena.h"
#include "agent/base/flat.h"

enum verb {
    VERB_FETCH, /* a bare URL: the account's default format */
    VERB_TEXT,  /* GET, SEND, TEXT */
    VERB_BLIND, /* text for readers who listen */
    VERB_HTML,
    VERB_BOTH,
    VERB_SOURCE,
    VERB_ARTICLE,
    VERB_HELP,
    VERB_NOT_YET /* a word of the request language that this version cannot do yet */
};

struct order {
    enum verb verb;
    const char *word;     /* the verb as it was written; "" for a bare URL */
    const char *argument; /* the URL repaired but not judged, or the topic; "" when absent */
};

struct request {
    struct order *orders;
    size_t count;
    size_t left_out; /* orders beyond the account's limit */
};

struct request_limits {
    size_t orders; /* at most so many are kept */
};

/*
 * Reads orders out of a mail.  `parts` has PARTS_SHAPE; `subject` is the decoded subject, used when
 * no part holds an order.  Quoted text, signatures, what follows END and what mail programs add
 * are passed over.  No order at all gives count 0.  Memory comes from `arena`; false when it is
 * exhausted.
 */
bool request_read(struct arena *arena, const struct flat *parts, struct span subject,
                  const struct request_limits *limits, struct request *request_out);

#endif
