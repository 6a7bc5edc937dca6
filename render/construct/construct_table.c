/* SPDX-License-Identifier: ISC */
/* Tags in tables and in lists to choose from, which have rules of their own. */
#include "render/construct/construct_parts.h"

static bool is_body_of_rows(enum tree_tag tag)
{
    return tag == TAG_tbody || tag == TAG_thead || tag == TAG_tfoot;
}

static bool is_cell(enum tree_tag tag)
{
    return tag == TAG_td || tag == TAG_th;
}

/* Tags that no cell and no caption can hold. */
static bool is_part(enum tree_tag tag)
{
    return is_body_of_rows(tag) || is_cell(tag) || tag == TAG_tr || tag == TAG_caption ||
           tag == TAG_col || tag == TAG_colgroup;
}

/* Closes what stands between the innermost such part of the table and the top. */
static void clear_to(struct construct *construct, enum construct_mode mode)
{
    for (;;) {
        enum tree_tag tag = construct_current(construct);
        if (tag == TAG_table || tag == TAG_html || (mode == MODE_ROWS && is_body_of_rows(tag)) ||
            (mode == MODE_ROW && tag == TAG_tr))
            return;
        construct_pop(construct);
    }
}

/* Closes the element with all that is open in it; false when it is not in the table's scope. */
static bool close_to(struct construct *construct, enum tree_tag tag)
{
    size_t index = construct_find(construct, tag, SCOPE_TABLE);
    if (index == construct->depth)
        return false;
    construct_pop_to(construct, index);
    if (is_cell(tag) || tag == TAG_caption)
        construct_clear_formats(construct);
    return true;
}

static bool close_rows(struct construct *construct)
{
    return close_to(construct, TAG_tbody) || close_to(construct, TAG_thead) ||
           close_to(construct, TAG_tfoot);
}

static bool close_cell(struct construct *construct)
{
    size_t td = construct_find(construct, TAG_td, SCOPE_TABLE);
    return close_to(construct, td < construct->depth ? TAG_td : TAG_th);
}

/* Opens a part where it belongs. */
static void open_part(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    if (construct_push(construct, tag, token) && (is_cell(tag) || tag == TAG_caption))
        construct_mark_formats(construct);
}

/* Opens the part that was left out before this one, which is then read anew; true: it is done with,
 * for want of depth. */
static bool open_implied(struct construct *construct, enum tree_tag implied, bool *again_out)
{
    *again_out = construct_push(construct, implied, NULL);
    return true;
}

/* ---- start tags ---- */

static bool is_hidden_input(enum tree_tag tag, const struct token *token)
{
    return tag == TAG_input &&
           span_equal_nocase(token_attr_value(token, "type"), SPAN_LITERAL("hidden"));
}

static bool start_in_any(struct construct *construct, enum tree_tag tag, const struct token *token,
                         bool *again_out)
{
    uint32_t parent = construct->open[construct->depth - 1].node;
    if (tag == TAG_table) {
        *again_out = close_to(construct, tag);
        return true;
    }
    if (is_hidden_input(tag, token) || tag == TAG_form) {
        if (tag == TAG_form && construct->form != TREE_NONE)
            return true;
        uint32_t node = maker_add(construct->maker, tag, parent, TREE_NONE);
        construct_attrs(construct, node, token);
        if (tag == TAG_form)
            construct->form = node;
        return true;
    }
    return false;
}

static bool start_in_table(struct construct *construct, enum tree_tag tag,
                           const struct token *token, bool *again_out)
{
    if (!is_part(tag))
        return start_in_any(construct, tag, token, again_out);
    clear_to(construct, MODE_TABLE);
    if (tag == TAG_col)
        return open_implied(construct, TAG_colgroup, again_out);
    if (is_cell(tag) || tag == TAG_tr)
        return open_implied(construct, TAG_tbody, again_out);
    open_part(construct, tag, token);
    return true;
}

static bool start_in_rows(struct construct *construct, enum tree_tag tag, const struct token *token,
                          bool *again_out)
{
    if (!is_part(tag))
        return start_in_any(construct, tag, token, again_out);
    if (tag == TAG_tr || is_cell(tag)) {
        clear_to(construct, MODE_ROWS);
        if (tag != TAG_tr)
            return open_implied(construct, TAG_tr, again_out);
        open_part(construct, tag, token);
    } else {
        *again_out = close_rows(construct);
    }
    return true;
}

static bool start_in_row(struct construct *construct, enum tree_tag tag, const struct token *token,
                         bool *again_out)
{
    if (!is_part(tag))
        return start_in_any(construct, tag, token, again_out);
    if (is_cell(tag)) {
        clear_to(construct, MODE_ROW);
        open_part(construct, tag, token);
    } else {
        *again_out = close_to(construct, TAG_tr);
    }
    return true;
}

