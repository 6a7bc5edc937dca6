/* SPDX-License-Identifier: ISC */
/* Tables of data: telling them from tables that only arrange a page, and gathering their cells. */
#include "render/text/text_table.h"

enum { SPAN_MAX_ROWS = 1000, SIGN_MAX = 120 };

/* ---- is it a table of data? ---- */

static bool is_presentation(const struct tree *tree, uint32_t node)
{
    struct span role = span_trim(tree_attr(tree, node, ATTR_role));
    return span_equal_nocase(role, SPAN_LITERAL("presentation")) ||
           span_equal_nocase(role, SPAN_LITERAL("none"));
}

/* What a cell may hold and still be shown as a few lines. */
static bool fits_in_cell(const struct tree *tree, uint32_t node)
{
    switch (tree->nodes[node].tag) {
    case TAG_blockquote:
    case TAG_caption:
    case TAG_dl:
    case TAG_form:
    case TAG_frame:
    case TAG_hr:
    case TAG_pre:
    case TAG_table:
    case TAG_td:
    case TAG_textarea:
    case TAG_th:
    case TAG_tr:
        return false;
    default:
        return true;
    }
}

/* What may stand between the table and its cells. */
static bool fits_outside(const struct tree *tree, uint32_t node)
{
    switch (tree->nodes[node].tag) {
    case TAG_tbody:
    case TAG_thead:
    case TAG_tfoot:
    case TAG_tr:
    case TAG_td:
    case TAG_th:
    case TAG_caption:
        return true;
    case TAG_TEXT:
        return !span_trim(tree_text(tree, node)).len;
    default:
        return false;
    }
}

/* Looks no further than the first thing that does not suit, so that nested tables are looked at
 * once each. */
static bool suits(const struct tree *tree, uint32_t table)
{
    uint32_t end = tree->nodes[table].end, cell_end = 0;
    if (is_presentation(tree, table) || !(tree->nodes[table].flags & TREE_DATA_TABLE))
        return false;
    for (uint32_t i = table + 1; i < end;) {
        const struct tree_node *at = &tree->nodes[i];
        if (plain_skips(tree, i)) {
            i = at->end > i ? at->end : i + 1;
            continue;
        }
        bool in_cell = i < cell_end;
        if (in_cell ? !fits_in_cell(tree, i) : !fits_outside(tree, i))
            return false;
        if (!in_cell && (at->tag == TAG_td || at->tag == TAG_th || at->tag == TAG_caption))
            cell_end = at->end;
        i++;
    }
    return true;
}

/* ---- gathering ---- */

static void add_cell(struct table *table, const struct table_cell *cell)
{
    buffer_add(&table->cells, cell, sizeof *cell);
    table->column += cell->span;
    if (table->column > table->columns)
        table->columns = table->column;
}

/* Places taken by cells of earlier rows. */
static void skip_taken(struct table *table)
{
    while (table->column < TABLE_MAX_COLUMNS && table->rows_left[table->column]) {
        struct table_cell cell = table->down[table->column];
        cell.repeated = true;
        table->rows_left[table->column]--;
        add_cell(table, &cell);
    }
}

static void open_row(struct table *table)
{
    uint32_t first = (uint32_t)(table->cells.len / sizeof(struct table_cell));
    buffer_add(&table->rows, &first, sizeof first);
    table->column = 0;
}

static void close_row(struct table *table)
{
    for (; table->column < TABLE_MAX_COLUMNS; table->column++)
        skip_taken(table);
}

static uint32_t span_attr(const struct tree *tree, uint32_t node, enum tree_attr_name name,
                          int32_t max)
{
    int32_t value;
    if (!plain_integer(tree_attr(tree, node, name), &value) || value < 1)
        return 1;
    return (uint32_t)(value > max ? max : value);
}

static bool is_row_side(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == TEXT_FIXED_BLANK;
}

