/* SPDX-License-Identifier: ISC */
/*
 * css: what a reader of style sheets needs of CSS Syntax 3: blanks, comments, strings, brackets,
 * names with their escapes; declarations that hide or show; media queries (Media Queries 4) as a
 * quiet window answers them.  Goes through the text once, allocates nothing.
 */
#ifndef WWW4MAIL_RENDER_CSS_H
#define WWW4MAIL_RENDER_CSS_H

#include "agent/base/buffer.h"

/* The window that pages are read in, in CSS pixels; no script runs in it. */
enum { CSS_WINDOW_WIDTH = 1280, CSS_WINDOW_HEIGHT = 800 };

/* A style sheet or a piece of one, and how much of it was read. */
struct css {
    struct span text;
    size_t at;
};

/* The byte at the reading place, -1 at the end. */
int css_peek(const struct css *css);

/* Over blanks and comments. */
void css_skip_blank(struct css *css);

/*
 * Goes to the next byte of `stops` outside strings, comments and brackets, and takes what was
 * passed, without the stop.  The byte that was met, -1 at the end.
 */
int css_find(struct css *css, const char *stops, struct span *passed_out);

/* Behind a `{`: goes behind its `}`. */
void css_skip_block(struct css *css);

/* Takes a name, its escapes decoded, into `name` (cleared first); false when there is none. */
bool css_take_name(struct css *css, struct buffer *name);

/* What declarations come to, of those that hide or show. */
enum css_effect {
    CSS_DISPLAY_NONE = 1,
    CSS_DISPLAY_SHOWN = 2,
    CSS_INVISIBLE = 4,
    CSS_VISIBLE = 8,
    CSS_DISPLAY_IMPORTANT = 16,
    CSS_VISIBILITY_IMPORTANT = 32,
    CSS_DISPLAY = CSS_DISPLAY_NONE | CSS_DISPLAY_SHOWN | CSS_DISPLAY_IMPORTANT,
    CSS_VISIBILITY = CSS_INVISIBLE | CSS_VISIBLE | CSS_VISIBILITY_IMPORTANT
};

/* Adds one declaration (`display: none !important`) to what those before it come to. */
uint8_t css_declare(struct span declaration, uint8_t effects);

/* All declarations of a style attribute. */
uint8_t css_declarations(struct span text);

/* The value of the last declaration of `property` (lower case) in a style attribute; absent. */
struct span css_value_of(struct span text, struct span property);

/* A comma list of media queries; an empty one matches. */
bool css_media_matches(struct span queries);

#endif
