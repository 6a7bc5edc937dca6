/* SPDX-License-Identifier: ISC */
/* page: pages made to do harm, and short memory. */
#include "test/unit/page_fixture.h"

/* Every index leads where it should; children come in order and stay within their parent. */
static void check_sound(const struct tree *tree)
{
    assert_true(tree->node_count > 0);
    for (uint32_t i = 0; i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        assert_true(node->end > i && node->end <= tree->node_count);
        assert_true(i == 0 ? node->parent == TREE_NONE
                           : node->parent < i && node->end <= tree->nodes[node->parent].end);
        assert_true(node->first_child == (node->end == i + 1 ? (uint32_t)TREE_NONE : i + 1));
        assert_true(node->next == TREE_NONE ||
                    (node->next == node->end && tree->nodes[node->next].parent == node->parent));
        assert_true(node->link <= tree->link_count);
        if (node->tag != TAG_TEXT)
            assert_true(node->first_attr + node->attr_count <= tree->attr_count);
    }
}

static void build_hostile(struct span page, const char *wanted_cut)
{
    struct built built;
    build(&built, "yes", page, &html_hints);
    check_sound(built.tree);
    expect_fact(&built, FACT_SIMPLIFIED, wanted_cut);
    done(&built);
    build(&built, "no", page, &html_hints);
    check_sound(built.tree);
    expect_fact(&built, FACT_SIMPLIFIED, NULL);
    done(&built);
}

static void build_repeated(const char *before, const char *unit, int count, const char *behind,
                           const char *wanted_cut)
{
    struct buffer page;
    buffer_init(&page, 32 * 1024 * 1024);
    buffer_add_text(&page, before);
    for (int i = 0; i < count; i++)
        buffer_add_text(&page, unit);
    buffer_add_text(&page, behind);
    assert_false(page.failed);
    build_hostile(buffer_span(&page), wanted_cut);
    buffer_free(&page);
}

static void test_hostile(void **state)
{
    (void)state;
    static const char nested[] = "the page is nested very deeply, its layout was simplified";
    build_hostile(SPAN_LITERAL("<button <!D C \"\"><li"), NULL);
    build_hostile(SPAN_LITERAL("<button <!D C \"\"><h2"), NULL);
    build_hostile(SPAN_LITERAL("<button <a <!D L>="), NULL);
    build_hostile(SPAN_LITERAL("<!D L \"\"><li!<a <a c"), NULL);
    build_repeated("", "<div>", 100000, "x", nested);
    build_repeated("", "<table>", 100000, "x", NULL);
    build_repeated("", "<table><tr><td>", 50000, "x", nested);
    build_repeated("", "<dl><dd>", 100000, "x", nested);
    build_repeated("", "<ul><li>", 100000, "x", nested);
    build_repeated("", "<span>", 100000, "x", nested);
    build_repeated("", "<b>", 100000, "x", nested);
    build_repeated("", "<font><p>", 2000, "x", NULL);
    build_repeated("", "<form><div>", 8000, "x", nested);
    build_repeated("", "<svg>", 100000, "x", NULL);
    build_repeated("", "<template>", 100000, "x", NULL);
    build_repeated("<p", " a=b", 50000, ">x", NULL);
    build_repeated("<p ", "class=\"", 50000, "x", NULL);
    build_repeated("<a href='", "x", 1000000, "<p>y", NULL);
    build_repeated("<a href='", "x", 1000000, "'>y", NULL);
    build_repeated("", "</p>", 100000, "x", NULL);
    build_repeated("", "<p>x", 100000, "", NULL);
    build_repeated("<table>", "<tr><td>1<td>2", 100000, "", NULL);
    build_repeated("", "words and more words of text &amp; \n", 300000, "", NULL);
    build_repeated("<!--", "-", 1000000, "x", NULL);
    build_repeated("<script>", "<!--", 1000000, "x", NULL);
    build_repeated("", "&", 1000000, "x", NULL);
    build_repeated("", "\r\n\f\v\b", 100000, "\xED\xA0\x80", NULL);
}

static void test_deep_text_is_kept(void **state)
{
    (void)state;
    struct buffer page;
    struct built built;
    buffer_init(&page, 1024 * 1024);
    for (int i = 0; i < 2000; i++)
        buffer_add_text(&page, "<div><font>");
    buffer_add_text(&page, "needle");
    build(&built, "yes", buffer_span(&page), &html_hints);
    struct span text = tree_text(built.tree, find(built.tree, TAG_TEXT));
    assert_true(span_equal(text, SPAN_LITERAL("needle")));
    done(&built);
    buffer_free(&page);
}

static void test_text_is_clean(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL("<p>a\0b&#0;c&#xD800;d\x01\x7F"
                       "e\xED\xA0\x80</p>"),
          &html_hints);
    struct span text = tree_text(built.tree, find(built.tree, TAG_TEXT));
    static const char wanted[] = "ab\uFFFD"
                                 "c\uFFFD"
                                 "de\uFFFD\uFFFD\uFFFD";
    assert_int_equal(text.len, sizeof wanted - 1);
    assert_memory_equal(text.at, wanted, text.len);
    done(&built);
}

static void test_short_memory(void **state)
{
    (void)state;
    struct buffer page;
    struct built built;
    buffer_init(&page, 1024 * 1024);
    for (int i = 0; i < 20000; i++)
        buffer_printf(&page, "<p><a href=%d>x</a>", i);
    static const size_t sizes[] = {16, 20 * 1024, 1024 * 1024, 3 * 1024 * 1024};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        build_within(&built, sizes[i], "yes", buffer_span(&page), &html_hints);
        assert_int_equal(built.result, MODULE_FAIL);
        assert_int_equal(built.fault.code, FAULT_PAGE_TOO_LARGE);
        assert_non_null(built.fault.asker);
        assert_null(built.tree);
        done(&built);
    }
    buffer_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_deep_text_is_kept),
        cmocka_unit_test(test_text_is_clean),
        cmocka_unit_test(test_short_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
