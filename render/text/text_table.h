/* SPDX-License-Identifier: ISC */
/* text_table: a table of data gathered cell by cell, before it is known how it can be shown. */
#ifndef WWW4MAIL_RENDER_TEXT_TABLE_H
#define WWW4MAIL_RENDER_TEXT_TABLE_H

#include "render/text/text.h"

enum { TABLE_MAX_COLUMNS = 64, TABLE_MAX_BYTES = 64 * 1024 * 1024 };

struct table_cell {
    uint32_t at, len;     /* in the texts */
    uint32_t columns;     /* its width */
    uint8_t column, span; /* where it stands; how many columns it covers */
    bool head;
    bool repeated; /* a cell of an earlier row reaches down here */
};

struct table {
    struct text_writer *writer;
    struct buffer texts;
    struct buffer cells; /* struct table_cell, row after row */
    struct buffer rows;  /* uint32_t: number of each row's first cell */
    unsigned columns;    /* of the widest row */
    bool has_heads;      /* there are heading cells */
    bool too_wide;       /* more columns than are kept */
    struct table_cell caption;

    /* while it is gathered */
    bool in_head;                              /* inside thead */
    unsigned column;                           /* of the next cell */
    struct table_cell down[TABLE_MAX_COLUMNS]; /* cells that reach into the next rows ... */
    uint32_t rows_left[TABLE_MAX_COLUMNS];     /* ... by so many */
};

/* False when the subtree is no plain table of data. */
bool table_gather(struct table *table, struct text_writer *writer, uint32_t node);
void table_free(struct table *table);

size_t table_row_count(const struct table *table);
/* The cells of a row, and how many. */
const struct table_cell *table_row(const struct table *table, size_t row, size_t *count_out);
struct span table_text(const struct table *table, const struct table_cell *cell);

/* How many rows at the top are nothing but headings. */
size_t table_head_rows(const struct table *table);

/* ---- text_columns.c ---- */

/* How the columns stand. */
struct table_grid {
    uint32_t widths[TABLE_MAX_COLUMNS]; /* 0: nothing in it */
    uint32_t least[TABLE_MAX_COLUMNS];  /* that its longest word needs */
    bool numeric[TABLE_MAX_COLUMNS];    /* set to the right */
    bool text[TABLE_MAX_COLUMNS];       /* has a value that is no number */
    size_t head_rows;
};

/* False when the table cannot be read well in the room that there is. */
bool table_fit(const struct table *table, size_t head_rows, struct table_grid *grid);
void table_columns(const struct table *table, const struct table_grid *grid);

#endif
