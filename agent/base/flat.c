/* SPDX-License-Identifier: ISC */
/* Pointer-free tables: writing, checking, reading. */
#include "agent/base/flat.h"

#include <string.h>

enum { HEAD_BYTES = 16 };

static void put_u32(struct buffer *buffer, uint32_t value)
{
    unsigned char bytes[4] = {value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24};
    buffer_add(buffer, bytes, sizeof bytes);
}

static uint32_t get_u32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void flat_begin(struct flat_writer *writer, uint32_t kind, const char *shape, size_t max)
{
    *writer = (struct flat_writer){.shape = shape, .kind = kind};
    buffer_init(&writer->table, max);
    buffer_init(&writer->heap, max);
}

/* Moves on to the next field of the shape; the wrong kind of field spoils the whole table. */
static void advance(struct flat_writer *writer, char given)
{
    if (writer->shape[writer->field] != given)
        writer->table.failed = true;
    if (writer->shape[++writer->field] == '\0') {
        writer->field = 0;
        writer->rows++;
    }
}

void flat_number(struct flat_writer *writer, uint32_t value)
{
    put_u32(&writer->table, value);
    advance(writer, 'n');
}

void flat_text(struct flat_writer *writer, struct span text)
{
    put_u32(&writer->table, (uint32_t)writer->heap.len);
    put_u32(&writer->table, (uint32_t)text.len);
    buffer_add_span(&writer->heap, text);
    advance(writer, 't');
}

static uint32_t columns_of(const char *shape)
{
    uint32_t columns = 0;
    for (; *shape; shape++)
        columns += *shape == 't' ? 2 : 1;
    return columns;
}

bool flat_end(struct flat_writer *writer, struct buffer *out)
{
    bool whole = !writer->table.failed && !writer->heap.failed && writer->field == 0;
    if (whole) {
        put_u32(out, writer->kind);
        put_u32(out, writer->rows);
        put_u32(out, columns_of(writer->shape));
        put_u32(out, (uint32_t)writer->heap.len);
        buffer_add_span(out, buffer_span(&writer->table));
        buffer_add_span(out, buffer_span(&writer->heap));
    } else {
        out->failed = true;
    }
    buffer_free_into(&writer->table, out);
    buffer_free_into(&writer->heap, out);
    return !out->failed;
}

static const unsigned char *cell(const struct flat *flat, uint32_t row, unsigned field)
{
    uint32_t column = 0;
    for (unsigned i = 0; i < field; i++)
        column += flat->shape[i] == 't' ? 2 : 1;
    return flat->table + ((size_t)row * flat->columns + column) * 4;
}

static bool row_is_sound(const struct flat *flat, uint32_t row, uint32_t heap_len)
{
    for (unsigned field = 0; flat->shape[field]; field++) {
        if (flat->shape[field] != 't')
            continue;
        const unsigned char *at = cell(flat, row, field);
        uint32_t offset = get_u32(at), len = get_u32(at + 4);
        if (offset > heap_len || len > heap_len - offset)
            return false;
    }
    return true;
}

bool flat_open(struct flat *flat, uint32_t kind, const char *shape, struct span bytes)
{
    if (bytes.len < HEAD_BYTES)
        return false;
    const unsigned char *head = (const unsigned char *)bytes.at;
    uint32_t rows = get_u32(head + 4), columns = get_u32(head + 8), heap_len = get_u32(head + 12);
    uint64_t table_len = (uint64_t)rows * columns * 4;
    if (get_u32(head) != kind || columns != columns_of(shape) ||
        table_len + heap_len != bytes.len - HEAD_BYTES)
        return false;
    *flat = (struct flat){.shape = shape,
                          .table = head + HEAD_BYTES,
                          .heap = bytes.at + HEAD_BYTES + table_len,
                          .rows = rows,
                          .columns = columns};
    for (uint32_t row = 0; row < rows; row++)
        if (!row_is_sound(flat, row, heap_len))
            return false;
    return true;
}

uint32_t flat_get_number(const struct flat *flat, uint32_t row, unsigned field)
{
    return get_u32(cell(flat, row, field));
}

struct span flat_get_text(const struct flat *flat, uint32_t row, unsigned field)
{
    const unsigned char *at = cell(flat, row, field);
    return (struct span){flat->heap + get_u32(at), get_u32(at + 4)};
}
