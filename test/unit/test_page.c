/* SPDX-License-Identifier: ISC */
/* page: the shape of the tree, what is left out and hidden, links. */
#include "test/unit/page_fixture.h"

static void show_node(const struct tree *tree, uint32_t node, struct buffer *out)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->tag == TAG_TEXT) {
        buffer_add_byte(out, '\'');
        buffer_add_span(out, tree_text(tree, node));
        buffer_add_byte(out, '\'');
    } else {
        buffer_add_text(out, tree_tag_name(at->tag));
    }
    if (at->link)
        buffer_printf(out, "#%u", (unsigned)at->link);
    if (at->flags & TREE_HIDDEN)
        buffer_add_byte(out, '!');
    if (at->flags & TREE_EMPTY)
        buffer_add_byte(out, '~');
}

/* A subtree as one line: tag, #number of its link, ! hidden, ~ empty, (children). */
static void show_tree(const struct tree *tree, uint32_t root, struct buffer *out)
{
    uint32_t depth = 0, ends[2048];
    for (uint32_t i = root; i < tree->nodes[root].end; i++) {
        for (; depth && ends[depth - 1] == i; depth--)
            buffer_add_byte(out, ')');
        if (i > root && tree->nodes[i - 1].first_child != i)
            buffer_add_byte(out, ' ');
        show_node(tree, i, out);
        if (tree->nodes[i].first_child == TREE_NONE)
            continue;
        buffer_add_byte(out, '(');
        ends[depth++] = tree->nodes[i].end;
    }
    for (; depth; depth--)
        buffer_add_byte(out, ')');
}

static void expect_by(const char *structure, const char *html, const char *wanted)
{
    struct built built;
    struct buffer shown;
    build(&built, structure, span_of(html), &html_hints);
    buffer_init(&shown, 1024 * 1024);
    show_tree(built.tree, find(built.tree, TAG_body), &shown);
    assert_string_equal(shown.at, wanted);
    buffer_free(&shown);
    done(&built);
}

static void expect(const char *html, const char *wanted)
{
    expect_by("yes", html, wanted);
}

static void expect_attr(const char *html, enum tree_tag tag, enum tree_attr_name name,
                        const char *wanted)
{
    struct built built;
    build(&built, "yes", span_of(html), &html_hints);
    struct span value = tree_attr(built.tree, find(built.tree, tag), name);
    if (wanted) {
        assert_non_null(value.at);
        assert_int_equal(value.len, strlen(wanted));
        assert_memory_equal(value.at, wanted, value.len);
    } else {
        assert_null(value.at);
    }
    done(&built);
}

/* ---- shape ---- */

static void test_shape(void **state)
{
    (void)state;
    expect("<p>a<p>b &amp; c", "body(p('a') p('b & c'))");
    expect("<ul><li>a<li>b</ul>", "body(ul(li('a') li('b')))");
    expect("<dl><dt>a<dd>b<dt>c</dl>", "body(dl(dt('a') dd('b') dt('c')))");
    expect("<table><tr><td>a<td>b<tr><th>c</table>",
           "body(table(tbody(tr(td('a') td('b')) tr(th('c')))))");
    expect("<div>a <b>b</b> c</div>", "body(div('a ' b('b') ' c'))");
    expect("<p>a</span></div></td>b</p>", "body(p('ab'))");
    expect("<P CLASS=x>a<BR>b</p>", "body(p('a' br 'b'))");
    expect("<select><option>a<option>b</select>", "body(select(option('a') option('b')))");
    expect("<a href=1>x<a href=2>y</a>", "body(a#1('x') a#2('y'))");
    expect("<my-box><p>a</p></my-box>", "body(unknown(p('a')))");
    expect("<p>a <my-icon>b</my-icon> c</p>", "body(p('a ' unknown('b') ' c'))");
    expect("<blink>a</blink>", "body(unknown('a'))");
}

