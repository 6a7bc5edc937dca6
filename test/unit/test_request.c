/* SPDX-License-Identifier: ISC */
/* What people write, and which orders come out of it. */
#include "agent/request/parts.h"
#include "agent/request/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct mail {
    enum parts_source source;
    const char *text;
};

static const char *const verb_names[] = {
    [VERB_FETCH] = "FETCH",     [VERB_TEXT] = "TEXT", [VERB_BLIND] = "BLIND",
    [VERB_HTML] = "HTML",       [VERB_BOTH] = "BOTH", [VERB_SOURCE] = "SOURCE",
    [VERB_ARTICLE] = "ARTICLE", [VERB_HELP] = "HELP", [VERB_NOT_YET] = "NOT"};

/* The orders of a request as "VERB[word] argument|...", with the number left out at the end. */
static void describe(const struct request *request, struct buffer *out)
{
    for (size_t i = 0; i < request->count; i++) {
        const struct order *order = &request->orders[i];
        bool shown = order->verb == VERB_NOT_YET;
        buffer_printf(out, "%s%s%s%s%s%s", i ? "|" : "", verb_names[order->verb], shown ? " " : "",
                      shown ? order->word : "", order->argument[0] ? " " : "", order->argument);
    }
    if (request->left_out)
        buffer_printf(out, " +%zu", request->left_out);
}

static void read_mail(const struct mail *parts, size_t count, const char *subject, size_t limit,
                      struct buffer *out)
{
    struct flat_writer writer;
    struct buffer bytes;
    struct flat flat;
    struct request request;
    struct arena *arena = arena_new(64 * 1024 * 1024);
    buffer_init(&bytes, 16 * 1024 * 1024);
    flat_begin(&writer, PARTS_KIND, PARTS_SHAPE, 16 * 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        flat_number(&writer, parts[i].source);
        flat_number(&writer, 0);
        flat_text(&writer, SPAN_LITERAL("text/plain"));
        flat_text(&writer, SPAN_LITERAL(""));
        flat_text(&writer, span_of(parts[i].text));
    }
    assert_true(flat_end(&writer, &bytes));
    assert_true(flat_open(&flat, PARTS_KIND, PARTS_SHAPE, buffer_span(&bytes)));
    assert_true(request_read(arena, &flat, span_of(subject),
                             &(struct request_limits){.orders = limit}, &request));
    describe(&request, out);
    buffer_free(&bytes);
    arena_free(&arena);
}

static void expect(const char *body, const char *subject, const char *wanted)
{
    struct buffer out;
    struct mail mail = {PARTS_PLAIN, body};
    buffer_init(&out, 1 << 20);
    read_mail(&mail, 1, subject, 5, &out);
    const char *got = out.len ? out.at : "";
    if (strcmp(got, wanted) != 0)
        print_error("body: %.300s\nsubject: %s\n", body, subject);
    assert_string_equal(got, wanted);
    buffer_free(&out);
}

struct row {
    const char *body, *wanted;
};

static void expect_all(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(rows[i].body, "", rows[i].wanted);
}

#define EXPECT_ALL(rows) expect_all((rows), sizeof(rows) / sizeof *(rows))

static void test_bare_urls(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"https://example.org/\n", "FETCH https://example.org/"},
        {"example.org\n", "FETCH example.org"},
        {"example.org/path?q=1\n", "FETCH example.org/path?q=1"},
        {"www.example.org\n", "FETCH www.example.org"},
        {"WWW.EXAMPLE.ORG\n", "FETCH WWW.EXAMPLE.ORG"},
        {"Https://Example.org/\n", "FETCH Https://Example.org/"},
        {"m\xc3\xbcnchen.example/stra\xc3\x9f"
         "e\n",
         "FETCH m\xc3\xbcnchen.example/stra\xc3\x9f"
         "e"},
        {"192.0.2.1/x\n", "FETCH 192.0.2.1/x"},
        {"example.org:8080/x\n", "FETCH example.org:8080/x"},
        {"http://[2001:db8::1]\n", "FETCH http://[2001:db8::1]"},
        {"ftp://example.org/pub/\n", "FETCH ftp://example.org/pub/"},
        {"a.example b.example\n", "FETCH a.example|FETCH b.example"},
        {"https://a.example/\nhttps://b.example/\n",
         "FETCH https://a.example/|FETCH https://b.example/"},
        {"https://a.example/ <https://a.example/>\n", "FETCH https://a.example/"},
        {"a.example<http://a.example/>\n", "FETCH a.example"},
        {"\xc2\xa0https://example.org/\xe2\x80\x8b\n", "FETCH https://example.org/"},
        {"Thanks.\n", ""},
        {"i.e.\n", ""},
        {"J.Doe\n", ""},
        {"3.5\n", "NOT 3.5"},
        {"bob@example.org\n", ""},
        {"1.2.3\n", "NOT 1.2.3"},
        {"example.\n", ""},
        {"..\n", ""},
    };
    EXPECT_ALL(rows);
}

