/* SPDX-License-Identifier: ISC */
/* Tables as text: columns, cells of several lines, records, spans, tables that only arrange. */
#include "test/unit/render_help.h"

static void check(const char *html, unsigned width, const char *expected)
{
    check_text(html, width, false, expected);
}

static const char prices[] =
    "<table><caption>Prices</caption><tr><th>Name</th><th>Price</th><th>Note</th></tr>"
    "<tr><td>Apples</td><td>12</td><td>fresh from the old orchard behind the house</td></tr>"
    "<tr><td>Figs</td><td>3.50</td><td></td></tr></table>after";

static void columns(void **state)
{
    (void)state;
    check(prices, 72,
          "Prices\n"
          "Name    Price  Note\n"
          "------  -----  -------------------------------------------\n"
          "Apples     12  fresh from the old orchard behind the house\n"
          "Figs     3.50\n\nafter\n");
    /* What stands for no value does not make a column one of words. */
    check("<table><tr><th>A</th><th>Price</th></tr><tr><td>x</td><td>–</td></tr>"
          "<tr><td>y</td><td>12.50</td></tr></table>",
          72, "A  Price\n-  -----\nx      –\ny  12.50\n");
    check("<table><tr><th>A</th><th>B</th></tr>"
          "<tr><td><a href=\"https://a.example/\">in</a></td><td></td></tr></table>",
          72, "A      B\n-----  -\nin[1]\n\n[1] https://a.example/\n");
    /* An empty corner; a sign that is all its cell says. */
    check(
        "<table><tr><td></td><td>Red</td><td>Blue</td></tr><tr><td>x</td><td><img/></td><td>1</td>"
        "</tr><tr><td>y</td><td><img alt=\"\"/></td><td>2</td></tr></table>",
        72, "   Red      Blue\n-  -------  ----\nx  [image]  1\ny           2\n");
    check("<table><tr><th colspan=\"2\">Title</th></tr><tr><td>a</td><td>b</td></tr></table>", 72,
          "Title\na  b\n");
    /* Stars would only widen it. */
    check("<table><tr><th>A</th><th>B</th></tr><tr><td><b>x</b></td><td>y</td></tr></table>", 72,
          "A  B\n-  -\nx  y\n");
}

static void cells_of_lines(void **state)
{
    (void)state;
    check(prices, 40,
          "Prices\n"
          "Name    Price  Note\n"
          "------  -----  -------------------------\n"
          "Apples     12  fresh from the old\n"
          "               orchard behind the house\n"
          "Figs     3.50\n\nafter\n");
    check("<table><tr><th>A</th><th>B</th></tr>"
          "<tr><td>one<br/>two</td><td><ul><li>p</li><li>q</li></ul></td></tr>"
          "<tr><td>three</td><td><p>r</p><p>s</p></td></tr><tr><td></td><td>t</td></tr></table>",
          72, "A      B\n-----  ---\none    * p\ntwo    * q\n\nthree  r\n       s\n\n       t\n");
    check("<table><tr><th>漢字</th><th>B</th></tr><tr><td>漢字漢字漢字漢字漢字漢字漢字漢字</td>"
          "<td>x</td></tr></table>",
          20,
          "漢字               B\n-----------------  -\n漢字漢字漢字漢字   x\n漢字漢字漢字漢字\n");
}

/* An address is never broken, a column of a few letters no use. */
static void records(void **state)
{
    (void)state;
    check(
        "<table><tr><th>Name</th><th>Address</th></tr><tr><td>Ann</td>"
        "<td>https://a.example/a/long/path/to/somewhere</td></tr><tr><td>Bob</td><td>none</td></tr>"
        "</table>",
        40,
        "Name: Ann\nAddress: \nhttps://a.example/a/long/path/to/somewhere\n\n"
        "Name: Bob\nAddress: none\n");
    check("<table><tr><th>First</th><th>Second</th></tr>"
          "<tr><td rowspan=\"2\">both</td><td>one and https://a.example/long</td></tr>"
          "<tr><td>two</td></tr></table>",
          20,
          "First: both\nSecond: one and \nhttps://a.example/long\n\n"
          "First: both\nSecond: two\n");
    check("<table><tr><th>A</th><th>B</th></tr><tr><td colspan=\"2\">https://a.example/along/path"
          "</td></tr><tr><td>one value or two</td><td>2</td></tr></table>",
          24, "https://a.example/along/path\n\nA: one value or two\nB: 2\n");
    check("<table><tr><th>Capital</th><td>A rather long value</td></tr>"
          "<tr><th>Area:</th><td>12<br/>34</td><td>km</td></tr></table>",
          20, "Capital: A rather \nlong value\nArea: 12; 34; km\n");
}

