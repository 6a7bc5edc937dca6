/* SPDX-License-Identifier: ISC */
/* Pages that are text already, the list of links, and the frame of every document. */
#include "render/plain.h"

#include "agent/base/charset.h"

#include <string.h>

enum { WORDS_MAX = 200, HEAD_MAX = 1000, LINE_MAX_BYTES = 998 };

/* ---- links ---- */

bool plain_links_init(struct plain_links *links, struct arena *arena, const struct tree *tree)
{
    links->tree = tree;
    links->nodes = arena_alloc(arena, ((size_t)tree->link_count + 1) * sizeof *links->nodes);
    return links->nodes;
}

void plain_links_show(struct plain_links *links, uint32_t number, uint32_t node)
{
    if (number && number <= links->tree->link_count && !links->nodes[number])
        links->nodes[number] = node + 1;
}

/* Bytes that could end the line or turn its direction are percent-encoded. */
static void add_url(struct buffer *out, struct span url)
{
    struct span run;
    enum plain_class class;
    while (plain_next_run(&url, &run, &class)) {
        if (class == PLAIN_KEEP) {
            buffer_add_span(out, run);
            continue;
        }
        for (size_t i = 0; i < run.len; i++)
            buffer_printf(out, "%%%02X", (unsigned char)run.at[i]);
    }
}

static void add_link_words(const struct tree *tree, uint32_t node, struct buffer *out)
{
    static const enum tree_attr_name names[] = {ATTR_aria_label, ATTR_title, ATTR_alt};
    if (plain_media(tree, node, out) && out->len > 2) {
        memmove(out->at, out->at + 1, out->len - 2); /* without the brackets */
        out->len -= 2;
        return;
    }
    plain_words(tree, node, WORDS_MAX, out);
    for (size_t i = 0; !out->len && i < sizeof names / sizeof *names; i++)
        plain_clean(tree_attr(tree, node, names[i]), WORDS_MAX, out);
}

static bool copy_out(struct arena *arena, struct buffer *text, struct span *span_out)
{
    char *copy = text->failed ? NULL : arena_copy_span(arena, buffer_span(text));
    *span_out = (struct span){copy, copy ? text->len : 0};
    return copy;
}

static bool list_link(const struct plain_links *links, struct arena *arena, uint32_t number,
                      struct buffer *text, struct document_link *link_out)
{
    link_out->number = number;
    buffer_clear(text);
    add_url(text, links->tree->links[number].url);
    if (!copy_out(arena, text, &link_out->url))
        return false;
    buffer_clear(text);
    add_link_words(links->tree, links->nodes[number] - 1, text);
    return copy_out(arena, text, &link_out->words);
}

bool plain_links_list(const struct plain_links *links, struct arena *arena,
                      struct document *document_out)
{
    size_t count = 0;
    for (uint32_t number = 1; number <= links->tree->link_count; number++)
        count += links->nodes[number] != 0;
    struct document_link *list = arena_alloc(arena, (count + 1) * sizeof *list);
    if (!list)
        return false;
    struct buffer text;
    buffer_init(&text, DOCUMENT_MAX_BYTES);
    bool fits = true;
    size_t filled = 0;
    for (uint32_t number = 1; fits && number <= links->tree->link_count; number++)
        if (links->nodes[number])
            fits = list_link(links, arena, number, &text, &list[filled++]);
    buffer_free(&text);
    document_out->links = list;
    document_out->link_count = filled;
    return fits;
}

/* ---- pages without a tree ---- */

struct span plain_type(const struct render_input *input)
{
    struct span type = {NULL, 0};
    if (input->facts)
        type = span_trim(facts_text(input->facts, FACT_TYPE));
    if (!type.len && input->hints)
        type = span_of(input->hints->type);
    ptrdiff_t end = span_find_byte(type, ';');
    if (end >= 0)
        type.len = (size_t)end;
    return span_trim(type);
}

bool plain_is_text(struct span type)
{
    static const char *const types[] = {"text/*",
                                        "application/json",
                                        "application/ld+json",
                                        "application/xml",
                                        "application/*+xml",
                                        "application/*+json",
                                        "application/javascript",
                                        "application/ecmascript",
                                        "application/x-javascript",
                                        "application/x-sh",
                                        "application/x-ndjson",
                                        "application/yaml",
                                        "application/x-yaml",
                                        "application/toml",
                                        "application/sql",
                                        "application/x-subrip",
                                        "message/rfc822"};
    if (span_equal_nocase(type, SPAN_LITERAL("text/html")) ||
        span_equal_nocase(type, SPAN_LITERAL("application/xhtml+xml")))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_matches_glob(type, span_of(types[i])))
            return true;
    return false;
}

