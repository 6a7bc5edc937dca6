/* SPDX-License-Identifier: ISC */
/* Tables of data: in columns when they fit the width, else one record a row, "Heading: value". */
#include "render/text_table.h"

#include <string.h>

enum { GAP = 2 };

/* How the columns stand. */
struct grid {
    uint32_t widths[TABLE_MAX_COLUMNS];
    bool numeric[TABLE_MAX_COLUMNS]; /* set to the right */
    bool text[TABLE_MAX_COLUMNS];    /* has a value that is no number */
    size_t head_rows;
};

static bool is_number(struct span text)
{
    bool digit = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        if (byte >= '0' && byte <= '9')
            digit = true;
        else if (!(byte & 0x80) && !strchr(" \1.,:+-%$/", byte))
            return false;
        else if ((byte & 0x80) && i > 4 && !digit)
            return false;
    }
    return digit;
}

static void measure_row(const struct table *table, size_t row, struct grid *grid)
{
    size_t count;
    const struct table_cell *cells = table_row(table, row, &count);
    for (size_t i = 0; i < count; i++) {
        const struct table_cell *cell = &cells[i];
        if (cell->repeated || cell->span != 1 || !cell->len)
            continue;
        if (cell->columns > grid->widths[cell->column])
            grid->widths[cell->column] = cell->columns;
        if (cell->head)
            continue;
        bool number = is_number(table_text(table, cell));
        grid->numeric[cell->column] |= number;
        grid->text[cell->column] |= !number;
    }
}

static uint32_t width_of(const struct grid *grid, const struct table_cell *cell)
{
    uint32_t width = 0;
    for (unsigned column = cell->column; column < cell->column + cell->span; column++)
        if (grid->widths[column])
            width += grid->widths[column] + (width ? GAP : 0);
    return width;
}

/* A cell over several columns widens the last of them when it must. */
static void widen_row(const struct table *table, size_t row, struct grid *grid)
{
    size_t count;
    const struct table_cell *cells = table_row(table, row, &count);
    for (size_t i = 0; i < count; i++) {
        const struct table_cell *cell = &cells[i];
        uint32_t width = width_of(grid, cell);
        if (cell->repeated || cell->span == 1 || cell->columns <= width)
            continue;
        uint32_t *last = &grid->widths[cell->column + cell->span - 1];
        bool begins = width && !*last;
        *last += cell->columns - width - (begins && cell->columns - width > GAP ? GAP : 0);
    }
}

static size_t make_grid(const struct table *table, struct grid *grid)
{
    size_t rows = table_row_count(table), total = 0;
    *grid = (struct grid){.head_rows = table_head_rows(table)};
    for (size_t row = 0; row < rows; row++)
        measure_row(table, row, grid);
    for (size_t row = 0; row < rows; row++)
        widen_row(table, row, grid);
    for (unsigned column = 0; column < table->columns; column++)
        if (grid->widths[column])
            total += grid->widths[column] + (total ? GAP : 0);
    return total;
}

/* ---- columns ---- */

static void pad(struct buffer *line, size_t *columns, size_t to)
{
    for (; *columns < to; (*columns)++)
        buffer_add_byte(line, ' ');
}

static void write_row(const struct table *table, const struct grid *grid, size_t row,
                      struct buffer *line)
{
    size_t count, next = 0, columns = 0, start = 0;
    unsigned column = 0;
    const struct table_cell *cells = table_row(table, row, &count);
    buffer_clear(line);
    for (size_t i = 0; i < count; i++) {
        const struct table_cell *cell = &cells[i];
        for (; column < cell->column; column++)
            if (grid->widths[column])
                next += grid->widths[column] + GAP;
        start = next;
        if (cell->repeated || !cell->len)
            continue;
        size_t width = width_of(grid, cell);
        bool right = cell->span == 1 && grid->numeric[cell->column] && !grid->text[cell->column];
        if (right && width > cell->columns)
            start += width - cell->columns;
        pad(line, &columns, start);
        buffer_add_span(line, table_text(table, cell));
        columns += cell->columns;
    }
    text_hard_line(table->writer, buffer_span(line));
}

static void write_rule(const struct table *table, const struct grid *grid, struct buffer *line)
{
    buffer_clear(line);
    for (unsigned column = 0; column < table->columns; column++) {
        if (!grid->widths[column])
            continue;
        if (line->len)
            buffer_add_text(line, "  ");
        for (uint32_t i = 0; i < grid->widths[column]; i++)
            buffer_add_byte(line, '-');
    }
    text_hard_line(table->writer, buffer_span(line));
}

