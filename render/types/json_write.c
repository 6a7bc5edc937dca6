/* SPDX-License-Identifier: ISC */
/*
 * Values as a page: members as "key: value", lists as lists, a list of objects that are alike and
 * flat as a table (which the renderers turn into records where it is too wide).
 */
#include "render/types/json.h"

#include <string.h>

enum {
    VALUES_SHOWN = 20000,
    DEPTH_SHOWN = 24,
    TABLE_COLUMNS = 60,
    CELL_MAX = 200,  /* bytes of a text in a table */
    INLINE_MAX = 60, /* of a list written on one line */
    URL_MAX = 2000
};

struct frame {
    uint32_t end;
    enum tree_tag item; /* what each of its values stands in */
    bool list;          /* these stand in a list of their own */
};

struct writer {
    struct building *building;
    const struct json *json;
    struct frame frames[DEPTH_SHOWN];
    size_t depth;
    uint32_t columns[TABLE_COLUMNS]; /* values whose keys are the headings */
    size_t column_count;
};

/* ---- scalars ---- */

static bool is_scalar(const struct json *json, uint32_t value)
{
    return json_at(json, value)->kind > JSON_ARRAY;
}

/* A text that would be read as something else goes in quotes. */
static bool needs_quotes(struct span text)
{
    uint64_t number;
    return !text.len || span_to_u64(text, &number) || span_equal(text, SPAN_LITERAL("true")) ||
           span_equal(text, SPAN_LITERAL("false")) || span_equal(text, SPAN_LITERAL("null"));
}

static bool is_url(struct span text)
{
    return text.len < URL_MAX && span_find_byte(text, ' ') < 0 && span_find_byte(text, '\n') < 0 &&
           (span_starts_nocase(text, SPAN_LITERAL("http://")) ||
            span_starts_nocase(text, SPAN_LITERAL("https://")));
}

static void write_lines(struct building *building, struct span text)
{
    struct span line;
    for (bool first = true; span_next_line(&text, &line); first = false) {
        if (!first)
            building_element(building, TAG_br, (struct span){NULL, 0});
        building_text(building, line);
    }
}

static void write_scalar(struct writer *writer, uint32_t value)
{
    struct building *building = writer->building;
    struct span text = json_text(writer->json, value);
    bool quoted = json_at(writer->json, value)->kind == JSON_STRING && needs_quotes(text);
    if (is_url(text)) {
        building_link(building, text, text);
        return;
    }
    if (quoted)
        building_words(building, "\"");
    write_lines(building, text);
    if (quoted)
        building_words(building, "\"");
}

/* ---- lists on one line ---- */

static bool fits_inline(const struct json *json, uint32_t array)
{
    size_t len = 0;
    for (uint32_t i = array + 1; i < json_at(json, array)->end; i = json_at(json, i)->end) {
        struct span text = json_text(json, i);
        len += text.len + 2;
        if (!is_scalar(json, i) || len > INLINE_MAX || span_find_byte(text, ',') >= 0 ||
            span_find_byte(text, '\n') >= 0 || is_url(text))
            return false;
    }
    return true;
}

static void write_inline(struct writer *writer, uint32_t array)
{
    const struct json *json = writer->json;
    uint32_t end = json_at(json, array)->end;
    if (end == array + 1)
        building_words(writer->building, json_at(json, array)->kind == JSON_ARRAY ? "[]" : "{}");
    for (uint32_t i = array + 1; i < end; i = json_at(json, i)->end) {
        if (i > array + 1)
            building_words(writer->building, ", ");
        write_scalar(writer, i);
    }
}

static bool is_inline(const struct json *json, uint32_t value)
{
    const struct json_value *at = json_at(json, value);
    return at->end == value + 1 || (at->kind == JSON_ARRAY && fits_inline(json, value));
}

/* ---- tables ---- */

static size_t column_of(const struct writer *writer, uint32_t member, size_t expected)
{
    struct span key = json_key(writer->json, member);
    if (expected < writer->column_count &&
        span_equal(key, json_key(writer->json, writer->columns[expected])))
        return expected;
    for (size_t i = 0; i < writer->column_count; i++)
        if (span_equal(key, json_key(writer->json, writer->columns[i])))
            return i;
    return writer->column_count;
}

/* Takes the headings of one object; false when it is none for a table. */
static bool take_row(struct writer *writer, uint32_t object, size_t *members_out)
{
    const struct json *json = writer->json;
    *members_out = 0;
    if (json_at(json, object)->kind != JSON_OBJECT)
        return false;
    for (uint32_t i = object + 1; i < json_at(json, object)->end; i = json_at(json, i)->end) {
        if (!is_inline(json, i) || json_at(json, i)->text_len > CELL_MAX)
            return false;
        size_t column = column_of(writer, i, *members_out);
        if (column == TABLE_COLUMNS)
            return false;
        if (column == writer->column_count)
            writer->columns[writer->column_count++] = i;
        ++*members_out;
    }
    return true;
}

