/* SPDX-License-Identifier: ISC */
/* torture_render: one page through a renderer, with every allocation failing in its turn. */
#ifndef WWW4MAIL_TEST_UNIT_TORTURE_RENDER_H
#define WWW4MAIL_TEST_UNIT_TORTURE_RENDER_H

#include "test/unit/render_help.h"

#include "test/unit/torture.h"

static const char torture_html[] =
    "<h1>A title</h1><p>Text with <a href=\"http://a.example/x\">a link</a> and <b>bold</b> words, "
    "enough of them that a line must end somewhere before the paragraph does.</p>"
    "<ul><li>one</li><li>two <a href=\"http://b.example/\">more</a></li></ul>"
    "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>a cell of more words</td></tr></table>"
    "<table><caption>wide</caption><tr><th>a</th><th>b</th></tr><tr><td>one and two</td>"
    "<td>a cell of so many words that it is broken into lines</td></tr></table>"
    "<p>x<sup>2</sup>, <del>no</del>, <abbr title=\"for example\">e.g.</abbr>, <q>so</q></p>"
    "<pre>  kept\n as it is</pre><blockquote><p>said</p></blockquote>"
    "<img src=\"http://a.example/i.png\" alt=\"a picture\"/><a href=\"#t\">to</a>"
    "<p id=\"t\">a <abbr title=\"word\">w</abbr></p><form action=\"http://a.example/f\"><input "
    "name=\"q\" "
    "value=\"v\"/></form>"
    "<dl><dt>term</dt><dd>meaning</dd></dl><hr/>";

struct torture_rendering {
    struct tree_builder builder;
    struct buffer whole;
    bool blind;
};

static bool torture_render(void *context, struct fault *fault)
{
    struct torture_rendering *rendering = context;
    struct arena *arena = arena_new(16 * 1024 * 1024);
    struct call call = {.module = "test", .arena = arena, .fault = fault};
    struct render_input input = {.tree = &rendering->builder.tree};
    struct render_options options = {.width = 60,
                                     .max_bytes = 1024 * 1024,
                                     .mailto = "web@agent.example",
                                     .blind = rendering->blind};
    struct document document = {.title = {NULL, 0}};
    bool whole =
        arena ? www4mail_module.renderer->render(&call, &input, &options, &document) == MODULE_OK
              : fault_set(fault, FAULT_MEMORY, NULL, "no arena");
    torture_end();
    if (whole && !rendering->whole.at)
        buffer_add_span(&rendering->whole, document.body);
    if (whole && !span_equal(document.body, buffer_span(&rendering->whole)))
        fail_msg("not the whole document:\n%.*s", (int)document.body.len, document.body.at);
    arena_free(&arena);
    return whole;
}

static inline void torture_rendering(bool blind)
{
    struct fault fault = FAULT_INIT;
    struct torture_rendering rendering = {.builder = tree_build(torture_html), .blind = blind};
    buffer_init(&rendering.whole, 1 << 20);
    assert_true(torture_render(&rendering, &fault));
    assert_true(torture_allocations(
                    &(struct torture){.attempt = torture_render, .context = &rendering}) > 5);
    buffer_free(&rendering.whole);
    tree_build_free(&rendering.builder);
}

static void test_memory_ends_while_rendering(void **state)
{
    (void)state;
    torture_rendering(false);
}

#endif
