/* SPDX-License-Identifier: ISC */
/*
 * Formatting elements: the list of those to be opened again where a block ended them, and the
 * standard's adoption agency, which untangles what overlaps.
 */
#include "render/construct/construct_parts.h"

#include <string.h>

enum {
    FORMATS_ROOM = CONSTRUCT_MAX_DEPTH + CONSTRUCT_MAX_FORMATS,
    MAX_ADOPTIONS = 8,    /* of one end tag */
    MAX_KEPT_BETWEEN = 3, /* elements that such a step opens again */
    FREE_REBUILT = 1000,  /* elements opened again, whatever the page ... */
    TOKENS_A_REBUILT = 2, /* ... and one for so many of its tags and texts */
    KEPT_BEYOND = 2       /* entries that are left when a page is beyond that */
};

static void remove_entry(struct construct *construct, size_t entry)
{
    memmove(&construct->formats[entry], &construct->formats[entry + 1],
            (construct->format_count - entry - 1) * sizeof *construct->formats);
    construct->format_count--;
}

static void insert_entry(struct construct *construct, size_t entry, struct construct_format format)
{
    memmove(&construct->formats[entry + 1], &construct->formats[entry],
            (construct->format_count - entry) * sizeof *construct->formats);
    construct->formats[entry] = format;
    construct->format_count++;
}

/* The first entry behind the last marker. */
static size_t first_entry(const struct construct *construct)
{
    size_t entry = construct->format_count;
    while (entry && construct->formats[entry - 1].tag != TAG_UNKNOWN)
        entry--;
    return entry;
}

size_t construct_find_format(const struct construct *construct, enum tree_tag tag)
{
    for (size_t i = construct->format_count; i > 0; i--) {
        if (construct->formats[i - 1].tag == tag)
            return i - 1;
        if (construct->formats[i - 1].tag == TAG_UNKNOWN)
            break;
    }
    return construct->format_count;
}

void construct_drop_format(struct construct *construct, size_t entry)
{
    if (entry < construct->format_count)
        remove_entry(construct, entry);
}

void construct_format_closed(struct construct *construct, uint32_t node)
{
    for (size_t i = construct->format_count; i > 0; i--)
        if (construct->formats[i - 1].node == node && construct->formats[i - 1].tag) {
            construct->formats[i - 1].open = false;
            return;
        }
}

void construct_mark_formats(struct construct *construct)
{
    if (construct->format_count < FORMATS_ROOM)
        construct->formats[construct->format_count++] =
            (struct construct_format){.node = TREE_NONE};
}

void construct_clear_formats(struct construct *construct)
{
    size_t entry = first_entry(construct);
    construct->format_count = entry ? entry - 1 : 0;
}

static uint32_t hash_of(const struct token *token)
{
    uint32_t hash = construct_hash(0, token->name);
    for (size_t i = 0; i < token->attr_count; i++) {
        hash = construct_hash(hash, token->attrs[i].name);
        hash = construct_hash(hash, token->attrs[i].value);
    }
    return hash;
}

/* Makes room behind the last marker: of equal ones, and of all. */
static void limit_entries(struct construct *construct, uint32_t hash)
{
    size_t first = first_entry(construct), equal = 0, earliest = construct->format_count;
    for (size_t i = construct->format_count; i > first; i--)
        if (construct->formats[i - 1].hash == hash) {
            equal++;
            earliest = i - 1;
        }
    if (equal >= CONSTRUCT_MAX_EQUAL_FORMATS)
        remove_entry(construct, earliest);
    if (construct->format_count - first >= CONSTRUCT_MAX_FORMATS)
        remove_entry(construct, first);
}

void construct_note_format(struct construct *construct, const struct token *token)
{
    const struct construct_element *top = &construct->open[construct->depth - 1];
    uint32_t hash = hash_of(token);
    limit_entries(construct, hash);
    if (construct->format_count < FORMATS_ROOM)
        construct->formats[construct->format_count++] =
            (struct construct_format){top->node, hash, top->tag, true};
}

/* ---- opening again ---- */

static uint32_t clone_at(struct construct *construct, uint32_t node, struct construct_place place)
{
    return maker_clone(construct->maker, node, place.parent, place.before);
}

static bool reopen(struct construct *construct, struct construct_format *format)
{
    if (construct->depth >= construct->max_depth) {
        construct->cut = true;
        return false;
    }
    struct construct_place place = construct_place_in(construct, construct->depth - 1);
    struct construct_element element = {.node = clone_at(construct, format->node, place),
                                        .tag = format->tag,
                                        .mode = (uint8_t)construct_mode(construct)};
    construct->open[construct->depth++] = element;
    construct->count[element.tag]++;
    construct->rebuilt++;
    format->node = element.node;
    format->open = true;
    return true;
}

/* Of those to be opened again, from `first` on: the last few, and of equal ones one. */
static void save_entries(struct construct *construct, size_t first)
{
    while (construct->format_count - first > KEPT_BEYOND)
        remove_entry(construct, first);
    for (size_t i = first; i + 1 < construct->format_count;)
        if (construct->formats[i].hash == construct->formats[i + 1].hash)
            remove_entry(construct, i);
        else
            i++;
}

