/* SPDX-License-Identifier: ISC */
/* The text renderer: blocks, lines, links, and what hostile pages may not do to them. */
#include "test/unit/render_help.h"

#include <uniwidth.h>

static void check(const char *html, unsigned width, const char *expected)
{
    check_text(html, width, false, expected);
}

/* ---- blocks ---- */

static void paragraphs_and_headings(void **state)
{
    (void)state;
    check("<h1>Big  title</h1><p>One\n two.</p>\n<h2>Part</h2><p>Three.</p><h3>Small</h3>x", 72,
          "Big title\n=========\n\nOne two.\n\nPart\n----\n\nThree.\n\n### Small\n\nx\n");
    check("<h1>X</h1>y", 72, "X\n===\n\ny\n");
    check("a<br/>b<br/><br/>c<div>d</div><hr/>e", 72, "a\nb\n\nc\nd\n\n----------\n\ne\n");
    check("<p> </p><p></p><div><p>x</p></div>", 72, "x\n");
    check("", 72, "");
}

static void lists(void **state)
{
    (void)state;
    check(
        "<ul><li>one</li><li>two<ul><li>deep</li></ul></li><li><p>three</p><p>more</p></li></ul>z",
        72, "* one\n* two\n  * deep\n* three\n\n  more\n\nz\n");
    check("<ol start=\"9\"><li>a</li><li>b</li><li value=\"20\">c</li></ol>", 72,
          "9. a\n10. b\n20. c\n");
    check("<ol reversed=\"\"><li>a</li><li>b</li></ol>", 72, "2. a\n1. b\n");
    check("<ol type=\"i\" start=\"3999\"><li>a</li><li>b</li></ol>", 72, "mmmcmxcix. a\n4000. b\n");
    check("<ol type=\"A\" start=\"26\"><li>a</li><li>b</li></ol>", 72, "Z. a\nAA. b\n");
    check("<ol start=\"99999999999\"><li>a</li></ol>", 72, "1. a\n");
    check("<ul><li><ul><li>x</li></ul></li></ul>", 72, "* * x\n");
    check("<ul><li> </li><li>x</li></ul>", 72, "* x\n");
    check("<dl><dt>Word</dt><dd>Meaning</dd><dd>Other</dd></dl>", 72,
          "Word\n    Meaning\n    Other\n");
}

static void quotes_and_pre(void **state)
{
    (void)state;
    check("a<blockquote><p>b</p><p>c</p><blockquote>d</blockquote></blockquote>e", 72,
          "a\n\n> b\n>\n> c\n>\n> > d\n\ne\n");
    check("<pre>\n  int a;   \n\tb\n\n  c\n</pre>x", 72, "  int a;\n        b\n\n  c\n\nx\n");
    check("<blockquote><pre>a\n b</pre></blockquote>", 72, "> a\n>  b\n");
    check("<details><summary>More</summary>inside</details>", 72, "More:\ninside\n");
    check("<figure><img alt=\"a boat\"/><figcaption>Sailing</figcaption></figure>", 72,
          "[a boat]\nSailing\n");
}

static void inline_marks(void **state)
{
    (void)state;
    check("x<sup>2</sup> H<sub>2</sub>O <q>so</q> <ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
          72, "x^2 H_2O \"so\" 漢(kan)\n");
    check("a<b> bold</b><span> </span>c<wbr/>d", 72, "a *bold* cd\n");
    check("a<span hidden=\"\">secret</span>b", 72, "ab\n");
    check("<script>evil()</script><style>p{}</style>ok", 72, "ok\n");
}

/* ---- forms ---- */

