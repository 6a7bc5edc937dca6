/* SPDX-License-Identifier: ISC */
/* Length-checked messages on a pipe. */
#include "agent/base/frame.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { HEAD_BYTES = 8, CHUNK_BYTES = 64 * 1024 };

bool frame_write(int fd, uint32_t kind, struct span bytes)
{
    if (bytes.len > UINT32_MAX)
        return false;
    uint32_t len = (uint32_t)bytes.len;
    unsigned char head[HEAD_BYTES];
    for (unsigned i = 0; i < 4; i++) {
        head[i] = kind >> (8 * i) & 0xff;
        head[4 + i] = len >> (8 * i) & 0xff;
    }
    return file_write_all(fd, head, sizeof head) && file_write_all(fd, bytes.at, bytes.len);
}

static bool wait_readable(int fd, int64_t deadline_ms)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    for (;;) {
        int64_t left = clock_left_ms(deadline_ms);
        int ready = poll(&wanted, 1, left > 3600000 ? 3600000 : (int)left);
        if (ready > 0)
            return true;
        if (ready == 0 && clock_left_ms(deadline_ms) == 0) {
            errno = ETIMEDOUT;
            return false;
        }
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static bool read_by(int fd, char *at, size_t len, int64_t deadline_ms)
{
    while (len > 0) {
        if (!wait_readable(fd, deadline_ms))
            return false;
        ssize_t got = read(fd, at, len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            if (got == 0)
                errno = EPIPE;
            return false;
        }
        at += got;
        len -= (size_t)got;
    }
    return true;
}

static uint32_t get_u32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool frame_read(int fd, struct frame *frame, int64_t deadline_ms)
{
    unsigned char head[HEAD_BYTES];
    char chunk[CHUNK_BYTES];
    buffer_clear(&frame->bytes);
    if (!read_by(fd, (char *)head, sizeof head, deadline_ms))
        return false;
    frame->kind = get_u32(head);
    size_t left = get_u32(head + 4);
    if (left > frame->bytes.max) {
        errno = EMSGSIZE;
        return false;
    }
    /* Grows with what really arrives: a lying length costs nothing. */
    while (left > 0) {
        size_t want = left < sizeof chunk ? left : sizeof chunk;
        if (!read_by(fd, chunk, want, deadline_ms) || !buffer_add(&frame->bytes, chunk, want))
            return false;
        left -= want;
    }
    return true;
}
