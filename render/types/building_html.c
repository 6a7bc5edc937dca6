/* SPDX-License-Identifier: ISC */
/* Somebody's HTML within a tree of another kind, through the same pre-pass as a page. */
#include "render/page/building.h"

#include <string.h>

#include "render/construct/clean.h"

enum { BASE_SCRATCH = 256 * 1024, VALUE_MAX = 64 * 1024, WORDS_MEMORY = 128 * 1024 * 1024 };

/* Writes the absolute URL behind what is in the pool already. */
static bool move_link(struct maker *maker, struct tree_attr *attr, const struct url *base,
                      struct arena *scratch)
{
    struct span url, value = {maker->pool.at + attr->value, attr->value_len};
    if (!value.len || value.at[0] == '#' || attr->value_len > VALUE_MAX ||
        !url_resolve(scratch, base, span_trim(value), &url))
        return true;
    uint32_t at = (uint32_t)maker->pool.len;
    if (!buffer_add_span(&maker->pool, url))
        return false;
    attr->value = at;
    attr->value_len = (uint32_t)url.len;
    return true;
}

/* Links that were added behind the first `from` attributes lead from `base`. */
static void move_links(struct maker *maker, size_t from, struct span base)
{
    struct fault fault = FAULT_INIT;
    struct url url;
    struct arena *scratch = base.len ? arena_new(BASE_SCRATCH) : NULL;
    bool known = scratch && url_parse(scratch, base, &url, &fault);
    fault_clear(&fault);
    void *attrs = maker->attrs.at;
    size_t count = maker->attrs.len / sizeof(struct tree_attr);
    for (size_t i = from; known && i < count; i++) {
        struct tree_attr *attr = (struct tree_attr *)attrs + i;
        /* Memory for a few resolutions at a time. */
        struct arena *one = attr->name == ATTR_href ? arena_new(BASE_SCRATCH) : NULL;
        if (one && !move_link(maker, attr, &url, one))
            known = false;
        arena_free(&one);
    }
    arena_free(&scratch);
}

bool building_html(struct building *building, struct span html, struct span base, size_t max)
{
    struct maker *maker = building->maker;
    struct clean_page clean;
    if (building->depth != maker->depth)
        return true;
    size_t attrs = maker->attrs.len / sizeof(struct tree_attr);
    struct clean_options options = {.inside = true, .max_text = max};
    bool done = clean_html(html, &options, maker, &clean);
    if (done) {
        if (clean.cuts & CLEAN_CUT_TEXT)
            maker_text(maker, SPAN_LITERAL(" \u2026"));
        move_links(maker, attrs, base);
    }
    clean_free(&clean);
    return done;
}

/* ---- words alone ---- */

static bool add_texts(struct span html, struct arena *arena, struct buffer *out)
{
    struct clean_options options = {.inside = true};
    struct clean_page clean;
    struct tree tree;
    struct maker *maker = arena_alloc(arena, sizeof *maker);
    if (!maker)
        return false;
    maker_init(maker);
    bool done = clean_html(html, &options, maker, &clean) && maker_finish(maker, arena, &tree);
    for (uint32_t i = 0; done && i < tree.node_count; i++)
        buffer_add_span(out, tree_text(&tree, i));
    clean_free(&clean);
    maker_free(maker);
    return done;
}

void building_html_words(struct span html, struct buffer *out)
{
    struct arena *arena = arena_new(WORDS_MEMORY);
    if (!arena || !add_texts(html, arena, out))
        out->failed = out->no_memory = true;
    arena_free(&arena);
}
