/* SPDX-License-Identifier: ISC */
/*
 * Which element is written for one of the page, after what may stand in the place: boxes that box
 * nothing are left out, tables that arrange the page are taken apart, a phrase holds no block.
 */
#include "render/html/html.h"

_Static_assert(TAG_COUNT < 256, "a tag fits a byte");

/* What is not listed is a div when it is a block, else nothing. */
static const uint8_t elements[TAG_COUNT] = {
    [TAG_abbr] = TAG_abbr,
    [TAG_address] = TAG_address,
    [TAG_b] = TAG_b,
    [TAG_bdi] = TAG_bdi,
    [TAG_bdo] = TAG_bdo,
    [TAG_big] = TAG_span,
    [TAG_blockquote] = TAG_blockquote,
    [TAG_caption] = TAG_caption,
    [TAG_cite] = TAG_cite,
    [TAG_code] = TAG_code,
    [TAG_dd] = TAG_dd,
    [TAG_del] = TAG_del,
    [TAG_dfn] = TAG_dfn,
    [TAG_dir] = TAG_ul,
    [TAG_dl] = TAG_dl,
    [TAG_dt] = TAG_dt,
    [TAG_em] = TAG_em,
    [TAG_figcaption] = TAG_figcaption,
    [TAG_figure] = TAG_figure,
    [TAG_font] = TAG_span,
    [TAG_h1] = TAG_h1,
    [TAG_h2] = TAG_h2,
    [TAG_h3] = TAG_h3,
    [TAG_h4] = TAG_h4,
    [TAG_h5] = TAG_h5,
    [TAG_h6] = TAG_h6,
    [TAG_i] = TAG_i,
    [TAG_ins] = TAG_ins,
    [TAG_kbd] = TAG_kbd,
    [TAG_legend] = TAG_legend,
    [TAG_li] = TAG_li,
    [TAG_mark] = TAG_mark,
    [TAG_menu] = TAG_ul,
    [TAG_ol] = TAG_ol,
    [TAG_p] = TAG_p,
    [TAG_pre] = TAG_pre,
    [TAG_q] = TAG_q,
    [TAG_rp] = TAG_rp,
    [TAG_rt] = TAG_rt,
    [TAG_ruby] = TAG_ruby,
    [TAG_s] = TAG_s,
    [TAG_samp] = TAG_samp,
    [TAG_small] = TAG_small,
    [TAG_span] = TAG_span,
    [TAG_strike] = TAG_s,
    [TAG_strong] = TAG_strong,
    [TAG_sub] = TAG_sub,
    [TAG_summary] = TAG_summary,
    [TAG_sup] = TAG_sup,
    [TAG_table] = TAG_table,
    [TAG_tbody] = TAG_tbody,
    [TAG_td] = TAG_td,
    [TAG_tfoot] = TAG_tfoot,
    [TAG_th] = TAG_th,
    [TAG_thead] = TAG_thead,
    [TAG_tr] = TAG_tr,
    [TAG_tt] = TAG_code,
    [TAG_u] = TAG_u,
    [TAG_ul] = TAG_ul,
    [TAG_var] = TAG_var,
};

enum tree_tag html_element(const struct tree_node *node)
{
    switch (node->tag) {
    case TAG_TEXT:
    case TAG_body:
    case TAG_frame:
    case TAG_frameset:
    case TAG_hr:
    case TAG_html:
    case TAG_optgroup:
    case TAG_option:
        return TAG_UNKNOWN;
    default:
        if (node->tag < TAG_COUNT && elements[node->tag])
            return (enum tree_tag)elements[node->tag];
        return node->flags & TREE_BLOCK ? TAG_div : TAG_UNKNOWN;
    }
}

/* ---- places ---- */

enum html_place html_place_inside(enum tree_tag name, enum html_place around)
{
    switch (name) {
    case TAG_UNKNOWN:
    case TAG_a:
        return around;
    case TAG_ul:
    case TAG_ol:
        return HTML_LIST;
    case TAG_dl:
        return HTML_TERMS;
    case TAG_table:
        return HTML_TABLE;
    case TAG_thead:
    case TAG_tbody:
    case TAG_tfoot:
        return HTML_ROWS;
    case TAG_tr:
        return HTML_ROW;
    case TAG_p:
    case TAG_pre:
    case TAG_legend:
    case TAG_summary:
        return HTML_PHRASE;
    default:
        return around == HTML_PHRASE || tree_is_heading(name) ? HTML_PHRASE : HTML_FLOW;
    }
}

