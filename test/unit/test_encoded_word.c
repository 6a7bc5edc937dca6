/* SPDX-License-Identifier: ISC */
/* Encoded words of header texts: decoded where they are sound, kept where they are not. */
#include "agent/request/encoded_word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, const char *wanted)
{
    struct buffer out;
    buffer_init(&out, 4096);
    assert_true(encoded_word_decode(span_of(text), &out));
    assert_string_equal(out.len ? out.at : "", wanted);
    buffer_free(&out);
}

static void test_words(void **state)
{
    (void)state;
    expect("", "");
    expect("plain text", "plain text");
    expect("=?utf-8?q?caf=C3=A9_au_lait?=", "café au lait");
    expect("=?UTF-8?B?Y2Fmw6k=?= noir", "café noir");
    expect("=?iso-8859-1?Q?caf=E9?=", "café");
    expect("=?iso-8859-1*fr?Q?caf=E9?=", "café");
    expect("=?windows-1252?b?k2GU?=", "“a”");
    expect("=?koi8-r?B?8NLJ18XU?=", "Привет");
    expect("Re: =?utf-8?q?a?= b =?utf-8?q?c?=", "Re: a b c");
}

static void test_adjacent_words(void **state)
{
    (void)state;
    expect("=?utf-8?q?a?= =?utf-8?q?b?=", "ab");
    expect("=?utf-8?q?a?=\t =?iso-8859-1?q?=E9?=", "aé");
    expect("=?utf-8?q?=C3?= =?UTF-8?b?qQ==?=", "é");
    expect("=?utf-8?q?a?==?utf-8?q?b?=", "ab");
    expect("=?utf-8?q?a?=  x", "a  x");
}

static void test_broken_words(void **state)
{
    (void)state;
    static const char *const words[] = {
        "=?utf-8?q?abc", "=?utf-8?x?abc?=",  "=?utf-8?q?a b?=",           "=?utf-8?qq?abc?=",
        "=??q?abc?=",    "=?utf-8 ?q?abc?=", "=?no-such-charset?q?abc?=", "=?",
        "=?=",           "=?utf-8?q?a?"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        expect(words[i], words[i]);
    expect("=?no-such-charset?q?a?= =?utf-8?q?b?=", "=?no-such-charset?q?a?=b");
    expect("=?utf-8?q?a=ZZ=4?=", "a=ZZ=4");
    expect("=?utf-8?b?YQ=?=", "a");
}

/* What comes out may be put into a header or a log: no line ends, no other controls. */
static void test_no_controls(void **state)
{
    (void)state;
    expect("=?utf-8?q?a=0D=0ABcc:_x?=", "a Bcc: x");
    expect("=?utf-8?q?a=00b?=", "a b");
    expect("=?utf-8?b?YQpi?=", "a b");
    expect("a\xff"
           "b",
           "a\xef\xbf\xbd"
           "b");
    expect("=?utf-8?q?=FF?=", "\xef\xbf\xbd");
}

static void test_limit(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 4);
    assert_false(encoded_word_decode(SPAN_LITERAL("=?utf-8?q?abcdef?="), &out));
    assert_true(out.failed);
    buffer_free(&out);
}

static void test_hostile(void **state)
{
    (void)state;
    static const char *const units[] = {"=?",         "=?utf-8?q?", "?",
                                        "=?a?b?c?= ", " ",          "=?utf-8?q?=C3?="};
    enum { SIZE = 512 * 1024 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct buffer out;
        for (size_t at = 0; at < SIZE; at++)
            text[at] = units[i][at % strlen(units[i])];
        buffer_init(&out, SIZE * 4);
        assert_true(encoded_word_decode((struct span){text, SIZE}, &out));
        buffer_free(&out);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),        cmocka_unit_test(test_adjacent_words),
        cmocka_unit_test(test_broken_words), cmocka_unit_test(test_no_controls),
        cmocka_unit_test(test_limit),        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
