/* SPDX-License-Identifier: ISC */
/* page: what of it is shown, by attributes, styles and style sheets; its frames. */
#include "test/unit/page_fixture.h"

#include "render/passes/passes.h"

#include <stdio.h>

/* The words that are shown, a blank between two. */
static void words_of(const struct tree *tree, struct buffer *out)
{
    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct span text = tree_text(tree, i), word;
        while (!(tree->nodes[i].flags & TREE_HIDDEN) && span_next_word(&text, &word)) {
            if (out->len)
                buffer_add_byte(out, ' ');
            buffer_add_span(out, span_trim(word));
        }
    }
    buffer_add_text(out, "");
}

/* Everything below a hidden node is hidden: renderers pass over it as one. */
static void check_hidden(const struct tree *tree)
{
    for (uint32_t i = 1; i < tree->node_count; i++)
        if (tree->nodes[tree->nodes[i].parent].flags & TREE_HIDDEN)
            assert_true(tree->nodes[i].flags & TREE_HIDDEN);
}

static void shown(const char *html, const char *wanted)
{
    struct built built;
    struct buffer words;
    build(&built, "yes", span_of(html), &html_hints);
    buffer_init(&words, 64 * 1024);
    words_of(built.tree, &words);
    check_hidden(built.tree);
    const char *found = words.len ? words.at : "";
    if (strcmp(found, wanted) != 0)
        fail_msg("%s shows '%s', not '%s'", html, found, wanted);
    buffer_free(&words);
    done(&built);
}

/* A page with that sheet, where <p class=c id=i> within <div class=d> says `x`. */
static void sheet(const char *css, bool wanted)
{
    char page[4096];
    snprintf(page, sizeof page,
             "<style>%s</style><div class=d><p class='c c2' id=i>x</p></div><p>y", css);
    shown(page, wanted ? "x y" : "y");
}

static void test_attributes(void **state)
{
    (void)state;
    shown("<p hidden>x<p>y", "y");
    shown("<p hidden=until-found>x<p>y", "x y");
    shown("<p aria-hidden=true>x<p aria-hidden=false>y", "y");
    shown("<div popover>x</div><p>y", "y");
    shown("<dialog>x</dialog><dialog open>y</dialog>", "y");
    shown("<template><p>x</template><p>y", "y");
    shown("<details><summary>s</summary>x</details><p>y", "s x y");
    shown("<noscript>x</noscript><p>y", "x y");
    shown("<p style='display: none'>x<p style='DISPLAY:NONE !important'>x<p>y", "y");
    shown("<p style='background: url(a;display:none)'>x<p>y", "x y");
    shown("<div style='visibility:hidden'>x<b>x</b> <p style='visibility:visible'>y</p></div>",
          "y");
    shown("<div style='visibility:hidden'><i>x</i><img></div><p>y", "y");
    shown("<div style='display:none'><p style='display:block;visibility:visible'>x</div>y", "y");
    shown("<body style='visibility:hidden;display:none'>x", "x");
    shown("<p style='position:absolute;left:-9999px'>x<p>y", "x y");
    shown("<p>a <my-tag hidden>x</my-tag> <x-y>b</x-y> c", "a b c");
    shown("<h2>a <my-tag style='display:none'>x</my-tag> b</h2>", "a b");
    shown("<layer>a</layer><ilayer>b</ilayer><nolayer>c</nolayer>", "a b c");
}

static void test_selectors(void **state)
{
    (void)state;
    static const char *const hide[] = {".c{display:none}",
                                       ".c:not(.x){display:none}",
                                       "[id]{display:none}",
                                       "#i{display:none}",
                                       "p.c{display:none}",
                                       "P.c{display:none}",
                                       ".c.c2{display:none}",
                                       "p#i.c2{display:none}",
                                       ".x,.c{display:none}",
                                       ".d .c{display:none}",
                                       ".d>.c{display:none}",
                                       "div.d > p{display:none}",
                                       "html body .d p{display:none}",
                                       ":root .c{display:none}",
                                       "*.c{display:none}",
                                       ".d *{display:none}",
                                       "\n.c\n{\ndisplay\n:\nnone\n}\n",
                                       "<!-- .c{display:none} -->",
                                       "/*}*/.c/**/{/*;*/display:none}",
                                       ".\\63 {display:none}",
                                       ".c{visibility:hidden}",
                                       ".x{color:red}.c{display:none",
                                       ".c{color:red;;display:none;}",
                                       ".c{--a:{b:c};display:none}",
                                       "}.c{display:none}",
                                       ";.x{} .c{display:none}",
                                       "@charset 'x';.c{display:none}",
                                       "@font-face{src:url(x)}.c{display:none}",
                                       "@keyframes k{from{top:0}to{top:1px}}.c{display:none}",
                                       ".c{.z{top:0} display:none}"};
    static const char *const leave[] = {".C{display:none}",
                                        ".d>.x .c{display:none}",
                                        "body>.c{display:none}",
                                        "i{display:none}",
                                        "#c{display:none}",
                                        "div.c{display:none}",
                                        ".c .d{display:none}",
                                        ".c:hover{display:none}",
                                        ".c:not(.c2){display:none}",
                                        ".c::before{display:none}",
                                        "p+.c{display:none}",
                                        ".d+p,.q~p{display:none}",
                                        "[data-id]{display:none}",
                                        ".c[hidden]{display:none}",
                                        ".c >{display:none}",
                                        "> .c{display:none}",
                                        ".c{display:none !x}",
                                        ".c{content:'}display:none'}",
                                        ".x{.c{display:none}}",
                                        ".c{&:hover{display:none}}",
                                        ".cc{display:none}",
                                        ".c{clip:rect(0,0,0,0);width:1px}",
                                        "x-y.c{display:none}",
                                        ".x,{display:none",
                                        ""};
    for (size_t i = 0; i < sizeof hide / sizeof *hide; i++)
        sheet(hide[i], false);
    for (size_t i = 0; i < sizeof leave / sizeof *leave; i++)
        sheet(leave[i], true);
}

