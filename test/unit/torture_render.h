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
    "<pre>  kept\n as it is</pre><blockquote><p>said</p></blockquote>"
    "<img src=\"i.png\" alt=\"a picture\"/><form action=\"/f\"><input name=\"q\" "
    "value=\"v\"/></form>"
    "<dl><dt>term</dt><dd>meaning</dd></dl><hr/>";

struct torture_rendering {
    struct tree_builder builder;
    struct buffer whole;
};

static bool torture_render(void *context, struct fault *fault)
{
    struct torture_rendering *rendering = context;
    struct arena *arena = arena_new(16 * 1024 * 1024);
    struct call call = {.module = "test", .arena = arena, .fault = fault};
    struct render_input input = {.tree = &rendering->builder.tree};
    struct render_options options = {
        .width = 60, .max_bytes = 1024 * 1024, .mailto = "web@agent.example"};
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

static void test_memory_ends_while_rendering(void **state)
{
    (void)state;
    struct fault fault = FAULT_INIT;
    struct torture_rendering rendering = {.builder = tree_build(torture_html)};
    buffer_init(&rendering.whole, 1 << 20);
    assert_true(torture_render(&rendering, &fault));
    assert_true(torture_allocations(
                    &(struct torture){.attempt = torture_render, .context = &rendering}) > 5);
    buffer_free(&rendering.whole);
    tree_build_free(&rendering.builder);
}

#endif
