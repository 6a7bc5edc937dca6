/* SPDX-License-Identifier: ISC */
/*
 * Paragraphs into lines: UAX #14 by libunistring, but Latin words break at blanks only unless they
 * are longer than a line, and URLs never break.
 */
#include "render/text/text.h"

#include "agent/base/charset.h"

#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>
#include <unilbrk.h>
#include <uniwidth.h>

enum {
    LINE_MAX_BYTES = 998, /* RFC 5322 2.1.1 */
    TAB_COLUMNS = 8,
    ROOM_MIN = 16,
    FIRST_WIDE = 0x2e80, /* scripts written without blanks begin here */
    UNDERLINE_MIN = 3,
    WIDE_LEAST = 12 /* columns that do for a text whose lines may break anywhere */
};

/* ---- single lines ---- */

static struct span lead(const struct text_writer *writer)
{
    return buffer_span(writer->has_first ? &writer->first : &writer->prefix);
}

size_t text_room(const struct text_writer *writer)
{
    size_t taken = lead(writer).len;
    if (writer->narrow)
        return writer->width;
    return writer->width > taken + ROOM_MIN ? writer->width - taken : ROOM_MIN;
}

static size_t byte_room(const struct text_writer *writer)
{
    return LINE_MAX_BYTES - 1 - lead(writer).len;
}

/* Nothing is asked for between an item's mark and its words. */
void text_gap(struct text_writer *writer)
{
    if (!writer->has_first)
        writer->blank_line = true;
}

static void trim_end(struct buffer *out, size_t start)
{
    while (out->len > start && out->at[out->len - 1] == ' ')
        out->len--;
}

static void open_line(struct text_writer *writer)
{
    if (writer->blank_line && writer->out.len) {
        size_t start = writer->out.len, shared = writer->gap_prefix;
        if (shared > writer->prefix.len)
            shared = writer->prefix.len;
        buffer_add(&writer->out, writer->prefix.at, shared);
        trim_end(&writer->out, start);
        buffer_add_byte(&writer->out, '\n');
    }
    writer->blank_line = false;
    writer->gap_prefix = writer->prefix.len;
}

/* Writes the line that was filled.  Soft only where joining gives back the paragraph, and never a
 * line that would look like the mark before a signature. */
static void end_line(struct text_writer *writer, bool soft)
{
    open_line(writer);
    size_t start = writer->out.len;
    struct span line = buffer_span(&writer->line), before = lead(writer);
    soft = soft && !writer->prefix.len && !span_equal(line, SPAN_LITERAL("--"));
    buffer_add_span(&writer->out, before);
    buffer_add_span(&writer->out, line);
    trim_end(&writer->out, start);
    buffer_add_text(&writer->out, soft ? " \n" : "\n");
    if (writer->line_columns > writer->widest)
        writer->widest = writer->line_columns;
    buffer_clear(&writer->line);
    writer->line_columns = 0;
    writer->has_first = false;
}

/* Appends to the line, with the paragraph's own marks turned into what they stand for. */
static void fill(struct text_writer *writer, struct span text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != TEXT_GLUE && text.at[i] != TEXT_FIXED_BLANK)
            continue;
        buffer_add(&writer->line, text.at + from, i - from);
        if (text.at[i] == TEXT_FIXED_BLANK)
            buffer_add_byte(&writer->line, ' ');
        from = i + 1;
    }
    if (from < text.len) /* an absent text has no address to add to */
        buffer_add(&writer->line, text.at + from, text.len - from);
}

size_t text_whole_characters(struct span text, size_t max)
{
    if (text.len <= max)
        return text.len;
    while (max > 1 && (text.at[max] & 0xc0) == 0x80)
        max--;
    return max;
}

static void hard_pieces(struct text_writer *writer, struct span line)
{
    do {
        size_t len = text_whole_characters(line, byte_room(writer));
        fill(writer, (struct span){line.at, len});
        line = span_from(line, len);
        end_line(writer, false);
    } while (line.len);
}

void text_hard_line(struct text_writer *writer, struct span line)
{
    writer->line_columns = text_columns(line);
    hard_pieces(writer, line);
}

/* ---- words ---- */

static bool is_url_start(struct span word, size_t at)
{
    return span_starts_nocase(span_from(word, at), SPAN_LITERAL("://")) ||
           (at == 0 && (span_starts_nocase(word, SPAN_LITERAL("www.")) ||
                        span_starts_nocase(word, SPAN_LITERAL("mailto:"))));
}

