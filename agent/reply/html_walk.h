/* SPDX-License-Identifier: ISC */
/*
 * html_walk: a walk over our own HTML, token by token, that knows which elements are open and
 * writes what it passes, so that a document can be ended anywhere and gone on with elsewhere.
 * Depth is bounded: elements beyond it are passed over, their content is kept.
 */
#ifndef WWW4MAIL_AGENT_REPLY_HTML_WALK_H
#define WWW4MAIL_AGENT_REPLY_HTML_WALK_H

#include "agent/reply/mime_encode.h"

enum { HTML_WALK_DEPTH = 256 };

enum html_token_kind {
    HTML_START,
    HTML_END,
    HTML_VOID,
    HTML_WORD,
    HTML_OTHER /* a comment, or a tag without an end: left out */
};

struct html_token {
    enum html_token_kind kind;
    struct span text, name;
};

/* The next tag, comment, or piece of text: at most one word with the blank behind it, an entity
 * whole.  False when nothing is left. */
bool html_token_next(struct span *rest, struct html_token *token_out);

/* At most so many bytes has the tag in quoted-printable, soft breaks aside. */
size_t html_tag_cost(struct span tag);

/* An element after whose end a reader sees a new line. */
bool html_is_block(struct span name);

/* The number that an attribute of a tag is; false when it has none such. */
bool html_tag_number(struct span tag, struct span attribute, int64_t *number_out);

struct html_walk {
    struct mime_body *body;
    size_t max_tag; /* a longer start tag loses its attributes */
    struct span open[HTML_WALK_DEPTH];
    int64_t next_item[HTML_WALK_DEPTH]; /* of an open ol: the number that its next item gets */
    size_t depth, beyond;               /* elements open, and open but not kept */
    bool said;                          /* words stand behind the last line break of ours */
    size_t closing;                     /* at most so many bytes on the wire to close them all */
};

void html_walk_begin(struct html_walk *walk, struct mime_body *body, size_t max_tag);
void html_walk_open(struct html_walk *walk, struct span tag); /* again, in another mail */
void html_walk_token(struct html_walk *walk, const struct html_token *token);
void html_walk_close(struct html_walk *walk); /* all that is open */

/* True for an open element that is a list whose numbers can be gone on with: `number_out` is what its
 * next item gets, or the one that is open. */
bool html_walk_numbers(const struct html_walk *walk, size_t level, int64_t *number_out);

#endif