static void forms(void **state)
{
    (void)state;
    check("<form><label>Name <input value=\"Ann\"/></label><input type=\"hidden\" value=\"tok\"/>"
          "<input type=\"password\" value=\"geheim\"/><input type=\"checkbox\" checked=\"\"/>yes "
          "<input type=\"radio\"/>no<input placeholder=\"Search\"/><input type=\"submit\"/>"
          "<button>Go</button><button aria_label=\"Close\"></button></form>",
          100,
          "Name [#1 Ann] [#2 ____] [#3 x] yes (#4 _) no [#5 Search: ____] "
          "[Submit] [Go] [Close]\n");
    check(
        "<select><option>one</option><option selected=\"\">two</option><option>x</option></select>",
        72, "[#1 two]\n");
    check("<select><option>one</option><option>two</option></select>", 72, "[#1 one]\n");
    check("<select multiple=\"\"><option selected=\"\">a</option><option>b</option>"
          "<option selected=\"\">c</option></select>",
          72, "[#1 a, c]\n");
    check("<select></select><textarea>a\nb</textarea>", 72, "[#1 ____] [#2 a b]\n");
}

/* ---- links ---- */

static void links(void **state)
{
    (void)state;
    struct rendering *r = render_tree("<p>See <a href=\"https://a.example/\">this page </a>and "
                                      "<a href=\"https://b.example/\">that</a>, "
                                      "<a href=\"https://a.example/\">again</a>s. "
                                      "<a href=\"#top\">up</a></p>"
                                      "<p hidden=\"\"><a href=\"https://c.example/\">no</a></p>",
                                      72, NULL);
    assert_string_equal(r->document.body.at, "See this page[1] and that[2], again[1]s. up\n\n"
                                             "[1] https://a.example/\n[2] https://b.example/\n");
    assert_int_equal(r->document.link_count, 2);
    assert_int_equal(r->document.links[1].number, 2);
    assert_string_equal(r->document.links[0].words.at, "this page");
    assert_string_equal(r->document.links[1].url.at, "https://b.example/");
    rendering_free(&r);
}

static void links_around_things(void **state)
{
    (void)state;
    check("<a href=\"https://a.example/\"><img alt=\"Home\"/></a>", 72,
          "Home[1]\n\n[1] https://a.example/\n");
    check("<a href=\"https://a.example/\"><img alt=\"\"/></a>", 72,
          "[image][1]\n\n[1] https://a.example/\n");
    check("<a href=\"https://a.example/\" aria_label=\"Start\"><img/><img/></a>", 72,
          "Start[1]\n\n[1] https://a.example/\n");
    check("<a href=\"https://a.example/\"><img alt=\"\"/> words</a><img alt=\"\"/><img/>", 72,
          "words[1]\n\n[1] https://a.example/\n");
    check("<a href=\"https://a.example/\"></a>x", 72, "x\n");
    check("<a href=\"https://a.example/\"><h2>Head</h2><p>teaser</p></a>", 72,
          "Head[1]\n-------\n\nteaser\n\n[1] https://a.example/\n");
    check("<a href=\"https://a.example/\">A</a><a href=\"https://b.example/\">B</a>", 72,
          "A[1] B[2]\n\n[1] https://a.example/\n[2] https://b.example/\n");
    check("<a href=\"https://a.example/x\">https://a.example/x</a>", 72,
          "https://a.example/x [1]\n\n[1] https://a.example/x\n");
    check("<iframe src=\"https://v.example/\" title=\"Map\"/><iframe/><video title=\"Talk\"/>", 72,
          "[frame: Map][1] [video: Talk]\n\n[1] https://v.example/\n");
}

/* ---- lines ---- */

/* No line is wider than `width`; soft lines end with one blank, others with none. */
static void check_lines(const struct rendering *r, unsigned width)
{
    struct span rest = r->document.body, line;
    while (span_next_line(&rest, &line)) {
        bool soft = line.len && line.at[line.len - 1] == ' ';
        size_t columns = (size_t)u8_width((const uint8_t *)line.at, line.len, "UTF-8") - soft;
        assert_in_range(columns, 0, width);
        assert_false(soft && (line.len < 2 || line.at[line.len - 2] == ' '));
        assert_in_range(line.len, 0, 998);
    }
}