/* What the standard's tree construction makes of tags that overlap, or stand where they may not. */
static void test_misnesting(void **state)
{
    (void)state;
    expect("<b>1<p>2</b>3</p>", "body(b('1') p(b('2') '3'))");
    expect("<b>1<i>2</b>3</i>4", "body(b('1' i('2')) i('3') '4')");
    expect("<p><b>1<p>2", "body(p(b('1')) p(b('2')))");
    expect("<b><b><b><b>1<p>2", "body(b(b(b(b('1' p('2'))))))");
    expect("<p><b><b><b><b>1<p>2", "body(p(b(b(b(b('1'))))) p(b(b(b('2')))))");
    expect("<a href=1>1<div>2<a href=2>3</div>4", "body(a#1('1') div(a#1('2') a#2('3')) a#2('4'))");
    /* An end tag ends its own kind, also among those of no list. */
    expect("<x-a><x-b>1</x-a><p>2", "body(unknown(unknown('1')) p('2'))");
    expect("<table><b>1<tr><td>2</table>3", "body(b('1') table(tbody(tr(td('2')))) b('3'))");
    expect("<table>1<tr>2<td>3</td>4</table>", "body('12' '4' table(tbody(tr(td('3')))))");
    expect("<table><form><tr><td><input></form></table>",
           "body(table(form~ tbody(tr(td(input)))))");
    expect("<table><caption>1<tr><th>2<td>3",
           "body(table(caption('1') tbody(tr(th('2') td('3')))))");
    expect("<table><tr><td>1<table><tr><td>2</table>3</table>4",
           "body(table(tbody(tr(td('1' table(tbody(tr(td('2')))) '3')))) '4')");
    expect("<ul><li>1<div><li>2</ul>3", "body(ul(li('1' div~) li('2')) '3')");
    expect("<ul><li><p>1<ul><li>2</ul><li>3", "body(ul(li(p('1') ul(li('2'))) li('3')))");
    expect("<button>1<button>2</button>3", "body(button('1') button('2') '3')");
    expect("<select><option>1<b>2<div>3<option>4</select>5",
           "body(select(option('123') option('4')) '5')");
    expect("<table><tr><td><select><option>1<tr><td>2",
           "body(table(tbody(tr(td(select(option('1')))) tr(td('2')))))");
    expect("<h1>1<h2>2</h1>3", "body(h1('1') h2('2') '3')");
    expect("1</p>2</br>3", "body('1' p~ '2' br '3')");
    expect("<form>1<div>2</form>3</div>4", "body(form('1' div('23')) '4')");
    expect("<p>1<table><tr><td>2</table>3", "body(p('1' table(tbody(tr(td('2')))) '3'))");
    expect("<!DOCTYPE html><p>1<table><tr><td>2</table>3",
           "body(p('1') table(tbody(tr(td('2')))) '3')");
    expect("<ruby>1<rp>(<rt>2<rp>)</ruby>3", "body(ruby('1' rp('(') rt('2') rp(')')) '3')");
    expect("1<body class=x>2</html>3<title>4</title>5</body>6", "body('1' '2356')");
    expect("<td>1</td><tr>2<caption>3", "body('123')");
}

/* The second try for a page that made the first one crash. */
static void test_without_structure(void **state)
{
    (void)state;
    expect_by("no",
              "<h1>1</h1><div><ul><li>2<p>3 <a href=x>4</ul></div><table><tr><td>5<img src=y>",
              "body(h1('1') div~ div~ div('2') div('3 ' a#1('4')) div~ div~ div('5' img))");
}

