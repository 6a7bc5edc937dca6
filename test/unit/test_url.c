/* SPDX-License-Identifier: ISC */
/* URLs: what parses and to what, what is refused, and garbage. */
#include "agent/base/url.h"
#include "agent/request/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(4 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void check_canonical(const char *text, const char *canonical)
{
    struct url url;
    struct fault fault = FAULT_INIT;
    if (!url_parse(arena, span_of(text), &url, &fault))
        fail_msg("%s refused: %s", text, fault.operator);
    assert_string_equal(url.text, canonical);
    assert_false(fault_is_set(&fault));
    struct url again;
    assert_true(url_parse(arena, span_of(url.text), &again, &fault));
    assert_string_equal(again.text, url.text);
}

static void check_refused_span(struct span text, enum fault_code code)
{
    struct url url;
    struct fault fault = FAULT_INIT;
    if (url_parse(arena, text, &url, &fault))
        fail_msg("%s accepted as %s", text.at, url.text);
    assert_int_equal(fault.code, code);
    assert_non_null(fault.asker);
    fault_clear(&fault);
}

static void check_refused(const char *text, enum fault_code code)
{
    check_refused_span(span_of(text), code);
}

static void canonical_forms(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"http://example.org", "http://example.org/"},
        {"HTTP://EXAMPLE.org:80/", "http://example.org/"},
        {" https://example.org:443/a?b#c\r\n", "https://example.org/a?b"},
        {"https://example.org:80/", "https://example.org:80/"},
        {"http://8.8.8.8:/", "http://8.8.8.8/"},
        {"http://example.org:08080/", "http://example.org:8080/"},
        {"http://example.org./", "http://example.org/"},
        {"http://127.0.0.1./", "http://127.0.0.1/"},
        {"http://8.8.8.8?@127.0.0.1/", "http://8.8.8.8/?@127.0.0.1/"},
        {"http://8.8.8.8#@127.0.0.1/", "http://8.8.8.8/"},
        {"http://8.8.8.8/a b", "http://8.8.8.8/a%20b"},
        {"http://example.org/a/./b/../c", "http://example.org/a/c"},
        {"http://example.org/../../x", "http://example.org/x"},
        {"http://example.org/a/%2e%2E/b", "http://example.org/b"},
        {"http://example.org/a/..", "http://example.org/"},
        {"http://example.org/a//../b", "http://example.org/a/b"},
        {"http://example.org/%7Euser/%41%2f%c3", "http://example.org/~user/A%2F%C3"},
        {"http://example.org/100%", "http://example.org/100%25"},
        {"http://example.org/%%34%31", "http://example.org/%2541"},
        {"http://example.org/%2541", "http://example.org/%2541"},
        {"http://example.org/\xc3\xa9?\xc3\xa9=[1]", "http://example.org/%C3%A9?%C3%A9=%5B1%5D"},
        {"http://example.org/a\\b\r\nc", "http://example.org/a%5Cb%0D%0Ac"},
        {"http://example.org/?", "http://example.org/?"},
        {"http://example.org/?a/../b", "http://example.org/?a/../b"},
        {"http://b\xc3\xbc"
         "cher.example/",
         "http://xn--bcher-kva.example/"},
        {"http://B\xc3\x9c"
         "CHER.example/",
         "http://xn--bcher-kva.example/"},
        {"http://stra\xc3\x9f"
         "e.example/",
         "http://xn--strae-oqa.example/"},
        {"http://\xd0\xb0pple.invalid/", "http://xn--pple-43d.invalid/"},
        {"http://my_host.example/", "http://my_host.example/"},
        {"http://[2001:DB8:0:0::1]/", "http://[2001:db8::1]/"},
        {"http://[::1]:8080/", "http://[::1]:8080/"},
        {"gopher://example.org/1/x", "gopher://example.org/1/x"},
        {"ftp://example.org:21", "ftp://example.org/"},
        {"dict://127.0.0.1:11211/stat", "dict://127.0.0.1:11211/stat"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_canonical(rows[i][0], rows[i][1]);
}

/* Hosts that must come out in the one form that address rules understand. */
static void disguised_hosts(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"http://LOCALHOST/", "http://localhost/"},
        {"http://loca%6chost/", "http://localhost/"},
        {"http://127%2e0%2e0%2e1/", "http://127.0.0.1/"},
        {"http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/", "http://127.0.0.1/"},
        {"http://169\xe3\x80\x82"
         "254\xe3\x80\x82"
         "169\xe3\x80\x82"
         "254/",
         "http://169.254.169.254/"},
        {"http://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.\xe2\x93\xaa.\xe2\x93\xaa.\xe2\x91\xa0/",
         "http://127.0.0.1/"},
        {"http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/", "http://127.0.0.1/"},
        {"http://loc\xf0\x9d\x90\x9alhost/", "http://localhost/"},
        {"http://local\xc2\xadhost/", "http://localhost/"},
        {"http://localhost\xe3\x80\x82/", "http://localhost/"},
        {"http://[::ffff:7f00:1]/", "http://[::ffff:127.0.0.1]/"},
        {"http://[::127.0.0.1]/", "http://[::127.0.0.1]/"},
        {"http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_canonical(rows[i][0], rows[i][1]);
}

