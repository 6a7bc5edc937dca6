/* SPDX-License-Identifier: ISC */
/* The main text of pages of several makes and languages, and pages that have none. */
#include "test/unit/article_help.h"

#define P1                                                                                         \
    "<p>The ferry to the island runs again, the harbour office said on Tuesday, after a winter "   \
    "in "                                                                                          \
    "which storms, ice and a broken winch had kept it in port.</p>"
#define P2                                                                                         \
    "<p>It leaves twice a day, at eight in the morning and at five in the afternoon, and takes "   \
    "bicycles, dogs and, if they are small, boats on trailers.</p>"
#define P3                                                                                         \
    "<p>Fares stay as they were last year, but islanders, who used to travel free of charge, now " \
    "pay half, which the council defends as the price of a new engine.</p>"

static const char *const story[] = {"ferry to the island", "bicycles, dogs", "new engine.", NULL};

#define HEAD                                                                                       \
    "<!DOCTYPE html><html lang=en><head><title>The ferry runs again | Island Post</title></head>"  \
    "<body><div class=cookie-banner><p>We use cookies, of many kinds, to make this page better "   \
    "for you, for us and for our partners.</p></div><nav><ul><li><a href=/n>News</a><li><a "       \
    "href=/s>Sport</a></ul></nav>"
#define FOOT                                                                                       \
    "<aside><h3>Most read</h3><ul><li><a href=/1>Dog found</a><li><a href=/2>Cat lost</a></ul>"    \
    "</aside><footer><p>Imprint, terms, and all the rest of it.</p></footer></body></html>"

static void find(struct extraction *it, const char *html, enum render_part part)
{
    extract_page(it, span_of(html), part);
}

static void chrome(void **state)
{
    (void)state;
    static const char *const out[] = {"cookies",          "News", "Dog found", "Imprint",
                                      "Tell your",        "Jane", "first",     "See also",
                                      "Winch, once more", NULL};
    struct extraction it;
    find(&it,
         HEAD "<main><h1>The ferry runs again</h1><p class=byline>By Jane Doe</p>" P1
              "<p>See also: <a href=/w>Winch, once more</a></p>" P2
              "<div class=share-box><a href=/f>Tell your friends</a></div>" P3
              "<div id=comments><p>I was the first to see it, and it was grand, believe me, all "
              "of you who stayed at home, as you always do.</p></div></main>" FOOT,
         PART_ARTICLE);
    expect_found(&it, story);
    expect_left_out(&it, out);
    expect_line(it.extract.title, "The ferry runs again");
    expect_line(it.extract.byline, "By Jane Doe");
    assert_null(it.extract.note.at);
    extraction_done(&it);
}

static void kept(void **state)
{
    (void)state;
    static const char *const in[] = {
        "Time table",       "08:00", "Bring a coat", "run_ferry(1);", "two knots",
        "The skipper said", NULL};
    struct extraction it;
    find(&it,
         HEAD "<article><h1>The ferry runs again</h1>" P1 "<h2>Time table</h2>"
              "<table><tr><th>From<th>At</tr><tr><td>Harbour<td>08:00</tr><tr><td>Island<td>17:00"
              "</tr></table>" P2 "<ul><li>Bring a coat<li>Bring a hat</ul>"
              "<pre><code>run_ferry(1);</code></pre>"
              "<blockquote><p>The skipper said that she would not sail against more than two knots "
              "of tide.</p></blockquote>" P3 "</article>" FOOT,
         PART_ARTICLE);
    expect_found(&it, story);
    expect_found(&it, in);
    extraction_done(&it);
}

