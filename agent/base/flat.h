/* SPDX-License-Identifier: ISC */
/*
 * flat: a table without pointers, the shape in which nouns cross from a process that may have been
 * taken over.  A head of four little-endian u32 (kind, rows, columns, heap bytes), then rows of
 * u32 columns, then a heap of bytes.  A text takes two columns: offset into the heap, and length.
 *
 * A writer adds rows and columns in order.  A reader opens the bytes with the shape that it
 * expects; flat_open checks every text of every row against the heap, so that the accessors
 * cannot reach outside whatever the bytes say.
 */
#ifndef WWW4MAIL_BASE_FLAT_H
#define WWW4MAIL_BASE_FLAT_H

#include "agent/base/buffer.h"

/* A shape: one letter a field, 'n' a number (u32), 't' a text.  "nntt" is 6 columns wide. */
struct flat_writer {
    const char *shape;
    uint32_t kind, rows;
    size_t field; /* index into shape of the field that comes next */
    struct buffer table, heap;
};

void flat_begin(struct flat_writer *writer, uint32_t kind, const char *shape, size_t max);
void flat_number(struct flat_writer *writer, uint32_t value);
void flat_text(struct flat_writer *writer, struct span text);
/* Appends the finished table to `out` and frees the writer.  False when anything did not fit or
 * the last row is incomplete; `out` is then marked failed. */
bool flat_end(struct flat_writer *writer, struct buffer *out);

struct flat {
    const char *shape;
    const unsigned char *table;
    const char *heap;
    uint32_t rows, columns;
};

/* False when the bytes are not a whole, sound table of this kind and shape.  The table keeps
 * pointing into `bytes`. */
bool flat_open(struct flat *flat, uint32_t kind, const char *shape, struct span bytes);
uint32_t flat_get_number(const struct flat *flat, uint32_t row, unsigned field);
struct span flat_get_text(const struct flat *flat, uint32_t row, unsigned field);

#endif
