/* SPDX-License-Identifier: ISC */
/*
 * text: the state of one rendering to text, and what its four parts offer each other.  Inline parts
 * gather a paragraph, which is broken into lines when a block begins or ends.
 *
 * Lines that begin at the left margin end softly (one blank) where the paragraph goes on after a
 * blank; lines in lists, quotations and tables are hard, since joining them would bring their
 * indentation into the text.
 */
#ifndef WWW4MAIL_RENDER_TEXT_H
#define WWW4MAIL_RENDER_TEXT_H

#include "render/plain.h"

/* Bytes with a meaning inside a paragraph; no page can bring them in. */
#define TEXT_FIXED_BLANK '\1' /* a blank at which no line ends */
#define TEXT_GLUE '\2'        /* nothing, but no line ends here */

/* An element that indents, counts or quotes, while it is open. */
struct text_frame {
    uint32_t node;
    size_t prefix_len, first_len; /* to go back to */
    bool began_first;
    enum tree_tag tag;
    int32_t number, step; /* of the next item */
    char numerals;        /* '1', 'a', 'A', 'i', 'I' */
    uint32_t items;
};

struct text_writer {
    const struct tree *tree;
    struct plain_links links;
    size_t width;
    struct buffer out;    /* finished lines */
    struct buffer para;   /* the paragraph so far; '\n' is a forced line end */
    struct buffer line;   /* the line being filled, without its prefix */
    struct buffer breaks; /* where a word may be broken */
    struct buffer frames; /* struct text_frame, innermost last */
    struct buffer prefix; /* what each line begins with */
    struct buffer first;  /* the same for the next line alone, with the item's mark ... */
    bool has_first;       /* ... when there is such a line to come */
    bool pre;             /* the paragraph keeps its lines */
    bool blank_line;      /* one must come before the next line */
    size_t gap_prefix;    /* bytes of the prefix that both sides of it share */
    size_t line_columns, widest;
    size_t mark_end;      /* where a link's mark or a thing ended in the paragraph; 0 nowhere */
    size_t thing_end;     /* the same for things (fields, images) alone */
    unsigned lists, nobr; /* how deep in them */
    bool joined;          /* the next cell goes on in the paragraph */
    char underline;       /* of the heading that is open, or 0 */
    uint32_t link_node;   /* the link that is open, or TREE_NONE */
    size_t link_start;    /* where its words begin in the paragraph */
    bool link_words;      /* the paragraph has words since then */
    bool link_shown;      /* its number was written */
};

/* ---- text_lines.c: paragraphs into lines ---- */

/* Columns that the text takes: wide characters two, combining ones none, a cluster two at most. */
size_t text_columns(struct span text);

/* Columns left for a line's own text. */
size_t text_room(const struct text_writer *writer);

void text_gap(struct text_writer *writer);
void text_hard_line(struct text_writer *writer, struct span line);

/* Ends the paragraph and writes its lines, if it has any. */
void text_flush(struct text_writer *writer);

/* ---- text_inline.c: what gathers in a paragraph ---- */

void text_blank(struct text_writer *writer);
bool text_inline_enter(struct text_writer *writer, uint32_t node);
void text_inline_leave(struct text_writer *writer, uint32_t node);

/* The paragraph ends here: an open link that has shown words gets its number now. */
void text_link_pause(struct text_writer *writer);

/* Puts a colon behind a heading, so that its value can follow; false when there is none. */
bool text_para_joins(struct text_writer *writer);

/* Forgets the paragraph. */
void text_para_clear(struct text_writer *writer);

/* ---- text_blocks.c: the structure of blocks ---- */

void text_blocks(struct text_writer *writer);
bool text_is_block(const struct tree *tree, uint32_t node);

/* ---- text_table.c ---- */

/* Writes a table of data, as columns or as records; false when it is none, or neither would do. */
bool text_table(struct text_writer *writer, uint32_t node);

#endif
