/* SPDX-License-Identifier: ISC */
/* The structure of blocks: what begins on a new line, behind which prefix, after a blank line. */
#include "render/text/text.h"

#include <stdio.h>
#include <string.h>

enum {
    ROOM_KEPT = 24,    /* columns that indentation leaves at the least ... */
    INDENTED_MAX = 144 /* ... of so many, however long a line may be */
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

static size_t width_to_indent(const struct text_writer *writer)
{
    return writer->width < INDENTED_MAX ? writer->width : INDENTED_MAX;
}

/* A deep nest stops indenting before the text has no room left. */
static void add_prefix(struct text_writer *writer, const char *prefix)
{
    if (writer->prefix.len + strlen(prefix) + ROOM_KEPT > width_to_indent(writer))
        return;
    buffer_add_text(&writer->prefix, prefix);
    if (writer->has_first)
        buffer_add_text(&writer->first, prefix);
}

/* An item's mark stands before its first line, blanks of that width before the others. */
static void add_mark(struct text_writer *writer, struct text_frame *frame, const char *mark)
{
    char blanks[TEXT_MARK_SIZE];
    if (!writer->has_first) {
        writer->has_first = frame->began_first = true;
        buffer_clear(&writer->first);
        frame->first_len = 0;
        buffer_add_span(&writer->first, buffer_span(&writer->prefix));
    }
    size_t len = strlen(mark);
    if (writer->first.len + len + ROOM_KEPT <= width_to_indent(writer) + TEXT_MARK_SIZE)
        buffer_add_text(&writer->first, mark);
    if (writer->blind || writer->prefix.len + len + ROOM_KEPT > width_to_indent(writer))
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

/* Where the list ends is said of those within others: nothing else shows it. */
static void announce_list(struct text_writer *writer, uint32_t node)
{
    int32_t count = text_list_count(writer->tree, node);
    char level[TEXT_MARK_SIZE] = "";
    if (writer->lists > 1)
        snprintf(level, sizeof level, ", level %u", writer->lists);
    text_blind_say(writer, "List of %d %s%s:", count, count == 1 ? "item" : "items", level);
}

static void open_list(struct text_writer *writer, uint32_t node)
{
    struct text_frame *list = push_frame(writer, node);
    if (list && list->tag == TAG_ol)
        text_list_numbers(writer->tree, node, list);
    writer->lists++;
    if (writer->blind)
        announce_list(writer, node);
}

static bool is_list(enum tree_tag tag)
{
    return tag == TAG_ul || tag == TAG_ol || tag == TAG_menu || tag == TAG_dir;
}

static void open_item(struct text_writer *writer, uint32_t node)
{
    struct text_frame *list = top_frame(writer);
    char mark[TEXT_MARK_SIZE] = "* ";
    if (writer->blind)
        mark[0] = '-';
    if (list && is_list(list->tag)) {
        if (list->items++)
            writer->blank_line = false;
        if (list->tag == TAG_ol) {
            plain_integer(tree_attr(writer->tree, node, ATTR_value), &list->number);
            text_list_mark(list, mark);
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

bool text_is_unmarked(enum tree_tag tag)
{
    switch (tag) {
    case TAG_a:
    case TAG_button:
    case TAG_caption:
    case TAG_dt:
    case TAG_legend:
    case TAG_summary:
    case TAG_th:
        return true;
    default:
        return tree_is_heading(tag);
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
        return tree_is_heading(tag);
    }
}

/* A heading cell and the value beside it share a line: "Heading: value". */
static bool joins_value(const struct text_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    uint32_t next = tree->nodes[node].next;
    if (tree->nodes[node].tag != TAG_th || next == TREE_NONE)
        return false;
    if (tree->nodes[next].tag == TAG_TEXT)
        next = tree->nodes[next].next;
    return next != TREE_NONE && tree->nodes[next].tag == TAG_td && !plain_skips(tree, next);
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

static void indent(struct text_writer *writer, uint32_t node, const char *prefix)
{
    if (push_frame(writer, node) && !writer->blind)
        add_prefix(writer, prefix);
}

/* The rank is to be seen: the first two are underlined, the others have its number of signs. */
static void open_heading(struct text_writer *writer, uint32_t node)
{
    static const char *const signs[] = {"# ", "## ", "### ", "#### ", "##### ", "###### "};
    unsigned rank = (unsigned)(writer->tree->nodes[node].tag - TAG_h1) + 1;
    char mark[TEXT_MARK_SIZE];
    if (rank <= 2 && !writer->blind) {
        writer->underline = rank == 1 ? '=' : '-';
        return;
    }
    if (writer->blind)
        snprintf(mark, sizeof mark, "Heading %u: ", rank);
    struct text_frame *frame = push_frame(writer, node);
    if (frame)
        add_mark(writer, frame, writer->blind ? mark : signs[rank - 1]);
}

static bool enter_block(struct text_writer *writer, uint32_t node)
{
    enum tree_tag tag = writer->tree->nodes[node].tag;
    begin_block(writer, node);
    switch (tag) {
    case TAG_hr:
        if (!writer->blind)
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
        if (writer->blind)
            text_blind_say(writer, "Quote:");
        indent(writer, node, "> ");
        return true;
    case TAG_dd:
        indent(writer, node, "    ");
        return true;
    default:
        if (tree_is_heading(tag)) {
            open_heading(writer, node);
            return true;
        }
        if (is_list(tag))
            open_list(writer, node);
        break;
    }
    if (text_inline_enter(writer, node))
        return true;
    begin_block(writer, node);
    return false;
}

/* What others see by the margin is said. */
static void announce_end(struct text_writer *writer, enum tree_tag tag)
{
    writer->blank_line = false;
    if (tag == TAG_blockquote)
        text_blind_say(writer, "End of quote.");
    else if (is_list(tag) && writer->lists)
        text_blind_say(writer, "End of list.");
}

static void leave_block(struct text_writer *writer, uint32_t node)
{
    enum tree_tag tag = writer->tree->nodes[node].tag;
    text_inline_leave(writer, node);
    writer->joined = joins_value(writer, node) && text_para_colon(writer);
    if (writer->joined)
        text_blank(writer);
    if (tag == TAG_summary || (tag == TAG_dt && writer->blind))
        text_para_colon(writer);
    if (!writer->joined)
        text_flush(writer);
    if (is_list(tag) && writer->lists)
        writer->lists--;
    if (writer->blind && (tag == TAG_blockquote || is_list(tag)))
        announce_end(writer, tag);
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
    bool inside = text_is_block(writer->tree, node) ? enter_block(writer, node)
                                                    : text_inline_enter(writer, node);
    writer->unmarked += inside && text_is_unmarked(writer->tree->nodes[node].tag);
    return inside;
}

static void leave(void *context, uint32_t node)
{
    struct text_writer *writer = context;
    writer->unmarked -= text_is_unmarked(writer->tree->nodes[node].tag);
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
