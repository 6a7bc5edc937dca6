/* SPDX-License-Identifier: ISC */
/* Nodes, attributes and texts grow in three buffers; links between nodes are indices. */
#include "render/maker.h"

#include "agent/base/charset.h"

#include <string.h>

enum { MAX_ATTRS = 3000000 };

static struct tree_node *node_at(struct maker *maker, uint32_t node)
{
    void *nodes = maker->nodes.at;
    return (struct tree_node *)nodes + node;
}

static uint32_t node_count(const struct maker *maker)
{
    return (uint32_t)(maker->nodes.len / sizeof(struct tree_node));
}

/* Adds a node as the last child of the innermost open one; TREE_NONE when it does not fit. */
static uint32_t add_node(struct maker *maker, enum tree_tag tag)
{
    uint32_t index = node_count(maker);
    struct tree_node node = {
        .parent = maker->depth ? maker->open[maker->depth - 1] : TREE_NONE,
        .first_child = TREE_NONE,
        .next = TREE_NONE,
        .end = index + 1,
        .first_attr = (uint32_t)(maker->attrs.len / sizeof(struct tree_attr)),
        .tag = (uint16_t)tag,
    };
    if (!buffer_add(&maker->nodes, &node, sizeof node)) {
        maker->cut = true;
        return TREE_NONE;
    }
    if (maker->depth) {
        uint32_t *last = &maker->last_child[maker->depth - 1];
        if (*last == TREE_NONE)
            node_at(maker, node.parent)->first_child = index;
        else
            node_at(maker, *last)->next = index;
        *last = index;
    }
    return index;
}

void maker_init(struct maker *maker)
{
    maker->depth = 0;
    maker->cut = false;
    buffer_init(&maker->nodes, MAKER_MAX_NODES * sizeof(struct tree_node));
    buffer_init(&maker->attrs, MAX_ATTRS * sizeof(struct tree_attr));
    buffer_init(&maker->pool, MAKER_MAX_POOL);
    maker_open(maker, TAG_html);
}

void maker_free(struct maker *maker)
{
    buffer_free(&maker->nodes);
    buffer_free(&maker->attrs);
    buffer_free(&maker->pool);
}

bool maker_open(struct maker *maker, enum tree_tag tag)
{
    if (maker->depth == MAKER_MAX_DEPTH) {
        maker->cut = true;
        return false;
    }
    uint32_t index = add_node(maker, tag);
    if (index == TREE_NONE)
        return false;
    maker->last_child[maker->depth] = TREE_NONE;
    maker->open[maker->depth++] = index;
    return true;
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

void maker_attr(struct maker *maker, enum tree_attr_name name, struct span value)
{
    if (!maker->depth)
        return;
    struct tree_node *node = node_at(maker, maker->open[maker->depth - 1]);
    const void *attrs = maker->attrs.at;
    for (uint32_t i = 0; i < node->attr_count; i++)
        if (((const struct tree_attr *)attrs)[node->first_attr + i].name == name)
            return;
    struct tree_attr attr = {.name = (uint16_t)name};
    if (!add_to_pool(maker, value, &attr.value, &attr.value_len))
        return;
    if (buffer_add(&maker->attrs, &attr, sizeof attr))
        node->attr_count++;
    else
        maker->cut = true;
}

void maker_close(struct maker *maker)
{
    if (maker->depth)
        node_at(maker, maker->open[--maker->depth])->end = node_count(maker);
}

void maker_text(struct maker *maker, struct span text)
{
    uint32_t at, len;
    if (!text.len || !maker->depth || !add_to_pool(maker, text, &at, &len))
        return;
    uint32_t last = maker->last_child[maker->depth - 1];
    if (last != TREE_NONE && last + 1 == node_count(maker)) {
        struct tree_node *before = node_at(maker, last);
        if (before->tag == TAG_TEXT && before->text + before->text_len == at) {
            before->text_len += len;
            return;
        }
    }
    uint32_t index = add_node(maker, TAG_TEXT);
    if (index == TREE_NONE)
        return;
    node_at(maker, index)->text = at;
    node_at(maker, index)->text_len = len;
}

static void *move_to(struct arena *arena, const struct buffer *buffer)
{
    void *copy = arena_alloc(arena, buffer->len + 1);
    if (copy && buffer->len)
        memcpy(copy, buffer->at, buffer->len);
    return copy;
}

bool maker_finish(struct maker *maker, struct arena *arena, struct tree *tree_out)
{
    while (maker->depth)
        maker_close(maker);
    *tree_out = (struct tree){
        .node_count = node_count(maker),
        .attr_count = (uint32_t)(maker->attrs.len / sizeof(struct tree_attr)),
    };
    bool whole = !maker->nodes.no_memory && !maker->attrs.no_memory && !maker->pool.no_memory;
    tree_out->nodes = move_to(arena, &maker->nodes);
    buffer_free(&maker->nodes);
    tree_out->attrs = move_to(arena, &maker->attrs);
    buffer_free(&maker->attrs);
    tree_out->pool = move_to(arena, &maker->pool);
    buffer_free(&maker->pool);
    return whole && tree_out->node_count && tree_out->nodes && tree_out->attrs && tree_out->pool;
}
