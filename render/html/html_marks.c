/* SPDX-License-Identifier: ISC */
/* One look over the tree, backwards, so that what is inside is known before the element is. */
#include "render/html/html.h"

/* A block that is nothing but a box around others. */
static bool is_box(enum tree_tag tag)
{
    switch (tag) {
    case TAG_article:
    case TAG_aside:
    case TAG_center:
    case TAG_div:
    case TAG_figure:
    case TAG_footer:
    case TAG_header:
    case TAG_hgroup:
    case TAG_main:
    case TAG_section:
        return true;
    default:
        return false;
    }
}

/* Shown as words, whatever is inside. */
static bool is_sealed(enum tree_tag tag)
{
    return tag == TAG_button || tag == TAG_select || tag == TAG_textarea || tag == TAG_audio ||
           tag == TAG_video || tag == TAG_iframe || tag == TAG_meter || tag == TAG_progress;
}

static bool is_blank(const struct tree *tree, uint32_t node)
{
    if (tree->nodes[node].tag != TAG_TEXT)
        return false;
    struct span text = tree_text(tree, node);
    for (size_t i = 0; i < text.len; i++)
        if (!((text.at[i] >= '\t' && text.at[i] <= '\r') || text.at[i] == ' '))
            return false;
    return true;
}

/* What a node means for the one around it. */
static unsigned marks_up(const struct html_writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    unsigned marks = writer->nodes[node].marks;
    unsigned inside = marks & (HTML_HOLDS_BLOCK | HTML_HOLDS_HEAVY);
    if (at->tag == TAG_frame || is_sealed(at->tag))
        return HTML_HOLDS_INLINE;
    if (at->flags & TREE_BLOCK)
        return inside | HTML_HOLDS_BLOCK | (is_box(at->tag) ? 0 : HTML_HOLDS_HEAVY);
    bool taken_apart = inside && !at->link && at->tag != TAG_ins && at->tag != TAG_del;
    return inside | (taken_apart ? marks & HTML_HOLDS_INLINE : HTML_HOLDS_INLINE);
}

static void mark_up(struct html_writer *writer, uint32_t node)
{
    uint32_t parent = writer->tree->nodes[node].parent;
    if (parent == TREE_NONE || writer->nodes[node].marks & HTML_SKIPPED ||
        (is_blank(writer->tree, node) && !(writer->tree->nodes[node].flags & TREE_PRE)))
        return;
    uint8_t *marks = &writer->nodes[parent].marks;
    *marks |= (uint8_t)(marks_up(writer, node) |
                        (*marks & HTML_HOLDS_ONE ? HTML_HOLDS_MANY : HTML_HOLDS_ONE));
}

/* Nothing is left of what it had to show. */
static bool is_hollow(const struct html_writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    return at->first_child != TREE_NONE && !(writer->nodes[node].marks & HTML_HOLDS_ONE) &&
           at->tag != TAG_td && at->tag != TAG_th && at->tag != TAG_object && !at->link &&
           !is_sealed(at->tag);
}

bool html_mark(struct html_writer *writer)
{
    const struct tree *tree = writer->tree;
    writer->nodes = arena_alloc(writer->arena, (size_t)tree->node_count * sizeof *writer->nodes);
    if (!writer->nodes)
        return false;
    const uint8_t *echoes;
    if (!plain_find_echoes(tree, writer->arena, &echoes))
        return false;
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (plain_skips(tree, i) || (echoes && echoes[i] == PLAIN_ECHO))
            writer->nodes[i].marks |= HTML_SKIPPED;
    for (uint32_t i = tree->node_count; i-- > 0;) {
        if (is_hollow(writer, i))
            writer->nodes[i].marks |= HTML_SKIPPED;
        mark_up(writer, i);
    }
    return true;
}
