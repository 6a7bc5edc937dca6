/* SPDX-License-Identifier: ISC */
/* The HTML renderer: what goes out is balanced, escaped, and neither loads nor runs anything. */
#include "test/unit/html_help.h"

static void structure(void **state)
{
    (void)state;
    check("<h1>A</h1><section><p>b <b>c</b>\n d</p></section>",
          "<h1>A</h1>\n<p>b <b>c</b> d</p>\n");
    check("<ol start=\"3\" type=\"a\" reversed=\"\"><li value=\"7\">x</li></ol>",
          "<ol start=\"3\" type=\"a\" reversed=\"\"><li value=\"7\">x</li>\n</ol>\n");
    check("<pre>a\n  b</pre><blockquote>q</blockquote>a<br/>b<hr/>",
          PRE "a\n  b</pre>\n" QUOTE "q</blockquote>\na<br>b<hr>\n");
    check("<table><caption>c</caption><tr><th colspan=\"2\">h</th></tr><tr><td>1</td><td></td></tr>"
          "</table>",
          TABLE "<caption>c</caption>\n<tr><th colspan=\"2\">h</th>\n</tr>\n"
                "<tr><td>1</td>\n<td></td>\n</tr>\n</table>\n");
    check("<p lang=\"de\" dir=\"rtl\">x <span>y</span> <span lang=\"fr\">z</span></p>",
          "<p lang=\"de\" dir=\"rtl\">x y <span lang=\"fr\">z</span></p>\n");
}

static void left_out(void **state)
{
    (void)state;
    check("<p hidden=\"\">no</p><div></div><b> </b><script>x()</script><style>y</style>z", "z");
    check("<img src=\"http://t.example/pixel.gif\"/><img src=\"x\" alt=\"boat\"/>", "[boat]");
    check("<video src=\"v.mp4\" title=\"Talk\">old browser</video>", "[video: Talk]");
    check("<p style=\"background:url(x)\" class=\"a\" id=\"b\">x</p>", "<p>x</p>\n");
}

static void form_fields(void **state)
{
    (void)state;
    check(
        "<form action=\"http://x.example/\" method=\"post\">Q <input name=\"q\" value=\"a&lt;b\"/>"
        "<button>Go</button><select><option>1</option><option selected=\"\">2</option></select>"
        "<input type=\"hidden\" value=\"tok\"/></form>",
        "Q [a&amp;lt;b] [Go] [2]");
}

static void hostile_text(void **state)
{
    (void)state;
    struct rendering *r =
        render_tree("<p lang=\"x\" dir=\"javascript:1\">a &lt; \" ' > b\x1b\xe2\x80\xae&amp;</p>"
                    "<ol start=\"1' onclick='x\" type=\"zz\"><li value=\"--1\">x</li></ol>"
                    "<table><tr><td colspan=\"99999999\" rowspan=\"-2\">y</td></tr></table><p "
                    "lang=\"a' b='c\">z</p>"
                    "<img alt=\"'><script>alert(1)</script>\"/>",
                    72, NULL);
    check_balanced(r->document.body);
    assert_true(body_has(r, "<p lang=\"x\">a &amp;lt; \" ' &gt; b&amp;amp;</p>"));
    assert_true(body_has(r, "<ol><li>x</li>\n</ol>"));
    assert_true(body_has(r, "<tr><td>y</td>"));
    assert_true(body_has(r, "<p>z</p>"));
    assert_true(body_has(r, "['&gt;&lt;script&gt;alert(1)&lt;/script&gt;]"));
    assert_false(body_has(r, "<script"));
    rendering_free(&r);
}

static void plain_links(void **state)
{
    (void)state;
    check("<a href=\"https://a.example/?a=1&b='\">w <b>x</b></a>",
          "<a href=\"https://a.example/?a=1&amp;b=&#39;\">w <b>x</b></a>");
    check("<a href=\"ftp://a.example/f\"><img alt=\"\"/></a>",
          "<a href=\"ftp://a.example/f\">[image]</a>");
    check("<iframe src=\"https://v.example/\" title=\"Map\"/>",
          "<a href=\"https://v.example/\">[frame: Map]</a>");
    check("<a href=\"#x\">up</a>", "up");
    struct rendering *r = render_tree("<a href=\"https://a.example/\">one</a>", 72, NULL);
    assert_int_equal(r->document.link_count, 1);
    assert_string_equal(r->document.links[0].words.at, "one");
    rendering_free(&r);
}

static void inert_links(void **state)
{
    (void)state;
    check("<a href=\"javascript:alert(1)\">a</a> <a href=\"JaVaScRiPt:alert(1)\">b</a> "
          "<a href=\"data:text/html,x\">c</a> <a href=\"vbscript:x\">d</a> "
          "<a href=\"file:///etc/passwd\">e</a> <a href=\"http://a.example/\r\nBcc: x\">f</a> "
          "<a href=\"mailto:a@b.example\nBcc:x\">g</a> <a href=\"cid:x\">h</a>",
          "a b c d e f g h");
    check_to("<a href=\"javascript:alert(1)\">a</a><a href=\"http://a.example/\x01x\">b</a>",
             "web@www.example", "ab");
    char *html = malloc(3000);
    snprintf(html, 3000, "<a href=\"http://a.example/%02500d\">long</a>", 7);
    check(html, "long");
    free(html);
}

