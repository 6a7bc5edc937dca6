/* SPDX-License-Identifier: ISC */
/* css: scanning, names, declarations, media queries. */
#include "render/style/css.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A copy of the exact size, so that a sanitizer sees any byte read behind the end. */
static struct span exact(const char *text, char **copy_out)
{
    size_t len = strlen(text);
    *copy_out = malloc(len ? len : 1);
    assert_non_null(*copy_out);
    memcpy(*copy_out, text, len);
    return (struct span){*copy_out, len};
}

static void find(const char *text, const char *stops, int wanted, const char *passed)
{
    char *copy;
    struct css css = {exact(text, &copy), 0};
    struct span span;
    int met = css_find(&css, stops, &span);
    if (met != wanted || span.len != strlen(passed) || memcmp(span.at, passed, span.len) != 0)
        fail_msg("%s: met %d behind '%.*s'", text, met, (int)span.len, span.at);
    free(copy);
}

static void test_find(void **state)
{
    (void)state;
    find("ab;c", ";", ';', "ab");
    find("ab", ";", -1, "ab");
    find("", ";", -1, "");
    find("a';'b;", ";", ';', "a';'b");
    find("a\"\\\";\";", ";", ';', "a\"\\\";\"");
    find("a';\n;", ";", ';', "a';\n");
    find("a/*;*/b;", ";", ';', "a/*;*/b");
    find("a/*;", ";", -1, "a/*;");
    find("url(a;b)c;", ";", ';', "url(a;b)c");
    find("[a=';'];", ";", ';', "[a=';']");
    find("a)b;", ";", ';', "a)b");
    find("a(b;", ";", -1, "a(b;");
    find("a\\;b;", ";", ';', "a\\;b");
    find("a\\", ";", -1, "a\\");
    find("a'", ";", -1, "a'");
}

static void block(const char *text, const char *rest)
{
    char *copy;
    struct css css = {exact(text, &copy), 0};
    css_skip_block(&css);
    assert_true(span_equal(span_from(css.text, css.at), span_of(rest)));
    free(copy);
}

static void test_block(void **state)
{
    (void)state;
    block("a}b", "b");
    block("a{b}c}d", "d");
    block("a'}'}d", "d");
    block("a/*}*/}d", "d");
    block("a\\}}d", "d");
    block("a{", "");
    block("", "");
}

static void name(const char *text, const char *wanted)
{
    char *copy;
    struct css css = {exact(text, &copy), 0};
    struct buffer found;
    buffer_init(&found, 16);
    bool taken = css_take_name(&css, &found);
    assert_int_equal(taken, wanted != NULL);
    if (wanted)
        assert_string_equal(found.at, wanted);
    buffer_free(&found);
    free(copy);
}

static void test_name(void **state)
{
    (void)state;
    name("abc def", "abc");
    name("-a_B9\xC3\xBC.x", "-a_B9\xC3\xBC");
    name("md\\:hidden", "md:hidden");
    name("\\31 0", "10");
    name("\\00e9t", "\xC3\xA9t");
    name("\\110000z", "\xEF\xBF\xBDz");
    name("\\", NULL);
    name(".a", NULL);
    name("", NULL);
    name("aaaaaaaaaaaaaaaaaaaaaaaaa", NULL);
}

static void declare(const char *text, unsigned wanted)
{
    char *copy;
    unsigned effects = css_declarations(exact(text, &copy));
    if (effects != wanted)
        fail_msg("%s: %u, not %u", text, effects, wanted);
    free(copy);
}

static void test_declarations(void **state)
{
    (void)state;
    declare("display:none", CSS_DISPLAY_NONE);
    declare("DISPLAY : None ;color:red", CSS_DISPLAY_NONE);
    declare("display:none;display:block", CSS_DISPLAY_SHOWN);
    declare("display:none!important;display:block", CSS_DISPLAY_NONE | CSS_DISPLAY_IMPORTANT);
    declare("display:none ! important", CSS_DISPLAY_NONE | CSS_DISPLAY_IMPORTANT);
    declare("display:none !urgent", 0);
    declare("display:var(--x)", 0);
    declare("display:", 0);
    declare("display", 0);
    declare("visibility:hidden", CSS_INVISIBLE);
    declare("visibility:collapse;visibility:visible", CSS_VISIBLE);
    declare("visibility:hidden;display:flex", CSS_INVISIBLE | CSS_DISPLAY_SHOWN);
    declare("background:url(a;display:none)", 0);
    declare("content:'display:none';", 0);
    declare("/* display:block */display:none", CSS_DISPLAY_NONE);
    declare("nodisplay:none;display-x:none", 0);
    declare("", 0);
}

static void media(const char *queries, bool wanted)
{
    char *copy;
    if (css_media_matches(exact(queries, &copy)) != wanted)
        fail_msg("'%s' should%s match", queries, wanted ? "" : " not");
    free(copy);
}

static void test_media(void **state)
{
    (void)state;
    static const char *const match[] = {"",
                                        "all",
                                        "screen",
                                        " Screen ",
                                        "print, screen",
                                        "only screen",
                                        "not print",
                                        "(min-width: 600px)",
                                        "screen and (min-width:40em) and (max-width: 90rem)",
                                        "(width >= 40rem)",
                                        "(40em <= width < 2000px)",
                                        "(min-width: 1280px)",
                                        "(width:1280px)",
                                        "(orientation: landscape)",
                                        "(hover)",
                                        "(hover: hover)",
                                        "(scripting: none)",
                                        "(prefers-reduced-motion: no-preference)",
                                        "(min-width: 0)",
                                        "(color)",
                                        "(max-width: 1px) or (hover)",
                                        "not (max-width: 1px)",
                                        "(hover) and not (max-width: 1px)",
                                        "(min-device-width: 100px)",
                                        "not screen and (max-width: 600px)",
                                        "(600.5px<=width)"};
    static const char *const other[] = {"print",
                                        "speech",
                                        "not screen",
                                        "not all",
                                        "(max-width: 600px)",
                                        "screen and (max-width:40em)",
                                        "(width < 40rem)",
                                        "(600px >= width)",
                                        "(prefers-color-scheme: dark)",
                                        "(orientation: portrait)",
                                        "(hover: none)",
                                        "(scripting: enabled)",
                                        "(min-resolution: 2dppx)",
                                        "(-webkit-min-device-pixel-ratio:0)",
                                        "not (unknown: 1)",
                                        "(unknown)",
                                        "((hover))",
                                        "(max-width: 12furlongs)",
                                        "(min-width)",
                                        "screen and",
                                        "screen screen",
                                        "(",
                                        ")",
                                        "(width <",
                                        "(<<<)",
                                        "tty, print",
                                        "1px"};
    for (size_t i = 0; i < sizeof match / sizeof *match; i++)
        media(match[i], true);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        media(other[i], false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),  cmocka_unit_test(test_block),
        cmocka_unit_test(test_name),  cmocka_unit_test(test_declarations),
        cmocka_unit_test(test_media),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