static void test_repairs(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"https://example.org/a.\n", "FETCH https://example.org/a"},
        {"(https://example.org/a),\n", "FETCH https://example.org/a"},
        {"<https://example.org/a>\n", "FETCH https://example.org/a"},
        {"<URL:https://example.org/a>\n", "FETCH https://example.org/a"},
        {"\"https://example.org/a\";\n", "FETCH https://example.org/a"},
        {"\xe2\x80\x9chttps://example.org/a\xe2\x80\x9d\n", "FETCH https://example.org/a"},
        {"*https://example.org/a*\n", "FETCH https://example.org/a"},
        {"https://example.org/a_(b)\n", "FETCH https://example.org/a_(b)"},
        {"(https://example.org/a_(b))\n", "FETCH https://example.org/a_(b)"},
        {"http://www,example,org/a,b\n", "FETCH http://www.example.org/a,b"},
        {"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fx%3Fa%3D1"
         "&data=05%7C01\n",
         "FETCH https://example.org/x?a=1"},
        {"https://www.google.com/url?sa=t&q=https%3A%2F%2Fexample.org%2F&usg=x\n",
         "FETCH https://example.org/"},
        {"https://www.google.de/url?url=http://example.org/\n", "FETCH http://example.org/"},
        {"https://www.google.com/url?q=javascript%3Aalert(1)\n",
         "FETCH https://www.google.com/url?q=javascript%3Aalert(1)"},
        {"https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F%0d%0aX\n",
         "FETCH https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F%0d%0aX"},
        {"https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F%af\n",
         "FETCH https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F%af"},
        {"https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F%c2%85\n",
         "FETCH https://www.google.com/url?q=https%3A%2F%2Fexample.org%2F%c2%85"},
        {"https://www.google.com/search?q=https://example.org/\n",
         "FETCH https://www.google.com/search?q=https://example.org/"},
    };
    EXPECT_ALL(rows);
}

static void test_verbs(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET https://example.org/\n", "TEXT https://example.org/"},
        {"send example.org\n", "TEXT example.org"},
        {"Text: example.org\n", "TEXT example.org"},
        {"blind example.org\n", "BLIND example.org"},
        {"html https://a.example/ https://b.example/\n",
         "HTML https://a.example/|HTML https://b.example/"},
        {"BOTH example.org\n", "BOTH example.org"},
        {"SOURCE example.org\nxsource example.org\nTSOURCE example.org\n",
         "SOURCE example.org|SOURCE example.org|SOURCE example.org"},
        {"GET SOURCE https://example.org/\n", "SOURCE https://example.org/"},
        {"get html example.org\n", "HTML example.org"},
        {"ARTICLE example.org\n", "ARTICLE example.org"},
        {"please send https://example.org/ thank you\n", "TEXT https://example.org/"},
        {"GET\nhttps://example.org/\n", "TEXT https://example.org/"},
        {"HTML\n\nexample.org\n", "HTML example.org"},
        {"GET\nhello\n", ""},
        {"GET example.org <http://example.org>\n", "TEXT example.org"},
        {"GET http:/broken\n", "TEXT http:/broken"},
        {"GET mailto:a@example.org\n", "TEXT mailto:a@example.org"},
        {"get well soon\n", ""},
        {"Send regards.\n", ""},
        {"Text me later\n", ""},
        {"HELP\n", "HELP"},
        {"help!\n", "HELP"},
        {"Help quota\n", "HELP quota"},
        {"Send help\n", "HELP"},
        {"?\n", "HELP"},
        {"INFO\n", "HELP"},
        {"Help me to find my way\n", ""},
    };
    EXPECT_ALL(rows);
}

