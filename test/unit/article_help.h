/* SPDX-License-Identifier: ISC */
/* article_help: a page's bytes through the pre-pass and the passes to the extractor, as in the parse
 * child; what it found as one line of text. */
#ifndef WWW4MAIL_TEST_UNIT_ARTICLE_HELP_H
#define WWW4MAIL_TEST_UNIT_ARTICLE_HELP_H

#include "agent/modules/call.h"
#include "render/page/building.h"
#include "render/construct/clean.h"
#include "render/passes/passes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

enum { EXTRACT_MEMORY = 256 * 1024 * 1024 };

static const struct page_hints extract_hints = {.url = "http://example.org/dir/page.html",
                                                .type = "text/html",
                                                .charset = "utf-8",
                                                .language = "",
                                                .file_name = ""};

struct extraction {
    struct arena *arena;
    struct fault fault;
    struct call call;
    struct tree tree;
    struct buffer facts_bytes, text;
    struct flat facts;
    struct span page;
    enum module_result result;
    struct extract extract;
};

static inline void extraction_tree(struct extraction *it)
{
    struct maker *maker = arena_alloc(it->arena, sizeof *maker);
    struct clean_options options = {.frames = NULL};
    struct clean_page clean;
    assert_non_null(maker);
    maker_init(maker);
    assert_true(clean_html(it->page, &options, maker, &clean));
    assert_true(maker_finish(maker, it->arena, &it->tree));
    passes_flags(&it->tree);
    assert_true(passes_links(&it->tree, it->arena, extract_hints.url, buffer_span(&clean.base)));
    it->tree.title = building_line(it->arena, buffer_span(&clean.title));
    clean_free(&clean);
}

static inline void extraction_facts(struct extraction *it, const char *type)
{
    struct flat_writer facts;
    buffer_init(&it->facts_bytes, FACTS_MAX_BYTES);
    flat_begin(&facts, FACTS_KIND, FACTS_SHAPE, FACTS_MAX_BYTES);
    building_fact(&facts, FACT_TYPE, 0, span_of(type));
    building_fact(&facts, FACT_CHARSET, 0, SPAN_LITERAL("utf-8"));
    assert_true(flat_end(&facts, &it->facts_bytes));
    assert_true(flat_open(&it->facts, FACTS_KIND, FACTS_SHAPE, buffer_span(&it->facts_bytes)));
}

/* Texts in the order of the page, '|' where a block begins or ends. */
static inline void extraction_text(struct extraction *it)
{
    const struct tree *tree = it->extract.tree;
    buffer_init(&it->text, 8 << 20);
    for (uint32_t i = 0; tree && i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        bool edge = it->text.len && it->text.at[it->text.len - 1] != '|';
        if (node->tag != TAG_TEXT && node->flags & TREE_BLOCK && edge)
            buffer_add_byte(&it->text, '|');
        if (node->tag == TAG_TEXT && !(node->flags & TREE_HIDDEN))
            buffer_add_span(&it->text, span_trim(tree_text(tree, i)));
    }
    buffer_add_byte(&it->text, '|');
}

static inline void extraction_ask(struct extraction *it, enum render_part part)
{
    struct render_input input = {
        .bytes = it->page, .hints = &extract_hints, .facts = &it->facts, .tree = &it->tree};
    it->result = www4mail_module.extractor->extract(&it->call, &input, part, &it->extract);
}

static inline void extraction_ready(struct extraction *it, struct span page)
{
    *it =
        (struct extraction){.fault = FAULT_INIT, .page = page, .arena = arena_new(EXTRACT_MEMORY)};
    it->call = (struct call){.module = "article", .arena = it->arena, .fault = &it->fault};
    extraction_tree(it);
    extraction_facts(it, "text/html");
}

static inline void extract_page(struct extraction *it, struct span page, enum render_part part)
{
    extraction_ready(it, page);
    extraction_ask(it, part);
    extraction_text(it);
}

static inline void extraction_done(struct extraction *it)
{
    buffer_free(&it->facts_bytes);
    buffer_free(&it->text);
    arena_free(&it->arena);
    fault_clear(&it->fault);
}

static inline bool extraction_has(const struct extraction *it, const char *words)
{
    return span_find(buffer_span(&it->text), span_of(words)) >= 0;
}

static inline void expect_found(const struct extraction *it, const char *const *words)
{
    assert_int_equal(it->result, MODULE_OK);
    assert_non_null(it->extract.tree);
    for (; *words; words++)
        if (!extraction_has(it, *words))
            fail_msg("'%s' is missing in: %s", *words, it->text.at);
}

static inline void expect_left_out(const struct extraction *it, const char *const *words)
{
    for (; *words; words++)
        if (extraction_has(it, *words))
            fail_msg("'%s' is too much in: %s", *words, it->text.at);
}

static inline void expect_line(struct span got, const char *wanted)
{
    if (!span_equal(got, span_of(wanted)))
        fail_msg("'%.*s', not '%s'", (int)got.len, got.at ? got.at : "", wanted);
}

#endif
