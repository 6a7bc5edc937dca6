/* SPDX-License-Identifier: ISC */
/* The structure of blocks: what begins on a new line, behind which prefix, after a blank line. */
#include "render/text.h"

#include <stdio.h>
#include <string.h>

enum {
    ROOM_KEPT = 24, /* columns that indentation leaves at the least */
    MARK_SIZE = 24,
    ROMAN_MAX = 3999,
    ITEMS_MAX = 100000
};

static struct text_frame *top_frame(struct text_writer *writer)
{
    size_t count = writer->frames.len / sizeof(struct text_frame);
    return count ? (struct text_frame *)writer->frames.at + count - 1 : NULL;
}

/* ---- prefixes ---- */

static struct text_frame *push_frame(struct text_writer *writer, uint32_t node)
{
    struct text_frame frame = {.node = node,
                               .prefix_len = writer->prefix.len,
                               .first_len = writer->first.len,
                               .tag = writer->tree->nodes[node].tag};
    return buffer_add(&writer->frames, &frame, sizeof frame) ? top_frame(writer) : NULL;
}

/* A deep nest stops indenting before the text has no room left. */
static void add_prefix(struct text_writer *writer, const char *prefix)
{
    if (writer->prefix.len + strlen(prefix) + ROOM_KEPT > writer->width)
        return;
    buffer_add_text(&writer->prefix, prefix);
    if (writer->has_first)
        buffer_add_text(&writer->first, prefix);
}

/* An item's mark stands before its first line, blanks of that width before the others. */
static void add_mark(struct text_writer *writer, struct text_frame *frame, const char *mark)
{
    char blanks[MARK_SIZE];
    if (!writer->has_first) {
        writer->has_first = frame->began_first = true;
        buffer_clear(&writer->first);
        frame->first_len = 0;
        buffer_add_span(&writer->first, buffer_span(&writer->prefix));
    }
    size_t len = strlen(mark);
    if (writer->first.len + len + ROOM_KEPT <= writer->width + MARK_SIZE)
        buffer_add_text(&writer->first, mark);
    if (writer->prefix.len + len + ROOM_KEPT > writer->width)
        return;
    memset(blanks, ' ', len);
    buffer_add(&writer->prefix, blanks, len);
}

static void truncate_to(struct buffer *buffer, size_t len)
{
    if (buffer->len > len)
        buffer->len = len;
}

static void pop_frame(struct text_writer *writer, uint32_t node)
{
    struct text_frame *frame = top_frame(writer);
    if (!frame || frame->node != node)
        return;
    truncate_to(&writer->prefix, frame->prefix_len);
    if (frame->began_first)
        writer->has_first = false;
    else if (writer->has_first)
        truncate_to(&writer->first, frame->first_len);
    if (writer->gap_prefix > frame->prefix_len)
        writer->gap_prefix = frame->prefix_len;
    writer->frames.len -= sizeof *frame;
}

/* ---- lists ---- */

static void roman(char *mark, unsigned value, bool upper)
{
    static const struct {
        unsigned value;
        const char *text;
    } parts[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"},
                 {90, "xc"},  {50, "l"},   {40, "xl"}, {10, "x"},   {9, "ix"},
                 {5, "v"},    {4, "iv"},   {1, "i"}};
    size_t len = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (; value >= parts[i].value; value -= parts[i].value)
            for (const char *at = parts[i].text; *at; at++)
                mark[len++] = upper ? (char)(*at - 'a' + 'A') : *at;
    mark[len] = '\0';
}

static void letters(char *mark, unsigned value, char first)
{
    char turned[MARK_SIZE];
    size_t len = 0, at = 0;
    for (; value; value = (value - 1) / 26)
        turned[len++] = (char)(first + (value - 1) % 26);
    while (len)
        mark[at++] = turned[--len];
    mark[at] = '\0';
}

static void item_mark(char mark[MARK_SIZE], const struct text_frame *list)
{
    int32_t number = list->number;
    bool numerals = list->numerals == 'i' || list->numerals == 'I';
    if (number > 0 && numerals && number <= ROMAN_MAX)
        roman(mark, (unsigned)number, list->numerals == 'I');
    else if (number > 0 && (list->numerals == 'a' || list->numerals == 'A'))
        letters(mark, (unsigned)number, list->numerals);
    else
        snprintf(mark, MARK_SIZE - 2, "%d", number);
    size_t len = strlen(mark);
    memcpy(mark + len, ". ", 3);
}

static int32_t count_items(const struct tree *tree, uint32_t node)
{
    int32_t count = 0;
    uint32_t child = tree->nodes[node].first_child;
    for (; child != TREE_NONE && count < ITEMS_MAX; child = tree->nodes[child].next)
        count += tree->nodes[child].tag == TAG_li && !plain_skips(tree, child);
    return count;
}

static void open_list(struct text_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    struct text_frame *list = push_frame(writer, node);
    writer->lists++;
    if (!list || list->tag != TAG_ol)
        return;
    struct span type = span_trim(tree_attr(tree, node, ATTR_type));
    bool known = type.len == 1 && strchr("aAiI", type.at[0]);
    bool reversed = tree_attr(tree, node, ATTR_reversed).at;
    list->numerals = known ? type.at[0] : '1';
    list->step = reversed ? -1 : 1;
    if (!plain_integer(tree_attr(tree, node, ATTR_start), &list->number))
        list->number = reversed ? count_items(tree, node) : 1;
}

static bool is_list(enum tree_tag tag)
{
    return tag == TAG_ul || tag == TAG_ol || tag == TAG_menu || tag == TAG_dir;
}

