/* SPDX-License-Identifier: ISC */
/* A page's paragraphs, whatever elements they are made of: runs of text between blocks. */
#include "render/article/article_parts.h"

#include "agent/base/charset.h"

struct finder {
    struct article *article;
    struct article_unit unit;
    uint32_t link_end; /* of the link that is open */
    uint32_t last_before_link;
    unsigned breaks;
};

static void end_unit(struct finder *finder)
{
    struct article *article = finder->article;
    if (finder->unit.chars)
        article->units[article->unit_count++] = finder->unit;
    finder->unit = (struct article_unit){.block = TREE_NONE};
    finder->last_before_link = 0;
}

static bool is_aside(uint32_t code)
{
    return code <= ' ' || code == 0xa0 || code == '"' || code == '\'' || code == ')' ||
           code == ']' || (code >= 0x2018 && code <= 0x201f) || code == 0xbb || code == 0xab ||
           code == 0x300d || code == 0x300f || code == 0x3000 || code == 0x200b || code == '*';
}

static void take_text(struct finder *finder, uint32_t node, uint32_t block)
{
    struct article_unit *unit = &finder->unit;
    struct span text = tree_text(finder->article->tree, node);
    uint32_t commas, code, chars = article_chars(text, &commas);
    bool in_link = node < finder->link_end;
    if (!unit->chars) {
        unit->first = node;
        unit->block = block;
    }
    unit->end = node + 1;
    unit->chars += chars;
    unit->commas += commas;
    if (in_link) {
        if (!unit->link_chars)
            unit->colon = finder->last_before_link == ':' || finder->last_before_link == 0xff1a;
        unit->link_chars += chars;
    } else if (!unit->link_chars) {
        unit->lead_chars += chars;
    }
    while (charset_next(&text, &code))
        if (!is_aside(code)) {
            unit->last_code = code;
            if (!in_link)
                finder->last_before_link = code;
        }
}

static uint32_t block_of(const struct tree *tree, uint32_t node)
{
    for (node = tree->nodes[node].parent; node != TREE_NONE; node = tree->nodes[node].parent)
        if (article_is_block(tree, node))
            return node;
    return 0;
}

static void take_node(struct finder *finder, uint32_t node)
{
    const struct tree *tree = finder->article->tree;
    enum tree_tag tag = tree->nodes[node].tag;
    if (tag != TAG_TEXT) {
        if (tag == TAG_a)
            finder->link_end = tree->nodes[node].end;
        finder->breaks += tag == TAG_br;
        if (article_is_block(tree, node) || finder->breaks == 2)
            end_unit(finder);
        return;
    }
    if (!article_chars(tree_text(tree, node), NULL))
        return;
    uint32_t block = block_of(tree, node);
    if (block != finder->unit.block)
        end_unit(finder);
    finder->breaks = 0;
    take_text(finder, node, block);
}

bool article_find_units(struct article *article, struct arena *arena)
{
    const struct tree *tree = article->tree;
    struct finder finder = {.article = article, .unit = {.block = TREE_NONE}};
    uint32_t texts = 0;
    for (uint32_t i = 0; i < tree->node_count; i++)
        texts += tree->nodes[i].tag == TAG_TEXT;
    article->units = arena_alloc(arena, (texts + 1) * sizeof *article->units);
    if (!article->units)
        return false;
    for (uint32_t i = 0; i < tree->node_count;) {
        bool skip = article_never_shown(article, i);
        if (!skip)
            take_node(&finder, i);
        i = skip ? tree->nodes[i].end : i + 1;
    }
    end_unit(&finder);
    return true;
}

bool article_ends_sentence(const struct article_unit *unit)
{
    switch (unit->last_code) {
    case '.':
    case '!':
    case '?':
    case 0x2026: /* ellipsis */
    case 0x3002: /* ideographic full stop */
    case 0xff01:
    case 0xff1f:
    case 0xff0e:
    case 0x0964: /* danda */
    case 0x06d4: /* Arabic full stop */
    case 0x061f:
    case 0x1362: /* Ethiopic full stop */
    case 0x0589: /* Armenian full stop */
        return true;
    default:
        return false;
    }
}
