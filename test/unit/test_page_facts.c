/* SPDX-License-Identifier: ISC */
/* page: types, charsets, title, language. */
#include "test/unit/page_fixture.h"

static void test_facts(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL("<html lang='de-AT'><head><title>\n A &amp; B\t\u202E\u00A9 &lt;</title>"
                       "<title>no</title></head><body><p>four<p hidden>more<a href=x>five</a>"),
          &html_hints);
    expect_fact(&built, FACT_TYPE, "text/html");
    expect_fact(&built, FACT_CHARSET, "utf-8");
    expect_fact(&built, FACT_TITLE, "A & B \u00A9 <");
    expect_fact(&built, FACT_LANGUAGE, "de-AT");
    expect_fact(&built, FACT_SIMPLIFIED, NULL);
    for (uint32_t row = 0; row < built.table.rows; row++)
        if (flat_get_number(&built.table, row, FACTS_WHAT) == FACT_TEXT_BYTES)
            assert_int_equal(flat_get_number(&built.table, row, FACTS_VALUE), 4);
    done(&built);

    struct page_hints hints = html_hints;
    hints.language = "fr, en";
    build(&built, "yes", SPAN_LITERAL("<html lang='{{ lang }}'><p>a"), &hints);
    expect_fact(&built, FACT_LANGUAGE, "fr");
    expect_fact(&built, FACT_TITLE, "");
    done(&built);

    char type[300] = "";
    memset(type, 'x', sizeof type - 6);
    memcpy(type + sizeof type - 6, "/html", 6);
    hints.type = type;
    build(&built, "yes", SPAN_LITERAL("<!DOCTYPE html><p>a"), &hints);
    expect_fact(&built, FACT_TYPE, "text/html");
    done(&built);
}

static void expect_charset(const char *declared, struct span page, const char *charset,
                           const char *text)
{
    struct built built;
    struct page_hints hints = html_hints;
    hints.charset = declared;
    build(&built, "yes", page, &hints);
    expect_fact(&built, FACT_CHARSET, charset);
    struct span seen = tree_text(built.tree, find(built.tree, TAG_TEXT));
    assert_int_equal(seen.len, strlen(text));
    assert_memory_equal(seen.at, text, seen.len);
    done(&built);
}

static void test_charset_order(void **state)
{
    (void)state;
    expect_charset("koi8-r", SPAN_LITERAL("\xEF\xBB\xBF<p>\u00E9"), "utf-8", "\u00E9");
    expect_charset("", SPAN_LITERAL("\xFF\xFE<\0p\0>\0\xE9\0"), "utf-16le", "\u00E9");
    expect_charset("latin1", SPAN_LITERAL("<meta charset=koi8-r><p>\xE9"), "windows-1252",
                   "\u00E9");
    expect_charset("no-such", SPAN_LITERAL("<meta charset=koi8-r><p>\xC9"), "koi8-r", "\u0438");
    expect_charset("",
                   SPAN_LITERAL("<!-- <meta charset=big5> --><meta http-equiv=Content-Type "
                                "content='text/html; charset=\"ISO-8859-2\"'><p>\xE6"),
                   "iso-8859-2", "\u0107");
    expect_charset("", SPAN_LITERAL("<meta charset=utf-16><p>\xC3\xA9"), "utf-8", "\u00E9");
    expect_charset("", SPAN_LITERAL("<p>\xC3\xA9"), "utf-8", "\u00E9");
    expect_charset("utf-8", SPAN_LITERAL("<p>\xE9!"), "utf-8", "\uFFFD!");
    expect_charset("", SPAN_LITERAL("<meta charset=shift_jis><p>\x93\xFA"), "shift_jis", "\u65E5");
    expect_charset("",
                   SPAN_LITERAL("<p>Stra\xDF"
                                "e"),
                   "windows-1252",
                   "Stra\u00DF"
                   "e");

    /* Beyond its reach a declaration does not count. */
    struct buffer late;
    buffer_init(&late, 4096);
    buffer_add_text(&late, "<p>\xC3\xA9<!--");
    for (int i = 0; i < 1024; i++)
        buffer_add_byte(&late, '-');
    buffer_add_text(&late, "--><meta charset=koi8-r>");
    expect_charset("", buffer_span(&late), "utf-8", "\u00E9");
    buffer_free(&late);
}

