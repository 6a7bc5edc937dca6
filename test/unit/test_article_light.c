/* SPDX-License-Identifier: ISC */
/* Pages that show nothing: the text they carry as data, in the shapes that data has. */
#include "test/unit/article_help.h"

#define ONE                                                                                        \
    "The old bridge over the river was opened again on Monday after two years of repairs, the "    \
    "mayor said."
#define TWO                                                                                        \
    "Carpenters from three villages had worked on it, and paid for the timber with a lottery and " \
    "a fair in June."
#define THREE                                                                                      \
    "It will carry walkers and carts, but no cars, until the new piers have been tested in the "   \
    "spring floods."

static const char *const whole[] = {ONE, TWO, THREE, NULL};

static void expect_text(const char *page, const char *note)
{
    static const enum render_part parts[] = {PART_PAGE, PART_ARTICLE, PART_WORDS};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct extraction it;
        extract_page(&it, span_of(page), parts[i]);
        expect_found(&it, whole);
        assert_true(span_find(it.extract.note, span_of(note)) > 0);
        extraction_done(&it);
    }
}

static void linked_data(void **state)
{
    (void)state;
    expect_text(
        "<title>x</title><body><div id=root></div><script type='application/ld+json'>"
        "[{\"@type\":\"WebSite\",\"name\":\"S\"},{\"@type\":\"NewsArticle\",\"articleBody\":\"" ONE
        "\\n\\n" TWO "\\n" THREE "\"}]</script>",
        "search engines");
    expect_text(
        "<body><script type=\"application/ld+json; charset=utf-8\">{\"articleBody\":\"<p>" ONE
        "<\\/p><p>" TWO "<\\/p><p>" THREE "<\\/p>\"}</script>",
        "search engines");
}

static void state_of_the_page(void **state)
{
    (void)state;
    expect_text("<body><div id=__next></div><script id=__NEXT_DATA__ type=application/json>{\"p\":{"
                "\"menu\":[{\"t\":\"Home\"}],\"body\":[{\"text\":\"" ONE "\"},{\"text\":\"" TWO
                "\"},{\"text\":\"" THREE "\"}],\"teaser\":\"" ONE "\"}}</script>",
                "data for that script");
    expect_text("<body><script>window.__STATE__ = {\"a\":{\"list\":[\"" ONE "\",\"" TWO
                "\",\"" THREE "\"]}};run()</script>",
                "data for that script");
    expect_text("<body><script>var page={\"html\":\"<div><p>" ONE "</p><p>" TWO "</p>" THREE
                "</div>\"}</script>",
                "data for that script");
}

static void parsed_strings(void **state)
{
    (void)state;
    expect_text("<body><div id=app></div><script>window.__DATA__ = "
                "JSON.parse(\"{\\\"a\\\":[\\\"" ONE "\\\",\\\"" TWO "\\\",\\\"" THREE
                "\\\"]}\");go()</script>",
                "data for that script");
    expect_text("<body><div id=app></div><script>start(JSON.parse( '{\"a\":[\"" ONE
                "\",\"Ann\\'s \\u00e9\\x41 \\ud83d\\ude00 " TWO "\",\"" THREE "\"]}'))</script>",
                "data for that script");
    struct extraction it;
    extract_page(&it,
                 SPAN_LITERAL("<script>start(JSON.parse('[\"" ONE "\",\"Ann\\'s \\u00e9\\x41 "
                              "\\ud83d\\ude00 " TWO "\",\"" THREE "\"]'))</script>"),
                 PART_PAGE);
    static const char *const in[] = {"Ann's \u00e9A \U0001F600 Carpenters", NULL};
    expect_found(&it, in);
    extraction_done(&it);
}

static void pushed_strings(void **state)
{
    (void)state;
    expect_text(
        "<body><script>(self.x=self.x||[]).push([0])</script>"
        "<script>self.x.push([1,\"0:I[7,[],\\\"\\\"]\\n2:[\\\"$\\\",\\\"div\\\",null,"
        "{\\\"children\\\":[\\\"" ONE "\\\",\\\"The old bridge \"])</script>"
        "<script>self.x.push([1,\"was blue once, and green before that, as the painters say "
        "who know.\\\",\\\"" TWO "\\\",\\\"" THREE "\\\"]}]\\n\"])</script>",
        "data for that script");
    struct extraction it;
    extract_page(
        &it,
        SPAN_LITERAL("<body><script>f.push([1,\"a:Te2,\"])</script><script>f.push([1,\"" ONE
                     " \\\"Yes\\\", \\u0041nn said.\\n" TWO "\\n" THREE "\"])</script>"),
        PART_PAGE);
    static const char *const in[] = {ONE, "\"Yes\", Ann said.", "Carpenters from three", NULL};
    expect_found(&it, in);
    assert_false(extraction_has(&it, "walkers")); /* it is no more than it says it is */
    extraction_done(&it);
}

