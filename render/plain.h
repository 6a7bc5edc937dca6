/* SPDX-License-Identifier: ISC */
/*
 * plain: what the renderers share: which characters may go out, the walk over a tree, form
 * controls and images in words, the list of links, and pages that are text already.
 */
#ifndef WWW4MAIL_RENDER_PLAIN_H
#define WWW4MAIL_RENDER_PLAIN_H

#include "agent/module.h"

enum plain_class {
    PLAIN_KEEP,
    PLAIN_BLANK,  /* a white space of any kind */
    PLAIN_NBSP,   /* a blank at which no line may end */
    PLAIN_UNSEEN, /* soft hyphens, zero-width blanks, private characters of icon fonts */
    PLAIN_UNSAFE  /* controls and what turns the direction of text about */
};

enum plain_class plain_class(uint32_t code);

/* Takes the next run of text off `rest`: characters of one class, as many as there are (blanks
 * included).  False at the end. */
bool plain_next_run(struct span *rest, struct span *run_out, enum plain_class *class_out);

/*
 * Visits a subtree in document order without recursion.  `enter` says whether to go into the node;
 * `leave` is called, after the last node inside, for those that were gone into.
 */
struct plain_visitor {
    bool (*enter)(void *context, uint32_t node);
    void (*leave)(void *context, uint32_t node);
};
void plain_walk(const struct tree *tree, uint32_t root, const struct plain_visitor *visitor,
                void *context);

/* Hidden, never shown, or empty without being something by itself (a cell, a rule, a field). */
bool plain_skips(const struct tree *tree, uint32_t node);

/* A whole number, with an optional minus sign; false for anything else or beyond a million. */
bool plain_integer(struct span text, int32_t *value_out);

/* The visible words of a subtree (or of an attribute) on one line, cut at about `max` bytes. */
void plain_words(const struct tree *tree, uint32_t node, size_t max, struct buffer *out);
void plain_clean(struct span text, size_t max, struct buffer *out);

/* What stands for an image: its alternative text; within a link that has nothing else to show,
 * the link's own name, that of the image's file or "[image]".  Nothing when it is mere
 * decoration. */
void plain_image(const struct tree *tree, uint32_t node, uint32_t link_node, struct buffer *out);

/* True for the name of a picture's file: "DSC_0393.jpg". */
bool plain_is_file_name(struct span words);

/* A figure's picture is meant to be looked at. */
bool plain_in_figure(const struct tree *tree, uint32_t node);

/* What need not be shown because words or pictures beside it say the same. */
enum plain_echo {
    PLAIN_NO_ECHO,
    PLAIN_ECHO_WORDS, /* a picture by itself: its words; it may still be asked for */
    PLAIN_ECHO        /* a picture in a link, a repeated one, or a whole link: no loss */
};

/* An enum plain_echo for each node, in the arena, or NULL when there is none; false when memory is
 * short. */
bool plain_find_echoes(const struct tree *tree, struct arena *arena, const uint8_t **echoes_out);

/* True for a form control that is shown whole, in brackets; its subtree is then done.  Hidden
 * fields give nothing, passwords never their value. */
bool plain_field(const struct tree *tree, uint32_t node, struct buffer *out);

/* True for a frame, video or the like; `out` gets its name in brackets, or nothing. */
bool plain_media(const struct tree *tree, uint32_t node, struct buffer *out);

/* ---- links that were shown ---- */

struct plain_links {
    const struct tree *tree;
    uint32_t *nodes; /* by number: the first node that showed it, plus one */
};

bool plain_links_init(struct plain_links *links, struct arena *arena, const struct tree *tree);
void plain_links_show(struct plain_links *links, uint32_t number, uint32_t node);

/* Fills the document's list, in order of numbers; false when memory is short. */
bool plain_links_list(const struct plain_links *links, struct arena *arena,
                      struct document *document_out);

/* ---- pages without a tree ---- */

/* The type of the page, by its facts, else as declared; "" when unknown. */
struct span plain_type(const struct render_input *input);

/* text/plain and its like, JSON, XML; HTML is none. */
bool plain_is_text(struct span type);

/*
 * The page's bytes as UTF-8 lines: LF line ends, no control but the tab, no blank at the end of a
 * line.  False when its bytes are no text; a text that does not fit marks `out` failed.
 */
bool plain_text(const struct render_input *input, struct buffer *out);

/* ---- documents ---- */

/* Title and language from the facts, else from the tree; false when memory is short. */
bool plain_head(const struct render_input *input, struct arena *arena,
                struct document *document_out);

/* Moves a finished body into the arena and frees the buffer; states the fault when it is too
 * large or memory is short. */
enum module_result plain_finish(struct call *call, struct buffer *body,
                                struct document *document_out);

#endif
