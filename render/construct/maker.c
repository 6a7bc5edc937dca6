/* SPDX-License-Identifier: ISC */
/* Nodes, attributes and texts grow in three buffers; links between nodes are indices. */
#include "render/construct/maker.h"

#include "agent/base/charset.h"

#include <string.h>

enum { MAX_ATTRS = 3000000 };

static struct maker_node *node_at(const struct maker *maker, uint32_t node)
{
    void *nodes = maker->nodes.at;
    return (struct maker_node *)nodes + node;
}

static uint32_t node_count(const struct maker *maker)
{
    return (uint32_t)(maker->nodes.len / sizeof(struct maker_node));
}

static uint32_t attr_count(const struct maker *maker)
{
    return (uint32_t)(maker->attrs.len / sizeof(struct tree_attr));
}

void maker_init(struct maker *maker)
{
    maker->cut = false;
    maker->mark_count = 0;
    buffer_init(&maker->nodes, MAKER_MAX_NODES * sizeof(struct maker_node));
    buffer_init(&maker->attrs, MAX_ATTRS * sizeof(struct tree_attr));
    buffer_init(&maker->pool, MAKER_MAX_POOL);
    maker->depth = 0;
    maker_open(maker, TAG_html);
}

void maker_free(struct maker *maker)
{
    buffer_free(&maker->nodes);
    buffer_free(&maker->attrs);
    buffer_free(&maker->pool);
}

/* ---- the links between nodes ---- */

static void link_in(struct maker *maker, uint32_t index, uint32_t parent, uint32_t before)
{
    struct maker_node *node = node_at(maker, index), *above = node_at(maker, parent);
    node->parent = parent;
    node->next = before;
    node->before = before == TREE_NONE ? above->last : node_at(maker, before)->before;
    if (node->before == TREE_NONE)
        above->first = index;
    else
        node_at(maker, node->before)->next = index;
    if (before == TREE_NONE)
        above->last = index;
    else
        node_at(maker, before)->before = index;
}

void maker_detach(struct maker *maker, uint32_t index)
{
    if (index == TREE_NONE)
        return;
    struct maker_node *node = node_at(maker, index);
    if (node->parent == TREE_NONE)
        return;
    struct maker_node *above = node_at(maker, node->parent);
    if (node->before == TREE_NONE)
        above->first = node->next;
    else
        node_at(maker, node->before)->next = node->next;
    if (node->next == TREE_NONE)
        above->last = node->before;
    else
        node_at(maker, node->next)->before = node->before;
    node->parent = node->before = node->next = TREE_NONE;
}

void maker_move(struct maker *maker, uint32_t node, uint32_t parent, uint32_t before)
{
    if (node == TREE_NONE || parent == TREE_NONE || node == before)
        return;
    maker_detach(maker, node);
    link_in(maker, node, parent, before);
}

void maker_move_children(struct maker *maker, uint32_t from, uint32_t to)
{
    if (from == TREE_NONE || to == TREE_NONE)
        return;
    for (uint32_t child; (child = node_at(maker, from)->first) != TREE_NONE;)
        maker_move(maker, child, to, TREE_NONE);
}

uint32_t maker_parent(const struct maker *maker, uint32_t node)
{
    return node == TREE_NONE ? TREE_NONE : node_at(maker, node)->parent;
}

/* Until the end `emitted` is the number of the mark. */
size_t maker_mark(struct maker *maker, uint32_t node)
{
    if (node == TREE_NONE || maker->mark_count == MAKER_MAX_MARKS)
        return 0;
    maker->marks[maker->mark_count++] = TREE_NONE;
    node_at(maker, node)->emitted = (uint16_t)maker->mark_count;
    return maker->mark_count;
}

/* ---- growing ---- */

static uint32_t add_node(struct maker *maker, const struct maker_node *node, uint32_t parent,
                         uint32_t before)
{
    uint32_t index = node_count(maker);
    if (!buffer_add(&maker->nodes, node, sizeof *node)) {
        maker->cut = true;
        return TREE_NONE;
    }
    if (parent != TREE_NONE)
        link_in(maker, index, parent, before);
    return index;
}

uint32_t maker_add(struct maker *maker, enum tree_tag tag, uint32_t parent, uint32_t before)
{
    struct maker_node node = {.parent = TREE_NONE,
                              .first = TREE_NONE,
                              .last = TREE_NONE,
                              .before = TREE_NONE,
                              .next = TREE_NONE,
                              .at = attr_count(maker),
                              .tag = (uint16_t)tag};
    if (parent == TREE_NONE && maker->nodes.len)
        return TREE_NONE;
    return add_node(maker, &node, parent, before);
}

