/* SPDX-License-Identifier: ISC */
/* The columns of a table: how wide each may be, and rows of one or several lines. */
#include "render/text/text_table.h"

#include <string.h>

enum {
    GAP = 2,
    WRAPPED_LEAST = 12, /* columns of a cell that is broken into lines ... */
    WRAPPED_LINES = 10  /* ... and about how many lines it may have */
};

/* ---- measuring ---- */

/* A value that is no number and no word: it says nothing about its column. */
static bool is_nothing(struct span text)
{
    static const char *const nothings[] = {"-", "--", "–", "—", "?", "n/a", "N/A"};
    for (size_t i = 0; i < sizeof nothings / sizeof *nothings; i++)
        if (span_equal(text, span_of(nothings[i])))
            return true;
    return false;
}

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

static void measure_row(const struct table *table, size_t row, struct table_grid *grid)
{
    size_t count;
    const struct table_cell *cells = table_row(table, row, &count);
    for (size_t i = 0; i < count; i++) {
        const struct table_cell *cell = &cells[i];
        struct span text = table_text(table, cell);
        if (cell->repeated || cell->span != 1 || !cell->len)
            continue;
        uint32_t least = (uint32_t)text_least_columns(text);
        if (cell->columns > grid->widths[cell->column])
            grid->widths[cell->column] = cell->columns;
        if (least > grid->least[cell->column])
            grid->least[cell->column] = least;
        if (cell->head || is_nothing(text))
            continue;
        bool number = is_number(text);
        grid->numeric[cell->column] |= number;
        grid->text[cell->column] |= !number;
    }
}

static uint32_t width_of(const struct table_grid *grid, const struct table_cell *cell)
{
    uint32_t width = 0;
    for (unsigned column = cell->column; column < cell->column + cell->span; column++)
        if (grid->widths[column])
            width += grid->widths[column] + (width ? GAP : 0);
    return width;
}

/* A cell over several columns widens the last of them when it must. */
static void widen_row(const struct table *table, size_t row, struct table_grid *grid)
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

/* Columns of all together, with the gaps between them. */
static size_t total_width(const struct table *table, const uint32_t *widths)
{
    size_t total = 0;
    for (unsigned column = 0; column < table->columns; column++)
        if (widths[column])
            total += widths[column] + (total ? GAP : 0);
    return total;
}

/* ---- narrowing ---- */

/* What is still to be shared, and among which columns. */
struct sharing {
    struct table_grid *grid;
    uint32_t wanted[TABLE_MAX_COLUMNS]; /* 0: has its width */
    unsigned columns, left;
    size_t room;
};

static bool settle(struct sharing *sharing, unsigned column, uint32_t width)
{
    if (width > sharing->room)
        return false;
    sharing->grid->widths[column] = width;
    sharing->room -= width;
    sharing->wanted[column] = 0;
    sharing->left--;
    return true;
}

/* Gives columns that want no more than their share what they want; when there are none, one that
 * needs more than its share what it needs.  False when nothing more is to be done. */
static bool settle_some(struct sharing *sharing)
{
    bool any = false;
    for (unsigned column = 0; column < sharing->columns; column++) {
        uint32_t wanted = sharing->wanted[column];
        if (wanted && wanted <= sharing->room / sharing->left)
            any |= settle(sharing, column, wanted);
    }
    for (unsigned column = 0; column < sharing->columns && !any; column++) {
        uint32_t least = sharing->grid->least[column];
        if (sharing->wanted[column] && least > sharing->room / sharing->left)
            any |= settle(sharing, column, least);
    }
    return any && sharing->left;
}

/* Fits the columns into the room; false when one would get less than it needs. */
static bool share_room(const struct table *table, size_t room, struct table_grid *grid)
{
    struct sharing sharing = {.grid = grid, .columns = table->columns};
    memcpy(sharing.wanted, grid->widths, sizeof sharing.wanted);
    for (unsigned column = 0; column < table->columns; column++)
        sharing.left += sharing.wanted[column] != 0;
    size_t gaps = sharing.left ? (sharing.left - 1) * GAP : 0;
    if (!sharing.left || room <= gaps)
        return false;
    sharing.room = room - gaps;
    while (settle_some(&sharing))
        ;
    for (unsigned column = 0; column < table->columns; column++) {
        if (!sharing.wanted[column])
            continue;
        uint32_t width = (uint32_t)(sharing.room / sharing.left);
        if (width < WRAPPED_LEAST || !settle(&sharing, column, width))
            return false;
    }
    return true;
}

