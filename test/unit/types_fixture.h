/* SPDX-License-Identifier: ISC */
/* types_fixture: what a builder of what is no HTML makes, as a line that can be compared. */
#ifndef WWW4MAIL_TEST_UNIT_TYPES_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_TYPES_FIXTURE_H

#include "test/unit/page_fixture.h"

#include "test/unit/torture.h"

#include <stdio.h>

enum { OUTLINE_MAX = 64 * 1024 * 1024, OUTLINE_DEPTH = 1024 };

static struct page_hints typed_hints = {.url = "http://example.org/dir/file",
                                        .type = "",
                                        .charset = "",
                                        .language = "",
                                        .file_name = ""};

/* "<h1><a 1>Title</a></h1><p>Text</p>": what stands in the body, the number of a link behind its
 * name. */
static inline void outline(const struct tree *tree, struct buffer *out)
{
    uint32_t open[OUTLINE_DEPTH];
    size_t depth = 0;
    buffer_init(out, OUTLINE_MAX);
    for (uint32_t i = 0; i <= tree->node_count; i++) {
        while (depth && (i == tree->node_count || tree->nodes[open[depth - 1]].end <= i))
            buffer_printf(out, "</%s>", tree_tag_name(tree->nodes[open[--depth]].tag));
        if (i == tree->node_count)
            break;
        const struct tree_node *node = &tree->nodes[i];
        if (node->tag == TAG_html || node->tag == TAG_body)
            continue;
        if (node->tag == TAG_TEXT) {
            buffer_add_span(out, tree_text(tree, i));
            continue;
        }
        buffer_printf(out, "<%s", tree_tag_name(node->tag));
        if (node->link)
            buffer_printf(out, " %u", node->link);
        buffer_add_byte(out, '>');
        open[depth++] = i;
    }
}

static inline void expect_outline(const struct built *built, const char *wanted)
{
    struct buffer seen;
    assert_int_equal(built->result, MODULE_OK);
    assert_non_null(built->tree);
    outline(built->tree, &seen);
    assert_string_equal(seen.at ? seen.at : "", wanted);
    buffer_free(&seen);
}

static inline bool outline_has(const struct built *built, const char *wanted)
{
    struct buffer seen;
    outline(built->tree, &seen);
    bool has = span_find(buffer_span(&seen), span_of(wanted)) >= 0;
    buffer_free(&seen);
    return has;
}

static inline void expect_link(const struct built *built, uint32_t number, const char *wanted)
{
    assert_true(number <= built->tree->link_count);
    struct span url = built->tree->links[number].url;
    assert_int_equal(url.len, strlen(wanted));
    assert_memory_equal(url.at, wanted, url.len);
}

/* Builds the text and compares what comes of it. */
static inline void expect(const char *text, const char *wanted)
{
    struct built built;
    build(&built, "yes", span_of(text), &typed_hints);
    expect_outline(&built, wanted);
    done(&built);
}

/* Not this module's, without a fault. */
static inline void expect_pass(struct span bytes)
{
    struct built built;
    build_within(&built, PAGE_MEMORY, "yes", bytes, &typed_hints);
    assert_int_equal(built.result, MODULE_PASS);
    assert_null(built.tree);
    done(&built);
}

/* The bytes with a setting other than the module's own. */
static inline void build_set(struct built *built, const char *key, const char *value,
                             struct span bytes)
{
    struct setting setting = {.key = key, .value = value};
    struct settings settings = {&setting, 1};
    *built = (struct built){.fault = FAULT_INIT, .arena = arena_new(PAGE_MEMORY)};
    struct call call = {
        .module = "test", .defaults = &settings, .arena = built->arena, .fault = &built->fault};
    buffer_init(&built->facts, FACTS_MAX_BYTES);
    built->result = www4mail_module.builder->build(&call, NULL, bytes, &typed_hints, &built->facts,
                                                   &built->tree);
    assert_int_equal(built->result, MODULE_OK);
    assert_true(flat_open(&built->table, FACTS_KIND, FACTS_SHAPE, buffer_span(&built->facts)));
}

/* `part` so often that it comes to about `len` bytes, behind `before` and before `after`. */
static inline struct buffer repeated(const char *before, const char *part, size_t len,
                                     const char *after)
{
    struct buffer bytes;
    buffer_init(&bytes, OUTLINE_MAX);
    buffer_add_text(&bytes, before);
    while (bytes.len < len)
        buffer_add_text(&bytes, part);
    buffer_add_text(&bytes, after);
    assert_false(bytes.failed);
    return bytes;
}

/* A tree or none, but an end: for what is made to do harm. */
static inline void survive(struct buffer bytes)
{
    struct built built;
    build_within(&built, PAGE_MEMORY, "yes", buffer_span(&bytes), &typed_hints);
    assert_true(built.result == MODULE_OK || built.result == MODULE_PASS ||
                built.result == MODULE_FAIL);
    assert_true(built.result != MODULE_FAIL || built.fault.code != FAULT_OK);
    done(&built);
    buffer_free(&bytes);
}

/* ---- memory that runs out ---- */

struct typed_torture {
    struct span bytes;
    uint32_t nodes;
    size_t facts;
};

static inline bool build_typed(void *context, struct fault *fault)
{
    struct typed_torture *it = context;
    struct built built = {.arena = NULL};
    torture_end();
    built.arena = arena_new(PAGE_MEMORY);
    struct call call = {.module = "test", .arena = built.arena, .fault = fault};
    buffer_init(&built.facts, FACTS_MAX_BYTES);
    torture_go_on();
    built.result = www4mail_module.builder->build(&call, NULL, it->bytes, &typed_hints,
                                                  &built.facts, &built.tree);
    torture_end();
    bool whole = built.result == MODULE_OK;
    if (whole && it->nodes) {
        assert_int_equal(built.tree->node_count, it->nodes);
        assert_int_equal(built.facts.len, it->facts);
    } else if (whole) {
        it->nodes = built.tree->node_count;
        it->facts = built.facts.len;
    }
    done(&built);
    return whole;
}

static inline void survive_torture(const char *text)
{
    struct typed_torture it = {.bytes = span_of(text)};
    assert_true(torture_allocations(&(struct torture){
                    .attempt = build_typed, .context = &it, .also = FAULT_PAGE_TOO_LARGE}) > 5);
}

#endif
