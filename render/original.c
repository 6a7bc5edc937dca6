/* SPDX-License-Identifier: ISC */
/*
 * The renderer that leaves a page as it is: for those who ask for the source, and for whatever no
 * other renderer takes.  It tells type, charset and a file name that is safe to save under; it
 * never looks into the bytes.
 */
#include "render/plain.h"

#include <string.h>

enum { NAME_MAX_BYTES = 120, EXTENSION_MAX = 8 };

/* The usual extension of a type first, then others that fit. */
static const struct {
    const char *type, *extensions;
} types[] = {
    {"text/html", "html htm xhtml shtml"},
    {"application/xhtml+xml", "xhtml html htm"},
    {"text/plain", "txt text log md asc c h py sh conf diff patch rst tex"},
    {"text/css", "css"},
    {"text/csv", "csv"},
    {"text/markdown", "md markdown"},
    {"text/calendar", "ics"},
    {"text/vcard", "vcf"},
    {"text/javascript", "js mjs"},
    {"application/javascript", "js mjs"},
    {"application/json", "json"},
    {"text/xml", "xml rss atom xsl svg"},
    {"application/xml", "xml rss atom xsl svg"},
    {"application/rss+xml", "rss xml"},
    {"application/atom+xml", "atom xml"},
    {"application/pdf", "pdf"},
    {"application/postscript", "ps eps"},
    {"application/rtf", "rtf"},
    {"application/epub+zip", "epub"},
    {"application/msword", "doc dot"},
    {"application/vnd.ms-excel", "xls"},
    {"application/vnd.ms-powerpoint", "ppt"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
    {"application/vnd.oasis.opendocument.text", "odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", "ods"},
    {"application/zip", "zip jar"},
    {"application/gzip", "gz tgz"},
    {"application/x-tar", "tar"},
    {"application/x-bzip2", "bz2"},
    {"application/x-xz", "xz"},
    {"application/x-7z-compressed", "7z"},
    {"image/jpeg", "jpg jpeg jpe"},
    {"image/png", "png"},
    {"image/gif", "gif"},
    {"image/webp", "webp"},
    {"image/svg+xml", "svg"},
    {"image/tiff", "tif tiff"},
    {"image/bmp", "bmp"},
    {"image/x-icon", "ico"},
    {"image/vnd.microsoft.icon", "ico"},
    {"audio/mpeg", "mp3"},
    {"audio/ogg", "ogg oga opus"},
    {"audio/x-wav", "wav"},
    {"video/mp4", "mp4 m4v"},
    {"video/webm", "webm"},
    {"message/rfc822", "eml"},
};

/* ---- the name ---- */

static bool is_name_byte(char byte)
{
    return (unsigned char)byte > 0x20 && byte != 0x7f && !strchr("/\\:*?\"<>|%;`$'", byte);
}

/* One path segment: what could mean something to a file system, a shell or a header becomes `_`,
 * leading dots and dashes go. */
static void clean_name(struct span text, struct buffer *name)
{
    struct buffer clean;
    buffer_init(&clean, 2 * NAME_MAX_BYTES);
    plain_clean(text, NAME_MAX_BYTES, &clean);
    struct span rest = buffer_span(&clean);
    while (rest.len && strchr(".-_ ", rest.at[0]))
        rest = span_from(rest, 1);
    while (rest.len && strchr(". ", rest.at[rest.len - 1]))
        rest.len--;
    for (size_t i = 0; i < rest.len; i++)
        buffer_add_byte(name, is_name_byte(rest.at[i]) ? rest.at[i] : '_');
    buffer_free_into(&clean, name);
}

/* Behind the last slash or backslash. */
static struct span last_segment(struct span text)
{
    for (size_t at = text.len; at > 0; at--)
        if (text.at[at - 1] == '/' || text.at[at - 1] == '\\')
            return span_from(text, at);
    return text;
}

static struct span url_segment(struct span url)
{
    ptrdiff_t authority = span_find(url, SPAN_LITERAL("://"));
    url.len = strcspn(url.at, "?#");
    if (authority < 0 || (size_t)authority + 3 > url.len)
        return (struct span){NULL, 0};
    url = span_from(url, (size_t)authority + 3);
    return span_find_byte(url, '/') < 0 ? (struct span){NULL, 0} : last_segment(url);
}

static int hex_value(char byte)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = byte ? strchr(digits, byte >= 'A' && byte <= 'F' ? byte + 32 : byte) : NULL;
    return at ? (int)(at - digits) : -1;
}

