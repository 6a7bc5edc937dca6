/* SPDX-License-Identifier: ISC */
/*
 * Absolute URLs: read strictly, made canonical.  What a person writes is refused rather than
 * guessed at when two readers could take it for two different places.
 */
#include "agent/base/url_build.h"

#include <string.h>

static const struct {
    const char *scheme;
    uint16_t port;
} ports[] = {{"http", 80},   {"https", 443}, {"ftp", 21},      {"ftps", 990},
             {"gopher", 70}, {"nntp", 119},  {"gemini", 1965}, {"finger", 79}};

static const char too_long[] = "The web address is too long.";
static const char incomplete[] =
    "This is not a complete web address: it should begin with http:// or https://.";

uint16_t url_scheme_port(const char *scheme)
{
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (strcmp(ports[i].scheme, scheme) == 0)
            return ports[i].port;
    return 0;
}

size_t url_scheme_length(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == ':')
            return i;
        if (!letter && (i == 0 || c == '\0' || !strchr("0123456789+-.", c)))
            return 0;
    }
    return 0;
}

static bool is_one_of(struct span word, const char *const words[])
{
    for (size_t i = 0; words[i]; i++)
        if (span_equal_nocase(word, span_of(words[i])))
            return true;
    return false;
}

bool url_scheme_is_local(struct span scheme)
{
    static const char *const schemes[] = {"javascript", "vbscript",   "data",        "file", "blob",
                                          "about",      "filesystem", "view-source", NULL};
    return is_one_of(scheme, schemes);
}

bool url_scheme_is_special(struct span scheme)
{
    static const char *const schemes[] = {"http", "https", "ftp", NULL};
    return is_one_of(scheme, schemes);
}

/* The scheme into the text, in lower case; `rest` is left at the authority. */
static const char *build_scheme(struct url_build *build, struct span *rest)
{
    size_t len = url_scheme_length(*rest);
    struct span scheme = {rest->at, len};
    if (len == 0)
        return incomplete;
    build->code = FAULT_SCHEME;
    if (url_scheme_is_local(scheme))
        return "Addresses of this kind do not name a page on the web.";
    url_text_add_lower(&build->text, scheme);
    build->scheme_len = len;
    *rest = span_from(*rest, len + 1);
    if (!span_starts_nocase(*rest, SPAN_LITERAL("//"))) {
        if (url_scheme_port(build->text.at) == 0)
            return "Addresses of this kind do not name a page on the web.";
        build->code = FAULT_BAD_URL;
        return incomplete;
    }
    build->code = FAULT_BAD_URL;
    *rest = span_from(*rest, 2);
    url_text_add(&build->text, SPAN_LITERAL("://"));
    return NULL;
}

static const char *check_authority(struct span authority)
{
    for (size_t i = 0; i < authority.len; i++) {
        unsigned char c = (unsigned char)authority.at[i];
        if (c == '@')
            return "A web address must not have a user name or a password in it.";
        if (c <= ' ' || c == 0x7f || c == '\\')
            return "The host name in the web address has a character that cannot stand there.";
    }
    return NULL;
}

/* Appends ":port" unless it is the scheme's own; `text` is what follows the host. */
static const char *build_port(struct url_build *build, uint16_t own, struct span text)
{
    uint64_t port = own;
    static const char bad_port[] = "The port in the web address is not a number from 1 to 65535.";
    if (text.len > 0 && text.at[0] != ':')
        return bad_port;
    text = span_from(text, 1);
    if (text.len > 0 && (!span_to_u64(text, &port) || port == 0 || port > UINT16_MAX))
        return bad_port;
    build->port = (uint16_t)port;
    if (build->port == own)
        return NULL;
    char digits[6];
    size_t at = sizeof digits;
    for (; port > 0; port /= 10)
        digits[--at] = (char)('0' + port % 10);
    digits[--at] = ':';
    url_text_add(&build->text, (struct span){digits + at, sizeof digits - at});
    return NULL;
}

static const char *build_authority(struct url_build *build, struct span authority)
{
    char host[URL_HOST_SIZE], scheme[URL_MAX_BYTES + 1];
    const char *refusal = check_authority(authority);
    if (refusal)
        return refusal;
    memcpy(scheme, build->text.at, build->scheme_len);
    scheme[build->scheme_len] = '\0';
    ptrdiff_t bracket =
        authority.len > 0 && authority.at[0] == '[' ? span_find_byte(authority, ']') : 0;
    if (bracket < 0)
        return "The host in the web address has an opening bracket without a closing one.";
    ptrdiff_t colon = span_find_byte(span_from(authority, (size_t)bracket), ':');
    size_t host_len = colon < 0 ? authority.len : (size_t)(bracket + colon);
    refusal = url_host((struct span){authority.at, host_len}, host);
    if (refusal)
        return refusal;
    build->host_at = build->text.len;
    build->host_len = strlen(host);
    url_text_add(&build->text, span_of(host));
    return build_port(build, url_scheme_port(scheme), span_from(authority, host_len));
}

const char *url_build(struct url_build *build, struct span text)
{
    struct span path, query, fragment;
    url_text_init(&build->text);
    url_text_init(&build->fragment);
    build->code = FAULT_BAD_URL;
    if (text.len > URL_MAX_BYTES)
        return too_long;
    if (span_find_byte(text, '\0') >= 0)
        return "The web address has a zero byte in it.";
    const char *refusal = build_scheme(build, &text);
    if (refusal)
        return refusal;
    size_t end = 0;
    while (end < text.len && !strchr("/?#", text.at[end]))
        end++;
    refusal = build_authority(build, (struct span){text.at, end});
    if (refusal)
        return refusal;
    url_split(span_from(text, end), &path, &query, &fragment);
    build->path_at = build->text.len;
    url_text_path(&build->text, path.len ? path : SPAN_LITERAL("/"));
    url_text_encode(&build->text, query, true);
    url_text_encode(&build->fragment, span_from(fragment, 1), true);
    return build->text.full || build->fragment.full ? too_long : NULL;
}

bool url_parse(struct arena *arena, struct span text, struct url *url_out, struct fault *fault)
{
    struct url_build build;
    text = span_trim(text);
    const char *refusal = url_build(&build, text);
    if (refusal)
        return fault_set(fault, build.code, refusal, "url: %s (%.*s)", refusal,
                         (int)(text.len < 200 ? text.len : 200), text.at ? text.at : "");
    struct url url = {.port = build.port};
    const char *scheme = arena_copy_span(arena, (struct span){build.text.at, build.scheme_len});
    const char *host =
        arena_copy_span(arena, (struct span){build.text.at + build.host_at, build.host_len});
    url.text = arena_copy(arena, build.text.at);
    url.fragment = arena_copy(arena, build.fragment.at);
    if (!scheme || !host || !url.text || !url.fragment)
        return fault_set(fault, FAULT_MEMORY, NULL, "url: no memory");
    url.scheme = scheme;
    url.host = host;
    url.path = url.text + build.path_at;
    *url_out = url;
    return true;
}

bool url_names_localhost(const struct url *url)
{
    if (strcmp(url->scheme, "http") != 0 && strcmp(url->scheme, "https") != 0)
        return false;
    return span_matches_glob(span_of(url->host), SPAN_LITERAL("localhost")) ||
           span_matches_glob(span_of(url->host), SPAN_LITERAL("*.localhost"));
}