static bool decode(const struct render_input *input, struct buffer *out)
{
    struct span charset = {NULL, 0};
    if (input->facts)
        charset = span_trim(facts_text(input->facts, FACT_CHARSET));
    else if (input->hints)
        charset = span_trim(span_of(input->hints->charset));
    if (charset.len && charset_to_utf8(input->bytes, charset, out))
        return true;
    if (out->failed)
        return true;
    return charset_is_utf8(input->bytes) && (charset_clean_utf8(input->bytes, out) || out->failed);
}

/* The end of a piece of at most LINE_MAX_BYTES: behind a blank when there is one in its last
 * part, never within a character. */
static size_t piece_end(struct span line)
{
    if (line.len <= LINE_MAX_BYTES)
        return line.len;
    for (size_t at = LINE_MAX_BYTES; at > LINE_MAX_BYTES / 2; at--)
        if (line.at[at - 1] == ' ')
            return at;
    size_t at = LINE_MAX_BYTES;
    while (at > LINE_MAX_BYTES - 4 && (line.at[at] & 0xc0) == 0x80)
        at--;
    return at;
}

static void add_line(struct span line, struct buffer *out)
{
    do {
        struct span piece = {line.at, piece_end(line)};
        line = span_from(line, piece.len);
        while (piece.len && strchr(" \t", piece.at[piece.len - 1]))
            piece.len--;
        buffer_add_span(out, piece);
        buffer_add_byte(out, '\n');
    } while (line.len);
}

/* The blanks of a run: tabs stay, every kind of line end becomes one. */
static void add_blanks(struct span run, struct buffer *line, struct buffer *out)
{
    for (size_t i = 0; i < run.len; i++) {
        char byte = run.at[i];
        bool ends = byte == '\n' || byte == '\f' || byte == '\v' ||
                    (byte == '\r' && !(i + 1 < run.len && run.at[i + 1] == '\n'));
        if (ends) {
            add_line(buffer_span(line), out);
            buffer_clear(line);
        } else if (byte != '\r') {
            buffer_add_byte(line, byte);
        }
    }
}

static void add_text(struct span text, struct buffer *out)
{
    struct buffer line;
    buffer_init(&line, text.len);
    struct span run;
    enum plain_class class;
    while (!out->failed && plain_next_run(&text, &run, &class)) {
        if (class == PLAIN_BLANK)
            add_blanks(run, &line, out);
        else if (class != PLAIN_UNSAFE)
            buffer_add_span(&line, run);
    }
    if (line.len)
        add_line(buffer_span(&line), out);
    out->failed |= line.failed;
    buffer_free_into(&line, out);
}

bool plain_text(const struct render_input *input, struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, out->max);
    bool is_text = decode(input, &text);
    if (is_text && !text.failed)
        add_text(buffer_span(&text), out);
    out->failed |= is_text && text.failed;
    buffer_free_into(&text, out);
    return is_text;
}

/* ---- documents ---- */

static bool clean_copy(struct arena *arena, struct span text, struct span *span_out)
{
    struct buffer clean;
    buffer_init(&clean, 2 * HEAD_MAX);
    plain_clean(text, HEAD_MAX, &clean);
    bool copied = copy_out(arena, &clean, span_out);
    buffer_free(&clean);
    return copied;
}

bool plain_head(const struct render_input *input, struct arena *arena,
                struct document *document_out)
{
    struct span title = {NULL, 0}, language = {NULL, 0};
    if (input->facts) {
        title = facts_text(input->facts, FACT_TITLE);
        language = facts_text(input->facts, FACT_LANGUAGE);
    }
    if (!title.len && input->tree)
        title = input->tree->title;
    if (!language.len && input->tree)
        language = input->tree->language;
    return clean_copy(arena, title, &document_out->title) &&
           clean_copy(arena, language, &document_out->language);
}

enum module_result plain_finish(struct call *call, struct buffer *body,
                                struct document *document_out)
{
    if (body->no_memory) {
        buffer_free(body);
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for the document");
    }
    if (body->failed) {
        size_t max = body->max;
        buffer_free(body);
        return www4mail_fault(call, MODULE_FAIL, FAULT_REPLY_TOO_LARGE,
                              "The page is too large to be sent by mail.",
                              "the document would be larger than %zu bytes", max);
    }
    char *copy = arena_copy_span(www4mail_arena(call), buffer_span(body));
    document_out->body = (struct span){copy, copy ? body->len : 0};
    buffer_free(body);
    if (!copy)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for the document");
    return MODULE_OK;
}
