/* SPDX-License-Identifier: ISC */
/* What is to be seen in a tree as a list of words, and how alike two lists are. */
#include "test/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

#include "render/construct/tags.h"

enum { MAX_BYTES = 64 * 1024 * 1024, MAX_LIST = 256 * 1024 * 1024 };

struct collector {
    struct word_list *words;
    const uint64_t *paths; /* by node */
    bool in_word;
};

static uint64_t hash(uint64_t seed, struct span text)
{
    uint64_t value = seed ^ 14695981039346656037u;
    for (size_t i = 0; i < text.len; i++)
        value = (value ^ (unsigned char)text.at[i]) * 1099511628211u;
    return value;
}

static uint64_t path_of(const struct tree *tree, uint32_t node, uint64_t above)
{
    uint64_t path = hash(above * 31 + 7, span_of(tree_tag_name(tree->nodes[node].tag)));
    if (tree->nodes[node].tag == TAG_a)
        path = hash(path, tree_attr(tree, node, ATTR_href));
    return hash(path, tree_attr(tree, node, ATTR_class));
}

static void end_word(struct collector *collector)
{
    collector->in_word = false;
}

static void add_byte(struct collector *collector, uint32_t node, char byte)
{
    struct word_list *words = collector->words;
    if (!collector->in_word) {
        struct word word = {.at = (uint32_t)words->bytes.len, .path = collector->paths[node]};
        if (!buffer_add(&words->list, &word, sizeof word))
            return;
        words->count++;
        collector->in_word = true;
    }
    void *list = words->list.at;
    ((struct word *)list)[words->count - 1].len++;
    buffer_add_byte(&words->bytes, byte);
}

static void add_text(struct collector *collector, uint32_t node, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(" \n\t\r\f", text.at[i]))
            end_word(collector);
        else if ((unsigned char)text.at[i] >= ' ' && text.at[i] != 0x7F) /* no page may show it */
            add_byte(collector, node, text.at[i]);
}

/* What is seen without being text stands as a word of its own. */
static void add_thing(struct collector *collector, const struct tree *tree, uint32_t node)
{
    struct span parts[] = {span_of(tree_tag_name(tree->nodes[node].tag)),
                           tree_attr(tree, node, ATTR_alt), tree_attr(tree, node, ATTR_src),
                           tree_attr(tree, node, ATTR_value)};
    end_word(collector);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t j = 0; j < parts[i].len; j++)
            add_byte(collector, node, parts[i].at[j]);
    end_word(collector);
}

static void add_node(struct collector *collector, const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->tag == TAG_TEXT)
        add_text(collector, node, tree_text(tree, node));
    else if ((tag_traits(at->tag) & (TRAIT_SHOWS | TRAIT_VOID)) && at->tag != TAG_wbr)
        add_thing(collector, tree, node);
}

static bool is_shown(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    return !(at->flags & TREE_HIDDEN) && at->tag != TAG_noframes;
}

static void finish(struct word_list *words)
{
    void *list = words->list.at;
    for (size_t i = 0; i < words->count; i++) {
        struct word *word = (struct word *)list + i;
        word->text = (struct span){words->bytes.at + word->at, word->len};
    }
}

/* Nodes that are blocks, or start in another block than the text before, start a word. */
static void add_shown(struct collector *collector, const struct tree *tree, uint32_t *blocks)
{
    uint32_t block = TREE_NONE;
    for (uint32_t i = 0; i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        uint32_t above = node->parent == TREE_NONE ? 0 : blocks[node->parent];
        blocks[i] = node->flags & TREE_BLOCK ? i : above;
        if (!is_shown(tree, i)) {
            i = node->tag == TAG_noframes ? node->end - 1 : i;
            continue;
        }
        if (blocks[i] != block)
            end_word(collector);
        block = blocks[i];
        add_node(collector, tree, i);
    }
}

void words_of(const struct tree *tree, struct word_list *words_out)
{
    uint64_t *paths = calloc(tree->node_count + 1, sizeof *paths);
    uint32_t *blocks = calloc(tree->node_count + 1, sizeof *blocks);
    struct collector collector = {.words = words_out, .paths = paths};
    *words_out = (struct word_list){.count = 0};
    buffer_init(&words_out->bytes, MAX_BYTES);
    buffer_init(&words_out->list, MAX_LIST);
    for (uint32_t i = 0; paths && i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        uint64_t above = node->parent == TREE_NONE ? 0 : paths[node->parent];
        paths[i] = node->tag == TAG_TEXT ? above : path_of(tree, i, above);
    }
    if (paths && blocks)
        add_shown(&collector, tree, blocks);
    finish(words_out);
    free(blocks);
    free(paths);
}

void words_free(struct word_list *words)
{
    buffer_free(&words->bytes);
    buffer_free(&words->list);
}

const struct word *words_at(const struct word_list *words)
{
    const void *list = words->list.at;
    return list;
}
