/* SPDX-License-Identifier: ISC */
/* The text of a canonical URL: bounded, percent-encoded where it must be, without dot segments. */
#include "agent/base/url_build.h"

#include <string.h>

void url_text_init(struct url_text *text)
{
    text->len = 0;
    text->full = false;
    text->at[0] = '\0';
}

static void add_byte(struct url_text *text, char byte)
{
    if (text->len >= URL_MAX_BYTES)
        text->full = true;
    if (text->full)
        return;
    text->at[text->len++] = byte;
    text->at[text->len] = '\0';
}

void url_text_add(struct url_text *text, struct span bytes)
{
    if (bytes.len > URL_MAX_BYTES - text->len)
        text->full = true;
    if (text->full || bytes.len == 0)
        return;
    memcpy(text->at + text->len, bytes.at, bytes.len);
    text->len += bytes.len;
    text->at[text->len] = '\0';
}

void url_text_add_lower(struct url_text *text, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.at[i];
        add_byte(text, (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
}

static bool is_alphanumeric(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_unreserved(unsigned char c)
{
    return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static bool may_stand(unsigned char c, bool query)
{
    if (is_unreserved(c))
        return true;
    return c != '\0' && (strchr("/:@!$&'()*+,;=", c) || (query && c == '?'));
}

int url_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void add_encoded(struct url_text *text, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    add_byte(text, '%');
    add_byte(text, digits[c >> 4]);
    add_byte(text, digits[c & 15]);
}

/* The value of the %XX at `at`, or -1. */
static int percent_value(struct span bytes, size_t at)
{
    if (bytes.at[at] != '%' || bytes.len - at < 3)
        return -1;
    int high = url_hex_value(bytes.at[at + 1]), low = url_hex_value(bytes.at[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void url_text_encode(struct url_text *text, struct span bytes, bool query)
{
    for (size_t i = 0; i < bytes.len && !text->full; i++) {
        int value = percent_value(bytes, i);
        unsigned char c = (unsigned char)(value < 0 ? bytes.at[i] : value);
        if (value >= 0)
            i += 2;
        if (value < 0 ? may_stand(c, query) : is_unreserved(c))
            add_byte(text, (char)c);
        else
            add_encoded(text, c);
    }
}

/* Removes the dot segments of the path that starts at `start`; it can only get shorter. */
static void remove_dots(struct url_text *text, size_t start)
{
    size_t read = start, write = start;
    while (read < text->len) {
        size_t end = read + 1;
        while (end < text->len && text->at[end] != '/')
            end++;
        struct span segment = {text->at + read + 1, end - read - 1};
        bool up = span_equal(segment, SPAN_LITERAL(".."));
        if (up && write > start) {
            do
                write--;
            while (text->at[write] != '/');
        }
        if (!up && !span_equal(segment, SPAN_LITERAL("."))) {
            memmove(text->at + write, text->at + read, end - read);
            write += end - read;
        } else if (end == text->len) {
            text->at[write++] = '/';
        }
        read = end;
    }
    text->len = write;
    text->at[write] = '\0';
}

void url_text_path(struct url_text *text, struct span path)
{
    size_t start = text->len;
    url_text_encode(text, path, false);
    if (!text->full)
        remove_dots(text, start);
}

void url_split(struct span text, struct span *path_out, struct span *query_out,
               struct span *fragment_out)
{
    ptrdiff_t hash = span_find_byte(text, '#');
    size_t end = hash < 0 ? text.len : (size_t)hash;
    *fragment_out = span_from(text, end);
    struct span rest = {text.at, end};
    ptrdiff_t mark = span_find_byte(rest, '?');
    size_t path_end = mark < 0 ? end : (size_t)mark;
    *query_out = span_from(rest, path_end);
    *path_out = (struct span){text.at, path_end};
}
