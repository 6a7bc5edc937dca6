/* SPDX-License-Identifier: ISC */
/*
 * A small model of the standard's stack of open elements: what a tag closes is closed in the clean
 * stream by tags of its own, so that no depth can grow behind our back.
 */
#include "render/clean_parts.h"

#include <string.h>

uint32_t clean_hash(uint32_t seed, struct span text)
{
    uint32_t hash = seed ^ 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 16777619u;
    return hash;
}

bool clean_is_open(const struct cleaner *cleaner, enum tree_tag tag)
{
    return cleaner->count[tag] > 0;
}

static struct span open_name(const struct cleaner *cleaner, const struct open_element *element)
{
    if (element->tag == TAG_UNKNOWN)
        return (struct span){cleaner->out->at + element->name_at, element->name_len};
    return span_of(tree_tag_name(element->tag));
}

/* Closes everything from the top down to and with open[index]. */
static void pop_to(struct cleaner *cleaner, size_t index)
{
    while (cleaner->depth > index) {
        const struct open_element *top = &cleaner->open[--cleaner->depth];
        cleaner->count[top->tag]--;
        if (tag_traits(top->tag) & TRAIT_SCOPE)
            clean_forget_formats(cleaner, cleaner->depth);
        if (cleaner->out->failed) /* then the name may be missing */
            continue;
        struct span name = open_name(cleaner, top);
        char copy[TOKENIZER_MAX_NAME]; /* the stream moves as it grows */
        memcpy(copy, name.at, name.len);
        clean_write_end(cleaner, (struct span){copy, name.len});
    }
}

static bool is_one_of(enum tree_tag tag, const uint8_t *tags)
{
    for (; *tags; tags++)
        if (*tags == tag)
            return true;
    return false;
}

_Static_assert(TAG_COUNT <= 256, "lists of tags are bytes");

static bool is_heading(enum tree_tag tag)
{
    return tag >= TAG_h1 && tag <= TAG_h6;
}

/* A list item or the like ends the one before, through whatever is no wall between them. */
static bool is_list_wall(enum tree_tag tag)
{
    return (tag_traits(tag) & TRAIT_SPECIAL) && tag != TAG_address && tag != TAG_div &&
           tag != TAG_p;
}

/* What the start of an element ends, up to which wall; no walls: is_list_wall. */
struct implied {
    uint8_t tags[8], ends[8], walls[8];
};

static const struct implied implied_ends[] = {
    {{TAG_li}, {TAG_li}, {0}},
    {{TAG_dd, TAG_dt}, {TAG_dd, TAG_dt}, {0}},
    {{TAG_option}, {TAG_option}, {TAG_select, TAG_datalist, TAG_optgroup}},
    {{TAG_optgroup}, {TAG_option, TAG_optgroup}, {TAG_select}},
    {{TAG_select}, {TAG_select}, {TAG_table, TAG_td, TAG_th}},
    {{TAG_button}, {TAG_button}, {TAG_table, TAG_td, TAG_th, TAG_object}},
    {{TAG_td, TAG_th}, {TAG_td, TAG_th, TAG_caption}, {TAG_table, TAG_tr}},
    {{TAG_tr}, {TAG_tr, TAG_caption, TAG_colgroup}, {TAG_table}},
    {{TAG_tbody, TAG_thead, TAG_tfoot, TAG_caption, TAG_colgroup},
     {TAG_tbody, TAG_thead, TAG_tfoot, TAG_tr, TAG_caption, TAG_colgroup},
     {TAG_table}},
};

static void close_implied(struct cleaner *cleaner, const struct implied *implied)
{
    size_t found = cleaner->depth;
    for (size_t i = cleaner->depth; i > 0; i--) {
        enum tree_tag tag = cleaner->open[i - 1].tag;
        if (is_one_of(tag, implied->ends))
            found = i - 1;
        else if (implied->walls[0] ? is_one_of(tag, implied->walls) : is_list_wall(tag))
            break;
    }
    pop_to(cleaner, found);
}