static void test_left_out(void **state)
{
    (void)state;
    expect("<p>a<script>if (a<b) x('</p>')</script>b</p>", "body(p('ab'))");
    expect("<p>a</p><style>p { x: '<b>' }</style><p>b</p>", "body(p('a') p('b'))");
    expect("<p>a<template><p>x<script></template></script></template>b</p>", "body(p('ab'))");
    expect("<p>a<svg><g><text>t</text></g></svg>b</p>", "body(p('ab'))");
    expect("<p>a<!-- <p>x --!>b</p>", "body(p('ab'))");
    expect("<script><!--<script></script>x--></script><p>a</p>", "body(p('a'))");
    /* A picture that was never closed does not swallow the page. */
    expect("<svg><path><p>a</p>", "body(p('a'))");
    expect("<div><svg><g></div><p>a</p>", "body(div~ p('a'))");
    expect("<svg/><p>a</p>", "body(p('a'))");
    expect("<p><math><mi>x</mi><mo>=</mo><mn>1</mn></math></p>", "body(p('x=1'))");
    expect("<p><math><mfrac><mn>1</mn><mrow><mi>a</mi><mo>+</mo><msup><mi>b</mi><mn>2</mn></msup>"
           "</mrow></mfrac><msqrt><mi>c</mi></msqrt></math></p>",
           "body(p('1/(a+b^2)sqrt(c)'))");
    expect("<body><noscript><p>a</p></noscript>", "body(noscript(p('a')))");
    expect("<head><noscript><p>a</p></noscript></head><body>b", "body(p('a') 'b')");
}

static void test_pictures(void **state)
{
    (void)state;
    expect_attr("<svg><title>A &amp; B</title></svg>", TAG_img, ATTR_alt, "A & B");
    expect_attr("<svg aria-label='C'><title>A</title></svg>", TAG_img, ATTR_alt, "C");
    char page[400] = "<svg><title>", words[300] = ""; /* cut before a character, not in it */
    memset(words, 'x', 299);
    memcpy(page + 12, words, 299);
    strncat(page, "\xC3\xA9</title></svg>", 40);
    expect_attr(page, TAG_img, ATTR_alt, words);
    expect_attr("<math alttext='x^2'><mi>x</mi></math>", TAG_img, ATTR_alt, "x^2");
    expect("<p>a<svg aria-hidden=true><title>A</title></svg></p>", "body(p('a'))");
}

static void test_preformatted(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes", SPAN_LITERAL("<pre>\n a\n  b</pre><p style='white-space: pre-wrap'>c</p>"),
          &html_hints);
    uint32_t pre = find(built.tree, TAG_pre), p = find(built.tree, TAG_p);
    struct span text = tree_text(built.tree, pre + 1);
    assert_int_equal(text.len, strlen(" a\n  b"));
    assert_memory_equal(text.at, " a\n  b", text.len);
    assert_true(built.tree->nodes[pre].flags & TREE_PRE);
    assert_true(built.tree->nodes[pre + 1].flags & TREE_PRE);
    assert_true(built.tree->nodes[pre].flags & TREE_BLOCK);
    assert_false(built.tree->nodes[pre + 1].flags & TREE_BLOCK);
    assert_true(built.tree->nodes[p].flags & TREE_PRE);
    done(&built);
}

static void test_attributes(void **state)
{
    (void)state;
    expect_attr("<a href='?a=1&copy=2&reg=3&sect=4'>x</a>", TAG_a, ATTR_href,
                "?a=1&copy=2&reg=3&sect=4");
    expect_attr("<a href='?a=1&amp;b=\"2\"'>x</a>", TAG_a, ATTR_href, "?a=1&b=\"2\"");
    expect_attr("<p aria-hidden=x onclick=y>a</p>", TAG_p, ATTR_aria_hidden, "x");
    expect_attr("<img alt='' src=x>", TAG_img, ATTR_alt, "");
    expect_attr("<img src=x>", TAG_img, ATTR_alt, NULL);
    expect_attr("<img src='data:image/png;base64,AAAA'>", TAG_img, ATTR_src, "data:");
    expect_attr("<p id=a id=b>x</p>", TAG_p, ATTR_id, "a");
    expect_attr("<html dir=rtl><p>x", TAG_html, ATTR_dir, "rtl");
}

/* ---- flags ---- */

