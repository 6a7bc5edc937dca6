/* SPDX-License-Identifier: ISC */
/*
 * compose_mail: one mail of a reply, written from what reply_compose has prepared.  Inside this
 * room only.  All texts here are clean: sound UTF-8, one line, cut to what the part size allows.
 */
#ifndef WWW4MAIL_AGENT_REPLY_COMPOSE_MAIL_H
#define WWW4MAIL_AGENT_REPLY_COMPOSE_MAIL_H

#include "agent/reply/mime_encode.h"
#include "agent/reply/reply.h"
#include "agent/reply/split.h"

enum compose_kind {
    COMPOSE_TEXT,
    COMPOSE_HTML,
    COMPOSE_BOTH,
    COMPOSE_INLINE,  /* an original that is text, as the body */
    COMPOSE_ATTACHED /* any other original, or a piece of one */
};

struct compose {
    const struct reply_context *context;
    const struct reply_item *item;
    struct arena *arena;
    struct fault *fault;
    enum compose_kind kind;
    bool terse;         /* the part size leaves no room for more than the least */
    bool has_links;     /* worth saying how to open one */
    const char *domain; /* of own_address */
    const char *subject, *title, *url, *note, *footer, *language;
    const char *about, *picture; /* of an article: who wrote it and when, its picture's address */
    struct span text;            /* DOCUMENT_TEXT body */
    struct span html_head, html;
    uint64_t html_room; /* of a next piece of HTML */
    const char *type, *charset, *file_name, *plain_name;
    enum mime_encoding text_encoding, html_encoding, file_encoding;
};

/* Which mail of the reply. */
struct compose_part {
    size_t number, count; /* from 1; count 1: all of it in one mail */
    bool first, last;
    const struct split_piece *piece; /* of text or HTML; NULL: all of it */
    uint64_t from, len;              /* of an original */
};

/* Writes the whole mail.  False with a fault when the original cannot be read. */
bool compose_mail(const struct compose *compose, const struct compose_part *part,
                  struct mail_writer *writer);

/* ---- header ---- */

enum { COMPOSE_BOUNDARY_SIZE = 48, COMPOSE_DATE_SIZE = 40 };

/* Everything above the MIME fields of the body. */
void compose_header(const struct compose *compose, const struct compose_part *part,
                    struct buffer *out);

/* "<v1....@domain>" in the arena; NULL when that is exhausted. */
const char *compose_message_id(const struct compose *compose, size_t number);

/* Cannot be foreseen by who wrote the page, and cannot occur in any encoding used here. */
void compose_boundary(const struct compose *compose, size_t number,
                      char boundary_out[COMPOSE_BOUNDARY_SIZE]);

/* "2026-11-21 18:02 UTC". */
void compose_short_date(int64_t date, char text_out[COMPOSE_DATE_SIZE]);

/* An address that can stand in From or To as it is. */
bool compose_is_address(const char *address);

/* ---- bodies ---- */

void compose_text_body(const struct compose *compose, const struct compose_part *part,
                       struct mime_body *body);
void compose_html_body(const struct compose *compose, const struct compose_part *part,
                       struct mime_body *body);

/* The lines that frame a body, one call of `line` each; "" is an empty line. */
typedef void (*compose_line)(struct mime_body *body, const char *text);
void compose_address_lines(const struct compose *compose, struct mime_body *body,
                           compose_line line);
void compose_foot(const struct compose *compose, const struct compose_part *part,
                  struct mime_body *body, compose_line line);

/* Content-Type and Content-Transfer-Encoding of a text/plain body of ours. */
void compose_text_fields(enum mime_encoding encoding, struct buffer *out);

/* ---- originals ---- */

/* Decides between body and attachment; fills type, charset, names and file_encoding.  False with a
 * fault when the original cannot be read. */
bool compose_original_prepare(struct compose *compose);

/* The MIME fields and bodies of a mail with an original; `header` holds what comes above. */
bool compose_original(const struct compose *compose, const struct compose_part *part,
                      struct buffer *header, struct mail_writer *writer);

/* Writes what the buffer holds and forgets it; a failed buffer makes the writer fail. */
void compose_flush(struct buffer *out, struct mail_writer *writer);

#endif
