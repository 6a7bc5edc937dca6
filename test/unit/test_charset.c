/* SPDX-License-Identifier: ISC */
/* charset: labels, every kind of converter, damaged bytes, limits. */
#include "agent/base/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *label, const char *bytes, size_t len, const char *wanted)
{
    struct buffer out;
    buffer_init(&out, 4096);
    assert_true(charset_to_utf8((struct span){bytes, len}, span_of(label), &out));
    assert_string_equal(out.at ? out.at : "", wanted);
    buffer_free(&out);
}

#define EXPECT(label, bytes, wanted) expect((label), (bytes), sizeof(bytes) - 1, (wanted))

static void test_labels(void **state)
{
    (void)state;
    assert_string_equal(charset_name(span_of("latin1")), "windows-1252");
    assert_string_equal(charset_name(span_of(" UTF8\t")), "utf-8");
    assert_string_equal(charset_name(span_of("GB2312")), "gb18030");
    assert_string_equal(charset_name(span_of("866")), "ibm866");
    assert_string_equal(charset_name(span_of("x-x-big5")), "big5");
    assert_null(charset_name(span_of("")));
    assert_null(charset_name(span_of(NULL)));
    assert_null(charset_name(span_of("iso-2022-cn-ext")));
    assert_null(charset_name(span_of("utf-7")));
    assert_null(charset_name(span_of("a-label-longer-than-any-that-is-known")));
    assert_null(charset_name((struct span){"utf-8\0x", 7}));
}

static void test_single_byte(void **state)
{
    (void)state;
    EXPECT("iso-8859-1", "caf\xE9 \x80 \x81", "caf\u00E9 \u20AC \xC2\x81");
    EXPECT("koi8-r", "\xF0\xD2\xC9", "\u041F\u0440\u0438");
    EXPECT("windows-1251", "\xCF\xF0\xE8", "\u041F\u0440\u0438");
    EXPECT("iso-8859-15", "\xA4", "\u20AC");
    EXPECT("windows-1253", "\xD2", "\uFFFD");
    EXPECT("cp850", "\x84", "\u00E4");
    EXPECT("ascii", "", "");
}

static void test_east_asian(void **state)
{
    (void)state;
    EXPECT("shift_jis", "\x93\xFA\x96\x7B", "\u65E5\u672C");
    EXPECT("euc-jp", "\xC6\xFC\xCB\xDC", "\u65E5\u672C");
    EXPECT("iso-2022-jp", "\x1B$BF|K\\\x1B(B.", "\u65E5\u672C.");
    EXPECT("gbk", "\xD6\xD0\xCE\xC4", "\u4E2D\u6587");
    EXPECT("big5", "\xA4\xA4\xA4\xE5", "\u4E2D\u6587");
    EXPECT("euc-kr", "\xC7\xD1", "\uD55C");
    /* A broken lead byte costs itself, not the ASCII behind it; one at the end is shown too. */
    EXPECT("gbk",
           "\xFF"
           "ab\xD6",
           "\uFFFD"
           "ab\uFFFD");
}

static void test_held(void **state)
{
    (void)state;
    struct charset_held held;
    charset_hold(&held);
    for (size_t i = 0; i < CHARSET_HELD; i++)
        assert_non_null(held.converters[i]);
    EXPECT("shift_jis", "\x93\xFA", "\u65E5");
    charset_release(&held);
    assert_null(held.converters[0]);
}

static void test_utf16(void **state)
{
    (void)state;
    EXPECT("utf-16", "a\0\xE9\0", "a\u00E9");
    EXPECT("utf-16be", "\0a\xD8\x3D\xDE\x00", "a\U0001F600");
    EXPECT("utf-16", "\xFE\xFF\0a", "a");
    EXPECT("utf-16le",
           "\x3D\xD8"
           "a\0b",
           "\uFFFD"
           "a\uFFFD");
}

static void test_utf8(void **state)
{
    (void)state;
    EXPECT("utf-8",
           "\xEF\xBB\xBF"
           "x\xC3\xA9",
           "x\u00E9");
    EXPECT("utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD");
    EXPECT("utf-8", "\xC0\xAF|\xE2\x82|\xF0\x9F\x98", "\uFFFD\uFFFD|\uFFFD|\uFFFD");
    EXPECT("utf-8", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD");
    assert_true(charset_is_utf8(SPAN_LITERAL("12345678\u20AC\uFFFD\U0001F600")));
    assert_false(charset_is_utf8(SPAN_LITERAL("12345678\xE2\x82")));
    assert_false(charset_is_utf8(SPAN_LITERAL("\xC1\x81")));
    assert_true(charset_is_utf8((struct span){NULL, 0}));
}

static void test_clean_line(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 100);
    assert_true(charset_clean_line(SPAN_LITERAL("a\r\n\tb\x7F\xC2\x85"
                                                "c\u202E\u2066"
                                                "d\u2029"
                                                "e\xFF\u00E9"),
                                   &out));
    assert_string_equal(out.at, "a b c d e\uFFFD\u00E9");
    buffer_free(&out);
}

static void test_limits(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 5);
    assert_false(charset_to_utf8(SPAN_LITERAL("abc"), span_of("no-such"), &out));
    assert_false(out.failed);
    assert_false(charset_to_utf8(SPAN_LITERAL("\xE9\xE9\xE9"), span_of("latin1"), &out));
    assert_true(out.failed);
    assert_true(out.len <= 5);
    buffer_clear(&out);
    assert_false(charset_to_utf8(SPAN_LITERAL("\xD6\xD0\xCE\xC4"), span_of("gbk"), &out));
    assert_true(out.failed);
    buffer_clear(&out);
    assert_false(charset_clean_utf8(SPAN_LITERAL("\xFF\xFF"), &out));
    buffer_free(&out);
}

static void test_add(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 100);
    static const uint32_t codes[] = {0x41, 0x7FF, 0xFFFF, 0x10FFFF, 0xD800, 0x110000};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_true(charset_add(&out, codes[i]));
    assert_string_equal(out.at, "A\xDF\xBF\xEF\xBF\xBF\xF4\x8F\xBF\xBF\uFFFD\uFFFD");
    struct span rest = buffer_span(&out);
    static const uint32_t back[] = {0x41, 0x7FF, 0xFFFF, 0x10FFFF, 0xFFFD, 0xFFFD};
    uint32_t code;
    for (size_t i = 0; i < sizeof back / sizeof *back; i++) {
        assert_true(charset_next(&rest, &code));
        assert_int_equal(code, back[i]);
    }
    assert_false(charset_next(&rest, &code));
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),     cmocka_unit_test(test_single_byte),
        cmocka_unit_test(test_east_asian), cmocka_unit_test(test_held),
        cmocka_unit_test(test_utf16),      cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_clean_line), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
