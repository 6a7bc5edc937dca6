/* SPDX-License-Identifier: ISC */
/* Writes the clean stream, and keeps the list of open formatting elements. */
#include "render/clean_parts.h"

#include <string.h>

/* What a byte is written as; NULL: as it is. */
static const char *escape(unsigned char byte, bool in_attribute)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return in_attribute ? "&quot;" : NULL;
    case '\n':
    case '\t':
        return NULL;
    case '\f':
    case '\r':
        return " ";
    default:
        return byte < 0x20 || byte == 0x7F ? "" : NULL;
    }
}

void clean_write_text(struct cleaner *cleaner, struct span text, bool in_attribute)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte > '>' && byte != 0x7F)
            continue;
        const char *instead = escape(byte, in_attribute);
        if (!instead)
            continue;
        buffer_add(cleaner->out, text.at + start, i - start);
        buffer_add_text(cleaner->out, instead);
        start = i + 1;
    }
    if (text.len)
        buffer_add(cleaner->out, text.at + start, text.len - start);
}

void clean_write_start(struct cleaner *cleaner, struct span name, const struct token *token)
{
    buffer_add_byte(cleaner->out, '<');
    buffer_add_span(cleaner->out, name);
    for (size_t i = 0; i < token->attr_count; i++) {
        const struct token_attr *attr = &token->attrs[i];
        if (tag_attr_of(attr->name) == ATTR_COUNT)
            continue;
        /* The data itself is of no use in a mail of text. */
        bool is_data = span_starts_nocase(span_trim(attr->value), SPAN_LITERAL("data:"));
        buffer_add_byte(cleaner->out, ' ');
        buffer_add_span(cleaner->out, attr->name);
        buffer_add_text(cleaner->out, "=\"");
        clean_write_text(cleaner, is_data ? SPAN_LITERAL("data:") : attr->value, true);
        buffer_add_byte(cleaner->out, '"');
    }
    buffer_add_byte(cleaner->out, '>');
}

void clean_write_end(struct cleaner *cleaner, struct span name)
{
    buffer_add_text(cleaner->out, "</");
    buffer_add_span(cleaner->out, name);
    buffer_add_byte(cleaner->out, '>');
}

/* ---- formatting ---- */

static size_t scope_depth(const struct cleaner *cleaner)
{
    return cleaner->depth ? cleaner->open[cleaner->depth - 1].scope : 0;
}

void clean_forget_formats(struct cleaner *cleaner, size_t depth)
{
    while (cleaner->format_count && cleaner->formats[cleaner->format_count - 1].depth > depth)
        cleaner->format_count--;
}

void clean_close_format(struct cleaner *cleaner, enum tree_tag tag)
{
    for (size_t i = cleaner->format_count; i > 0; i--) {
        const struct open_format *format = &cleaner->formats[i - 1];
        if (format->depth < scope_depth(cleaner))
            return;
        if (format->tag != tag)
            continue;
        memmove(&cleaner->formats[i - 1], &cleaner->formats[i],
                (cleaner->format_count - i) * sizeof *format);
        cleaner->format_count--;
        clean_write_end(cleaner, span_of(tree_tag_name(tag)));
        return;
    }
}

static uint32_t hash_attrs(const struct token *token)
{
    uint32_t hash = clean_hash(0, token->name);
    for (size_t i = 0; i < token->attr_count; i++) {
        hash = clean_hash(hash, token->attrs[i].name);
        hash = clean_hash(hash, token->attrs[i].value);
    }
    return hash;
}

void clean_open_format(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    if (tag == TAG_a) /* a link inside a link ends the first */
        clean_close_format(cleaner, tag);
    uint32_t attrs = hash_attrs(token);
    size_t equal = 0;
    for (size_t i = 0; i < cleaner->format_count; i++)
        equal +=
            cleaner->formats[i].attrs == attrs && cleaner->formats[i].depth >= scope_depth(cleaner);
    if (equal >= CLEAN_MAX_EQUAL_FORMATS || cleaner->format_count == CLEAN_MAX_FORMATS) {
        cleaner->page->cuts |= CLEAN_CUT_DEPTH;
        return;
    }
    cleaner->formats[cleaner->format_count++] = (struct open_format){tag, attrs, cleaner->depth};
    clean_write_start(cleaner, token->name, token);
}
