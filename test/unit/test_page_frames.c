/* SPDX-License-Identifier: ISC */
/* page: the style sheets of a frame hold for what is in it, those of the page for what is not. */
#include "test/unit/page_fixture.h"

/* The visible texts of a page, with a blank between. */
static void shown(const char *html, char out[256])
{
    struct built built;
    size_t len = 0;
    build(&built, "yes", span_of(html), &html_hints);
    for (uint32_t i = 0; i < built.tree->node_count; i++) {
        struct span text = span_trim(tree_text(built.tree, i));
        if (built.tree->nodes[i].tag != TAG_TEXT || built.tree->nodes[i].flags & TREE_HIDDEN ||
            !text.len)
            continue;
        assert_true(len + text.len + 2 < 256);
        memcpy(out + len, text.at, text.len);
        len += text.len;
        out[len++] = ' ';
    }
    out[len] = '\0';
    done(&built);
}

static void test_sheets_of_frames(void **state)
{
    (void)state;
    static const struct {
        const char *html, *text;
    } pages[] = {
        {"<p class=a>1<iframe srcdoc='<style>.a{display:none}</style><p class=a>2<p>3'></iframe>"
         "<p class=a>4",
         "1 3 4 "},
        {"<style>.a{display:none}</style><p class=a>1<p>2<iframe srcdoc='<p class=a>3'></iframe>",
         "2 3 "},
        {"<style>.a{display:none}</style><p class=a>1<p>2"
         "<iframe srcdoc='<style>.b{display:none}</style><p class=a>3<p class=b>4'></iframe>"
         "<iframe srcdoc='<p class=b>5'></iframe><p class=b>6",
         "2 3 5 6 "},
        {"<div class=o><iframe srcdoc='<style>.o .a{display:none}</style><p class=a>1"
         "<div class=o><p class=a>2</div>'></iframe></div>",
         "1 "},
        /* What only looks like a frame. */
        {"<style>.a{display:none}</style><section role=document><p class=a>1<p>2</section>", "2 "},
        {"<table><tr><td>1<iframe srcdoc='<style>.a{display:none}</style><p class=a>2'></iframe>"
         "<tr><iframe srcdoc='<style>.b{display:none}</style><p class=a>3<p class=b>4'></iframe>"
         "</table>",
         "3 1 "}};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        char text[256];
        shown(pages[i].html, text);
        assert_string_equal(text, pages[i].text);
    }
}

/* Frames may fill half of the room for sheets: those of the page come after all the same. */
static void test_room_for_the_page(void **state)
{
    (void)state;
    struct buffer page;
    char text[256];
    buffer_init(&page, 1024 * 1024);
    for (int i = 0; i < 32; i++) {
        buffer_add_text(&page, "<iframe srcdoc='");
        for (int j = 0; j < 4; j++)
            buffer_add_text(&page, "<style>.b{display:none}</style>");
        buffer_add_text(&page, "'></iframe>");
    }
    buffer_add_text(&page, "<style>.a{display:none}</style><p class=a>1<p>2<p class=b>3");
    shown(page.at, text);
    assert_string_equal(text, "2 3 ");
    buffer_free(&page);
}

/* Linked ones are asked for as well, behind those of the page. */
static void test_needs(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL("<iframe srcdoc='<link rel=stylesheet href=b.css><p>1'></iframe>"
                       "<link rel=stylesheet href=/a.css><p>2"),
          &html_hints);
    const char *wanted[] = {"http://example.org/a.css", "http://example.org/dir/b.css"};
    size_t needs = 0;
    for (uint32_t row = 0; row < built.table.rows; row++)
        if (flat_get_number(&built.table, row, FACTS_WHAT) == FACT_NEED) {
            struct span url = flat_get_text(&built.table, row, FACTS_TEXT);
            assert_true(needs < 2);
            assert_true(span_equal(url, span_of(wanted[needs++])));
        }
    assert_int_equal(needs, 2);
    done(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sheets_of_frames),
                                       cmocka_unit_test(test_room_for_the_page),
                                       cmocka_unit_test(test_needs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
