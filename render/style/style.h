/* SPDX-License-Identifier: ISC */
/*
 * style: the style sheets of a page, read for one thing: what they hide or show.  Of selectors those
 * by element, class, id and attribute, by what an element is not (`:not`) or may be (`:is`,
 * `:where`), lists of them, and descendants, children and, of what hides, later siblings (`~`) of
 * such.  Others that hide are passed over, and others that show hold for more elements than they
 * should where that can be (`.a:first-child` for `.a`), so that in doubt a text is shown.  Order,
 * specificity, importance and layers count as in CSS Cascade 5.  Work and memory are bounded by the
 * limits below.
 */
#ifndef WWW4MAIL_RENDER_STYLE_H
#define WWW4MAIL_RENDER_STYLE_H

#include "agent/base/buffer.h"
#include "render/style/css.h"
#include "render/tree.h"

enum {
    STYLE_MAX_SELECTORS = 50000,
    STYLE_MAX_NAMES = 1024 * 1024, /* bytes of the names of classes and ids in selectors */
    /* Comparisons of a node with a selector: so many, and so many more a node. */
    STYLE_MAX_WORK = 1000000,
    STYLE_MAX_WORK_A_NODE = 4
};

struct styles;

/* NULL when memory is short. */
struct styles *styles_new(void);
void styles_free(struct styles **styles);

/* Reads a sheet, behind those read before; `media` is of its <style> or <link>.  False when memory
 * is short. */
bool styles_add(struct styles *styles, struct span sheet, struct span media);

/* How many selectors were kept: those whose rules hide or show something. */
uint32_t styles_count(const struct styles *styles);

/* What a match cost and came to. */
struct style_tally {
    uint64_t work;
    bool too_much; /* beyond the limit: nothing of it is to be used */
};

/*
 * What the sheets say of the nodes from `from` up to `to`: `effects`, a byte a node of the tree
 * (enum css_effect), is set there.  False when memory is short.
 */
bool styles_match(const struct styles *styles, const struct tree *tree, uint32_t from, uint32_t to,
                  uint8_t *effects, struct style_tally *tally);

#endif