void construct_reopen_formats(struct construct *construct)
{
    size_t first = construct->format_count;
    while (first && construct->formats[first - 1].tag != TAG_UNKNOWN &&
           !construct->formats[first - 1].open)
        first--;
    /* A page that has little more than these is not allowed to grow by them. */
    if (construct->rebuilt > FREE_REBUILT + construct->tokens / TOKENS_A_REBUILT)
        save_entries(construct, first);
    for (size_t i = first; i < construct->format_count; i++)
        if (!reopen(construct, &construct->formats[i]))
            return;
}

/* ---- the adoption agency ---- */

struct adoption {
    size_t entry;    /* of the formatting element, in the list */
    size_t element;  /* the same, on the stack */
    size_t furthest; /* the block that overlaps with it, on the stack */
    size_t bookmark; /* where its second half goes in the list */
};

static size_t index_of(const struct construct *construct, uint32_t node)
{
    size_t index = construct->depth;
    while (index && construct->open[index - 1].node != node)
        index--;
    return index ? index - 1 : construct->depth;
}

static size_t entry_of(const struct construct *construct, uint32_t node)
{
    size_t first = first_entry(construct);
    for (size_t i = construct->format_count; i > first; i--)
        if (construct->formats[i - 1].node == node)
            return i - 1;
    return construct->format_count;
}

static void drop_entry(struct construct *construct, struct adoption *it, size_t entry)
{
    remove_entry(construct, entry);
    it->bookmark -= entry < it->bookmark;
    it->entry -= entry < it->entry;
}

/* Takes the elements between the formatting element and the block apart; gives the node that the
 * block ends in. */
static uint32_t split_between(struct construct *construct, struct adoption *it)
{
    uint32_t last = construct->open[it->furthest].node;
    int steps = 0;
    for (size_t at = it->furthest; --at > it->element;) {
        size_t entry = entry_of(construct, construct->open[at].node);
        if (++steps > MAX_KEPT_BETWEEN && entry < construct->format_count) {
            drop_entry(construct, it, entry);
            entry = construct->format_count;
        }
        if (entry == construct->format_count) {
            construct_remove(construct, at);
            it->furthest--;
            continue;
        }
        uint32_t clone =
            maker_clone(construct->maker, construct->open[at].node, TREE_NONE, TREE_NONE);
        construct->formats[entry].node = construct->open[at].node = clone;
        if (last == construct->open[it->furthest].node)
            it->bookmark = entry + 1;
        maker_move(construct->maker, last, clone, TREE_NONE);
        last = clone;
    }
    return last;
}

static void adopt(struct construct *construct, struct adoption *it)
{
    struct construct_format format = construct->formats[it->entry];
    uint32_t last = split_between(construct, it);
    struct construct_place place = construct_place_in(construct, it->element - 1);
    maker_move(construct->maker, last, place.parent, place.before);
    struct construct_element half = construct->open[it->element];
    uint32_t block = construct->open[it->furthest].node;
    half.node = maker_clone(construct->maker, format.node, TREE_NONE, TREE_NONE);
    maker_move_children(construct->maker, block, half.node);
    maker_move(construct->maker, half.node, block, TREE_NONE);
    format.node = half.node;
    remove_entry(construct, it->entry);
    insert_entry(construct, it->bookmark - (it->entry < it->bookmark), format);
    /* It goes from before the block to behind it. */
    memmove(&construct->open[it->element], &construct->open[it->element + 1],
            (it->furthest - it->element) * sizeof half);
    construct->open[it->furthest] = half;
}

/* One round; false when there is nothing left to do. */
static bool adopt_once(struct construct *construct, enum tree_tag tag, bool *ordinary_out)
{
    struct adoption it = {.entry = construct_find_format(construct, tag)};
    *ordinary_out = it.entry == construct->format_count;
    if (*ordinary_out)
        return false;
    it.bookmark = it.entry;
    it.element = index_of(construct, construct->formats[it.entry].node);
    if (it.element == construct->depth) {
        remove_entry(construct, it.entry);
        return false;
    }
    for (size_t i = construct->depth; --i > it.element;)
        if (tag_traits(construct->open[i].tag) & TRAIT_SCOPE)
            return false;
    it.furthest = it.element + 1;
    while (it.furthest < construct->depth &&
           !(tag_traits(construct->open[it.furthest].tag) & TRAIT_SPECIAL))
        it.furthest++;
    if (it.furthest == construct->depth) {
        construct_pop_to(construct, it.element);
        remove_entry(construct, it.entry);
        return false;
    }
    adopt(construct, &it);
    return true;
}

bool construct_end_format(struct construct *construct, enum tree_tag tag)
{
    const struct construct_element *top = &construct->open[construct->depth - 1];
    bool ordinary = false;
    if (top->tag == tag && entry_of(construct, top->node) == construct->format_count) {
        construct_pop(construct);
        return true;
    }
    for (int round = 0; round < MAX_ADOPTIONS; round++)
        if (!adopt_once(construct, tag, &ordinary))
            return !ordinary;
    return true;
}