static void test_not_yet(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"PAGE https://example.org/\n", "NOT PAGE https://example.org/"},
        {"page 4\n", "NOT page 4"},
        {"XGET=https://example.org/\n", "NOT XGET https://example.org/"},
        {"INFO example.org\n", "NOT INFO example.org"},
        {"GET https://example.org/ FOLLOW 2 5\n", "NOT FOLLOW https://example.org/"},
        {"NEXT\n", "NOT NEXT"},
        {"More.\n", "NOT More"},
        {"More about that later\n", ""},
        {"SEARCH three words here\n", "NOT SEARCH three words here"},
        {"SEARCH three\twords\fhere\n", "NOT SEARCH three words here"},
        {"FORM 2\n", "NOT FORM 2"},
        {"GETSIZE 40k\n", "NOT GETSIZE 40k"},
        {"QUOTA\n", "NOT QUOTA"},
        {"AT 04:30\n", "NOT AT 04:30"},
        {"At home\n", ""},
        {"SUB https://example.org/ DAILY 06:00\n", "NOT SUB https://example.org/ DAILY 06:00"},
        {"JOBS\n", "NOT JOBS"},
        {"XMYLANG es\n", "NOT XMYLANG es"},
        {"3\n", "NOT 3"},
        {"3 5, 7\n", "NOT 3 5, 7"},
        {"3>2\n", "NOT 3>2"},
        {"\xd9\xa3\n", "NOT \xd9\xa3"},
        {"Hello\n3\n", ""},
        {"12345\n", ""},
        {"XMIME\nXNOAUTOZIP\nXNOSTAT\nGET example.org\n", "TEXT example.org"},
        {"XMIME\n3\n", "NOT 3"},
        {"XBYPASS get example.org\n", "TEXT example.org"},
        {"FRESH example.org\n", "FETCH example.org"},
        {"XMIME\n", ""},
    };
    EXPECT_ALL(rows);
    expect("Hello\n3\n", "Re: Some page", "NOT 3");
}

static void test_ends(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"a.example\nEND\nb.example\n", "FETCH a.example"},
        {"a.example\nquit\nb.example\n", "FETCH a.example"},
        {"a.example\nStop.\nb.example\n", "FETCH a.example"},
        {"a.example\n-----\nb.example\n", "FETCH a.example"},
        {"a.example\n_____________\nb.example\n", "FETCH a.example"},
        {"a.example\n=====\nb.example\n", "FETCH a.example"},
        {"a.example\n----\nb.example\n", "FETCH a.example|FETCH b.example"},
        {"a.example\n-=-=-=\nb.example\n", "FETCH a.example|FETCH b.example"},
        {"a.example\n-- \nb.example\n", "FETCH a.example"},
        {"a.example\n--\nb.example\n", "FETCH a.example"},
        {"a.example\nBEGIN\nb.example\nEND\nc.example\n", "FETCH b.example"},
        {"a.example\nBEGIN\nb.example\n", "FETCH a.example|FETCH b.example"},
        {"begin 644 x\na.example\nend\nb.example\n", "FETCH a.example"},
        {"# a.example\nb.example\n", "FETCH b.example"},
        {"END\na.example\n", ""},
    };
    EXPECT_ALL(rows);
}

static void test_mail_programs(void **state)
{
    (void)state;
    static const struct row rows[] = {
        /* a terminal: bottom-posted, with a signature */
        {"On Mon, Jan 05, 2026 at 10:00:00AM +0100, Robot wrote:\n> https://old.example/\n> "
         "text\n\n"
         "GET https://new.example/\n\n-- \nA. Person\nhttps://person.example/\n",
         "TEXT https://new.example/"},
        /* a phone */
        {"Https://example.org/news \n\nSent from my phone\n", "FETCH Https://example.org/news"},
        {"example.org\n\nVon meinem iPhone gesendet\n\n> Am 05.01.2026 um 10:00 schrieb Robot "
         "<r@example.net>:\n> \n> https://old.example/\n",
         "FETCH example.org"},
        /* webmail: attribution over two lines, unquoted original */
        {"https://new.example/\n\nOn Mon, Jan 5, 2026 at 10:00 AM Robot "
         "<robot@example.net>\nwrote:\n"
         "\nhttps://old.example/\n",
         "FETCH https://new.example/"},
        {"Le lun. 5 janv. 2026 \xc3\xa0 10:00, Robot <r@example.net> a \xc3\xa9"
         "crit :\n\n"
         "> https://old.example/\n\nget new.example\n",
         "TEXT new.example"},
        /* an office program: rule, header block, tail */
        {"HTML https://new.example/\n\n________________________________\nFrom: Robot\nSent: "
         "Monday\n"
         "To: A\nSubject: x\n\nhttps://old.example/\n",
         "HTML https://new.example/"},
        {"get new.example\n\nVon: Robot <r@example.net>\nGesendet: Montag\nAn: A\nBetreff: x\n\n"
         "https://old.example/\n",
         "TEXT new.example"},
        {"new.example\n\nGet Outlook for Android<https://aka.example/x>\n", "FETCH new.example"},
        {"new.example\n\nGet Outlook for Android\n<https://aka.example/x>\n", "FETCH new.example"},
        {"-----Original Message-----\nhttps://old.example/\n", ""},
        {"new.example\n---------- Forwarded message ---------\nFrom: A\nhttps://old.example/\n",
         "FETCH new.example"},
        {"Begin forwarded message:\n\nhttps://old.example/\n", ""},
        /* signed */
        {"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nget new.example\n"
         "-----BEGIN PGP SIGNATURE-----\n\nold.example\n-----END PGP SIGNATURE-----\n",
         "TEXT new.example"},
        {">>> https://old.example/\n> > https://old.example/\n", ""},
        {"Someone said this:\n> https://old.example/\n\nnew.example\n", "FETCH new.example"},
        {"From: here to there\nnew.example\n", "FETCH new.example"},
    };
    EXPECT_ALL(rows);
}