/* More of them, and longer, than of the story itself. */
static void long_comments(void **state)
{
    (void)state;
    static const char *const out[] = {"grandfather", NULL};
    struct extraction it;
    struct buffer page;
    buffer_init(&page, 1 << 20);
    buffer_add_text(&page, HEAD "<div class=story>" P1 P2 P3 "</div><div class=kommentare>");
    for (unsigned i = 0; i < 12; i++)
        buffer_printf(&page,
                      "<div class=comment-%u><p>My grandfather, who built the first ferry, and the "
                      "second, and who sank with the third, always said, when he was asked, that "
                      "storms come and go, that ice comes and goes, but winches, well.</p></div>",
                      i);
    extract_page(&it, buffer_span(&page), PART_ARTICLE);
    expect_found(&it, story);
    expect_left_out(&it, out);
    extraction_done(&it);
    buffer_free(&page);
}

/* Links do not make a table of results a menu. */
static void table_of_links(void **state)
{
    (void)state;
    static const char *const in[] = {"Red Boat", "12:04", NULL};
    struct extraction it;
    find(&it,
         HEAD
         "<article>" P1 P2
         "<table><tr><th>Boat<th>Time</tr><tr><td><a href=/r>Red Boat of the harbour</a>"
         "<td>12:04</tr><tr><td><a href=/b>Blue Boat of the island</a><td>12:09</tr></table>" P3
         "</article>" FOOT,
         PART_ARTICLE);
    expect_found(&it, story);
    expect_found(&it, in);
    extraction_done(&it);
}

static void captions(void **state)
{
    (void)state;
    static const char page[] =
        HEAD "<article>" P1 "<figure><img src=f.jpg alt=Ferry><figcaption>The ferry in its first "
             "coat of paint.</figcaption></figure>" P2 "<p>With <a href=/e>an engine</a>.</p>" P3
             "</article>" FOOT;
    static const char *const caption[] = {"coat of paint", NULL};
    struct extraction it;
    find(&it, page, PART_ARTICLE);
    expect_found(&it, caption);
    uint32_t links = 0, images = 0;
    for (uint32_t i = 0; i < it.extract.tree->node_count; i++) {
        links += it.extract.tree->nodes[i].link != 0;
        images += it.extract.tree->nodes[i].tag == TAG_img;
    }
    assert_int_equal(links, 1);
    assert_int_equal(images, 1);
    extraction_done(&it);
    find(&it, page, PART_WORDS);
    expect_found(&it, story);
    expect_left_out(&it, caption);
    for (uint32_t i = 0; i < it.extract.tree->node_count; i++) {
        assert_int_equal(it.extract.tree->nodes[i].link, 0);
        assert_int_not_equal(it.extract.tree->nodes[i].tag, TAG_img);
    }
    extraction_done(&it);
}

static void without_blanks(void **state)
{
    (void)state;
    static const char *const in[] = {"島への渡し船は", "自転車と犬", NULL};
    static const char *const out[] = {"ニュース", "利用規約", NULL};
    struct extraction it;
    find(&it,
         "<html lang=ja><title>渡し船が再開</title><body><div class=menu><a href=/n>ニュース</a> "
         "<a href=/s>スポーツ</a></div><div><div>"
         "<p>島への渡し船は、冬の嵐と氷と壊れた巻き上げ機のために港に留まっていたが、火曜日に再開"
         "したと港湾事務所が発表した。</p><p>一日に二便、朝八時と夕方五時に出航し、自転車と犬、"
         "そして小さければ台車に載せた船も運ぶという。</p></div></div>"
         "<div class=footer><a href=/t>利用規約</a></div></body></html>",
         PART_ARTICLE);
    expect_found(&it, in);
    expect_left_out(&it, out);
    extraction_done(&it);
}

