/* SPDX-License-Identifier: ISC */
/*
 * headers: a mail's header block as a flat table (agent/base/flat.h), made in the parse child from
 * RFC 5322 fields.  Rows keep the order of the mail.  All texts are valid UTF-8 without control
 * characters (a fold is one blank).
 */
#ifndef WWW4MAIL_AGENT_REQUEST_HEADERS_H
#define WWW4MAIL_AGENT_REQUEST_HEADERS_H

#include "agent/base/flat.h"

/* Row: number what, text name, text value. */
#define HEADERS_SHAPE "ntt"

enum { HEADERS_KIND = 0x48454144, HEADERS_MAX_BYTES = 1024 * 1024 };
enum headers_field { HEADERS_WHAT, HEADERS_NAME, HEADERS_VALUE };

enum headers_what {
    HEADERS_LINE,    /* every field: name as written, value unfolded, encoded words as they are */
    HEADERS_SUBJECT, /* decoded (RFC 2047) */
    HEADERS_FROM,    /* one a mailbox of the From field: name = display name decoded,
                           value = addr-spec, domain in lower case */
    HEADERS_FROM_GROUP, /* From holds group syntax (RFC 6854) */
    HEADERS_FROM_BAD,   /* From cannot be parsed, or there are two From fields */
    HEADERS_MESSAGE_ID, /* value with its angle brackets; only when its syntax is sound */
    HEADERS_REFERENCE,  /* one an id of References, oldest first, sound ones only */
    HEADERS_FAULT       /* value: why this block is not to be trusted (NUL, too many fields) */
};

/* The first row of that kind; absent span when there is none. */
struct span headers_first(const struct flat *headers, enum headers_what what);
uint32_t headers_count(const struct flat *headers, enum headers_what what);

/* The next HEADERS_LINE called `name` (without case) from row *cursor on, which moves behind it;
 * start with 0.  False when there is none left. */
bool headers_next_line(const struct flat *headers, const char *name, uint32_t *cursor,
                       struct span *value_out);

#endif
