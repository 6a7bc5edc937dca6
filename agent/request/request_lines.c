/* SPDX-License-Identifier: ISC */
/* A person's own lines, out of everything that a mail carries besides. */
#include "agent/request/request_lines.h"

#include "agent/request/request_urls.h"
#include "agent/request/request_verbs.h"

#include <string.h>

enum {
    JOINS_MAX = 200,      /* broken addresses mended in one text */
    ANGLE_LINES_MAX = 10, /* lines between < and > */
    FULL_COLUMNS = 70,    /* a line this long may have been broken by a program */
    SOFT_COLUMNS = 60,    /* the same, when it ends with = */
    JOINED_MAX_BYTES = 8192,
    LOOK_AHEAD_LINES = 4
};

/* BEGIN and END alone on their lines: only what is between them counts. */
static struct span between_marks(struct span text)
{
    struct span rest = text, line, start = {NULL, 0};
    while (span_next_line(&rest, &line)) {
        struct span word = request_trim(line);
        if (!start.at && span_equal_nocase(word, SPAN_LITERAL("begin")))
            start = rest;
        else if (start.at && span_equal_nocase(word, SPAN_LITERAL("end")))
            return (struct span){start.at, (size_t)(line.at - start.at)};
    }
    return text;
}

void request_lines_begin(struct request_lines *lines, struct arena *arena, struct span text)
{
    *lines =
        (struct request_lines){.arena = arena, .rest = between_marks(text), .joins = JOINS_MAX};
}

static bool is_quoted(struct span line)
{
    return line.len > 0 && line.at[0] == '>';
}

static struct span peek(struct span rest)
{
    struct span line;
    return span_next_line(&rest, &line) ? request_trim(line) : (struct span){NULL, 0};
}

/* The next line that is not empty, if it comes soon. */
static struct span peek_text(struct span rest)
{
    struct span line;
    for (int i = 0; i < LOOK_AHEAD_LINES && span_next_line(&rest, &line); i++)
        if (request_trim(line).len > 0)
            return request_trim(line);
    return (struct span){NULL, 0};
}

static bool begins_header_block(struct span line, struct span rest)
{
    struct span next;
    if (!request_line_is_from_field(line))
        return false;
    for (int i = 0; i < LOOK_AHEAD_LINES && span_next_line(&rest, &next); i++)
        if (request_line_is_other_field(request_trim(next)))
            return true;
    return false;
}

/* An attribution may be alone on its line or go on in the next; `rest` moves behind it. */
static bool take_attribution(struct span line, struct span *rest)
{
    if (request_line_attributes(line))
        return true;
    struct span next = peek(*rest), skipped;
    bool has_sign = span_find_byte(line, '@') >= 0 || span_find_byte(line, ',') >= 0;
    if (!has_sign || span_find(line, SPAN_LITERAL("://")) >= 0 ||
        !request_line_ends_attribution(next))
        return false;
    span_next_line(rest, &skipped);
    return true;
}

static size_t columns_of(struct span line)
{
    size_t columns = 0;
    for (size_t i = 0; i < line.len; i++)
        columns += (line.at[i] & 0xc0) != 0x80;
    return columns;
}

/* The last word of a line, as long as an address may be. */
static struct span last_word(struct span line)
{
    size_t start = line.len;
    while (start > 0 && !strchr(" \t<>\"", line.at[start - 1]))
        start--;
    return span_from(line, start);
}

/* A capital and small letters only: somebody's name, or "Thanks", not a piece of an address. */
static bool is_plain_word(struct span text)
{
    if (text.len == 0 || text.at[0] < 'A' || text.at[0] > 'Z')
        return false;
    for (size_t i = 1; i < text.len; i++)
        if ((text.at[i] < 'a' || text.at[i] > 'z') &&
            !(i + 1 == text.len && strchr(",.!", text.at[i])))
            return false;
    return true;
}

/* One run of the bytes that addresses are made of, and nothing that stands for itself. */
static bool may_continue(struct span next)
{
    for (size_t i = 0; i < next.len; i++)
        if ((unsigned char)next.at[i] <= ' ' || strchr("<>\"\\^`{|}", next.at[i]) ||
            next.at[i] == 0x7f)
            return false;
    return next.len > 0 && request_url_likeness(next) != URL_EXPLICIT && !request_line_ends(next) &&
           !request_verb_find(next) && !is_plain_word(next);
}

