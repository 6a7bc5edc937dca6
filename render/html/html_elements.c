/* SPDX-License-Identifier: ISC */
/*
 * The walk over a tree that writes its elements.  Every element that is opened is closed in its
 * place and stands where it may; what stands where only items, rows or cells may is put into one.
 */
#include "render/html/html.h"

#include <string.h>

static bool is_block(const struct html_writer *writer, uint32_t node)
{
    return writer->tree->nodes[node].flags & TREE_BLOCK;
}

static enum html_place place_around(const struct html_writer *writer, uint32_t node)
{
    uint32_t parent = writer->tree->nodes[node].parent;
    return parent == TREE_NONE ? HTML_FLOW : (enum html_place)writer->nodes[parent].place;
}

static void trim_blanks(struct html_writer *writer)
{
    struct buffer *out = &writer->out;
    while (out->len && out->at[out->len - 1] == ' ')
        out->at[--out->len] = '\0';
}

/* ---- what stands where it may not ---- */

/* A box that only groups what may stand there. */
static bool holds_fitting(const struct html_writer *writer, uint32_t node, enum html_place place)
{
    const struct tree *tree = writer->tree;
    enum tree_tag name = html_element(&tree->nodes[node]);
    if (name != TAG_UNKNOWN && name != TAG_div && name != TAG_span && name != TAG_tbody)
        return false;
    uint32_t child = tree->nodes[node].link ? TREE_NONE : tree->nodes[node].first_child;
    for (; child != TREE_NONE; child = tree->nodes[child].next)
        if (html_fits(place, tree->nodes[child].tag))
            return true;
    return false;
}

/* Neighbours share one element of ours. */
static void wrap(struct html_writer *writer, uint32_t node, enum html_place place)
{
    struct buffer *out = &writer->out;
    uint32_t parent = writer->tree->nodes[node].parent;
    if (out->len && out->len == writer->stray && writer->stray_parent == parent) {
        out->len -= strlen(html_wrapper_end(place));
        out->at[out->len] = '\0';
    } else {
        buffer_add_text(out, html_wrapper(place));
        writer->fresh = out->len;
    }
    writer->nodes[node].marks |= HTML_WRAPPED;
}

static void unwrap(struct html_writer *writer, uint32_t node)
{
    buffer_add_text(&writer->out, html_wrapper_end(place_around(writer, node)));
    writer->fresh = writer->stray = writer->out.len;
    writer->stray_parent = writer->tree->nodes[node].parent;
}

static bool is_blank(const struct html_writer *writer, uint32_t node)
{
    if (writer->tree->nodes[node].tag == TAG_br)
        return true;
    if (writer->tree->nodes[node].tag != TAG_TEXT)
        return false;
    struct span text = tree_text(writer->tree, node);
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(" \t\n\r\f", text.at[i]))
            return false;
    return true;
}

/* ---- elements ---- */

/* The row of a table that is none of data: its cells stand in a line. */
static bool is_line(const struct html_node *at, enum html_place place)
{
    return at->name == TAG_tr && place == HTML_FLOW;
}

static const char *name_written(enum tree_tag name)
{
    return name == TAG_legend || name == TAG_summary ? "p" : tree_tag_name(name);
}

static void begin_phrase(struct html_writer *writer)
{
    writer->pending = HTML_NO_BREAK;
    writer->said = false;
}

static void open_element(struct html_writer *writer, uint32_t node, bool block)
{
    struct html_node *at = &writer->nodes[node];
    enum tree_tag tag = writer->tree->nodes[node].tag;
    if (block)
        trim_blanks(writer);
    else
        html_flush(writer);
    buffer_add_byte(&writer->out, '<');
    buffer_add_text(&writer->out, name_written((enum tree_tag)at->name));
    html_add_attributes(writer, node, (enum tree_tag)at->name);
    buffer_add_byte(&writer->out, '>');
    if (at->name == TAG_legend || at->name == TAG_summary)
        buffer_add_text(&writer->out, "<b>");
    if (block)
        writer->fresh = writer->out.len;
    if (tag == TAG_li && at->name == TAG_div)
        html_add_text(writer, SPAN_LITERAL("\xe2\x80\xa2 "), false);
}