static void spans(void **state)
{
    (void)state;
    check("<table><tr><th>A</th><th>B</th><th>C</th></tr>"
          "<tr><td rowspan=\"2\">x</td><td colspan=\"2\">wide cell here</td></tr>"
          "<tr><td>1</td><td>2</td></tr></table>",
          72, "A  B            C\n-  -  -----------\nx  wide cell here\n   1            2\n");
    check("<table><tr><th>First</th><th>Second</th></tr>"
          "<tr><td colspan=\"2\">a sentence over both</td></tr>"
          "<tr><td>1</td><td>a value that is rather long for it</td></tr></table>",
          30,
          "First  Second\n-----  -----------------------\na sentence over both\n"
          "    1  a value that is rather\n       long for it\n");
}

static void arranging(void **state)
{
    (void)state;
    check("<table role=\"none\"><tr><td><h2>Menu</h2><ul><li>a</li></ul></td><td><p>Body</p></td>"
          "</tr></table>",
          72, "Menu\n----\n\n* a\n\nBody\n");
    check("<table role=\"presentation\"><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>"
          "</table>",
          72, "a\nb\nc\nd\n");
    check("<table><tr><td>x<table><tr><th>K</th><th>V</th></tr><tr><td>1</td><td>2</td></tr>"
          "</table></td></tr></table>",
          72, "x\n\nK  V\n-  -\n1  2\n");
    check("<table role=\"none\"><tr><th>Area:</th><td>12</td></tr><tr><th>Tongues</th>"
          "<td><ul><li>a</li></ul></td></tr><tr><th></th><td>x</td></tr></table>",
          72, "Area: 12\nTongues:\n\n* a\n\nx\n");
    check("<table><tr><td>only one cell</td></tr></table>", 72, "only one cell\n");
    /* The builder of the tree has the last word. */
    struct rendering *r = rendering_new(72);
    r->builder =
        tree_build("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>");
    r->builder.tree.nodes[1].flags &= (uint16_t)~TREE_DATA_TABLE;
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    assert_string_equal(r->document.body.at, "a\nb\nc\nd\n");
    rendering_free(&r);
}

/* However many rows and however wide, and each is looked at a few times only. */
static void wide_and_long(void **state)
{
    (void)state;
    size_t size = 3000000, len = 0;
    char *html = malloc(size);
    assert_non_null(html);
    len += (size_t)snprintf(html, size, "<table><tr>");
    for (int i = 0; i < 60; i++)
        len += (size_t)snprintf(html + len, size - len, "<th>h%d</th>", i);
    len += (size_t)snprintf(html + len, size - len, "</tr>");
    for (int row = 0; row < 2000; row++) {
        len += (size_t)snprintf(html + len, size - len, "<tr>");
        for (int i = 0; i < 60; i++)
            len += (size_t)snprintf(html + len, size - len, "<td>%d some words</td>", i);
        len += (size_t)snprintf(html + len, size - len, "</tr>");
    }
    snprintf(html + len, size - len, "</table>");
    struct rendering *r = render_tree(html, 100, NULL);
    assert_int_equal(r->result, MODULE_OK);
    assert_true(body_has(r, "\nh59: 59 some words\n"));
    rendering_free(&r);
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns),   cmocka_unit_test(cells_of_lines),
        cmocka_unit_test(records),   cmocka_unit_test(spans),
        cmocka_unit_test(arranging), cmocka_unit_test(wide_and_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
