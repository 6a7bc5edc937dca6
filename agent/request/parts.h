/* SPDX-License-Identifier: ISC */
/*
 * parts: the MIME parts of a mail as a flat table, made in the parse child.  Leaf parts only, in
 * order.  A readable part carries its text, decoded, as UTF-8 with LF line ends; an HTML part's
 * text is its visible text with every link target behind the link's words in angle brackets.
 * Other parts carry no text.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_PARTS_H
#define WWW4MAIL_AGENT_REQUEST_PARTS_H

#include "agent/base/flat.h"

/* Row: number source, number depth, text type ("text/plain"), text file name, text text. */
#define PARTS_SHAPE "nnttt"

enum { PARTS_KIND = 0x50415254, PARTS_MAX_BYTES = 4 * 1024 * 1024 };
enum parts_field { PARTS_SOURCE, PARTS_DEPTH, PARTS_TYPE, PARTS_FILE_NAME, PARTS_TEXT };

enum parts_source {
    PARTS_PLAIN,     /* text/plain, fixed lines */
    PARTS_FLOWED,    /* text/plain; format=flowed, already unflowed (RFC 3676) */
    PARTS_HTML,      /* text/html turned into text */
    PARTS_UUENCODED, /* a text file that was uuencoded in the body */
    PARTS_OTHER      /* nothing readable */
};

#endif