static void test_hiding(void **state)
{
    (void)state;
    expect("<p hidden>a</p><p>b</p>", "body(p!~('a'!) p('b'))");
    expect("<div style='color: red; DISPLAY : NONE !important'><p>a</p></div><p>b</p>",
           "body(div!~(p!~('a'!)) p('b'))");
    expect("<p style='visibility:hidden'>a</p><p style='display:none;display:block'>b</p>",
           "body(p!~('a'!) p('b'))");
    expect("<p aria-hidden=true>a</p><p aria-hidden=false>b</p>", "body(p!~('a'!) p('b'))");
    expect("<dialog>a</dialog><dialog open>b</dialog>", "body(dialog!~('a'!) dialog('b'))");
    expect("<p>a<input type=hidden value=x><input name=q></p>", "body(p('a' input! input))");
    expect("<p style='display: nonesuch'>a</p>", "body(p('a'))");
    /* A page that hides itself until its script runs is shown. */
    expect("<body style='display:none'><p>a</p>", "body(p('a'))");
}

static void test_empty(void **state)
{
    (void)state;
    expect("<div> </div><p>a<i></i></p><div><p></p></div>", "body(div~(' ') p('a' i~) div~(p~))");
    /* A blank in an inline element separates words. */
    expect("<p>a<span> </span>b</p>", "body(p('a' span(' ') 'b'))");
    expect("<p><a href=x><img src=y></a></p>", "body(p(a#1(img)))");
    expect("<p><a href=x></a><a href=y aria-label=z></a></p>", "body(p(a~ a#1))");
}

/* ---- links ---- */

static void expect_links(const char *html, const struct page_hints *hints, const char *wanted)
{
    struct built built;
    struct buffer shown;
    build(&built, "yes", span_of(html), hints);
    buffer_init(&shown, 64 * 1024);
    buffer_add_text(&shown, "");
    for (uint32_t i = 1; i <= built.tree->link_count; i++) {
        buffer_add_text(&shown, i > 1 ? " " : "");
        buffer_add_span(&shown, built.tree->links[i].url);
    }
    assert_string_equal(shown.at, wanted);
    done(&built);
    buffer_free(&shown);
}

static void test_links(void **state)
{
    (void)state;
    expect("<p><a href=x>1</a><a href=y>2</a><a href='./x'>3</a></p>",
           "body(p(a#1('1') a#2('2') a#1('3')))");
    expect("<p><a href=#a>1</a><a href='javascript:x()'>2</a><a>3</a><a href=''>4</a>"
           "<a href='/dir/page.html#b'>5</a></p>",
           "body(p(a('1') a('2') a('3') a('4') a('5')))");
    expect("<p hidden><a href=x>1</a></p><p><a href=y>2</a></p>",
           "body(p!~(a!~('1'!)) p(a#1('2')))");
    expect("<p><a href='data:text/html,x'>1</a><a href='file:///etc/passwd'>2</a></p>",
           "body(p(a('1') a('2')))");
    expect_links("<a href='?a=1&copy=2'>x</a><a href=//other.example/y>y</a>"
                 "<a href='mailto:a@example.org'>z</a><a href='HTTPS://Example.COM:443/'>w</a>"
                 "<a href='gopher://g.example/'>g</a><a href='tel:1'>t</a>"
                 "<iframe src=f></iframe>",
                 &html_hints,
                 "http://example.org/dir/page.html?a=1&copy=2 http://other.example/y "
                 "mailto:a@example.org https://example.com/ gopher://g.example/ "
                 "http://example.org/dir/f");
}

static void test_base(void **state)
{
    (void)state;
    expect_links("<base href='/sub/'><base href='/no/'><a href=x>x</a>", &html_hints,
                 "http://example.org/sub/x");
    expect_links("<base href='javascript:x'><a href=x>x</a>", &html_hints,
                 "http://example.org/dir/x");
    struct page_hints nowhere = html_hints;
    nowhere.url = NULL;
    expect_links("<a href=x>x</a><a href='http://example.org/y'>y</a>", &nowhere,
                 "http://example.org/y");
    nowhere.url = "no url";
    expect_links("<base href='http://example.org/b/'><a href=x>x</a>", &nowhere,
                 "http://example.org/b/x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_misnesting),
        cmocka_unit_test(test_without_structure),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_preformatted),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_hiding),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
