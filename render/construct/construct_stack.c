/* SPDX-License-Identifier: ISC */
/* The stack of open elements: what is added where, what is in scope, what closes by itself. */
#include "render/construct/construct_parts.h"

#include <string.h>

_Static_assert(TAG_COUNT <= 256, "tags of open elements are bytes");

uint32_t construct_hash(uint32_t seed, struct span text)
{
    uint32_t hash = seed ^ 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 16777619u;
    return hash;
}

enum tree_tag construct_current(const struct construct *construct)
{
    return construct->open[construct->depth - 1].tag;
}

enum construct_mode construct_mode(const struct construct *construct)
{
    return construct->open[construct->depth - 1].mode;
}

bool construct_is_table_part(enum tree_tag tag)
{
    return tag == TAG_table || tag == TAG_tbody || tag == TAG_thead || tag == TAG_tfoot ||
           tag == TAG_tr;
}

bool construct_is_open(const struct construct *construct, enum tree_tag tag)
{
    return construct->count[tag] > 0 ||
           (tag && construct_find_format(construct, tag) < construct->format_count);
}

/* ---- adding ---- */

static enum construct_mode mode_within(enum tree_tag tag, enum construct_mode around)
{
    switch (tag) {
    case TAG_table:
        return MODE_TABLE;
    case TAG_tbody:
    case TAG_thead:
    case TAG_tfoot:
        return MODE_ROWS;
    case TAG_tr:
        return MODE_ROW;
    case TAG_td:
    case TAG_th:
        return MODE_CELL;
    case TAG_caption:
        return MODE_CAPTION;
    case TAG_colgroup:
        return MODE_COLUMNS;
    case TAG_select:
        return around >= MODE_TABLE && around <= MODE_CAPTION ? MODE_SELECT_IN_TABLE : MODE_SELECT;
    default:
        return around;
    }
}

/* What may not stand between the cells of a table stands before it. */
struct construct_place construct_place_in(const struct construct *construct, size_t target)
{
    struct construct_place place = {construct->open[target].node, TREE_NONE};
    if (!construct_is_table_part(construct->open[target].tag))
        return place;
    while (target && construct->open[target].tag != TAG_table)
        target--;
    if (!target)
        return place;
    uint32_t table = construct->open[target].node, parent = maker_parent(construct->maker, table);
    if (parent != TREE_NONE)
        return (struct construct_place){parent, table};
    return (struct construct_place){construct->open[target - 1].node, TREE_NONE};
}

/* Parts of tables stand where they are. */
static struct construct_place place_of(const struct construct *construct, enum tree_tag tag)
{
    size_t top = construct->depth - 1;
    if (construct_is_table_part(construct->open[top].tag) && tag != TAG_table &&
        (construct_is_table_part(tag) || tag == TAG_td || tag == TAG_th || tag == TAG_caption ||
         tag == TAG_colgroup || tag == TAG_col))
        return (struct construct_place){construct->open[top].node, TREE_NONE};
    return construct_place_in(construct, top);
}

void construct_attrs(struct construct *construct, uint32_t node, const struct token *token)
{
    for (size_t i = 0; i < token->attr_count; i++) {
        enum tree_attr_name name = tag_attr_of(token->attrs[i].name);
        struct span value = token->attrs[i].value;
        if (name == ATTR_COUNT)
            continue;
        /* The data itself is of no use in a mail. */
        bool is_data = span_starts_nocase(span_trim(value), SPAN_LITERAL("data:"));
        maker_add_attr(construct->maker, node, name, is_data ? SPAN_LITERAL("data:") : value);
    }
}

static uint32_t add_node(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    struct construct_place place = place_of(construct, tag);
    uint32_t node = maker_add(construct->maker, tag, place.parent, place.before);
    if (token)
        construct_attrs(construct, node, token);
    return node;
}

void construct_add(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    add_node(construct, tag, token);
}

bool construct_push(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    if (construct->depth >= construct->max_depth) {
        construct->cut = true;
        construct->skipped[tag]++;
        return false;
    }
    enum construct_mode around = construct_mode(construct);
    uint32_t node = add_node(construct, tag, token);
    construct->open[construct->depth++] = (struct construct_element){
        .node = node,
        .name = tag == TAG_UNKNOWN && token ? construct_hash(0, token->name) : 0,
        .tag = (uint8_t)tag,
        .mode = (uint8_t)mode_within(tag, around),
    };
    construct->count[tag]++;
    if (construct->depth >= construct->max_depth)
        memset(construct->skipped, 0, sizeof construct->skipped);
    return true;
}

/* ---- closing ---- */

/* Bookkeeping for an element that leaves the stack. */
static void leave(struct construct *construct, const struct construct_element *element)
{
    construct->count[element->tag]--;
    if (tag_traits(element->tag) & TRAIT_FORMATTING)
        construct_format_closed(construct, element->node);
}

void construct_pop(struct construct *construct)
{
    if (construct->depth > 1)
        leave(construct, &construct->open[--construct->depth]);
}

void construct_pop_to(struct construct *construct, size_t index)
{
    while (construct->depth > index && construct->depth > 1)
        construct_pop(construct);
}

void construct_remove(struct construct *construct, size_t index)
{
    leave(construct, &construct->open[index]);
    memmove(&construct->open[index], &construct->open[index + 1],
            (construct->depth - index - 1) * sizeof *construct->open);
    construct->depth--;
}

/* ---- scopes ---- */

static bool is_wall(enum tree_tag tag, enum construct_scope scope)
{
    if (scope == SCOPE_TABLE)
        return tag == TAG_table || tag == TAG_html;
    if (tag_traits(tag) & TRAIT_SCOPE)
        return true;
    return (scope == SCOPE_LIST && (tag == TAG_ol || tag == TAG_ul)) ||
           (scope == SCOPE_BUTTON && tag == TAG_button);
}

size_t construct_find(const struct construct *construct, enum tree_tag tag,
                      enum construct_scope scope)
{
    if (!construct->count[tag])
        return construct->depth;
    for (size_t i = construct->depth; i > 0; i--) {
        enum tree_tag other = construct->open[i - 1].tag;
        if (other == tag)
            return i - 1;
        if (is_wall(other, scope))
            break;
    }
    return construct->depth;
}

bool construct_has(const struct construct *construct, enum tree_tag tag, enum construct_scope scope)
{
    return construct_find(construct, tag, scope) < construct->depth;
}

void construct_imply_ends(struct construct *construct, enum tree_tag except)
{
    for (;;) {
        enum tree_tag tag = construct_current(construct);
        bool closes = tag == TAG_dd || tag == TAG_dt || tag == TAG_li || tag == TAG_optgroup ||
                      tag == TAG_option || tag == TAG_p || tag == TAG_rp || tag == TAG_rt;
        if (!closes || tag == except)
            return;
        construct_pop(construct);
    }
}

void construct_close_p(struct construct *construct)
{
    construct_pop_to(construct, construct_find(construct, TAG_p, SCOPE_BUTTON));
}