static void mail_links(void **state)
{
    (void)state;
    check_to("<a href=\"https://a.example/x?b=1&c=%0D%0A;\">w</a>", "web+x@www.example",
             "<a href=\"mailto:web+x@www.example?subject=HTML%20https:%2F%2Fa.example%2Fx%3Fb%3D1"
             "%26c%3D%250D%250A%3B\">w</a>");
    check_to("<a href=\"https://a.example/'<>é\">w</a>", "a\"b?c&d@x",
             "<a href=\"mailto:a%22b%3Fc%26d@x?subject=HTML%20https:%2F%2Fa.example%2F%27%3C%3E"
             "%C3%A9\">w</a>");
    check_to("<a href=\"mailto:me@x.example\">m</a>", "web@www.example",
             "<a href=\"mailto:me@x.example\">m</a>");
}

static void nested_links(void **state)
{
    (void)state;
    check("<a href=\"http://a.example/\">x<a href=\"http://b.example/\">y</a>z</a>",
          "<a href=\"http://a.example/\">xyz</a>");
    check("<a href=\"http://a.example/\"><div><p>y</p></div></a>",
          "<a href=\"http://a.example/\"><p>y</p>\n</a>");
}

static void titles(void **state)
{
    (void)state;
    struct rendering *r = rendering_new(72);
    r->builder = tree_build("<p>x</p>");
    r->builder.tree.title = SPAN_LITERAL("</title><script>x\n y");
    r->builder.tree.language = SPAN_LITERAL("de-AT");
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    check_balanced(r->document.body);
    assert_true(body_has(r, "<html lang=\"de-AT\">" HEAD_META "&lt;/title&gt;&lt;script&gt;x y"));
    assert_string_equal(r->document.title.at, "</title><script>x y");
    rendering_free(&r);
}

static void text_pages(void **state)
{
    (void)state;
    struct rendering *r =
        render_bytes(SPAN_LITERAL("a <b>\r\n  c & d\n"), "text/plain", "utf-8", NULL);
    check_balanced(r->document.body);
    assert_true(body_has(r, PRE "a &lt;b&gt;\n  c &amp; d\n</pre>"));
    rendering_free(&r);
    r = render_bytes(SPAN_LITERAL("GIF89a"), "image/gif", "", NULL);
    assert_int_equal(r->result, MODULE_PASS);
    rendering_free(&r);
    r = render_bytes(SPAN_LITERAL("\xff\xff"), "text/plain", "", NULL);
    assert_int_equal(r->result, MODULE_PASS);
    rendering_free(&r);
}

static void deep(void **state)
{
    (void)state;
    static const char *const tags[] = {"<div>x", "<a href=\"http://a.example/\">x",
                                       "<table><tr><td>", "<pre>"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t len = strlen(tags[i]);
        char *html = malloc(len * 60000 + 2);
        for (size_t n = 0; n < 60000; n++)
            memcpy(html + n * len, tags[i], len);
        memcpy(html + len * 60000, "y", 2);
        struct rendering *r = render_tree(html, 72, NULL);
        assert_int_equal(r->result, MODULE_OK);
        check_balanced(r->document.body);
        rendering_free(&r);
        free(html);
    }
}

static size_t count_of(struct span text, const char *wanted)
{
    size_t count = 0;
    ptrdiff_t at;
    while ((at = span_find(text, span_of(wanted))) >= 0) {
        text = span_from(text, (size_t)at + 1);
        count++;
    }
    return count;
}

/* Many links with long addresses: from some point on their words alone, but all of these. */
static void long_addresses(void **state)
{
    (void)state;
    enum { LINKS = 10000, ADDRESS = 1000 };
    struct buffer html;
    buffer_init(&html, 1 << 24);
    for (int i = 0; i < LINKS; i++)
        buffer_printf(&html, "<a href=\"http://a.example/%0*d\">told</a> ", ADDRESS, i);
    buffer_add_text(&html, "<a href=\"http://a.example/short\">told</a>");
    assert_false(html.failed);
    struct rendering *r = render_tree(html.at, 72, NULL);
    assert_int_equal(r->result, MODULE_OK);
    assert_int_equal(count_of(r->document.body, "told"), LINKS + 1);
    size_t links = count_of(r->document.body, "<a href=");
    assert_in_range(links, 8 * 1024 * 1024 / (ADDRESS + 20), LINKS - 1000);
    assert_int_equal(count_of(r->document.body, "http://a.example/short"), 1);
    rendering_free(&r);
    buffer_free(&html);
}

static void too_large(void **state)
{
    (void)state;
    struct rendering *r = rendering_new(72);
    r->builder = tree_build("<p>some words that are too many</p>");
    r->input.tree = &r->builder.tree;
    r->options.max_bytes = 90;
    rendering_call(r);
    assert_int_equal(r->result, MODULE_FAIL);
    assert_int_equal(r->fault.code, FAULT_REPLY_TOO_LARGE);
    rendering_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structure),      cmocka_unit_test(left_out),
        cmocka_unit_test(form_fields),    cmocka_unit_test(hostile_text),
        cmocka_unit_test(plain_links),    cmocka_unit_test(inert_links),
        cmocka_unit_test(mail_links),     cmocka_unit_test(nested_links),
        cmocka_unit_test(titles),         cmocka_unit_test(text_pages),
        cmocka_unit_test(deep),           cmocka_unit_test(too_large),
        cmocka_unit_test(long_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
