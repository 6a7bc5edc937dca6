/* SPDX-License-Identifier: ISC */
/* Memory runs out while a page becomes facts and a tree: all of it, or a fault of memory. */
#include "test/unit/page_fixture.h"

#include "test/unit/torture.h"

static const char html[] =
    "<!DOCTYPE html><html lang=en><head><title>A &amp; B</title><base href='http://b.example/'>"
    "<meta name=description content='what it is'></head><body><h1>One</h1>"
    "<p>Text <a href='/x?a=1&amp;b=2'>link</a> and <a href=y>more <b>bold</b></a>."
    "<table><tr><th>a<th>b<tr><td>1<td>2</table><ul><li>x<li>y</ul>"
    "<img src=i.png alt='a picture'><form action=/f><input name=q value=v></form>"
    "<script>skip()</script><style>@layer x{.c,#d p,h1~q:is(i,u){display:none}}</style>"
    "<link rel=stylesheet href=s.css><iframe src=f title=F></iframe>"
    "<iframe srcdoc='<p class=c>y'></iframe><p class=c>x<p hidden>unseen<pre>  kept\n as it "
    "is</pre>"
    "<svg><title>mark</title></svg><noscript><p>no script</noscript>"
    "<b>over<p>lap</b>ped</p><table>in front<tr><td>of</table><a href=p>a<div>b</a>c</div>"
    "</body></html>";

struct building {
    const char *structure;
    uint32_t nodes, links;
    size_t facts, parts;
};

static bool build_page(void *context, struct fault *fault)
{
    struct building *building = context;
    struct built built;
    torture_end();
    struct setting setting = {.key = "structure", .value = building->structure};
    struct settings settings = {&setting, 1};
    built = (struct built){.arena = arena_new(PAGE_MEMORY)};
    struct call call = {
        .module = "page", .defaults = &settings, .arena = built.arena, .fault = fault};
    buffer_init(&built.facts, FACTS_MAX_BYTES);
    static const struct page_part parts[] = {
        {PAGE_NEED_STYLE, "http://b.example/s.css", "http://b.example/s.css", "",
         SPAN_LITERAL("b{visibility:hidden}")},
        {PAGE_NEED_FRAME, "http://b.example/f", "http://c.example/", "",
         SPAN_LITERAL("<h2>In a frame</h2><a href=z>z</a>")}};
    void *state = NULL;
    torture_go_on();
    for (size_t i = 0; i < building->parts; i++)
        if (www4mail_module.builder->add(&call, &state, &parts[i]) != MODULE_OK) {
            torture_end();
            done(&built);
            return false;
        }
    built.result = www4mail_module.builder->build(
        &call, state, (struct span){html, sizeof html - 1}, &html_hints, &built.facts, &built.tree);
    torture_end();
    bool whole = built.result == MODULE_OK;
    if (whole && building->nodes == 0) {
        building->nodes = built.tree->node_count;
        building->links = built.tree->link_count;
        building->facts = built.facts.len;
    } else if (whole) {
        assert_int_equal(built.tree->node_count, building->nodes);
        assert_int_equal(built.tree->link_count, building->links);
        assert_int_equal(built.facts.len, building->facts);
    }
    done(&built);
    return whole;
}

static void test_memory_ends(void **state)
{
    (void)state;
    struct building building = {.structure = "yes"};
    assert_true(torture_allocations(&(struct torture){.attempt = build_page,
                                                      .context = &building,
                                                      .also = FAULT_PAGE_TOO_LARGE}) > 10);
}

static void test_memory_ends_with_parts(void **state)
{
    (void)state;
    struct building building = {.structure = "yes", .parts = 2};
    assert_true(torture_allocations(&(struct torture){.attempt = build_page,
                                                      .context = &building,
                                                      .also = FAULT_PAGE_TOO_LARGE}) > 10);
}

static void test_memory_ends_without_structure(void **state)
{
    (void)state;
    struct building building = {.structure = "no"};
    assert_true(torture_allocations(&(struct torture){.attempt = build_page,
                                                      .context = &building,
                                                      .also = FAULT_PAGE_TOO_LARGE}) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_ends),
        cmocka_unit_test(test_memory_ends_with_parts),
        cmocka_unit_test(test_memory_ends_without_structure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
