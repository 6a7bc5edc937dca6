/* SPDX-License-Identifier: ISC */
/*
 * mbox_lines: the lines of a stretch of a file, read in chunks.  A line that is longer than the
 * chunk comes in pieces; the first piece is always the longest that fits, so that whoever looks at
 * how a line starts never misses it.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_MBOX_LINES_H
#define WWW4MAIL_FETCHERS_MAILBOX_MBOX_LINES_H

#include "agent/base/span.h"

struct mbox_lines {
    int fd;
    uint64_t at, end;  /* of the file: what is read next, where to stop */
    size_t used, len;  /* of bytes */
    bool inside, over; /* inside a long line; nothing more to read */
    int error;         /* errno of the read that failed, or 0 */
    char bytes[64 * 1024];
};

struct mbox_line {
    uint64_t at;       /* in the file */
    struct span text;  /* with its LF */
    bool starts, ends; /* first piece, last piece of its line */
};

void mbox_lines_open(struct mbox_lines *lines, int fd, uint64_t at, uint64_t end);
/* False at the end, or on an error (lines->error). */
bool mbox_lines_next(struct mbox_lines *lines, struct mbox_line *line_out);

/* Only LF or CRLF. */
bool mbox_line_is_empty(const struct mbox_line *line);

#endif
