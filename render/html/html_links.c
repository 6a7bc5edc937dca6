/* SPDX-License-Identifier: ISC */
/* Where links lead: to a mail that asks for the page, within the page, or to the web. */
#include "render/html/html.h"

#include <errno.h>
#include <string.h>

enum {
    SCRATCH_MAX = 1024 * 1024,
    SCRATCH_USES = 64,
    LONG_ADDRESS = 256, /* bytes */
    LONG_ADDRESSES_MAX = 8 * 1024 * 1024
};

static bool has_scheme(struct span url, const char *scheme)
{
    return span_starts_nocase(url, span_of(scheme));
}

bool html_is_web(struct span url)
{
    return has_scheme(url, "http://") || has_scheme(url, "https://") || has_scheme(url, "ftp://") ||
           has_scheme(url, "gopher://");
}

/* No control, blank or direction mark: such a target is not made to be followed. */
static bool is_clean(struct span url)
{
    struct span run;
    enum plain_class class;
    if (!url.len || url.len > URL_MAX_BYTES)
        return false;
    while (plain_next_run(&url, &run, &class))
        if (class != PLAIN_KEEP)
            return false;
    return true;
}

void html_add_encoded(struct buffer *out, struct span text, const char *also)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9');
        if (plain || (byte && strchr("-._~", byte)) || (byte && strchr(also, byte)))
            buffer_add_byte(out, byte);
        else
            buffer_printf(out, "%%%02X", (unsigned char)byte);
    }
}

/* A short link may stand for a long address, and a page may have many of them. */
static bool is_too_much(struct html_writer *writer, struct span url)
{
    if (url.len > LONG_ADDRESS)
        writer->long_addresses += url.len;
    return url.len > LONG_ADDRESS && writer->long_addresses > LONG_ADDRESSES_MAX;
}

/* Up to the end of the address.  Who reads HTML asks for HTML again, since GET brings text.
 * RFC 6068: a colon, a comma and an at sign may stand in a field as they are. */
static bool open_url(struct html_writer *writer, struct span url)
{
    bool web = html_is_web(url);
    if (is_too_much(writer, url) || !is_clean(url) || (!web && !has_scheme(url, "mailto:")))
        return false;
    html_flush(writer);
    buffer_add_text(&writer->out, "<a href=\"");
    if (web && writer->mailto) {
        buffer_add_text(&writer->out, "mailto:");
        html_add_encoded(&writer->out, span_of(writer->mailto), "@+");
        buffer_add_text(&writer->out, "?subject=HTML%20");
        html_add_encoded(&writer->out, url, ":,@");
    } else {
        html_escape(writer, url);
    }
    buffer_add_byte(&writer->out, '"');
    return true;
}

bool html_open_link(struct html_writer *writer, uint32_t node)
{
    uint32_t number = writer->tree->nodes[node].link;
    if (number && number <= writer->tree->link_count) {
        if (!open_url(writer, writer->tree->links[number].url))
            return false;
        plain_links_show(&writer->links, number, node);
        return true;
    }
    uint32_t anchor = html_anchor_link(writer, node);
    if (!anchor)
        return false;
    html_flush(writer);
    buffer_printf(&writer->out, "<a href=\"#w%u\"", anchor);
    return true;
}

static bool refresh_scratch(struct html_writer *writer)
{
    if (writer->scratch && writer->scratch_used++ < SCRATCH_USES)
        return true;
    arena_free(&writer->scratch);
    writer->scratch = arena_new(SCRATCH_MAX);
    writer->scratch_used = 0;
    writer->out.no_memory |= !writer->scratch;
    writer->out.failed |= !writer->scratch;
    return writer->scratch;
}

bool html_resolve(struct html_writer *writer, struct span reference, struct span *url_out)
{
    const struct url *base = writer->tree->base.text ? &writer->tree->base : NULL;
    reference = span_trim(reference);
    if (!reference.len || reference.len > URL_MAX_BYTES || !refresh_scratch(writer))
        return false;
    errno = 0;
    if (url_resolve(writer->scratch, base, reference, url_out))
        return html_is_web(*url_out);
    writer->out.no_memory |= errno == ENOMEM;
    writer->out.failed |= errno == ENOMEM;
    return false;
}

bool html_open_source(struct html_writer *writer, struct span reference, size_t max)
{
    struct span url;
    if (has_scheme(span_trim(reference), "data:") || !html_resolve(writer, reference, &url) ||
        url.len > max || !open_url(writer, url))
        return false;
    buffer_add_byte(&writer->out, '>');
    return true;
}
