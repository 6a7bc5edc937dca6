/* SPDX-License-Identifier: ISC */
/* Marks around words, things shown by words of their own, and both for readers who listen. */
#include "test/unit/render_help.h"

static void check(const char *html, const char *expected)
{
    check_text(html, 72, false, expected);
}

static void check_blind(const char *html, const char *expected)
{
    check_text(html, 72, true, expected);
}

static void stress(void **state)
{
    (void)state;
    check("an <em>important</em> <strong>thing</strong>, <b>bold</b>, <i>not so</i>",
          "an *important* *thing*, *bold*, not so\n");
    check("<strong> blanks </strong>outside <b><em>one pair</em></b>",
          "*blanks* outside *one pair*\n");
    /* Parts of words, headings, links and long ones have none. */
    check("W<b>or</b>d <b>w</b>ord wor<b>d</b>", "Word word word\n");
    check("<h3><b>Head</b></h3><dl><dt><b>term</b></dt></dl>", "### Head\n\nterm\n");
    check("<a href=\"https://a.example/\"><b>x</b></a> <b><a href=\"https://a.example/\">y</a></b>",
          "x[1] y[1]\n\n[1] https://a.example/\n");
    check("<b>a sentence of more than eighty bytes, which nobody would read as one thing just for "
          "its stars</b>",
          "a sentence of more than eighty bytes, which nobody would read as one \n"
          "thing just for its stars\n");
    check("<pre><b>a</b></pre>", "a\n");
    check("<b>one<br/>two</b> <b>...</b>", "one\ntwo ...\n");
    check("<b>open <p>closed</p></b>", "open\n\nclosed\n");
    check("<b>open <p>closed</p> rest</b>", "open\n\nclosed\n\nrest\n");
}

static void powers(void **state)
{
    (void)state;
    check("x<sup>2</sup> 10<sup>-3</sup> e<sup>n+1</sup> H<sub>2</sub>O a<sub>i,j</sub>",
          "x^2 10^-3 e^(n+1) H_2O a_(i,j)\n");
    check("1<sup>st</sup> XX<sup>e</sup> n<sup>th</sup> A<sup>®</sup> B<sup>TM</sup> <sup> </sup>.",
          "1st XXe n^th A® B(TM) .\n");
    check("so<sup><a href=\"#n1\">[1]</a></sup> or<sup><a href=\"https://a.example/\">2</a></sup>",
          "so^[1] or^2[1]\n\n[1] https://a.example/\n");
    check_blind("so<sup><a href=\"#n1\">[1]</a></sup>, or<sup><a href=\"#n2\">2</a></sup>, x<sup>2"
                "</sup>",
                "so (1), or (2), x^2\n");
}

static void taken_out(void **state)
{
    (void)state;
    check("<del>9.99</del> <ins>7.99</ins> <s>x</s> a<strike>b</strike>c",
          "~~9.99~~ 7.99 ~~x~~ a~~b~~c\n");
    check_blind("<del>9.99</del> 7.99", "(deleted: 9.99) 7.99\n");
}

static void abbreviations(void **state)
{
    (void)state;
    check(
        "<abbr title=\"World Wide Web\">WWW</abbr> and <abbr title=\"World Wide Web\">WWW</abbr>; "
        "<abbr title=\"abc\">ABC</abbr> <abbr title=\" \">D</abbr>",
        "WWW (World Wide Web) and WWW; ABC D\n");
    check("<q>a <q>b</q> c</q>", "\"a 'b' c\"\n");
}

/* More of them than are remembered: the others stay short. */
static void many_abbreviations(void **state)
{
    (void)state;
    size_t size = 200000, len = 0;
    char *html = malloc(size);
    assert_non_null(html);
    for (int i = 0; i < 1000; i++)
        len += (size_t)snprintf(html + len, size - len, "<abbr title=\"title %d\">A</abbr> ", i);
    struct rendering *r = render_tree(html, 72, NULL);
    assert_true(body_has(r, "(title 255)"));
    assert_false(body_has(r, "(title 256)"));
    rendering_free(&r);
    free(html);
}

