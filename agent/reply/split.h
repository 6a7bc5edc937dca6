/* SPDX-License-Identifier: ISC */
/*
 * split: where a body is cut so that every piece fits one mail.  Measures with the same code that
 * writes.  Text is cut between paragraphs, else between lines, else between words; HTML behind
 * block elements, else between words, never inside a tag or a character.
 */
#ifndef WWW4MAIL_AGENT_REPLY_SPLIT_H
#define WWW4MAIL_AGENT_REPLY_SPLIT_H

#include "agent/base/arena.h"
#include "agent/reply/mime_encode.h"

struct split_piece {
    struct span bytes; /* of the body */
    struct span *open; /* HTML: start tags that are open where the piece begins */
    size_t open_count;
    size_t dropped; /* open elements too deep to be opened again */
    struct split_piece *next;
};

struct split_room {
    uint64_t first, next; /* bytes on the wire for the first piece and for each other */
    enum mime_encoding encoding;
    size_t max_pieces;
};

enum split_result { SPLIT_OK, SPLIT_TOO_MANY, SPLIT_MEMORY };

enum split_result split_text(struct arena *arena, struct span body, const struct split_room *room,
                             struct split_piece **pieces_out, size_t *count_out);

/* `body` is what stands between <body> and </body>. */
enum split_result split_html(struct arena *arena, struct span body, const struct split_room *room,
                             struct split_piece **pieces_out, size_t *count_out);

/* Writes a piece of HTML with its elements opened before and closed behind it.  `room` is that of
 * a next piece; tags longer than a third of it lose their attributes. */
void split_html_write(struct mime_body *body, const struct split_piece *piece, uint64_t room);

/* A whole document taken apart: up to and with the body's start tag, and what is inside.  Without
 * a body element, the head is empty and all of it is content. */
void split_html_document(struct span document, struct span *head_out, struct span *content_out);

/* A list of pieces being made. */
struct split_list {
    struct split_piece *first, *last;
    size_t count;
};

/* Appends a piece; NULL when the arena is exhausted. */
struct split_piece *split_add(struct arena *arena, struct split_list *list, struct span bytes);

#endif