static void open_item(struct text_writer *writer, uint32_t node)
{
    struct text_frame *list = top_frame(writer);
    char mark[MARK_SIZE] = "* ";
    if (list && is_list(list->tag)) {
        if (list->items++)
            writer->blank_line = false;
        if (list->tag == TAG_ol) {
            plain_integer(tree_attr(writer->tree, node, ATTR_value), &list->number);
            item_mark(mark, list);
            list->number += list->step;
        }
    }
    struct text_frame *frame = push_frame(writer, node);
    if (frame)
        add_mark(writer, frame, mark);
}

/* ---- blocks ---- */

bool text_is_block(const struct tree *tree, uint32_t node)
{
    switch (tree->nodes[node].tag) {
    case TAG_TEXT:
    case TAG_br:
        return false;
    case TAG_caption:
    case TAG_dd:
    case TAG_dt:
    case TAG_hr:
    case TAG_legend:
    case TAG_summary:
    case TAG_table:
    case TAG_td:
    case TAG_th:
    case TAG_tr:
        return true;
    default:
        return tree->nodes[node].flags & TREE_BLOCK;
    }
}

static bool has_gap(const struct text_writer *writer, enum tree_tag tag)
{
    switch (tag) {
    case TAG_ul:
    case TAG_ol:
    case TAG_menu:
    case TAG_dir:
    case TAG_dl:
        return !writer->lists;
    case TAG_address:
    case TAG_article:
    case TAG_aside:
    case TAG_blockquote:
    case TAG_details:
    case TAG_fieldset:
    case TAG_figure:
    case TAG_footer:
    case TAG_form:
    case TAG_h1:
    case TAG_h2:
    case TAG_h3:
    case TAG_h4:
    case TAG_h5:
    case TAG_h6:
    case TAG_header:
    case TAG_hr:
    case TAG_main:
    case TAG_nav:
    case TAG_p:
    case TAG_pre:
    case TAG_section:
    case TAG_table:
        return true;
    default:
        return false;
    }
}

/* A heading cell and the value beside it share a line: "Heading: value". */
static bool joins_value(struct text_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    uint32_t next = tree->nodes[node].next;
    if (tree->nodes[node].tag != TAG_th || next == TREE_NONE)
        return false;
    if (tree->nodes[next].tag == TAG_TEXT)
        next = tree->nodes[next].next;
    return next != TREE_NONE && tree->nodes[next].tag == TAG_td && !plain_skips(tree, next) &&
           text_para_joins(writer);
}

static void begin_block(struct text_writer *writer, uint32_t node)
{
    enum tree_tag tag = writer->tree->nodes[node].tag;
    if (writer->joined && tag == TAG_td) {
        writer->joined = false;
        return;
    }
    writer->joined = false;
    text_flush(writer);
    if (has_gap(writer, tag))
        text_gap(writer);
}

static void add_quote(struct text_writer *writer, uint32_t node, const char *prefix)
{
    if (push_frame(writer, node))
        add_prefix(writer, prefix);
}

static bool enter_block(struct text_writer *writer, uint32_t node)
{
    enum tree_tag tag = writer->tree->nodes[node].tag;
    begin_block(writer, node);
    switch (tag) {
    case TAG_hr:
        text_hard_line(writer, SPAN_LITERAL("----------"));
        text_gap(writer);
        return false;
    case TAG_table:
        if (!text_table(writer, node))
            return true;
        text_gap(writer);
        return false;
    case TAG_li:
        open_item(writer, node);
        return true;
    case TAG_blockquote:
        add_quote(writer, node, "> ");
        return true;
    case TAG_dd:
        add_quote(writer, node, "    ");
        return true;
    case TAG_h1:
    case TAG_h2:
        writer->underline = tag == TAG_h1 ? '=' : '-';
        return true;
    default:
        if (is_list(tag))
            open_list(writer, node);
        break;
    }
    if (text_inline_enter(writer, node))
        return true;
    begin_block(writer, node);
    return false;
}

static void leave_block(struct text_writer *writer, uint32_t node)
{
    enum tree_tag tag = writer->tree->nodes[node].tag;
    text_inline_leave(writer, node);
    writer->joined = joins_value(writer, node);
    if (!writer->joined)
        text_flush(writer);
    if (is_list(tag) && writer->lists)
        writer->lists--;
    if (tag == TAG_h1 || tag == TAG_h2)
        writer->underline = '\0';
    pop_frame(writer, node);
    if (has_gap(writer, tag))
        text_gap(writer);
}

/* What is passed over may still have been the blank between two words. */
static void pass_over(struct text_writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    bool has_text = at->end > node + 1 && writer->tree->nodes[node + 1].tag == TAG_TEXT;
    if (has_text && !(at->flags & TREE_HIDDEN) && !text_is_block(writer->tree, node))
        text_blank(writer);
}

static bool enter(void *context, uint32_t node)
{
    struct text_writer *writer = context;
    if (writer->out.failed)
        return false;
    if (plain_skips(writer->tree, node)) {
        pass_over(writer, node);
        return false;
    }
    if (text_is_block(writer->tree, node))
        return enter_block(writer, node);
    return text_inline_enter(writer, node);
}

static void leave(void *context, uint32_t node)
{
    struct text_writer *writer = context;
    if (text_is_block(writer->tree, node))
        leave_block(writer, node);
    else
        text_inline_leave(writer, node);
}

void text_blocks(struct text_writer *writer)
{
    static const struct plain_visitor visitor = {enter, leave};
    if (writer->tree->node_count)
        plain_walk(writer->tree, 0, &visitor, writer);
    text_flush(writer);
}
