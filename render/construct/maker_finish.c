/* SPDX-License-Identifier: ISC */
/*
 * The end of a tree's growth: its nodes become the flat array.  Where they were made in document
 * order, as nearly always, that happens in their own memory; else they are copied.
 */
#include "render/construct/maker.h"

#include <string.h>

_Static_assert(sizeof(struct tree_node) <= sizeof(struct maker_node),
               "a node of the tree fits where one of the maker was");

static struct maker_node *node_at(const struct maker *maker, uint32_t node)
{
    void *nodes = maker->nodes.at;
    return (struct maker_node *)nodes + node;
}

static uint32_t node_count(const struct maker *maker)
{
    return (uint32_t)(maker->nodes.len / sizeof(struct maker_node));
}

static struct tree_node flat_node(const struct maker_node *node)
{
    bool is_text = node->tag == TAG_TEXT;
    return (struct tree_node){
        .parent = TREE_NONE,
        .first_child = TREE_NONE,
        .next = TREE_NONE,
        .text = node->at, /* or the first attribute */
        .text_len = is_text ? node->count : 0,
        .attr_count = is_text ? 0 : (uint8_t)node->count,
        .tag = (uint8_t)node->tag,
    };
}

/* ---- in place ---- */

/*
 * True when the nodes lie as the tree is read and none is too deep.  From then on `before` of a node
 * is the end of its subtree; its depth is kept in `last`, which nobody asks for any more.
 */
static bool is_in_order(const struct maker *maker)
{
    uint32_t count = node_count(maker);
    for (uint32_t i = 0; i < count; i++) {
        struct maker_node *node = node_at(maker, i);
        uint32_t end = count, depth = 0;
        if (i && node->parent >= i)
            return false;
        if (i) {
            const struct maker_node *above = node_at(maker, node->parent);
            end = node->next == TREE_NONE ? above->before : node->next;
            depth = above->last + 1;
        }
        if ((node->first == TREE_NONE ? end : node->first) != i + 1 ||
            (depth >= MAKER_MAX_DEPTH && node->tag != TAG_TEXT))
            return false;
        node->before = end;
        node->last = depth;
    }
    return true;
}

static void flatten_in_place(struct maker *maker)
{
    uint32_t count = node_count(maker);
    char *out = maker->nodes.at;
    for (uint32_t i = 0; i < count; i++, out += sizeof(struct tree_node)) {
        struct maker_node node = *node_at(maker, i);
        struct tree_node flat = flat_node(&node);
        flat.parent = node.parent;
        flat.first_child = node.first;
        flat.next = node.next;
        flat.end = node.before;
        if (node.tag != TAG_TEXT && node.emitted)
            maker->marks[node.emitted - 1] = i;
        memcpy(out, &flat, sizeof flat);
    }
}

/* ---- copied ---- */

struct emitter {
    struct tree_node *nodes;
    uint32_t count;
    uint32_t *marks;
    uint32_t open[MAKER_MAX_DEPTH]; /* the way from the root to where we are */
    uint32_t last[MAKER_MAX_DEPTH]; /* child of each of these; TREE_NONE */
    size_t depth;
};

static void emit(struct emitter *emitter, const struct maker_node *node)
{
    uint32_t index = emitter->count++;
    emitter->nodes[index] = flat_node(node);
    emitter->nodes[index].end = index + 1;
    if (!emitter->depth)
        return;
    uint32_t parent = emitter->open[emitter->depth - 1];
    uint32_t *last = &emitter->last[emitter->depth - 1];
    emitter->nodes[index].parent = parent;
    if (*last == TREE_NONE)
        emitter->nodes[parent].first_child = index;
    else
        emitter->nodes[*last].next = index;
    *last = index;
}

/* Goes into the node, unless it is a text or too deep: then its children become its parent's. */
static void emit_start(struct emitter *emitter, struct maker_node *node)
{
    if (node->tag == TAG_TEXT) {
        emit(emitter, node);
        return;
    }
    size_t mark = node->emitted;
    node->emitted = false;
    if (emitter->depth == MAKER_MAX_DEPTH)
        return;
    if (mark)
        emitter->marks[mark - 1] = emitter->count;
    emit(emitter, node);
    node->emitted = true;
    emitter->last[emitter->depth] = TREE_NONE;
    emitter->open[emitter->depth++] = emitter->count - 1;
}

static void emit_end(struct emitter *emitter, const struct maker_node *node)
{
    if (node->emitted)
        emitter->nodes[emitter->open[--emitter->depth]].end = emitter->count;
}

static void emit_all(struct maker *maker, struct emitter *emitter)
{
    uint32_t at = 0;
    while (at != TREE_NONE) {
        struct maker_node *node = node_at(maker, at);
        emit_start(emitter, node);
        if (node->first != TREE_NONE) {
            at = node->first;
            continue;
        }
        while (node->next == TREE_NONE && node->parent != TREE_NONE) {
            emit_end(emitter, node);
            node = node_at(maker, node->parent);
        }
        emit_end(emitter, node);
        at = node->next;
    }
}

/* ---- either ---- */

/* The buffer's memory becomes the arena's; NULL when there is no room. */
static void *hand_over(struct arena *arena, struct buffer *buffer)
{
    void *bytes = buffer->at;
    if (!buffer->len)
        return arena_alloc(arena, 1);
    if (!arena_adopt(arena, bytes, buffer->len))
        return NULL;
    buffer_init(buffer, buffer->max);
    return bytes;
}

static bool finish_nodes(struct maker *maker, struct arena *arena, struct tree *tree)
{
    tree->node_count = node_count(maker);
    if (is_in_order(maker)) {
        flatten_in_place(maker);
        maker->nodes.len = tree->node_count * sizeof *tree->nodes;
        tree->nodes = hand_over(arena, &maker->nodes);
        return tree->nodes != NULL;
    }
    struct emitter emitter = {.marks = maker->marks};
    emitter.nodes = arena_alloc(arena, tree->node_count * sizeof *tree->nodes);
    if (!emitter.nodes)
        return false;
    emit_all(maker, &emitter);
    buffer_free(&maker->nodes);
    tree->nodes = emitter.nodes;
    tree->node_count = emitter.count;
    return true;
}

bool maker_finish(struct maker *maker, struct arena *arena, struct tree *tree_out)
{
    if (maker_failed(maker) || !node_count(maker))
        return false;
    *tree_out =
        (struct tree){.attr_count = (uint32_t)(maker->attrs.len / sizeof(struct tree_attr))};
    if (!finish_nodes(maker, arena, tree_out))
        return false;
    tree_out->attrs = hand_over(arena, &maker->attrs);
    tree_out->pool = hand_over(arena, &maker->pool);
    return tree_out->attrs && tree_out->pool;
}
