/* SPDX-License-Identifier: ISC */
/*
 * pop3_lines: what a POP3 server sends, line by line (RFC 1939, section 3).  Bytes are bytes: a
 * NUL ends nothing.  A line on its own has at most POP3_LINE_MAX bytes; the lines of a mail are
 * handed on as they come, without the dots that were stuffed in, and are never held as a whole.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_POP3_LINES_H
#define WWW4MAIL_FETCHERS_MAILBOX_POP3_LINES_H

#include "agent/base/buffer.h"
#include "agent/base/stream.h"

enum { POP3_LINE_MAX = 64 * 1024 };

struct pop3_lines {
    const struct stream_ops *io;
    struct stream *stream;
    size_t at, len; /* of what was read and not yet taken */
    struct buffer line;
    bool bare_lf; /* the server ends its own lines with LF alone */
    char bytes[16 * 1024];
};

void pop3_lines_init(struct pop3_lines *lines, const struct stream_ops *io, struct stream *stream);
void pop3_lines_free(struct pop3_lines *lines);

/* Has the server sent more than was taken? */
bool pop3_lines_pending(const struct pop3_lines *lines);

enum pop3_line { POP3_LINE_OK, POP3_LINE_TOO_LONG, POP3_LINE_MEMORY, POP3_LINE_STREAM };

/* The next line without its end; it holds until the next call. */
enum pop3_line pop3_lines_next(struct pop3_lines *lines, struct span *line_out);

/* Is given a mail's bytes, piece by piece; false: no more is wanted. */
typedef bool (*pop3_sink)(void *context, struct span piece);

enum pop3_text {
    POP3_TEXT_WHOLE,  /* up to the line with the dot, which is taken */
    POP3_TEXT_LEFT,   /* the sink wanted no more: the server is still sending */
    POP3_TEXT_STREAM, /* the stream's fault */
};

/* The text of a multi-line answer as the server holds it. */
enum pop3_text pop3_lines_text(struct pop3_lines *lines, pop3_sink sink, void *context);

#endif
