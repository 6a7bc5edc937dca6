/* SPDX-License-Identifier: ISC */
/* Addresses of pages as people and mail programs write them. */
#include "agent/request/request_urls.h"

#include "agent/base/charset.h"
#include "agent/request/transfer.h"

#include <string.h>

enum { SCHEME_MAX_BYTES = 20, LABEL_MAX_BYTES = 63, WRAPPERS_MAX = 3 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The bytes of one closing mark at the end: punctuation, or a curly quote. */
static size_t closing_length(struct span text)
{
    static const char *const quotes[] = {"\xe2\x80\x9d", "\xe2\x80\x99", "\xe2\x80\x9c",
                                         "\xe2\x80\xa6", "\xc2\xbb"};
    if (text.len == 0)
        return 0;
    if (strchr(".,;:>]}\"'*`", text.at[text.len - 1]) && text.at[text.len - 1] != '\0')
        return 1;
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        size_t len = strlen(quotes[i]);
        if (text.len >= len && memcmp(text.at + text.len - len, quotes[i], len) == 0)
            return len;
    }
    return 0;
}

static size_t opening_length(struct span text)
{
    static const char *const marks[] = {"<",
                                        "(",
                                        "[",
                                        "{",
                                        "\"",
                                        "'",
                                        "*",
                                        "`",
                                        "\xe2\x80\x9c",
                                        "\xe2\x80\x98",
                                        "\xe2\x80\x9e",
                                        "\xc2\xab"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t len = strlen(marks[i]);
        if (text.len >= len && memcmp(text.at, marks[i], len) == 0)
            return len;
    }
    return span_starts_nocase(text, SPAN_LITERAL("url:")) ? 4 : 0;
}

struct span request_url_trim(struct span word)
{
    size_t len, open = 0, close = 0;
    bool ipv6 = span_find(word, SPAN_LITERAL("://[")) >= 0;
    while ((len = opening_length(word)) > 0)
        word = span_from(word, len);
    for (size_t i = 0; i < word.len; i++) {
        open += word.at[i] == '(';
        close += word.at[i] == ')';
    }
    while (word.len > 0) {
        char last = word.at[word.len - 1];
        if (last == ')' ? close <= open : closing_length(word) == 0)
            break;
        if (last == ']' && ipv6 && span_find_byte(word, ']') == (ptrdiff_t)word.len - 1)
            break;
        close -= last == ')';
        word.len -= last == ')' ? 1 : closing_length(word);
    }
    return word;
}

/* The length of a scheme at the start, when "://" follows it; else 0. */
static size_t scheme_length(struct span text)
{
    size_t len = 0;
    while (len < text.len && len < SCHEME_MAX_BYTES &&
           (is_letter(text.at[len]) ||
            (len > 0 && (is_digit(text.at[len]) || strchr("+-.", text.at[len])))))
        len++;
    return span_starts_nocase(span_from(text, len), SPAN_LITERAL("://")) ? len : 0;
}

static bool is_host_byte(char c)
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* A last label that no domain has and many names of people do: "J.Doe". */
static bool is_name_like(struct span label)
{
    bool lower = false;
    for (size_t i = 1; i < label.len; i++)
        lower |= label.at[i] >= 'a' && label.at[i] <= 'z';
    return label.at[0] >= 'A' && label.at[0] <= 'Z' && lower;
}

static bool is_top_label(struct span label, size_t labels, bool numeric)
{
    if (numeric)
        return labels == 4;
    if (label.len < 2 || is_name_like(label))
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (is_digit(label.at[i]) && !span_starts_nocase(label, SPAN_LITERAL("xn--")))
            return false;
    return true;
}

/* A host of at least two labels, with an optional port, path or query behind it. */
static bool is_bare(struct span word)
{
    size_t at = 0, start = 0, labels = 1;
    bool numeric = true;
    for (; at < word.len && (is_host_byte(word.at[at]) || word.at[at] == '.'); at++) {
        if (word.at[at] != '.') {
            numeric &= is_digit(word.at[at]);
            continue;
        }
        if (at == start || at - start > LABEL_MAX_BYTES || word.at[start] == '-')
            return false;
        start = at + 1;
        labels++;
    }
    struct span top = {word.at + start, at - start}, behind = span_from(word, at);
    if (labels < 2 || top.len == 0 || top.len > LABEL_MAX_BYTES || top.at[0] == '-' ||
        !is_top_label(top, labels, numeric))
        return false;
    if (behind.len > 1 && behind.at[0] == ':' && is_digit(behind.at[1]))
        return span_find_byte(behind, '@') < 0;
    return behind.len == 0 || strchr("/?#", behind.at[0]);
}

