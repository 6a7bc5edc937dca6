/* SPDX-License-Identifier: ISC */
/*
 * Tables of data: in columns when the width allows, with cells of several lines where that helps;
 * else one record a row, "Heading: value".  For readers who listen always as records.
 */
#include "render/text/text_table.h"

#include <string.h>

/* ---- records ---- */

static void add_heading(struct text_writer *writer, struct span heading)
{
    while (heading.len && strchr(" :\1\n", heading.at[heading.len - 1]))
        heading.len--;
    if (!heading.len)
        return;
    for (size_t i = 0; i < heading.len; i++)
        buffer_add_byte(&writer->para, heading.at[i] == '\n' ? ' ' : heading.at[i]);
    buffer_add_text(&writer->para, ": ");
}

/* The lines of a cell in one, with semicolons between them. */
static void add_value(struct text_writer *writer, struct span value)
{
    struct span line, item = SPAN_LITERAL("* ");
    bool first = true;
    while (span_next_line(&value, &line)) {
        if (!first)
            buffer_add_text(&writer->para, strchr(",;:.", text_last_byte(writer)) ? " " : "; ");
        if (line.len > item.len && memcmp(line.at, item.at, item.len) == 0)
            line = span_from(line, item.len);
        buffer_add_span(&writer->para, line);
        first = false;
    }
}

static void write_record(const struct table *table, const struct table_cell *const *heads,
                         size_t row)
{
    struct text_writer *writer = table->writer;
    size_t count;
    const struct table_cell *cells = table_row(table, row, &count);
    for (size_t i = 0; i < count; i++) {
        const struct table_cell *head = heads[cells[i].column];
        if (!cells[i].len)
            continue;
        if (head && cells[i].span < table->columns)
            add_heading(writer, table_text(table, head));
        add_value(writer, table_text(table, &cells[i]));
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
    for (size_t row = head_rows; row < rows && !table->writer->out.failed; row++) {
        size_t count;
        table_row(table, row, &count);
        if (!count)
            continue;
        if (row > head_rows || !table->writer->blind)
            text_gap(table->writer);
        if (table->writer->blind)
            text_blind_say(table->writer, "Row %zu.", row - head_rows + 1);
        write_record(table, heads, row);
    }
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
    return table->has_heads;
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
                add_value(writer, table_text(table, &cells[i]));
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

/* How large it is, and what it is called. */
static void announce(const struct table *table, size_t head_rows)
{
    struct text_writer *writer = table->writer;
    size_t rows = table_row_count(table) - head_rows;
    buffer_printf(&writer->para, "Table of %zu %s and %u columns", rows, rows == 1 ? "row" : "rows",
                  table->columns);
    if (table->caption.len) {
        buffer_add_text(&writer->para, ": ");
        add_value(writer, table_text(table, &table->caption));
    }
    buffer_add_byte(&writer->para, '.');
    text_flush(writer);
}

static void say_table(const struct table *table, size_t head_rows, bool pairs)
{
    announce(table, head_rows);
    if (pairs)
        write_pairs(table);
    else
        write_records(table, head_rows);
    text_blind_say(table->writer, "End of table.");
}

static bool write_table(const struct table *table)
{
    size_t rows = table_row_count(table), head_rows = table_head_rows(table);
    bool heads = table->has_heads || table->caption.len;
    if (table->columns < 2 || !rows || (rows < 2 && !heads))
        return false;
    bool pairs = !head_rows && rows_have_heads(table);
    if (table->writer->blind) {
        say_table(table, head_rows, pairs);
        return true;
    }
    struct table_grid grid;
    bool fits = table_fit(table, head_rows, &grid);
    write_caption(table);
    if (fits)
        table_columns(table, &grid);
    else if (pairs)
        write_pairs(table);
    else
        write_records(table, head_rows);
    return true;
}

bool text_table(struct text_writer *writer, uint32_t node)
{
    struct table table;
    bool written = table_gather(&table, writer, node) && write_table(&table);
    table_free(&table);
    return written;
}
