/* SPDX-License-Identifier: ISC */
/* passes_tables: tables of data and tables that only arrange the page. */
#include "render/passes/passes.h"

#include "agent/base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/tree_builder.h"

static void sort_tables(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->node_count; i++)
        tree->nodes[i].flags &= (uint16_t)~TREE_DATA_TABLE;
    passes_tables(tree);
}

/* `wanted`: a letter for each table in document order, d data, l layout. */
static void expect(const char *html, const char *wanted)
{
    struct tree_builder tb = tree_build(html);
    size_t tables = 0;
    sort_tables(&tb.tree);
    for (uint32_t i = 0; i < tb.tree.node_count; i++) {
        if (tb.tree.nodes[i].tag != TAG_table)
            continue;
        char found = tb.tree.nodes[i].flags & TREE_DATA_TABLE ? 'd' : 'l';
        if (!wanted[tables] || found != wanted[tables])
            fail_msg("%s: table %zu is %c", html, tables, found);
        tables++;
    }
    assert_int_equal(tables, strlen(wanted));
    tree_build_free(&tb);
}

#define ROW "<tr><td>a</td><td>b</td></tr>"
#define LONG                                                                                       \
    "words that go on for longer than a cell of a table of values would have them, and then some " \
    "more of them, since a column of a page is made for reading and not for comparing figures"

static void test_words_of_the_page(void **state)
{
    (void)state;
    expect("<table><tr><th>h</th><td>b</td></tr></table>", "d");
    expect("<table><tr><td scope=\"col\">h</td></tr></table>", "d");
    expect("<table><tr><td headers=\"x\">h</td></tr></table>", "d");
    expect("<table><caption>c</caption><tr><td>h</td></tr></table>", "d");
    expect("<table><thead><tr><td>h</td></tr></thead></table>", "d");
    expect("<table summary=\"s\"><tr><td>h</td></tr></table>", "d");
    expect("<table role=\"grid\"><tr><td>h</td></tr></table>", "d");
    expect("<table role=\"presentation\"><tr><th>h</th></tr>" ROW "</table>", "l");
    expect("<table role=\"none\">" ROW ROW "</table>", "l");
    expect("<table><tr><th></th><td>" LONG "</td></tr></table>", "l");
}

static void test_shape(void **state)
{
    (void)state;
    expect("<table></table>", "l");
    expect("<table>" ROW "</table>", "l");
    expect("<table>" ROW ROW "</table>", "d");
    expect("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "l");
    expect("<table>" ROW ROW ROW ROW "<tr><td colspan=\"2\">sum</td></tr></table>", "d");
    expect("<table>" ROW "<tr><td>a</td></tr><tr><td>a</td></tr></table>", "l");
    expect("<table><tr><td>a</td><td>" LONG "</td></tr><tr><td>b</td><td>" LONG
           "</td></tr></table>",
           "l");
    expect("<table border=\"1\"><tr><td>a</td><td>" LONG "</td></tr>" ROW ROW "</table>", "d");
    expect("<table border=\"0\"><tr><td>" LONG "</td><td>" LONG "</td></tr>" ROW "</table>", "l");
    expect("<table>" ROW "<tr><td><h2>t</h2></td><td>b</td></tr></table>", "l");
    expect("<table>" ROW "<tr><td><form>t</form></td><td>b</td></tr></table>", "l");
    expect("<table><tr><td colspan=\"900\">a</td></tr>" ROW "</table>", "l");
    expect("<table><tr><td colspan=\"99999999999\">a</td><td>b</td></tr>" ROW "</table>", "d");
}

static void test_nesting(void **state)
{
    (void)state;
    expect("<table>" ROW "<tr><td><table>" ROW ROW "</table></td><td>b</td></tr></table>", "ld");
    expect("<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>", "ll");
    expect("<table>" ROW ROW "</table><table>" ROW ROW "</table>", "dd");
}

static void test_deep_nesting(void **state)
{
    (void)state;
    struct buffer html;
    buffer_init(&html, 1024 * 1024);
    for (int i = 0; i < 400; i++)
        buffer_add_text(&html, "<table><tr><td>");
    for (int i = 0; i < 400; i++)
        buffer_add_text(&html, "</td></tr></table>");
    struct tree_builder tb = tree_build(html.at);
    sort_tables(&tb.tree);
    for (uint32_t i = 0; i < tb.tree.node_count; i++)
        assert_false(tb.tree.nodes[i].flags & TREE_DATA_TABLE);
    tree_build_free(&tb);
    buffer_free(&html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_of_the_page),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_deep_nesting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
