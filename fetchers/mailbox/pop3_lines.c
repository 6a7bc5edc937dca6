/* SPDX-License-Identifier: ISC */
/*
 * Lines off a stream, and the text of a multi-line answer without its stuffing.  A text ends at
 * CRLF, dot, CRLF and nowhere else: a mail that holds a bare LF and a dot must not end early, or
 * its rest would be read as answers.  Only where the server ends its own lines with LF, LF counts.
 */
#include "fetchers/mailbox/pop3_lines.h"

#include <string.h>

void pop3_lines_init(struct pop3_lines *lines, const struct stream_ops *io, struct stream *stream)
{
    lines->io = io;
    lines->stream = stream;
    lines->at = lines->len = 0;
    lines->bare_lf = false;
    buffer_init(&lines->line, POP3_LINE_MAX);
}

void pop3_lines_free(struct pop3_lines *lines)
{
    buffer_free(&lines->line);
}

bool pop3_lines_pending(const struct pop3_lines *lines)
{
    return lines->at < lines->len || lines->io->pending(lines->stream);
}

/* What is at hand, after a read when that is nothing; false: the stream's fault. */
static bool fill(struct pop3_lines *lines, struct span *bytes_out)
{
    if (lines->at == lines->len) {
        ssize_t got = lines->io->read(lines->stream, lines->bytes, sizeof lines->bytes);
        lines->at = lines->len = 0;
        if (got <= 0)
            return false;
        lines->len = (size_t)got;
    }
    *bytes_out = (struct span){lines->bytes + lines->at, lines->len - lines->at};
    return true;
}

enum pop3_line pop3_lines_next(struct pop3_lines *lines, struct span *line_out)
{
    struct span bytes;
    ptrdiff_t end = -1;
    buffer_clear(&lines->line);
    while (end < 0) {
        if (!fill(lines, &bytes))
            return POP3_LINE_STREAM;
        end = span_find_byte(bytes, '\n');
        size_t taken = end < 0 ? bytes.len : (size_t)end + 1;
        if (lines->line.len + taken > POP3_LINE_MAX)
            return POP3_LINE_TOO_LONG;
        if (!buffer_add(&lines->line, bytes.at, taken))
            return POP3_LINE_MEMORY;
        lines->at += taken;
    }
    *line_out = buffer_span(&lines->line);
    line_out->len--;
    lines->bare_lf = line_out->len == 0 || line_out->at[line_out->len - 1] != '\r';
    if (!lines->bare_lf)
        line_out->len--;
    return POP3_LINE_OK;
}

/* Where in a text the next byte stands. */
enum place {
    PLACE_START,  /* of a line */
    PLACE_DOT,    /* behind a dot at the start of a line; it is held back */
    PLACE_DOT_CR, /* behind that dot and a CR, likewise */
    PLACE_CR,     /* behind a CR in a line */
    PLACE_LINE,
    PLACE_END
};

static enum place place_after(enum place place, char byte, bool bare_lf)
{
    switch (place) {
    case PLACE_START:
        if (byte == '.')
            return PLACE_DOT;
        break;
    case PLACE_DOT:
        if (byte == '\r')
            return PLACE_DOT_CR;
        if (byte == '\n' && bare_lf)
            return PLACE_END;
        break;
    case PLACE_DOT_CR:
        if (byte == '\n')
            return PLACE_END;
        break;
    case PLACE_CR:
        if (byte == '\n')
            return PLACE_START;
        break;
    default:
        break;
    }
    if (byte == '\n' && bare_lf)
        return PLACE_START;
    return byte == '\r' ? PLACE_CR : PLACE_LINE;
}

/* A text on its way; `kept` collects what is to be handed on. */
struct text {
    enum place place;
    pop3_sink sink;
    void *context;
    size_t kept_len;
    char kept[16 * 1024];
};

static bool flush(struct text *text)
{
    size_t len = text->kept_len;
    text->kept_len = 0;
    return len == 0 || text->sink(text->context, (struct span){text->kept, len});
}

static bool keep(struct text *text, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t room = sizeof text->kept - text->kept_len, some = len < room ? len : room;
        memcpy(text->kept + text->kept_len, bytes, some);
        text->kept_len += some;
        bytes += some;
        len -= some;
        if (text->kept_len == sizeof text->kept && !flush(text))
            return false;
    }
    return true;
}

/* Takes one byte; the dot that starts a line is dropped, whatever follows it. */
static bool take_byte(struct text *text, char byte, bool bare_lf)
{
    enum place before = text->place;
    text->place = place_after(before, byte, bare_lf);
    if (text->place == PLACE_DOT || text->place == PLACE_DOT_CR || text->place == PLACE_END)
        return true;
    if (before == PLACE_DOT_CR && !keep(text, "\r", 1))
        return false;
    return keep(text, &byte, 1);
}

/* Takes what is at hand, up to the end of the text; the number of bytes taken, or -1. */
static ptrdiff_t take_bytes(struct text *text, struct span bytes, bool bare_lf)
{
    size_t at = 0;
    while (at < bytes.len && text->place != PLACE_END) {
        struct span rest = span_from(bytes, at);
        ptrdiff_t run = 0;
        if (text->place == PLACE_LINE) {
            run = span_find_byte(rest, bare_lf ? '\n' : '\r');
            run = run < 0 ? (ptrdiff_t)rest.len : run;
        }
        if (run > 0 && !keep(text, rest.at, (size_t)run))
            return -1;
        at += (size_t)run;
        if (run == 0 && !take_byte(text, bytes.at[at++], bare_lf))
            return -1;
    }
    return (ptrdiff_t)at;
}

enum pop3_text pop3_lines_text(struct pop3_lines *lines, pop3_sink sink, void *context)
{
    struct text text = {.place = PLACE_START, .sink = sink, .context = context};
    struct span bytes;
    while (text.place != PLACE_END) {
        if (!fill(lines, &bytes))
            return POP3_TEXT_STREAM;
        ptrdiff_t taken = take_bytes(&text, bytes, lines->bare_lf);
        if (taken < 0)
            return POP3_TEXT_LEFT;
        lines->at += (size_t)taken;
    }
    return flush(&text) ? POP3_TEXT_WHOLE : POP3_TEXT_LEFT;
}