static void widths(void **state)
{
    (void)state;
    char html[8192] = "<p>";
    for (int i = 0; i < 300; i++)
        snprintf(html + strlen(html), 24, "word%d é ", i * 37);
    const unsigned wanted[] = {40, 72, 100};
    for (size_t i = 0; i < 3; i++) {
        struct rendering *r = render_tree(html, wanted[i], NULL);
        check_lines(r, wanted[i]);
        size_t lines = 0;
        struct span rest = r->document.body, line;
        while (span_next_line(&rest, &line))
            lines++;
        assert_in_range(lines, r->document.body.len / (wanted[i] + 20),
                        r->document.body.len / (wanted[i] - 12) + 1);
        rendering_free(&r);
    }
}

static void soft_and_hard(void **state)
{
    (void)state;
    check("<p>aaaaaaaaaa bbbbbbbbbb cc</p>", 20, "aaaaaaaaaa \nbbbbbbbbbb cc\n");
    check("<ul><li>aaaaaaaaaa bbbbbbbbbb</li></ul>", 30, "* aaaaaaaaaa bbbbbbbbbb\n");
    check("<blockquote>aaaaaaaaaa bbbbbbbbbb cccccccccc</blockquote>", 30,
          "> aaaaaaaaaa bbbbbbbbbb\n> cccccccccc\n");
    check("<p>-- wwwwwwwwwwwwwwwwwwwwwww</p>", 20, "--\nwwwwwwwwwwwwwwwwwwwwwww\n");
    check("<p>aaaaaaaaaaaa bbb\xc2\xa0"
          "ccccc</p>",
          20, "aaaaaaaaaaaa \nbbb ccccc\n");
    check("<p>aaaaaaaaaaaa <nobr>bbb ccccc</nobr></p>", 20, "aaaaaaaaaaaa \nbbb ccccc\n");
}

static void urls_stay_whole(void **state)
{
    (void)state;
    char html[3000], url[2000] = "https://example.org/a-b/";
    memset(url + strlen(url), 'x', 1900);
    snprintf(html, sizeof html, "<p>some words before %s and after</p>", url);
    struct rendering *r = render_tree(html, 40, NULL);
    assert_true(body_has(r, url));
    rendering_free(&r);
    check("<p>Look at http://example.org/a-long/path-with/hyphens now</p>", 20,
          "Look at \nhttp://example.org/a-long/path-with/hyphens \nnow\n");
    check("<p>漢字漢字http://example.org/a-long/path漢字</p>", 20,
          "漢字漢字\nhttp://example.org/a-long/path\n漢字\n");
}

static void wide_characters(void **state)
{
    (void)state;
    char html[2000] = "<p>";
    for (int i = 0; i < 50; i++)
        strncat(html, "漢字かな。", sizeof html - strlen(html) - 1);
    for (unsigned width = 40; width <= 100; width += 30) {
        struct rendering *r = render_tree(html, width, NULL);
        check_lines(r, width);
        assert_false(body_has(r, "\n。"));
        assert_false(body_has(r, " \n"));
        rendering_free(&r);
    }
    check("<p>漢字漢字漢字漢字漢字<a href=\"https://a.example/\">漢字</a>漢字漢字漢字漢字</p>", 20,
          "漢字漢字漢字漢字漢字\n漢字[1]漢字漢字漢字\n漢字\n\n[1] https://a.example/\n");
}

static void emoji(void **state)
{
    (void)state;
    /* A family of one cluster counts two columns, and is not torn. */
    check("<table><tr><th>A</th><th>B</th></tr>"
          "<tr><td>\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7</td>"
          "<td>x</td></tr></table>",
          72,
          "A   B\n--  -\n"
          "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7  x\n");
}

