/* SPDX-License-Identifier: ISC */
/* The tags of a page's body: what each closes, opens and adds. */
#include "render/construct/construct_parts.h"

/* ---- start tags ---- */

/* The item before ends, through whatever is no wall between them. */
static void close_item(struct construct *construct, enum tree_tag tag, enum tree_tag other)
{
    if (!construct->count[tag] && !construct->count[other])
        return;
    for (size_t i = construct->depth; i > 1; i--) {
        enum tree_tag open = construct->open[i - 1].tag;
        if (open == tag || open == other) {
            construct_pop_to(construct, i - 1);
            return;
        }
        if ((tag_traits(open) & TRAIT_SPECIAL) && open != TAG_address && open != TAG_div &&
            open != TAG_p)
            return;
    }
}

static void close_button(struct construct *construct)
{
    size_t index = construct_find(construct, TAG_button, SCOPE_COMMON);
    construct_pop_to(construct, index);
}

/* A link in a link ends the first, wherever that began. */
static void end_link(struct construct *construct)
{
    size_t entry = construct_find_format(construct, TAG_a);
    if (entry == construct->format_count)
        return;
    uint32_t node = construct->formats[entry].node;
    construct_end_format(construct, TAG_a);
    entry = construct_find_format(construct, TAG_a);
    if (entry < construct->format_count && construct->formats[entry].node == node)
        construct_drop_format(construct, entry);
    for (size_t i = construct->depth; i > 1 && construct->count[TAG_a]; i--)
        if (construct->open[i - 1].node == node && node != TREE_NONE) {
            construct_remove(construct, i - 1);
            return;
        }
}

static void start_format(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    if (tag == TAG_a)
        end_link(construct);
    construct_reopen_formats(construct);
    if (tag == TAG_nobr && construct_has(construct, tag, SCOPE_COMMON)) {
        construct_end_format(construct, tag);
        construct_reopen_formats(construct);
    }
    if (construct_push(construct, tag, token))
        construct_note_format(construct, token);
}

static void start_form(struct construct *construct, const struct token *token)
{
    if (construct->form != TREE_NONE)
        return;
    construct_close_p(construct);
    if (construct_push(construct, TAG_form, token))
        construct->form = construct->open[construct->depth - 1].node;
}

static bool is_part_out_of_place(enum tree_tag tag)
{
    return tag == TAG_caption || tag == TAG_col || tag == TAG_colgroup || tag == TAG_frame ||
           tag == TAG_head || tag == TAG_tbody || tag == TAG_td || tag == TAG_tfoot ||
           tag == TAG_th || tag == TAG_thead || tag == TAG_tr;
}

static bool goes_without_formats(enum tree_tag tag)
{
    return tag == TAG_param || tag == TAG_source || tag == TAG_track || tag == TAG_link ||
           tag == TAG_meta || tag == TAG_base || tag == TAG_textarea || tag == TAG_iframe ||
           tag == TAG_rp || tag == TAG_rt || tag == TAG_noframes;
}

/* What the start tag closes before it opens anything. */
static void close_before(struct construct *construct, enum tree_tag tag)
{
    if (tag == TAG_li)
        close_item(construct, tag, tag);
    else if (tag == TAG_dd || tag == TAG_dt)
        close_item(construct, TAG_dd, TAG_dt);
    else if (tag == TAG_button)
        close_button(construct);
    else if ((tag == TAG_option || tag == TAG_optgroup) &&
             construct_current(construct) == TAG_option)
        construct_pop(construct);
    else if ((tag == TAG_rp || tag == TAG_rt) && construct_has(construct, TAG_ruby, SCOPE_COMMON))
        construct_imply_ends(construct, TAG_UNKNOWN);
    if ((tag_traits(tag) & TRAIT_CLOSES_P) && !(tag == TAG_table && construct->quirks))
        construct_close_p(construct);
    if (tree_is_heading(tag) && tree_is_heading(construct_current(construct)))
        construct_pop(construct);
}

