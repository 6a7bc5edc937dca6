/* SPDX-License-Identifier: ISC */
/*
 * maker: grows a tree in document order, element by element, within maxima.  What does not fit is
 * left out and remembered; the tree stays sound.  Text that is no UTF-8 comes out as U+FFFD.
 */
#ifndef WWW4MAIL_RENDER_MAKER_H
#define WWW4MAIL_RENDER_MAKER_H

#include "agent/base/arena.h"
#include "agent/base/buffer.h"
#include "render/tree.h"

enum {
    MAKER_MAX_NODES = 1500000,
    MAKER_MAX_DEPTH = 1024,
    MAKER_MAX_POOL = 32 * 1024 * 1024 /* bytes of texts and attribute values */
};

struct maker {
    struct buffer nodes, attrs, pool;
    uint32_t open[MAKER_MAX_DEPTH];       /* the way from the root to where we are */
    uint32_t last_child[MAKER_MAX_DEPTH]; /* of each of these; TREE_NONE */
    size_t depth;
    bool cut;
};

/* Starts with the root, an open <html>. */
void maker_init(struct maker *maker);
void maker_free(struct maker *maker);

/* Adds an element and goes into it; false when it does not fit (then do not close it). */
bool maker_open(struct maker *maker, enum tree_tag tag);
/* An attribute of the element opened last; of several with one name the first counts. */
void maker_attr(struct maker *maker, enum tree_attr_name name, struct span value);
void maker_close(struct maker *maker);

/* Text where we are; it continues a text that stands directly before. */
void maker_text(struct maker *maker, struct span text);

/* Closes what is open and moves all to the arena; false when that has no room. */
bool maker_finish(struct maker *maker, struct arena *arena, struct tree *tree_out);

#endif