/* Lines end between blocks, never where blanks count. */
static void close_element(struct html_writer *writer, uint32_t node, bool block)
{
    enum tree_tag name = (enum tree_tag)writer->nodes[node].name;
    uint32_t parent = writer->tree->nodes[node].parent;
    bool pre = parent != TREE_NONE && writer->tree->nodes[parent].flags & TREE_PRE;
    if (block && !(writer->tree->nodes[node].flags & TREE_PRE))
        trim_blanks(writer);
    if (name == TAG_legend || name == TAG_summary)
        buffer_add_text(&writer->out, "</b>");
    buffer_add_text(&writer->out, "</");
    buffer_add_text(&writer->out, name_written(name));
    buffer_add_byte(&writer->out, '>');
    if (block && !pre)
        buffer_add_byte(&writer->out, '\n');
    if (block)
        writer->fresh = writer->out.len;
}

/* Where a block begins or ends in a phrase. */
static void break_phrase(struct html_writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    bool cell = at->tag == TAG_td || at->tag == TAG_th;
    html_break(writer, cell ? HTML_GAP : HTML_LINE, at->flags & TREE_PRE);
}

/* What is inside is all that the element around has. */
static bool is_alone(const struct html_writer *writer, uint32_t node, enum tree_tag name)
{
    uint32_t parent = writer->tree->nodes[node].parent;
    if (writer->nodes[node].marks & HTML_HOLDS_MANY)
        return false;
    if (name == TAG_UNKNOWN)
        return is_block(writer, node) &&
               (parent == TREE_NONE || writer->nodes[parent].marks & HTML_ALONE);
    return is_block(writer, node);
}

static void note_anchor(struct html_writer *writer, uint32_t node)
{
    uint32_t anchor = html_anchor(writer, node);
    if (anchor && writer->pending_anchor_count < HTML_ANCHORS_MAX)
        writer->pending_anchors[writer->pending_anchor_count++] = anchor;
}

static bool enter_element(struct html_writer *writer, uint32_t node, enum html_place place)
{
    struct html_node *at = &writer->nodes[node];
    bool block = is_block(writer, node);
    enum tree_tag tag = writer->tree->nodes[node].tag, name = html_choose(writer, node, place);
    if (!name)
        note_anchor(writer, node);
    if (!name && !block && html_control(writer, node) && tag != TAG_object)
        return false;
    if (block && place == HTML_PHRASE)
        break_phrase(writer, node);
    at->name = (uint8_t)name;
    at->place = (uint8_t)html_place_inside(name, place);
    if (is_line(at, place)) {
        at->name = TAG_div;
        at->place = HTML_PHRASE;
    }
    if (is_alone(writer, node, name))
        at->marks |= HTML_ALONE;
    if (name)
        open_element(writer, node, block && place != HTML_PHRASE);
    if (at->place == HTML_PHRASE && place != HTML_PHRASE)
        begin_phrase(writer);
    if (tag == TAG_form)
        html_form_begin(writer, node);
    return true;
}

static void leave_element(struct html_writer *writer, uint32_t node, enum html_place place)
{
    struct html_node *at = &writer->nodes[node];
    bool block = is_block(writer, node);
    if (at->place == HTML_PHRASE && place != HTML_PHRASE)
        begin_phrase(writer);
    if (at->name)
        close_element(writer, node, block && place != HTML_PHRASE);
    if (block && place == HTML_PHRASE)
        break_phrase(writer, node);
}

/* ---- links and buttons ---- */

static bool enter_link(struct html_writer *writer, uint32_t node, enum html_place place)
{
    writer->nodes[node].place = (uint8_t)place;
    if (writer->link_end == writer->out.len && !(writer->tree->nodes[node].flags & TREE_PRE))
        html_add_blank(writer); /* two links side by side do not look like one */
    if (writer->link != TREE_NONE || !html_open_link(writer, node)) {
        note_anchor(writer, node);
        return true;
    }
    html_add_attributes(writer, node, TAG_a);
    buffer_add_byte(&writer->out, '>');
    writer->link_start = writer->out.len;
    writer->link = node;
    writer->link_named = false;
    return true;
}

static void leave_link(struct html_writer *writer, uint32_t node)
{
    if (writer->link != node)
        return;
    bool blank = writer->out.len && writer->out.at[writer->out.len - 1] == ' ' &&
                 !(writer->tree->nodes[node].flags & TREE_PRE);
    if (blank)
        trim_blanks(writer);
    if (writer->out.len <= writer->link_start)
        html_link_name(writer, node);
    buffer_add_text(&writer->out, "</a>");
    writer->link = TREE_NONE;
    if (blank)
        html_add_blank(writer);
    writer->link_end = writer->out.len;
}

