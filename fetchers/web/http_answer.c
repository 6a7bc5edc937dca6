/* SPDX-License-Identifier: ISC */
/*
 * What a server sends: heads are counted and read, unpacked bytes go to a memory file.  Every
 * amount has a limit, because nothing a server says of itself need be true.
 */
#include "fetchers/web/http_exchange.h"
#include "fetchers/web/http_fields.h"

#include "agent/base/file.h"

#include <errno.h>

enum {
    HEAD_BYTES_MAX = 64 * 1024, /* interim answers and trailers included */
    HEAD_LINES_MAX = 200,
    RATIO_MAX = 200,         /* unpacked to packed bytes */
    RATIO_FROM = 1024 * 1024 /* small pages may be as regular as they like */
};

/* Ends the transfer: libcurl takes a short count for a failed write. */
static size_t stop(struct http_exchange *exchange, enum http_stop why)
{
    exchange->stop = why;
    return 0;
}

bool http_is_redirect(const struct http_exchange *exchange)
{
    int status = exchange->status;
    return exchange->location &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

static void begin_head(struct http_exchange *exchange, int status)
{
    exchange->in_head = true;
    exchange->status = status;
    exchange->content_type = exchange->disposition = NULL;
    exchange->language = exchange->location = NULL;
    http_unpack_free(&exchange->unpack);
}

/* Keeps the first of each field that is used; false when memory is short. */
static bool keep_field(struct http_exchange *exchange, struct span line)
{
    struct span name, value;
    const char **place = NULL;
    if (!http_field(line, &name, &value))
        return true;
    if (span_equal_nocase(name, SPAN_LITERAL("content-type")))
        place = &exchange->content_type;
    else if (span_equal_nocase(name, SPAN_LITERAL("content-disposition")))
        place = &exchange->disposition;
    else if (span_equal_nocase(name, SPAN_LITERAL("content-language")))
        place = &exchange->language;
    else if (span_equal_nocase(name, SPAN_LITERAL("location")))
        place = &exchange->location;
    else if (span_equal_nocase(name, SPAN_LITERAL("content-encoding")))
        http_unpack_field(&exchange->unpack, value);
    if (!place || *place)
        return true;
    *place = arena_copy_span(www4mail_arena(exchange->call), value);
    return *place != NULL;
}

size_t http_take_head(char *bytes, size_t size, size_t count, void *context)
{
    struct http_exchange *exchange = context;
    size_t len = size * count;
    struct span line = span_trim((struct span){bytes, len});
    exchange->head_bytes += len;
    if (exchange->head_bytes > HEAD_BYTES_MAX || ++exchange->head_lines > HEAD_LINES_MAX)
        return stop(exchange, HTTP_STOP_HEAD);
    if (exchange->head_done)
        return len; /* trailers say nothing that is used */
    if (!exchange->in_head) {
        int status = http_status(line);
        if (status > 0)
            begin_head(exchange, status);
    } else if (line.len > 0) {
        if (!keep_field(exchange, line))
            return stop(exchange, HTTP_STOP_MEMORY);
    } else {
        exchange->in_head = false;
        exchange->head_done = exchange->status >= 200;
        if (exchange->status >= 400 || http_is_redirect(exchange))
            return stop(exchange, HTTP_STOP_ENOUGH);
    }
    return len;
}

static bool is_bomb(const struct http_exchange *exchange, uint64_t unpacked)
{
    curl_off_t packed = 0;
    if (unpacked <= RATIO_FROM ||
        curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_DOWNLOAD_T, &packed) != CURLE_OK)
        return false;
    return packed > 0 && unpacked / RATIO_MAX > (uint64_t)packed;
}

static bool keep(void *context, struct span bytes)
{
    struct http_exchange *exchange = context;
    uint64_t max = exchange->limits->max_bytes;
    if (bytes.len > max || exchange->bytes > max - bytes.len)
        return stop(exchange, HTTP_STOP_TOO_LARGE);
    if (is_bomb(exchange, exchange->bytes + bytes.len))
        return stop(exchange, HTTP_STOP_BOMB);
    if (!file_write_all(exchange->fd, bytes.at, bytes.len)) {
        exchange->io_error = errno;
        return stop(exchange, HTTP_STOP_WRITE);
    }
    exchange->bytes += bytes.len;
    return true;
}

size_t http_take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_exchange *exchange = context;
    struct span packed = {bytes, size * count};
    switch (http_unpack_bytes(&exchange->unpack, packed, keep, exchange)) {
    case HTTP_UNPACK_OK:
        return packed.len;
    case HTTP_UNPACK_BROKEN:
        return stop(exchange, HTTP_STOP_PACKED);
    default:
        return 0;
    }
}