static void test_sentences(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Hello,\n\ncould you mail me https://example.org/a?b=c, thank you.\n\nBob\nSee "
         "https://footer.example/\n",
         "FETCH https://example.org/a?b=c"},
        {"Look at [this](https://example.org/a).\n", "FETCH https://example.org/a"},
        {"Page of the week <https://example.org/week>\n", "FETCH https://example.org/week"},
        {"I like example.org a lot\n", ""},
        {"see www.example.org there\n", "FETCH www.example.org"},
        {"Hello see https://x.example/\nGET https://y.example/\n", "TEXT https://y.example/"},
        {"read https://x.example/ <https://x.example/> now\n", "FETCH https://x.example/"},
    };
    EXPECT_ALL(rows);
}

/* 72 columns that end inside an address. */
#define LONG "https://example.org/a-rather-long-path/that-goes-on/until-it-reaches-the"

static void test_wrapped(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {LONG "\n-end.html\n", "FETCH " LONG "-end.html"},
        {LONG "\n-end.html\nmore.example\n", "FETCH " LONG "-end.html|FETCH more.example"},
        {"GET " LONG "\n/tail?x=1\n", "TEXT " LONG "/tail?x=1"},
        {LONG "\nhttps://two.example/\n", "FETCH " LONG "|FETCH https://two.example/"},
        {LONG "\nwww.two.example\n", "FETCH " LONG "|FETCH www.two.example"},
        {LONG "\nThanks\n", "FETCH " LONG},
        {LONG "\nEND\nx.example\n", "FETCH " LONG},
        {LONG "\n-----\nx.example\n", "FETCH " LONG},
        {LONG "\nHELP\n", "FETCH " LONG "|HELP"},
        {LONG "\nnot this one\n", "FETCH " LONG},
        {LONG "\n\n-end.html\n", "FETCH " LONG},
        {"https://example.org/short\n-end.html\n", "FETCH https://example.org/short"},
        {"<https://example.org/a/\n  b/c>\n", "FETCH https://example.org/a/b/c"},
        {"get <https://example.org/a/\nb/\nc> please\n", "TEXT https://example.org/a/b/c"},
        {"<https://example.org/a\n\nb>\n", "FETCH https://example.org/a"},
        {"https://example.org/a\\\nb/c\n", "FETCH https://example.org/ab/c"},
        {LONG "=\nend\n", "FETCH " LONG "="},
        {LONG "x=\nmore/x\n", "FETCH " LONG "xmore/x"},
    };
    EXPECT_ALL(rows);
}

static void test_literal(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET https://example.org/$(id)`id`;x|y&z=*?[a]%s%n\n",
         "TEXT https://example.org/$(id)`id`;x|y&z=*?[a]%s%n"},
        {"GET https://example.org/.*(a+)+$\n", "TEXT https://example.org/.*(a+)+$"},
        {"HELP %s%n%s\n", "HELP %s%n%s"},
        {"GET https://example.org/'; DROP TABLE x; --\n", "TEXT https://example.org/"},
    };
    EXPECT_ALL(rows);
}

static void test_subject(void **state)
{
    (void)state;
    expect("", "get https://example.org/", "TEXT https://example.org/");
    expect("\n\n-- \nme\n", "Re: AW: Re[2]: example.org", "FETCH example.org");
    expect("hello\n", "\xe5\x9b\x9e\xe5\xa4\x8d\xef\xbc\x9ahelp", "HELP");
    expect("a.example\n", "b.example", "FETCH a.example");
    expect("", "holiday greetings", "");
    expect("", "", "");
    expect("> https://old.example/\n", "Re: https://old.example/", "FETCH https://old.example/");
}