static bool has_url(struct span word)
{
    for (size_t at = 0; at < word.len; at++)
        if ((at == 0 || word.at[at] == ':') && is_url_start(word, at))
            return true;
    return false;
}

static bool is_scheme_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '+' || byte == '-' || byte == '.';
}

/* Where the URL ends: at the end of the word, or where a script without blanks goes on. */
static size_t url_end(struct span word, size_t at)
{
    struct span rest = span_from(word, at);
    uint32_t code;
    while (rest.len) {
        struct span here = rest;
        charset_next(&rest, &code);
        if (code >= FIRST_WIDE)
            return word.len - here.len;
    }
    return word.len;
}

static void guard_urls(struct span word, char *breaks)
{
    size_t done = 0;
    for (size_t at = 0; at < word.len; at++) {
        if ((at && word.at[at] != ':') || !is_url_start(word, at))
            continue;
        size_t start = at, end = url_end(word, at);
        while (start > done && is_scheme_byte(word.at[start - 1]))
            start--;
        for (size_t i = start + 1; i < end; i++)
            breaks[i] = UC_BREAK_PROHIBITED;
        done = at = end;
    }
}

static bool is_wide_at(struct span word, size_t at)
{
    uint32_t code;
    struct span rest = span_from(word, at);
    return charset_next(&rest, &code) && code >= FIRST_WIDE;
}

static bool wide_beside(struct span word, size_t at)
{
    size_t before = at - 1;
    while (before && (word.at[before] & 0xc0) == 0x80)
        before--;
    return is_wide_at(word, at) || is_wide_at(word, before);
}

/* Vowels that are written before the consonant they belong to, in Thai and Lao: a syllable begins
 * there, and these scripts have no blanks between words. */
static bool begins_syllable(struct span word, size_t at)
{
    return word.len - at >= 3 && (unsigned char)word.at[at] == 0xe0 &&
           ((unsigned char)word.at[at + 1] == 0xb9 || (unsigned char)word.at[at + 1] == 0xbb) &&
           (unsigned char)word.at[at + 2] >= 0x80 && (unsigned char)word.at[at + 2] <= 0x84;
}

/* The places in a word where a line may end; NULL when memory is short. */
static const char *find_breaks(struct text_writer *writer, struct span word, bool anywhere)
{
    struct buffer *buffer = &writer->breaks;
    buffer_clear(buffer);
    if (!buffer_add_span(buffer, word)) {
        writer->out.failed = true;
        return NULL;
    }
    char *breaks = buffer->at;
    u8_possible_linebreaks((const uint8_t *)word.at, word.len, "UTF-8", breaks);
    for (size_t i = 1; i < word.len; i++) {
        bool wanted = anywhere || (breaks[i] == UC_BREAK_POSSIBLE && wide_beside(word, i));
        if (!wanted || word.at[i - 1] == TEXT_GLUE || word.at[i] == TEXT_GLUE)
            breaks[i] = UC_BREAK_PROHIBITED;
        else if (anywhere && begins_syllable(word, i))
            breaks[i] = UC_BREAK_POSSIBLE;
    }
    guard_urls(word, breaks);
    return breaks;
}

static bool fits(const struct text_writer *writer, size_t columns, size_t bytes)
{
    return writer->line_columns + columns <= text_room(writer) &&
           writer->line.len + bytes <= byte_room(writer);
}

/* A piece that no line can hold stays whole; only what mail cannot carry is cut. */
static void put_piece(struct text_writer *writer, struct span piece, size_t columns)
{
    bool is_url = piece.len <= URL_MAX_BYTES + LINE_MAX_BYTES && has_url(piece);
    size_t whole = piece.len;
    while (!is_url && piece.len > byte_room(writer)) {
        size_t len = text_whole_characters(piece, byte_room(writer));
        fill(writer, (struct span){piece.at, len});
        piece = span_from(piece, len);
        end_line(writer, false);
    }
    if (piece.len < whole)
        columns = text_columns(piece);
    fill(writer, piece);
    writer->line_columns += columns;
}

static void put_blank(struct text_writer *writer)
{
    buffer_add_byte(&writer->line, ' ');
    writer->line_columns++;
}

