/* SPDX-License-Identifier: ISC */
/*
 * maker: a tree while it grows, within maxima: element by element in document order, or anywhere,
 * at constant cost a node.  What does not fit is left out and remembered; the tree stays sound.  At
 * the end it becomes the flat array.  Text that is no UTF-8 comes out as U+FFFD.
 */
#ifndef WWW4MAIL_RENDER_MAKER_H
#define WWW4MAIL_RENDER_MAKER_H

#include "agent/base/arena.h"
#include "agent/base/buffer.h"
#include "render/tree.h"

enum {
    MAKER_MAX_NODES = 1500000,
    MAKER_MAX_DEPTH = 1024, /* what lies deeper is raised to this depth at the end */
    MAKER_MAX_MARKS = 32,
    MAKER_MAX_POOL = 32 * 1024 * 1024 /* bytes of texts and attribute values */
};

struct maker_node {
    uint32_t parent, first, last, before, next; /* indices; TREE_NONE */
    uint32_t at, count;                         /* of a text in the pool, or of the attributes */
    uint16_t tag, emitted;
};

struct maker {
    struct buffer nodes, attrs, pool;
    uint32_t open[MAKER_MAX_DEPTH]; /* the way from the root to where we are */
    size_t depth;
    uint32_t marks[MAKER_MAX_MARKS]; /* once finished: where in the tree; TREE_NONE */
    size_t mark_count;
    bool cut;
};

/* Starts with the root, an open <html>. */
void maker_init(struct maker *maker);
void maker_free(struct maker *maker);

/* ---- in document order ---- */

/* Adds an element and goes into it; false when it does not fit (then do not close it). */
bool maker_open(struct maker *maker, enum tree_tag tag);
/* An attribute of the element opened last; of several with one name the first counts. */
void maker_attr(struct maker *maker, enum tree_attr_name name, struct span value);
void maker_close(struct maker *maker);

/* Text where we are; it continues a text that stands directly before. */
void maker_text(struct maker *maker, struct span text);

/* ---- anywhere.  A node that is TREE_NONE, as one is that did not fit, takes no harm ---- */

/* The element opened last. */
uint32_t maker_here(const struct maker *maker);
/* A new element below `parent`, before its child `before` (TREE_NONE: the last). */
uint32_t maker_add(struct maker *maker, enum tree_tag tag, uint32_t parent, uint32_t before);
/* One like `node`, with the same attributes; without a parent it stands nowhere yet. */
uint32_t maker_clone(struct maker *maker, uint32_t node, uint32_t parent, uint32_t before);
void maker_add_attr(struct maker *maker, uint32_t node, enum tree_attr_name name,
                    struct span value);
void maker_add_text(struct maker *maker, uint32_t parent, uint32_t before, struct span text);

/* Takes the node, with all below it, from where it is; puts it there. */
void maker_detach(struct maker *maker, uint32_t node);
void maker_move(struct maker *maker, uint32_t node, uint32_t parent, uint32_t before);
void maker_move_children(struct maker *maker, uint32_t from, uint32_t to);

/* Has the place of an element in the finished tree taken down: its number, 1 upward; 0 when there
 * are too many. */
size_t maker_mark(struct maker *maker, uint32_t node);

uint32_t maker_parent(const struct maker *maker, uint32_t node);

/* ---- the end ---- */

/* True once memory was short. */
bool maker_failed(const struct maker *maker);
/* Makes all below the root the arena's; false when that has no room or memory was short.  The maker is
 * of no more use then. */
bool maker_finish(struct maker *maker, struct arena *arena, struct tree *tree_out);

#endif
