/* SPDX-License-Identifier: ISC */
/* tokenizer: each state, references, limits; tokens are compared as one line of text. */
#include "render/tokenizer/tokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    struct buffer line;
    size_t tokens, stop_after;
    bool switches;
};

static void show_attrs(struct buffer *line, const struct token *token)
{
    for (size_t i = 0; i < token->attr_count; i++) {
        buffer_add_byte(line, ' ');
        buffer_add_span(line, token->attrs[i].name);
        buffer_add_byte(line, '=');
        buffer_add_span(line, token->attrs[i].value);
    }
}

static void show_doctype(struct buffer *line, const struct token *token)
{
    buffer_add_text(line, "{!");
    buffer_add_span(line, token->name);
    if (token->public_id.at)
        buffer_printf(line, " pub:%.*s", (int)token->public_id.len, token->public_id.at);
    if (token->system_id.at)
        buffer_printf(line, " sys:%.*s", (int)token->system_id.len, token->system_id.at);
    buffer_add_text(line, token->force_quirks ? " quirks}" : "}");
}

/* Text as it is, {name a=b}, {/name}, {--comment}, {!doctype}. */
static bool show(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    struct seen *seen = context;
    struct buffer *line = &seen->line;
    switch (token->kind) {
    case TOKEN_TEXT:
        buffer_add_span(line, token->text);
        break;
    case TOKEN_COMMENT:
        buffer_add_text(line, "{--");
        buffer_add_span(line, token->text);
        buffer_add_byte(line, '}');
        break;
    case TOKEN_DOCTYPE:
        show_doctype(line, token);
        break;
    case TOKEN_START:
    case TOKEN_END:
        buffer_add_text(line, token->kind == TOKEN_END ? "{/" : "{");
        buffer_add_span(line, token->name);
        show_attrs(line, token);
        buffer_add_text(line, token->self_closing ? "/}" : "}");
    }
    if (seen->switches && token->kind == TOKEN_START &&
        span_equal(token->name, SPAN_LITERAL("script")))
        tokenizer_switch(tokenizer, TOKENIZER_SCRIPT);
    return ++seen->tokens != seen->stop_after;
}

/* A copy of the exact size, so that a sanitizer sees any byte read behind the end. */
static char *exact_copy(const char *text, size_t len)
{
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    return copy;
}

static void expect_in(enum tokenizer_state state, const char *element, const char *html, size_t len,
                      const char *wanted)
{
    struct seen seen = {.switches = true};
    unsigned cuts;
    char *copy = exact_copy(html, len);
    buffer_init(&seen.line, 64 * 1024);
    assert_true(
        tokenizer_run((struct span){copy, len}, state, span_of(element), show, &seen, &cuts));
    assert_string_equal(seen.line.at ? seen.line.at : "", wanted);
    assert_int_equal(cuts, 0);
    buffer_free(&seen.line);
    free(copy);
}

#define EXPECT(html, wanted) expect_in(TOKENIZER_DATA, NULL, (html), sizeof(html) - 1, (wanted))
#define EXPECT_IN(state, element, html, wanted)                                                    \
    expect_in((state), (element), (html), sizeof(html) - 1, (wanted))

static void test_tags(void **state)
{
    (void)state;
    EXPECT("", "");
    EXPECT("a<B>c</b >d", "a{b}c{/b}d");
    EXPECT("<br/><br / >", "{br/}{br}");
    EXPECT("<a/b>", "{a b=}");
    EXPECT("a < b <3 </> <", "a < b <3  <");
    EXPECT("x</", "x</");
    EXPECT("a<p class", "a");
    EXPECT("a<p class=\"x>y", "a");
    EXPECT("</p a=b>", "{/p a=b}");
}

static void test_attributes(void **state)
{
    (void)state;
    EXPECT("<a HREF=x CLASS = 'y z' id=\"q\">", "{a href=x class=y z id=q}");
    EXPECT("<a a=1 b=2 A=3>", "{a a=1 b=2}");
    EXPECT("<a =x=y>", "{a =x=y}");
    EXPECT("<a b=>c", "{a b=}c");
    EXPECT("<a b=c/>", "{a b=c/}");
    EXPECT("<a b\n=\n'c'd>", "{a b=c d=}");
    EXPECT("<a \0=\0>", "{a \uFFFD=\uFFFD}");
}

static void test_references(void **state)
{
    (void)state;
    EXPECT("&amp;&lt&copy;&copyx&nosuch;&", "&<\u00A9\u00A9x&nosuch;&");
    EXPECT("&notit; &notin; &NotSubset;", "\u00ACit; \u2209 \u2282\u20D2");
    EXPECT("&#65;&#x41&#X42;&#;&#x;", "AAB&#;&#x;");
    EXPECT("&#128;&#0;&#xD800;&#x110000;&#99999999999;", "\u20AC\uFFFD\uFFFD\uFFFD\uFFFD");
    EXPECT("<a h='?a=1&copy=2&reg;=3&ltx&lt'>", "{a h=?a=1&copy=2\u00AE=3&ltx<}");
    EXPECT("<a h=&amp;&quot;>", "{a h=&\"}");
}

