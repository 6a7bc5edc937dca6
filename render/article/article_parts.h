/* SPDX-License-Identifier: ISC */
/*
 * article_parts: what the sources of the main-text extraction share; nobody else includes it.  All
 * arrays are by node of the page's tree; every pass takes time linear in it.
 */
#ifndef WWW4MAIL_RENDER_ARTICLE_PARTS_H
#define WWW4MAIL_RENDER_ARTICLE_PARTS_H

#include "agent/module.h"

enum { ARTICLE_MAX_NODES = 400000, ARTICLE_ENOUGH = 250 };

/* What a node's class and id say of it. */
enum article_name {
    NAME_CHROME = 1,  /* what stands around a text: menus, advertisements, comments */
    NAME_TEXT = 2,    /* it may hold the text all the same */
    NAME_GOOD = 4,    /* of its class ... */
    NAME_GOOD_ID = 8, /* ... and of its id */
    NAME_BAD = 16,    /* as above */
    NAME_BAD_ID = 32,
    NAME_SHARE = 64,   /* buttons to pass it on */
    NAME_BYLINE = 128, /* who wrote it */
    NAME_DATE = 256,
    NAME_CAPTION = 512,
    NAME_TAIL = 1024 /* what stands behind a text: about its author, tags, subscriptions */
};

/* What is in a subtree, without what was dropped. */
struct article_sums {
    uint32_t chars; /* signs, wide ones twice; blanks in runs are one */
    uint32_t link_chars, commas, heading_chars, list_chars, block_chars;
    uint32_t paragraphs, images, items, inputs, embeds, headings, linked_headings, data_tables;
};

/* Text without a block in between: what a reader takes for a paragraph. */
struct article_unit {
    uint32_t first, end; /* nodes */
    uint32_t block;      /* the element that holds it */
    uint32_t chars, link_chars, commas;
    uint32_t lead_chars; /* before its first link */
    uint32_t last_code;  /* its last sign, blanks and closing quotes aside */
    bool colon;          /* one ends what stands before its first link */
};

/* Rules that are in force; they are given up one after the other when little is found. */
enum article_way { WAY_STRIP = 1, WAY_WEIGH = 2, WAY_CLEAN = 4, WAY_ALL = 7 };

struct article {
    const struct tree *tree;
    unsigned way;     /* enum article_way */
    bool captions;    /* images have theirs */
    bool noscript;    /* what is for readers without scripts counts as well */
    uint16_t *names;  /* enum article_name */
    uint8_t *dropped; /* 1: not part of it; all of a subtree */
    struct article_sums *sums;
    float *scores; /* 0: no candidate */
    struct article_unit *units;
    uint32_t unit_count;
    uint32_t top; /* the element that holds the article */
};

/* ---- article_find.c ---- */

/* False when memory is short.  `article` is found when its top is not TREE_NONE. */
bool article_find(struct article *article, const struct tree *tree, struct arena *arena);

/* ---- article_names.c ---- */

void article_name(struct article *article);
/* Points for its class and id, as far as these are weighed. */
int article_weight(const struct article *article, uint32_t node);

/* ---- article_sums.c ---- */

uint32_t article_chars(struct span text, uint32_t *commas_out);
bool article_is_block(const struct tree *tree, uint32_t node);
void article_count(struct article *article);
/* Drops a subtree; the sums of what is around it follow. */
void article_drop(struct article *article, uint32_t node);
float article_link_density(const struct article *article, uint32_t node); /* 0 to 1 */

/* ---- article_strip.c ---- */

bool article_never_shown(const struct article *article, uint32_t node);
void article_strip(struct article *article);
/* A box around one quotation and nothing else: somebody's words, whatever the box is called. */
bool article_is_quotation(const struct tree *tree, uint32_t node);

/* ---- article_units.c ---- */

bool article_find_units(struct article *article, struct arena *arena);
bool article_ends_sentence(const struct article_unit *unit);

/* ---- article_score.c, article_choose.c ---- */

void article_score(struct article *article);
float article_start_score(const struct article *article, uint32_t node);
/* Finds the top and drops what does not belong to it; false when there is no candidate. */
bool article_choose(struct article *article);

/* ---- article_clean.c, article_trim.c ---- */

void article_clean(struct article *article);
void article_trim(struct article *article);

/* ---- article_tree.c ---- */

/* The article as a tree of its own, on the texts and attributes of the page's; NULL when memory is
 * short.  `words`: links have no numbers, and images are left out. */
const struct tree *article_tree(const struct article *article, bool words, struct arena *arena);

/* ---- article_meta.c, article_time.c ---- */

/* What the page says of its article by its head and its elements; false when memory is short. */
bool article_meta(const struct article *article, struct arena *arena, struct extract *extract);

#endif
