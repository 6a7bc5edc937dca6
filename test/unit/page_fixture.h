/* SPDX-License-Identifier: ISC */
/* page_fixture: builds a page with the module as the parse child does; both are freed by done. */
#ifndef WWW4MAIL_TEST_UNIT_PAGE_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_PAGE_FIXTURE_H

#include "agent/modules/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

enum { PAGE_MEMORY = 256 * 1024 * 1024 };

struct built {
    struct arena *arena;
    struct fault fault;
    enum module_result result;
    const struct tree *tree;
    struct buffer facts;
    struct flat table;
};

static const struct page_hints html_hints = {
    .url = "http://example.org/dir/page.html",
    .type = "text/html",
    .charset = "utf-8",
    .language = "",
    .file_name = "",
};

static inline void build_within(struct built *built, size_t memory, const char *structure,
                                struct span page, const struct page_hints *hints)
{
    *built = (struct built){.fault = FAULT_INIT, .arena = arena_new(memory)};
    struct setting setting = {.key = "structure", .value = structure};
    struct settings settings = {&setting, 1};
    struct call call = {
        .module = "page", .defaults = &settings, .arena = built->arena, .fault = &built->fault};
    /* A copy of the exact size, so that a sanitizer sees any byte read behind the end. */
    char *copy = malloc(page.len ? page.len : 1);
    assert_non_null(copy);
    memcpy(copy, page.at, page.len);
    buffer_init(&built->facts, FACTS_MAX_BYTES);
    built->result = www4mail_module.builder->build(&call, NULL, (struct span){copy, page.len},
                                                   hints, &built->facts, &built->tree);
    free(copy);
    if (built->result == MODULE_OK)
        assert_true(flat_open(&built->table, FACTS_KIND, FACTS_SHAPE, buffer_span(&built->facts)));
}

static inline void build(struct built *built, const char *structure, struct span page,
                         const struct page_hints *hints)
{
    build_within(built, PAGE_MEMORY, structure, page, hints);
    assert_int_equal(built->result, MODULE_OK);
}

static inline void done(struct built *built)
{
    buffer_free(&built->facts);
    arena_free(&built->arena);
    fault_clear(&built->fault);
}

static inline void expect_fact(const struct built *built, enum facts_what what, const char *wanted)
{
    struct span text = facts_text(&built->table, what);
    if (!wanted) {
        assert_null(text.at);
        return;
    }
    assert_non_null(text.at);
    assert_int_equal(text.len, strlen(wanted));
    assert_memory_equal(text.at, wanted, text.len);
}

static inline uint32_t find(const struct tree *tree, enum tree_tag tag)
{
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (tree->nodes[i].tag == tag)
            return i;
    fail_msg("no <%s> in the tree", tree_tag_name(tag));
    return TREE_NONE;
}

#endif
