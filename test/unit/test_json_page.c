/* SPDX-License-Identifier: ISC */
/* json: values laid out, records, JSON Feed, what is wrong, what is made to do harm. */
#include "test/unit/types_fixture.h"

static void test_scalars(void **state)
{
    (void)state;
    expect("{\"b\":1,\"a\":\"x\",\"t\":true,\"n\":null,\"f\":-1.5e+3}",
           "<div>b: 1</div><div>a: x</div><div>t: true</div><div>n: null</div>"
           "<div>f: -1.5e+3</div>");
    expect("{\"a\":\"12\",\"b\":\"true\",\"c\":\"\",\"d\":\"null!\"}",
           "<div>a: \"12\"</div><div>b: \"true\"</div><div>c: \"\"</div><div>d: null!</div>");
    expect(" \"\\u00e9\\ud83d\\ude00\\n\\\"\\/\\t\\udead\" ",
           "\u00e9\U0001F600<br></br>\"/\t\uFFFD");
    expect("7", "7");
    expect("{\"\":1}", "<div>1</div>");
}

static void test_nesting(void **state)
{
    (void)state;
    expect("{\"a\":{\"b\":[1,[2,3],{\"c\":4}]},\"e\":{},\"f\":[]}",
           "<div>a: <ul><li>b: <ul><li>1</li><li>2, 3</li><li><div>c: 4</div></li></ul></li></ul>"
           "</div><div>e: {}</div><div>f: []</div>");
    expect("[\"a\",\"b\"]", "a, b");
    expect("[\"a, b\",{}]", "<ul><li>a, b</li><li>{}</li></ul>");
}

static void test_links(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes", SPAN_LITERAL("{\"u\":\"https://a.example/?x=1&y\",\"v\":\"http: no\"}"),
          &typed_hints);
    expect_outline(&built, "<div>u: <a 1>https://a.example/?x=1&y</a></div><div>v: http: no</div>");
    expect_link(&built, 1, "https://a.example/?x=1&y");
    done(&built);
}

static void test_records(void **state)
{
    (void)state;
    expect("[{\"n\":\"a\",\"s\":1},{\"s\":2,\"n\":\"b\"}]",
           "<table><thead><tr><th>n</th><th>s</th></tr></thead><tbody><tr><td>a</td><td>1</td></tr>"
           "<tr><td>b</td><td>2</td></tr></tbody></table>");
    /* One may lack a third of what others have, no more; one alone is no table. */
    expect("[{\"a\":1,\"b\":2,\"c\":3},{\"a\":4,\"b\":5}]",
           "<table><thead><tr><th>a</th><th>b</th><th>c</th></tr></thead><tbody>"
           "<tr><td>1</td><td>2</td><td>3</td></tr><tr><td>4</td><td>5</td><td></td></tr></tbody>"
           "</table>");
    expect("[{\"a\":1},{\"b\":2}]", "<ul><li><div>a: 1</div></li><li><div>b: 2</div></li></ul>");
    expect("[{\"a\":1,\"b\":2}]", "<ul><li><div>a: 1</div><div>b: 2</div></li></ul>");
    /* Texts that follow each other are one list. */
    expect("{\"n\":\"a\",\"s\":1}\n{\"n\":\"b\",\"s\":2}\n",
           "<table><thead><tr><th>n</th><th>s</th></tr></thead><tbody><tr><td>a</td><td>1</td></tr>"
           "<tr><td>b</td><td>2</td></tr></tbody></table>");
}

static void test_facts(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes", SPAN_LITERAL("{\"id\":1,\"title\":\" The  title\\n\"}"), &typed_hints);
    expect_fact(&built, FACT_TITLE, "The title");
    expect_fact(&built, FACT_TYPE, "application/json");
    expect_fact(&built, FACT_CHARSET, "utf-8");
    done(&built);
}

static void expect_wrong(const char *text, size_t line, size_t column)
{
    struct built built;
    char wanted[120];
    build(&built, "yes", span_of(text), &typed_hints);
    snprintf(wanted, sizeof wanted, "<p>This is no valid JSON: see line %zu, column %zu. ", line,
             column);
    if (!outline_has(&built, wanted))
        fail_msg("%s: not said: %s", text, wanted);
    assert_true(outline_has(&built, "<pre>"));
    done(&built);
}