static void right_to_left(void **state)
{
    (void)state;
    static const char *const in[] = {"عادت العبارة", "الدراجات", NULL};
    static const char *const out[] = {"الرئيسية", NULL};
    struct extraction it;
    find(&it,
         "<html lang=ar dir=rtl><title>العبارة</title><body><ul class=nav><li><a "
         "href=/>الرئيسية</a><li><a href=/n>أخبار</a></ul><div>"
         "<p>عادت العبارة إلى الجزيرة يوم الثلاثاء، بعد شتاء من العواصف والجليد، وقالت هيئة "
         "الميناء إن "
         "الرافعة المكسورة قد أصلحت أخيرا.</p>"
         "<p>تغادر العبارة مرتين في اليوم، صباحا ومساء، وتحمل الدراجات والكلاب، والقوارب الصغيرة "
         "على عربات أيضا.</p></div></body></html>",
         PART_ARTICLE);
    expect_found(&it, in);
    expect_left_out(&it, out);
    extraction_done(&it);
}

static void loose_text(void **state)
{
    (void)state;
    static const char *const in[] = {"runs again, the harbour", "bicycles, dogs", NULL};
    struct extraction it;
    find(&it,
         "<title>x</title><table><tr><td class=menu><a href=/a>Home</a><br><a href=/b>Maps</a></td>"
         "<td>The ferry runs again, the harbour office said on Tuesday, after a winter in which "
         "storms, ice and a broken winch had kept it in port.<br><br>It takes bicycles, dogs and, "
         "if they are small, boats on trailers, at eight in the morning and at five.</td></tr>"
         "</table>",
         PART_ARTICLE);
    expect_found(&it, in);
    assert_false(extraction_has(&it, "Maps"));
    extraction_done(&it);
}

static void front_page(void **state)
{
    (void)state;
    struct extraction it;
    struct buffer page;
    buffer_init(&page, 1 << 20);
    buffer_add_text(&page, "<title>Island Post</title><body><div id=content>");
    for (unsigned i = 0; i < 12; i++)
        buffer_printf(
            &page,
            "<div class=teaser><h2><a href=/%u>Story number %u</a></h2><p>A few words, of "
            "which there are enough to count, about story %u.</p></div>",
            i, i, i);
    extract_page(&it, buffer_span(&page), PART_ARTICLE);
    assert_int_equal(it.result, MODULE_OK);
    assert_null(it.extract.tree);
    expect_line(it.extract.note, "No article was found on this page; this is all of it.");
    extraction_done(&it);
    buffer_free(&page);
}

static void nothing(void **state)
{
    (void)state;
    struct extraction it;
    find(&it, "", PART_ARTICLE);
    assert_int_equal(it.result, MODULE_OK);
    assert_null(it.extract.tree);
    assert_true(it.extract.note.len);
    extraction_done(&it);
    find(&it, "<ul><li><a href=/1>One</a><li><a href=/2>Two</a></ul>", PART_ARTICLE);
    assert_null(it.extract.tree);
    extraction_done(&it);
}

static void told_by_the_head(void **state)
{
    (void)state;
    struct extraction it;
    find(&it,
         "<title>T | Post</title><meta property=og:title content='The  ferry'><meta name=author "
         "content=http://x.example/a><meta property=article:published_time content=2026-03-04>"
         "<meta property=og:image content=/i.jpg><body><div>" P1 P2 P3
         "<a rel=author href=/a>Ann Boat</a><time datetime=2020-01-01>then</time></div>",
         PART_ARTICLE);
    expect_line(it.extract.title, "The ferry");
    expect_line(it.extract.byline, "Ann Boat");
    expect_line(it.extract.date, "2026-03-04");
    expect_line(it.extract.image, "http://example.org/i.jpg");
    extraction_done(&it);
}

/* A box around a quotation stays, whatever it is called; one with more in it does not. */
static void quotation(void **state)
{
    (void)state;
    static const char *const in[] = {"It was grand", "Bob Sailor", NULL};
    static const char *const out[] = {"Follow us", "on all the networks", NULL};
    struct extraction it;
    find(&it,
         HEAD "<div>" P1 "<div class=social-embed>\n<blockquote><p>It was grand to cross again "
              "<a href=/x>pic.example/x</a></p>Bob Sailor <a href=/b>May 1</a></blockquote>\n"
              "<script src=/w.js></script></div>" P2 P3
              "<div class=social-embed><blockquote><p>Follow us, friends, on all the networks, "
              "every day.</p></blockquote><p>And tell others.</p></div></div>" FOOT,
         PART_ARTICLE);
    expect_found(&it, story);
    expect_found(&it, in);
    expect_left_out(&it, out);
    extraction_done(&it);
}