/* At least two objects of scalars, with two thirds of all the keys in each. */
static bool is_table(struct writer *writer, uint32_t array)
{
    const struct json *json = writer->json;
    size_t rows = 0, least = TABLE_COLUMNS, members;
    writer->column_count = 0;
    if (json_at(json, array)->kind != JSON_ARRAY)
        return false;
    for (uint32_t i = array + 1; i < json_at(json, array)->end; i = json_at(json, i)->end) {
        if (!take_row(writer, i, &members))
            return false;
        if (members < least)
            least = members;
        rows++;
    }
    return rows > 1 && writer->column_count > 1 && least * 3 >= writer->column_count * 2;
}

static void write_row(struct writer *writer, uint32_t object)
{
    const struct json *json = writer->json;
    uint32_t cells[TABLE_COLUMNS] = {0};
    size_t expected = 0;
    for (uint32_t i = object + 1; i < json_at(json, object)->end; i = json_at(json, i)->end) {
        size_t column = column_of(writer, i, expected++);
        if (column < writer->column_count)
            cells[column] = i;
    }
    building_open(writer->building, TAG_tr);
    for (size_t i = 0; i < writer->column_count; i++) {
        building_open(writer->building, TAG_td);
        if (cells[i] && is_scalar(json, cells[i]))
            write_scalar(writer, cells[i]);
        else if (cells[i])
            write_inline(writer, cells[i]);
        building_close(writer->building);
    }
    building_close(writer->building);
}

static void write_table(struct writer *writer, uint32_t array, uint32_t limit)
{
    struct building *building = writer->building;
    const struct json *json = writer->json;
    uint32_t end = json_at(json, array)->end;
    building_open(building, TAG_table);
    building_open(building, TAG_thead);
    building_open(building, TAG_tr);
    for (size_t i = 0; i < writer->column_count; i++)
        building_element(building, TAG_th, json_key(json, writer->columns[i]));
    building_close(building);
    building_close(building);
    building_open(building, TAG_tbody);
    for (uint32_t i = array + 1; i < end && i < limit; i = json_at(json, i)->end)
        write_row(writer, i);
    building_close(building);
    building_close(building);
}

/* ---- the walk ---- */

/* The members of the root and of an object in a list stand by themselves, others in a list. */
static struct frame frame_of(const struct writer *writer, uint32_t value)
{
    const struct json_value *at = json_at(writer->json, value);
    const struct frame *above = writer->depth ? &writer->frames[writer->depth - 1] : NULL;
    struct frame frame = {.end = at->end, .item = TAG_li, .list = true};
    bool keyless = !above || !at->key_len;
    if (at->kind == JSON_OBJECT && keyless) {
        frame.item = TAG_div;
        frame.list = false;
    }
    return frame;
}

static void close_frames(struct writer *writer, uint32_t at)
{
    while (writer->depth && writer->frames[writer->depth - 1].end <= at) {
        if (writer->frames[--writer->depth].list)
            building_close(writer->building);
        if (writer->depth)
            building_close(writer->building); /* the item that it stands in */
    }
}

/* Returns the value to go on with. */
static uint32_t write_value(struct writer *writer, uint32_t value, uint32_t limit)
{
    const struct json *json = writer->json;
    uint32_t end = json_at(json, value)->end;
    if (is_scalar(json, value)) {
        write_scalar(writer, value);
    } else if (is_inline(json, value)) {
        write_inline(writer, value);
    } else if (is_table(writer, value)) {
        write_table(writer, value, limit);
    } else if (writer->depth == DEPTH_SHOWN) {
        building_printf(writer->building, "(%u more values, nested deeper)", end - value - 1);
    } else {
        struct frame frame = frame_of(writer, value);
        if (frame.list)
            building_open(writer->building, TAG_ul);
        writer->frames[writer->depth++] = frame;
        return value + 1;
    }
    if (writer->depth)
        building_close(writer->building);
    return end;
}

static void write_item(struct writer *writer, uint32_t value)
{
    struct span key = json_key(writer->json, value);
    building_open(writer->building, writer->frames[writer->depth - 1].item);
    if (!key.len)
        return;
    building_text(writer->building, key);
    building_words(writer->building, ": ");
}

void json_write(struct building *building, const struct json *json)
{
    struct writer writer = {.building = building, .json = json};
    uint32_t at = json_root(json), end = json_at(json, at)->end;
    uint32_t shown = building_number(building->call, "values", VALUES_SHOWN);
    uint32_t limit = shown < end - at ? at + shown : end;
    while (at < limit) {
        close_frames(&writer, at);
        if (writer.depth)
            write_item(&writer, at);
        at = write_value(&writer, at, limit);
    }
    close_frames(&writer, UINT32_MAX);
    if (limit < end)
        building->simplified = "there is very much data, the end of it is missing";
}