/* Lines without blanks at their ends, and no empty ones. */
static void add_lines(struct buffer *texts, struct span text)
{
    struct span line;
    size_t start = texts->len;
    while (span_next_line(&text, &line)) {
        while (line.len && is_row_side(line.at[line.len - 1]))
            line.len--;
        while (line.len && is_row_side(line.at[0]))
            line = span_from(line, 1);
        if (!line.len || span_equal(line, SPAN_LITERAL("*")))
            continue;
        if (texts->len > start)
            buffer_add_byte(texts, '\n');
        buffer_add_span(texts, line);
    }
}

static size_t widest_line(struct span text)
{
    struct span line;
    size_t widest = 0;
    while (span_next_line(&text, &line)) {
        size_t columns = text_columns(line);
        if (columns > widest)
            widest = columns;
    }
    return widest;
}

/* A sign without words, alone in its cell, may be all that the cell says; so may its file's name. */
static void add_sign(struct text_writer *writer, uint32_t cell)
{
    const struct tree *tree = writer->tree;
    for (uint32_t i = cell + 1; i < tree->nodes[cell].end; i++) {
        struct span alt = tree_attr(tree, i, ATTR_alt);
        bool named = plain_is_file_name(span_trim(alt));
        if (tree->nodes[i].tag != TAG_img || (alt.at && !named) || plain_skips(tree, i))
            continue;
        buffer_add_byte(&writer->para, writer->blind ? '(' : '[');
        plain_clean(named ? alt : SPAN_LITERAL("image"), SIGN_MAX, &writer->para);
        buffer_add_byte(&writer->para, writer->blind ? ')' : ']');
        return;
    }
}

/* Takes what gathered in the paragraph as the cell's text. */
static void take_text(struct table *table, struct table_cell *cell)
{
    struct text_writer *writer = table->writer;
    text_link_pause(writer);
    for (size_t i = 0; i < writer->para.len; i++)
        if (writer->para.at[i] == '\t')
            writer->para.at[i] = ' ';
    size_t start = table->texts.len;
    add_lines(&table->texts, buffer_span(&writer->para));
    cell->at = (uint32_t)start;
    cell->len = (uint32_t)(table->texts.len - start);
    cell->columns = (uint32_t)widest_line(table_text(table, cell));
    text_para_clear(writer);
}

static void close_cell(struct table *table, uint32_t node)
{
    const struct tree *tree = table->writer->tree;
    struct table_cell cell = {.head = tree->nodes[node].tag == TAG_th || table->in_head};
    if (!table->rows.len)
        open_row(table);
    skip_taken(table);
    if (!table->writer->para.len)
        add_sign(table->writer, node);
    take_text(table, &cell);
    if (table->column >= TABLE_MAX_COLUMNS) {
        table->too_wide = true;
        return;
    }
    uint32_t left = TABLE_MAX_COLUMNS - table->column;
    uint32_t span = span_attr(tree, node, ATTR_colspan, TABLE_MAX_COLUMNS);
    uint32_t down = span_attr(tree, node, ATTR_rowspan, SPAN_MAX_ROWS);
    cell.column = (uint8_t)table->column;
    cell.span = (uint8_t)(span > left ? left : span);
    table->has_heads |= tree->nodes[node].tag == TAG_th;
    if (down > 1) {
        table->down[cell.column] = cell;
        table->rows_left[cell.column] = down - 1;
    }
    add_cell(table, &cell);
}

/* A block within a cell begins on a line of its own. */
static void cell_line(struct text_writer *writer)
{
    struct span item = SPAN_LITERAL("* "), para = buffer_span(&writer->para);
    if (para.len >= item.len && span_equal(span_from(para, para.len - item.len), item))
        return;
    text_link_pause(writer);
    if (text_last_byte(writer) != '\n')
        buffer_add_byte(&writer->para, '\n');
}

