/* SPDX-License-Identifier: ISC */
/*
 * construct: the tree construction stage of the HTML standard: tags and texts -> nodes (maker.h),
 * misnested as pages have them: implied tags, scopes, formatting that overlaps, text between the
 * cells of a table.  Stack and lists are bounded, the time is linear in the tokens.  Foreign content
 * and templates are the caller's (clean.h).
 */
#ifndef WWW4MAIL_RENDER_CONSTRUCT_H
#define WWW4MAIL_RENDER_CONSTRUCT_H

#include "render/construct/maker.h"
#include "render/tokenizer/tokenizer.h"

enum {
    CONSTRUCT_MAX_DEPTH = 400,  /* open elements; the tags of deeper ones are left out */
    CONSTRUCT_MAX_FORMATS = 32, /* formatting elements to be opened again */
    CONSTRUCT_MAX_EQUAL_FORMATS = 3
};

struct construct_element {
    uint32_t node;
    uint32_t name; /* hash of the name, for elements of no list */
    uint8_t tag;   /* enum tree_tag */
    uint8_t mode;  /* how what follows in it is read */
};

struct construct_format {
    uint32_t node;
    uint32_t hash; /* of name and attributes */
    uint8_t tag;   /* TAG_UNKNOWN: a marker, what is before it is out of reach */
    bool open;     /* stands on the stack */
};

struct construct {
    struct maker *maker;
    struct construct_element open[CONSTRUCT_MAX_DEPTH];
    size_t depth, max_depth;
    uint32_t count[TAG_COUNT];   /* open elements of each tag */
    uint32_t skipped[TAG_COUNT]; /* left out at this depth, whose end tags mean nothing */
    struct construct_format formats[CONSTRUCT_MAX_DEPTH + CONSTRUCT_MAX_FORMATS];
    size_t format_count;
    uint32_t head, body, form; /* nodes; TREE_NONE */
    uint8_t phase;
    bool plain, quirks;
    bool blank_in_table;    /* blanks between cells, of which nothing was made yet */
    size_t tokens, rebuilt; /* elements opened again */
    bool cut;               /* nested too deeply */
};

/* A whole page, whose root is the node; or, `inside`, what stands in the node.  `depth` is how many
 * elements may be open, at most the maximum.  In a plain tree nothing is within anything but links
 * in blocks: for a page that made the rest of this fail. */
void construct_begin(struct construct *construct, struct maker *maker, uint32_t node, bool inside,
                     size_t depth, bool plain);

/* What the page says that it is; none: it is of the old kind. */
void construct_doctype(struct construct *construct, const struct token *token);
/* A void element is closed at once. */
void construct_start(struct construct *construct, enum tree_tag tag, const struct token *token);
void construct_end(struct construct *construct, enum tree_tag tag, const struct token *token);
void construct_text(struct construct *construct, struct span text);

/* True when an end tag of that name could end something. */
bool construct_is_open(const struct construct *construct, enum tree_tag tag);

#endif