static void test_comments(void **state)
{
    (void)state;
    EXPECT("<!--a-->b<!-->c<!--->d<!---->", "{--a}b{--}c{--}d{--}");
    EXPECT("<!--a--!>b<!--x>y-->z", "{--a}b{--x>y}z");
    EXPECT("<!--a--", "{--a}");
    EXPECT("<!--a--!", "{--a}");
    EXPECT("<!-", "{---}");
    EXPECT("<?xml a>b</ c>d<![CDATA[x]]>", "{--?xml a}b{-- c}d{--[CDATA[x]]}");
    EXPECT("<!--\0-->", "{--\uFFFD}");
}

static void test_doctype(void **state)
{
    (void)state;
    EXPECT("<!DOCTYPE html>", "{!html}");
    EXPECT("<!doctype>", "{! quirks}");
    EXPECT("<!DOCTYPE HTML PUBLIC '-//x' \"y\">", "{!html pub:-//x sys:y}");
    EXPECT("<!DOCTYPE html SYSTEM 'about:legacy-compat' z>", "{!html sys:about:legacy-compat}");
    EXPECT("<!DOCTYPE html PUBLIC 'a>b", "{!html pub:a quirks}b");
    EXPECT("<!DOCTYPE html bogus 'x'>y", "{!html quirks}y");
    EXPECT("<!DOCTYPE ht", "{!ht quirks}");
}

static void test_raw_text(void **state)
{
    (void)state;
    EXPECT_IN(TOKENIZER_RCDATA, "title", "a<b>&amp;\0</titlex></TITLE >c",
              "a<b>&\uFFFD</titlex>{/title}c");
    EXPECT_IN(TOKENIZER_RAWTEXT, "style", "a&amp;<!--</style>b", "a&amp;<!--{/style}b");
    EXPECT_IN(TOKENIZER_RAWTEXT, "style", "a</style", "a</style");
    EXPECT_IN(TOKENIZER_PLAINTEXT, "plaintext", "<b>&amp;</plaintext>", "<b>&amp;</plaintext>");
}

static void test_script(void **state)
{
    (void)state;
    EXPECT("<script>a<b</script>c", "{script}a<b{/script}c");
    EXPECT("<script><!--</script>c", "{script}<!--{/script}c");
    EXPECT("<script><!--<script></script>x</script>c", "{script}<!--<script></script>x{/script}c");
    EXPECT("<script><!--<script>--></script>c", "{script}<!--<script>-->{/script}c");
    EXPECT("<script><!--><script></script>c", "{script}<!--><script>{/script}c");
    EXPECT("<script><!--<scriptx></script>c", "{script}<!--<scriptx>{/script}c");
    EXPECT("<script><!--<script></script>x", "{script}<!--<script></script>x");
}

static unsigned run_large(const char *html, size_t len, struct seen *seen)
{
    unsigned cuts;
    buffer_init(&seen->line, 64 * 1024 * 1024);
    assert_true(tokenizer_run((struct span){html, len}, TOKENIZER_DATA, (struct span){NULL, 0},
                              show, seen, &cuts));
    return cuts;
}

static void test_limits(void **state)
{
    (void)state;
    struct buffer page;
    buffer_init(&page, 64 * 1024 * 1024);
    buffer_add_text(&page, "<a");
    for (int i = 0; i < 50000; i++)
        buffer_printf(&page, " a%d=%d", i, i);
    buffer_add_text(&page, ">end");
    struct seen seen = {.switches = false};
    assert_int_equal(run_large(page.at, page.len, &seen), TOKENIZER_CUT_ATTRS);
    assert_non_null(strstr(seen.line.at, " a127=127}end"));
    assert_null(strstr(seen.line.at, "a128="));
    buffer_free(&seen.line);

    buffer_clear(&page);
    buffer_add_text(&page, "<a b='");
    for (int i = 0; i < TOKENIZER_MAX_VALUE; i++)
        buffer_add_text(&page, "\u20AC");
    buffer_add_text(&page, "'>end");
    assert_int_equal(run_large(page.at, page.len, &seen), TOKENIZER_CUT_VALUE);
    /* Whole characters only. */
    assert_int_equal(seen.line.len, strlen("{a b=}end") + TOKENIZER_MAX_VALUE / 3 * 3);
    buffer_free(&seen.line);

    buffer_clear(&page);
    for (int i = 0; i < TOKENIZER_MAX_TOKENS + 10; i++)
        buffer_add_text(&page, "<p>");
    seen.tokens = 0;
    assert_int_equal(run_large(page.at, page.len, &seen), TOKENIZER_CUT_TOKENS);
    assert_int_equal(seen.tokens, TOKENIZER_MAX_TOKENS);
    buffer_free(&seen.line);
    buffer_free(&page);
}

static void test_stop(void **state)
{
    (void)state;
    struct seen seen = {.stop_after = 2};
    unsigned cuts;
    buffer_init(&seen.line, 100);
    assert_false(tokenizer_run(SPAN_LITERAL("<a>b<c>d"), TOKENIZER_DATA, (struct span){NULL, 0},
                               show, &seen, &cuts));
    assert_string_equal(seen.line.at, "{a}b");
    buffer_free(&seen.line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags),       cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_references), cmocka_unit_test(test_comments),
        cmocka_unit_test(test_doctype),    cmocka_unit_test(test_raw_text),
        cmocka_unit_test(test_script),     cmocka_unit_test(test_limits),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