uint32_t maker_clone(struct maker *maker, uint32_t node, uint32_t parent, uint32_t before)
{
    if (node == TREE_NONE)
        return TREE_NONE;
    const struct maker_node *like = node_at(maker, node);
    struct maker_node copy = {.parent = TREE_NONE,
                              .first = TREE_NONE,
                              .last = TREE_NONE,
                              .before = TREE_NONE,
                              .next = TREE_NONE,
                              .at = like->at,
                              .count = like->count,
                              .tag = like->tag};
    return add_node(maker, &copy, parent, before);
}

/* Where the text lies in the pool; false when it does not fit. */
static bool add_to_pool(struct maker *maker, struct span text, uint32_t *at_out, uint32_t *len_out)
{
    size_t before = maker->pool.len;
    if (!charset_clean_utf8(text, &maker->pool)) {
        /* What did fit of it is dropped again, so that offsets stay true. */
        maker->pool.len = before;
        maker->cut = true;
        return false;
    }
    *at_out = (uint32_t)before;
    *len_out = (uint32_t)(maker->pool.len - before);
    return true;
}

static const struct tree_attr *attrs_at(const struct maker *maker, uint32_t index)
{
    const void *attrs = maker->attrs.at;
    return (const struct tree_attr *)attrs + index;
}

/* The attributes of a node lie together: those of an early one go behind the others first. */
static bool bring_attrs_to_end(struct maker *maker, struct maker_node *node)
{
    uint32_t end = attr_count(maker);
    if (node->at + node->count == end)
        return true;
    for (uint32_t i = 0; i < node->count; i++) {
        struct tree_attr attr = *attrs_at(maker, node->at + i);
        if (!buffer_add(&maker->attrs, &attr, sizeof attr))
            return false;
    }
    node->at = end;
    return true;
}

void maker_add_attr(struct maker *maker, uint32_t index, enum tree_attr_name name,
                    struct span value)
{
    if (index == TREE_NONE)
        return;
    struct maker_node *node = node_at(maker, index);
    for (uint32_t i = 0; i < node->count; i++)
        if (attrs_at(maker, node->at + i)->name == name)
            return;
    struct tree_attr attr = {.name = (uint16_t)name};
    if (!add_to_pool(maker, value, &attr.value, &attr.value_len))
        return;
    if (bring_attrs_to_end(maker, node) && buffer_add(&maker->attrs, &attr, sizeof attr))
        node->count++;
    else
        maker->cut = true;
}

void maker_add_text(struct maker *maker, uint32_t parent, uint32_t before, struct span text)
{
    uint32_t at, len;
    if (!text.len || parent == TREE_NONE || !add_to_pool(maker, text, &at, &len))
        return;
    uint32_t last =
        before == TREE_NONE ? node_at(maker, parent)->last : node_at(maker, before)->before;
    if (last != TREE_NONE) {
        struct maker_node *node = node_at(maker, last);
        if (node->tag == TAG_TEXT && node->at + node->count == at) {
            node->count += len;
            return;
        }
    }
    struct maker_node node = {.parent = TREE_NONE,
                              .first = TREE_NONE,
                              .last = TREE_NONE,
                              .before = TREE_NONE,
                              .next = TREE_NONE,
                              .at = at,
                              .count = len,
                              .tag = TAG_TEXT};
    add_node(maker, &node, parent, before);
}

/* ---- in document order ---- */

uint32_t maker_here(const struct maker *maker)
{
    return maker->depth ? maker->open[maker->depth - 1] : TREE_NONE;
}

bool maker_open(struct maker *maker, enum tree_tag tag)
{
    if (maker->depth == MAKER_MAX_DEPTH) {
        maker->cut = true;
        return false;
    }
    uint32_t index = maker_add(maker, tag, maker_here(maker), TREE_NONE);
    if (index == TREE_NONE)
        return false;
    maker->open[maker->depth++] = index;
    return true;
}

void maker_attr(struct maker *maker, enum tree_attr_name name, struct span value)
{
    maker_add_attr(maker, maker_here(maker), name, value);
}

void maker_close(struct maker *maker)
{
    maker->depth -= maker->depth > 0;
}

void maker_text(struct maker *maker, struct span text)
{
    maker_add_text(maker, maker_here(maker), TREE_NONE, text);
}

bool maker_failed(const struct maker *maker)
{
    return maker->nodes.no_memory || maker->attrs.no_memory || maker->pool.no_memory;
}
