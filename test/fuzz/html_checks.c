/* SPDX-License-Identifier: ISC */
/* A strict reader of the little HTML that goes out: whatever it does not know is a fault. */
#include "test/fuzz/html_checks.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 10 };

static const char *const elements[] = {
    "html",       "head",    "title", "body",   "a",   "abbr", "address", "b",     "bdi",  "bdo",
    "blockquote", "caption", "cite",  "code",   "dd",  "del",  "dfn",     "div",   "dl",   "dt",
    "em",         "h1",      "h2",    "h3",     "h4",  "h5",   "h6",      "i",     "ins",  "kbd",
    "li",         "mark",    "ol",    "p",      "pre", "q",    "rp",      "rt",    "ruby", "s",
    "samp",       "small",   "span",  "strong", "sub", "sup",  "table",   "tbody", "td",   "tfoot",
    "th",         "thead",   "tr",    "tt",     "u",   "ul",   "var",     "br",    "hr",   NULL};

static const char *const attributes[] = {"href",    "lang",     "dir",   "start",
                                         "type",    "reversed", "value", "colspan",
                                         "rowspan", "border",   NULL};

static bool is_one_of(struct span name, const char *const *list)
{
    for (; *list; list++)
        if (span_equal(name, span_of(*list)))
            return true;
    return false;
}

static struct span take_name(struct span *rest)
{
    size_t len = 0;
    while (len < rest->len && len <= NAME_MAX_LEN &&
           ((rest->at[len] >= 'a' && rest->at[len] <= 'z') ||
            (len > 0 && rest->at[len] >= '0' && rest->at[len] <= '9')))
        len++;
    struct span name = {rest->at, len};
    *rest = span_from(*rest, len);
    return name;
}

static void take(struct span *rest, struct span wanted)
{
    FUZZ_ASSERT(span_starts_nocase(*rest, wanted));
    *rest = span_from(*rest, wanted.len);
}

static bool starts_with(struct span text, const char *start)
{
    return span_starts_nocase(text, span_of(start));
}

static void check_href(struct span value, const char *mailto)
{
    bool web = starts_with(value, "http://") || starts_with(value, "https://") ||
               starts_with(value, "ftp://") || starts_with(value, "gopher://");
    FUZZ_ASSERT(mailto ? starts_with(value, "mailto:") : web || starts_with(value, "mailto:"));
    for (size_t i = 0; i < value.len; i++)
        FUZZ_ASSERT((unsigned char)value.at[i] > ' ' && value.at[i] != 0x7f);
}

/* Behind the element's name, up to and with its '>'. */
static void check_attributes(struct span *rest, struct span element, const char *mailto)
{
    while (rest->len > 0 && rest->at[0] == ' ') {
        *rest = span_from(*rest, 1);
        struct span name = take_name(rest);
        FUZZ_ASSERT(is_one_of(name, attributes));
        take(rest, SPAN_LITERAL("=\""));
        ptrdiff_t end = span_find_byte(*rest, '"');
        FUZZ_ASSERT(end >= 0);
        struct span value = {rest->at, (size_t)end};
        FUZZ_ASSERT(span_find_byte(value, '<') < 0 && span_find_byte(value, '>') < 0);
        if (span_equal(name, SPAN_LITERAL("href"))) {
            FUZZ_ASSERT(span_equal(element, SPAN_LITERAL("a")));
            check_href(value, mailto);
        }
        *rest = span_from(*rest, value.len + 1);
    }
    take(rest, SPAN_LITERAL(">"));
}

struct open_elements {
    struct span *names;
    size_t depth, room;
};

static void push(struct open_elements *open, struct span name)
{
    if (open->depth == open->room) {
        open->room = open->room * 2 + 64;
        open->names = realloc(open->names, open->room * sizeof *open->names);
        FUZZ_ASSERT(open->names);
    }
    open->names[open->depth++] = name;
}

static void check_tag(struct span *rest, struct open_elements *open, const char *mailto)
{
    bool closes = rest->len > 1 && rest->at[1] == '/';
    *rest = span_from(*rest, closes ? 2 : 1);
    struct span name = take_name(rest);
    FUZZ_ASSERT(is_one_of(name, elements));
    if (closes) {
        FUZZ_ASSERT(open->depth > 0 && span_equal(open->names[--open->depth], name));
        take(rest, SPAN_LITERAL(">"));
        return;
    }
    check_attributes(rest, name, mailto);
    if (!span_equal(name, SPAN_LITERAL("br")) && !span_equal(name, SPAN_LITERAL("hr")))
        push(open, name);
}

/* `&` begins one of five entities, or nothing. */
static void check_entity(struct span rest)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&nbsp;"};
    bool known = false;
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        known |= starts_with(rest, entities[i]);
    FUZZ_ASSERT(known);
}

void fuzz_check_html(struct span html, const char *mailto)
{
    struct open_elements open = {NULL, 0, 0};
    struct span rest = html;
    FUZZ_ASSERT(fuzz_is_text(html));
    take(&rest, SPAN_LITERAL("<!DOCTYPE html>\n"));
    while (rest.len > 0) {
        if (rest.at[0] == '<') {
            check_tag(&rest, &open, mailto);
            continue;
        }
        FUZZ_ASSERT(rest.at[0] != '>');
        if (rest.at[0] == '&')
            check_entity(rest);
        rest = span_from(rest, 1);
    }
    FUZZ_ASSERT(open.depth == 0);
    free(open.names);
}
