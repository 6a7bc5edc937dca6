/* SPDX-License-Identifier: ISC */
/*
 * Files that were put into the body as lines of `begin 644 name` ... `end`.  A line counts when
 * its first byte tells its length rightly; the first that does not ends the file.
 */
#include "agent/request/mime.h"
#include "agent/request/transfer.h"

static size_t line_bytes(struct span line)
{
    return line.len > 0 ? (size_t)(line.at[0] - ' ') & 63 : 0;
}

/* Mail programs strip trailing blanks, which stand for zeros, so a line may be short of them. */
static bool is_data_line(struct span line)
{
    if (line.len < 2 || line.at[0] <= ' ' || line.at[0] > 'M')
        return false;
    size_t wanted = (line_bytes(line) + 2) / 3 * 4 + 1;
    if (line.len > wanted + 2 || line.len + 3 < wanted)
        return false;
    for (size_t i = 1; i < line.len; i++)
        if (line.at[i] < ' ' || line.at[i] > '`')
            return false;
    return true;
}

/* `begin`, three or four octal digits, a name. */
static bool read_begin(struct span line, struct span *name_out)
{
    struct span word;
    if (!span_starts_nocase(line, SPAN_LITERAL("begin ")) || !span_next_word(&line, &word) ||
        !span_next_word(&line, &word) || word.len < 3 || word.len > 4)
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (word.at[i] < '0' || word.at[i] > '7')
            return false;
    *name_out = span_trim(line);
    return name_out->len > 0;
}

/* Takes the rest of a file off the text: its data lines, then an empty one and `end`. */
static void take_file(struct span *rest, struct uuencode_file *file)
{
    struct span after = *rest, line;
    file->lines = (struct span){rest->at, 0};
    while (span_next_line(&after, &line) && is_data_line(line)) {
        *rest = after;
        file->lines.len = (size_t)(rest->at - file->lines.at);
    }
    after = *rest;
    if (!span_next_line(&after, &line))
        return;
    if (span_trim(line).len == 0 || span_equal(span_trim(line), SPAN_LITERAL("`"))) {
        *rest = after;
        if (!span_next_line(&after, &line))
            return;
    }
    if (span_equal_nocase(span_trim(line), SPAN_LITERAL("end")))
        *rest = after;
}

bool uuencode_next(struct span *rest, struct buffer *text_out, struct uuencode_file *file_out)
{
    struct span line, next;
    while (true) {
        const char *start = rest->at;
        if (!span_next_line(rest, &line))
            return false;
        struct span after = *rest;
        if (read_begin(line, &file_out->name) && span_next_line(&after, &next) &&
            is_data_line(next)) {
            take_file(rest, file_out);
            return true;
        }
        transfer_add(text_out, start, (size_t)(rest->at - start));
    }
}

static void decode_line(struct span line, struct buffer *out)
{
    size_t left = line_bytes(line);
    for (size_t at = 1; left > 0; at += 4) {
        unsigned bits = 0;
        for (size_t i = 0; i < 4; i++) {
            char c = at + i < line.len ? line.at[at + i] : ' ';
            bits = bits << 6 | ((unsigned)(c - ' ') & 63);
        }
        char bytes[3] = {(char)(bits >> 16 & 0xff), (char)(bits >> 8 & 0xff), (char)(bits & 0xff)};
        size_t count = left < 3 ? left : 3;
        if (!transfer_add(out, bytes, count))
            return;
        left -= count;
    }
}

void uuencode_decode(struct span lines, struct buffer *out)
{
    struct span line;
    while (span_next_line(&lines, &line))
        decode_line(line, out);
}
