/* SPDX-License-Identifier: ISC */
/* How many columns a text takes: by grapheme clusters (UAX #29) and widths (UAX #11) of libunistring. */
#include "render/text/text.h"

#include "agent/base/charset.h"

#include <string.h>
#include <unigbrk.h>
#include <uniwidth.h>

/* Letters that are clusters of their own before another such letter; most texts are made of them. */
static const struct letters {
    uint32_t first, last;
    unsigned columns;
} letters[] = {
    {0xc0, 0x2ff, 1},    /* Latin */
    {0x391, 0x3a1, 1},   /* Greek */
    {0x3a3, 0x482, 1},   /* Greek, Cyrillic */
    {0x48a, 0x52f, 1},   /* Cyrillic */
    {0x5d0, 0x5ea, 1},   /* Hebrew */
    {0x620, 0x64a, 1},   /* Arabic */
    {0x2013, 0x2027, 1}, /* dashes, quotes */
    {0x3041, 0x3096, 2}, /* Hiragana */
    {0x30a1, 0x30fa, 2}, /* Katakana */
    {0x4e00, 0x9fff, 2}, /* Han */
    {0xfffd, 0xfffd, 1}, /* what could not be read */
};

/* 0: may be joined with what follows or stands before. */
static unsigned letter_columns(uint32_t code)
{
    size_t i = 0, count = sizeof letters / sizeof *letters;
    while (i < count && code > letters[i].last)
        i++;
    return i < count && code >= letters[i].first ? letters[i].columns : 0;
}

static bool is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] >= 0x80)
            return false;
    return true;
}

static size_t cluster_columns(struct span cluster)
{
    int columns = 0;
    uint32_t code;
    while (columns < 2 && charset_next(&cluster, &code)) {
        int width = code < 0x20 ? 0 : uc_width(code, "UTF-8");
        columns += width > 0 ? width : 0;
    }
    return columns > 2 ? 2 : (size_t)columns;
}

/* Emoji that are joined to one picture are one cluster, which the library does not see. */
static const uint8_t *next_cluster(const uint8_t *at, const uint8_t *end)
{
    static const char joiner[] = {'\xe2', '\x80', '\x8d'};
    while (at < end) {
        const uint8_t *next = u8_grapheme_next(at, end);
        if (!next || next <= at)
            return end;
        if (next - at < (ptrdiff_t)sizeof joiner || next == end || *next < 0x80 ||
            memcmp(next - sizeof joiner, joiner, sizeof joiner) != 0)
            return next;
        at = next;
    }
    return end;
}

static bool ends_cluster(struct span rest)
{
    uint32_t code;
    return rest.len == 0 || (unsigned char)rest.at[0] < 0x80 ||
           (charset_next(&rest, &code) && letter_columns(code));
}

/* Takes the first cluster off `text`, which begins with more than ASCII or goes on with it. */
static size_t take_cluster(struct span *text)
{
    uint32_t code;
    struct span rest = *text;
    size_t columns = charset_next(&rest, &code) ? letter_columns(code) : 0;
    if (columns && ends_cluster(rest)) {
        *text = rest;
        return columns;
    }
    const uint8_t *at = (const uint8_t *)text->at;
    size_t len = (size_t)(next_cluster(at, at + text->len) - at);
    columns = *at == TEXT_FIXED_BLANK ? 1 : cluster_columns((struct span){text->at, len});
    *text = span_from(*text, len);
    return columns;
}

size_t text_columns(struct span text)
{
    size_t columns = 0;
    if (is_ascii(text)) {
        for (size_t i = 0; i < text.len; i++)
            columns += text.at[i] != TEXT_GLUE;
        return columns;
    }
    while (text.len > 0) {
        bool alone = text.len == 1 || (unsigned char)text.at[1] < 0x80;
        if ((unsigned char)text.at[0] >= 0x80 || !alone) {
            columns += take_cluster(&text);
            continue;
        }
        columns += text.at[0] != TEXT_GLUE;
        text = span_from(text, 1);
    }
    return columns;
}
