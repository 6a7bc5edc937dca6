/* SPDX-License-Identifier: ISC */
/* Unpacking bodies: whole ones in pieces of any size, and every way of being cut or broken. */
#include "fetchers/web/http_unpack.h"

#include "agent/base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_BYTES = 100000, PACKED_BYTES = 2 * TEXT_BYTES, GZIP = 31, ZLIB = 15, RAW = -15 };

static char text[TEXT_BYTES], packed[PACKED_BYTES];

static size_t pack(int bits, char *out, size_t room)
{
    z_stream stream = {.next_in = (unsigned char *)text, .avail_in = sizeof text};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_out = (unsigned char *)out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t len = room - stream.avail_out;
    deflateEnd(&stream);
    return len;
}

static bool keep(void *context, struct span bytes)
{
    return buffer_add_span(context, bytes);
}

/* Unpacks in pieces; true when all of it was sound and whole. */
static bool unpack(const char *encoding, size_t len, size_t piece, size_t max, struct buffer *out)
{
    struct http_unpack unpack = {.packing = HTTP_PACKED_NOT};
    enum http_unpack_result result = HTTP_UNPACK_OK;
    buffer_init(out, max);
    http_unpack_field(&unpack, span_of(encoding));
    for (size_t at = 0; result == HTTP_UNPACK_OK && at < len; at += piece) {
        struct span bytes = {packed + at, len - at < piece ? len - at : piece};
        result = http_unpack_bytes(&unpack, bytes, keep, out);
    }
    bool whole = result == HTTP_UNPACK_OK && http_unpack_is_whole(&unpack);
    http_unpack_free(&unpack);
    return whole;
}

static void expect(const char *encoding, size_t len, size_t piece, bool whole, size_t bytes)
{
    struct buffer out;
    assert_int_equal(unpack(encoding, len, piece, 4 * TEXT_BYTES, &out), whole);
    if (whole)
        assert_int_equal(out.len, bytes);
    for (size_t at = 0; whole && at + TEXT_BYTES <= out.len; at += TEXT_BYTES)
        assert_memory_equal(out.at + at, text, TEXT_BYTES);
    buffer_free(&out);
}

static void test_whole(void **state)
{
    static const size_t pieces[] = {1, 7, 1000, PACKED_BYTES};
    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        expect("gzip", pack(GZIP, packed, sizeof packed), pieces[i], true, TEXT_BYTES);
        expect("X-GZip, identity", pack(GZIP, packed, sizeof packed), pieces[i], true, TEXT_BYTES);
        expect("deflate", pack(ZLIB, packed, sizeof packed), pieces[i], true, TEXT_BYTES);
        expect("deflate", pack(RAW, packed, sizeof packed), pieces[i], true, TEXT_BYTES);
    }
    expect("gzip", 0, 1, true, 0);
}

static void test_cut(void **state)
{
    (void)state;
    size_t len = pack(GZIP, packed, sizeof packed);
    for (size_t cut = 1; cut < len; cut += cut < 30 || cut > len - 30 ? 1 : 997)
        expect("gzip", cut, 1000, false, 0);
    len = pack(ZLIB, packed, sizeof packed);
    for (size_t cut = 1; cut<len; cut += cut> len - 30 ? 1 : 997)
        expect("deflate", cut, 1000, false, 0);
    len = pack(RAW, packed, sizeof packed);
    expect("deflate", len - 1, 1000, false, 0);
}

static void test_broken(void **state)
{
    (void)state;
    size_t len = pack(GZIP, packed, sizeof packed);
    packed[len - 6] ^= 1; /* in the sum */
    expect("gzip", len, len, false, 0);
    expect("br", len, len, false, 0);
    expect("gzip, gzip", len, len, false, 0);
    memset(packed, 'x', 1000);
    expect("gzip", 1000, 1000, false, 0);
}

static void test_behind_the_end(void **state)
{
    (void)state;
    size_t one = pack(GZIP, packed, sizeof packed);
    size_t two = one + pack(GZIP, packed + one, sizeof packed - one);
    expect("gzip", two, 1000, true, (size_t)2 * TEXT_BYTES);
    expect("gzip", two - 9, two, false, 0);
    memset(packed + one, 0, 512);
    expect("gzip", one + 512, 100, true, TEXT_BYTES);
}

static void test_stopped(void **state)
{
    struct buffer out;
    (void)state;
    size_t len = pack(GZIP, packed, sizeof packed);
    assert_false(unpack("gzip", len, len, TEXT_BYTES - 1, &out));
    assert_true(out.len < TEXT_BYTES);
    buffer_free(&out);
}

static int fill(void **state)
{
    unsigned seed = 1;
    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        seed = seed * 1103515245 + 12345;
        text[i] = (char)('a' + (seed >> 16) % 20);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),   cmocka_unit_test(test_cut),
        cmocka_unit_test(test_broken),  cmocka_unit_test(test_behind_the_end),
        cmocka_unit_test(test_stopped),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
