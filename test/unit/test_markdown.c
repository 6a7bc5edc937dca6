/* SPDX-License-Identifier: ISC */
/* markdown: the page that a text stands for. */
#include "test/unit/types_fixture.h"

static void test_marks(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL("# A *b*\n\nText `x<y` and\n[link](other.md \"t\") https://a.example/b.\n\n"
                       "> said\n\n```c\nint  x;\n```\n"),
          &typed_hints);
    assert_true(outline_has(&built, "<h1>A <em>b</em></h1>"));
    assert_true(outline_has(&built, "<p>Text <code>x<y</code> and\n<a 1>link</a> "
                                    "<a 2>https://a.example/b</a>.</p>"));
    assert_true(outline_has(&built, "<blockquote>"));
    assert_true(outline_has(&built, "<pre><code>int  x;\n</code></pre>"));
    expect_link(&built, 1, "http://example.org/dir/other.md");
    expect_link(&built, 2, "https://a.example/b");
    expect_fact(&built, FACT_TITLE, "A b");
    expect_fact(&built, FACT_TYPE, "text/markdown");
    done(&built);
}

static void test_lists_and_tables(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL("- [x] one\n- two\n  1. deep\n\n| a | b |\n|---|--:|\n| 1 | ~~2~~ |\n"),
          &typed_hints);
    assert_true(outline_has(&built, "<li>[x] one</li>"));
    assert_true(outline_has(&built, "<ol>\n<li>deep</li>"));
    assert_true(outline_has(&built, "<th>a</th>"));
    assert_true(outline_has(&built, "<td><del>2</del></td>"));
    done(&built);
}

static void test_html_within(void **state)
{
    (void)state;
    struct built built;
    build(
        &built, "yes",
        SPAN_LITERAL("<div align=center><img src=a.png alt=Logo></div>\n\n<script>x()</script>\n\n"
                     "a <b>bold</b> & <i>w\n"),
        &typed_hints);
    assert_true(outline_has(&built, "<b>bold</b> & <i>"));
    assert_false(outline_has(&built, "x()"));
    assert_int_not_equal(find(built.tree, TAG_img), TREE_NONE);
    done(&built);
}

static void test_front(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes", SPAN_LITERAL("---\nlayout: x\ntitle: \"Front: page\"\n---\nText\n"),
          &typed_hints);
    expect_fact(&built, FACT_TITLE, "Front: page");
    assert_false(outline_has(&built, "layout"));
    done(&built);
    /* Dashes alone are a rule. */
    build(&built, "yes", SPAN_LITERAL("---\ntext\n"), &typed_hints);
    assert_true(outline_has(&built, "<hr>"));
    assert_true(outline_has(&built, "text"));
    done(&built);
}

static void test_hostile(void **state)
{
    (void)state;
    expect("", "");
    expect_pass(SPAN_LITERAL("# a\0b"));
    survive(repeated("", "# x\n", 5000000, ""));
    survive(repeated("", ">", 20000, "a"));
    survive(repeated("", "[", 100000, ""));
    survive(repeated("", "*a ", 100000, ""));
    survive(repeated("", "- x\n", 1000000, ""));
    survive(repeated("", "`", 100000, ""));
    survive(repeated("", "<div>\n", 500000, ""));
}

static void test_memory(void **state)
{
    (void)state;
    survive_torture("# A\n\nText [l](x) `c`\n\n- one\n- two\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks),       cmocka_unit_test(test_lists_and_tables),
        cmocka_unit_test(test_html_within), cmocka_unit_test(test_front),
        cmocka_unit_test(test_hostile),     cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
