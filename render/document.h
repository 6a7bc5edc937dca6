/* SPDX-License-Identifier: ISC */
/*
 * document: a page rendered in one format, ready to be mailed.  Made by a renderer in the parse
 * child; crosses to the worker as a flat table (document_write, document_read).
 */
#ifndef WWW4MAIL_RENDER_DOCUMENT_H
#define WWW4MAIL_RENDER_DOCUMENT_H

#include "agent/base/arena.h"
#include "agent/base/flat.h"

enum document_kind {
    DOCUMENT_TEXT,    /* body: UTF-8, LF line ends.  A line that ends with one blank goes on in the
                         next (RFC 3676 soft break); no other line ends with a blank.  Not
                         space-stuffed: the composer does that */
    DOCUMENT_HTML,    /* body: a whole HTML document in UTF-8 that loads nothing and runs nothing */
    DOCUMENT_ORIGINAL /* no body: the page's own bytes, untouched */
};

struct document_link {
    uint32_t number;   /* as shown in the text: [number] */
    struct span url;   /* absolute */
    struct span words; /* what the page calls it */
};

struct document {
    enum document_kind kind;
    struct span title;
    struct span type;      /* MIME type of an original; empty otherwise */
    struct span charset;   /* of an original that is text */
    struct span file_name; /* for an original, one path segment with a fitting extension */
    struct span language;  /* BCP 47, or empty */
    struct span byline, date, image; /* of an article, as the page has them; image: its URL */
    struct span note; /* a sentence for the reader about where the body was found; or empty */
    struct span body;
    struct document_link *links; /* distinct targets in order of their numbers */
    size_t link_count;
};

/* Rows of number what, number value, text a, text b: (0, kind, title, body), (1, 0, type, charset),
 * (2, 0, file name, language), (3, 0, by-line, date), (4, 0, image, note), then (5, number, URL,
 * words) a link. */
enum { DOCUMENT_MAX_BYTES = 64 * 1024 * 1024 };

/* Appends the document as a flat table; false when `out` would exceed its maximum. */
bool document_write(const struct document *document, struct buffer *out);

/* Reads it back, checked; spans point into `bytes`, links into `arena`. */
bool document_read(struct arena *arena, struct span bytes, struct document *document_out);

#endif