static void no_controls(void **state)
{
    (void)state;
    check("<p title=\"x\">a\x1b[31mb\x01\x02\x7f c\xc2\x85"
          "d\xe2\x80\xaeseg\xe2\x81\xa6x\xc2\xad"
          "y\xe2\x80\x8bz</p>",
          72, "a[31mb c dsegxyz\n");
    struct rendering *r =
        render_tree("<a href=\"https://a.example/\r\nBcc: x\xe2\x80\xae\">w\x08</a>", 72, NULL);
    assert_string_equal(r->document.body.at,
                        "w[1]\n\n[1] https://a.example/%0D%0ABcc:%20x%E2%80%AE\n");
    rendering_free(&r);
}

static void overlong(void **state)
{
    (void)state;
    char *html = malloc(4000010);
    memset(html, 'x', 4000000);
    html[4000000] = '\0';
    struct rendering *r = render_tree(html, 72, NULL);
    struct span rest = r->document.body, line;
    while (span_next_line(&rest, &line))
        assert_in_range(line.len, 1, 998);
    rendering_free(&r);
    memcpy(html, "<pre>", 5);
    for (size_t i = 5; i + 2 < 200000; i += 2)
        memcpy(html + i, "é", 2);
    html[199999] = '\0';
    r = render_tree(html, 72, NULL);
    rest = r->document.body;
    while (span_next_line(&rest, &line)) {
        assert_in_range(line.len, 1, 998);
        assert_int_equal((unsigned char)line.at[0] & 0xc0, 0xc0);
    }
    rendering_free(&r);
    free(html);
}

/* ---- hostile trees ---- */

static char *repeat(const char *text, size_t count)
{
    size_t len = strlen(text);
    char *all = malloc(len * count + 1);
    assert_non_null(all);
    for (size_t i = 0; i < count; i++)
        memcpy(all + i * len, text, len);
    all[len * count] = '\0';
    return all;
}

static void deep(void **state)
{
    (void)state;
    static const char *const tags[] = {"<div>x",
                                       "<ul><li>x",
                                       "<blockquote>x",
                                       "<table><tr><td>",
                                       "<ol><li>",
                                       "<dl><dd>x",
                                       "<a href=\"https://a.example/\">",
                                       "<h1>x",
                                       "<pre>x",
                                       "<sup>",
                                       "<button>",
                                       "<nobr>a "};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        char *html = repeat(tags[i], 100000);
        html = realloc(html, strlen(html) + 2);
        memcpy(html + strlen(html), "y", 2);
        struct rendering *r = render_tree(html, 72, NULL);
        assert_true(r->result == MODULE_OK || fault_is_set(&r->fault));
        rendering_free(&r);
        free(html);
    }
}

/* Where lines have no width, as in an article, a nest of lists still indents no further. */
static void wide_nest(void **state)
{
    (void)state;
    char *html = repeat("<ul><li>x", 300);
    struct rendering *r = render_tree(html, 10000, NULL);
    assert_int_equal(r->result, MODULE_OK);
    struct span rest = r->document.body, line;
    size_t widest = 0;
    while (span_next_line(&rest, &line))
        widest = line.len > widest ? line.len : widest;
    assert_in_range(widest, 100, 150);
    rendering_free(&r);
    free(html);
}

static void many_images(void **state)
{
    (void)state;
    char *images = repeat("<img alt=\"\"/>", 200000), *blanks = repeat(" \n", 500000);
    size_t size = strlen(images) + strlen(blanks) + 100;
    char *html = malloc(size);
    snprintf(html, size, "<a href=\"https://a.example/\"><pre>%s%s</pre></a>", blanks, images);
    struct rendering *r = render_tree(html, 72, NULL);
    assert_string_equal(r->document.body.at, "[image][1]\n\n[1] https://a.example/\n");
    rendering_free(&r);
    free(html);
    free(images);
    free(blanks);
}

