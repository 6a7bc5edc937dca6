/* SPDX-License-Identifier: ISC */
/* render_help: one call of a renderer over a small page, with everything that it needs. */
#ifndef WWW4MAIL_TEST_UNIT_RENDER_HELP_H
#define WWW4MAIL_TEST_UNIT_RENDER_HELP_H

#include "agent/modules/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "test/unit/tree_builder.h"

extern const struct www4mail_module www4mail_module;

struct rendering {
    struct tree_builder builder;
    struct arena *arena;
    struct fault fault;
    struct buffer facts_bytes;
    struct flat facts;
    struct render_input input;
    struct render_options options;
    struct document document;
    enum module_result result;
};

static inline void rendering_call(struct rendering *r)
{
    struct call call = {.module = "test", .arena = r->arena, .fault = &r->fault};
    r->result = www4mail_module.renderer->render(&call, &r->input, &r->options, &r->document);
}

static inline struct rendering *rendering_new(unsigned width)
{
    struct rendering *r = calloc(1, sizeof *r);
    assert_non_null(r);
    r->arena = arena_new((size_t)256 * 1024 * 1024);
    r->options = (struct render_options){.width = width, .max_bytes = 32 * 1024 * 1024};
    return r;
}

/* A page that has a tree. */
static inline struct rendering *render_tree(const char *html, unsigned width, const char *mailto)
{
    struct rendering *r = rendering_new(width);
    r->builder = tree_build(html);
    r->options.mailto = mailto;
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    return r;
}

static inline void add_fact(struct flat_writer *writer, enum facts_what what, const char *text)
{
    flat_number(writer, what);
    flat_number(writer, 0);
    flat_text(writer, span_of(text));
}

/* A page without one. */
static inline struct rendering *render_bytes(struct span bytes, const char *type,
                                             const char *charset, const struct page_hints *hints)
{
    struct rendering *r = rendering_new(72);
    struct flat_writer writer;
    buffer_init(&r->facts_bytes, FACTS_MAX_BYTES);
    flat_begin(&writer, FACTS_KIND, FACTS_SHAPE, FACTS_MAX_BYTES);
    add_fact(&writer, FACT_TYPE, type);
    add_fact(&writer, FACT_CHARSET, charset);
    assert_true(flat_end(&writer, &r->facts_bytes));
    assert_true(flat_open(&r->facts, FACTS_KIND, FACTS_SHAPE, buffer_span(&r->facts_bytes)));
    r->input.bytes = bytes;
    r->input.hints = hints;
    r->input.facts = &r->facts;
    rendering_call(r);
    return r;
}

static inline void rendering_free(struct rendering **r)
{
    tree_build_free(&(*r)->builder);
    buffer_free(&(*r)->facts_bytes);
    fault_clear(&(*r)->fault);
    arena_free(&(*r)->arena);
    free(*r);
    *r = NULL;
}

static inline bool body_has(const struct rendering *r, const char *text)
{
    return span_find(r->document.body, span_of(text)) >= 0;
}

/* What a page looks like as text. */
static inline void check_text(const char *html, unsigned width, bool blind, const char *expected)
{
    struct rendering *r = rendering_new(width);
    r->builder = tree_build(html);
    r->options.blind = blind;
    r->input.tree = &r->builder.tree;
    rendering_call(r);
    assert_int_equal(r->result, MODULE_OK);
    assert_int_equal(r->document.kind, DOCUMENT_TEXT);
    assert_string_equal(r->document.body.at, expected);
    rendering_free(&r);
}

#endif
