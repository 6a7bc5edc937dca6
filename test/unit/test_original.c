/* SPDX-License-Identifier: ISC */
/* The renderer of originals: type, charset, and a file name that is safe anywhere. */
#include "test/unit/render_help.h"

static void check_name(const char *url, const char *file_name, const char *type,
                       const char *expected)
{
    struct page_hints hints = {.url = url, .file_name = file_name};
    struct rendering *r = render_bytes(SPAN_LITERAL("x"), type, "", &hints);
    assert_int_equal(r->result, MODULE_OK);
    assert_int_equal(r->document.kind, DOCUMENT_ORIGINAL);
    assert_string_equal(r->document.file_name.at, expected);
    assert_int_equal(r->document.body.len, 0);
    rendering_free(&r);
}

static void names_from_addresses(void **state)
{
    (void)state;
    check_name("https://a.example/dir/photo.jpg?x=1/y#z", NULL, "image/jpeg", "photo.jpg");
    check_name("https://a.example/dir/view.php", NULL, "application/pdf", "view.php.pdf");
    check_name("https://a.example/dir/", NULL, "text/html", "page.html");
    check_name("https://a.example", NULL, "text/plain", "page.txt");
    check_name("https://a.example/r%C3%A9sum%C3%A9", NULL, "application/pdf", "résumé.pdf");
    check_name("https://a.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd", NULL, "text/plain",
               "passwd.txt");
    check_name("https://a.example/..%5c..%5cboot.ini", NULL, "application/octet-stream",
               "boot.ini");
    check_name("https://a.example/x%0d%0aBcc:%20y", NULL, "image/png", "x_Bcc__y.png");
    check_name("https://a.example/%00", NULL, "image/png", "page.png");
    check_name(NULL, NULL, "x-unknown/x-y", "page");
    check_name("no address", NULL, "image/gif", "page.gif");
}

static void names_given(void **state)
{
    (void)state;
    check_name("https://a.example/a.jpg", "Report 2026.odt", "application/pdf", "Report_2026.odt");
    check_name("https://a.example/", "../../.bashrc", "text/plain", "bashrc.txt");
    check_name("https://a.example/", "C:\\temp\\x.doc", "application/msword", "x.doc");
    check_name("https://a.example/b.png", "...", "image/png", "b.png");
    check_name("https://a.example/", "-rf \"a\"\x1b;`b`$c\n", "image/png", "rf__a___b__c.png");
    check_name("https://a.example/", "gpj\xe2\x80\xae.exe", "image/png", "gpj.exe");
}

static void long_names(void **state)
{
    (void)state;
    char name[1000];
    for (size_t i = 0; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "é", 3);
    struct page_hints hints = {.url = "https://a.example/", .file_name = name};
    struct rendering *r = render_bytes(SPAN_LITERAL("x"), "image/png", "", &hints);
    assert_in_range(r->document.file_name.len, 50, 130);
    assert_string_equal(r->document.file_name.at + r->document.file_name.len - 6, "é.png");
    rendering_free(&r);
}

static void types(void **state)
{
    (void)state;
    struct rendering *r = render_bytes(SPAN_LITERAL("x"), "text/html", "windows-1252", NULL);
    assert_string_equal(r->document.type.at, "text/html");
    assert_string_equal(r->document.charset.at, "windows-1252");
    rendering_free(&r);
    r = render_bytes(SPAN_LITERAL("x"), "text/html\"; x=y", "a b", NULL);
    assert_string_equal(r->document.type.at, "application/octet-stream");
    assert_int_equal(r->document.charset.len, 0);
    rendering_free(&r);
    r = render_bytes(SPAN_LITERAL("x"), "", "", NULL);
    assert_string_equal(r->document.type.at, "application/octet-stream");
    assert_string_equal(r->document.file_name.at, "page");
    rendering_free(&r);
}

static void declared_only(void **state)
{
    (void)state;
    struct page_hints hints = {.url = "http://a.example/x", .type = "text/css; charset=utf-8"};
    struct rendering *r = rendering_new(72);
    r->input.hints = &hints;
    rendering_call(r);
    assert_int_equal(r->result, MODULE_OK);
    assert_string_equal(r->document.type.at, "text/css");
    assert_string_equal(r->document.file_name.at, "x.css");
    rendering_free(&r);
}

static void no_memory(void **state)
{
    (void)state;
    struct rendering *r = rendering_new(72);
    arena_free(&r->arena);
    r->arena = arena_new(1);
    rendering_call(r);
    assert_int_equal(r->result, MODULE_FAIL);
    assert_int_equal(r->fault.code, FAULT_MEMORY);
    rendering_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_from_addresses), cmocka_unit_test(names_given),
        cmocka_unit_test(long_names),           cmocka_unit_test(types),
        cmocka_unit_test(declared_only),        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