static void test_wrong(void **state)
{
    (void)state;
    expect_wrong("{\"a\": [1,2,}", 1, 12);
    expect_wrong("{\n\"a\" 1}", 2, 5);
    expect_wrong("x", 1, 1);
    expect_wrong("[01]", 1, 2);
    expect_wrong("[1.]", 1, 2);
    expect_wrong("[-]", 1, 2);
    expect_wrong("[1,]", 1, 4);
    expect_wrong("{\"a\":1,}", 1, 8);
    expect_wrong("[1", 1, 3);
    expect_wrong("[1]]", 1, 4);
    expect_wrong("[1] [2]", 1, 5);
    expect_wrong("[}", 1, 2);
    expect_wrong("{\"a\"}", 1, 5);
    expect_wrong("\"\\x\"", 1, 4);
    expect_wrong("\"\\u12g4\"", 1, 6);
    expect_wrong("\"open", 1, 6);
    expect_wrong("[tru]", 1, 2);
    expect_pass(SPAN_LITERAL("<!DOCTYPE html><title>404</title>"));
    expect_pass(SPAN_LITERAL("{\0}"));
}

static void test_feed(void **state)
{
    (void)state;
    struct built built;
    build(
        &built, "yes",
        SPAN_LITERAL(
            "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"News\","
            "\"language\":\"en\",\"home_page_url\":\"https://b.example/\",\"items\":[{\"id\":\"1\","
            "\"title\":\"One\",\"content_html\":\"<p>Hi <a href='/x'>x</a><script>no\","
            "\"url\":\"https://b.example/1\",\"date_published\":\"2020-01-02T03:04:05Z\","
            "\"authors\":[{\"name\":\"Ann\"}],\"attachments\":[{\"url\":\"https://b.example/"
            "a.mp3\","
            "\"mime_type\":\"audio/mpeg\",\"size_in_bytes\":2345}]},"
            "{\"id\":2,\"content_text\":\"Only text\"}]}"),
        &typed_hints);
    expect_outline(&built, "<h1><a 1>News</a></h1><article><h2><a 2>One</a></h2>"
                           "<div>2020-01-02 03:04 UTC, Ann</div><div><p>Hi <a 3>x</a></p></div>"
                           "<div><a 4>Audio</a> (audio/mpeg, 2 kB)</div></article>"
                           "<article><h2>Only text</h2></article><p></p>");
    expect_link(&built, 3, "https://b.example/x");
    expect_fact(&built, FACT_TITLE, "News");
    expect_fact(&built, FACT_LANGUAGE, "en");
    done(&built);
}

static void test_limits(void **state)
{
    (void)state;
    struct built built;
    build_set(&built, "values", "3", SPAN_LITERAL("{\"a\":1,\"b\":2,\"c\":3}"));
    expect_outline(&built, "<div>a: 1</div><div>b: 2</div>");
    expect_fact(&built, FACT_SIMPLIFIED, "there is very much data, the end of it is missing");
    done(&built);
    build_set(&built, "values", "4", SPAN_LITERAL("{\"a\":1,\"b\":2,\"c\":3}"));
    expect_fact(&built, FACT_SIMPLIFIED, NULL);
    done(&built);
    struct buffer deep = repeated("", "[0,", 300, "");
    for (int i = 0; i < 100; i++)
        buffer_add_text(&deep, "[\"a,b\"]]");
    buffer_free(&deep);
    deep = repeated("", "{\"a\":[\"b,c\",", 12 * 100, "1");
    for (int i = 0; i < 100; i++)
        buffer_add_text(&deep, "]}");
    build(&built, "yes", buffer_span(&deep), &typed_hints);
    assert_true(outline_has(&built, "nested deeper)"));
    done(&built);
    buffer_free(&deep);
}

static void test_hostile(void **state)
{
    (void)state;
    survive(repeated("", "[", 100000, ""));
    survive(repeated("", "{\"a\":", 500000, ""));
    survive(repeated("[", "[],", 10000000, "1]"));
    survive(repeated("[", "{\"a\":1,\"b\":2},", 10000000, "1]"));
    survive(repeated("\"", "x", 10000000, "\""));
    survive(repeated("\"", "\\ud800", 1000000, "\""));
    struct buffer deep = repeated("", "[", 100000, "");
    for (int i = 0; i < 100000; i++)
        buffer_add_byte(&deep, ']');
    struct built built;
    build(&built, "yes", buffer_span(&deep), &typed_hints);
    assert_false(outline_has(&built, "no valid"));
    done(&built);
    buffer_free(&deep);
}

static void test_memory(void **state)
{
    (void)state;
    survive_torture("{\"a\":[{\"n\":\"x\\u00e9\",\"s\":1},{\"n\":\"y\",\"s\":2}],\"b\":[1,[2]]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars), cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_links),   cmocka_unit_test(test_records),
        cmocka_unit_test(test_facts),   cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_feed),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
