/* SPDX-License-Identifier: ISC */
/* The first bytes decide: tags, marks, bytes that no text has; libmagic names the rest. */
#include "render/sniff.h"

#include <magic.h>
#include <stdio.h>
#include <string.h>

enum { REACH = 1445, MAGIC_REACH = 256 * 1024 };

static bool is_declared(const char *declared, const char *type)
{
    return declared && span_equal_nocase(span_of(declared), span_of(type));
}

static bool says_nothing(const char *declared)
{
    return !declared || !declared[0] || is_declared(declared, "application/octet-stream") ||
           is_declared(declared, "binary/octet-stream") ||
           is_declared(declared, "application/x-unknown-content-type") ||
           is_declared(declared, "application/unknown") ||
           is_declared(declared, "application/force-download") ||
           is_declared(declared, "unknown/unknown") || is_declared(declared, "*/*") ||
           !strchr(declared, '/') || strlen(declared) >= SNIFF_TYPE_SIZE;
}

static bool is_xml(const char *declared)
{
    return is_declared(declared, "text/xml") || is_declared(declared, "application/xml");
}

bool sniff_wanted(const char *declared)
{
    return says_nothing(declared) || is_declared(declared, "text/plain");
}

bool sniff_is_html(const char *type)
{
    return is_declared(type, "text/html") || is_declared(type, "application/xhtml+xml");
}

bool sniff_is_text(const char *type)
{
    static const char types[][32] = {
        "application/json",       "application/xml",          "application/javascript",
        "application/ecmascript", "application/x-sh",         "application/x-ndjson",
        "application/sql",        "application/x-javascript", "application/yaml",
        "application/x-yaml",     "application/toml",         "message/rfc822"};
    struct span text = span_of(type);
    if (span_starts_nocase(text, SPAN_LITERAL("text/")))
        return true;
    if (text.len > 4 &&
        (span_equal_nocase(span_from(text, text.len - 4), SPAN_LITERAL("+xml")) ||
         (text.len > 5 && span_equal_nocase(span_from(text, text.len - 5), SPAN_LITERAL("+json")))))
        return true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (is_declared(type, types[i]))
            return true;
    return false;
}

static bool has_mark(struct span bytes)
{
    return bytes.len >= 2 &&
           (memcmp(bytes.at, "\xFE\xFF", 2) == 0 || memcmp(bytes.at, "\xFF\xFE", 2) == 0 ||
            (bytes.len >= 3 && memcmp(bytes.at, "\xEF\xBB\xBF", 3) == 0));
}

/* Bytes that no text has, among the first ones. */
static bool is_binary(struct span bytes)
{
    if (has_mark(bytes))
        return false;
    for (size_t i = 0; i < bytes.len && i < REACH; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        if (byte <= 0x08 || byte == 0x0B || (byte >= 0x0E && byte <= 0x1A) ||
            (byte >= 0x1C && byte <= 0x1F))
            return true;
    }
    return false;
}

static struct span skip_blanks(struct span text)
{
    while (text.len && strchr(" \t\n\f\r", text.at[0]) && text.at[0])
        text = span_from(text, 1);
    return text;
}

/* Behind a mark, blanks, comments and an XML declaration stands a tag that only HTML has. */
static bool looks_like_html(struct span bytes)
{
    static const char tags[][10] = {"!doctype", "html", "head",  "script", "iframe", "h1",
                                    "div",      "font", "table", "a",      "style",  "title",
                                    "b",        "body", "br",    "p",      "meta",   "link"};
    if (bytes.len > REACH)
        bytes.len = REACH;
    if (bytes.len >= 3 && memcmp(bytes.at, "\xEF\xBB\xBF", 3) == 0)
        bytes = span_from(bytes, 3);
    bytes = skip_blanks(bytes);
    while (span_starts_nocase(bytes, SPAN_LITERAL("<!--")) ||
           span_starts_nocase(bytes, SPAN_LITERAL("<?xml"))) {
        struct span end = bytes.at[1] == '!' ? SPAN_LITERAL("-->") : SPAN_LITERAL("?>");
        ptrdiff_t at = span_find(bytes, end);
        if (at < 0)
            return bytes.at[1] == '!';
        bytes = skip_blanks(span_from(bytes, (size_t)at + end.len));
    }
    if (!bytes.len || bytes.at[0] != '<')
        return false;
    bytes = span_from(bytes, 1);
    if (span_starts_nocase(bytes, SPAN_LITERAL("!doctype")))
        return span_starts_nocase(skip_blanks(span_from(bytes, 8)), SPAN_LITERAL("html"));
    for (size_t i = 1; i < sizeof tags / sizeof *tags; i++) {
        struct span tag = span_of(tags[i]);
        if (span_starts_nocase(bytes, tag) && bytes.len > tag.len &&
            strchr(" \t\n\f\r/>", bytes.at[tag.len]) && bytes.at[tag.len])
            return true;
    }
    return false;
}

/* XHTML that is declared as XML of any kind. */
static bool is_html_root(struct span bytes)
{
    return looks_like_html(bytes) &&
           span_find((struct span){bytes.at, bytes.len < REACH ? bytes.len : REACH},
                     SPAN_LITERAL("http://www.w3.org/1999/xhtml")) >= 0;
}

static void set_type(char type_out[SNIFF_TYPE_SIZE], const char *type)
{
    snprintf(type_out, SNIFF_TYPE_SIZE, "%s", type);
    for (char *at = type_out; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + 32);
}

static void ask_magic(struct span bytes, void *magic, char type_out[SNIFF_TYPE_SIZE])
{
    const char *type = NULL;
    if (magic && bytes.len)
        type = magic_buffer(magic, bytes.at, bytes.len < MAGIC_REACH ? bytes.len : MAGIC_REACH);
    bool binary = is_binary(bytes);
    bool useful = type && strchr(type, '/') && !says_nothing(type);
    if (useful && binary && sniff_is_text(type))
        useful = false;
    set_type(type_out, useful ? type : binary ? "application/octet-stream" : "text/plain");
}

void sniff_type(struct span bytes, const char *declared, void *magic,
                char type_out[SNIFF_TYPE_SIZE])
{
    if (is_xml(declared) && is_html_root(bytes))
        set_type(type_out, "application/xhtml+xml");
    else if (is_declared(declared, "text/plain") && !is_binary(bytes))
        set_type(type_out, "text/plain");
    else if (!sniff_wanted(declared))
        set_type(type_out, declared);
    else if (!is_declared(declared, "text/plain") && looks_like_html(bytes))
        set_type(type_out, "text/html");
    else
        ask_magic(bytes, magic, type_out);
}
