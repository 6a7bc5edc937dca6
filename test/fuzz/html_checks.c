/* SPDX-License-Identifier: ISC */
/* A strict reader of the little HTML that goes out: whatever it does not know is a fault. */
#include "test/fuzz/html_checks.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 10 };

static const char *const elements[] = {
    "html",  "head",  "meta",       "title",  "body",    "a",          "abbr",   "address", "b",
    "bdi",   "bdo",   "blockquote", "br",     "caption", "cite",       "code",   "dd",      "del",
    "dfn",   "div",   "dl",         "dt",     "em",      "figcaption", "figure", "h1",      "h2",
    "h3",    "h4",    "h5",         "h6",     "hr",      "i",          "ins",    "kbd",     "li",
    "mark",  "ol",    "p",          "pre",    "q",       "rp",         "rt",     "ruby",    "s",
    "samp",  "small", "span",       "strong", "sub",     "sup",        "table",  "tbody",   "td",
    "tfoot", "th",    "thead",      "tr",     "u",       "ul",         "var",    NULL};

static const char *const attributes[] = {"href",     "lang",        "dir",     "start",   "type",
                                         "reversed", "value",       "colspan", "rowspan", "scope",
                                         "border",   "cellpadding", "id",      "style",   "title",
                                         "charset",  "name",        "content", NULL};

/* Nothing else may be written into a style: none of these loads, hides or colours anything. */
static const char *const styles[] = {"border-collapse:collapse;margin:1em 0",
                                     "list-style:none",
                                     "margin:1em 0",
                                     "margin:1em 0 1em 8px;border-left:2px solid;padding-left:8px",
                                     "max-width:45em;line-height:1.4;word-wrap:break-word",
                                     "white-space:pre-wrap",
                                     NULL};

/* Elements that stand inside these only, or that only these may stand in. */
static const struct {
    const char *parent, *child;
} families[] = {{"ul", "li"},         {"ol", "li"},       {"dl", "dt"},       {"dl", "dd"},
                {"table", "tr"},      {"table", "tbody"}, {"table", "thead"}, {"table", "tfoot"},
                {"table", "caption"}, {"tbody", "tr"},    {"thead", "tr"},    {"tfoot", "tr"},
                {"tr", "td"},         {"tr", "th"}};

/* Holds text and inline elements only. */
static const char *const phrases[] = {"p",  "pre", "h1", "h2", "h3",     "h4",   "h5",
                                      "h6", "b",   "i",  "em", "strong", "span", NULL};
static const char *const blocks[] = {"address", "blockquote", "caption", "dd",    "div", "dl",
                                     "dt",      "figcaption", "figure",  "h1",    "h2",  "h3",
                                     "h4",      "h5",         "h6",      "hr",    "li",  "ol",
                                     "p",       "pre",        "table",   "tbody", "td",  "tfoot",
                                     "th",      "thead",      "tr",      "ul",    NULL};

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

/* "w" and a number. */
static bool is_place(struct span text)
{
    uint64_t number;
    return text.len > 1 && text.at[0] == 'w' && span_to_u64(span_from(text, 1), &number);
}

static void check_href(struct span value, const char *mailto)
{
    if (value.len && value.at[0] == '#') {
        FUZZ_ASSERT(is_place(span_from(value, 1)));
        return;
    }
    bool web = starts_with(value, "http://") || starts_with(value, "https://") ||
               starts_with(value, "ftp://") || starts_with(value, "gopher://");
    FUZZ_ASSERT(mailto ? starts_with(value, "mailto:") : web || starts_with(value, "mailto:"));
    for (size_t i = 0; i < value.len; i++)
        FUZZ_ASSERT((unsigned char)value.at[i] > ' ' && value.at[i] != 0x7f);
}

static void check_value(struct span element, struct span name, struct span value,
                        const char *mailto)
{
    bool meta = span_equal(element, SPAN_LITERAL("meta"));
    if (span_equal(name, SPAN_LITERAL("href"))) {
        FUZZ_ASSERT(span_equal(element, SPAN_LITERAL("a")));
        check_href(value, mailto);
    } else if (span_equal(name, SPAN_LITERAL("style"))) {
        FUZZ_ASSERT(is_one_of(value, styles));
    } else if (span_equal(name, SPAN_LITERAL("id"))) {
        FUZZ_ASSERT(is_place(value));
    } else if (span_equal(name, SPAN_LITERAL("name"))) {
        FUZZ_ASSERT(meta && (span_equal(value, SPAN_LITERAL("viewport")) ||
                             span_equal(value, SPAN_LITERAL("color-scheme"))));
    } else if (span_equal(name, SPAN_LITERAL("content")) ||
               span_equal(name, SPAN_LITERAL("charset"))) {
        FUZZ_ASSERT(meta);
    } else if (span_equal(name, SPAN_LITERAL("title"))) {
        FUZZ_ASSERT(span_equal(element, SPAN_LITERAL("abbr")));
    }
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
        check_value(element, name, value, mailto);
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

static bool may_hold(struct span parent, struct span child)
{
    bool family = false, known = false;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        bool is_parent = span_equal(parent, span_of(families[i].parent));
        bool is_child = span_equal(child, span_of(families[i].child));
        family |= is_parent || is_child;
        known |= is_parent && is_child;
    }
    return !family || known;
}

/* In its place: items in lists, cells in rows, no block in a phrase, no link in a link. */
static void check_place(const struct open_elements *open, struct span name)
{
    bool link = span_equal(name, SPAN_LITERAL("a"));
    if (!open->depth)
        return;
    FUZZ_ASSERT(may_hold(open->names[open->depth - 1], name));
    for (size_t i = open->depth; i-- > 0 && open->depth - i < 500;) {
        FUZZ_ASSERT(!(link && span_equal(open->names[i], name)));
        FUZZ_ASSERT(!(is_one_of(open->names[i], phrases) && is_one_of(name, blocks)));
    }
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
    check_place(open, name);
    check_attributes(rest, name, mailto);
    if (!span_equal(name, SPAN_LITERAL("br")) && !span_equal(name, SPAN_LITERAL("hr")) &&
        !span_equal(name, SPAN_LITERAL("meta")))
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
