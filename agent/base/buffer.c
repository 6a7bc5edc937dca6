/* SPDX-License-Identifier: ISC */
/* A growing run of bytes with a maximum. */
#include "agent/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_init(struct buffer *buffer, size_t max)
{
    *buffer = (struct buffer){.max = max};
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){.max = buffer->max};
}

void buffer_free_into(struct buffer *buffer, struct buffer *out)
{
    out->failed |= buffer->no_memory;
    out->no_memory |= buffer->no_memory;
    buffer_free(buffer);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = false;
    if (buffer->at)
        buffer->at[0] = '\0';
}

/* Room for `more` bytes and a NUL behind them. */
static bool reserve(struct buffer *buffer, size_t more)
{
    if (buffer->failed || more > buffer->max - buffer->len) {
        buffer->failed = true;
        return false;
    }
    size_t need = buffer->len + more + 1;
    if (need <= buffer->room)
        return true;
    size_t room = buffer->room ? buffer->room : 256;
    while (room < need)
        room *= 2;
    if (room > buffer->max + 1)
        room = buffer->max + 1;
    char *at = realloc(buffer->at, room);
    if (!at) {
        buffer->failed = buffer->no_memory = true;
        return false;
    }
    buffer->at = at;
    buffer->room = room;
    return true;
}

bool buffer_grow_and_add(struct buffer *buffer, const void *bytes, size_t len)
{
    if (!reserve(buffer, len))
        return false;
    if (len)
        memcpy(buffer->at + buffer->len, bytes, len);
    buffer->len += len;
    buffer->at[buffer->len] = '\0';
    return true;
}

/* Mostly there is room already; then once is enough. */
bool buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t left = buffer->failed ? 0 : buffer->room - buffer->len;
    int len = vsnprintf(left ? buffer->at + buffer->len : NULL, left, format, args);
    bool ok = len >= 0 && (size_t)len < left;
    if (!ok && left)
        buffer->at[buffer->len] = '\0';
    if (!ok && len >= 0 && reserve(buffer, (size_t)len)) {
        vsnprintf(buffer->at + buffer->len, (size_t)len + 1, format, again);
        ok = true;
    }
    if (ok)
        buffer->len += (size_t)len;
    va_end(again);
    va_end(args);
    return ok;
}

struct span buffer_span(const struct buffer *buffer)
{
    return (struct span){buffer->at, buffer->len};
}
