/* SPDX-License-Identifier: ISC */
/* html: the state of one rendering to HTML, and what its two parts offer each other. */
#ifndef WWW4MAIL_RENDER_HTML_H
#define WWW4MAIL_RENDER_HTML_H

#include "render/plain.h"

struct html_writer {
    const struct tree *tree; /* NULL for a page that is text */
    const char *mailto;      /* links ask there by mail; NULL: they lead to the web */
    struct plain_links links;
    struct buffer out;
    unsigned pre;    /* how deep in preformatted text */
    uint32_t link;   /* the link that is open, or TREE_NONE */
    bool link_named; /* an image in it was shown by words */
};

/* ---- html.c ---- */

/* Appends text, escaped; runs of blanks become one unless `pre`. */
void html_add_text(struct html_writer *writer, struct span text, bool pre);

/* ---- html_attributes.c ---- */

/* What stands for a byte that means something in HTML, or NULL. */
const char *html_entity(char byte);

/* The node says in which language or direction its content is. */
bool html_speaks(const struct tree *tree, uint32_t node);

void html_add_language(struct html_writer *writer, struct span language);

/* The direction of the whole page, if its root says one. */
void html_add_direction(struct html_writer *writer);

/* The few attributes that may stay: language, direction, numbers of lists, spans of cells. */
void html_add_attributes(struct html_writer *writer, uint32_t node);

/* Opens an `a` for the node's target; false, with nothing written, when it is none that may be
 * followed. */
bool html_open_link(struct html_writer *writer, uint32_t node);

#endif
