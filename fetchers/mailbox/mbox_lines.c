/* SPDX-License-Identifier: ISC */
/* Lines out of one chunk that is moved through a file. */
#include "fetchers/mailbox/mbox_lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void mbox_lines_open(struct mbox_lines *lines, int fd, uint64_t at, uint64_t end)
{
    lines->fd = fd;
    lines->at = at;
    lines->end = end;
    lines->used = lines->len = 0;
    lines->inside = lines->over = false;
    lines->error = 0;
}

static void refill(struct mbox_lines *lines)
{
    size_t rest = lines->len - lines->used;
    memmove(lines->bytes, lines->bytes + lines->used, rest);
    lines->used = 0;
    lines->len = rest;
    while (!lines->over && lines->len < sizeof lines->bytes) {
        uint64_t left = lines->end - lines->at;
        size_t room = sizeof lines->bytes - lines->len;
        ssize_t got = left == 0 ? 0
                                : pread(lines->fd, lines->bytes + lines->len,
                                        left < room ? (size_t)left : room, (off_t)lines->at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            lines->error = errno;
        if (got <= 0) {
            lines->over = true;
            return;
        }
        lines->at += (uint64_t)got;
        lines->len += (size_t)got;
    }
}

bool mbox_lines_next(struct mbox_lines *lines, struct mbox_line *line_out)
{
    const char *start = lines->bytes + lines->used;
    const char *feed = memchr(start, '\n', lines->len - lines->used);
    if (!feed && !lines->over) {
        refill(lines);
        start = lines->bytes;
        feed = memchr(start, '\n', lines->len);
    }
    if (lines->error || lines->used == lines->len)
        return false;
    size_t rest = lines->len - lines->used;
    size_t len = feed ? (size_t)(feed - start) + 1 : rest;
    line_out->at = lines->at - rest;
    line_out->text = (struct span){start, len};
    line_out->starts = !lines->inside;
    line_out->ends = feed || lines->over;
    lines->inside = !line_out->ends;
    lines->used += len;
    return true;
}

bool mbox_line_is_empty(const struct mbox_line *line)
{
    return line->starts && (span_equal(line->text, SPAN_LITERAL("\n")) ||
                            span_equal(line->text, SPAN_LITERAL("\r\n")));
}
