/* SPDX-License-Identifier: ISC */
/* style: limits of work and memory, and what the sheets of one tree come to node by node. */
#include "render/style/style_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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
    } sheets[] = {
        {"", 0},
        {".a{color:red}", 0},
        {".a{display:none}", 1},
        {".a,.b , #c p{display:block}", 3},
        {".a:hover,.b{display:none}", 1},
        {".a.b.c.d{display:none}.a.b.c.d.e{display:none}", 1},
        {"a b i p u s{display:none} a b i p u s q{display:none}", 1},
        {"[hidden],a[role=menu],:not(.a,#b){display:none}", 3},
        {"[data-x],[href],details:not([open]) p,[src='a'],[role^=m],[role,[role=\"m]{display:none}",
         0},
        {":not(.a.b),:not(),:not(:hover),:not(a,b,i,u,s,q,p){display:none}", 0},
        {":is(.a,p),.b:where(#c),:is(.a):is(.b,.c):not(p){display:none}", 3},
        {":is(.a.b),:is(),:is(.a,:hover),:where(.a .b),:is(.a,:is(.b)),:matches(p){display:none}",
         0},
        {".a~.b,.a ~ .b > .c ~ p{display:none}", 2},
        {".a+.b,.a+.b~.c,.a~,~.a,.a~~.b{display:none}", 0},
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

struct hiding {
    const char *selector, *hidden; /* first letters of the ids of what it hides */
};

static void check_hiding(const char *html, const struct hiding *rules, size_t count)
{
    struct tree_builder tb = tree_build(html);
    for (size_t i = 0; i < count; i++) {
        uint8_t effects[32] = {0};
        bool too_much;
        char css[256], hidden[8] = "";
        assert_true(tb.tree.node_count <= sizeof effects);
        snprintf(css, sizeof css, "%s{display:none}", rules[i].selector);
        work_of(css, &tb.tree, effects, &too_much);
        for (uint32_t node = 0; node < tb.tree.node_count; node++)
            if (effects[node] & CSS_DISPLAY_NONE && tree_attr(&tb.tree, node, ATTR_id).len)
                hidden[strlen(hidden)] = tree_attr(&tb.tree, node, ATTR_id).at[0];
        if (strcmp(hidden, rules[i].hidden) != 0)
            fail_msg("%s hides %s, not %s", rules[i].selector, hidden, rules[i].hidden);
    }
    tree_build_free(&tb);
}

static void test_attributes_and_not(void **state)
{
    (void)state;
    static const struct hiding rules[] = {{"[role]", "bd"},
                                          {"[role=menu]", "b"},
                                          {"[ROLE = 'main menu' ]", "d"},
                                          {"[role=men]", ""},
                                          {"p[aria-hidden=true]", "c"},
                                          {"p:not([aria-hidden=true])", "bd"},
                                          {"p:not(.x)", "cd"},
                                          {"p:not(.x, #c)", "d"},
                                          {"p:not(.x):not([role])", "c"},
                                          {"div:not(.y) > .x", "b"},
                                          {"div:not(.z) .x", ""},
                                          {".x:not(i)", "b"},
                                          {".x:not(p)", ""}};
    check_hiding("<div class=\"z\"><p id=\"b\" class=\"x\" role=\"menu\">t</p>"
                 "<p id=\"c\" aria_hidden=\"true\">t</p>"
                 "<p id=\"d\" role=\"main menu\">t</p></div>",
                 rules, sizeof rules / sizeof *rules);
}

static void test_one_of_a_list(void **state)
{
    (void)state;
    static const struct hiding rules[] = {
        {"p:is(.x, .y)", "bd"},         {":where(.x,#c)", "bc"},
        {":is(.x,.y):is(#b,i)", "be"},  {":is(.x,.y):is(#b,i):not(.y)", "b"},
        {":is(div,i) > :is(p)", "bcd"}, {":is(.q,b) p", ""},
        {"p:is(.x, .y:hover)", ""},     {"p:is(.x, :is(.y))", ""}};
    check_hiding("<div class=\"z\"><p id=\"b\" class=\"x\">t</p><p id=\"c\">t</p>"
                 "<p id=\"d\" class=\"y\">t</p><i id=\"e\" class=\"y\">t</i></div>",
                 rules, sizeof rules / sizeof *rules);
    /* A list weighs what the heaviest in it does, `:where` nothing. */
    static const struct hiding weights[] = {{"p{display:block}:where(#b)", ""},
                                            {"#b{display:block}:is(#b,p)", "b"},
                                            {"#b{display:block}:is(.x,p)", ""}};
    check_hiding("<p id=\"b\" class=\"x\">t</p>", weights, 3);
}

static void test_later_siblings(void **state)
{
    (void)state;
    static const struct hiding rules[] = {{".x ~ p", "df"},
                                          {".x~i", ""},
                                          {"i ~ .y", "df"},
                                          {".y ~ .y", "f"},
                                          {"div ~ p, b ~ b", ""},
                                          {".x ~ .y > b", "e"},
                                          {"div > i ~ .x ~ .y b", "e"},
                                          {".x + p, i + .x", ""},
                                          {"b ~ #f, p ~ #c, :root ~ div", ""}};
    check_hiding("<div>t<i id=\"a\">t</i>u<p id=\"c\" class=\"x\">t</p>"
                 "<p id=\"d\" class=\"y\"><b id=\"e\">t</b></p><p id=\"f\" class=\"y\">t</p></div>",
                 rules, sizeof rules / sizeof *rules);
    /* What no page has beside its elements: a drawing's words, the content of a frame. */
    static const struct hiding strange[] = {{"img ~ p, section ~ p", ""}, {"iframe ~ p", "b"}};
    check_hiding("<iframe></iframe><section role=\"document\">t</section><img alt=\"t\"/>"
                 "<p id=\"b\">t</p>",
                 strange, 2);
}

/* A long list of siblings costs no more a node than a short one. */
static void test_siblings_are_bounded(void **state)
{
    (void)state;
    struct buffer html = repeat("<div><i></i>", "<p class=\"a\">x</p>", 5000, "</div>");
    struct tree_builder tb = tree_build(html.at);
    uint8_t *effects = calloc(tb.tree.node_count, 1);
    bool too_much;
    uint32_t hidden = 0;
    assert_non_null(effects);
    uint64_t work = work_of("i ~ .a{display:none}", &tb.tree, effects, &too_much);
    assert_false(too_much);
    assert_true(work <= (STYLE_MAX_SIBLINGS + 1) * 5000);
    for (uint32_t i = 0; i < tb.tree.node_count; i++)
        hidden += effects[i] & CSS_DISPLAY_NONE;
    assert_int_equal(hidden, STYLE_MAX_SIBLINGS);
    free(effects);
    tree_build_free(&tb);
    buffer_free(&html);
}

/* A rule that is not understood hides nothing; that it would show something is not lost. */
static void test_in_doubt_shown(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        bool shows;
    } rules[] = {{".a:first-child", true},
                 {".a:NTH-CHILD( 2n + 1 )", true},
                 {".a:not(.q, [x=')'])", true},
                 {"h1 + .a", true},
                 {"div > h1~p.a", true},
                 {".q, h1 +.a", true},
                 {".a.b.c.d.e", true},
                 {"#i#j.a", true},
                 {"div:not(.q:hover) .a", true},
                 {"i > h1 + .a", false},
                 {".a:hover", false},
                 {".a:focus-within", false},
                 {"input:checked + .a", false},
                 {".a::before", false},
                 {".a:is(.q .r, .s)", true},
                 {".a:where(", false},
                 {".q ~ .a", true},
                 {".a:not(", false},
                 {":not(.q.r)", false},
                 {"h1 + :first-child", false},
                 {"h1 + ", false},
                 {"+ .a", false}};
    struct tree_builder tb =
        tree_build("<div><h1>t</h1><p class=\"a b c d e\" id=\"i\">t</p></div>");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        uint8_t effects[16] = {0}, all = 0;
        bool too_much;
        char css[256];
        assert_true(tb.tree.node_count <= sizeof effects);
        snprintf(css, sizeof css, "p{display:none}%s{display:block;visibility:hidden}",
                 rules[i].selector);
        work_of(css, &tb.tree, effects, &too_much);
        for (uint32_t node = 0; node < tb.tree.node_count; node++)
            all |= effects[node];
        assert_int_equal(all, rules[i].shows ? CSS_DISPLAY_SHOWN : CSS_DISPLAY_NONE);
    }
    tree_build_free(&tb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selectors_kept),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_work_is_linear),
        cmocka_unit_test(test_work_is_bounded),
        cmocka_unit_test(test_effects),
        cmocka_unit_test(test_in_doubt_shown),
        cmocka_unit_test(test_attributes_and_not),
        cmocka_unit_test(test_one_of_a_list),
        cmocka_unit_test(test_later_siblings),
        cmocka_unit_test(test_siblings_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
