/* SPDX-License-Identifier: ISC */
/* What gathers in a paragraph: words, links and their numbers, images, fields. */
#include "render/text/text.h"

#include <string.h>

enum { URL_LOOK_BACK = 2000 };

char text_last_byte(const struct text_writer *writer)
{
    return writer->para.len ? writer->para.at[writer->para.len - 1] : '\n';
}

/* A blank, unless one is there or the line has just begun. */
void text_blank(struct text_writer *writer)
{
    if (strchr(" \n\1", text_last_byte(writer)) ||
        (writer->button_start && writer->button_start == writer->para.len))
        return;
    buffer_add_byte(&writer->para, writer->nobr ? TEXT_FIXED_BLANK : ' ');
}

void text_para_clear(struct text_writer *writer)
{
    writer->para.len = 0;
    writer->pre = false;
    writer->link_start = 0;
    writer->link_words = false;
    writer->mark_end = writer->thing_end = writer->button_start = 0;
    writer->paragraph++;
}

static void line_break(struct text_writer *writer)
{
    while (writer->para.len > 0 && !writer->pre && strchr(" \1", text_last_byte(writer)))
        writer->para.len--;
    buffer_add_byte(&writer->para, '\n');
}

/* ---- text ---- */

static void add_pre_blanks(struct text_writer *writer, struct span run)
{
    for (size_t i = 0; i < run.len; i++) {
        if (run.at[i] == '\n')
            buffer_add_byte(&writer->para, '\n');
        else if (run.at[i] == '\t' && writer->pre)
            buffer_add_byte(&writer->para, '\t');
        else if ((run.at[i] & 0xc0) != 0x80 && run.at[i] != '\r')
            buffer_add_byte(&writer->para, ' ');
    }
}

/* Two blanks in a row, as pages write them for want of a margin, are one. */
static void add_fixed_blank(struct text_writer *writer)
{
    if (writer->pre)
        buffer_add_byte(&writer->para, ' ');
    else if (!strchr(" \n\1", text_last_byte(writer)))
        buffer_add_byte(&writer->para, TEXT_FIXED_BLANK);
}

bool text_is_word_byte(char byte)
{
    return (byte & 0x80) || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

static void add_kept(struct text_writer *writer, struct span run)
{
    if (writer->thing_end && writer->thing_end == writer->para.len && text_is_word_byte(run.at[0]))
        text_blank(writer);
    if (writer->blind && !writer->pre)
        text_blind_add(&writer->para, run);
    else
        buffer_add_span(&writer->para, run);
    writer->link_words = true;
}

static void add_text(struct text_writer *writer, struct span text, bool pre)
{
    struct span run;
    enum plain_class class;
    if (pre && !writer->para.len)
        writer->pre = true;
    while (plain_next_run(&text, &run, &class)) {
        if (class == PLAIN_KEEP)
            add_kept(writer, run);
        else if (class == PLAIN_BLANK && pre)
            add_pre_blanks(writer, run);
        else if (class == PLAIN_BLANK)
            text_blank(writer);
        else if (class == PLAIN_NBSP)
            add_fixed_blank(writer);
    }
}

/* ---- links ---- */

/* True when the link's words end with an address, to which a number must not be glued. */
static bool ends_with_url(const struct text_writer *writer)
{
    size_t end = writer->para.len, at = end, low = writer->link_start;
    if (low > end)
        low = end;
    if (end - low > URL_LOOK_BACK)
        low = end - URL_LOOK_BACK;
    while (at > low && !strchr(" \n\1", writer->para.at[at - 1]))
        at--;
    return span_find(span_from(buffer_span(&writer->para), at), SPAN_LITERAL("://")) >= 0;
}

void text_link_mark(struct text_writer *writer, uint32_t node)
{
    uint32_t number = writer->tree->nodes[node].link;
    plain_links_show(&writer->links, number, node);
    if (writer->blind) {
        writer->mark_end = writer->para.len;
        return;
    }
    bool blank = text_last_byte(writer) == ' ';
    while (!writer->pre && writer->para.len && strchr(" \1", text_last_byte(writer)))
        writer->para.len--;
    buffer_add_byte(&writer->para, ends_with_url(writer) ? TEXT_FIXED_BLANK : TEXT_GLUE);
    buffer_printf(&writer->para, "[%u]", number);
    writer->mark_end = writer->para.len;
    if (blank && !writer->pre)
        text_blank(writer);
}

void text_link_pause(struct text_writer *writer)
{
    if (writer->link_node == TREE_NONE || writer->link_shown || !writer->link_words)
        return;
    text_link_mark(writer, writer->link_node);
    writer->link_shown = true;
}

static void open_link(struct text_writer *writer, uint32_t node)
{
    if (!writer->tree->nodes[node].link)
        return;
    text_link_pause(writer);
    if (writer->mark_end && writer->mark_end == writer->para.len)
        text_blank(writer);
    writer->link_node = node;
    writer->link_start = writer->para.len;
    writer->link_shown = writer->link_words = false;
}

static void close_link(struct text_writer *writer, uint32_t node)
{
    if (writer->link_node != node)
        return;
    text_link_pause(writer);
    writer->link_node = TREE_NONE;
}

bool text_para_colon(struct text_writer *writer)
{
    while (writer->para.len && strchr(" \n\1", text_last_byte(writer)))
        writer->para.len--;
    if (!writer->para.len)
        return false;
    text_link_pause(writer);
    if (!strchr(":.!?", text_last_byte(writer)))
        buffer_add_byte(&writer->para, ':');
    return true;
}

/* ---- the two events ---- */

/* Quotation marks within others are single ones. */
static void quote(struct text_writer *writer, bool opens)
{
    writer->quotes -= !opens;
    buffer_add_byte(&writer->para, writer->quotes % 2 ? '\'' : '"');
    writer->quotes += opens;
}

bool text_inline_enter(struct text_writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    switch (at->tag) {
    case TAG_TEXT:
        add_text(writer, tree_text(writer->tree, node), at->flags & TREE_PRE);
        return false;
    case TAG_br:
        line_break(writer);
        return false;
    case TAG_a:
        if (text_pass_echo(writer, node))
            return false;
        open_link(writer, node);
        return true;
    case TAG_img:
        text_image(writer, node);
        return false;
    case TAG_area:
        text_area(writer, node);
        return false;
    case TAG_button:
        if (text_control(writer, node))
            return false;
        text_button_open(writer);
        return true;
    case TAG_q:
        quote(writer, true);
        return true;
    case TAG_rp:
        return false;
    case TAG_rt:
        buffer_add_byte(&writer->para, '(');
        return true;
    case TAG_nobr:
        writer->nobr++;
        return true;
    case TAG_object:
        text_control(writer, node);
        return true;
    default:
        return text_mark_open(writer, node) || !text_control(writer, node);
    }
}

void text_inline_leave(struct text_writer *writer, uint32_t node)
{
    switch (writer->tree->nodes[node].tag) {
    case TAG_a:
        close_link(writer, node);
        break;
    case TAG_button:
        text_button_close(writer);
        break;
    case TAG_q:
        quote(writer, false);
        break;
    case TAG_rt:
        buffer_add_byte(&writer->para, ')');
        break;
    case TAG_nobr:
        writer->nobr--;
        break;
    default:
        text_mark_close(writer, node);
        break;
    }
}
