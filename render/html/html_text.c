/* SPDX-License-Identifier: ISC */
/* Text and the blanks and line breaks around it. */
#include "render/html/html.h"

static const char *entity_of(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* In text, quotation marks mean nothing. */
static void add_run(struct html_writer *writer, struct span run, bool quotes)
{
    size_t from = 0;
    for (size_t i = 0; i < run.len; i++) {
        char byte = run.at[i];
        const char *entity = quotes || (byte != '"' && byte != '\'') ? entity_of(byte) : NULL;
        if (!entity)
            continue;
        buffer_add(&writer->out, run.at + from, i - from);
        buffer_add_text(&writer->out, entity);
        from = i + 1;
    }
    buffer_add(&writer->out, run.at + from, run.len - from);
}

static bool is_shown(enum plain_class class)
{
    return class == PLAIN_KEEP || class == PLAIN_NBSP || class == PLAIN_UNSEEN;
}

static void add_one_blank(struct buffer *out)
{
    char last = out->len ? out->at[out->len - 1] : '\n';
    if (last != ' ' && last != '\n')
        buffer_add_byte(out, ' ');
}

void html_escape(struct html_writer *writer, struct span text)
{
    struct span run;
    enum plain_class class;
    while (plain_next_run(&text, &run, &class)) {
        if (is_shown(class))
            add_run(writer, run, true);
        else if (class == PLAIN_BLANK)
            add_one_blank(&writer->out);
    }
}

void html_add_blank(struct html_writer *writer)
{
    if (writer->out.len != writer->fresh && !writer->pending)
        add_one_blank(&writer->out);
}

void html_begin_thing(struct html_writer *writer)
{
    const struct buffer *out = &writer->out;
    if (out->len && out->at[out->len - 1] != '(')
        html_add_blank(writer);
}

void html_break(struct html_writer *writer, enum html_break kind, bool pre)
{
    if (!writer->said || kind < writer->pending)
        return;
    writer->pending = kind;
    writer->pre_break = pre;
}

void html_flush(struct html_writer *writer)
{
    struct buffer *out = &writer->out;
    if (writer->pending && !writer->pre_break)
        while (out->len && out->at[out->len - 1] == ' ')
            out->at[--out->len] = '\0';
    if (writer->pending == HTML_GAP)
        buffer_add_text(out, "\xc2\xa0 ");
    else if (writer->pending)
        buffer_add_text(out, writer->pre_break ? "\n" : "<br>");
    writer->pending = HTML_NO_BREAK;
    for (unsigned i = 0; i < writer->pending_anchor_count; i++)
        buffer_printf(out, "<span id=\"w%u\"></span>", writer->pending_anchors[i]);
    writer->pending_anchor_count = 0;
}

static bool is_word_byte(char byte)
{
    return (byte & 0x80) || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

/* Line ends and blanks as they are; line ends of other systems have been made LF. */
static void add_pre_blanks(struct html_writer *writer, struct span run)
{
    for (size_t i = 0; i < run.len; i++)
        if (run.at[i] == ' ' || run.at[i] == '\t' || run.at[i] == '\n')
            buffer_add_byte(&writer->out, run.at[i]);
}

void html_add_text(struct html_writer *writer, struct span text, bool pre)
{
    struct span run;
    enum plain_class class;
    while (plain_next_run(&text, &run, &class)) {
        if (is_shown(class) || (pre && class == PLAIN_BLANK)) {
            html_flush(writer);
            writer->said = true;
        }
        if (class == PLAIN_KEEP && writer->thing_end && writer->thing_end == writer->out.len &&
            is_word_byte(run.at[0]))
            html_add_blank(writer);
        if (is_shown(class))
            add_run(writer, run, false);
        else if (class == PLAIN_BLANK && pre)
            add_pre_blanks(writer, run);
        else if (class == PLAIN_BLANK)
            html_add_blank(writer);
    }
}