static const char *const bad_hosts[] = {
    "http://127.0.1/",
    "http://127.1/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://4294967297/",
    "http://2852039166/",
    "http://1.2.3.4.5/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://256.1.1.1/",
    "http://01.2.3.4/",
    "http://1.2.3.4e.5/",
    "http://host.0x/",
    "http://0/",
    "http://example.0x1f/",
    "http://1.2.3.08/",
    "http://\xef\xbc\x90x7f.1/",
    "http://1\xe3\x80\x82"
    "2/",
    "http://[fe80::1%25lo]/",
    "http://[::1%25]/",
    "http://[fe80::1%lo]/",
    "http://[::1/",
    "http://::1/",
    "http://[]/",
    "http://[::1]x/",
    "http://[::1]]/",
    "http://[1.2.3.4]/",
    "http://[::1]:x/",
    "http://[v1.x]/",
    "http://x[::1]/",
    "http://8.8.8.8@127.0.0.1/",
    "http://127.0.0.1:80\\@8.8.8.8/",
    "http://127.0.0.1%2f@8.8.8.8/",
    "http://u:p@example.org/",
    "http://@example.org/",
    "http://%00127.0.0.1/",
    "http://127.0.0.1,8.8.8.8/",
    "http://a%2fb/",
    "http://a%zz/",
    "http://a%4/",
    "http://a%40b/",
    "http://a%3a80/",
    "http://\xef\xbc\x8f/",
    "http://a\xef\xbc\xa0"
    "b/",
    "http://a\xef\xbc\x85"
    "41/",
    "http://\xff\xfe/",
    "http:///127.0.0.1/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "http://8.8.8.8\r\nHost: x/",
    "http:// 127.0.0.1/",
    "http://a b/",
    "http://a\tb/",
    "http://a\x7f/",
    "http:///",
    "http://",
    "http://./",
    "http://../",
    "http://a..b/",
    "http://.a/",
    "http://a../",
    "http://?x",
    "http://#x",
    "http://:80/",
    "http://\xc2\xad/",
    "http://8.8.8.8:65536/",
    "http://8.8.8.8:0/",
    "http://8.8.8.8:8a/",
    "http://8.8.8.8:-1/",
    "http://8.8.8.8:80:80/",
    "http://8.8.8.8:18446744073709551696/",
    "http://a\\b/",
    "127.0.0.1",
    "example.org",
    "",
    "//example.org/",
    "/x",
    "1http://x/",
    "http",
};

static void refused_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_hosts / sizeof *bad_hosts; i++)
        check_refused(bad_hosts[i], FAULT_BAD_URL);
    check_refused_span(SPAN_LITERAL("http://example.org/\0x"), FAULT_BAD_URL);
    check_refused_span(SPAN_LITERAL("http://exam\0ple.org/"), FAULT_BAD_URL);
    check_refused_span((struct span){NULL, 0}, FAULT_BAD_URL);
}

static void refused_schemes(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "file:///etc/passwd",
        "FILE://localhost/etc/passwd",
        "data:text/html,hi",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "example.org:8080/x",
        "about:blank",
        "tel:123",
        "view-source:http://example.org/",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_refused(rows[i], FAULT_SCHEME);
}

static void parts_are_told(void **state)
{
    (void)state;
    struct url url;
    struct fault fault = FAULT_INIT;
    assert_true(url_parse(arena, span_of("HTTPS://Example.org:8443/a/b?c=d#e f"), &url, &fault));
    assert_string_equal(url.scheme, "https");
    assert_string_equal(url.host, "example.org");
    assert_int_equal(url.port, 8443);
    assert_string_equal(url.path, "/a/b?c=d");
    assert_string_equal(url.fragment, "e%20f");
    assert_true(url_parse(arena, span_of("dict://example.org"), &url, &fault));
    assert_int_equal(url.port, 0);
    assert_string_equal(url.path, "/");
    assert_string_equal(url.fragment, "");
    assert_int_equal(url_scheme_port("https"), 443);
    assert_int_equal(url_scheme_port("gopher"), 70);
    assert_int_equal(url_scheme_port("imap"), 0);
}