static void test_cascade(void **state)
{
    (void)state;
    sheet(".c{display:none}.c{display:block}", true);
    sheet(".c{display:block}.c{display:none}", false);
    sheet("#i{display:block}.c{display:none}", true);
    sheet("p.c{display:none}.c{display:block}", false);
    sheet(".c.c2{display:none}.d .c{display:block}", true);
    sheet(".c{display:none!important}#i{display:block}", false);
    sheet(".c{display:none!important}#i{display:block!important}", true);
    sheet(".c{display:none}.c{visibility:visible}", false);
    sheet(".d{visibility:hidden}.c{visibility:visible}", true);
    sheet(".d{display:none}.c{display:block}", false);
    sheet("@layer a{#i{display:none}}.c{display:block}", true);
    sheet("@layer a,b;@layer b{.c{display:none}}@layer a{#i{display:block}}", false);
    sheet("@layer{#i{display:none}}@layer{.c{display:block}}", true);
    sheet("@layer a{.c{display:none!important}}.c{display:block!important}", false);
    shown("<style>.c{display:none}</style><p class=c style='display:block'>x<p>y", "x y");
    shown("<style>.c{display:none!important}</style><p class=c style='display:block'>x<p>y", "y");
    shown("<style>.c{display:none!important}</style>"
          "<p class=c style='display:block!important'>x<p>y",
          "x y");
    shown("<style>.c{display:block}</style><p class=c hidden>x<p>y", "y");
}

static void test_conditions(void **state)
{
    (void)state;
    sheet("@media print{.c{display:none}}", true);
    sheet("@media screen{.c{display:none}}", false);
    sheet("@media (max-width:600px){.c{display:none}}", true);
    sheet("@media screen{@media (min-width:600px){.c{display:none}}}", false);
    sheet("@media screen{@media print{.c{display:none}}.z{top:0}}", true);
    sheet(".c{@media (width>=40rem){display:none}}", false);
    sheet(".c{@media print{display:none}}", true);
    sheet("@supports (display:grid){.c{display:none}}", false);
    sheet("@supports not (display:grid){.c{display:none}}", true);
    sheet("@container (width>1px){.c{display:none}}", true);
    shown("<style media=print>p{display:none}</style><p>x", "x");
    shown("<style type=text/x>.c{display:none}</style><p class=c>x", "x");
    shown("<style>.c{display:none}</style><svg><style>.d{display:none}</style></svg>"
          "<p class=c>x<p class=d>y",
          "y");
    shown("<style>.c{display:none}</style><template><style>.d{display:none}</style></template>"
          "<p class=c>x<p class=d>y",
          "y");
}

/* Sheets that hide nearly all of much are there for a script. */
static void test_all_hidden(void **state)
{
    (void)state;
    struct buffer page;
    buffer_init(&page, 64 * 1024);
    buffer_add_text(&page, "<style>#app{display:none}</style><p>y<div id=app>");
    for (int i = 0; i < 300; i++)
        buffer_add_text(&page, "word ");
    struct built built;
    build(&built, "yes", buffer_span(&page), &html_hints);
    assert_true(passes_text_bytes(built.tree) > 1000);
    done(&built);
    buffer_add_text(&page, "</div>");
    for (int i = 0; i < 60; i++)
        buffer_add_text(&page, "more ");
    build(&built, "yes", buffer_span(&page), &html_hints);
    assert_true(passes_text_bytes(built.tree) < 1000);
    done(&built);
    buffer_free(&page);
}

static void test_direction(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL("<html dir=rtl lang=he><body><p>a<h1 dir=ltr lang=en-GB>b</h1>"
                       "<h2 dir=auto>1 \xD7\xA9</h2><h3 dir=auto>c \xD7\xA9</h3>"),
          &html_hints);
    const struct tree *tree = built.tree;
    assert_true(tree->nodes[find(tree, TAG_p)].flags & TREE_RTL);
    assert_false(tree->nodes[find(tree, TAG_h1)].flags & TREE_RTL);
    assert_true(tree->nodes[find(tree, TAG_h2)].flags & TREE_RTL);
    assert_false(tree->nodes[find(tree, TAG_h3)].flags & TREE_RTL);
    assert_true(span_equal(tree_language(tree, find(tree, TAG_p)), SPAN_LITERAL("he")));
    assert_true(span_equal(tree_language(tree, find(tree, TAG_h1) + 1), SPAN_LITERAL("en-GB")));
    done(&built);
}

static void test_noscript(void **state)
{
    (void)state;
    shown("<p>a</p><noscript><p>b</p></noscript><noscript>c &lt; d</noscript>", "a b c < d");
    shown("<p>a</p><noscript> &lt;img src=\"/x.gif\" alt=\"\"/&gt; </noscript><noscript><i>b</i> "
          "&lt;c&gt;</noscript>",
          "a b <c>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attributes), cmocka_unit_test(test_selectors),
        cmocka_unit_test(test_cascade),    cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_all_hidden), cmocka_unit_test(test_direction),
        cmocka_unit_test(test_noscript),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