/* True when every cell has enough room for its longest word, and not too many lines. */
static bool reads_well(const struct table *table, const struct table_grid *grid)
{
    size_t rows = table_row_count(table);
    for (size_t row = 0; row < rows; row++) {
        size_t count;
        const struct table_cell *cells = table_row(table, row, &count);
        for (size_t i = 0; i < count; i++) {
            size_t width = width_of(grid, &cells[i]);
            if (cells[i].repeated || cells[i].columns <= width)
                continue;
            struct span text = table_text(table, &cells[i]);
            if (text_least_columns(text) > width || cells[i].columns > width * WRAPPED_LINES)
                return false;
        }
    }
    return true;
}

bool table_fit(const struct table *table, size_t head_rows, struct table_grid *grid)
{
    size_t rows = table_row_count(table), room = text_room(table->writer);
    *grid = (struct table_grid){.head_rows = head_rows};
    for (size_t row = 0; row < rows; row++)
        measure_row(table, row, grid);
    if (total_width(table, grid->least) > room)
        return false;
    struct table_grid narrow = *grid;
    for (size_t row = 0; row < rows; row++)
        widen_row(table, row, grid);
    if (total_width(table, grid->widths) <= room)
        return true;
    *grid = narrow;
    if (total_width(table, grid->widths) > room && !share_room(table, room, grid))
        return false;
    return reads_well(table, grid);
}

/* ---- rows ---- */

/* A row's cells, broken into lines. */
struct rows {
    const struct table *table;
    const struct table_grid *grid;
    struct text_writer cell; /* breaks the lines of one cell */
    struct buffer line;
    struct span left[TABLE_MAX_COLUMNS]; /* what is still to be written of each cell */
    struct buffer wrapped;
    bool was_tall, was_broken; /* the row before: any of its cells, its first one */
};

static void begin_rows(struct rows *rows, const struct table *table, const struct table_grid *grid)
{
    struct text_writer *writer = table->writer;
    *rows = (struct rows){.table = table, .grid = grid};
    rows->cell = (struct text_writer){.tree = writer->tree, .narrow = true, .link_node = TREE_NONE};
    struct buffer *buffers[] = {&rows->line,       &rows->wrapped,    &rows->cell.out,
                                &rows->cell.para,  &rows->cell.line,  &rows->cell.breaks,
                                &rows->cell.first, &rows->cell.prefix};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        buffer_init(buffers[i], writer->out.max);
}

static void end_rows(struct rows *rows)
{
    struct buffer *out = &rows->table->writer->out;
    struct buffer *buffers[] = {&rows->line,       &rows->wrapped,    &rows->cell.out,
                                &rows->cell.para,  &rows->cell.line,  &rows->cell.breaks,
                                &rows->cell.first, &rows->cell.prefix};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        out->failed |= buffers[i]->failed;
        buffer_free_into(buffers[i], out);
    }
}

/* Breaks a text into lines and appends them to `wrapped`. */
static void wrap(struct rows *rows, struct span text, size_t width)
{
    buffer_clear(&rows->cell.out);
    rows->cell.width = width;
    buffer_add_span(&rows->cell.para, text);
    text_flush(&rows->cell);
    buffer_add_span(&rows->wrapped, buffer_span(&rows->cell.out));
}

