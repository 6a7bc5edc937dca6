/* SPDX-License-Identifier: ISC */
/*
 * frame: messages on a pipe between processes that need not trust each other.  Two little-endian
 * u32, kind and length, then the bytes.  Every length is checked against a maximum.
 */
#ifndef WWW4MAIL_BASE_FRAME_H
#define WWW4MAIL_BASE_FRAME_H

#include "agent/base/buffer.h"

struct frame {
    uint32_t kind;
    struct buffer bytes; /* cleared and refilled by frame_read; the caller frees it */
};

/* False when the other side is gone or the bytes are more than a u32 can count. */
bool frame_write(int fd, uint32_t kind, struct span bytes);

/* Reads a whole frame by the deadline (monotonic ms, 0 none).  False at end of file, on error, when
 * time is over (errno ETIMEDOUT) or the frame is larger than frame->bytes.max (errno EMSGSIZE). */
bool frame_read(int fd, struct frame *frame, int64_t deadline_ms);

#endif
