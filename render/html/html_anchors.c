/* SPDX-License-Identifier: ISC */
/*
 * Places in the page that its own links lead to.  Only those that a shown link asks for get an id,
 * a number of ours; whatever the page calls them does not go out.
 */
#include "render/html/html.h"

enum { ANCHORS_MAX = 20000, NAME_MAX_LEN = 500 };

/* What an in-page link names behind its '#'; absent when it is no such link.  One that leads to the
 * page itself has no number, and repeats its address or the end of it. */
static struct span fragment_of(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->tag != TAG_a || at->link || !at->attr_count)
        return (struct span){NULL, 0};
    struct span href = span_trim(tree_attr(tree, node, ATTR_href)), page = {NULL, 0};
    ptrdiff_t hash = span_find_byte(href, '#');
    if (hash < 0)
        return (struct span){NULL, 0};
    if (tree->base.text)
        page = span_of(tree->base.text);
    struct span before = {href.at, (size_t)hash};
    href = span_from(href, (size_t)hash + 1);
    if (before.len > page.len || !href.len || href.len > NAME_MAX_LEN ||
        !span_equal(before, span_from(page, page.len - before.len)))
        return (struct span){NULL, 0};
    return href;
}

static int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Percent-decoded into `room`, which has place for all of it. */
static struct span decoded(struct span fragment, char *room)
{
    size_t len = 0;
    for (size_t i = 0; i < fragment.len; i++) {
        bool coded = fragment.at[i] == '%' && i + 2 < fragment.len;
        int high = coded ? hex_value(fragment.at[i + 1]) : -1;
        int low = coded ? hex_value(fragment.at[i + 2]) : -1;
        coded = high >= 0 && low >= 0;
        room[len++] = coded ? (char)(high * 16 + low) : fragment.at[i];
        i += coded ? 2 : 0;
    }
    return (struct span){room, len};
}

/* The entry of a name, or the free one where it belongs. */
static struct html_anchor *find(const struct html_writer *writer, struct span name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
    for (uint32_t at = (hash ^ hash >> 15) % writer->anchor_room;;
         at = (at + 1) % writer->anchor_room) {
        struct html_anchor *anchor = &writer->anchors[at];
        if (!anchor->name.at || span_equal(anchor->name, name))
            return anchor;
    }
}

static uint32_t count_links(const struct html_writer *writer)
{
    const struct tree *tree = writer->tree;
    uint32_t count = 0;
    for (uint32_t i = 0; i < tree->node_count && count < ANCHORS_MAX; i++)
        count += fragment_of(tree, i).at && !(writer->nodes[i].marks & HTML_SKIPPED);
    return count;
}

/* The name that a node has as a place; absent when it has none. */
static struct span name_of(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (!at->attr_count || at->flags & TREE_HIDDEN)
        return (struct span){NULL, 0};
    struct span id = tree_attr(tree, node, ATTR_id);
    return id.len || at->tag != TAG_a ? id : tree_attr(tree, node, ATTR_name);
}

static bool add_links(struct html_writer *writer, uint32_t count)
{
    char room[NAME_MAX_LEN];
    for (uint32_t i = 0; i < writer->tree->node_count && count; i++) {
        struct span fragment = fragment_of(writer->tree, i);
        if (!fragment.at || writer->nodes[i].marks & HTML_SKIPPED)
            continue;
        struct span name = decoded(fragment, room);
        struct html_anchor *anchor = find(writer, name);
        count--;
        if (anchor->name.at)
            continue;
        anchor->name = (struct span){arena_copy_span(writer->arena, name), name.len};
        if (!anchor->name.at)
            return false;
    }
    return true;
}

bool html_find_anchors(struct html_writer *writer)
{
    const struct tree *tree = writer->tree;
    uint32_t count = count_links(writer);
    if (!count)
        return true;
    writer->anchor_room = 2 * count + 1;
    writer->anchors =
        arena_alloc(writer->arena, (size_t)writer->anchor_room * sizeof *writer->anchors);
    if (!writer->anchors || !add_links(writer, count))
        return false;
    uint32_t number = 0;
    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct span name = name_of(tree, i);
        struct html_anchor *anchor = name.len ? find(writer, name) : NULL;
        if (!anchor || !anchor->name.at || anchor->number)
            continue;
        anchor->node = i;
        anchor->number = ++number;
    }
    return true;
}

uint32_t html_anchor(const struct html_writer *writer, uint32_t node)
{
    struct span name = {NULL, 0};
    if (writer->anchor_room)
        name = name_of(writer->tree, node);
    if (!name.len)
        return 0;
    const struct html_anchor *anchor = find(writer, name);
    return anchor->node == node ? anchor->number : 0;
}

uint32_t html_anchor_link(const struct html_writer *writer, uint32_t node)
{
    char room[NAME_MAX_LEN];
    struct span fragment = {NULL, 0};
    if (writer->anchor_room)
        fragment = fragment_of(writer->tree, node);
    return fragment.at ? find(writer, decoded(fragment, room))->number : 0;
}