static void test_parts(void **state)
{
    (void)state;
    struct buffer out;
    buffer_init(&out, 1 << 16);
    struct mail both[] = {{PARTS_PLAIN, "https://a.example/\n"},
                          {PARTS_HTML, "https://a.example/ <https://a.example/>\n"}};
    read_mail(both, 2, "", 5, &out);
    assert_string_equal(out.at, "FETCH https://a.example/");
    buffer_clear(&out);
    struct mail later[] = {{PARTS_OTHER, "x.example\n"},
                           {PARTS_PLAIN, "Hello, see attached\n"},
                           {PARTS_UUENCODED, "GET b.example\n"}};
    read_mail(later, 3, "c.example", 5, &out);
    assert_string_equal(out.at, "TEXT b.example");
    buffer_clear(&out);
    /* A whole order in a later part goes before a sentence in an earlier one. */
    struct mail sentence[] = {{PARTS_PLAIN, "my page is https://me.example/ there\n"},
                              {PARTS_HTML, "GET b.example\n"}};
    read_mail(sentence, 2, "", 5, &out);
    assert_string_equal(out.at, "TEXT b.example");
    buffer_clear(&out);
    read_mail(NULL, 0, "help", 5, &out);
    assert_string_equal(out.at, "HELP");
    buffer_free(&out);
}

static void test_limit(void **state)
{
    (void)state;
    struct buffer out;
    struct mail mail = {PARTS_PLAIN, "a.example\nb.example\nc.example d.example\nHELP\n"};
    buffer_init(&out, 1 << 16);
    read_mail(&mail, 1, "", 2, &out);
    assert_string_equal(out.at, "FETCH a.example|FETCH b.example +3");
    buffer_clear(&out);
    read_mail(&mail, 1, "", 0, &out);
    assert_string_equal(out.at, " +5");
    buffer_free(&out);
}

static void test_exhausted_arena(void **state)
{
    (void)state;
    struct flat_writer writer;
    struct buffer bytes;
    struct flat flat;
    struct request request;
    struct arena *arena = arena_new(300);
    buffer_init(&bytes, 1 << 16);
    flat_begin(&writer, PARTS_KIND, PARTS_SHAPE, 1 << 16);
    flat_number(&writer, PARTS_PLAIN);
    flat_number(&writer, 0);
    flat_text(&writer, SPAN_LITERAL("text/plain"));
    flat_text(&writer, SPAN_LITERAL(""));
    flat_text(&writer, SPAN_LITERAL("GET https://example.org/" LONG LONG LONG LONG "\n"));
    assert_true(flat_end(&writer, &bytes));
    assert_true(flat_open(&flat, PARTS_KIND, PARTS_SHAPE, buffer_span(&bytes)));
    assert_false(request_read(arena, &flat, SPAN_LITERAL(""), &(struct request_limits){.orders = 5},
                              &request));
    buffer_free(&bytes);
    arena_free(&arena);
}

/* A megabyte of anything comes to an end; what is wrong here would take hours. */
static void test_hostile(void **state)
{
    (void)state;
    static const char *const units[] = {">",
                                        "<",
                                        "<http://",
                                        "<http://\n",
                                        "https://a.example/ ",
                                        "https://a.example/\n",
                                        "(",
                                        ")",
                                        "a.",
                                        "\n",
                                        " ",
                                        "\xc2\xa0",
                                        "BEGIN\n",
                                        "On 1 wrote:\n",
                                        "From: x\n",
                                        "begin 644 x\n",
                                        "=\n",
                                        "www.a.example/\\\n",
                                        "GET ",
                                        "please ",
                                        "http://a/?q=",
                                        "://",
                                        "Re:",
                                        "x:",
                                        "((((a.b)",
                                        "\""};
    enum { SIZE = 1024 * 1024 };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t len = strlen(units[i]);
        char *text = malloc(SIZE + 1);
        assert_non_null(text);
        for (size_t at = 0; at < SIZE; at++)
            text[at] = units[i][at % len];
        text[SIZE] = '\0';
        struct buffer out;
        struct mail mail = {PARTS_PLAIN, text};
        buffer_init(&out, 8 * SIZE);
        read_mail(&mail, 1, text, 5, &out);
        assert_false(out.failed);
        buffer_free(&out);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bare_urls),
        cmocka_unit_test(test_repairs),
        cmocka_unit_test(test_verbs),
        cmocka_unit_test(test_not_yet),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_mail_programs),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_wrapped),
        cmocka_unit_test(test_literal),
        cmocka_unit_test(test_subject),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_exhausted_arena),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
