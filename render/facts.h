/* SPDX-License-Identifier: ISC */
/*
 * facts: what the parse child tells of a page before anything is rendered, as a flat table.  Texts
 * are valid UTF-8 without control characters.
 */
#ifndef WWW4MAIL_RENDER_FACTS_H
#define WWW4MAIL_RENDER_FACTS_H

#include "agent/base/flat.h"

/* Row: number what, number value, text text. */
#define FACTS_SHAPE "nnt"

enum { FACTS_KIND = 0x46414354, FACTS_MAX_BYTES = 256 * 1024 };
enum facts_field { FACTS_WHAT, FACTS_VALUE, FACTS_TEXT };

enum facts_what {
    FACT_TYPE,    /* what the bytes are, whatever was declared: "text/html" */
    FACT_CHARSET, /* of the bytes, after the order of evidence; "" for what is no text */
    FACT_TITLE,
    FACT_LANGUAGE,   /* BCP 47 tag */
    FACT_LINKS,      /* value: how many different link targets */
    FACT_TEXT_BYTES, /* value: bytes of visible text */
    FACT_SIMPLIFIED, /* the page was beyond a limit and was cut or flattened; text says how */
    FACT_NEED        /* value: enum page_need; text: absolute URL of a file that the page wants */
};

/* The first fact of that kind; absent span when there is none. */
struct span facts_text(const struct flat *facts, enum facts_what what);

#endif