static void giant_table(void **state)
{
    (void)state;
    char *rows = repeat("<tr><td rowspan=\"9\">1</td><td>two</td><td>3</td></tr>", 100000);
    size_t size = strlen(rows) + 32;
    char *html = malloc(size);
    snprintf(html, size, "<table>%s</table>", rows);
    struct rendering *r = render_tree(html, 72, NULL);
    assert_int_equal(r->result, MODULE_OK);
    assert_true(r->document.body.len > 100000);
    rendering_free(&r);
    free(rows);
    free(html);
}

static void too_large(void **state)
{
    (void)state;
    char *html = repeat("<p>some words</p>", 1000);
    struct rendering *r = rendering_new(72);
    r->builder = tree_build(html);
    r->input.tree = &r->builder.tree;
    r->options.max_bytes = 5000;
    rendering_call(r);
    assert_int_equal(r->result, MODULE_FAIL);
    assert_int_equal(r->fault.code, FAULT_REPLY_TOO_LARGE);
    assert_non_null(r->fault.asker);
    rendering_free(&r);
    free(html);
}

static void no_memory(void **state)
{
    (void)state;
    struct rendering *r = rendering_new(72);
    arena_free(&r->arena);
    r->arena = arena_new(8);
    r->builder = tree_build("<p>x</p>");
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    assert_int_equal(r->result, MODULE_FAIL);
    assert_int_equal(r->fault.code, FAULT_MEMORY);
    rendering_free(&r);
}

/* ---- text pages ---- */

static void check_bytes(const char *bytes, const char *type, const char *charset,
                        const char *expected)
{
    struct rendering *r = render_bytes(span_of(bytes), type, charset, NULL);
    assert_int_equal(r->result, MODULE_OK);
    assert_string_equal(r->document.body.at, expected);
    assert_int_equal(r->document.link_count, 0);
    rendering_free(&r);
}

static void text_pages(void **state)
{
    (void)state;
    check_bytes("a  b  \r\n\tc\r\rd\x1b[0m\n\n", "text/plain", "utf-8", "a  b\n\tc\n\nd[0m\n\n");
    check_bytes("caf\xe9", "text/csv", "windows-1252", "café\n");
    check_bytes("{\"a\":\xff}", "application/json", "utf-8", "{\"a\":\xef\xbf\xbd}\n");
    check_bytes("", "text/plain", "", "");
    char *line = repeat("ab \xc3\xa9", 600);
    struct rendering *r = render_bytes(span_of(line), "text/plain", "utf-8", NULL);
    struct span rest = r->document.body, piece;
    while (span_next_line(&rest, &piece))
        assert_in_range(piece.len, 1, 998);
    rendering_free(&r);
    free(line);
}

static void not_mine(void **state)
{
    (void)state;
    struct rendering *r = render_bytes(span_of("\x89PNG"), "image/png", "", NULL);
    assert_int_equal(r->result, MODULE_PASS);
    rendering_free(&r);
    r = render_bytes(span_of("\xff\xfe\x00"), "text/plain", "x-nonsense", NULL);
    assert_int_equal(r->result, MODULE_PASS);
    rendering_free(&r);
    r = render_bytes(span_of("<p>"), "text/html", "utf-8", NULL);
    assert_int_equal(r->result, MODULE_PASS);
    rendering_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_and_headings),
        cmocka_unit_test(lists),
        cmocka_unit_test(quotes_and_pre),
        cmocka_unit_test(inline_marks),
        cmocka_unit_test(forms),
        cmocka_unit_test(links),
        cmocka_unit_test(links_around_things),
        cmocka_unit_test(widths),
        cmocka_unit_test(soft_and_hard),
        cmocka_unit_test(urls_stay_whole),
        cmocka_unit_test(wide_characters),
        cmocka_unit_test(emoji),
        cmocka_unit_test(no_controls),
        cmocka_unit_test(overlong),
        cmocka_unit_test(deep),
        cmocka_unit_test(wide_nest),
        cmocka_unit_test(giant_table),
        cmocka_unit_test(many_images),
        cmocka_unit_test(too_large),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(text_pages),
        cmocka_unit_test(not_mine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
