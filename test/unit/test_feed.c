/* SPDX-License-Identifier: ISC */
/* feed: RSS 0.9x, 1.0, 2.0 and Atom as the same list; what feeds get wrong; limits. */
#include "render/types/feed.h"

#include "test/unit/types_fixture.h"

#define RSS "<rss version='2.0'><channel><title>T</title>"
#define END "</channel></rss>"

static void test_rss(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL(
              "<?xml version='1.0'?>\n<rss version='2.0' xmlns:dc='x' xmlns:atom='y'><channel>"
              "<title>News &amp;amp; more</title><link>https://b.example/</link>"
              "<atom:link rel='self' href='https://b.example/feed'/><description>D</description>"
              "<language>de-AT</language><image><title>Logo</title><link>x</link></image>"
              "<item><title>&lt;i&gt;One&lt;/i&gt; &amp;#8217;</title><link>/1?a=1&amp;b=2</link>"
              "<pubDate>Wed, 02 Oct 2002 13:00:00 GMT</pubDate><dc:creator>Ann</dc:creator>"
              "<description><![CDATA[<p>Text <a href='more'>more</a><script>no</script>]]>"
              "</description><enclosure url='https://b.example/a.mp3' length='12345678' "
              "type='audio/mpeg'/></item></channel></rss>"),
          &typed_hints);
    expect_outline(&built,
                   "<h1><a 1>News & more</a></h1><div>D</div><article><h2><a 2>One \u2019</a></h2>"
                   "<div>2002-10-02 13:00 UTC, Ann</div><div><p>Text <a 3>more</a></p></div>"
                   "<div><a 4>Audio</a> (audio/mpeg, 12.3 MB)</div></article><p></p>");
    expect_link(&built, 2, "http://example.org/1?a=1&b=2");
    expect_link(&built, 3, "http://example.org/dir/more");
    expect_fact(&built, FACT_TITLE, "News & more");
    expect_fact(&built, FACT_LANGUAGE, "de-AT");
    expect_fact(&built, FACT_TYPE, "application/rss+xml");
    expect_fact(&built, FACT_SIMPLIFIED, NULL);
    done(&built);
}

static void test_rdf(void **state)
{
    (void)state;
    expect("<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel><title>T</title>"
           "<items><rdf:Seq/></items></channel><item><title>One</title><link>http://a.example/"
           "</link><description>d</description></item></rdf:RDF>",
           "<h1>T</h1><article><h2><a 1>One</a></h2><div>d</div></article><p></p>");
}

static void test_atom(void **state)
{
    (void)state;
    struct built built;
    build(&built, "yes",
          SPAN_LITERAL(
              "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='fr' "
              "xml:base='http://b.example/c/'>"
              "<title type='html'>A &lt;b&gt;B&lt;/b&gt;</title><subtitle>x &lt;y&gt;</subtitle>"
              "<link rel='self' href='feed'/><link href='.'/><author><name>Nobody</name></author>"
              "<entry><title>a &lt; b</title><link rel='alternate' href='one'/>"
              "<link rel='enclosure' href='v.mp4' type='video/mp4' length='999'/>"
              "<updated>2003-12-13T18:30:02+02:00</updated><author><name>Karl</name>"
              "<email>k@b.example</email></author><content type='xhtml'>"
              "<div xmlns='x'><p>Bon <a href='deux'>jour</a><br/>&lt;c&gt;</p></div></content>"
              "</entry></feed>"),
          &typed_hints);
    expect_outline(
        &built,
        "<h1><a 1>A B</a></h1><div>x <y></div><article><h2><a 2>a < b</a></h2>"
        "<div>2003-12-13 18:30 +02:00, Karl</div><div><div><p>Bon <a 3>jour</a><br></br><c>"
        "</p></div></div><div><a 4>Video</a> (video/mp4, 999 bytes)</div></article><p></p>");
    expect_link(&built, 1, "http://b.example/c/");
    expect_link(&built, 2, "http://b.example/c/one");
    expect_link(&built, 3, "http://b.example/c/deux");
    expect_link(&built, 4, "http://b.example/c/v.mp4");
    expect_fact(&built, FACT_TYPE, "application/atom+xml");
    expect_fact(&built, FACT_LANGUAGE, "fr");
    done(&built);
}

static void expect_date(const char *text, const char *wanted)
{
    struct arena *arena = arena_new(64 * 1024);
    struct span date = feed_date(arena, span_of(text));
    assert_string_equal(date.at, wanted);
    arena_free(&arena);
}

static void test_dates(void **state)
{
    (void)state;
    expect_date("Wed, 02 Oct 2002 13:00:00 GMT", "2002-10-02 13:00 UTC");
    expect_date(" 2 October 2002 3:05 +0200 ", "2002-10-02 03:05 +0200");
    expect_date("Sat, 7 Sep 02 00:00:01 EST", "2002-09-07 00:00 EST");
    expect_date("02-Oct-99", "1999-10-02");
    expect_date("2020-01-02", "2020-01-02");
    expect_date("2020-01-02T03:04:05.678Z", "2020-01-02 03:04 UTC");
    expect_date("2020-13-02", "2020-13-02");
    expect_date("yesterday\nat   noon", "yesterday at noon");
    expect_date("2020-01-02 03:04 <b>x</b>", "2020-01-02 03:04");
    expect_date("", "");
}

