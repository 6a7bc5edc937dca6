/* SPDX-License-Identifier: ISC */
/*
 * buffer: bytes that grow up to a maximum fixed at birth.  A failed append (maximum reached,
 * memory short) leaves the bytes as they were and marks the buffer `failed`; appends after that
 * do nothing, so a writer may check once, at its end.  `no_memory` tells the two apart and outlives
 * buffer_clear, so that what was lost once is never taken for absent.
 */
#ifndef WWW4MAIL_BASE_BUFFER_H
#define WWW4MAIL_BASE_BUFFER_H

#include "agent/base/span.h"

struct buffer {
    char *at; /* NUL-terminated once anything was appended */
    size_t len, room, max;
    bool failed, no_memory;
};

void buffer_init(struct buffer *buffer, size_t max);
void buffer_free(struct buffer *buffer);
void buffer_clear(struct buffer *buffer); /* keeps its room, forgets bytes and `failed` */

/* Frees a buffer that was made for `out`: when memory was short for it, so it was for `out`. */
void buffer_free_into(struct buffer *buffer, struct buffer *out);

/* The same as buffer_add, which takes the short way where there is room. */
bool buffer_grow_and_add(struct buffer *buffer, const void *bytes, size_t len);

static inline bool buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
    if (buffer->failed || len >= buffer->room - buffer->len)
        return buffer_grow_and_add(buffer, bytes, len);
    if (len)
        memcpy(buffer->at + buffer->len, bytes, len);
    buffer->len += len;
    buffer->at[buffer->len] = '\0';
    return true;
}

static inline bool buffer_add_span(struct buffer *buffer, struct span text)
{
    return buffer_add(buffer, text.at, text.len);
}

static inline bool buffer_add_text(struct buffer *buffer, const char *text)
{
    return buffer_add(buffer, text, strlen(text));
}

static inline bool buffer_add_byte(struct buffer *buffer, char byte)
{
    return buffer_add(buffer, &byte, 1);
}

bool buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct span buffer_span(const struct buffer *buffer);

#endif
