/* SPDX-License-Identifier: ISC */
/*
 * Links of a page against its base: RFC 3986 section 5, with the repairs that browsers make
 * (blanks around and line breaks inside, backslashes, too few or too many slashes).
 */
#include "agent/base/url_build.h"

#include <string.h>

/* A link as browsers see it: no blanks around, no tabs and line breaks inside.  False when it is
 * longer than any URL may be. */
static bool clean_link(struct span link, char text[URL_MAX_BYTES + 1], struct span *clean_out)
{
    while (link.len > 0 && (unsigned char)link.at[0] <= ' ')
        link = span_from(link, 1);
    while (link.len > 0 && (unsigned char)link.at[link.len - 1] <= ' ')
        link.len--;
    size_t len = 0;
    for (size_t i = 0; i < link.len; i++) {
        char c = link.at[i];
        if (c == '\t' || c == '\r' || c == '\n')
            continue;
        if (len == URL_MAX_BYTES)
            return false;
        text[len++] = c;
    }
    text[len] = '\0';
    *clean_out = (struct span){text, len};
    return true;
}

static void turn_backslashes(char *text, size_t len)
{
    for (size_t i = 0; i < len && text[i] != '?' && text[i] != '#'; i++)
        if (text[i] == '\\')
            text[i] = '/';
}

static size_t count_slashes(struct span text)
{
    size_t count = 0;
    while (count < text.len && text.at[count] == '/')
        count++;
    return count;
}

static bool finish(struct arena *arena, const struct url_text *text, struct span *absolute_out)
{
    if (text->full)
        return false;
    const char *copy = arena_copy_span(arena, (struct span){text->at, text->len});
    *absolute_out = (struct span){copy, text->len};
    return copy != NULL;
}

static void add_fragment(struct url_text *text, struct span fragment)
{
    if (fragment.len == 0)
        return;
    url_text_add(text, SPAN_LITERAL("#"));
    url_text_encode(text, span_from(fragment, 1), true);
}

/* scheme "://" rest, read as strictly as what a person writes. */
static bool resolve_authority(struct arena *arena, struct span scheme, struct span rest,
                              struct span *absolute_out)
{
    struct url_text joined;
    struct url_build build;
    url_text_init(&joined);
    url_text_add(&joined, scheme);
    url_text_add(&joined, SPAN_LITERAL("://"));
    url_text_add(&joined, rest);
    if (joined.full || url_build(&build, (struct span){joined.at, joined.len}))
        return false;
    if (span_find_byte(rest, '#') >= 0) {
        url_text_add(&build.text, SPAN_LITERAL("#"));
        url_text_add(&build.text, (struct span){build.fragment.at, build.fragment.len});
    }
    return finish(arena, &build.text, absolute_out);
}

/* mailto:, tel: and their like: nothing to resolve, only to make safe. */
static bool resolve_opaque(struct arena *arena, struct span scheme, struct span rest,
                           struct span *absolute_out)
{
    struct span path, query, fragment;
    struct url_text text;
    url_text_init(&text);
    url_text_add_lower(&text, scheme);
    url_text_add(&text, SPAN_LITERAL(":"));
    url_split(rest, &path, &query, &fragment);
    url_text_encode(&text, path, true);
    url_text_encode(&text, query, true);
    add_fragment(&text, fragment);
    return path.len + query.len > 0 && finish(arena, &text, absolute_out);
}

/* The base's path up to its last slash, then the link's; encoded and without dot segments. */
static void merge_path(struct url_text *text, struct span base, struct span link)
{
    char joined[2 * URL_MAX_BYTES];
    size_t kept = base.len;
    while (kept > 0 && base.at[kept - 1] != '/')
        kept--;
    if (link.at[0] == '/')
        kept = 0;
    if (kept + link.len > sizeof joined) {
        text->full = true;
        return;
    }
    if (kept > 0)
        memcpy(joined, base.at, kept);
    memcpy(joined + kept, link.at, link.len);
    url_text_path(text, (struct span){joined, kept + link.len});
}

static bool resolve_relative(struct arena *arena, const struct url *base, struct span link,
                             struct span *absolute_out)
{
    struct span path, query, fragment, base_path, base_query, base_fragment;
    struct span whole = span_of(base->text);
    struct url_text text;
    url_split(link, &path, &query, &fragment);
    url_split(span_of(base->path), &base_path, &base_query, &base_fragment);
    if (whole.len < strlen(base->path))
        return false;
    url_text_init(&text);
    url_text_add(&text, (struct span){whole.at, whole.len - strlen(base->path)});
    if (path.len > 0)
        merge_path(&text, base_path, path);
    else
        url_text_add(&text, base_path);
    url_text_encode(&text, path.len + query.len > 0 ? query : base_query, true);
    add_fragment(&text, fragment);
    return finish(arena, &text, absolute_out);
}

bool url_resolve(struct arena *arena, const struct url *base, struct span link,
                 struct span *absolute_out)
{
    char text[URL_MAX_BYTES + 1];
    struct span clean;
    *absolute_out = (struct span){NULL, 0};
    if (!clean_link(link, text, &clean))
        return false;
    size_t len = url_scheme_length(clean);
    struct span base_scheme = base ? span_of(base->scheme) : SPAN_LITERAL("");
    struct span scheme = len > 0 ? (struct span){clean.at, len} : base_scheme;
    struct span rest = len > 0 ? span_from(clean, len + 1) : clean;
    bool special = url_scheme_is_special(scheme);
    if (url_scheme_is_local(scheme))
        return false;
    if (special)
        turn_backslashes(text + (clean.len - rest.len), rest.len);
    size_t slashes = count_slashes(rest);
    bool same = span_equal_nocase(scheme, base_scheme);
    if (special && (slashes >= 2 || !same))
        return resolve_authority(arena, scheme, span_from(rest, slashes), absolute_out);
    if (!special && slashes >= 2)
        return scheme.len > 0 && resolve_authority(arena, scheme, span_from(rest, 2), absolute_out);
    if (len > 0 && !special)
        return resolve_opaque(arena, scheme, rest, absolute_out);
    return base && resolve_relative(arena, base, rest, absolute_out);
}
