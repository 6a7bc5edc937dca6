/* SPDX-License-Identifier: ISC */
/* plaintext: which lines are kept, which are paragraphs, what is left out. */
#include "test/unit/types_fixture.h"

#define WORDS "words and words and words and words and words and words "
#define LONG WORDS WORDS "end"

static void test_lines(void **state)
{
    (void)state;
    expect("", "");
    expect("\n \n", "");
    expect("one\ntwo\n\n\n  three\n", "<pre>one\ntwo\n\n\n  three</pre>");
    expect("a\tb\r\n\tc", "<pre>a\tb\n\tc</pre>");
    expect("<b>&amp;</b>", "<pre><b>&amp;</b></pre>");
}

static void test_long_lines(void **state)
{
    (void)state;
    expect("Title\n\n" LONG "\n\nend", "<pre>Title</pre><p>" LONG "</p><pre>end</pre>");
    expect(LONG "\nshort\n" LONG, "<p>" LONG "<br></br>short<br></br>" LONG "</p>");
    /* Laid out by hand, however wide. */
    expect("    " LONG, "<pre>    " LONG "</pre>");
    expect(LONG "\tx", "<pre>" LONG "\tx</pre>");
    expect(WORDS "    " WORDS, "<pre>" WORDS "    " WORDS "</pre>");
    /* One side of the limit and the other: 100 columns, and 101; wide characters count twice. */
    char line[256] = "";
    memset(line, 'x', 101);
    struct built built;
    build(&built, "yes", (struct span){line, 100}, &typed_hints);
    assert_true(outline_has(&built, "<pre>"));
    done(&built);
    build(&built, "yes", (struct span){line, 101}, &typed_hints);
    assert_true(outline_has(&built, "<p>"));
    done(&built);
    struct buffer wide = repeated("", "\u65E5", 51 * 3, "");
    build(&built, "yes", buffer_span(&wide), &typed_hints);
    assert_true(outline_has(&built, "<p>"));
    done(&built);
    buffer_free(&wide);
}

static void test_controls(void **state)
{
    (void)state;
    expect("a\n\fb\n\n\n\n\n\n\fc", "<pre>a\nb\n\n\nc</pre>");
    expect("\fa\fb\f\nc\n\f", "<pre>a\nb\n\nc</pre>");
    expect("\x1b[1;31mred\x1b[0m \x1b[", "<pre>red </pre>");
    expect_pass(SPAN_LITERAL("a\0b"));
    expect_pass(SPAN_LITERAL("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"));
    expect_pass(SPAN_LITERAL("<?xml version='1.0'?><rss version='2.0'><channel>"));
}

static void test_charsets(void **state)
{
    (void)state;
    struct built built;
    struct page_hints hints = typed_hints;
    build(&built, "yes", SPAN_LITERAL("\xFF\xFEz\0\xFC\0"), &hints);
    expect_outline(&built, "<pre>z\u00FC</pre>");
    expect_fact(&built, FACT_CHARSET, "utf-16le");
    expect_fact(&built, FACT_TYPE, "text/plain");
    done(&built);
    hints.charset = "koi8-r";
    hints.language = "ru";
    build(&built, "yes", SPAN_LITERAL("\xC9"), &hints);
    expect_outline(&built, "<pre>\u0438</pre>");
    expect_fact(&built, FACT_LANGUAGE, "ru");
    done(&built);
}

static void test_hostile(void **state)
{
    (void)state;
    survive(repeated("", "\n", 10000000, ""));
    survive(repeated("", "x", 10000000, ""));
    survive(repeated("", LONG "\n\n", 10000000, ""));
    survive(repeated("", "\x1b[", 10000000, ""));
    survive(repeated("", "\xFF", 1000000, ""));
}

static void test_memory(void **state)
{
    (void)state;
    survive_torture("Title\n\n" LONG "\n\nend\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_controls), cmocka_unit_test(test_charsets),
        cmocka_unit_test(test_hostile),  cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
