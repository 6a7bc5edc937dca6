/* SPDX-License-Identifier: ISC */
/* Pages made to hurt the extractor: each is answered, soundly, in time linear in its size. */
#include "test/unit/article_help.h"

static void check_tree(const struct tree *tree)
{
    for (uint32_t i = 0; tree && i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        assert_true(node->end > i && node->end <= tree->node_count);
        assert_true(i == 0 ? node->parent == TREE_NONE : node->parent < i);
        assert_true(i == 0 || node->end <= tree->nodes[node->parent].end);
        assert_true(node->first_child == TREE_NONE || node->first_child == i + 1);
        assert_true(node->next == TREE_NONE || node->next == node->end);
    }
}

static void answer(struct span page)
{
    static const enum render_part parts[] = {PART_PAGE, PART_ARTICLE, PART_WORDS};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct extraction it;
        extract_page(&it, page, parts[i]);
        assert_int_equal(it.result, MODULE_OK);
        check_tree(it.extract.tree);
        extraction_done(&it);
    }
}

static void repeated(const char *before, const char *what, size_t count, const char *behind)
{
    struct buffer page;
    buffer_init(&page, 64 << 20);
    buffer_add_text(&page, before);
    for (size_t i = 0; i < count; i++)
        buffer_add_text(&page, what);
    buffer_add_text(&page, behind);
    assert_false(page.failed);
    answer(buffer_span(&page));
    buffer_free(&page);
}

#define SENTENCE "some words, and others, that are long enough to count as a paragraph."

static void many_candidates(void **state)
{
    (void)state;
    repeated("", "<div class='article body ad share comment'><p>" SENTENCE, 100000, "");
    repeated("", "<p>" SENTENCE "</p><div>", 20000, "");
    repeated("<article>", "<section id=a><h2><a href=/x>t</a></h2>", 20000, SENTENCE);
    repeated("<table>", "<tr><td><table><td>" SENTENCE, 10000, "");
    repeated("<ul>", "<li><ul><li><a href=/x>" SENTENCE "</a>", 20000, "");
}

static void long_names(void **state)
{
    (void)state;
    repeated("<div class='", "article-", 100000, "'><p>" SENTENCE "</p></div>");
    repeated("", "<p class='comment comments commentcomment' id=adadadadad>x</p>", 50000, "");
    repeated("<link rel=amphtml href='http://x.example/", "a", 9000, "'>");
    repeated("<meta name=author content='", "&#8238;A ", 2000, "'><p>" SENTENCE);
}

static void brackets(void **state)
{
    (void)state;
    repeated("<script type=application/json>", "[", 1 << 20, "</script>");
    repeated("<script type=application/ld+json>", "{\"a\":", 1 << 18, "</script>");
    repeated("<script>window.x=", "[", 1 << 20, "</script>");
    repeated("<script>window.x=[", "[],", 1 << 19, "[]]</script>");
    repeated("<script type=application/ld+json>", "\\", 1 << 20, "</script>");
    repeated("", "<script type=application/json>{}</script>", 20000, "");
}

static void strings(void **state)
{
    (void)state;
    repeated("<script></script>", "<p>" SENTENCE, 1, "");
    repeated("<script>", "JSON.parse(\"", 100000, "</script>");
    repeated("<script>JSON.parse('", "\\u12", 200000, "')</script>");
    repeated("<script>JSON.parse('[", "\\\\\\", 200000, "</script>");
    repeated("", "<script>x.push([1,\"1:[\\n2:Tfff,\\n\"])</script>", 20000, "");
    repeated("<script>x.push([1,\"", "a:[[\\nT1,\\n", 100000, "\"])</script>");
    repeated("<script>x.push([1,\"", "a:T0,", 200000, "\"])</script>");
    repeated("<script>x.push([1,\"1:Tffffffffff,", SENTENCE " ", 80000, "\"])</script>");
    repeated("", "<noscript>&lt;p&gt;", 20000, SENTENCE);
    repeated("<meta name='", "dc:title ", 20000, "' content=x>");
    repeated("<p class=byline>Ann", " - 1 |", 20000, "</p><p>" SENTENCE);
    repeated("", "<div class=byline rel=author>", 20000, SENTENCE);
}

static void too_much_data(void **state)
{
    (void)state;
    repeated("<script type=application/json>[\"", SENTENCE " ", 80000, "\"]</script>");
    repeated("<script type=application/json>[", "\"" SENTENCE "\",", 40000, "\"\"]</script>");
}

/* More nodes than are looked at: the page stays whole. */
static void too_many_nodes(void **state)
{
    (void)state;
    struct buffer page;
    struct extraction it;
    buffer_init(&page, 64 << 20);
    for (size_t i = 0; i < 210000; i++)
        buffer_add_text(&page, "<p>x");
    extract_page(&it, buffer_span(&page), PART_ARTICLE);
    assert_int_equal(it.result, MODULE_OK);
    assert_null(it.extract.tree);
    assert_true(it.extract.note.len);
    extraction_done(&it);
    buffer_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_candidates), cmocka_unit_test(long_names),
        cmocka_unit_test(brackets),        cmocka_unit_test(too_much_data),
        cmocka_unit_test(too_many_nodes),  cmocka_unit_test(strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