static void lengths(void **state)
{
    (void)state;
    char text[URL_MAX_BYTES + 2];
    memset(text, 'a', sizeof text);
    memcpy(text, "http://example.org/", 19);
    struct url url;
    struct fault fault = FAULT_INIT;
    assert_true(url_parse(arena, (struct span){text, URL_MAX_BYTES}, &url, &fault));
    assert_int_equal(strlen(url.text), URL_MAX_BYTES);
    text[sizeof text - 1] = '\0';
    check_refused(text, FAULT_BAD_URL);
    memset(text + 19, '"', 700); /* each becomes three bytes */
    text[719] = '\0';
    check_refused(text, FAULT_BAD_URL);
    memset(text, 'a', 400);
    memcpy(text, "http://", 7);
    text[7 + 64] = '\0';
    check_refused(text, FAULT_BAD_URL); /* a label of 64 */
    text[7 + 63] = '\0';
    check_canonical(text, arena_printf(arena, "%s/", text));
    text[7 + 63] = text[7 + 64] = 'a';
    for (size_t i = 57; i < 7 + 254; i += 50)
        text[i] = '.';
    text[7 + 254] = '\0';
    check_refused(text, FAULT_BAD_URL); /* a name of 254 */
    text[7 + 253] = '\0';
    assert_true(url_parse(arena, span_of(text), &url, &fault));
}

static void memory_is_short(void **state)
{
    (void)state;
    struct arena *small = arena_new(16);
    struct url url;
    struct fault fault = FAULT_INIT;
    struct span out;
    assert_false(url_parse(small, span_of("http://example.org/"), &url, &fault));
    assert_int_equal(fault.code, FAULT_MEMORY);
    fault_clear(&fault);
    assert_false(url_resolve(small, NULL, span_of("http://example.org/"), &out));
    arena_free(&small);
}

static struct url base_url(const char *text)
{
    struct url url;
    struct fault fault = FAULT_INIT;
    assert_true(url_parse(arena, span_of(text), &url, &fault));
    return url;
}

static bool is_printable(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] <= ' ' || text.at[i] > '~' || strchr("\"<>\\^`{|}", text.at[i]))
            return false;
    return true;
}

/* Whatever the bytes, what comes out is printable ASCII and stays itself when read again. */
static void garbage(void **state)
{
    (void)state;
    static const char alphabet[] = "http://a.b:%2e/\\?#@[]0x17 \t\n\xc3\xa9\xef\xbc\x91.,~\"<\x01";
    uint32_t seed = 12345;
    for (int round = 0; round < 30000; round++) {
        char text[64];
        size_t len = 0, prefix = round % 3 == 0 ? 7 : 0;
        memcpy(text, "http://", prefix);
        seed = seed * 1664525 + 1013904223;
        size_t wanted = prefix + (seed >> 16) % (sizeof text - 7);
        for (len = prefix; len < wanted; len++) {
            seed = seed * 1664525 + 1013904223;
            text[len] = alphabet[(seed >> 16) % sizeof alphabet];
        }
        struct arena *own = arena_new(64 * 1024);
        struct fault fault = FAULT_INIT;
        struct url url, again, base;
        struct span out;
        assert_true(url_parse(own, span_of("http://example.org/a/b?c"), &base, &fault));
        if (url_parse(own, (struct span){text, len}, &url, &fault)) {
            assert_true(is_printable(span_of(url.text)));
            assert_true(url_parse(own, span_of(url.text), &again, &fault));
            assert_string_equal(url.text, again.text);
            assert_string_equal(url.host, again.host);
        }
        fault_clear(&fault);
        if (url_resolve(own, &base, (struct span){text, len}, &out)) {
            assert_true(is_printable(out));
            struct span twice;
            assert_true(url_resolve(own, &base, out, &twice));
            assert_true(span_equal(out, twice));
        }
        arena_free(&own);
    }
}

static void localhost_names(void **state)
{
    (void)state;
    struct url yes = base_url("http://LocalHost:8080/"), also = base_url("https://x.y.localhost./");
    struct url no = base_url("http://localhost.example/"), nor = base_url("http://mylocalhost/");
    struct url other = base_url("gopher://localhost/");
    assert_true(url_names_localhost(&yes));
    assert_true(url_names_localhost(&also));
    assert_false(url_names_localhost(&no));
    assert_false(url_names_localhost(&nor));
    assert_false(url_names_localhost(&other));
}

static void format_names(void **state)
{
    (void)state;
    assert_string_equal(format_name(FORMAT_TEXT), "text");
    assert_string_equal(format_name(FORMAT_HTML), "html");
    assert_string_equal(format_name(FORMAT_BOTH), "both");
    assert_string_equal(format_name(FORMAT_SOURCE), "source");
    assert_string_equal(format_name(FORMAT_ARTICLE), "article");
    assert_string_equal(format_name((enum format)99), "text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_forms), cmocka_unit_test(disguised_hosts),
        cmocka_unit_test(refused_hosts),   cmocka_unit_test(refused_schemes),
        cmocka_unit_test(parts_are_told),  cmocka_unit_test(lengths),
        cmocka_unit_test(memory_is_short), cmocka_unit_test(garbage),
        cmocka_unit_test(localhost_names), cmocka_unit_test(format_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
