/* SPDX-License-Identifier: ISC */
/*
 * csv (role builder): values between separators -> a table, of which the first rows are shown.  A
 * file without separators is passed on.
 */
#include "render/page/building.h"

#include "render/types/csv_fields.h"
#include "render/sniff.h"

enum {
    ROWS_SHOWN = 500,
    TABLE_COLUMNS = 60, /* more are written as records */
    WIDE = 72,          /* a row of more bytes may not fit: then columns need names */
    YEAR_DIGITS = 4
};

/* What is known of the file before it is written. */
struct csv {
    struct span text; /* its records */
    char separator;
    size_t rows, columns, widest; /* records; fields of the longest; bytes of the widest shown */
    bool head;                    /* the first record names the columns */
    struct csv_record first;      /* it */
};

/* Names, with a year among them; one may be missing. */
static bool is_head(const struct csv_record *record)
{
    size_t empty = 0, names = 0;
    for (size_t i = 0; i < record->count; i++) {
        struct span field = record->fields[i];
        bool number = csv_is_number(field);
        if (number && field.len != YEAR_DIGITS)
            return false;
        empty += !field.len;
        names += field.len && !number;
    }
    return names && empty <= 1;
}

static bool survey(struct csv *csv, struct csv_record *record, size_t shown)
{
    struct span rest = csv->text;
    csv->rows = csv->columns = csv->widest = 0;
    while (csv_next(record, &rest, csv->separator)) {
        size_t width = record->text.len + record->count;
        if (record->count > csv->columns)
            csv->columns = record->count;
        if (csv->rows++ < shown && width > csv->widest)
            csv->widest = width;
    }
    rest = csv->text;
    csv->head =
        csv_next(&csv->first, &rest, csv->separator) && is_head(&csv->first) && csv->rows > 1;
    if (csv->head)
        csv->text = rest;
    csv->rows -= csv->head;
    return !record->text.failed && !csv->first.text.failed;
}

static void write_head(struct building *building, const struct csv *csv)
{
    building_open(building, TAG_thead);
    building_open(building, TAG_tr);
    for (size_t i = 0; i < csv->columns; i++) {
        building_open(building, TAG_th);
        if (!csv->head)
            building_printf(building, "%zu", i + 1);
        else if (i < csv->first.count)
            building_text(building, csv->first.fields[i]);
        building_close(building);
    }
    building_close(building);
    building_close(building);
}

static void write_row(struct building *building, const struct csv_record *record)
{
    building_open(building, TAG_tr);
    for (size_t i = 0; i < record->count; i++)
        building_element(building, TAG_td, record->fields[i]);
    building_close(building);
}

static void write_record(struct building *building, const struct csv *csv,
                         const struct csv_record *record)
{
    building_open(building, TAG_p);
    for (size_t i = 0; i < record->count; i++) {
        if (!record->fields[i].len)
            continue;
        if (csv->head && i < csv->first.count)
            building_text(building, csv->first.fields[i]);
        else
            building_printf(building, "%zu", i + 1);
        building_words(building, ": ");
        building_text(building, record->fields[i]);
        building_element(building, TAG_br, (struct span){NULL, 0});
    }
    building_close(building);
}

static bool write_rows(struct building *building, const struct csv *csv, struct csv_record *record,
                       size_t shown)
{
    struct span rest = csv->text;
    bool table = csv->columns <= TABLE_COLUMNS;
    if (table) {
        building_open(building, TAG_table);
        if (csv->head || csv->widest > WIDE)
            write_head(building, csv);
        building_open(building, TAG_tbody);
    }
    for (size_t row = 0; row < shown && csv_next(record, &rest, csv->separator); row++) {
        if (table)
            write_row(building, record);
        else
            write_record(building, csv, record);
    }
    if (table) {
        building_close(building);
        building_close(building);
    }
    if (csv->rows > shown) {
        building_open(building, TAG_p);
        building_printf(building, "The first %zu of %zu rows.", shown, csv->rows);
        building_close(building);
    }
    return !record->text.failed;
}

/* PASS when there is nothing to make columns of, or too much. */
static enum module_result write_file(struct building *building, struct csv *csv,
                                     struct csv_record *record)
{
    size_t shown = building_number(building->call, "rows", ROWS_SHOWN);
    csv->text = building->text;
    csv->separator = csv_separator(record, &csv->text);
    if (record->text.no_memory)
        return building_no_memory(building->call);
    if (!csv->separator)
        return MODULE_PASS;
    record->cut = false;
    if (!survey(csv, record, shown))
        return building_no_memory(building->call);
    if (record->cut)
        return MODULE_PASS;
    if (!write_rows(building, csv, record, shown))
        return building_no_memory(building->call);
    return MODULE_OK;
}

static enum module_result build_table(struct building *building, struct csv *csv,
                                      struct csv_record *record, struct buffer *facts_out,
                                      const struct tree **tree_out)
{
    struct span none = {NULL, 0};
    csv_init(record);
    csv_init(&csv->first);
    enum module_result result = write_file(building, csv, record);
    const char *type = csv->separator == '\t' ? "text/tab-separated-values" : "text/csv";
    if (result == MODULE_OK)
        result = building_end(building, type, none, none, facts_out, tree_out);
    else
        building_drop(building);
    csv_free(record);
    csv_free(&csv->first);
    return result;
}

static enum module_result build(struct call *call, void *state, struct span bytes,
                                const struct page_hints *hints, struct buffer *facts_out,
                                const struct tree **tree_out)
{
    struct building building;
    (void)state;
    *tree_out = NULL;
    if (sniff_is_binary(bytes) || sniff_looks_like_html(bytes))
        return MODULE_PASS;
    struct csv *csv = www4mail_alloc(call, sizeof *csv);
    struct csv_record *record = www4mail_alloc(call, sizeof *record);
    if (!csv || !record)
        return building_no_memory(call);
    if (!building_begin(&building, call, bytes, hints, (struct span){NULL, 0}))
        return MODULE_FAIL;
    return build_table(&building, csv, record, facts_out, tree_out);
}

static const struct builder_ops csv_ops = {.build = build};

WWW4MAIL_MODULE("csv", "filter", builder, &csv_ops);
