/* SPDX-License-Identifier: ISC */
/* What needs no database: names of types, bytes that no text has, the first tag, ends of names. */
#include "render/sniff.h"

#include <string.h>

static bool is_declared(const char *declared, const char *type)
{
    return declared && span_equal_nocase(span_of(declared), span_of(type));
}

bool sniff_says_nothing(const char *declared)
{
    return !declared || !declared[0] || is_declared(declared, "application/octet-stream") ||
           is_declared(declared, "binary/octet-stream") ||
           is_declared(declared, "application/x-unknown-content-type") ||
           is_declared(declared, "application/unknown") ||
           is_declared(declared, "application/force-download") ||
           is_declared(declared, "unknown/unknown") || is_declared(declared, "*/*") ||
           !strchr(declared, '/') || strlen(declared) >= SNIFF_TYPE_SIZE;
}

bool sniff_wanted(const char *declared)
{
    return sniff_says_nothing(declared) || is_declared(declared, "text/plain");
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
bool sniff_is_binary(struct span bytes)
{
    if (has_mark(bytes))
        return false;
    for (size_t i = 0; i < bytes.len && i < SNIFF_REACH; i++) {
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

/* Within reach, behind a mark and blanks. */
static struct span first_bytes(struct span bytes)
{
    if (bytes.len > SNIFF_REACH)
        bytes.len = SNIFF_REACH;
    if (bytes.len >= 3 && memcmp(bytes.at, "\xEF\xBB\xBF", 3) == 0)
        bytes = span_from(bytes, 3);
    return skip_blanks(bytes);
}

/* Behind a mark, blanks, comments and an XML declaration stands a tag that only HTML has. */
bool sniff_looks_like_html(struct span bytes)
{
    static const char tags[][10] = {"!doctype", "html", "head",  "script", "iframe", "h1",
                                    "div",      "font", "table", "a",      "style",  "title",
                                    "b",        "body", "br",    "p",      "meta",   "link"};
    bytes = first_bytes(bytes);
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

/* ---- feeds ---- */

/* How long the comment, instruction or document type is that stands first; 0 when it does not end
 * within reach.  A document type may have declarations in brackets. */
static size_t preamble_len(struct span text)
{
    struct span end = SPAN_LITERAL(">");
    size_t from = 0;
    if (span_starts_nocase(text, SPAN_LITERAL("<!--"))) {
        end = SPAN_LITERAL("-->");
    } else if (text.at[1] == '?') {
        end = SPAN_LITERAL("?>");
    } else {
        ptrdiff_t bracket = span_find_byte(text, '['), close = span_find_byte(text, '>');
        ptrdiff_t last = span_find_byte(text, ']');
        if (bracket >= 0 && bracket < close)
            from = last < 0 ? text.len : (size_t)last;
    }
    ptrdiff_t at = span_find(span_from(text, from), end);
    return at < 0 ? 0 : from + (size_t)at + end.len;
}

/* Behind blanks, comments, instructions and a document type; absent when no tag follows them. */
static struct span root_tag(struct span bytes)
{
    bytes = first_bytes(bytes);
    while (bytes.len > 2 && bytes.at[0] == '<' && (bytes.at[1] == '!' || bytes.at[1] == '?')) {
        size_t len = preamble_len(bytes);
        if (!len)
            return (struct span){NULL, 0};
        bytes = skip_blanks(span_from(bytes, len));
    }
    return bytes.len && bytes.at[0] == '<' ? span_from(bytes, 1) : (struct span){NULL, 0};
}

static bool is_tag(struct span tag, struct span name)
{
    return span_starts_nocase(tag, name) && tag.len > name.len && tag.at[name.len] &&
           strchr(" \t\n\r>", tag.at[name.len]);
}

const char *sniff_feed(struct span bytes)
{
    struct span tag = root_tag(bytes);
    if (!tag.at)
        return NULL;
    if (is_tag(tag, SPAN_LITERAL("rss")))
        return "application/rss+xml";
    if (is_tag(tag, SPAN_LITERAL("rdf:RDF")) &&
        span_find(tag, SPAN_LITERAL("http://purl.org/rss/")) >= 0)
        return "application/rss+xml";
    bool feed = is_tag(tag, SPAN_LITERAL("feed")) || is_tag(tag, SPAN_LITERAL("atom:feed"));
    if (feed && (span_find(tag, SPAN_LITERAL("http://www.w3.org/2005/Atom")) >= 0 ||
                 span_find(tag, SPAN_LITERAL("http://purl.org/atom/")) >= 0))
        return "application/atom+xml";
    return NULL;
}

/* ---- names ---- */

/* What a URL's path or a file's name ends with, behind the dot. */
static struct span extension_of(struct span name)
{
    if (!name.len)
        return name;
    ptrdiff_t scheme = span_find(name, SPAN_LITERAL("://"));
    size_t end = strcspn(name.at, "?#"), at = end;
    size_t low = scheme < 0 ? 0 : (size_t)scheme + 3;
    if (scheme >= 0) { /* a host has dots, too */
        ptrdiff_t path = span_find_byte(span_from(name, low), '/');
        low = path < 0 ? end : low + (size_t)path;
    }
    while (at > low && name.at[at - 1] != '.' && name.at[at - 1] != '/')
        at--;
    if (at <= low || name.at[at - 1] != '.')
        return (struct span){NULL, 0};
    return (struct span){name.at + at, end - at};
}

const char *sniff_named(const char *declared, const char *url, const char *file_name)
{
    static const struct {
        const char *other, *type;
    } aliases[] = {{"text/json", "application/json"},
                   {"text/x-json", "application/json"},
                   {"text/x-markdown", "text/markdown"},
                   {"application/markdown", "text/markdown"},
                   {"application/csv", "text/csv"},
                   {"text/x-csv", "text/csv"},
                   {"text/comma-separated-values", "text/csv"},
                   {"text/x-tab-separated-values", "text/tab-separated-values"},
                   {"text/tsv", "text/tab-separated-values"},
                   {"text/rss+xml", "application/rss+xml"},
                   {"text/rss", "application/rss+xml"},
                   {"application/rss", "application/rss+xml"},
                   {"application/x-rss+xml", "application/rss+xml"},
                   {"text/atom+xml", "application/atom+xml"}},
      extensions[] = {{"md", "text/markdown"},
                      {"markdown", "text/markdown"},
                      {"mkd", "text/markdown"},
                      {"csv", "text/csv"},
                      {"tsv", "text/tab-separated-values"},
                      {"json", "application/json"},
                      {"geojson", "application/json"},
                      {"ndjson", "application/x-ndjson"},
                      {"jsonl", "application/x-ndjson"}};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (span_equal_nocase(span_of(declared), span_of(aliases[i].other)))
            return aliases[i].type;
    if (!sniff_wanted(declared))
        return declared;
    struct span extension = extension_of(span_of(file_name && *file_name ? file_name : url));
    for (size_t i = 0; extension.len && i < sizeof extensions / sizeof *extensions; i++)
        if (span_equal_nocase(extension, span_of(extensions[i].other)))
            return extensions[i].type;
    return declared;
}