static void decode_percent(struct span text, struct buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = i + 2 < text.len && text.at[i] == '%' ? hex_value(text.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.at[i + 2]) : -1;
        if (low >= 0)
            i += 2;
        buffer_add_byte(out, low >= 0 ? (char)(high * 16 + low) : text.at[i]);
    }
}

/* ---- the extension ---- */

static const char *extensions_of(struct span type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_equal_nocase(type, span_of(types[i].type)))
            return types[i].extensions;
    return "";
}

static struct span extension_of(struct span name)
{
    for (size_t at = name.len; at > 1 && name.len - at <= EXTENSION_MAX; at--)
        if (name.at[at - 1] == '.')
            return span_from(name, at);
    return (struct span){NULL, 0};
}

static bool is_among(struct span word, struct span words)
{
    struct span next;
    while (span_next_word(&words, &next))
        if (span_equal_nocase(word, next))
            return true;
    return false;
}

/* A name that was given keeps its extension; one out of an address must fit the type. */
static void add_extension(struct buffer *name, struct span type, bool given)
{
    struct span fitting = span_of(extensions_of(type)), usual;
    struct span has = extension_of(buffer_span(name));
    if ((has.len && given) || is_among(has, fitting))
        return;
    struct span rest = fitting;
    if (!span_next_word(&rest, &usual))
        return;
    buffer_add_byte(name, '.');
    buffer_add_span(name, usual);
}

static struct span make_name(struct arena *arena, const struct page_hints *hints, struct span type)
{
    struct buffer name, decoded;
    buffer_init(&name, 2 * NAME_MAX_BYTES);
    buffer_init(&decoded, URL_MAX_BYTES);
    if (hints && hints->file_name)
        clean_name(last_segment(span_of(hints->file_name)), &name);
    bool given = name.len;
    if (!given && hints && hints->url) {
        decode_percent(url_segment(span_of(hints->url)), &decoded);
        clean_name(last_segment(buffer_span(&decoded)), &name);
    }
    if (!name.len)
        buffer_add_text(&name, "page");
    add_extension(&name, type, given);
    /* For want of memory it would be another name, which is none. */
    bool whole = !name.no_memory && !decoded.no_memory;
    char *copy = whole ? arena_copy_span(arena, buffer_span(&name)) : NULL;
    struct span result = {copy, copy ? name.len : 0};
    buffer_free(&decoded);
    buffer_free(&name);
    return result;
}

/* ---- the document ---- */

/* A type as a header may carry it: type/subtype of token bytes (RFC 2045 5.1). */
static bool is_type(struct span type)
{
    size_t slashes = 0;
    for (size_t i = 0; i < type.len; i++) {
        char byte = type.at[i];
        if (byte == '/')
            slashes++;
        else if ((unsigned char)byte <= 0x20 || (byte & 0x80) || byte == 0x7f ||
                 strchr("()<>@,;:\\\"[]?=", byte))
            return false;
    }
    return slashes == 1 && type.at[0] != '/' && type.at[type.len - 1] != '/';
}

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= 0x20 || (text.at[i] & 0x80) || text.at[i] == 0x7f ||
            strchr("()<>@,;:\\\"/[]?=", text.at[i]))
            return false;
    return text.len;
}

static struct span charset_of(const struct render_input *input)
{
    struct span charset = {NULL, 0};
    if (input->facts)
        charset = span_trim(facts_text(input->facts, FACT_CHARSET));
    else if (input->hints)
        charset = span_trim(span_of(input->hints->charset));
    return is_token(charset) ? charset : (struct span){NULL, 0};
}

static bool copy(struct arena *arena, struct span text, struct span *span_out)
{
    char *at = arena_copy_span(arena, text);
    *span_out = (struct span){at, at ? text.len : 0};
    return at;
}

static enum module_result render(struct call *call, const struct render_input *input,
                                 const struct render_options *options,
                                 struct document *document_out)
{
    struct arena *arena = www4mail_arena(call);
    struct span type = plain_type(input);
    (void)options; /* the bytes are the page's own: neither width nor links apply */
    if (!is_type(type))
        type = SPAN_LITERAL("application/octet-stream");
    *document_out = (struct document){.kind = DOCUMENT_ORIGINAL};
    document_out->file_name = make_name(arena, input->hints, type);
    if (!document_out->file_name.len || !copy(arena, type, &document_out->type) ||
        !copy(arena, charset_of(input), &document_out->charset) ||
        !plain_head(input, arena, document_out))
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for the document");
    return MODULE_OK;
}

static const struct renderer_ops original_ops = {.render = render};

WWW4MAIL_MODULE("original", "filter", renderer, &original_ops);
