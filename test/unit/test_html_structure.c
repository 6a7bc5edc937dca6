/* SPDX-License-Identifier: ISC */
/* The HTML renderer: where elements may stand, what is taken apart, and what is left out. */
#include "test/unit/html_help.h"

#define STRAY "<li style=\"list-style:none\">"

static void boxes(void **state)
{
    (void)state;
    check("<div><div><div>one</div></div></div>", "one");
    check("<div><div>one</div><div>two</div></div>", "<div>one</div>\n<div>two</div>\n");
    check("<div>a<p>b</p>c</div><div>d</div>", "<div>a<p>b</p>\nc</div>\n<div>d</div>\n");
    check("<section><header><h2>h</h2></header><p>a</p></section>", "<h2>h</h2>\n<p>a</p>\n");
    check("<ul><li><div>a</div></li><li><p>b</p></li><li><p>c</p><p>d</p></li></ul>",
          "<ul><li>a</li>\n<li>b</li>\n<li><p>c</p>\n<p>d</p>\n</li>\n</ul>\n");
    check("<b><p>a</p></b><i>x</i><p>b<div>c</div></p>",
          "<p>a</p>\n<i>x</i><div>b<div>c</div>\n</div>\n");
}

static void strays(void **state)
{
    (void)state;
    check("<ul> <li>a</li><ul><li>b</li></ul>c <b>d</b><br/><li>e</li></ul>",
          "<ul><li>a</li>\n" STRAY "<ul><li>b</li>\n</ul>\nc <b>d</b></li>\n<li>e</li>\n</ul>\n");
    check("<ul><div><li>a</li></div></ul>", "<ul><li>a</li>\n</ul>\n");
    check("<dl><div><dt>a</dt><dd>b</dd></div>c</dl>",
          "<dl><dt>a</dt>\n<dd>b</dd>\n<dd>c</dd>\n</dl>\n");
    check("<table><form><tr><td>a</td>b</tr></form>c</table>",
          TABLE "<tr><td>a</td>\n<td>b</td>\n</tr>\n<tr><td>c</td></tr>\n</table>\n");
    check("<table><tbody><td>a</td></tbody></table>",
          TABLE "<tbody><tr><td>a</td></tr>\n</tbody>\n</table>\n");
    check("<li>a</li><td>b</td><dt>c</dt>",
          "<div>\xe2\x80\xa2 a</div>\n<div>b</div>\n<div>c</div>\n");
}

static void phrases(void **state)
{
    (void)state;
    check("<h2><div>a</div> <div>b <span>c</span></div></h2>", "<h2>a<br>b c</h2>\n");
    check("<h3>a<p>b</p><ul><li>c</li></ul></h3>", "a<p>b</p>\n<ul><li>c</li>\n</ul>\n");
    check("<pre><div>a</div><div>  b</div></pre>", PRE "a\n  b</pre>\n");
    check("<p><span lang=\"de\"><b>a</b></span></p>", "<p><span lang=\"de\"><b>a</b></span></p>\n");
    check("<details><summary>More <div>here</div></summary>in</details>",
          "<p><b>More<br>here</b></p>\nin");
    check("<h2><div lang=\"fr\">a</div>b</h2>", "<h2><span lang=\"fr\">a</span><br>b</h2>\n");
    check("<p>a<button>b <div>c</div></button>d</p>", "<p>a [b<br>c] d</p>\n");
}

static void arranging_tables(void **state)
{
    (void)state;
    check("<table role=\"none\"><tr><td>1.</td><td></td><td>two</td></tr></table>",
          "<div>1.\xc2\xa0 two</div>\n");
    check("<table role=\"none\"><tr><td><h2>a</h2>b</td><td>c</td></tr></table>",
          "<div><h2>a</h2>\nb</div>\n<div>c</div>\n");
    check("<table role=\"none\"><tr><td><table><tr><td>x</td></tr></table></td></tr></table>",
          TABLE "<tr><td>x</td>\n</tr>\n</table>\n");
    check("<h2>a<table><tr><td>b</td><td>c</td></tr></table></h2>",
          "a" TABLE "<tr><td>b</td>\n<td>c</td>\n</tr>\n</table>\n");
}

static void tables(void **state)
{
    (void)state;
    check("<table><thead><tr><th scope=\"COL\">a</th><th scope=\"x\">b</th></tr></thead>"
          "<tbody><tr><td><p>c</p></td><td><p>d</p>e</td></tr></tbody></table>",
          TABLE "<thead><tr><th scope=\"col\">a</th>\n<th>b</th>\n</tr>\n</thead>\n"
                "<tbody><tr><td>c</td>\n<td><p>d</p>\ne</td>\n</tr>\n</tbody>\n</table>\n");
}

