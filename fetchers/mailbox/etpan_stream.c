/* SPDX-License-Identifier: ISC */
/*
 * A libetpan stream driver over struct stream; all limits and all of TLS are the stream's, but one:
 * libetpan's parser calls itself for every parenthesis, and takes no more than so many.
 */
#include "fetchers/mailbox/etpan_stream.h"

#include <stdlib.h>

enum { BUFFER_BYTES = 8192, NESTING_MAX = 500 };

/* How deep the answer is nested that is being read: literals and quoted strings do not count, and
 * the end of a line that announces no literal ends the answer (RFC 3501, 9). */
struct nesting {
    unsigned depth;
    bool quoted, escaped;
    enum { NO_LITERAL, LITERAL_SIZE, LITERAL_ANNOUNCED } brace;
    uint64_t announced, literal; /* bytes; `literal` are still to come */
};

struct driver_data {
    const struct stream_ops *ops;
    struct stream *stream; /* NULL once closed */
    struct nesting nesting;
};

static void end_line(struct nesting *nesting)
{
    bool goes_on = nesting->brace == LITERAL_ANNOUNCED;
    *nesting = (struct nesting){.depth = goes_on ? nesting->depth : 0,
                                .literal = goes_on ? nesting->announced : 0};
}

static void take_brace(struct nesting *nesting, char byte)
{
    bool inside = nesting->brace == LITERAL_SIZE;
    if (inside && byte >= '0' && byte <= '9' && nesting->announced <= UINT32_MAX)
        nesting->announced = nesting->announced * 10 + (uint64_t)(byte - '0');
    else if (inside && byte == '}')
        nesting->brace = LITERAL_ANNOUNCED;
    else if (byte != '\r' && !(inside && byte == '+'))
        nesting->brace = byte == '{' ? LITERAL_SIZE : NO_LITERAL;
    if (byte == '{')
        nesting->announced = 0;
}

static void take_quoted(struct nesting *nesting, char byte)
{
    if (nesting->escaped || byte == '\\')
        nesting->escaped = !nesting->escaped;
    else
        nesting->quoted = byte != '"';
}

static void take_byte(struct nesting *nesting, char byte)
{
    if (byte == '\n') {
        end_line(nesting);
    } else if (nesting->quoted) {
        take_quoted(nesting, byte);
    } else {
        take_brace(nesting, byte);
        nesting->quoted = byte == '"';
        nesting->depth += byte == '(';
        nesting->depth -= byte == ')' && nesting->depth > 0;
    }
}

static bool is_flat_enough(struct nesting *nesting, const char *bytes, size_t len)
{
    for (size_t at = 0; at < len && nesting->depth <= NESTING_MAX; at++) {
        size_t skipped = nesting->literal < len - at ? (size_t)nesting->literal : len - at;
        nesting->literal -= skipped;
        at += skipped;
        if (at < len)
            take_byte(nesting, bytes[at]);
    }
    return nesting->depth <= NESTING_MAX;
}

static ssize_t driver_read(mailstream_low *low, void *bytes, size_t len)
{
    struct driver_data *data = low->data;
    if (!data->stream || len == 0)
        return -1;
    /* libetpan spins for ever on 0, so nothing but bytes or an error may come out here. */
    ssize_t got = data->ops->read(data->stream, bytes, len);
    return got > 0 && is_flat_enough(&data->nesting, bytes, (size_t)got) ? got : -1;
}

static ssize_t driver_write(mailstream_low *low, const void *bytes, size_t len)
{
    struct driver_data *data = low->data;
    if (!data->stream)
        return -1;
    return data->ops->write(data->stream, bytes, len) ? (ssize_t)len : -1;
}

static int driver_close(mailstream_low *low)
{
    struct driver_data *data = low->data;
    if (data->stream)
        data->ops->close(&data->stream);
    return 0;
}

static int driver_get_fd(mailstream_low *low)
{
    (void)low;
    return -1;
}

static void driver_free(mailstream_low *low)
{
    driver_close(low);
    free(low->data);
    free(low);
}

static void driver_cancel(mailstream_low *low)
{
    (void)low;
}

static struct mailstream_cancel *driver_get_cancel(mailstream_low *low)
{
    (void)low;
    return NULL;
}

static carray *driver_get_certificate_chain(mailstream_low *low)
{
    (void)low;
    return NULL;
}

static int driver_no_idle(mailstream_low *low)
{
    (void)low;
    return -1;
}

static const mailstream_low_driver driver = {
    .mailstream_read = driver_read,
    .mailstream_write = driver_write,
    .mailstream_close = driver_close,
    .mailstream_get_fd = driver_get_fd,
    .mailstream_free = driver_free,
    .mailstream_cancel = driver_cancel,
    .mailstream_get_cancel = driver_get_cancel,
    .mailstream_get_certificate_chain = driver_get_certificate_chain,
    .mailstream_setup_idle = driver_no_idle,
    .mailstream_unsetup_idle = driver_no_idle,
    .mailstream_interrupt_idle = driver_no_idle,
};

/* The low half, which owns the stream from here on; NULL when memory is short. */
static mailstream_low *low_new(const struct stream_ops *ops, struct stream *stream)
{
    struct driver_data *data = calloc(1, sizeof *data);
    /* libetpan's table is not const, but it never writes to it. */
    mailstream_low *low =
        data ? mailstream_low_new(data, (mailstream_low_driver *)(uintptr_t)&driver) : NULL;
    if (!low) {
        free(data);
        return NULL;
    }
    *data = (struct driver_data){.ops = ops, .stream = stream};
    return low;
}

mailstream *etpan_stream_new(const struct stream_ops *ops, struct stream *stream)
{
    mailstream_low *low = low_new(ops, stream);
    mailstream *mail = low ? mailstream_new(low, BUFFER_BYTES) : NULL;
    if (mail)
        return mail;
    if (low)
        mailstream_low_free(low);
    else
        ops->close(&stream);
    return NULL;
}

bool etpan_stream_pending(mailstream *mail)
{
    struct driver_data *data = mail->low->data;
    return mail->read_buffer_len > 0 || (data->stream && data->ops->pending(data->stream));
}

bool etpan_stream_too_deep(const mailstream *mail)
{
    const struct driver_data *data = mail->low->data;
    return data->nesting.depth > NESTING_MAX;
}