static void prepare_row(struct rows *rows, const struct table_cell *cells, size_t count)
{
    size_t ends[TABLE_MAX_COLUMNS], starts[TABLE_MAX_COLUMNS];
    buffer_clear(&rows->wrapped);
    for (size_t i = 0; i < count; i++) {
        struct span text = table_text(rows->table, &cells[i]);
        size_t width = width_of(rows->grid, &cells[i]);
        rows->left[i] = cells[i].repeated ? (struct span){NULL, 0} : text;
        starts[i] = rows->wrapped.len;
        if (rows->left[i].len && cells[i].columns > width)
            wrap(rows, text, width);
        ends[i] = rows->wrapped.len;
    }
    for (size_t i = 0; i < count; i++)
        if (ends[i] > starts[i])
            rows->left[i] = (struct span){rows->wrapped.at + starts[i], ends[i] - starts[i]};
}

static void pad(struct buffer *line, size_t *columns, size_t to)
{
    for (; *columns < to; (*columns)++)
        buffer_add_byte(line, ' ');
}

/* One line of each cell side by side; false when none has any left. */
static bool write_line(struct rows *rows, const struct table_cell *cells, size_t count)
{
    const struct table_grid *grid = rows->grid;
    size_t next = 0, columns = 0;
    unsigned column = 0;
    bool any = false;
    buffer_clear(&rows->line);
    for (size_t i = 0; i < count; i++) {
        const struct table_cell *cell = &cells[i];
        struct span text;
        for (; column < cell->column; column++)
            if (grid->widths[column])
                next += grid->widths[column] + GAP;
        if (!span_next_line(&rows->left[i], &text))
            continue;
        while (text.len && text.at[text.len - 1] == ' ')
            text.len--;
        size_t start = next, width = width_of(grid, cell), taken = text_columns(text);
        bool right = cell->span == 1 && grid->numeric[cell->column] && !grid->text[cell->column];
        if (right && width > taken)
            start += width - taken;
        pad(&rows->line, &columns, start);
        buffer_add_span(&rows->line, text);
        columns += taken;
        any = true;
    }
    if (any)
        text_hard_line(rows->table->writer, buffer_span(&rows->line));
    return any;
}

static bool has_lines(struct span text)
{
    ptrdiff_t end = span_find_byte(text, '\n');
    return end >= 0 && (size_t)end + 1 < text.len;
}

/* A blank line stands where it could not be seen otherwise that a new row begins. */
static void write_row(struct rows *rows, size_t row)
{
    size_t count;
    const struct table_cell *cells = table_row(rows->table, row, &count);
    prepare_row(rows, cells, count);
    bool broken = count && has_lines(rows->left[0]), tall = broken;
    bool unnamed = !count || cells[0].column > 0 || !rows->left[0].len;
    for (size_t i = 0; i < count && !tall; i++)
        tall = has_lines(rows->left[i]);
    if (rows->was_broken || (rows->was_tall && unnamed))
        text_gap(rows->table->writer);
    rows->was_tall = tall;
    rows->was_broken = broken;
    while (!rows->table->writer->out.failed && write_line(rows, cells, count))
        ;
}

static void write_rule(struct rows *rows)
{
    const struct table_grid *grid = rows->grid;
    buffer_clear(&rows->line);
    for (unsigned column = 0; column < rows->table->columns; column++) {
        if (!grid->widths[column])
            continue;
        if (rows->line.len)
            buffer_add_text(&rows->line, "  ");
        for (uint32_t i = 0; i < grid->widths[column]; i++)
            buffer_add_byte(&rows->line, '-');
    }
    text_hard_line(rows->table->writer, buffer_span(&rows->line));
}

/* Headings that reach over everything are titles, and need no rule. */
static bool wants_rule(const struct table *table, const struct table_grid *grid)
{
    for (size_t row = 0; row < grid->head_rows; row++) {
        size_t count;
        table_row(table, row, &count);
        if (count > 1)
            return true;
    }
    return false;
}

void table_columns(const struct table *table, const struct table_grid *grid)
{
    struct rows rows;
    size_t count = table_row_count(table);
    begin_rows(&rows, table, grid);
    for (size_t row = 0; row < count && !table->writer->out.failed; row++) {
        write_row(&rows, row);
        if (row + 1 == grid->head_rows && wants_rule(table, grid))
            write_rule(&rows);
        if (row + 1 <= grid->head_rows)
            rows.was_tall = rows.was_broken = false;
    }
    end_rows(&rows);
}