static void languages(void **state)
{
    (void)state;
    check("<div lang=\"de\"><p lang=\"de\">a</p><p lang=\"fr\" dir=\"ltr\">b</p></div>",
          "<div lang=\"de\"><p>a</p>\n<p lang=\"fr\">b</p>\n</div>\n");
    check("<p><bdo dir=\"rtl\">a</bdo><bdi>b</bdi><bdo>c</bdo></p>",
          "<p><bdo dir=\"rtl\">a</bdo><bdi>b</bdi>c</p>\n");
}

static void things(void **state)
{
    (void)state;
    check(
        "<figure><img src=\"https://a.example/i.png\" alt=\"boat\"/><figcaption>sea</figcaption>"
        "</figure>",
        "<figure style=\"margin:1em 0\"><a href=\"https://a.example/i.png\">[boat]</a><figcaption>"
        "sea</figcaption>\n</figure>\n");
    check("<img src=\"https://a.example/i.png\" width=\"1\" alt=\"x\"/>"
          "<img src=\"data:image/png;base64,AA\" alt=\"y\"/>",
          "[x][y]");
    check("<video src=\"https://a.example/v.mp4\" title=\"Talk\"></video>z",
          "<a href=\"https://a.example/v.mp4\">[video: Talk]</a> z");
    check("<p><abbr title=\"a &quot;b\">c</abbr> <time datetime=\"2020-02-02\"></time> "
          "<ruby>x<rp>(</rp><rt>y</rt><rp>)</rp></ruby><rt>z</rt> 2<sup>3</sup></p>",
          "<p><abbr title=\"a &amp;quot;b\">c</abbr> 2020-02-02 "
          "<ruby>x<rp>(</rp><rt>y</rt><rp>)</rp></ruby>z 2<sup>3</sup></p>\n");
    check("<div style=\"x\">a</div><u>b</u><marquee>c</marquee>", "<div>a</div>\n<u>b</u>c");
}

static void hollow(void **state)
{
    (void)state;
    check("<ul><li><a href=\"http://a.example/\"><img src=\"p\"/></a></li>"
          "<li><a href=\"http://a.example/\">w</a></li></ul>",
          "<ul><li><a href=\"http://a.example/\">w</a></li>\n</ul>\n");
    check("<p><a href=\"http://a.example/\" aria_label=\"Menu\"><img alt=\"\" hidden=\"\"/></a></p>"
          "<pre>a<b> </b>b</pre>",
          "<p><a href=\"http://a.example/\">Menu</a></p>\n" PRE "a b</pre>\n");
}

/* A picture beside the words of the same link says nothing new. */
static void link_twice(void **state)
{
    (void)state;
    check("<a href=\"http://a.example/\"><img src=\"p\"/></a> <a href=\"http://a.example/\">w</a>",
          "<a href=\"http://a.example/\">w</a>");
    check("<a href=\"http://a.example/\"><img src=\"p\"/><input/></a>"
          "<a href=\"http://a.example/\">w</a><a href=\"http://b.example/\"><img src=\"p\"/></a>",
          "<a href=\"http://a.example/\">[image] [____]</a> <a href=\"http://a.example/\">w</a> "
          "<a href=\"http://b.example/\">[image]</a>");
    check("<p><a href=\"http://a.example/\"><img alt=\"W\"/></a></p><a "
          "href=\"http://a.example/\">w</a>",
          "<a href=\"http://a.example/\">w</a>");
    check(
        "<img alt=\"Waves at night behind a pier\"/> x <img alt=\"Waves at night behind a pier\"/>",
        "[Waves at night behind a pier] x [Waves at night behind a pier]");
    check("<h3 id=\"p\">Part<a href=\"#p\">¶</a></h3>", "<h3>Part</h3>\n");
}

static void places_within(void **state)
{
    (void)state;
    check("<p id=\"unused\">a</p><a href=\"#x%41\">to</a> <a href=\"#none\">no</a>"
          "<h2 id=\"xA\" class=\"c\">b</h2>",
          "<p>a</p>\n<a href=\"#w1\">to</a> no<h2 id=\"w1\">b</h2>\n");
    check("<a href=\"#y\">to</a><a name=\"y\"></a><p>b</p>",
          "<a href=\"#w1\">to</a><p><span id=\"w1\"></span>b</p>\n");
    check("<a href=\"#z\">to</a><p hidden=\"\" id=\"z\">b</p>", "to");
    check("<a href=\"#'><script>\">to</a><p id=\"'><script>\">b</p>",
          "<a href=\"#w1\">to</a><p id=\"w1\">b</p>\n");
}

