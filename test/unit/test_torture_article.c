/* SPDX-License-Identifier: ISC */
/* Memory runs out while an article is found, in what a page shows or in its data: all, or a fault. */
#include "test/unit/article_help.h"

#include "test/unit/torture.h"

struct work {
    struct extraction ready;
    uint32_t nodes;
};

static bool extract_once(void *context, struct fault *fault)
{
    struct work *work = context;
    struct extraction *it = &work->ready;
    struct arena *arena = arena_new(EXTRACT_MEMORY);
    it->call = (struct call){.module = "article", .arena = arena, .fault = fault};
    if (arena)
        extraction_ask(it, PART_ARTICLE);
    else
        fault_set(fault, FAULT_MEMORY, NULL, "no arena");
    torture_end();
    bool whole = arena && it->result == MODULE_OK;
    if (whole) {
        assert_non_null(it->extract.tree);
        expect_line(it->extract.title, "The bridge");
        expect_line(it->extract.date, "2026-05-01");
        assert_true(!work->nodes || work->nodes == it->extract.tree->node_count);
        work->nodes = it->extract.tree->node_count;
    }
    arena_free(&arena);
    return whole;
}

static void torture(const char *page)
{
    struct work work = {.nodes = 0};
    extraction_ready(&work.ready, span_of(page));
    assert_true(torture_allocations(&(struct torture){
                    .attempt = extract_once, .context = &work, .also = FAULT_PAGE_TOO_LARGE}) > 5);
    extraction_done(&work.ready);
}

#define LONG                                                                                       \
    "The old bridge over the river was opened again on Monday, after two years of repairs, the "   \
    "mayor said, and a band played until the rain came and sent everybody home for good. "
#define DATA                                                                                       \
    "<script type=application/ld+json>{\"headline\":\"The "                                        \
    "bridge\",\"author\":\"Ann\",\"datePublished\":"                                               \
    "\"2026-05-01\",\"articleBody\":\"" LONG "<p>" LONG "&amp; more</p>\"}</script>"

static void memory_ends_over_a_page(void **state)
{
    (void)state;
    torture("<title>The bridge</title><body><div><p>" LONG "</p><p>" LONG "</p><p>" LONG
            "<a href=/x>x</a></p></div>" DATA);
}

static void memory_ends_over_data(void **state)
{
    (void)state;
    torture("<title>Post</title><body><div id=app></div>" DATA);
}

static void memory_ends_over_pushed_strings(void **state)
{
    (void)state;
    torture("<title>Post</title><body><div id=app></div><meta name=dc.title content='The bridge'>"
            "<meta name=date content=2026-05-01><h1>The bridge</h1>"
            "<script>x.push([1,\"1:T80," LONG "\\n2:[\\\"" LONG "\\\",\\\"" LONG
            "\\\"]\\n\"])</script>");
}

static void memory_ends_over_noscript(void **state)
{
    (void)state;
    torture("<title>The bridge</title><body><h1>The bridge</h1><div id=app></div><script "
            "type=application/ld+json>{\"headline\":\"The bridge\",\"author\":[\"Ann\",\"Bob\"],"
            "\"datePublished\":\"2026-05-01\"}</script><noscript><div><p>" LONG "</p><p>" LONG
            "</p></div></noscript>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_ends_over_a_page),
        cmocka_unit_test(memory_ends_over_data),
        cmocka_unit_test(memory_ends_over_pushed_strings),
        cmocka_unit_test(memory_ends_over_noscript),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