/* How many bytes of the line remain when the next line continues it; 0 when it does not. */
static size_t keep_of(struct span line, struct span next)
{
    struct span word = last_word(line);
    if (line.len == 0 || (request_url_likeness(word) == URL_NOT && line.at[line.len - 1] != '\\') ||
        !may_continue(next))
        return 0;
    if (line.at[line.len - 1] == '\\')
        return request_url_likeness((struct span){word.at, word.len - 1}) ? line.len - 1 : 0;
    if (line.at[line.len - 1] == '=' && columns_of(line) >= SOFT_COLUMNS)
        return columns_of(line) >= 73 ? line.len - 1 : line.len;
    return columns_of(line) >= FULL_COLUMNS && request_url_likeness(word) == URL_EXPLICIT ? line.len
                                                                                          : 0;
}

/* Lines up to the one with the `>` that closes the address at the end of this line; 0 when there
 * is nothing to close. */
static size_t angle_lines(struct span line, struct span rest)
{
    struct span word = last_word(line), next;
    size_t open = (size_t)(word.at - line.at);
    if (open == 0 || line.at[open - 1] != '<' || request_url_likeness(word) != URL_EXPLICIT)
        return 0;
    for (size_t count = 1; count <= ANGLE_LINES_MAX && span_next_line(&rest, &next); count++) {
        next = request_trim(next);
        if (next.len == 0 || is_quoted(next) || span_find_byte(next, '<') >= 0)
            return next.len > 0 && next.at[0] == '>' ? count : 0;
        if (span_find_byte(next, '>') >= 0)
            return count;
    }
    return 0;
}

/* Puts what belongs to a line together; `line` itself when nothing does. */
static struct span join(struct request_lines *lines, struct span line)
{
    struct buffer text;
    struct span next = line;
    size_t angle = angle_lines(line, lines->rest), keep = 0, cut = 0;
    buffer_init(&text, JOINED_MAX_BYTES);
    buffer_add_span(&text, line);
    while (lines->joins > 0 &&
           (angle > 0 || (keep = keep_of(buffer_span(&text), peek(lines->rest))) > 0)) {
        /* Only a line that was itself full goes on. */
        if (angle == 0 && cut > 0 && columns_of(next) < SOFT_COLUMNS)
            break;
        text.len = angle > 0 ? text.len : keep;
        span_next_line(&lines->rest, &next);
        buffer_add_span(&text, request_trim(next));
        cut++;
        angle -= angle > 0;
    }
    if (cut > 0 && !text.failed) {
        const char *copy = arena_copy_span(lines->arena, buffer_span(&text));
        lines->failed |= !copy;
        lines->joins--;
        line = span_of(copy);
    }
    lines->failed |= text.no_memory;
    buffer_free(&text);
    return line;
}

/* Skips the armour header of a signed text: everything up to its empty line. */
static void skip_armour(struct span *rest)
{
    struct span line;
    while (span_next_line(rest, &line) && request_trim(line).len > 0)
        ;
}

/* True when the line is to be passed over; `rest` moves on with it. */
static bool pass_over(struct request_lines *lines, struct span line)
{
    bool behind_tail = lines->behind_tail;
    lines->behind_tail = false;
    if (is_quoted(line) || (line.len > 0 && line.at[0] == '#'))
        return true;
    if (span_starts_nocase(line, SPAN_LITERAL("-----BEGIN PGP SIGNED MESSAGE-----"))) {
        skip_armour(&lines->rest);
        return true;
    }
    if (request_line_is_tail(line)) {
        lines->behind_tail = true;
        return true;
    }
    if (behind_tail && span_starts_nocase(line, SPAN_LITERAL("<http")))
        return true;
    return line.len > 0 && line.at[line.len - 1] == ':' && is_quoted(peek_text(lines->rest)) &&
           !request_line_attributes(line);
}

bool request_lines_next(struct request_lines *lines, struct span *line_out)
{
    struct span raw;
    while (!lines->failed && span_next_line(&lines->rest, &raw)) {
        struct span line = request_trim(raw);
        if (pass_over(lines, line))
            continue;
        if (line.len > 0) {
            if (request_line_ends(line) || begins_header_block(line, lines->rest))
                break;
            if (take_attribution(line, &lines->rest)) {
                if (is_quoted(peek_text(lines->rest)))
                    continue;
                break;
            }
            line = join(lines, line);
        }
        *line_out = line;
        return !lines->failed;
    }
    lines->rest = (struct span){NULL, 0};
    return false;
}