bool html_fits(enum html_place place, enum tree_tag tag)
{
    bool group = tag == TAG_thead || tag == TAG_tbody || tag == TAG_tfoot;
    switch (place) {
    case HTML_LIST:
        return tag == TAG_li;
    case HTML_TERMS:
        return tag == TAG_dt || tag == TAG_dd;
    case HTML_TABLE:
        return group || tag == TAG_tr || tag == TAG_caption;
    case HTML_ROWS:
        return tag == TAG_tr;
    case HTML_ROW:
        return tag == TAG_td || tag == TAG_th;
    default:
        return true;
    }
}

const char *html_wrapper(enum html_place place)
{
    switch (place) {
    case HTML_LIST:
        return "<li style=\"list-style:none\">";
    case HTML_TERMS:
        return "<dd>";
    case HTML_ROW:
        return "<td>";
    default:
        return "<tr><td>";
    }
}

const char *html_wrapper_end(enum html_place place)
{
    switch (place) {
    case HTML_LIST:
        return "</li>\n";
    case HTML_TERMS:
        return "</dd>\n";
    case HTML_ROW:
        return "</td>\n";
    default:
        return "</td></tr>\n";
    }
}

/* ---- choosing ---- */

/* A box is needed around what stands in a line, unless the element around has nothing else. */
static enum tree_tag choose_box(const struct html_writer *writer, uint32_t node)
{
    uint32_t parent = writer->tree->nodes[node].parent;
    bool alone = parent != TREE_NONE && writer->nodes[parent].marks & HTML_ALONE;
    bool needed = writer->nodes[node].marks & HTML_HOLDS_INLINE && !alone;
    return needed || html_has_own(writer, node) ? TAG_div : TAG_UNKNOWN;
}

/* The cells of a row that is no row of a table stand in one line if they can. */
static enum tree_tag choose_row(const struct html_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    uint32_t child = tree->nodes[node].first_child;
    for (; child != TREE_NONE; child = tree->nodes[child].next)
        if (writer->nodes[child].marks & HTML_HOLDS_BLOCK)
            return html_has_own(writer, node) ? TAG_div : TAG_UNKNOWN;
    return TAG_tr;
}

/* A paragraph that is all there is of an item or a cell. */
static bool is_whole_item(const struct html_writer *writer, uint32_t node)
{
    uint32_t parent = writer->tree->nodes[node].parent;
    if (parent == TREE_NONE || !(writer->nodes[parent].marks & HTML_ALONE))
        return false;
    enum tree_tag name = writer->nodes[parent].name;
    return name == TAG_li || name == TAG_td || name == TAG_th || name == TAG_dd;
}

static enum tree_tag choose_inline(const struct html_writer *writer, uint32_t node,
                                   enum tree_tag name, bool phrase)
{
    bool blocks = writer->nodes[node].marks & HTML_HOLDS_BLOCK && !phrase;
    uint32_t parent = writer->tree->nodes[node].parent;
    if (name == TAG_bdo || name == TAG_span) {
        if (!html_has_own(writer, node))
            return TAG_UNKNOWN;
        return blocks ? TAG_div : name;
    }
    if ((name == TAG_rt || name == TAG_rp) && writer->tree->nodes[parent].tag != TAG_ruby)
        return TAG_UNKNOWN;
    return blocks && name != TAG_ins && name != TAG_del ? TAG_UNKNOWN : name;
}

static enum tree_tag choose_block(const struct html_writer *writer, uint32_t node,
                                  enum tree_tag name)
{
    unsigned marks = writer->nodes[node].marks;
    switch (name) {
    case TAG_table:
        if (writer->tree->nodes[node].flags & TREE_DATA_TABLE)
            return name;
        return html_has_own(writer, node) ? TAG_div : TAG_UNKNOWN;
    case TAG_tr:
        return choose_row(writer, node);
    case TAG_caption:
    case TAG_dd:
    case TAG_div:
    case TAG_dt:
    case TAG_tbody:
    case TAG_td:
    case TAG_tfoot:
    case TAG_th:
    case TAG_thead:
        return choose_box(writer, node);
    case TAG_li:
        return TAG_div;
    case TAG_p:
        if (marks & HTML_HOLDS_BLOCK || is_whole_item(writer, node))
            return choose_box(writer, node);
        return name;
    case TAG_legend:
    case TAG_pre:
    case TAG_summary:
        return marks & HTML_HOLDS_HEAVY ? choose_box(writer, node) : name;
    default:
        return tree_is_heading(name) && marks & HTML_HOLDS_HEAVY ? choose_box(writer, node) : name;
    }
}

enum tree_tag html_choose(const struct html_writer *writer, uint32_t node, enum html_place place)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    enum tree_tag name = html_element(at);
    if (!name || place >= HTML_LIST)
        return name;
    if (!(at->flags & TREE_BLOCK))
        return choose_inline(writer, node, name, place == HTML_PHRASE);
    if (place == HTML_PHRASE)
        return html_has_own(writer, node) ? TAG_span : TAG_UNKNOWN;
    return choose_block(writer, node, name);
}
