/* SPDX-License-Identifier: ISC */
/* style: limits of work and memory, and what the sheets of one tree come to node by node. */
#include "render/style/style.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/tree_builder.h"

/* `unit` many times, with the number of the time for each `%`. */
static struct buffer repeat(const char *before, const char *unit, int count, const char *behind)
{
    struct buffer text;
    buffer_init(&text, 64 * 1024 * 1024);
    buffer_add_text(&text, before);
    for (int i = 0; i < count; i++)
        for (const char *at = unit; *at; at++)
            *at == '%' ? buffer_printf(&text, "%d", i) : buffer_add_byte(&text, *at);
    buffer_add_text(&text, behind);
    assert_false(text.failed);
    return text;
}

static struct styles *read_sheet(struct span css)
{
    struct styles *styles = styles_new();
    assert_non_null(styles);
    assert_true(styles_add(styles, css, (struct span){NULL, 0}));
    return styles;
}

static void test_selectors_kept(void **state)
{
    (void)state;
    static const struct {
        const char *css;
        uint32_t kept;
    } sheets[] = {{"", 0},
                  {".a{color:red}", 0},
                  {".a{display:none}", 1},
                  {".a,.b , #c p{display:block}", 3},
                  {".a:hover,.b{display:none}", 1},
                  {".a.b.c.d{display:none}.a.b.c.d.e{display:none}", 1},
                  {"a b i p u s{display:none} a b i p u s q{display:none}", 1},
                  {"@media print{.a{display:none}}", 0},
                  {"@media screen{.a{display:none}", 1}};
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        struct styles *styles = read_sheet(span_of(sheets[i].css));
        assert_int_equal(styles_count(styles), sheets[i].kept);
        styles_free(&styles);
        assert_null(styles);
    }
}

/* Many rules, deep blocks, long names: as many as there is room for, and to the end of the sheet. */
static void test_limits(void **state)
{
    (void)state;
    struct buffer css = repeat("", ".a%{display:none}", STYLE_MAX_SELECTORS + 10, "");
    struct styles *styles = read_sheet(buffer_span(&css));
    assert_int_equal(styles_count(styles), STYLE_MAX_SELECTORS);
    styles_free(&styles);
    buffer_free(&css);
    static const char *const units[][2] = {{"@media screen{", ""},
                                           {"@layer a%{", ""},
                                           {".a{", ""},
                                           {"(", ""},
                                           {"[", ""},
                                           {"{", ""},
                                           {"}", ""},
                                           {"\\", ""},
                                           {"'", ""},
                                           {"/*", ""},
                                           {".a,", ""},
                                           {".a ", "{display:none}"},
                                           {"a", ".b{display:none}"},
                                           {"@layer a%;", ""},
                                           {"@media (", ""},
                                           {"<!--", ""},
                                           {"display:none;", "}"},
                                           {"@media not(", ""},
                                           {".a{display:none;@media all{", ""}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        css = repeat("", units[i][0], 100000, units[i][1]);
        styles = read_sheet(buffer_span(&css));
        assert_true(styles_count(styles) <= STYLE_MAX_SELECTORS);
        styles_free(&styles);
        buffer_free(&css);
    }
    /* What lies behind blocks beyond the depth still counts. */
    css = repeat("", "@media screen{", 40, "");
    for (int i = 0; i < 40; i++)
        buffer_add_byte(&css, '}');
    buffer_add_text(&css, ".z{display:none}");
    styles = read_sheet(buffer_span(&css));
    assert_int_equal(styles_count(styles), 1);
    styles_free(&styles);
    buffer_free(&css);
}

static uint64_t work_of(const char *css, const struct tree *tree, uint8_t *effects, bool *too_much)
{
    struct styles *styles = read_sheet(span_of(css));
    struct style_tally tally;
    assert_true(styles_match(styles, tree, 0, tree->node_count, effects, &tally));
    *too_much = tally.too_much;
    styles_free(&styles);
    return tally.work;
}

/* Twice the page, twice the work, and nodes that no selector is for cost next to nothing. */
static void test_work_is_linear(void **state)
{
    (void)state;
    static const char css[] =
        ".a{display:none}.b .c{display:none}#i{display:none}p.d{display:none}";
    uint64_t work[2];
    for (int i = 0; i < 2; i++) {
        struct buffer html =
            repeat("<div class=\"b\">", "<p class=\"a c\">x</p><i>y</i>", 1000 << i, "</div>");
        struct tree_builder tb = tree_build(html.at);
        uint8_t *effects = calloc(tb.tree.node_count, 1);
        bool too_much;
        assert_non_null(effects);
        work[i] = work_of(css, &tb.tree, effects, &too_much);
        assert_false(too_much);
        assert_true(work[i] <= 6 * (uint64_t)tb.tree.node_count);
        free(effects);
        tree_build_free(&tb);
        buffer_free(&html);
    }
    assert_true(work[1] <= 2 * work[0] + 10);
}

/* Every node against every rule: it ends at the limit. */
static void test_work_is_bounded(void **state)
{
    (void)state;
    struct buffer css = repeat("", ".x% .a{display:none}", 20000, "");
    struct buffer html = repeat("", "<p class=\"a\">x</p>", 20000, "");
    struct tree_builder tb = tree_build(html.at);
    uint8_t *effects = calloc(tb.tree.node_count, 1);
    bool too_much;
    assert_non_null(effects);
    uint64_t work = work_of(css.at, &tb.tree, effects, &too_much);
    assert_true(too_much);
    assert_true(work <=
                STYLE_MAX_WORK + (uint64_t)STYLE_MAX_WORK_A_NODE * tb.tree.node_count + 1024);
    free(effects);
    tree_build_free(&tb);
    buffer_free(&html);
    buffer_free(&css);
}

static void test_effects(void **state)
{
    (void)state;
    struct tree_builder tb =
        tree_build("<div class=\"a\"><p class=\"b a\" id=\"x\">t</p><p>u</p></div>");
    uint8_t effects[16] = {0};
    bool too_much;
    assert_true(tb.tree.node_count <= sizeof effects);
    work_of(".a{visibility:hidden}#x{visibility:visible;display:none!important}", &tb.tree, effects,
            &too_much);
    for (uint32_t i = 0; i < tb.tree.node_count; i++) {
        bool named = tree_attr(&tb.tree, i, ATTR_id).len > 0;
        if (named)
            assert_int_equal(effects[i], CSS_VISIBLE | CSS_DISPLAY_NONE | CSS_DISPLAY_IMPORTANT);
        else
            assert_int_equal(effects[i],
                             tree_attr(&tb.tree, i, ATTR_class).len ? CSS_INVISIBLE : 0);
    }
    tree_build_free(&tb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selectors_kept), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_work_is_linear), cmocka_unit_test(test_work_is_bounded),
        cmocka_unit_test(test_effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
