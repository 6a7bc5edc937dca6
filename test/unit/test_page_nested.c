/* SPDX-License-Identifier: ISC */
/* page: every element within itself, thousands deep, closed and not: the tree stays in proportion to
 * the page, and the text behind it is there. */
#include "test/unit/page_fixture.h"

enum { TIMES = 5000, NODES_A_TAG = 5 };

static void nest(const char *name, bool closed)
{
    struct buffer page;
    struct built built;
    buffer_init(&page, 4 * 1024 * 1024);
    for (int i = 0; i < TIMES; i++)
        buffer_printf(&page, "<%s>%s%s%s", name, closed ? "</" : "", closed ? name : "",
                      closed ? ">" : "");
    buffer_printf(&page, "</%s><p>last", name);
    build(&built, "yes", buffer_span(&page), &html_hints);
    uint32_t nodes = built.tree->node_count;
    if (nodes > NODES_A_TAG * TIMES)
        fail_msg("<%s> %d times: %u nodes", name, TIMES, (unsigned)nodes);
    done(&built);
    buffer_free(&page);
}

static void test_every_element(void **state)
{
    (void)state;
#define NAME(name) #name,
    static const char *const names[] = {TREE_TAGS(NAME) "custom-tag",
                                        "unknown",
                                        "plaintext",
                                        "xmp",
                                        "layer",
                                        "foreignobject",
                                        "noembed"};
#undef NAME
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        nest(names[i], false);
        nest(names[i], true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_element)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
