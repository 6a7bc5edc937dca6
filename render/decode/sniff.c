/* SPDX-License-Identifier: ISC */
/* What is believed of a type, and what the bytes say instead; libmagic names the rest. */
#include "render/sniff.h"

#include "render/decode/magic_types.h"

#include <stdio.h>
#include <string.h>

enum { REACH = SNIFF_REACH, MAGIC_REACH = 256 * 1024 };

static bool is_declared(const char *declared, const char *type)
{
    return declared && span_equal_nocase(span_of(declared), span_of(type));
}

static bool is_xml(const char *declared)
{
    return is_declared(declared, "text/xml") || is_declared(declared, "application/xml");
}

/* Types for which a server's page of error is often sent, and no page of theirs begins like one. */
static bool is_never_html(const char *declared)
{
    static const char types[][32] = {"application/json",
                                     "application/feed+json",
                                     "application/rss+xml",
                                     "application/atom+xml",
                                     "text/csv",
                                     "text/tab-separated-values"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (is_declared(declared, types[i]))
            return true;
    return false;
}

/* A feed under a name that is none: not every server knows better. */
static const char *feed_type(struct span bytes, const char *declared)
{
    if (sniff_says_nothing(declared) || is_declared(declared, "text/html") ||
        is_declared(declared, "text/plain"))
        return sniff_feed(bytes);
    return NULL;
}

/* XHTML that is declared as XML of any kind. */
static bool is_html_root(struct span bytes)
{
    return sniff_looks_like_html(bytes) &&
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

static void ask_magic(struct span bytes, const struct magic_types *magic,
                      char type_out[SNIFF_TYPE_SIZE])
{
    const char *type = NULL;
    if (magic && bytes.len)
        type = magic_types_guess(
            magic, (struct span){bytes.at, bytes.len < MAGIC_REACH ? bytes.len : MAGIC_REACH});
    bool binary = sniff_is_binary(bytes);
    bool useful = type && strchr(type, '/') && !sniff_says_nothing(type);
    if (useful && binary && sniff_is_text(type))
        useful = false;
    set_type(type_out, useful ? type : binary ? "application/octet-stream" : "text/plain");
}

void sniff_type(struct span bytes, const char *declared, const struct magic_types *magic,
                char type_out[SNIFF_TYPE_SIZE])
{
    const char *feed = feed_type(bytes, declared);
    if (feed)
        set_type(type_out, feed);
    else if (is_never_html(declared) && sniff_looks_like_html(bytes))
        set_type(type_out, "text/html");
    else if (is_xml(declared) && is_html_root(bytes))
        set_type(type_out, "application/xhtml+xml");
    else if (is_declared(declared, "text/plain") && !sniff_is_binary(bytes))
        set_type(type_out, "text/plain");
    else if (!sniff_wanted(declared))
        set_type(type_out, declared);
    else if (!is_declared(declared, "text/plain") && sniff_looks_like_html(bytes))
        set_type(type_out, "text/html");
    else
        ask_magic(bytes, magic, type_out);
}
