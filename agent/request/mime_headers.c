/* SPDX-License-Identifier: ISC */
/*
 * The header block of a mail as a table: every field in its order, and behind it what is made of
 * the few that decide who gets an answer.  A block that is not to be trusted gives one row, which
 * says why.
 */
#include "agent/request/mime.h"

#include "agent/base/charset.h"
#include "agent/request/address_list.h"
#include "agent/request/encoded_word.h"

#include <string.h>

struct reading {
    struct flat_writer rows;
    struct buffer value, clean; /* of the field at hand, used again for each */
    size_t from_fields;
    bool subject, message_id, references;
    struct span reply_to_id; /* raw In-Reply-To, for a mail without References */
};

static void add_row(struct reading *reading, enum headers_what what, struct span name,
                    struct span value)
{
    flat_number(&reading->rows, (uint32_t)what);
    flat_text(&reading->rows, name);
    flat_text(&reading->rows, value);
}

/* Takes the next field off the block: name and raw value, folds included.  Lines that are no
 * field are passed over; false at the empty line or the end. */
static bool next_field(struct span *block, struct span *name_out, struct span *value_out)
{
    struct span line;
    while (span_next_line(block, &line) && line.len > 0) {
        const char *end = line.at + line.len;
        while (block->len > 0 && (block->at[0] == ' ' || block->at[0] == '\t')) {
            struct span more;
            span_next_line(block, &more);
            end = more.at + more.len;
        }
        ptrdiff_t colon = span_find_byte(line, ':');
        struct span name = span_trim((struct span){line.at, colon < 0 ? 0 : (size_t)colon});
        if (name.len == 0 || span_find_byte(name, ' ') >= 0 || line.at[0] == ' ' ||
            line.at[0] == '\t')
            continue;
        const char *value = line.at + colon + 1;
        *name_out = name;
        *value_out = span_trim((struct span){value, (size_t)(end - value)});
        return true;
    }
    return false;
}

/* Folds become one blank each. */
static void unfold(struct span raw, struct buffer *out)
{
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.at[i] != '\n' && raw.at[i] != '\r') {
            buffer_add_byte(out, raw.at[i]);
            continue;
        }
        while (i + 1 < raw.len && strchr(" \t\r\n", raw.at[i + 1]))
            i++;
        buffer_add_byte(out, ' ');
    }
}

static void add_subject(struct reading *reading, struct span value)
{
    buffer_clear(&reading->clean);
    encoded_word_decode(value, &reading->clean);
    add_row(reading, HEADERS_SUBJECT, SPAN_LITERAL(""), buffer_span(&reading->clean));
}

/* Both From fields of a mail that has two are shown; the second makes it bad. */
static void add_from(struct reading *reading, struct span value)
{
    struct address_list list = {.rest = value};
    struct mailbox_address mailbox;
    if (reading->from_fields++ > 0) {
        add_row(reading, HEADERS_FROM_BAD, SPAN_LITERAL(""), SPAN_LITERAL("two From fields"));
        return;
    }
    while (address_list_next(&list, &mailbox)) {
        buffer_clear(&reading->clean);
        address_list_name(mailbox.name, &reading->clean);
        add_row(reading, HEADERS_FROM, buffer_span(&reading->clean),
                (struct span){mailbox.address, mailbox.len});
    }
    if (list.group)
        add_row(reading, HEADERS_FROM_GROUP, SPAN_LITERAL(""), SPAN_LITERAL(""));
    if (list.bad)
        add_row(reading, HEADERS_FROM_BAD, SPAN_LITERAL(""), SPAN_LITERAL("cannot be read"));
}

/* Takes the next sound message id off the text. */
static bool next_id(struct span *rest, struct span *id_out)
{
    ptrdiff_t open;
    while ((open = span_find_byte(*rest, '<')) >= 0) {
        struct span id = span_from(*rest, (size_t)open);
        size_t len = 1;
        while (len < id.len && id.at[len] > ' ' && id.at[len] < 0x7f && id.at[len] != '<' &&
               id.at[len] != '>')
            len++;
        bool closed = len < id.len && id.at[len] == '>';
        *rest = span_from(id, len);
        *id_out = (struct span){id.at, len + 1};
        if (closed && len > 1 && id_out->len <= MESSAGE_ID_MAX_BYTES)
            return true;
    }
    return false;
}

static void add_message_id(struct reading *reading, struct span value)
{
    struct span rest = value, id;
    if (next_id(&rest, &id) && id.at == value.at && id.len == value.len)
        add_row(reading, HEADERS_MESSAGE_ID, SPAN_LITERAL(""), id);
}