static void noscript(void **state)
{
    (void)state;
    struct extraction it;
    extract_page(&it,
                 SPAN_LITERAL("<title>x</title><div id=app></div><noscript><div><p>" ONE
                              "</p><p>" TWO "</p><p>" THREE "</p></div></noscript>"),
                 PART_ARTICLE);
    expect_found(&it, whole);
    assert_true(span_find(it.extract.note, SPAN_LITERAL("without scripts")) > 0);
    extraction_done(&it);
    extract_page(&it,
                 SPAN_LITERAL("<div><p>" ONE "</p><p>" TWO "</p><p>" THREE
                              "</p></div><noscript><p>" ONE ONE "</p><p>" ONE ONE
                              "</p></noscript>"),
                 PART_ARTICLE);
    expect_found(&it, whole);
    assert_null(it.extract.note.at);
    extraction_done(&it);
    extract_page(&it,
                 SPAN_LITERAL("<div id=app></div><noscript>Please turn on JavaScript.</noscript>"),
                 PART_ARTICLE);
    assert_null(it.extract.tree);
    extraction_done(&it);
}

static void wrapped_metadata(void **state)
{
    (void)state;
    struct extraction it;
    extract_page(&it,
                 SPAN_LITERAL("<p>" ONE "</p><p>" TWO "</p><p>" THREE
                              "</p><script type=application/ld+json> <![CDATA[ "
                              "{\"@type\":\"NewsArticle\",\"author\":[\"Ann\",{\"name\":\"Bob\"}],"
                              "\"datePublished\":\"2026-05-01\"} ]]> </script>"),
                 PART_ARTICLE);
    expect_line(it.extract.byline, "Ann, Bob");
    expect_line(it.extract.date, "2026-05-01");
    extraction_done(&it);
}

static void metadata(void **state)
{
    (void)state;
    struct extraction it;
    extract_page(
        &it,
        SPAN_LITERAL("<script type=application/ld+json>{\"@graph\":[{\"headline\":\"The bridge\","
                     "\"author\":[{\"name\":\"Ann Example\"}],\"datePublished\":\"2026-05-01\","
                     "\"articleBody\":\"" ONE " " TWO " " THREE "\"}]}</script>"),
        PART_ARTICLE);
    expect_line(it.extract.title, "The bridge");
    expect_line(it.extract.byline, "Ann Example");
    expect_line(it.extract.date, "2026-05-01");
    extraction_done(&it);
}

static void without_blanks(void **state)
{
    (void)state;
    struct extraction it;
    extract_page(
        &it,
        SPAN_LITERAL(
            "<script type=application/json>{\"c\":[\"川にかかる古い橋は二年の修理を終えて月曜"
            "日に再び開通したと町長が語った。三つの村の大工が働いた。\",\"歩く人と荷車は通れるが、"
            "春の洪水で新しい橋脚が試されるまで自動車は通れないということである。\"]}"
            "</script>"),
        PART_PAGE);
    static const char *const in[] = {"月曜日に再び開通", "新しい橋脚", NULL};
    expect_found(&it, in);
    extraction_done(&it);
}

static void expect_none(struct span page)
{
    struct extraction it;
    extract_page(&it, page, PART_PAGE);
    assert_int_equal(it.result, MODULE_OK);
    assert_null(it.extract.tree);
    extraction_done(&it);
}

static void no_text(void **state)
{
    (void)state;
    expect_none(SPAN_LITERAL("<script>var f = function () { return {\"a\":\"" ONE TWO THREE
                             "\"} }</script>"));
    expect_none(
        SPAN_LITERAL("<script type=application/json>{\"a\":\"" ONE TWO THREE "\"</script>"));
    expect_none(SPAN_LITERAL("<script type=text/template>{\"a\":\"" ONE TWO THREE "\"}</script>"));
    expect_none(SPAN_LITERAL("<script type=application/json>{\"a\":\"" ONE "\",\"b\":\"" TWO
                             "\"}</script>"));
    expect_none(SPAN_LITERAL("<!-- <script type=application/json>{\"a\":\"" ONE TWO THREE
                             "\"}</script> -->"));
    /* What the page shows is not given up for a little more. */
    expect_none(SPAN_LITERAL("<p>" ONE ONE "</p><p>" TWO TWO
                             "</p><script type=application/json>{\"a\":\"" ONE " " TWO " " THREE
                             "\"}</script>"));
}

static void simpler_page(void **state)
{
    (void)state;
    struct extraction it;
    extract_page(&it,
                 SPAN_LITERAL("<head><link rel=stylesheet href=/c><link rel=amphtml href=/amp?a=1>"
                              "</head><body><div id=app></div><script src=/x.js></script>"),
                 PART_PAGE);
    assert_null(it.extract.tree);
    expect_line(it.extract.note,
                "This page shows its text by a script only. Try its simpler version (AMP): "
                "http://example.org/amp?a=1");
    extraction_done(&it);
    extract_page(&it,
                 SPAN_LITERAL("<link rel=alternate type=application/rss+xml href=/feed><link "
                              "rel=alternate media=print href=/print><div id=app></div>"),
                 PART_PAGE);
    expect_line(it.extract.note, "This page shows its text by a script only. Try its version for "
                                 "printing: http://example.org/print");
    extraction_done(&it);
    extract_page(&it, SPAN_LITERAL("<link rel=amphtml href='javascript:x()'>"), PART_PAGE);
    assert_null(it.extract.note.at);
    extraction_done(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linked_data),    cmocka_unit_test(state_of_the_page),
        cmocka_unit_test(metadata),       cmocka_unit_test(without_blanks),
        cmocka_unit_test(parsed_strings), cmocka_unit_test(pushed_strings),
        cmocka_unit_test(noscript),       cmocka_unit_test(wrapped_metadata),
        cmocka_unit_test(no_text),        cmocka_unit_test(simpler_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