static bool start_in_columns(struct construct *construct, enum tree_tag tag,
                             const struct token *token, bool *again_out)
{
    if (tag == TAG_col)
        construct_add(construct, tag, token);
    else
        *again_out = close_to(construct, TAG_colgroup);
    return true;
}

bool construct_start_in_table(struct construct *construct, enum tree_tag tag,
                              const struct token *token, bool *again_out)
{
    switch (construct_mode(construct)) {
    case MODE_TABLE:
        return start_in_table(construct, tag, token, again_out);
    case MODE_ROWS:
        return start_in_rows(construct, tag, token, again_out);
    case MODE_ROW:
        return start_in_row(construct, tag, token, again_out);
    case MODE_COLUMNS:
        return start_in_columns(construct, tag, token, again_out);
    case MODE_CELL:
        if (is_part(tag))
            *again_out = close_cell(construct);
        return is_part(tag);
    case MODE_CAPTION:
        if (is_part(tag))
            *again_out = close_to(construct, TAG_caption);
        return is_part(tag);
    default:
        return false;
    }
}

/* ---- end tags ---- */

static bool is_tag_of_tables(enum tree_tag tag)
{
    return tag == TAG_table || is_part(tag);
}

/* An end tag that means something further out: the part we are in ends, if that is there. */
static void end_outside(struct construct *construct, enum tree_tag tag, enum tree_tag inner,
                        bool *again_out)
{
    if (construct_has(construct, tag, SCOPE_TABLE))
        *again_out = inner == TAG_td      ? close_cell(construct)
                     : inner == TAG_tbody ? close_rows(construct)
                                          : close_to(construct, inner);
}

bool construct_end_in_table(struct construct *construct, enum tree_tag tag, bool *again_out)
{
    enum construct_mode mode = construct_mode(construct);
    if (mode == MODE_COLUMNS && tag != TAG_col) {
        bool ends = close_to(construct, TAG_colgroup);
        *again_out = ends && tag != TAG_colgroup;
        return true;
    }
    if (!is_tag_of_tables(tag) || mode < MODE_TABLE || mode > MODE_COLUMNS)
        return false;
    switch (mode) {
    case MODE_TABLE:
        if (tag == TAG_table)
            close_to(construct, tag);
        break;
    case MODE_ROWS:
        if (is_body_of_rows(tag))
            close_to(construct, tag);
        else if (tag == TAG_table)
            end_outside(construct, tag, TAG_tbody, again_out);
        break;
    case MODE_ROW:
        if (tag == TAG_tr)
            close_to(construct, tag);
        else if (tag == TAG_table || is_body_of_rows(tag))
            end_outside(construct, tag, TAG_tr, again_out);
        break;
    case MODE_CELL:
        if (is_cell(tag))
            close_to(construct, tag);
        else if (tag == TAG_table || is_body_of_rows(tag) || tag == TAG_tr)
            end_outside(construct, tag, TAG_td, again_out);
        break;
    case MODE_CAPTION:
        if (tag == TAG_caption)
            close_to(construct, tag);
        else if (tag == TAG_table)
            end_outside(construct, tag, TAG_caption, again_out);
        break;
    default:
        break;
    }
    return true;
}

/* ---- lists to choose from ---- */

static void close_select(struct construct *construct)
{
    size_t index = construct->depth;
    while (index > 1 && construct->open[index - 1].tag != TAG_select)
        index--;
    construct_pop_to(construct, index - 1);
}

static bool closes_select(struct construct *construct, enum tree_tag tag)
{
    return construct_mode(construct) == MODE_SELECT_IN_TABLE &&
           (tag == TAG_table || (is_part(tag) && tag != TAG_col && tag != TAG_colgroup));
}

bool construct_start_in_select(struct construct *construct, enum tree_tag tag,
                               const struct token *token, bool *again_out)
{
    if (tag == TAG_option || tag == TAG_optgroup) {
        if (construct_current(construct) == TAG_option)
            construct_pop(construct);
        if (tag == TAG_optgroup && construct_current(construct) == TAG_optgroup)
            construct_pop(construct);
        construct_push(construct, tag, token);
    } else if (tag == TAG_select) {
        close_select(construct);
    } else if (tag == TAG_input || tag == TAG_textarea || closes_select(construct, tag)) {
        close_select(construct);
        *again_out = true;
    }
    return true;
}

bool construct_end_in_select(struct construct *construct, enum tree_tag tag, bool *again_out)
{
    enum tree_tag current = construct_current(construct);
    if (tag == TAG_optgroup && current == TAG_option &&
        construct->open[construct->depth - 2].tag == TAG_optgroup) {
        construct_pop(construct);
        construct_pop(construct);
    } else if ((tag == TAG_optgroup || tag == TAG_option) && current == tag) {
        construct_pop(construct);
    } else if (tag == TAG_select) {
        close_select(construct);
    } else if (closes_select(construct, tag) && construct_has(construct, tag, SCOPE_TABLE)) {
        close_select(construct);
        *again_out = true;
    }
    return true;
}
