/* SPDX-License-Identifier: ISC */
/* html: the state of one rendering to HTML, and what its parts offer each other. */
#ifndef WWW4MAIL_RENDER_HTML_H
#define WWW4MAIL_RENDER_HTML_H

#include "render/plain.h"

/* What may stand directly inside an element that was written. */
enum html_place {
    HTML_FLOW,   /* anything */
    HTML_PHRASE, /* text and inline elements: blocks become line breaks */
    HTML_LIST,   /* items */
    HTML_TERMS,  /* dt and dd */
    HTML_TABLE,  /* rows, groups of rows, a caption */
    HTML_ROWS,   /* rows */
    HTML_ROW     /* cells */
};

enum html_mark {
    HTML_HOLDS_BLOCK = 1,  /* a block somewhere inside */
    HTML_HOLDS_HEAVY = 2,  /* one that is more than a box: a paragraph, a list, a table */
    HTML_HOLDS_INLINE = 4, /* something in a line that no block inside holds */
    HTML_HOLDS_ONE = 8,    /* a child that is shown */
    HTML_HOLDS_MANY = 16,  /* several */
    HTML_SKIPPED = 32,     /* not shown: plain_skips, or a link shown better elsewhere */
    HTML_ALONE = 64,       /* its one child is all that an element has that was written */
    HTML_WRAPPED = 128     /* stands where it may not, in an element of ours */
};

struct html_node {
    uint8_t marks; /* enum html_mark */
    uint8_t place; /* enum html_place, of its children */
    uint8_t name;  /* enum tree_tag of the element written for it; TAG_UNKNOWN: none */
};

/* What stands between two pieces of a phrase where the page has blocks. */
enum html_break { HTML_NO_BREAK, HTML_GAP, HTML_LINE };

/* A place in the page that a shown link of the same page leads to. */
struct html_anchor {
    struct span name;
    uint32_t node, number; /* number 0: the page has no such place */
};

enum { HTML_ANCHORS_MAX = 8 };

struct html_writer {
    const struct tree *tree; /* NULL for a page that is text */
    struct arena *arena;
    const char *mailto; /* links ask there by mail; NULL: they lead to the web */
    struct span language;
    struct plain_links links;
    struct html_node *nodes; /* as many as the tree's */
    struct buffer out;
    uint32_t link;     /* the link that is open, or TREE_NONE */
    size_t link_start; /* length of `out` behind its start tag */
    bool link_named;   /* an image in it was shown by words */

    size_t fresh;     /* length of `out` where no blank is wanted */
    size_t thing_end; /* ... where something in brackets ended, to which no word is glued */
    size_t link_end;  /* ... where a link ended */
    size_t stray;     /* ... where an element of ours was closed that may be opened again ... */
    uint32_t stray_parent;

    bool said; /* something stands in the phrase */
    bool pre_break;
    enum html_break pending;

    struct html_anchor *anchors; /* a hash table of anchor_room places; a free one has no name */
    uint32_t anchor_room;
    uint32_t pending_anchors[HTML_ANCHORS_MAX]; /* places that stand before what is shown next */
    unsigned pending_anchor_count;

    uint32_t form, form_end; /* what asks for the form, or TREE_NONE; the end of the form */
    struct buffer form_url;

    struct arena *scratch; /* made anew every few addresses */
    unsigned scratch_used;
    size_t long_addresses; /* bytes of them so far */
};

/* ---- html_text.c ---- */

/* Appends a value or a title, escaped, runs of blanks as one. */
void html_escape(struct html_writer *writer, struct span text);

/* Appends text that is shown; runs of blanks become one unless `pre`. */
void html_add_text(struct html_writer *writer, struct span text, bool pre);
void html_add_blank(struct html_writer *writer);

/* Sets something in brackets apart from what stands before it. */
void html_begin_thing(struct html_writer *writer);

/* A block begins or ends inside a phrase. */
void html_break(struct html_writer *writer, enum html_break kind, bool pre);

/* Writes what is pending before something that is shown. */
void html_flush(struct html_writer *writer);

/* ---- html_names.c ---- */

/* The element that stands for one of the page, TAG_UNKNOWN for those that leave their content
 * alone. */
enum tree_tag html_element(const struct tree_node *node);

/* What may be directly inside an element of ours that stands where `around` is allowed. */
enum html_place html_place_inside(enum tree_tag name, enum html_place around);
bool html_fits(enum html_place place, enum tree_tag tag);

/* Before and behind what stands where only items, rows or cells may. */
const char *html_wrapper(enum html_place place);
const char *html_wrapper_end(enum html_place place);

/* What is written for a node that stands where `place` is allowed. */
enum tree_tag html_choose(const struct html_writer *writer, uint32_t node, enum html_place place);

/* ---- html_elements.c ---- */

/* Writes all that is shown of the tree. */
void html_elements(struct html_writer *writer);

/* ---- html_marks.c ---- */

/* Looks over the whole tree once; false when memory is short. */
bool html_mark(struct html_writer *writer);

/* ---- html_attributes.c ---- */

/* The node says something of its own that an element must carry: a language, a direction,
 * preformatted text, a place that is linked to. */
bool html_has_own(const struct html_writer *writer, uint32_t node);

void html_add_language(struct html_writer *writer, struct span language);

/* The direction of the whole page, if it says one. */
void html_add_direction(struct html_writer *writer);

/* The few attributes that may stay for an element written as `name`. */
void html_add_attributes(struct html_writer *writer, uint32_t node, enum tree_tag name);

/* ---- html_anchors.c ---- */

/* Finds the places that links of the page lead to; false when memory is short. */
bool html_find_anchors(struct html_writer *writer);

/* The number of the place that the node is, or that its in-page link leads to; 0: none. */
uint32_t html_anchor(const struct html_writer *writer, uint32_t node);
uint32_t html_anchor_link(const struct html_writer *writer, uint32_t node);

/* ---- html_links.c ---- */

/* Begins an `a` for the node's target, without its '>'; false, with nothing written, when it is none
 * that may be followed. */
bool html_open_link(struct html_writer *writer, uint32_t node);

/* Opens an `a` for what an attribute names, relative to the page, unless it is longer than `max`. */
bool html_open_source(struct html_writer *writer, struct span reference, size_t max);

/* Makes a reference absolute; valid until the next call. */
bool html_resolve(struct html_writer *writer, struct span reference, struct span *url_out);
bool html_is_web(struct span url);

/* Percent-encodes all but unreserved characters (RFC 3986 2.3) and those of `also`. */
void html_add_encoded(struct buffer *out, struct span text, const char *also);

/* ---- html_things.c ---- */

void html_image(struct html_writer *writer, uint32_t node);

/* What a link that shows nothing is called. */
void html_link_name(struct html_writer *writer, uint32_t node);

/* A field, frame or area; false when the node is something else. */
bool html_control(struct html_writer *writer, uint32_t node);

/* ---- html_forms.c ---- */

enum { HTML_FORM_URL_MAX = 1000 };

/* Looks whether a form can be sent as an address; its button or first field then asks for it. */
void html_form_begin(struct html_writer *writer, uint32_t node);
bool html_open_form_link(struct html_writer *writer, uint32_t node);

#endif