void construct_start_in_body(struct construct *construct, enum tree_tag tag,
                             const struct token *token)
{
    unsigned traits = tag_traits(tag);
    if (is_part_out_of_place(tag))
        return;
    if (tag == TAG_form) {
        start_form(construct, token);
        return;
    }
    if (traits & TRAIT_FORMATTING) {
        start_format(construct, tag, token);
        return;
    }
    close_before(construct, tag);
    if (!(traits & TRAIT_CLOSES_P) && !goes_without_formats(tag))
        construct_reopen_formats(construct);
    if (traits & TRAIT_VOID) {
        construct_add(construct, tag, token);
        return;
    }
    if (construct_push(construct, tag, token) && (tag == TAG_object || tag == TAG_marquee))
        construct_mark_formats(construct);
}

/* ---- end tags ---- */

static void end_p(struct construct *construct)
{
    if (!construct_has(construct, TAG_p, SCOPE_BUTTON))
        construct_push(construct, TAG_p, NULL);
    construct_close_p(construct);
}

/* The form ends; what was opened in it and is open still goes on. */
static void end_form(struct construct *construct)
{
    uint32_t node = construct->form;
    size_t index = construct_find(construct, TAG_form, SCOPE_COMMON);
    construct->form = TREE_NONE;
    if (node == TREE_NONE || index == construct->depth || construct->open[index].node != node)
        return;
    construct_imply_ends(construct, TAG_UNKNOWN);
    construct_remove(construct, index);
}

static void end_heading(struct construct *construct)
{
    size_t open = 0;
    for (enum tree_tag tag = TAG_h1; tag <= TAG_h6; tag++)
        open += construct->count[tag];
    for (size_t i = construct->depth; i > 1 && open; i--) {
        enum tree_tag tag = construct->open[i - 1].tag;
        if (tree_is_heading(tag)) {
            construct_pop_to(construct, i - 1);
            return;
        }
        if (tag_traits(tag) & TRAIT_SCOPE)
            return;
    }
}

/* Up to the innermost one of that name, if no special element is in between. */
static void end_any_other(struct construct *construct, enum tree_tag tag, struct span name)
{
    uint32_t hash = tag == TAG_UNKNOWN ? construct_hash(0, name) : 0;
    if (!construct->count[tag])
        return;
    for (size_t i = construct->depth; i > 1; i--) {
        const struct construct_element *element = &construct->open[i - 1];
        if (element->tag == tag && element->name == hash) {
            construct_pop_to(construct, i - 1);
            return;
        }
        if (tag_traits(element->tag) & TRAIT_SPECIAL)
            return;
    }
}

/* Elements whose end tag closes all that is open in them, as far as they are in scope. */
static bool is_block(enum tree_tag tag)
{
    return tag == TAG_button || tag == TAG_object || tag == TAG_marquee ||
           ((tag_traits(tag) & TRAIT_CLOSES_P) && tag != TAG_hr && tag != TAG_table);
}

static void end_block(struct construct *construct, enum tree_tag tag)
{
    size_t index = construct_find(construct, tag, tag == TAG_li ? SCOPE_LIST : SCOPE_COMMON);
    if (index == construct->depth)
        return;
    construct_pop_to(construct, index);
    if (tag == TAG_object || tag == TAG_marquee)
        construct_clear_formats(construct);
}

void construct_end_in_body(struct construct *construct, enum tree_tag tag,
                           const struct token *token)
{
    if (construct->depth >= construct->max_depth && construct->skipped[tag]) {
        construct->skipped[tag]--;
        return;
    }
    if (tag == TAG_p)
        end_p(construct);
    else if (tag == TAG_br)
        construct_start_in_body(construct, tag, &(struct token){.kind = TOKEN_START});
    else if (tag == TAG_form)
        end_form(construct);
    else if (tree_is_heading(tag))
        end_heading(construct);
    else if (is_block(tag))
        end_block(construct, tag);
    else if (!(tag_traits(tag) & TRAIT_FORMATTING) || !construct_end_format(construct, tag))
        end_any_other(construct, tag, token->name);
}