static void write_columns(const struct table *table, const struct grid *grid)
{
    struct buffer line;
    buffer_init(&line, table->writer->out.max);
    size_t rows = table_row_count(table);
    for (size_t row = 0; row < rows && !table->writer->out.failed; row++) {
        size_t count;
        table_row(table, row, &count);
        if (!count)
            continue;
        write_row(table, grid, row, &line);
        if (row + 1 == grid->head_rows)
            write_rule(table, grid, &line);
    }
    table->writer->out.failed |= line.failed;
    buffer_free_into(&line, &table->writer->out);
}

/* ---- records ---- */

static void add_heading(struct text_writer *writer, struct span heading)
{
    while (heading.len && strchr(" :\1", heading.at[heading.len - 1]))
        heading.len--;
    if (!heading.len)
        return;
    buffer_add_span(&writer->para, heading);
    buffer_add_text(&writer->para, ": ");
}

static void write_record(const struct table *table, const struct table_cell *const *heads,
                         size_t row)
{
    struct text_writer *writer = table->writer;
    size_t count;
    const struct table_cell *cells = table_row(table, row, &count);
    if (count)
        text_gap(writer);
    for (size_t i = 0; i < count; i++) {
        const struct table_cell *head = heads[cells[i].column];
        if (!cells[i].len)
            continue;
        if (head && cells[i].span < table->columns)
            add_heading(writer, table_text(table, head));
        buffer_add_span(&writer->para, table_text(table, &cells[i]));
        text_flush(writer);
    }
}

static void write_records(const struct table *table, size_t head_rows)
{
    const struct table_cell *heads[TABLE_MAX_COLUMNS] = {NULL};
    size_t rows = table_row_count(table);
    for (size_t row = 0; row < head_rows; row++) {
        size_t count;
        const struct table_cell *cells = table_row(table, row, &count);
        for (size_t i = 0; i < count; i++)
            for (unsigned over = 0; cells[i].len && over < cells[i].span; over++)
                heads[cells[i].column + over] = &cells[i];
    }
    for (size_t row = head_rows; row < rows && !table->writer->out.failed; row++)
        write_record(table, heads, row);
}

/* Rows that begin with their own heading: "Heading: value; value". */
static bool rows_have_heads(const struct table *table)
{
    size_t rows = table_row_count(table);
    for (size_t row = 0; row < rows; row++) {
        size_t count;
        const struct table_cell *cells = table_row(table, row, &count);
        if (count > 1 && !cells[0].head)
            return false;
    }
    return true;
}

static void write_pairs(const struct table *table)
{
    struct text_writer *writer = table->writer;
    size_t rows = table_row_count(table);
    for (size_t row = 0; row < rows && !writer->out.failed; row++) {
        size_t count, values = 0;
        const struct table_cell *cells = table_row(table, row, &count);
        for (size_t i = 0; i < count; i++) {
            if (i == 0 && count > 1) {
                add_heading(writer, table_text(table, &cells[i]));
            } else if (cells[i].len) {
                if (values++)
                    buffer_add_text(&writer->para, "; ");
                buffer_add_span(&writer->para, table_text(table, &cells[i]));
            }
        }
        text_flush(writer);
    }
}

/* ---- choosing ---- */

static void write_caption(const struct table *table)
{
    struct text_writer *writer = table->writer;
    buffer_add_span(&writer->para, table_text(table, &table->caption));
    text_flush(writer);
}

static bool write_table(const struct table *table)
{
    struct grid grid;
    size_t rows = table_row_count(table);
    bool heads = table->has_heads || table->caption.len;
    if (table->columns < 2 || !rows || (rows < 2 && !heads))
        return false;
    bool fits = make_grid(table, &grid) <= text_room(table->writer);
    bool pairs = !grid.head_rows && table->has_heads && rows_have_heads(table);
    if (!fits && !grid.head_rows && !pairs)
        return false;
    write_caption(table);
    if (fits)
        write_columns(table, &grid);
    else if (pairs)
        write_pairs(table);
    else
        write_records(table, grid.head_rows);
    return true;
}

bool text_table(struct text_writer *writer, uint32_t node)
{
    struct table table;
    bool written = table_gather(&table, writer, node) && write_table(&table);
    table_free(&table);
    return written;
}
