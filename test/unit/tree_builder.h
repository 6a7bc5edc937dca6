/* SPDX-License-Identifier: ISC */
/*
 * tree_builder: trees for tests of renderers, written as strict little HTML (every element closed,
 * attributes in double quotes, no entities), with flags and link numbers as the passes set them.
 */
#ifndef WWW4MAIL_TEST_UNIT_TREE_BUILDER_H
#define WWW4MAIL_TEST_UNIT_TREE_BUILDER_H

#include "render/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tree_builder {
    struct tree tree;
    uint32_t *last_children;
    uint32_t node_room, attr_room, link_room, open;
    const char *at, *pool;
};

static inline void *tb_grow(void *array, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 64;
    return realloc(array, *room * size);
}

static inline uint32_t tb_node(struct tree_builder *tb, enum tree_tag tag)
{
    struct tree *tree = &tb->tree;
    uint32_t node = tree->node_count, room = tb->node_room;
    tree->nodes = tb_grow(tree->nodes, node, &tb->node_room, sizeof *tree->nodes);
    tb->last_children = tb_grow(tb->last_children, node, &room, sizeof(uint32_t));
    tree->nodes[node] = (struct tree_node){.parent = tb->open,
                                           .first_child = TREE_NONE,
                                           .next = TREE_NONE,
                                           .end = node + 1,
                                           .first_attr = tree->attr_count,
                                           .tag = (uint16_t)tag};
    tb->last_children[node] = TREE_NONE;
    if (tb->open != TREE_NONE) {
        uint32_t last = tb->last_children[tb->open];
        if (last == TREE_NONE)
            tree->nodes[tb->open].first_child = node;
        else
            tree->nodes[last].next = node;
        tb->last_children[tb->open] = node;
        tree->nodes[node].flags = tree->nodes[tb->open].flags & (TREE_HIDDEN | TREE_PRE);
    }
    tree->node_count++;
    return node;
}

static inline enum tree_tag tb_tag(const char *name, size_t len)
{
    for (int tag = 0; tag < TAG_COUNT; tag++) {
        const char *known = tree_tag_name((enum tree_tag)tag);
        if (known && strlen(known) == len && memcmp(known, name, len) == 0)
            return (enum tree_tag)tag;
    }
    return TAG_UNKNOWN;
}

static inline bool tb_is_block(enum tree_tag tag)
{
    static const char blocks[] =
        " address article aside blockquote body caption center dd details div dl dt fieldset "
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol "
        "p pre section summary table tbody td tfoot th thead tr ul ";
    char name[32];
    snprintf(name, sizeof name, " %s ", tree_tag_name(tag));
    return strstr(blocks, name);
}

static inline uint32_t tb_link(struct tree_builder *tb, struct span url, uint32_t node)
{
    struct tree *tree = &tb->tree;
    for (uint32_t i = 1; i <= tree->link_count && i < 100; i++)
        if (span_equal(tree->links[i].url, url))
            return i;
    if (span_starts_nocase(url, SPAN_LITERAL("#")))
        return 0;
    tree->links = tb_grow(tree->links, tree->link_count + 1, &tb->link_room, sizeof *tree->links);
    tree->links[++tree->link_count] = (struct tree_link){.url = url, .first_node = node};
    return tree->link_count;
}

static inline void tb_attr(struct tree_builder *tb, uint32_t node)
{
    static const char *const names[] = {
#define TB_NAME(name) #name,
        TREE_ATTRS(TB_NAME)
#undef TB_NAME
    };
    struct tree *tree = &tb->tree;
    size_t len = strcspn(tb->at, "=");
    const char *value = tb->at + len + 2;
    size_t value_len = strcspn(value, "\"");
    for (uint16_t i = 0; i < ATTR_COUNT; i++) {
        if (strlen(names[i]) != len || memcmp(names[i], tb->at, len) != 0)
            continue;
        tree->attrs = tb_grow(tree->attrs, tree->attr_count, &tb->attr_room, sizeof *tree->attrs);
        tree->attrs[tree->attr_count++] =
            (struct tree_attr){i, (uint32_t)(value - tb->pool), (uint32_t)value_len};
        tree->nodes[node].attr_count++;
        if (i == ATTR_href || (i == ATTR_src && tree->nodes[node].tag == TAG_iframe))
            tree->nodes[node].link = tb_link(tb, (struct span){value, value_len}, node);
        if (i == ATTR_hidden)
            tree->nodes[node].flags |= TREE_HIDDEN;
    }
    tb->at = value + value_len + 1;
}

