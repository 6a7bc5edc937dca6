/* SPDX-License-Identifier: ISC */
/* Reads records, and finds out what separates their values. */
#include "render/types/csv_fields.h"

#include <string.h>

enum { LOOK_RECORDS = 100, LOOK_BYTES = 64 * 1024, RECORD_MAX = 64 * 1024 * 1024 };

void csv_init(struct csv_record *record)
{
    record->count = 0;
    record->cut = false;
    buffer_init(&record->text, RECORD_MAX);
}

void csv_free(struct csv_record *record)
{
    buffer_free(&record->text);
}

/* How long a quoted value is, with both quotes; 0 when it does not end. */
static size_t quoted_len(struct span text)
{
    size_t reach = text.len < CSV_QUOTED_REACH ? text.len : CSV_QUOTED_REACH;
    size_t at = 1;
    while (at < reach) {
        const char *quote = memchr(text.at + at, '"', reach - at);
        if (!quote)
            return 0;
        at = (size_t)(quote - text.at) + 1;
        if (at == text.len || text.at[at] != '"')
            return at;
        at++;
    }
    return 0;
}

static void add_quoted(struct buffer *out, struct span inner)
{
    for (size_t i = 0; i < inner.len; i++) {
        buffer_add_byte(out, inner.at[i]);
        i += inner.at[i] == '"'; /* the second of two */
    }
}

static bool is_end(char byte, char separator)
{
    return byte == separator || byte == '\n';
}

/* Takes one value off, up to its separator or the end of the line. */
static void take_field(struct csv_record *record, struct span *rest, char separator)
{
    size_t start = record->text.len, at = 0;
    while (at < rest->len && rest->at[at] == ' ')
        at++;
    size_t quoted = at < rest->len && rest->at[at] == '"' ? quoted_len(span_from(*rest, at)) : 0;
    if (quoted) {
        add_quoted(&record->text, (struct span){rest->at + at + 1, quoted - 2});
        at += quoted;
    }
    size_t from = at;
    while (at < rest->len && !is_end(rest->at[at], separator))
        at++;
    struct span behind = {rest->at + from, at - from}, words = span_trim(behind);
    if (quoted && words.len && words.at > behind.at)
        buffer_add_byte(&record->text, ' ');
    buffer_add_span(&record->text, words);
    if (record->count < CSV_MAX_FIELDS) {
        record->lengths[record->count++] = record->text.len - start;
    } else {
        record->text.len = start;
        record->cut = true;
    }
    *rest = span_from(*rest, at);
}

static void take_record(struct csv_record *record, struct span *rest, char separator)
{
    record->count = 0;
    buffer_clear(&record->text);
    do {
        take_field(record, rest, separator);
        if (!rest->len)
            break;
        char end = rest->at[0];
        *rest = span_from(*rest, 1);
        if (end == '\n')
            break;
    } while (!record->text.failed);
    size_t at = 0;
    for (size_t i = 0; i < record->count; at += record->lengths[i++])
        record->fields[i] = span_trim(
            (struct span){record->text.at ? record->text.at + at : "", record->lengths[i]});
}

bool csv_next(struct csv_record *record, struct span *rest, char separator)
{
    while (rest->len) {
        take_record(record, rest, separator);
        if (record->text.failed)
            return false;
        for (size_t i = 0; i < record->count; i++)
            if (record->fields[i].len)
                return true;
    }
    return false;
}

/* How many of a hundred of the first records have the number of fields that most have; 0 when that
 * is one. */
static size_t evenness(struct csv_record *record, struct span text, char separator,
                       size_t *fields_out)
{
    size_t counts[CSV_MAX_FIELDS + 1] = {0}, records = 0, best = 0;
    while (records < LOOK_RECORDS && csv_next(record, &text, separator)) {
        counts[record->count]++;
        records++;
    }
    for (size_t i = 2; i <= CSV_MAX_FIELDS; i++)
        if (counts[i] > counts[best])
            best = i;
    *fields_out = best;
    return best ? counts[best] * 100 / records : 0;
}

char csv_separator(struct csv_record *record, struct span *text)
{
    static const char separators[] = "\t;,|";
    struct span look = *text, line;
    size_t best = 0, best_fields = 0, fields;
    char found = '\0';
    if (span_next_line(&look, &line) && line.len == 5 &&
        span_starts_nocase(line, SPAN_LITERAL("sep="))) {
        *text = look;
        return line.at[4];
    }
    look = *text;
    if (look.len > LOOK_BYTES) {
        look.len = LOOK_BYTES;
        while (look.len && look.at[look.len - 1] != '\n')
            look.len--;
    }
    for (const char *at = separators; *at; at++) {
        size_t even = evenness(record, look, *at, &fields);
        if (even > best || (even == best && fields > best_fields)) {
            best = even;
            best_fields = fields;
            found = even ? *at : '\0';
        }
    }
    return found;
}

bool csv_is_number(struct span field)
{
    bool digit = false;
    for (size_t i = 0; i < field.len; i++) {
        char byte = field.at[i];
        if (byte >= '0' && byte <= '9')
            digit = true;
        else if (!strchr(" .,'+-%$()", byte) || !byte)
            return false;
    }
    return digit;
}
