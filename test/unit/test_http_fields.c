/* SPDX-License-Identifier: ISC */
/* Fields of HTTP heads, sound and hostile. */
#include "fetchers/web/http_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(16 * 1024 * 1024);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

typedef const char *reader(struct arena *, struct span);

static void check(reader *read, const char *const rows[][2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = read(arena, span_of(rows[i][0]));
        assert_non_null(text);
        if (strcmp(text, rows[i][1]) != 0)
            fail_msg("%s gave %s, not %s", rows[i][0], text, rows[i][1]);
    }
}
#define CHECK(read, rows) check((read), (rows), sizeof(rows) / sizeof *(rows))

static void status_lines(void **state)
{
    (void)state;
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.1 200 OK")), 200);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/2 404")), 404);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.0 302 ")), 302);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.1 2000 OK")), 0);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.1 20 OK")), 0);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.1 -20 OK")), 0);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.1 099 OK")), 0);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.1")), 0);
    assert_int_equal(http_status(SPAN_LITERAL("HTTP/1.1 20")), 0);
    assert_int_equal(http_status(SPAN_LITERAL("Date: 200")), 0);
    assert_int_equal(http_status((struct span){NULL, 0}), 0);
}

static void fields(void **state)
{
    (void)state;
    struct span name, value;
    assert_true(http_field(SPAN_LITERAL("Location:  /x y \t"), &name, &value));
    assert_true(span_equal(name, SPAN_LITERAL("Location")));
    assert_true(span_equal(value, SPAN_LITERAL("/x y")));
    assert_true(http_field(SPAN_LITERAL("X:"), &name, &value));
    assert_int_equal(value.len, 0);
    assert_false(http_field(SPAN_LITERAL("Location : x"), &name, &value));
    assert_false(http_field(SPAN_LITERAL(" folded: x"), &name, &value));
    assert_false(http_field(SPAN_LITERAL(": x"), &name, &value));
    assert_false(http_field(SPAN_LITERAL("no colon"), &name, &value));
    assert_false(http_field(SPAN_LITERAL("a\0b: x"), &name, &value));
    assert_false(http_field((struct span){NULL, 0}, &name, &value));
}

static void types(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"text/html", "text/html"},
        {" Text/HTML ; charset=utf-8", "text/html"},
        {"application/xhtml+xml;q", "application/xhtml+xml"},
        {"text", ""},
        {"text/", ""},
        {"/html", ""},
        {"text/html/x", ""},
        {"text/ht ml", ""},
        {"text/html, text/plain", ""},
        {"te\x1bxt/html", ""},
        {"", ""},
        {";", ""},
    };
    CHECK(http_type, rows);
    char *text = arena_alloc(arena, 300);
    memset(text, 'a', 299);
    text[4] = '/';
    assert_string_equal(http_type(arena, span_of(text)), "");
    assert_string_equal(http_type(arena, SPAN_LITERAL("te\0xt/html")), "");
}

static void charsets(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"text/html; charset=utf-8", "utf-8"},
        {"text/html;CHARSET=\"Windows-1252\"", "Windows-1252"},
        {"text/html; a=b; charset = iso-8859-1 ; c=d", "iso-8859-1"},
        {"text/html; a=\"; charset=wrong\"; charset=right", "right"},
        {"text/html; x; charset=utf-8", "utf-8"},
        {"text/html; charset=\"utf-8", "utf-8"},
        {"text/html; charset=one; charset=two", "one"},
        {"text/html; charset=", ""},
        {"text/html; charset", ""},
        {"text/html; charset=\"\"", ""},
        {"text/html; charset=a\x01"
         "b",
         ""},
        {"text/html; charset=a b", ""},
        {"text/html; charset=12345678901234567890123456789012345678901", ""},
        {"text/html", ""},
        {"charset=utf-8", ""},
        {"", ""},
    };
    CHECK(http_charset, rows);
}

static void languages(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"de", "de"},
        {" en-GB , fr", "en-GB"},
        {"zh-Hant-TW", "zh-Hant-TW"},
        {"de;q=1", ""},
        {"d\xc3\xa9", ""},
        {"", ""},
        {",de", ""},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
    };
    CHECK(http_language, rows);
}