static enum module_result ask_as(const char *type, enum render_part part)
{
    struct extraction it;
    extraction_ready(&it, SPAN_LITERAL(HEAD "<div>" P1 P2 P3 "</div>" FOOT));
    buffer_free(&it.facts_bytes);
    extraction_facts(&it, type);
    extraction_ask(&it, part);
    enum module_result result = it.result;
    assert_true(result != MODULE_OK || part == PART_PAGE || it.extract.tree);
    assert_true(result == MODULE_OK || (!it.extract.tree && !it.extract.note.len));
    extraction_done(&it);
    return result;
}

/* What is no page has no article: all of it is shown, and nothing said. */
static void other_types(void **state)
{
    (void)state;
    static const char *const others[] = {"application/json",          "application/rss+xml",
                                         "application/atom+xml",      "text/csv",
                                         "text/tab-separated-values", "text/plain"};
    static const char *const pages[] = {"text/html", "application/xhtml+xml", "text/markdown"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(ask_as(others[i], PART_WORDS), MODULE_PASS);
        assert_int_equal(ask_as(others[i], PART_ARTICLE), MODULE_PASS);
        assert_int_equal(ask_as(others[i], PART_PAGE), MODULE_PASS);
    }
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        assert_int_equal(ask_as(pages[i], PART_ARTICLE), MODULE_OK);
    assert_int_equal(ask_as("text/markdown", PART_PAGE), MODULE_PASS);
}

static void expect_said(const char *head, const char *body, const char *title, const char *byline)
{
    struct extraction it;
    struct buffer page;
    buffer_init(&page, 1 << 16);
    buffer_add_text(&page, head);
    buffer_add_text(&page, body);
    buffer_add_text(&page, "<div>" P1 P2 P3 "</div>");
    extract_page(&it, buffer_span(&page), PART_ARTICLE);
    expect_found(&it, story);
    expect_line(it.extract.title, title);
    expect_line(it.extract.byline, byline);
    extraction_done(&it);
    buffer_free(&page);
}

static void said_of_it(void **state)
{
    (void)state;
    expect_said("<title>t</title><meta property='x:title DC:Title' content='The ferry'>"
                "<meta name=author content='Ann Boat (http://ann.example/)'>",
                "", "The ferry", "Ann Boat (http://ann.example/)");
    expect_said("<title>The ferry runs again | News | Island Post</title>",
                "<h1>Island Post</h1><h2>The ferry runs again</h2><p class=byline><a rel=author "
                "href=/ann>Ann Boat</a> - May 1, 2026</p>",
                "The ferry runs again", "Ann Boat");
    expect_said("<title>Ferry time again, and by day — everything about boats</title>",
                "<h1>everything about boats</h1><p class=byline>Ann Boat \u2022 8h</p>", "",
                "Ann Boat");
    expect_said("<title>t</title>", "<span class=author__name>Ann Boat \u2014</span>", "",
                "Ann Boat");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotation),      cmocka_unit_test(other_types),
        cmocka_unit_test(said_of_it),     cmocka_unit_test(chrome),
        cmocka_unit_test(kept),           cmocka_unit_test(captions),
        cmocka_unit_test(without_blanks), cmocka_unit_test(right_to_left),
        cmocka_unit_test(loose_text),     cmocka_unit_test(front_page),
        cmocka_unit_test(nothing),        cmocka_unit_test(told_by_the_head),
        cmocka_unit_test(long_comments),  cmocka_unit_test(table_of_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