/* ---- types ---- */

static struct arena *kept; /* what prepare opens stays until the process ends */

static void expect_type(const char *declared, struct span page, const char *type, bool is_tree)
{
    struct fault fault = FAULT_INIT;
    struct call call = {.module = "page", .arena = kept, .fault = &fault};
    struct page_hints hints = html_hints;
    struct flat table;
    struct buffer facts;
    const struct tree *tree;
    void *prepared = NULL;
    hints.type = declared;
    buffer_init(&facts, FACTS_MAX_BYTES);
    assert_int_equal(www4mail_module.builder->prepare(&call, &hints, &prepared), MODULE_OK);
    assert_int_equal(www4mail_module.builder->build(&call, prepared, page, &hints, &facts, &tree),
                     MODULE_OK);
    assert_true(flat_open(&table, FACTS_KIND, FACTS_SHAPE, buffer_span(&facts)));
    struct span seen = facts_text(&table, FACT_TYPE);
    assert_int_equal(seen.len, strlen(type));
    assert_memory_equal(seen.at, type, seen.len);
    assert_int_equal(tree != NULL, is_tree);
    buffer_free(&facts);
}

static void test_types(void **state)
{
    (void)state;
    kept = arena_new(PAGE_MEMORY);
    struct span png = SPAN_LITERAL("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0");
    struct span html = SPAN_LITERAL(" \n<!-- x --><!DOCTYPE html><p>a");
    expect_type("", html, "text/html", true);
    expect_type("application/octet-stream", SPAN_LITERAL("<?xml version='1.0'?>\n<html>"),
                "text/html", true);
    expect_type("text/plain", html, "text/plain", false);
    expect_type("text/plain", png, "image/png", false);
    expect_type("text/plain",
                SPAN_LITERAL("\xFF\xFE"
                             "a\0b\0"),
                "text/plain", false);
    expect_type("", png, "image/png", false);
    expect_type(NULL, SPAN_LITERAL("Just words.\n"), "text/plain", false);
    expect_type("", SPAN_LITERAL("<div"), "text/plain", false);
    expect_type("image/gif", html, "image/gif", false);
    expect_type("Text/HTML", png, "text/html", true);
    expect_type("application/xhtml+xml", html, "application/xhtml+xml", true);
    expect_type("text/xml", SPAN_LITERAL("<html xmlns='http://www.w3.org/1999/xhtml'><p>a"),
                "application/xhtml+xml", true);
    expect_type("text/xml", SPAN_LITERAL("<rss><item/></rss>"), "text/xml", false);
    expect_type("", (struct span){"", 0}, "text/plain", false);
    /* A feed under another name is a feed, a page of error in place of data is a page. */
    struct span rss = SPAN_LITERAL("<?xml version='1.0'?><rss version='2.0'><channel/></rss>");
    expect_type("text/html", rss, "application/rss+xml", false);
    expect_type("text/plain", rss, "application/rss+xml", false);
    expect_type("", rss, "application/rss+xml", false);
    expect_type("image/png", rss, "image/png", false);
    expect_type("application/json", html, "text/html", true);
    expect_type("text/csv", html, "text/html", true);
}

static void test_plain(void **state)
{
    (void)state;
    struct built built;
    struct page_hints hints = html_hints;
    hints.type = "text/plain";
    hints.charset = "";
    build(&built, "yes", SPAN_LITERAL("caf\xC3\xA9"), &hints);
    assert_null(built.tree);
    expect_fact(&built, FACT_CHARSET, "utf-8");
    expect_fact(&built, FACT_TITLE, NULL);
    done(&built);
    hints.type = "image/png";
    build(&built, "yes", SPAN_LITERAL("x"), &hints);
    expect_fact(&built, FACT_CHARSET, "");
    done(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_charset_order),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
