/* SPDX-License-Identifier: ISC */
/* A feed's text before the XML parser, which would end at the first mistake, has it. */
#include "render/types/feed.h"

#include <string.h>

enum { DECLARATION_REACH = 256, NAME_REACH = 32 };

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte & 0x80);
}

/* True when a reference begins with this ampersand: &name; &#1; &#x1; */
static bool is_reference(struct span text)
{
    size_t at = 1;
    if (at < text.len && text.at[at] == '#')
        at++;
    else if (at < text.len && text.at[at] >= '0' && text.at[at] <= '9')
        return false;
    size_t from = at;
    while (at < text.len && at < NAME_REACH && is_name_byte(text.at[at]))
        at++;
    return at > from && at < text.len && text.at[at] == ';';
}

static bool is_no_character(unsigned char byte)
{
    return (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7F;
}

/* How far this goes as it is: a section of character data, a comment. */
static size_t whole_part(struct span text)
{
    static const struct {
        const char *start, *end;
    } parts[] = {{"<![CDATA[", "]]>"}, {"<!--", "-->"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t start = strlen(parts[i].start);
        if (text.len < start || memcmp(text.at, parts[i].start, start) != 0)
            continue;
        ptrdiff_t end = span_find(span_from(text, start), span_of(parts[i].end));
        return end < 0 ? text.len : start + (size_t)end + strlen(parts[i].end);
    }
    return 0;
}

/* A run without what XML does not have; an ampersand outside of a part begins a reference. */
static void add_run(struct span run, bool is_part, struct buffer *out)
{
    size_t from = 0;
    for (size_t i = 0; i < run.len; i++) {
        bool stray = !is_part && run.at[i] == '&' && !is_reference(span_from(run, i));
        if (!stray && !is_no_character((unsigned char)run.at[i]))
            continue;
        buffer_add(out, run.at + from, i - from);
        if (stray)
            buffer_add_text(out, "&amp;");
        from = i + 1;
    }
    buffer_add(out, run.at + from, run.len - from);
}

void feed_mend(struct span text, struct buffer *out)
{
    text = span_trim(text);
    while (text.len && !out->failed) {
        size_t part = text.at[0] == '<' ? whole_part(text) : 0, len = part;
        if (!part) {
            const char *next = memchr(text.at + 1, '<', text.len - 1);
            len = next ? (size_t)(next - text.at) : text.len;
        }
        add_run((struct span){text.at, len}, part, out);
        text = span_from(text, len);
    }
}

struct span feed_charset(struct span bytes)
{
    struct span none = {NULL, 0};
    if (bytes.len > DECLARATION_REACH)
        bytes.len = DECLARATION_REACH;
    bytes = span_trim(bytes);
    if (!span_starts_nocase(bytes, SPAN_LITERAL("<?xml")))
        return none;
    ptrdiff_t end = span_find(bytes, SPAN_LITERAL("?>"));
    ptrdiff_t at = span_find(bytes, SPAN_LITERAL("encoding"));
    if (end < 0 || at < 0 || at > end)
        return none;
    struct span value = {bytes.at + at + 8, (size_t)(end - at) - 8};
    value = span_trim(value);
    if (!value.len || value.at[0] != '=')
        return none;
    value = span_trim(span_from(value, 1));
    char quote = value.len ? value.at[0] : '\0';
    ptrdiff_t close =
        quote == '"' || quote == '\'' ? span_find_byte(span_from(value, 1), quote) : -1;
    return close < 0 ? none : (struct span){value.at + 1, (size_t)close};
}
