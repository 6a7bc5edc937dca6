/* SPDX-License-Identifier: ISC */
/*
 * For readers who listen, or read line by line in braille: punctuation that every speech program
 * knows how to say, and words of our own for what others see.
 */
#include "render/text/text.h"

#include "agent/base/charset.h"

#include <stdarg.h>
#include <stdio.h>

enum { SAY_MAX = 200 };

/* What stands for a sign beyond ASCII, or NULL. */
static const char *ascii_sign(uint32_t code)
{
    static const struct {
        uint16_t first, last;
        char text[5];
    } signs[] = {{0xab, 0xab, "\""},     {0xb4, 0xb4, "'"},        {0xb7, 0xb7, "-"},
                 {0xbb, 0xbb, "\""},     {0x02b9, 0x02b9, "'"},    {0x02bc, 0x02bc, "'"},
                 {0x2010, 0x2011, "-"},  {0x2012, 0x2012, "-"},    {0x2013, 0x2015, " - "},
                 {0x2018, 0x201b, "'"},  {0x201c, 0x201f, "\""},   {0x2022, 0x2023, "-"},
                 {0x2024, 0x2024, "."},  {0x2025, 0x2026, "..."},  {0x2027, 0x2027, "-"},
                 {0x2032, 0x2032, "'"},  {0x2033, 0x2033, "\""},   {0x2039, 0x203a, "'"},
                 {0x2044, 0x2044, "/"},  {0x2190, 0x2190, " <- "}, {0x2192, 0x2192, " -> "},
                 {0x2212, 0x2212, "-"},  {0x2215, 0x2215, "/"},    {0x2219, 0x2219, "-"},
                 {0x2500, 0x259f, ""},   {0x25a0, 0x25ff, "-"},    {0x2605, 0x2606, "*"},
                 {0x2756, 0x2756, "-"},  {0x27a4, 0x27a4, "-"},    {0x301c, 0x301c, " - "},
                 {0xff5e, 0xff5e, " - "}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (code >= signs[i].first && code <= signs[i].last)
            return signs[i].text;
    return NULL;
}

/* A dash between blanks has them already. */
static void add_sign(struct buffer *out, const char *sign)
{
    if (sign[0] == ' ' &&
        (!out->len || out->at[out->len - 1] == ' ' || out->at[out->len - 1] < ' '))
        sign++;
    buffer_add_text(out, sign);
}

void text_blind_add(struct buffer *out, struct span text)
{
    while (text.len) {
        struct span here = text;
        uint32_t code;
        charset_next(&text, &code);
        const char *sign = code >= 0xab ? ascii_sign(code) : NULL;
        if (sign)
            add_sign(out, sign);
        else
            buffer_add(out, here.at, here.len - text.len);
    }
}

void text_blind_say(struct text_writer *writer, const char *format, ...)
{
    char line[SAY_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    buffer_add_text(&writer->para, line);
    text_flush(writer);
}

void text_blind_links(struct buffer *out, const struct document *document)
{
    if (!document->link_count)
        return;
    buffer_printf(out, "%sLinks: %zu.\n", out->len ? "\n" : "", document->link_count);
    for (size_t i = 0; i < document->link_count; i++) {
        const struct document_link *link = &document->links[i];
        buffer_printf(out, "%u: ", link->number);
        if (link->words.len && !span_equal(link->words, link->url)) {
            text_blind_add(out, link->words);
            buffer_add_text(out, ", ");
        }
        buffer_add_span(out, link->url);
        buffer_add_byte(out, '\n');
    }
}