/* The newest come last; the oldest are left out when there are too many. */
static void add_references(struct reading *reading, struct span value)
{
    struct span rest = value, id;
    size_t count = 0, skip;
    while (next_id(&rest, &id))
        count++;
    skip = count > REFERENCES_MAX ? count - REFERENCES_MAX : 0;
    rest = value;
    while (next_id(&rest, &id)) {
        if (skip > 0)
            skip--;
        else
            add_row(reading, HEADERS_REFERENCE, SPAN_LITERAL(""), id);
    }
}

/* True when the field has that name and none of its kind came before. */
static bool first_of(struct span name, const char *wanted, bool *seen)
{
    if (*seen || !span_equal_nocase(name, span_of(wanted)))
        return false;
    *seen = true;
    return true;
}

static void add_field(struct reading *reading, struct span name, struct span raw)
{
    buffer_clear(&reading->value);
    unfold(raw, &reading->value);
    struct span value = buffer_span(&reading->value);
    buffer_clear(&reading->clean);
    charset_clean_line(name, &reading->clean);
    size_t name_len = reading->clean.len;
    charset_clean_line(value, &reading->clean);
    struct span both = buffer_span(&reading->clean);
    add_row(reading, HEADERS_LINE, (struct span){both.at, name_len}, span_from(both, name_len));
    if (first_of(name, "subject", &reading->subject))
        add_subject(reading, value);
    else if (span_equal_nocase(name, SPAN_LITERAL("from")))
        add_from(reading, value);
    else if (first_of(name, "message-id", &reading->message_id))
        add_message_id(reading, value);
    else if (first_of(name, "references", &reading->references))
        add_references(reading, value);
    else if (span_equal_nocase(name, SPAN_LITERAL("in-reply-to")) && reading->reply_to_id.len == 0)
        reading->reply_to_id = raw;
}

static const char *what_is_wrong(struct span block)
{
    size_t fields = 0;
    struct span name, value;
    if (block.len > HEADER_MAX_BYTES)
        return "the header block is larger than 256 kB";
    if (span_find_byte(block, '\0') >= 0)
        return "there is a NUL in the header block";
    while (next_field(&block, &name, &value))
        if (++fields > HEADER_MAX_FIELDS)
            return "there are more than 1000 header fields";
    return NULL;
}

static bool read_fields(struct reading *reading, struct span block, size_t room)
{
    struct span name, value;
    while (next_field(&block, &name, &value))
        add_field(reading, name, value);
    if (!reading->references && reading->reply_to_id.len > 0)
        add_references(reading, reading->reply_to_id);
    return !reading->value.failed && !reading->clean.failed && !reading->rows.table.failed &&
           !reading->rows.heap.failed &&
           reading->rows.table.len + reading->rows.heap.len + 16 <= room;
}

/* A table of nothing but what is wrong. */
static void start_over(struct reading *reading, const char *wrong)
{
    struct buffer unused;
    buffer_init(&unused, HEADERS_MAX_BYTES * 2);
    flat_end(&reading->rows, &unused);
    buffer_free(&unused);
    flat_begin(&reading->rows, HEADERS_KIND, HEADERS_SHAPE, HEADERS_MAX_BYTES);
    add_row(reading, HEADERS_FAULT, SPAN_LITERAL(""), span_of(wrong));
}

/* For want of memory a field is shorter than it was; no rule may be held against it then. */
static bool is_short_of_memory(const struct reading *reading)
{
    return reading->value.no_memory || reading->clean.no_memory || reading->rows.table.no_memory ||
           reading->rows.heap.no_memory;
}

enum module_result mime_headers(struct call *call, struct span block, struct buffer *headers_out)
{
    struct reading reading = {.from_fields = 0};
    const char *wrong = what_is_wrong(block);
    flat_begin(&reading.rows, HEADERS_KIND, HEADERS_SHAPE, HEADERS_MAX_BYTES);
    buffer_init(&reading.value, HEADER_MAX_BYTES);
    buffer_init(&reading.clean, HEADERS_MAX_BYTES);
    if (!wrong && !read_fields(&reading, block, headers_out->max - headers_out->len))
        wrong = "the header fields take up too much room";
    bool no_memory = is_short_of_memory(&reading);
    if (wrong)
        start_over(&reading, wrong);
    bool whole = flat_end(&reading.rows, headers_out) && !no_memory;
    buffer_free(&reading.value);
    buffer_free(&reading.clean);
    if (!whole)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL,
                              "the header table does not fit into memory");
    return MODULE_OK;
}
