/* SPDX-License-Identifier: ISC */
/* sniff: the type by which a builder is chosen, and feeds by their root. */
#include "render/sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect_named(const char *declared, const char *url, const char *name,
                         const char *wanted)
{
    assert_string_equal(sniff_named(declared, url, name), wanted);
}

static void test_names(void **state)
{
    (void)state;
    expect_named("text/plain", "http://a.example/b/README.md", "", "text/markdown");
    expect_named("text/plain", "http://a.example/x.CSV?raw=1#r", "", "text/csv");
    expect_named("", "http://a.example/x.tsv", "", "text/tab-separated-values");
    expect_named("application/octet-stream", "http://a.example/x.json", "", "application/json");
    expect_named("text/plain", "http://a.example/x.txt", "", "text/plain");
    /* The name that the server suggests comes before the address. */
    expect_named("text/plain", "http://a.example/x.csv", "y.md", "text/markdown");
    expect_named("text/plain", "http://a.example/x.csv", "y", "text/plain");
    /* A type that says something is believed; hosts, folders and questions are no names. */
    expect_named("text/html", "http://a.example/README.md", "", "text/html");
    expect_named("text/plain", "http://a.csv", "", "text/plain");
    expect_named("text/plain", "http://a.csv/", "", "text/plain");
    expect_named("text/plain", "http://a.example/b.md/c", "", "text/plain");
    expect_named("text/plain", "http://a.example/?f=x.md", "", "text/plain");
    expect_named("text/plain", "http://a.example/.md", "", "text/markdown");
    expect_named("text/json", "http://a.example/", "", "application/json");
    expect_named("Text/X-Markdown", "", "", "text/markdown");
    expect_named("application/x-rss+xml", NULL, NULL, "application/rss+xml");
    assert_null(sniff_named(NULL, NULL, NULL));
}

static void expect_feed(const char *text, const char *wanted)
{
    const char *type = sniff_feed(span_of(text));
    if (wanted)
        assert_string_equal(type ? type : "", wanted);
    else
        assert_null(type);
}

static void test_feeds(void **state)
{
    (void)state;
    expect_feed("<rss version='2.0'>", "application/rss+xml");
    expect_feed("\xEF\xBB\xBF \n<?xml version='1.0'?><!-- a > b --><?x y?>\n<rss>",
                "application/rss+xml");
    expect_feed("<!DOCTYPE rss PUBLIC 'x' 'y'><rss version='0.91'>", "application/rss+xml");
    expect_feed("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>", "application/rss+xml");
    expect_feed("<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", "application/rss+xml");
    expect_feed("<feed xmlns='http://www.w3.org/2005/Atom'>", "application/atom+xml");
    expect_feed("<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>", "application/atom+xml");
    expect_feed("<rdf:RDF xmlns='http://xmlns.com/foaf/0.1/'>", NULL);
    expect_feed("<feed>", NULL);
    expect_feed("<rssx>", NULL);
    expect_feed("<rss", NULL);
    expect_feed("<!DOCTYPE html><rss>", "application/rss+xml");
    expect_feed("<!DOCTYPE html><html><body><rss>", NULL);
    expect_feed("words <rss>", NULL);
    expect_feed("<!-- never closed <rss>", NULL);
    expect_feed("<!DOCTYPE a [<rss>", NULL);
    expect_feed("<", NULL);
    expect_feed("", NULL);
}

static void test_bytes(void **state)
{
    (void)state;
    assert_true(sniff_is_binary(SPAN_LITERAL("a\0b")));
    assert_false(sniff_is_binary(SPAN_LITERAL("\xFF\xFE"
                                              "a\0")));
    assert_false(sniff_is_binary(SPAN_LITERAL("a\x1b[0m\t\r\n\f")));
    assert_true(sniff_looks_like_html(SPAN_LITERAL(" <!DOCTYPE HTML>")));
    assert_false(sniff_looks_like_html(SPAN_LITERAL("<!DOCTYPE rss>")));
    assert_false(sniff_looks_like_html(SPAN_LITERAL("{\"a\":1}")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_feeds),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