static bool enter_button(struct html_writer *writer, uint32_t node)
{
    note_anchor(writer, node);
    if (html_control(writer, node))
        return false;
    writer->nodes[node].place = HTML_PHRASE;
    html_begin_thing(writer);
    if (writer->link == TREE_NONE && html_open_form_link(writer, node))
        writer->link = node;
    html_add_text(writer, SPAN_LITERAL("["), false);
    writer->fresh = writer->out.len;
    begin_phrase(writer);
    return true;
}

static void leave_button(struct html_writer *writer, uint32_t node)
{
    trim_blanks(writer);
    begin_phrase(writer);
    html_add_text(writer, SPAN_LITERAL("]"), false);
    if (writer->link == node) {
        buffer_add_text(&writer->out, "</a>");
        writer->link = TREE_NONE;
    }
    writer->thing_end = writer->out.len;
}

/* ---- the walk ---- */

static void add_rule(struct html_writer *writer, uint32_t node, enum html_place place)
{
    if (place == HTML_PHRASE) {
        break_phrase(writer, node);
        return;
    }
    trim_blanks(writer);
    buffer_add_text(&writer->out, "<hr>\n");
    writer->fresh = writer->out.len;
}

/* A break at the end of a block shows nothing, as in browsers; the end of one is not known yet. */
static void add_break(struct html_writer *writer, uint32_t node)
{
    html_flush(writer);
    if (!(writer->tree->nodes[node].flags & TREE_PRE))
        trim_blanks(writer);
    buffer_add_text(&writer->out, "<br>");
    writer->fresh = writer->out.len;
}

static bool enter_at(struct html_writer *writer, uint32_t node, enum html_place place)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    switch (at->tag) {
    case TAG_TEXT:
        html_add_text(writer, tree_text(writer->tree, node), at->flags & TREE_PRE);
        return false;
    case TAG_br:
        add_break(writer, node);
        return false;
    case TAG_hr:
        add_rule(writer, node, place);
        return false;
    case TAG_img:
        note_anchor(writer, node);
        html_image(writer, node);
        return false;
    case TAG_a:
        return enter_link(writer, node, place);
    case TAG_button:
        return enter_button(writer, node);
    default:
        return enter_element(writer, node, place);
    }
}

/* What is passed over may still have been the blank between two words, a moment, or a place. */
static void pass_over(struct html_writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    if (at->flags & TREE_HIDDEN)
        return;
    for (uint32_t i = node; writer->anchor_room && i < at->end; i++)
        note_anchor(writer, i);
    if (place_around(writer, node) >= HTML_LIST)
        return;
    if (at->tag == TAG_time)
        html_add_text(writer, tree_attr(writer->tree, node, ATTR_datetime), false);
    else if (at->end > node + 1 && !(at->flags & TREE_BLOCK))
        html_add_blank(writer);
}

static bool enter(void *context, uint32_t node)
{
    struct html_writer *writer = context;
    enum html_place place = place_around(writer, node);
    if (writer->out.failed)
        return false;
    if (writer->nodes[node].marks & HTML_SKIPPED) {
        pass_over(writer, node);
        return false;
    }
    if (html_fits(place, writer->tree->nodes[node].tag))
        return enter_at(writer, node, place);
    if (is_blank(writer, node))
        return false;
    if (holds_fitting(writer, node, place)) {
        writer->nodes[node].place = (uint8_t)place;
        return true;
    }
    wrap(writer, node, place);
    if (enter_at(writer, node, HTML_FLOW))
        return true;
    unwrap(writer, node);
    return false;
}

static void leave(void *context, uint32_t node)
{
    struct html_writer *writer = context;
    bool wrapped = writer->nodes[node].marks & HTML_WRAPPED;
    enum html_place place = wrapped ? HTML_FLOW : place_around(writer, node);
    if (place < HTML_LIST || writer->nodes[node].name) {
        enum tree_tag tag = writer->tree->nodes[node].tag;
        if (tag == TAG_a)
            leave_link(writer, node);
        else if (tag == TAG_button)
            leave_button(writer, node);
        else
            leave_element(writer, node, place);
    }
    if (wrapped)
        unwrap(writer, node);
}

void html_elements(struct html_writer *writer)
{
    static const struct plain_visitor visitor = {enter, leave};
    if (writer->tree->node_count)
        plain_walk(writer->tree, 0, &visitor, writer);
    html_flush(writer);
}