static inline void tb_close(struct tree_builder *tb)
{
    struct tree_node *node = &tb->tree.nodes[tb->open];
    node->end = tb->tree.node_count;
    tb->open = node->parent;
}

/* The builder of trees for tests takes every table that says nothing else for one of data. */
static inline bool tb_is_data(struct tree_builder *tb, uint32_t node)
{
    return tb->tree.nodes[node].tag == TAG_table && !tree_attr(&tb->tree, node, ATTR_role).at;
}

static inline void tb_element(struct tree_builder *tb)
{
    size_t len = strcspn(tb->at, " />");
    enum tree_tag tag = tb_tag(tb->at, len);
    uint32_t node = tb_node(tb, tag);
    tb->tree.nodes[node].flags |=
        (tb_is_block(tag) ? TREE_BLOCK : 0) | (tag == TAG_pre ? TREE_PRE : 0);
    tb->at += len;
    for (;;) {
        while (*tb->at == ' ')
            tb->at++;
        if (*tb->at == '/' || *tb->at == '>')
            break;
        tb_attr(tb, node);
    }
    if (tb_is_data(tb, node))
        tb->tree.nodes[node].flags |= TREE_DATA_TABLE;
    tb->open = node;
    if (*tb->at == '/') {
        tb->at++;
        tb_close(tb);
    }
    tb->at++;
}

static inline bool tb_shows(const struct tree *tree, uint32_t node)
{
    static const char shows[] = " br hr img input select textarea iframe video audio button area ";
    char name[32];
    struct span text = tree_text(tree, node);
    snprintf(name, sizeof name, " %s ", tree_tag_name(tree->nodes[node].tag));
    if (tree->nodes[node].tag == TAG_TEXT)
        return strspn(text.at, " \n\t") < text.len;
    return strstr(shows, name);
}

static inline void tb_mark_empty(struct tree *tree)
{
    bool *full = calloc(tree->node_count, sizeof *full);
    for (uint32_t i = tree->node_count; i-- > 0;) {
        full[i] |= tb_shows(tree, i);
        if (!full[i] && tree->nodes[i].tag != TAG_TEXT)
            tree->nodes[i].flags |= TREE_EMPTY;
        if (full[i] && tree->nodes[i].parent != TREE_NONE)
            full[tree->nodes[i].parent] = true;
    }
    free(full);
}

/* `html` must stay as long as the tree; it is the tree's pool. */
static inline struct tree_builder tree_build(const char *html)
{
    struct tree_builder tb = {.open = TREE_NONE, .at = html, .pool = html};
    tb.tree.pool = html;
    tb.tree.links = calloc(64, sizeof *tb.tree.links);
    tb.link_room = 64;
    tb.open = tb_node(&tb, TAG_body);
    tb.tree.nodes[0].flags = TREE_BLOCK;
    while (*tb.at) {
        if (tb.at[0] == '<' && tb.at[1] == '/') {
            tb.at = strchr(tb.at, '>') + 1;
            tb_close(&tb);
        } else if (*tb.at == '<') {
            tb.at++;
            tb_element(&tb);
        } else {
            size_t len = strcspn(tb.at, "<");
            uint32_t node = tb_node(&tb, TAG_TEXT);
            tb.tree.nodes[node].text = (uint32_t)(tb.at - html);
            tb.tree.nodes[node].text_len = (uint32_t)len;
            tb.at += len;
        }
    }
    while (tb.open != TREE_NONE)
        tb_close(&tb);
    tb_mark_empty(&tb.tree);
    return tb;
}

static inline void tree_build_free(struct tree_builder *tb)
{
    free(tb->tree.nodes);
    free(tb->tree.attrs);
    free(tb->tree.links);
    free(tb->last_children);
}

#endif
