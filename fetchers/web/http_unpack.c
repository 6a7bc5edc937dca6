/* SPDX-License-Identifier: ISC */
/* Unpacking in pieces of a fixed size, so that a bomb is seen by the sink before it is large. */
#include "fetchers/web/http_unpack.h"

enum { PIECE_BYTES = 32 * 1024, GZIP_BITS = 15 + 16, ZLIB_BITS = 15, RAW_BITS = -15, MAGIC = 0x1f };

static enum http_packing packing_of(struct span word)
{
    if (span_equal_nocase(word, SPAN_LITERAL("gzip")) ||
        span_equal_nocase(word, SPAN_LITERAL("x-gzip")))
        return HTTP_PACKED_GZIP;
    if (span_equal_nocase(word, SPAN_LITERAL("deflate")))
        return HTTP_PACKED_DEFLATE;
    if (word.len == 0 || span_equal_nocase(word, SPAN_LITERAL("identity")))
        return HTTP_PACKED_NOT;
    return HTTP_PACKED_UNKNOWN;
}

void http_unpack_field(struct http_unpack *unpack, struct span value)
{
    while (value.len > 0) {
        ptrdiff_t comma = span_find_byte(value, ',');
        struct span word = {value.at, comma < 0 ? value.len : (size_t)comma};
        enum http_packing packing = packing_of(span_trim(word));
        if (packing != HTTP_PACKED_NOT)
            unpack->packing = unpack->packing == HTTP_PACKED_NOT ? packing : HTTP_PACKED_UNKNOWN;
        value = span_from(value, comma < 0 ? value.len : word.len + 1);
    }
}

static bool begin(struct http_unpack *unpack, struct span bytes)
{
    int bits = GZIP_BITS;
    /* The low half of the first byte is 8 in a zlib head; bare deflate data has no such block. */
    if (unpack->packing == HTTP_PACKED_DEFLATE)
        bits = (bytes.at[0] & 0x0f) == 8 ? ZLIB_BITS : RAW_BITS;
    unpack->begun = inflateInit2(&unpack->stream, bits) == Z_OK;
    return unpack->begun;
}

/* More than one gzip file may stand behind each other; other bytes behind the end say nothing. */
static bool goes_on(struct http_unpack *unpack)
{
    if (unpack->packing != HTTP_PACKED_GZIP || unpack->stream.avail_in == 0 ||
        *unpack->stream.next_in != MAGIC)
        return false;
    unpack->ended = false;
    return inflateReset(&unpack->stream) == Z_OK;
}

static enum http_unpack_result unpack_piece(struct http_unpack *unpack, http_unpack_sink sink,
                                            void *context)
{
    unsigned char piece[PIECE_BYTES];
    unpack->stream.next_out = piece;
    unpack->stream.avail_out = sizeof piece;
    int result = inflate(&unpack->stream, Z_NO_FLUSH);
    size_t len = sizeof piece - unpack->stream.avail_out;
    if (len > 0 && !sink(context, (struct span){(const char *)piece, len}))
        return HTTP_UNPACK_STOPPED;
    unpack->ended = result == Z_STREAM_END;
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR ? HTTP_UNPACK_OK
                                                                             : HTTP_UNPACK_BROKEN;
}

enum http_unpack_result http_unpack_bytes(struct http_unpack *unpack, struct span bytes,
                                          http_unpack_sink sink, void *context)
{
    if (unpack->packing == HTTP_PACKED_NOT)
        return sink(context, bytes) ? HTTP_UNPACK_OK : HTTP_UNPACK_STOPPED;
    if (bytes.len == 0)
        return HTTP_UNPACK_OK;
    if (unpack->packing == HTTP_PACKED_UNKNOWN || (!unpack->begun && !begin(unpack, bytes)))
        return HTTP_UNPACK_BROKEN;
    unpack->stream.next_in = (unsigned char *)(uintptr_t)bytes.at;
    unpack->stream.avail_in = (uInt)bytes.len;
    do {
        if (unpack->ended && !goes_on(unpack))
            return HTTP_UNPACK_OK;
        enum http_unpack_result result = unpack_piece(unpack, sink, context);
        if (result != HTTP_UNPACK_OK)
            return result;
    } while (unpack->stream.avail_in > 0 || unpack->stream.avail_out == 0);
    return HTTP_UNPACK_OK;
}

bool http_unpack_is_whole(const struct http_unpack *unpack)
{
    return !unpack->begun || unpack->ended;
}

void http_unpack_free(struct http_unpack *unpack)
{
    if (unpack->begun)
        inflateEnd(&unpack->stream);
    *unpack = (struct http_unpack){.packing = HTTP_PACKED_NOT};
}