enum url_likeness request_url_likeness(struct span word)
{
    static const char *const starts[] = {"www.", "www,", "http:", "https:", "http//", "https//"};
    word = request_url_trim(word);
    if (word.len == 0 || word.at[0] == '\0')
        return URL_NOT;
    size_t scheme = scheme_length(word);
    if (scheme > 0 && word.len > scheme + 3)
        return URL_EXPLICIT;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (word.len > strlen(starts[i]) && span_starts_nocase(word, span_of(starts[i])))
            return span_find_byte(word, '@') < 0 || i > 1 ? URL_EXPLICIT : URL_NOT;
    return is_bare(word) ? URL_BARE : URL_NOT;
}

struct span request_url_inside(struct span word)
{
    ptrdiff_t colon = span_find(word, SPAN_LITERAL("://"));
    size_t start = colon < 0 ? 0 : (size_t)colon;
    while (start > 0 && (size_t)colon - start < SCHEME_MAX_BYTES && is_letter(word.at[start - 1]))
        start--;
    struct span url = span_from(word, start);
    if (colon <= 0 || request_url_likeness(url) != URL_EXPLICIT)
        return (struct span){NULL, 0};
    return url;
}

/* Well-formed UTF-8 with neither space nor control. */
static bool is_word(struct span text)
{
    uint32_t code;
    if (!charset_is_utf8(text))
        return false;
    while (charset_next(&text, &code))
        if (code <= ' ' || (code >= 0x7f && code <= 0x9f))
            return false;
    return true;
}

/* The value of a query parameter, percent-decoded into `value`, when it is one word. */
static const char *query_value(char *value, struct span url, const char *name)
{
    ptrdiff_t mark = span_find_byte(url, '?');
    struct span query = span_from(url, mark < 0 ? url.len : (size_t)mark + 1);
    while (query.len > 0) {
        ptrdiff_t end = span_find_byte(query, '&');
        struct span pair = {query.at, end < 0 ? query.len : (size_t)end};
        query = span_from(query, end < 0 ? query.len : (size_t)end + 1);
        size_t len = strlen(name), out = 0;
        if (pair.len <= len || pair.at[len] != '=' || memcmp(pair.at, name, len) != 0)
            continue;
        for (size_t i = len + 1; i < pair.len; i++) {
            int high = -1, low = -1;
            if (pair.at[i] == '%' && i + 2 < pair.len) {
                high = transfer_hex(pair.at[i + 1]);
                low = transfer_hex(pair.at[i + 2]);
            }
            bool coded = high >= 0 && low >= 0;
            value[out] = coded ? (char)(high << 4 | low) : pair.at[i];
            i += coded ? 2 : 0;
            out++;
        }
        value[out] = '\0';
        return is_word((struct span){value, out}) ? value : NULL;
    }
    return NULL;
}

/* Services that put their own address before the one that was meant. */
static const struct wrapper {
    const char *host, *path, *parameter; /* host: a glob */
} wrappers[] = {
    {"*.safelinks.protection.outlook.com", "/", "url"},
    {"www.google.*", "/url?", "q"},
    {"www.google.*", "/url?", "url"},
};

/* The address inside a wrapper; NULL when it is none, or what is inside is not sound.  False when
 * there is no memory for it. */
static bool unwrap(struct arena *arena, struct span url, const char **inside_out)
{
    *inside_out = NULL;
    size_t scheme = scheme_length(url);
    struct span rest = span_from(url, scheme ? scheme + 3 : 0);
    size_t host_len = 0;
    while (host_len < rest.len && !strchr("/?#", rest.at[host_len]))
        host_len++;
    struct span host = {rest.at, host_len}, path = span_from(rest, host_len);
    for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
        if (!span_matches_glob(host, span_of(wrappers[i].host)) ||
            !span_starts_nocase(path, span_of(wrappers[i].path)))
            continue;
        char *room = arena_alloc(arena, path.len + 1);
        if (!room)
            return false;
        const char *inside = query_value(room, path, wrappers[i].parameter);
        if (inside && (span_starts_nocase(span_of(inside), SPAN_LITERAL("http://")) ||
                       span_starts_nocase(span_of(inside), SPAN_LITERAL("https://")))) {
            *inside_out = inside;
            return true;
        }
    }
    return true;
}

const char *request_url_repair(struct arena *arena, struct span word)
{
    char *url = arena_copy_span(arena, request_url_trim(word));
    size_t at = url ? scheme_length(span_of(url)) : 0;
    for (at += at ? 3 : 0; url && url[at] && !strchr("/?#", url[at]); at++)
        if (url[at] == ',')
            url[at] = '.';
    const char *result = url;
    for (int i = 0; result && i < WRAPPERS_MAX; i++) {
        const char *inside;
        if (!unwrap(arena, span_of(result), &inside))
            return NULL;
        if (!inside)
            break;
        result = inside;
    }
    return result;
}
