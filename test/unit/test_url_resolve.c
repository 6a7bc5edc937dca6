/* SPDX-License-Identifier: ISC */
/* Links of pages against their base: the examples of RFC 3986, the wild, the too long. */
#include "agent/base/url.h"

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

static struct url base_url(const char *text)
{
    struct url url;
    struct fault fault = FAULT_INIT;
    assert_true(url_parse(arena, span_of(text), &url, &fault));
    return url;
}

/* Checks a table of {link, absolute}; NULL: does not resolve. */
static void check_links(const char *base_text, const char *const rows[][2], size_t count)
{
    struct url base = base_url(base_text);
    for (size_t i = 0; i < count; i++) {
        struct span out;
        bool ok = url_resolve(arena, &base, span_of(rows[i][0]), &out);
        if (ok != (rows[i][1] != NULL))
            fail_msg("%s gave %s", rows[i][0], ok ? out.at : "nothing");
        if (!ok)
            continue;
        assert_string_equal(out.at, rows[i][1]);
        assert_int_equal(out.len, strlen(rows[i][1]));
    }
}
#define CHECK_LINKS(base, rows) check_links((base), (rows), sizeof(rows) / sizeof *(rows))

/* The examples of RFC 3986 sections 5.4.1 and 5.4.2. */
static void links_of_rfc_3986(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"g:h", "g:h"},
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q#s"},
        {"g#s", "http://a/b/c/g#s"},
        {"g?y#s", "http://a/b/c/g?y#s"},
        {";x", "http://a/b/c/;x"},
        {"g;x", "http://a/b/c/g;x"},
        {"g;x?y#s", "http://a/b/c/g;x?y#s"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/./x", "http://a/b/c/g?y/./x"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"g#s/./x", "http://a/b/c/g#s/./x"},
        {"g#s/../x", "http://a/b/c/g#s/../x"},
        {"http:g", "http://a/b/c/g"},
    };
    CHECK_LINKS("http://a/b/c/d;p?q", rows);
}

static void links_in_the_wild(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"  x y.html \n", "https://example.org:8443/d/x%20y.html"},
        {"x\n\ty", "https://example.org:8443/d/xy"},
        {"\\x\\y?a\\b", "https://example.org:8443/x/y?a%5Cb"},
        {"\\\\other.example\\x", "https://other.example/x"},
        {"https:x", "https://example.org:8443/d/x"},
        {"https:/x", "https://example.org:8443/x"},
        {"http:other.example/x", "http://other.example/x"},
        {"http:////other.example", "http://other.example/"},
        {"HTTP:\\\\OTHER.example", "http://other.example/"},
        {"///other.example/x", "https://other.example/x"},
        {"http://other.example:80/#f g", "http://other.example/#f%20g"},
        {"http://other.example/#", "http://other.example/#"},
        {"http://\xc3\xa9.example/", "http://xn--9ca.example/"},
        {"\xc3\xa9\"<>'", "https://example.org:8443/d/%C3%A9%22%3C%3E'"},
        {"x\x1b[31m", "https://example.org:8443/d/x%1B%5B31m"},
        {"MAILTO:a@example.org?subject=x y", "mailto:a@example.org?subject=x%20y"},
        {"tel:+49 1", "tel:+49%201"},
        {"magnet:?xt=urn", "magnet:?xt=urn"},
        {"gopher://example.org/1", "gopher://example.org/1"},
        {"a:b", "a:b"},
        {"./a:b", "https://example.org:8443/d/a:b"},
        {"1:b", "https://example.org:8443/d/1:b"},
        {"%2e%2e/x", "https://example.org:8443/x"},
        {"javascript:alert(1)", NULL},
        {" java\nscript:alert(1)", NULL},
        {"DATA:text/html,x", NULL},
        {"file:///etc/passwd", NULL},
        {"blob:https://example.org/1", NULL},
        {"http://u:p@example.org/", NULL},
        {"http://0x7f.1/", NULL},
        {"http://exa mple/", NULL},
        {"//[::1", NULL},
        {"http:", NULL},
        {"mailto:", NULL},
        {"tel://", NULL},
    };
    static const char *const more[][2] = {
        {"x", "https://example.org/x"},
        {"?a", "https://example.org/?a"},
        {"#", "https://example.org/#"},
    };
    CHECK_LINKS("https://example.org:8443/d/e?q#f", rows);
    CHECK_LINKS("https://example.org", more);
}

static void links_without_base(void **state)
{
    (void)state;
    struct span out;
    assert_true(url_resolve(arena, NULL, span_of("http://example.org"), &out));
    assert_string_equal(out.at, "http://example.org/");
    assert_true(url_resolve(arena, NULL, span_of("mailto:a@b"), &out));
    assert_false(url_resolve(arena, NULL, span_of("x"), &out));
    assert_false(url_resolve(arena, NULL, span_of("//example.org"), &out));
    assert_false(url_resolve(arena, NULL, span_of(""), &out));
    assert_false(url_resolve(arena, NULL, (struct span){NULL, 0}, &out));
}

static void long_links(void **state)
{
    (void)state;
    size_t len = 1024 * 1024;
    char *link = malloc(len + 1);
    assert_non_null(link);
    memset(link, 'a', len);
    link[len] = '\0';
    struct url base = base_url("http://example.org/x/");
    struct span out;
    assert_false(url_resolve(arena, &base, (struct span){link, len}, &out));
    assert_true(url_resolve(arena, &base, (struct span){link, URL_MAX_BYTES - 21}, &out));
    assert_int_equal(out.len, URL_MAX_BYTES);
    assert_false(url_resolve(arena, &base, (struct span){link, URL_MAX_BYTES - 20}, &out));
    for (size_t i = 0; i + 3 <= URL_MAX_BYTES; i += 3)
        memcpy(link + i, "../", 3);
    assert_true(url_resolve(arena, &base, (struct span){link, 900}, &out));
    assert_string_equal(out.at, "http://example.org/");
    free(link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_of_rfc_3986),
        cmocka_unit_test(links_in_the_wild),
        cmocka_unit_test(links_without_base),
        cmocka_unit_test(long_links),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