static void images(void **state)
{
    (void)state;
    static const char *const names[][2] = {{"/img/harbour-map.png?w=1", "[harbour-map.png]"},
                                           {"12345678a.png", "[image]"},
                                           {"data:image/gif;base64,R0lG.x", "[image]"},
                                           {"/a/noextension", "[image]"},
                                           {"", "[image]"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char html[200], expected[200];
        snprintf(html, sizeof html, "<a href=\"https://a.example/\"><img src=\"%s\" alt=\"\"/></a>",
                 names[i][0]);
        snprintf(expected, sizeof expected, "%s[1]\n\n[1] https://a.example/\n", names[i][1]);
        check(html, expected);
    }
    check("<figure><img src=\"x.jpg\"/></figure>a<img src=\"y.jpg\"/><figure><img "
          "alt=\"\"/></figure>",
          "[image]\n\na\n");
    check("<img alt=\"{\\displaystyle x^{2}}\"/>", "[x^{2}]\n");
    check_blind("<img src=\"a.png\" alt=\"A – boat\"/> <img alt=\"x = 1\"/>",
                "(image: A - boat) (x = 1)\n");
}

static void controls(void **state)
{
    (void)state;
    check("<meter value=\"7\" max=\"10\"/> <progress value=\".5\">half</progress> <progress/>",
          "[7 of 10] [half] [? of 1]\n");
    check_blind("<input value=\"Ann\"/><input placeholder=\"Town\"/><input type=\"checkbox\"/>"
                "<input type=\"radio\" checked=\"\"/><select><option>a</option></select>"
                "<button>Go</button><input type=\"submit\"/><meter value=\"1\" max=\"2\"/>",
                "(field 1: Ann) (field 2: Town: empty) (check box 3: not chosen) (choice \n"
                "4: chosen) (list 5: a) (button: Go) (button: Submit) (1 of 2)\n");
    check("<iframe src=\"https://v.example/e\"/> <iframe src=\"https://v.example/f\"/>after",
          "[frame: v.example][1] [frame: v.example][2] after\n\n"
          "[1] https://v.example/e\n[2] https://v.example/f\n");
}

/* Beyond the greatest number links have none, and that is said. */
static void many_links(void **state)
{
    (void)state;
    struct rendering *r = rendering_new(72);
    r->builder = tree_build("<a href=\"https://a.example/\">a</a>");
    r->builder.tree.link_count = 50000;
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    assert_string_equal(r->document.body.at, "a[1]\n\n[1] https://a.example/\n"
                                             "Only the first 50000 links of this page have "
                                             "numbers.\n");
    rendering_free(&r);
}

static void listening(void **state)
{
    (void)state;
    check_blind("<h1>T</h1><p>“a” – b… • c</p><hr/><h4>U</h4>",
                "Heading 1: T\n\n\"a\" - b... - c\n\nHeading 4: U\n");
    check_blind("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>z",
                "List of 2 items:\n- a\nList of 1 item, level 2:\n1. b\nEnd of list.\n- c\n\nz\n");
    check_blind("<blockquote>a</blockquote><dl><dt>W</dt><dd>m</dd></dl>",
                "Quote:\na\nEnd of quote.\n\nW:\nm\n");
    check_blind("<a href=\"https://a.example/\">A</a><a href=\"https://b.example/\">B</a>",
                "A B\n\nLinks: 2.\n1: A, https://a.example/\n2: B, https://b.example/\n");
    check_blind("<pre>│ a –</pre>", "│ a –\n");
}

static void tables_for_listeners(void **state)
{
    (void)state;
    check_blind(
        "<table><caption>P</caption><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr>"
        "<tr><td>3</td><td></td></tr></table>z",
        "Table of 2 rows and 2 columns: P.\nRow 1.\nA: 1\nB: 2\n\nRow 2.\nA: 3\n"
        "End of table.\n\nz\n");
    check_blind("<table><tr><th>K</th><td>1</td></tr><tr><th>L</th><td>2<br/>3</td></tr></table>",
                "Table of 2 rows and 2 columns.\nK: 1\nL: 2; 3\nEnd of table.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stress),     cmocka_unit_test(powers),
        cmocka_unit_test(taken_out),  cmocka_unit_test(abbreviations),
        cmocka_unit_test(images),     cmocka_unit_test(many_abbreviations),
        cmocka_unit_test(many_links), cmocka_unit_test(controls),
        cmocka_unit_test(listening),  cmocka_unit_test(tables_for_listeners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