static bool enter(void *context, uint32_t node)
{
    struct table *table = context;
    struct text_writer *writer = table->writer;
    if (plain_skips(writer->tree, node) || table->cells.failed || writer->para.failed)
        return false;
    switch (writer->tree->nodes[node].tag) {
    case TAG_table:
    case TAG_tbody:
    case TAG_tfoot:
    case TAG_td:
    case TAG_th:
        return true;
    case TAG_thead:
        table->in_head = true;
        return true;
    case TAG_tr:
        open_row(table);
        return true;
    case TAG_caption:
        text_para_clear(writer);
        return true;
    default:
        if (text_is_block(writer->tree, node))
            cell_line(writer);
        if (writer->tree->nodes[node].tag == TAG_li)
            buffer_add_text(&writer->para, "* ");
        return text_inline_enter(writer, node);
    }
}

static void leave(void *context, uint32_t node)
{
    struct table *table = context;
    switch (table->writer->tree->nodes[node].tag) {
    case TAG_td:
    case TAG_th:
        close_cell(table, node);
        break;
    case TAG_tr:
        close_row(table);
        break;
    case TAG_caption:
        take_text(table, &table->caption);
        break;
    case TAG_thead:
        table->in_head = false;
        break;
    default:
        if (text_is_block(table->writer->tree, node))
            cell_line(table->writer);
        text_inline_leave(table->writer, node);
        break;
    }
}

bool table_gather(struct table *table, struct text_writer *writer, uint32_t node)
{
    static const struct plain_visitor visitor = {enter, leave};
    *table = (struct table){.writer = writer};
    buffer_init(&table->texts, writer->out.max);
    buffer_init(&table->cells, TABLE_MAX_BYTES);
    buffer_init(&table->rows, TABLE_MAX_BYTES);
    if (!suits(writer->tree, node))
        return false;
    writer->unmarked++;
    plain_walk(writer->tree, node, &visitor, table);
    writer->unmarked--;
    text_para_clear(writer);
    return !table->too_wide && !table->texts.failed && !table->cells.failed && !table->rows.failed;
}

void table_free(struct table *table)
{
    buffer_free_into(&table->texts, &table->writer->out);
    buffer_free_into(&table->cells, &table->writer->out);
    buffer_free_into(&table->rows, &table->writer->out);
}

/* ---- asking ---- */

size_t table_row_count(const struct table *table)
{
    return table->rows.len / sizeof(uint32_t);
}

const struct table_cell *table_row(const struct table *table, size_t row, size_t *count_out)
{
    const uint32_t *rows = (const uint32_t *)(const void *)table->rows.at;
    size_t end = row + 1 < table_row_count(table) ? rows[row + 1]
                                                  : table->cells.len / sizeof(struct table_cell);
    *count_out = end - rows[row];
    return (const struct table_cell *)(const void *)table->cells.at + rows[row];
}

struct span table_text(const struct table *table, const struct table_cell *cell)
{
    if (!table->texts.at) /* nothing but empty cells */
        return (struct span){NULL, 0};
    return (struct span){table->texts.at + cell->at, cell->len};
}

/* A first row of words behind an empty corner names the columns, whatever its cells are called. */
static bool names_columns(const struct table *table)
{
    size_t count = 0;
    const struct table_cell *cells = table_row(table, 0, &count);
    if (table->has_heads || table_row_count(table) < 3 || count < 3 || cells[0].len)
        return false;
    for (size_t i = 1; i < count; i++)
        if (!cells[i].len || cells[i].span > 1)
            return false;
    return true;
}

size_t table_head_rows(const struct table *table)
{
    size_t rows = table_row_count(table), row = 0;
    for (; row < rows; row++) {
        size_t count, heads = 0, empty = 0;
        const struct table_cell *cells = table_row(table, row, &count);
        for (size_t i = 0; i < count; i++) {
            heads += cells[i].head;
            empty += !cells[i].head && !cells[i].len;
        }
        if (!heads || heads + empty < count)
            break;
    }
    if (!row && rows && names_columns(table))
        return 1;
    return row < rows ? row : 0;
}