/* The open element of that tag that an end tag would reach; depth when there is none. */
static size_t find_in_scope(const struct cleaner *cleaner, enum tree_tag tag)
{
    static const uint8_t table_parts[] = {TAG_table, TAG_tbody, TAG_thead,   TAG_tfoot,    TAG_tr,
                                          TAG_td,    TAG_th,    TAG_caption, TAG_colgroup, 0};
    static const uint8_t list_walls[] = {TAG_ul, TAG_ol, TAG_menu, TAG_dir, 0};
    if (!is_heading(tag) && !clean_is_open(cleaner, tag))
        return cleaner->depth;
    bool in_table = is_one_of(tag, table_parts);
    for (size_t i = cleaner->depth; i > 0; i--) {
        enum tree_tag other = cleaner->open[i - 1].tag;
        if (other == tag || (is_heading(tag) && is_heading(other)))
            return i - 1;
        if (in_table ? other == TAG_table : (tag_traits(other) & TRAIT_SCOPE) != 0)
            break;
        if ((tag == TAG_p && other == TAG_button) ||
            (tag == TAG_li && is_one_of(other, list_walls)))
            break;
    }
    return cleaner->depth;
}

static void close_before(struct cleaner *cleaner, enum tree_tag tag)
{
    for (size_t i = 0; i < sizeof implied_ends / sizeof *implied_ends; i++)
        if (is_one_of(tag, implied_ends[i].tags))
            close_implied(cleaner, &implied_ends[i]);
    if (tag_traits(tag) & TRAIT_CLOSES_P)
        pop_to(cleaner, find_in_scope(cleaner, TAG_p));
    if (is_heading(tag) && cleaner->depth && is_heading(cleaner->open[cleaner->depth - 1].tag))
        pop_to(cleaner, cleaner->depth - 1);
}

/* Names that a page made up itself: kept when they can do no harm, which splitting a paragraph
 * would be. */
static bool may_be_custom(const struct cleaner *cleaner, struct span name)
{
    if (span_find_byte(name, '-') <= 0 || name.len > 64 || clean_is_open(cleaner, TAG_p))
        return false;
    for (enum tree_tag tag = TAG_h1; tag <= TAG_h6; tag++)
        if (clean_is_open(cleaner, tag))
            return false;
    for (size_t i = 0; i < name.len; i++)
        if (!((name.at[i] >= 'a' && name.at[i] <= 'z') || name.at[i] == '-' ||
              (name.at[i] >= '0' && name.at[i] <= '9')))
            return false;
    return true;
}

void clean_open(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    unsigned traits = tag_traits(tag);
    if (tag == TAG_UNKNOWN && !may_be_custom(cleaner, token->name))
        return;
    if (tag == TAG_form && clean_is_open(cleaner, tag))
        return;
    /* In a head its content would be lost; it is for readers without scripts, who we are. */
    if (tag == TAG_noscript && !cleaner->has_body)
        return;
    if (traits & TRAIT_FORMATTING) {
        clean_open_format(cleaner, tag, token);
        return;
    }
    close_before(cleaner, tag);
    if (traits & TRAIT_VOID) {
        clean_write_start(cleaner, token->name, token);
        return;
    }
    if (cleaner->depth == CLEAN_MAX_DEPTH) {
        cleaner->page->cuts |= CLEAN_CUT_DEPTH;
        return;
    }
    size_t index = cleaner->depth++;
    uint16_t around = index ? cleaner->open[index - 1].scope : 0;
    cleaner->open[index] = (struct open_element){
        .tag = tag,
        .name = clean_hash(0, token->name),
        .name_at = (uint32_t)cleaner->out->len + 1,
        .name_len = (uint16_t)token->name.len,
        .scope = traits & TRAIT_SCOPE ? (uint16_t)(index + 1) : around,
    };
    cleaner->count[tag]++;
    clean_write_start(cleaner, token->name, token);
}

/* The end tag of an element of no special meaning reaches up to the next that has one. */
static size_t find_plain(const struct cleaner *cleaner, enum tree_tag tag, struct span name)
{
    uint32_t hash = clean_hash(0, name);
    if (!clean_is_open(cleaner, tag))
        return cleaner->depth;
    for (size_t i = cleaner->depth; i > 0; i--) {
        const struct open_element *element = &cleaner->open[i - 1];
        if (element->tag == tag && (tag != TAG_UNKNOWN || element->name == hash))
            return i - 1;
        if (tag_traits(element->tag) & TRAIT_SPECIAL)
            break;
    }
    return cleaner->depth;
}

void clean_close(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    unsigned traits = tag_traits(tag);
    if (tag == TAG_br)
        clean_open(cleaner, tag, &(struct token){.kind = TOKEN_START, .name = token->name});
    else if (traits & TRAIT_FORMATTING)
        clean_close_format(cleaner, tag);
    else if (traits & TRAIT_SPECIAL)
        pop_to(cleaner, find_in_scope(cleaner, tag));
    else
        pop_to(cleaner, find_plain(cleaner, tag, token->name));
}