static void split_word(struct text_writer *writer, struct span word, bool anywhere)
{
    const char *breaks = find_breaks(writer, word, anywhere);
    bool blank = writer->line.len;
    for (size_t from = 0, to; breaks && from < word.len; from = to) {
        for (to = from + 1; to < word.len && breaks[to] != UC_BREAK_POSSIBLE;)
            to++;
        struct span piece = {word.at + from, to - from};
        size_t columns = text_columns(piece);
        if (writer->line.len && !fits(writer, columns + blank, piece.len + blank))
            end_line(writer, blank);
        else if (blank)
            put_blank(writer);
        blank = false;
        put_piece(writer, piece, columns);
    }
}

static bool has_wide(struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.at[i] >= 0xe2 && is_wide_at(word, i))
            return true;
    return false;
}

static void put_word(struct text_writer *writer, struct span word)
{
    size_t columns = text_columns(word), blank = writer->line.len != 0;
    if (fits(writer, columns + blank, word.len + blank)) {
        if (blank)
            put_blank(writer);
        put_piece(writer, word, columns);
        return;
    }
    bool too_long = columns > text_room(writer);
    if (too_long || has_wide(word)) {
        split_word(writer, word, too_long);
        return;
    }
    if (blank)
        end_line(writer, true);
    put_piece(writer, word, columns);
}

/* Words in scripts without blanks can be broken nearly anywhere. */
size_t text_least_columns(struct span text)
{
    size_t least = 0;
    while (text.len) {
        size_t end = 0;
        while (end < text.len && text.at[end] != ' ' && text.at[end] != '\n')
            end++;
        struct span word = {text.at, end};
        size_t columns = end > least ? text_columns(word) : 0;
        if (columns > WIDE_LEAST && has_wide(word) && !has_url(word))
            columns = WIDE_LEAST;
        if (columns > least)
            least = columns;
        text = span_from(text, end + 1);
    }
    return least;
}

/* ---- paragraphs ---- */

static void flow_line(struct text_writer *writer, struct span text)
{
    size_t at = 0;
    while (at < text.len && !writer->out.failed) {
        const char *blank = memchr(text.at + at, ' ', text.len - at);
        size_t end = blank ? (size_t)(blank - text.at) : text.len;
        if (end > at)
            put_word(writer, (struct span){text.at + at, end - at});
        at = end + 1;
    }
    end_line(writer, false);
}

/* Tabs become blanks up to the next stop. */
static void pre_line(struct text_writer *writer, struct span text)
{
    struct buffer wide;
    buffer_init(&wide, writer->out.max);
    size_t columns = 0;
    while (text.len) {
        ptrdiff_t tab = span_find_byte(text, '\t');
        struct span run = {text.at, tab < 0 ? text.len : (size_t)tab};
        buffer_add_span(&wide, run);
        columns += text_columns(run);
        if (tab >= 0)
            do
                buffer_add_byte(&wide, ' ');
            while (++columns % TAB_COLUMNS);
        text = span_from(text, run.len + (tab >= 0));
    }
    writer->line_columns = columns;
    hard_pieces(writer, buffer_span(&wide));
    writer->out.failed |= wide.failed;
    buffer_free_into(&wide, &writer->out);
}

static void underline(struct text_writer *writer)
{
    size_t room = text_room(writer), count = writer->widest;
    if (count < UNDERLINE_MIN)
        count = UNDERLINE_MIN;
    if (count > room)
        count = room;
    for (size_t i = 0; i < count; i++)
        buffer_add_byte(&writer->line, writer->underline);
    end_line(writer, false);
}

/* Without the blank lines at its ends. */
static struct span para_trim(const struct text_writer *writer)
{
    struct span text = buffer_span(&writer->para);
    size_t start = 0, kept = 0;
    while (text.len && strchr(" \n\t\1\2", text.at[text.len - 1]))
        text.len--;
    for (; start < text.len && strchr(" \n\t\1\2", text.at[start]); start++)
        if (text.at[start] == '\n' || !writer->pre)
            kept = start + 1;
    return span_from(text, kept);
}

void text_flush(struct text_writer *writer)
{
    text_link_pause(writer);
    struct span text = para_trim(writer), line;
    if (!text.len) {
        if (span_find_byte(buffer_span(&writer->para), '\n') >= 0)
            text_gap(writer);
        text_para_clear(writer);
        return;
    }
    writer->widest = 0;
    while (!writer->out.failed && span_next_line(&text, &line)) {
        if (writer->pre)
            pre_line(writer, line);
        else
            flow_line(writer, line);
    }
    if (writer->underline)
        underline(writer);
    text_para_clear(writer);
}