static void file_names(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"attachment; filename=report.pdf", "report.pdf"},
        {"attachment; filename=\"my report.pdf\"", "my report.pdf"},
        {"inline;FILENAME=\"a \\\"b\\\".txt\"", "a _b_.txt"},
        {"attachment; filename=a.txt; filename*=UTF-8''%c3%a9.txt", "\xc3\xa9.txt"},
        {"attachment; filename*=utf-8'de'%C3%A9%2Etxt; filename=a.txt", "\xc3\xa9.txt"},
        {"attachment; filename*=ISO-8859-1''%e9.txt", "\xc3\xa9.txt"},
        {"attachment; filename*=koi8-r''%e9; filename=b.txt", "b.txt"},
        {"attachment; filename*=UTF-8''; filename=b.txt", "b.txt"},
        {"attachment; filename*=junk; filename=b.txt", "b.txt"},
        {"attachment; filename*=UTF-8''100%; filename=b.txt", "100%"},
        {"attachment; filename*=UTF-8''%zz%4", "%zz%4"},
        {"attachment; filename=\"\xe9.txt\"", "\xc3\xa9.txt"},
        {"attachment; filename=\"\xc3\xa9.txt\"", "\xc3\xa9.txt"},
        {"attachment; filename=\"../../etc/passwd\"", "passwd"},
        {"attachment; filename=\"C:\\dir\\x.exe\"", "x.exe"},
        {"attachment; filename*=UTF-8''..%2f..%2fx", "x"},
        {"attachment; filename*=UTF-8''a%5cb", "b"},
        {"attachment; filename=\"/\"", ""},
        {"attachment; filename=\"..\"", ""},
        {"attachment; filename=\". .bashrc\"", "bashrc"},
        {"attachment; filename=\"x.exe. . \"", "x.exe"},
        {"attachment; filename*=UTF-8''a%0d%0aBcc:%20x%00y", "aBcc_ xy"},
        {"attachment; filename*=UTF-8''a%E2%80%AEfdp.exe", "afdp.exe"},
        {"attachment; filename*=UTF-8''a%C2%85b%7f", "ab"},
        {"attachment; filename*=UTF-8''%ff%fe", "\xc3\xbf\xc3\xbe"},
        {"attachment; filename=\"a<b>|c?*.txt\"", "a_b__c__.txt"},
        {"attachment; filename=\"open", "open"},
        {"attachment; filename=\"a\\", ""},
        {"attachment; filename=\"", ""},
        {"attachment; filename=", ""},
        {"attachment", ""},
        {"", ""},
        {";;;=;=;\"", ""},
        {"attachment; name=\"; filename=evil.exe\"", ""},
    };
    CHECK(http_file_name, rows);
}

static void long_file_names(void **state)
{
    (void)state;
    char text[1024] = "attachment; filename=\"";
    size_t start = strlen(text);
    for (size_t i = start; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    const char *name = http_file_name(arena, (struct span){text, sizeof text - 2});
    assert_true(strlen(name) <= HTTP_FILE_NAME_MAX);
    assert_true(strlen(name) >= HTTP_FILE_NAME_MAX - 1);
    assert_int_equal(strlen(name) % 2, 0);
}

static void memory_is_short(void **state)
{
    (void)state;
    struct arena *none = arena_new(0);
    assert_null(http_type(none, SPAN_LITERAL("text/html")));
    assert_null(http_charset(none, SPAN_LITERAL("text/html; charset=x")));
    assert_null(http_language(none, SPAN_LITERAL("de")));
    assert_null(http_file_name(none, SPAN_LITERAL("a; filename*=utf-8''x")));
    assert_null(http_file_name(none, SPAN_LITERAL("a; filename=x")));
    arena_free(&none);
}

/* Whatever comes in, every reader gives a short text without control bytes. */
static void garbage(void **state)
{
    (void)state;
    static const char alphabet[] = ";=\"\\/ '%*afilenmctuchrstUTF-8\x01\r\n\xc3\xa9\xff";
    static reader *const readers[] = {http_type, http_charset, http_language, http_file_name};
    uint32_t seed = 99;
    for (int round = 0; round < 20000; round++) {
        char text[96];
        size_t prefix = round % 2 ? 22 : 0, len;
        memcpy(text, "attachment; filename*=", prefix);
        seed = seed * 1664525 + 1013904223;
        size_t wanted = prefix + (seed >> 16) % (sizeof text - 22);
        for (len = prefix; len < wanted; len++) {
            seed = seed * 1664525 + 1013904223;
            text[len] = alphabet[(seed >> 16) % sizeof alphabet];
        }
        struct arena *own = arena_new(64 * 1024);
        char *exact = malloc(len ? len : 1); /* so that a sanitizer sees a read too far */
        memcpy(exact, text, len);
        for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
            const char *out = readers[i](own, (struct span){exact, len});
            assert_non_null(out);
            assert_true(strlen(out) <= 127);
            for (const char *c = out; *c; c++)
                assert_true((unsigned char)*c >= ' ' && *c != 0x7f && *c != '\\');
        }
        free(exact);
        arena_free(&own);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_lines),    cmocka_unit_test(fields),
        cmocka_unit_test(types),           cmocka_unit_test(charsets),
        cmocka_unit_test(languages),       cmocka_unit_test(file_names),
        cmocka_unit_test(long_file_names), cmocka_unit_test(memory_is_short),
        cmocka_unit_test(garbage),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