#define FORM_NOTE                                                                                  \
    "%0D%0A%23%20Write%20what%20you%20look%20for%20behind%20%3D%2C%20with%20%2B%20for%20blanks."
#define FORM "<a href=\"mailto:web@www.example?body=HTML%20https:%2F%2Fs.example%2Fs%3F"

static void forms(void **state)
{
    (void)state;
    check_to(
        "<form action=\"https://s.example/s?old=1\"><input type=\"hidden\" name=\"h\" value=\"a "
        "b\"/>"
        "<input name=\"q\"/><input type=\"checkbox\" name=\"c\" checked=\"\"/>"
        "<input type=\"radio\" name=\"r\" value=\"1\"/><select name=\"s\"><option value=\"1\">x"
        "</option><option selected=\"\">y &#z</option></select><input type=\"password\" "
        "name=\"p\"/>"
        "<button>Go</button></form>",
        "web@www.example",
        "[____] [x] ( ) [y &amp;#z] [____] " FORM
        "h%3Da%2Bb%26q%3D%26c%3Don%26s%3Dy%2B%2526%2523z" FORM_NOTE "\">[Go]</a>");
    check_to("<form action=\"https://s.example/s\"><input name=\"q\"/></form>", "web@www.example",
             FORM "q%3D" FORM_NOTE "\">[____]</a>");
    check("<form action=\"https://s.example/s\"><input name=\"q\"/></form>", "[____]");
}

/* What posts, leads nowhere or has nothing to be filled in is shown only. */
static void forms_not_sent(void **state)
{
    (void)state;
    check_to("<form method=\"POST\" action=\"https://s.example/s\"><input name=\"q\"/></form>",
             "web@www.example", "[____]");
    check_to("<form action=\"javascript:x\"><input name=\"q\"/></form>", "web@www.example",
             "[____]");
    check_to("<form action=\"https://s.example/s\"><button>Go</button></form>", "web@www.example",
             "[Go]");
    check_to("<form action=\"https://s.example/s\"><form action=\"https://t.example/\">"
             "<input type=\"button\" name=\"q\"/></form></form>",
             "web@www.example", "[Button]");
    char *html = malloc(3000);
    snprintf(html, 3000,
             "<form action=\"https://s.example/s\"><input name=\"q\" value=\"%01500d\"/></form>",
             7);
    struct rendering *r = render_tree(html, 72, "web@www.example");
    assert_int_equal(r->result, MODULE_OK);
    assert_false(body_has(r, "mailto:"));
    rendering_free(&r);
    free(html);
}

/* Blanks count in what a style makes preformatted, and nothing is added there. */
static void preformatted(void **state)
{
    (void)state;
    struct rendering *r = rendering_new(72);
    r->builder = tree_build("<div>a  b<p>c\n d</p></div>");
    for (uint32_t i = 1; i < r->builder.tree.node_count; i++)
        r->builder.tree.nodes[i].flags |= TREE_PRE;
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    check_balanced(r->document.body);
    assert_true(body_has(r, "<div style=\"white-space:pre-wrap\">a  b<p>c\n d</p></div>\n"));
    rendering_free(&r);
}

static void directions(void **state)
{
    (void)state;
    struct rendering *r = rendering_new(72);
    r->builder = tree_build("<body dir=\"rtl\"><p dir=\"rtl\">a</p><p dir=\"ltr\">b</p></body>");
    for (uint32_t i = 1; i < r->builder.tree.node_count; i++)
        if (i < 4)
            r->builder.tree.nodes[i].flags |= TREE_RTL;
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    assert_true(body_has(r, "<html dir=\"rtl\">"));
    assert_true(body_has(r, "<p>a</p>\n<p dir=\"ltr\">b</p>"));
    rendering_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes),        cmocka_unit_test(strays),
        cmocka_unit_test(phrases),      cmocka_unit_test(arranging_tables),
        cmocka_unit_test(tables),       cmocka_unit_test(languages),
        cmocka_unit_test(things),       cmocka_unit_test(link_twice),
        cmocka_unit_test(hollow),       cmocka_unit_test(places_within),
        cmocka_unit_test(forms),        cmocka_unit_test(forms_not_sent),
        cmocka_unit_test(preformatted), cmocka_unit_test(directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
