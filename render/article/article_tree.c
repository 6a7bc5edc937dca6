/* SPDX-License-Identifier: ISC */
/* The article as a tree of its own: the nodes that were not dropped, under a fresh root. */
#include "render/article/article_parts.h"

#include <string.h>

struct copy {
    const struct article *article;
    bool words;
    struct tree_node *nodes;
    uint32_t count;
    uint32_t *last; /* by new node: its last child, TREE_NONE none */
    uint32_t *made; /* by old node: the new one, TREE_NONE none */
};

static uint32_t add_node(struct copy *copy, const struct tree_node *like, uint32_t parent)
{
    uint32_t index = copy->count++;
    copy->nodes[index] = *like;
    copy->nodes[index].parent = parent;
    copy->nodes[index].first_child = copy->nodes[index].next = copy->last[index] = TREE_NONE;
    copy->nodes[index].end = index + 1;
    if (parent == TREE_NONE)
        return index;
    if (copy->last[parent] == TREE_NONE)
        copy->nodes[parent].first_child = index;
    else
        copy->nodes[copy->last[parent]].next = index;
    copy->last[parent] = index;
    return index;
}

static bool is_picture(enum tree_tag tag)
{
    return tag == TAG_img || tag == TAG_picture || tag == TAG_video || tag == TAG_audio ||
           tag == TAG_iframe || tag == TAG_object || tag == TAG_embed;
}

/* Nothing that shows is left in it. */
static bool is_empty(const struct copy *copy, uint32_t node)
{
    const struct article_sums *sums = &copy->article->sums[node];
    bool pictures = !copy->words && (sums->images || sums->embeds);
    enum tree_tag tag = copy->article->tree->nodes[node].tag;
    return !sums->chars && !sums->inputs && !pictures && tag != TAG_br && tag != TAG_hr &&
           tag != TAG_td && tag != TAG_th && tag != TAG_TEXT;
}

static void copy_node(struct copy *copy, uint32_t node)
{
    const struct tree_node *from = &copy->article->tree->nodes[node];
    uint32_t parent = copy->made[from->parent];
    if (copy->article->dropped[node] || parent == TREE_NONE || is_empty(copy, node) ||
        (copy->words && is_picture(from->tag)))
        return;
    uint32_t index = add_node(copy, from, parent);
    copy->made[node] = index;
    if (copy->words)
        copy->nodes[index].link = 0;
}

/* Backwards: a subtree ends where its last child's does. */
static void set_ends(struct copy *copy)
{
    for (uint32_t i = copy->count; i > 0; i--)
        if (copy->last[i - 1] != TREE_NONE)
            copy->nodes[i - 1].end = copy->nodes[copy->last[i - 1]].end;
}

static void copy_nodes(struct copy *copy)
{
    const struct article *article = copy->article;
    const struct tree *tree = article->tree;
    struct tree_node body = {.tag = TAG_body, .flags = TREE_BLOCK};
    uint32_t root = add_node(copy, &tree->nodes[0], TREE_NONE);
    copy->nodes[root].flags &= (uint16_t)~TREE_EMPTY;
    uint32_t top = add_node(copy, &body, root);
    memset(copy->made, 0xff, tree->node_count * sizeof *copy->made);
    if (tree->nodes[article->top].tag != TAG_body && article->top != 0)
        top = add_node(copy, &tree->nodes[article->top], top);
    copy->made[article->top] = top;
    for (uint32_t i = article->top + 1; i < tree->nodes[article->top].end; i++)
        copy_node(copy, i);
    set_ends(copy);
}

/* Numbers stay; the first place of each is one of the article. */
static bool copy_links(const struct copy *copy, struct arena *arena, struct tree *tree)
{
    const struct tree *from = copy->article->tree;
    tree->links = arena_alloc(arena, ((size_t)from->link_count + 1) * sizeof *tree->links);
    if (!tree->links)
        return false;
    for (uint32_t i = 1; i <= from->link_count; i++)
        tree->links[i] = (struct tree_link){from->links[i].url, 0};
    for (uint32_t i = copy->count; i > 0; i--)
        if (copy->nodes[i - 1].link)
            tree->links[copy->nodes[i - 1].link].first_node = i - 1;
    return true;
}

const struct tree *article_tree(const struct article *article, bool words, struct arena *arena)
{
    uint32_t room = article->tree->node_count + 3;
    struct tree *tree = arena_alloc(arena, sizeof *tree);
    struct copy copy = {.article = article,
                        .words = words,
                        .nodes = arena_alloc(arena, room * sizeof *copy.nodes),
                        .last = arena_alloc(arena, room * sizeof *copy.last),
                        .made = arena_alloc(arena, room * sizeof *copy.made)};
    if (!tree || !copy.nodes || !copy.last || !copy.made)
        return NULL;
    copy_nodes(&copy);
    *tree = *article->tree;
    tree->nodes = copy.nodes;
    tree->node_count = copy.count;
    return copy_links(&copy, arena, tree) ? tree : NULL;
}
