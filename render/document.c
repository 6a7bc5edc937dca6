/* SPDX-License-Identifier: ISC */
/*
 * Documents as flat tables.  The reader takes nothing on trust: kinds, order, UTF-8, and no control
 * character in anything that may come to stand in a mail's header.
 */
#include "render/document.h"

#include "agent/base/charset.h"

static const char shape[] = "nntt";

enum { DOCUMENT_KIND = 0x444f4355 };
enum { FIELD_WHAT, FIELD_VALUE, FIELD_A, FIELD_B };
enum { ROW_BODY, ROW_TYPE, ROW_NAME, ROW_ARTICLE, ROW_NOTE, ROW_LINK };

static void add_row(struct flat_writer *writer, uint32_t what, uint32_t value, struct span a,
                    struct span b)
{
    flat_number(writer, what);
    flat_number(writer, value);
    flat_text(writer, a);
    flat_text(writer, b);
}

bool document_write(const struct document *document, struct buffer *out)
{
    struct flat_writer writer;
    flat_begin(&writer, DOCUMENT_KIND, shape, DOCUMENT_MAX_BYTES);
    add_row(&writer, ROW_BODY, document->kind, document->title, document->body);
    add_row(&writer, ROW_TYPE, 0, document->type, document->charset);
    add_row(&writer, ROW_NAME, 0, document->file_name, document->language);
    add_row(&writer, ROW_ARTICLE, 0, document->byline, document->date);
    add_row(&writer, ROW_NOTE, 0, document->image, document->note);
    for (size_t i = 0; i < document->link_count; i++)
        add_row(&writer, ROW_LINK, document->links[i].number, document->links[i].url,
                document->links[i].words);
    return flat_end(&writer, out);
}

static bool is_line(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
            return false;
    return charset_is_utf8(text);
}

static bool is_body(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < 0x20 && text.at[i] != '\n' && text.at[i] != '\t')
            return false;
    return charset_is_utf8(text);
}

/* Takes a row's two texts; false when the row is not what is expected here. */
static bool read_row(const struct flat *flat, uint32_t row, uint32_t what, struct span *a_out,
                     struct span *b_out)
{
    if (row >= flat->rows || flat_get_number(flat, row, FIELD_WHAT) != what)
        return false;
    *a_out = flat_get_text(flat, row, FIELD_A);
    *b_out = flat_get_text(flat, row, FIELD_B);
    return true;
}

static bool read_links(struct arena *arena, const struct flat *flat, struct document *document)
{
    uint32_t count = flat->rows - ROW_LINK, last = 0;
    document->links = arena_alloc(arena, ((size_t)count + 1) * sizeof *document->links);
    if (!document->links)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct document_link *link = &document->links[i];
        if (!read_row(flat, ROW_LINK + i, ROW_LINK, &link->url, &link->words))
            return false;
        link->number = flat_get_number(flat, ROW_LINK + i, FIELD_VALUE);
        if (link->number <= last || !is_line(link->url) || !is_line(link->words))
            return false;
        last = link->number;
    }
    document->link_count = count;
    return true;
}

static bool is_segment(struct span name)
{
    return is_line(name) && span_find_byte(name, '/') < 0 && !(name.len && name.at[0] == '.');
}

bool document_read(struct arena *arena, struct span bytes, struct document *document_out)
{
    struct flat flat;
    struct document document = {.kind = DOCUMENT_TEXT};
    if (bytes.len > DOCUMENT_MAX_BYTES || !flat_open(&flat, DOCUMENT_KIND, shape, bytes) ||
        !read_row(&flat, ROW_BODY, ROW_BODY, &document.title, &document.body) ||
        !read_row(&flat, ROW_TYPE, ROW_TYPE, &document.type, &document.charset) ||
        !read_row(&flat, ROW_NAME, ROW_NAME, &document.file_name, &document.language) ||
        !read_row(&flat, ROW_ARTICLE, ROW_ARTICLE, &document.byline, &document.date) ||
        !read_row(&flat, ROW_NOTE, ROW_NOTE, &document.image, &document.note))
        return false;
    uint32_t kind = flat_get_number(&flat, ROW_BODY, FIELD_VALUE);
    if (kind > DOCUMENT_ORIGINAL || !is_line(document.title) || !is_body(document.body) ||
        !is_line(document.type) || !is_line(document.charset) || !is_line(document.language) ||
        !is_line(document.byline) || !is_line(document.date) || !is_line(document.image) ||
        !is_line(document.note) || !is_segment(document.file_name))
        return false;
    document.kind = (enum document_kind)kind;
    if (!read_links(arena, &flat, &document))
        return false;
    *document_out = document;
    return true;
}
