/* SPDX-License-Identifier: ISC */
/*
 * tree: an HTML page as a flat array of nodes in document order (a subtree is a range), made in
 * the parse child by a builder and only read by renderers.  No pointers between nodes, no library
 * types; all text lies in one pool of valid UTF-8.
 */
#ifndef WWW4MAIL_RENDER_TREE_H
#define WWW4MAIL_RENDER_TREE_H

#include "agent/base/span.h"
#include "agent/base/url.h"

#include <stdint.h>

/* Elements by name; what is not listed is TAG_UNKNOWN and counts as an inline box.  A node that
 * is a run of text has TAG_TEXT. */
#define TREE_TAGS(X)                                                                               \
    X(a)                                                                                           \
    X(abbr)                                                                                        \
    X(address) X(area) X(article) X(aside) X(audio) X(b) X(base) X(bdi) X(bdo) X(big)              \
        X(blockquote) X(body) X(br) X(button) X(canvas) X(caption) X(center) X(cite) X(code)       \
            X(col) X(colgroup) X(data) X(datalist) X(dd) X(del) X(details) X(dfn) X(dialog) X(dir) \
                X(div) X(dl) X(dt) X(em) X(embed) X(fieldset) X(figcaption) X(figure) X(font)      \
                    X(footer) X(form) X(frame) X(frameset) X(h1) X(h2) X(h3) X(h4) X(h5) X(h6)     \
                        X(head) X(header) X(hgroup) X(hr) X(html) X(i) X(iframe) X(img) X(input)   \
                            X(ins) X(kbd) X(label) X(legend) X(li) X(link) X(main) X(map) X(mark)  \
                                X(marquee) X(math) X(menu) X(meta) X(meter) X(nav) X(nobr)         \
                                    X(noframes) X(noscript) X(object) X(ol) X(optgroup) X(option)  \
                                        X(output) X(p) X(param) X(picture) X(pre) X(progress) X(q) \
                                            X(rp) X(rt) X(ruby) X(s) X(samp) X(script) X(search)   \
                                                X(section) X(select) X(small) X(source) X(span)    \
                                                    X(strike) X(strong) X(style) X(sub) X(summary) \
                                                        X(sup) X(svg) X(table) X(tbody) X(td)      \
                                                            X(template) X(textarea) X(tfoot) X(th) \
                                                                X(thead) X(time) X(title) X(tr)    \
                                                                    X(track) X(tt) X(u) X(ul)      \
                                                                        X(var) X(video) X(wbr)

enum tree_tag {
    TAG_UNKNOWN,
    TAG_TEXT,
#define TREE_TAG_ENUM(name) TAG_##name,
    TREE_TAGS(TREE_TAG_ENUM)
#undef TREE_TAG_ENUM
        TAG_COUNT
};

_Static_assert(TAG_COUNT <= 256, "a tag takes one byte");

/* Attributes kept; others are dropped by the builder. */
#define TREE_ATTRS(X)                                                                              \
    X(abbr) X(action) X(align) X(alt) X(aria_hidden) X(aria_label) X(border) X(checked) X(cite)    \
    X(class) X(colspan) X(content) X(data) X(datetime) X(dir) X(disabled) X(for) X(headers)        \
    X(height) X(hidden) X(href) X(http_equiv) X(id) X(itemprop) X(itemtype) X(label) X(lang)       \
    X(longdesc) X(max) X(media) X(method) X(min) X(multiple) X(name) X(open) X(placeholder)        \
    X(popover) X(poster) X(property) X(rel) X(reversed) X(role) X(rowspan) X(scope) X(selected)    \
    X(size) X(span) X(src) X(srcdoc) X(start) X(style) X(summary) X(title) X(type) X(usemap)       \
    X(value) X(width)

enum tree_attr_name {
#define TREE_ATTR_ENUM(name) ATTR_##name,
    TREE_ATTRS(TREE_ATTR_ENUM)
#undef TREE_ATTR_ENUM
        ATTR_COUNT
};

enum tree_flag {
    TREE_HIDDEN = 1, /* not shown; holds for the whole subtree, every node of it is marked */
    TREE_BLOCK = 2,  /* starts and ends lines */
    TREE_PRE = 4,    /* blanks and line ends count */
    TREE_EMPTY = 8,  /* an element with nothing to show in its subtree */
    TREE_DATA_TABLE = 16, /* a table whose rows and columns mean something; without it a table only
                             arranges the page.  Set by passes_flags */
    TREE_RTL = 32         /* its text runs from right to left (dir, inherited) */
};

enum { TREE_NONE = UINT32_MAX };

struct tree_node {
    uint32_t parent, first_child, next; /* indices; TREE_NONE */
    uint32_t end;                       /* one behind the last node of the subtree */
    union {
        uint32_t text;       /* of a TAG_TEXT, in the pool */
        uint32_t first_attr; /* of an element */
    };
    uint32_t text_len;  /* 0 of an element */
    uint8_t attr_count; /* 0 of a text; each name once */
    uint8_t tag;        /* enum tree_tag */
    uint16_t flags;     /* enum tree_flag */
    uint32_t link;  /* number of its target in `links`, 0 when it is no link */
};

struct tree_attr {
    uint16_t name; /* enum tree_attr_name */
    uint32_t value, value_len;
};

struct tree_link {
    struct span url;     /* absolute, in the pool or the arena of the tree */
    uint32_t first_node; /* where it stands first */
};

struct tree {
    struct tree_node *nodes; /* nodes[0] is the root */
    uint32_t node_count;
    struct tree_attr *attrs;
    uint32_t attr_count;
    const char *pool;
    struct tree_link *links; /* links[0] is not used: numbers start with 1 */
    uint32_t link_count;     /* the greatest number */
    struct url base;
    struct span title;
    struct span language;
};

struct span tree_text(const struct tree *tree, uint32_t node);

/* The value of an attribute, absent span when the node does not have it ("" when it is empty). */
struct span tree_attr(const struct tree *tree, uint32_t node, enum tree_attr_name name);

/* BCP 47 tag of what is in a node, after its lang or the nearest above it; "" when none says.  Goes
 * up the tree: ask where an element starts, not for every node. */
struct span tree_language(const struct tree *tree, uint32_t node);

const char *tree_tag_name(enum tree_tag tag);

/* h1 to h6. */
static inline bool tree_is_heading(enum tree_tag tag)
{
    return tag >= TAG_h1 && tag <= TAG_h6;
}

#endif
