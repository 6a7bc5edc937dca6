/* SPDX-License-Identifier: ISC */
/* Columns of texts: what is counted letter by letter is what the library's clusters come to. */
#include "test/unit/render_help.h"

#include "render/text/text.h"

#include <string.h>
#include <unigbrk.h>
#include <unistr.h>
#include <uniwidth.h>

enum { JOINER = 0x200d, LAST_CODE = 0x1ffff };

static size_t cluster_columns(const uint8_t *at, const uint8_t *end)
{
    int sum = 0;
    while (at < end) {
        ucs4_t code;
        at += u8_mbtouc(&code, at, (size_t)(end - at));
        int width = uc_width(code, "UTF-8");
        sum += code >= 0x20 && width > 0 ? width : 0;
    }
    return sum > 2 ? 2 : (size_t)sum;
}

static void check_codes(const ucs4_t *codes, size_t count)
{
    uint8_t text[16];
    size_t len = 0, expected = 0;
    for (size_t i = 0; i < count; i++)
        len += (size_t)u8_uctomb(text + len, codes[i], (ptrdiff_t)(sizeof text - len));
    for (const uint8_t *at = text, *end = text + len, *next; at < end; at = next) {
        next = u8_grapheme_next(at, end);
        expected += cluster_columns(at, next);
    }
    size_t found = text_columns((struct span){(const char *)text, len});
    if (found != expected)
        fail_msg("U+%04X U+%04X: %zu columns, not %zu", codes[0], count > 1 ? codes[1] : 0, found,
                 expected);
}

static void test_every_letter(void **state)
{
    static const ucs4_t others[] = {'a', 0xe9, 0x434, 0x6f22, 0x301, 0x1f468, 0x1100, 0x1f1e9};
    (void)state;
    for (ucs4_t code = 0x80; code <= LAST_CODE; code++) {
        if (code == JOINER || (code >= 0xd800 && code <= 0xdfff))
            continue;
        check_codes(&code, 1);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            check_codes((ucs4_t[]){code, others[i]}, 2);
            check_codes((ucs4_t[]){others[i], code}, 2);
        }
    }
}

static void test_marks_of_ours(void **state)
{
    (void)state;
    assert_int_equal(text_columns(SPAN_LITERAL("")), 0);
    assert_int_equal(text_columns(SPAN_LITERAL("a\1b\2c")), 4);
    assert_int_equal(text_columns(SPAN_LITERAL("\xd0\xb4\1\xd0\xb4\2\xd0\xb4")), 4);
    /* A family is one picture. */
    assert_int_equal(text_columns(SPAN_LITERAL("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa7")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_letter),
                                       cmocka_unit_test(test_marks_of_ours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