static void test_entries(void **state)
{
    (void)state;
    expect(RSS END, "<h1>T</h1><p>There are no entries.</p>");
    expect(RSS "<item><description>Few words</description><guid>http://a.example/1</guid></item>"
               "<item><guid isPermaLink='false'>http://a.example/2</guid></item>" END,
           "<h1>T</h1><article><h2><a 1>Few words</a></h2></article>"
           "<article><h2>(no title)</h2></article><p></p>");
    struct built built;
    struct span three = SPAN_LITERAL(RSS "<item><title>a</title><description>one two three four "
                                         "five</description></item><item><title>b</title></item>"
                                         "<item><title>c</title></item>" END);
    build_set(&built, "entries", "2", three);
    assert_true(outline_has(&built, "<h2>b</h2></article><p>The first 2 of 3 entries.</p>"));
    done(&built);
    build_set(&built, "entries", "3", three);
    assert_true(outline_has(&built, "<h2>c</h2></article><p></p>"));
    done(&built);
    build_set(&built, "summary", "10", three);
    assert_true(outline_has(&built, "<div>one two three \u2026</div>"));
    done(&built);
    build_set(&built, "summary", "0", three);
    assert_true(outline_has(&built, "<h2>a</h2></article>"));
    done(&built);
}

static void test_mistakes(void **state)
{
    (void)state;
    /* Blanks before the start, stray ampersands, controls, entities of HTML, what follows. */
    expect("\n \n<?xml version='1.0'?>" RSS
           "<item><title>A & B &nbsp;&eacute;\x01!</title><link>http://a.example/?x=1&y=2</link>"
           "<description><![CDATA[a & b]]></description></item>" END "\njunk & more",
           "<h1>T</h1><article><h2><a 1>A & B \u00E9!</a></h2><div>a & b</div></article><p></p>");
    struct built built;
    build(&built, "yes", SPAN_LITERAL(RSS "<item><title>a</title></item><item><title>b</item>"),
          &typed_hints);
    assert_true(outline_has(&built, "<h2>a</h2>"));
    expect_fact(&built, FACT_SIMPLIFIED,
                "the feed is damaged, what stands behind the damage is missing");
    done(&built);
    expect_pass(SPAN_LITERAL("<rss version='2.0'><channel><title>T</titel>"));
    expect_pass(SPAN_LITERAL("<svg/>"));
    expect_pass(SPAN_LITERAL("<html xmlns='http://www.w3.org/1999/xhtml'><p>a"));
    expect_pass(SPAN_LITERAL(""));
}

static void test_charsets(void **state)
{
    (void)state;
    struct built built;
    struct page_hints hints = typed_hints;
    struct span latin = SPAN_LITERAL("<?xml version=\"1.0\" encoding='ISO-8859-2'?>" RSS
                                     "<item><title>\xE6</title></item>" END);
    build(&built, "yes", latin, &hints);
    assert_true(outline_has(&built, "<h2>\u0107</h2>"));
    expect_fact(&built, FACT_CHARSET, "iso-8859-2");
    done(&built);
    hints.charset = "koi8-r";
    build(&built, "yes", latin, &hints);
    expect_fact(&built, FACT_CHARSET, "koi8-r");
    done(&built);
}

static void test_entities(void **state)
{
    (void)state;
    struct built built;
    /* One that is declared is not expanded, one that is made of others ends the reading. */
    build(&built, "yes",
          SPAN_LITERAL("<!DOCTYPE rss [<!ENTITY a 'secret'>]>" RSS
                       "<item><title>x &a; y</title></item>" END),
          &typed_hints);
    assert_false(outline_has(&built, "secret"));
    assert_true(outline_has(&built, "<h2>x &a; y</h2>"));
    done(&built);
    expect_pass(SPAN_LITERAL("<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>" RSS
                             "<item><title>&b;</title></item>" END));
    expect_pass(SPAN_LITERAL("<!DOCTYPE rss [<!ENTITY % p SYSTEM 'http://a.example/x'>%p;]>" RSS
                             "<item><title>a</title></item>" END));
    build(&built, "yes",
          SPAN_LITERAL("<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" RSS
                       "<item><title>[&x;]</title></item>" END),
          &typed_hints);
    assert_true(outline_has(&built, "<h2>[]</h2>"));
    done(&built);
}

static void test_hostile(void **state)
{
    (void)state;
    survive(repeated("<rss>", "<a>", 300000, ""));
    survive(repeated(RSS, "<item>", 10000000, ""));
    survive(repeated(RSS, "<item/>", 10000000, END));
    survive(repeated(RSS "<item><title>", "&", 1000000, "</title></item>" END));
    survive(repeated(RSS "<item><description>", "&lt;div>", 2000000, "</description></item>" END));
    survive(repeated(RSS "<item><description>", "<b>", 2000000, ""));
    survive(repeated(RSS "<item ", "a='1' ", 100000, "/>" END));
    survive(repeated(RSS, "<!--", 2000000, ""));
    survive(repeated(RSS, "<![CDATA[", 2000000, ""));
    struct buffer attributes = repeated("<rss ", "a='x' ", 6, "");
    for (int i = 0; i < 20000; i++)
        buffer_printf(&attributes, "b%d='y' ", i);
    buffer_add_text(&attributes, "/>");
    survive(attributes);
}

static void test_memory(void **state)
{
    (void)state;
    survive_torture(RSS "<item><title>a</title><link>http://a.example/</link><description>&lt;p>b "
                        "&lt;a href='c'>d&lt;/a></description><pubDate>2020-01-02</pubDate>"
                        "<enclosure url='e' length='1' type='f'/></item>" END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rss),      cmocka_unit_test(test_rdf),
        cmocka_unit_test(test_atom),     cmocka_unit_test(test_dates),
        cmocka_unit_test(test_entries),  cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_charsets), cmocka_unit_test(test_entities),
        cmocka_unit_test(test_hostile),  cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
