/* SPDX-License-Identifier: ISC */
/*
 * mail_writer: bytes of a mail on their way to a file, in chunks, counted.  Without a file it only
 * counts, so that the code which writes a mail also measures it.
 */
#ifndef WWW4MAIL_AGENT_REPLY_MAIL_WRITER_H
#define WWW4MAIL_AGENT_REPLY_MAIL_WRITER_H

#include "agent/base/span.h"

enum { MAIL_WRITER_CHUNK = 4096 };

struct mail_writer {
    int fd;         /* -1: count only */
    uint64_t count; /* bytes so far */
    uint64_t max;
    bool over;   /* max was reached: nothing more is taken */
    bool failed; /* the file could not be written; errno_value says why */
    int errno_value;
    size_t used;
    char chunk[MAIL_WRITER_CHUNK];
};

void mail_writer_init(struct mail_writer *writer, int fd, uint64_t max);
void mail_write(struct mail_writer *writer, const void *bytes, size_t len);
void mail_write_text(struct mail_writer *writer, const char *text);

/* Writes what is left of the last chunk; false when anything went wrong on the way. */
bool mail_writer_finish(struct mail_writer *writer);

#endif
