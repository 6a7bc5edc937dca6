/* SPDX-License-Identifier: ISC */
/* A counting writer with a chunk of fixed size. */
#include "agent/reply/mail_writer.h"

#include "agent/base/file.h"

#include <errno.h>
#include <string.h>

void mail_writer_init(struct mail_writer *writer, int fd, uint64_t max)
{
    writer->fd = fd;
    writer->count = 0;
    writer->max = max;
    writer->over = writer->failed = false;
    writer->errno_value = 0;
    writer->used = 0;
}

static void flush_chunk(struct mail_writer *writer)
{
    if (writer->used && !file_write_all(writer->fd, writer->chunk, writer->used)) {
        writer->failed = true;
        writer->errno_value = errno;
    }
    writer->used = 0;
}

void mail_write(struct mail_writer *writer, const void *bytes, size_t len)
{
    if (writer->over || writer->failed)
        return;
    if (len > writer->max - writer->count) {
        writer->over = true;
        return;
    }
    writer->count += len;
    if (writer->fd < 0)
        return;
    for (const char *at = bytes; len && !writer->failed;) {
        size_t take = sizeof writer->chunk - writer->used;
        if (take > len)
            take = len;
        memcpy(writer->chunk + writer->used, at, take);
        writer->used += take;
        at += take;
        len -= take;
        if (writer->used == sizeof writer->chunk)
            flush_chunk(writer);
    }
}

void mail_write_text(struct mail_writer *writer, const char *text)
{
    mail_write(writer, text, strlen(text));
}

bool mail_writer_finish(struct mail_writer *writer)
{
    if (writer->fd >= 0 && !writer->failed)
        flush_chunk(writer);
    return !writer->failed && !writer->over;
}
