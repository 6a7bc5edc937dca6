/* SPDX-License-Identifier: ISC */
/*
 * text: the state of one rendering to text, and what its parts offer each other.  Inline parts
 * gather a paragraph, which is broken into lines when a block begins or ends.  Lines that begin at
 * the left margin end softly (one blank) where the paragraph goes on after a blank; lines in lists,
 * quotations and tables are hard, since joining them would bring their indentation into the text.
 */
#ifndef WWW4MAIL_RENDER_TEXT_H
#define WWW4MAIL_RENDER_TEXT_H

#include "render/plain.h"

/* Bytes with a meaning inside a paragraph; no page can bring them in. */
#define TEXT_FIXED_BLANK '\1' /* a blank at which no line ends */
#define TEXT_GLUE '\2'        /* nothing, but no line ends here */

enum { TEXT_MARK_SIZE = 24, TEXT_ABBRS = 512 };

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

/* An inline element that may get marks around its words when it ends. */
struct text_mark {
    uint32_t node;
    uint32_t paragraph;
    size_t start; /* of its words in the paragraph */
};

struct text_writer {
    const struct tree *tree;
    bool blind;            /* laid out for somebody who listens */
    const uint8_t *echoes; /* by node: enum plain_echo; or NULL */
    struct plain_links links;
    size_t width;
    struct buffer out;    /* finished lines */
    struct buffer para;   /* the paragraph so far; '\n' is a forced line end */
    struct buffer line;   /* the line being filled, without its prefix */
    struct buffer breaks; /* where a word may be broken */
    struct buffer frames; /* struct text_frame, innermost last */
    struct buffer marks;  /* struct text_mark, innermost last */
    struct buffer prefix; /* what each line begins with */
    struct buffer first;  /* the same for the next line alone, with the item's mark ... */
    bool has_first;       /* ... when there is such a line to come */
    bool pre;             /* the paragraph keeps its lines */
    bool blank_line;      /* one must come before the next line */
    size_t gap_prefix;    /* bytes of the prefix that both sides of it share */
    size_t line_columns, widest;
    size_t mark_end;      /* where a link's mark or a thing ended in the paragraph; 0 nowhere */
    size_t thing_end;     /* the same for things (fields, images) alone */
    size_t button_start;  /* behind a button's bracket in the paragraph; 0 in no button */
    unsigned lists, nobr; /* how deep in them */
    unsigned quotes;      /* how deep in quotation marks */
    unsigned unmarked;    /* how deep in what gets no stars: headings, links, heading cells */
    bool joined;          /* the next cell goes on in the paragraph */
    bool narrow;          /* a cell of a table: no least room */
    char underline;       /* of the heading that is open, or 0 */
    uint32_t paragraph;   /* counts them */
    uint32_t fields;      /* counts those of forms */
    uint32_t abbr_count;
    uint64_t abbrs[TEXT_ABBRS]; /* hashes of abbreviations that were spelled out, 0 free */
    uint32_t link_node;         /* the link that is open, or TREE_NONE */
    size_t link_start;          /* where its words begin in the paragraph */
    bool link_words;            /* the paragraph has words since then */
    bool link_shown;            /* its number was written */
};

/* ---- text_width.c ---- */

/* Columns that the text takes: wide characters two, combining ones none, a cluster two at most. */
size_t text_columns(struct span text);

/* ---- text_lines.c: paragraphs into lines ---- */

/* Columns left for a line's own text. */
size_t text_room(const struct text_writer *writer);

void text_gap(struct text_writer *writer);
void text_hard_line(struct text_writer *writer, struct span line);

/* Ends the paragraph and writes its lines, if it has any. */
void text_flush(struct text_writer *writer);

/* The length of the longest start of `text`, in whole characters, that has at most `max` bytes. */
size_t text_whole_characters(struct span text, size_t max);

/* The columns that a text needs at the least when its lines are broken. */
size_t text_least_columns(struct span text);

/* ---- text_inline.c: what gathers in a paragraph ---- */

/* The paragraph's last byte; '\n' when it is empty. */
char text_last_byte(const struct text_writer *writer);

/* A letter or digit, or part of a character beyond ASCII. */
bool text_is_word_byte(char byte);

/* A blank, unless one is there or the line has just begun. */
void text_blank(struct text_writer *writer);
bool text_inline_enter(struct text_writer *writer, uint32_t node);
void text_inline_leave(struct text_writer *writer, uint32_t node);

/* Writes the number of a link behind its words. */
void text_link_mark(struct text_writer *writer, uint32_t node);

/* The paragraph ends here: an open link that has shown words gets its number now. */
void text_link_pause(struct text_writer *writer);

/* Puts a colon behind the paragraph, so that something can follow; false when it is empty. */
bool text_para_colon(struct text_writer *writer);

/* Forgets the paragraph. */
void text_para_clear(struct text_writer *writer);

/* ---- text_marks.c: stars, powers, abbreviations ---- */

/* True when the element is one of those; then it must be closed. */
bool text_mark_open(struct text_writer *writer, uint32_t node);
void text_mark_close(struct text_writer *writer, uint32_t node);

/* ---- text_things.c: what is shown by words of its own ---- */

void text_image(struct text_writer *writer, uint32_t node);

/* Passes over a picture or link that says nothing new; false when it does. */
bool text_pass_echo(struct text_writer *writer, uint32_t node);
void text_area(struct text_writer *writer, uint32_t node);

/* A form control, frame or the like; false when the node is neither. */
bool text_control(struct text_writer *writer, uint32_t node);

/* Around the words of a button. */
void text_button_open(struct text_writer *writer);
void text_button_close(struct text_writer *writer);

/* ---- text_blind.c: for readers who listen ---- */

/* Appends text with ASCII punctuation. */
void text_blind_add(struct buffer *out, struct span text);

/* Writes a line of our own. */
__attribute__((format(printf, 2, 3))) void text_blind_say(struct text_writer *writer,
                                                          const char *format, ...);

/* The list of links, each with its words. */
void text_blind_links(struct buffer *out, const struct document *document);

/* ---- text_lists.c ---- */

/* Counts the items that are shown, as far as it matters. */
int32_t text_list_count(const struct tree *tree, uint32_t node);

/* Where an ordered list begins, how it counts and writes its numbers. */
void text_list_numbers(const struct tree *tree, uint32_t node, struct text_frame *list);

/* The mark of the next item: "3. ", "iv. ". */
void text_list_mark(const struct text_frame *list, char mark[TEXT_MARK_SIZE]);

/* ---- text_blocks.c: the structure of blocks ---- */

void text_blocks(struct text_writer *writer);
bool text_is_block(const struct tree *tree, uint32_t node);

/* True for elements in which nothing is marked with stars. */
bool text_is_unmarked(enum tree_tag tag);

/* ---- text_table.c ---- */

/* Writes a table of data, as columns or as records; false when it is none, or neither would do. */
bool text_table(struct text_writer *writer, uint32_t node);

#endif
