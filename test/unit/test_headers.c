/* SPDX-License-Identifier: ISC */
/* Looking into a header table, and reading the mailboxes of address fields. */
#include "agent/request/address_list.h"
#include "agent/request/headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add_row(struct flat_writer *writer, enum headers_what what, const char *name,
                    const char *value)
{
    flat_number(writer, what);
    flat_text(writer, span_of(name));
    flat_text(writer, span_of(value));
}

static void test_lookups(void **state)
{
    (void)state;
    struct flat_writer writer;
    struct buffer bytes;
    struct flat headers;
    struct span value;
    uint32_t cursor = 0;
    buffer_init(&bytes, HEADERS_MAX_BYTES);
    flat_begin(&writer, HEADERS_KIND, HEADERS_SHAPE, HEADERS_MAX_BYTES);
    add_row(&writer, HEADERS_LINE, "Received", "one");
    add_row(&writer, HEADERS_LINE, "Subject", "hello");
    add_row(&writer, HEADERS_SUBJECT, "", "hello");
    add_row(&writer, HEADERS_LINE, "RECEIVED", "two");
    add_row(&writer, HEADERS_FROM, "Received", "three");
    assert_true(flat_end(&writer, &bytes));
    assert_true(flat_open(&headers, HEADERS_KIND, HEADERS_SHAPE, buffer_span(&bytes)));
    assert_true(headers_next_line(&headers, "received", &cursor, &value));
    assert_true(span_equal(value, SPAN_LITERAL("one")));
    assert_true(headers_next_line(&headers, "received", &cursor, &value));
    assert_true(span_equal(value, SPAN_LITERAL("two")));
    assert_false(headers_next_line(&headers, "received", &cursor, &value));
    assert_true(span_equal(headers_first(&headers, HEADERS_SUBJECT), SPAN_LITERAL("hello")));
    assert_null(headers_first(&headers, HEADERS_FAULT).at);
    assert_int_equal(headers_count(&headers, HEADERS_LINE), 3);
    assert_int_equal(headers_count(&headers, HEADERS_REFERENCE), 0);
    buffer_free(&bytes);
}

/* Every mailbox as name(address), then + for a group and ! for what cannot be read. */
static void expect(const char *field, const char *wanted)
{
    struct address_list list = {.rest = span_of(field)};
    struct mailbox_address mailbox;
    struct buffer out, name;
    buffer_init(&out, 4096);
    buffer_init(&name, 4096);
    buffer_add_text(&out, "");
    while (address_list_next(&list, &mailbox)) {
        buffer_clear(&name);
        assert_true(address_list_name(mailbox.name, &name));
        assert_int_equal(strlen(mailbox.address), mailbox.len);
        buffer_printf(&out, "%s(%s)", name.len ? name.at : "", mailbox.address);
    }
    if (list.group)
        buffer_add_byte(&out, '+');
    if (list.bad)
        buffer_add_byte(&out, '!');
    assert_string_equal(out.at, wanted);
    buffer_free(&out);
    buffer_free(&name);
}

static void test_mailboxes(void **state)
{
    (void)state;
    expect("", "");
    expect("a@example.org", "(a@example.org)");
    expect("Ann <Ann@Example.ORG>", "Ann(Ann@example.org)");
    expect("\"Doe, Ann\" <a@example.org>", "Doe, Ann(a@example.org)");
    expect("\"a\\\"b\" <a@example.org>", "a\"b(a@example.org)");
    expect("John Q. Public [x] <j@example.org>", "John Q. Public [x](j@example.org)");
    expect("=?utf-8?q?boss=40good.example?= <evil@bad.example>",
           "boss@good.example(evil@bad.example)");
    expect("boss@good.example <evil@bad.example>", "boss@good.example(evil@bad.example)");
    expect("\"boss@good.example\" <evil@bad.example>", "boss@good.example(evil@bad.example)");
    expect("a (comment (nested)) @ example.org (x)", "(a@example.org)");
    expect("x (y) z <a@example.org>", "x  z(a@example.org)");
    expect("a@b.example, C <c@d.example>", "(a@b.example)C(c@d.example)");
    expect(",, a@b.example ,", "(a@b.example)");
    expect("\"john doe\"@example.org", "(\"john doe\"@example.org)");
    expect("\"john\"@example.org", "(john@example.org)");
    expect("\"a,b<c>\"@example.org", "(\"a,b<c>\"@example.org)");
    expect("\"a@good.example\"@bad.example", "(\"a@good.example\"@bad.example)");
    expect("a@[192.0.2.1]", "(a@[192.0.2.1])");
    expect("a@[IPv6:2001:db8::1]", "(a@[ipv6:2001:db8::1])");
    expect("a@M\xc3\x9cNCHEN.example", "(a@m\xc3\xbcnchen.example)");
    expect("a@localhost", "(a@localhost)");
}

static void test_groups(void **state)
{
    (void)state;
    expect("Robot:;", "+");
    expect("Friends: a@b.example, c@d.example;", "(a@b.example)(c@d.example)+");
    expect("a@b.example, Group: c@d.example;, e@f.example",
           "(a@b.example)(c@d.example)(e@f.example)+");
}

static void test_bad(void **state)
{
    (void)state;
    static const char *const fields[] = {"nobody",
                                         "a@",
                                         "@b.example",
                                         "a@@b.example",
                                         "a@b.example x",
                                         "<a@b.example",
                                         "<>",
                                         "<a@b.example> x",
                                         "<a@b.example><c@d.example>",
                                         "a b@c.example",
                                         ".a@b.example",
                                         "a.@b.example",
                                         "a..b@c.example",
                                         "a@b..example",
                                         "a@b.example.",
                                         "a@.b.example",
                                         "\"a@b.example",
                                         "(a@b.example",
                                         "<@x.example:a@b.example>",
                                         "a@[192.0.2.1",
                                         "a@b example",
                                         "a@[x y]",
                                         "a@[192>0.2.1]",
                                         "<a@[x<y]>",
                                         "a\xc2\x85@b.example",
                                         "a@b\xe2\x80\xae.example",
                                         "\"a\x01\"@b.example",
                                         "a@\xff.example",
                                         "\xff@b.example",
                                         "<a@b.example>>"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        expect(fields[i], "!");
    expect("a@b.example, nobody", "(a@b.example)!");
}

static void test_long_addresses(void **state)
{
    (void)state;
    char field[1024], wanted[1024];
    char local[301];
    memset(local, 'a', sizeof local - 1);
    local[300] = '\0';
    assert_true(strlen(local) < sizeof field - 20);
    struct buffer text;
    buffer_init(&text, sizeof field);
    buffer_printf(&text, "%s@b.example", local);
    memcpy(field, text.at, text.len + 1);
    buffer_clear(&text);
    buffer_printf(&text, "(%s@b.example)", local);
    memcpy(wanted, text.at, text.len + 1);
    expect(field, wanted);
    buffer_clear(&text);
    buffer_printf(&text, "%saaaaaaaaaaaaaaaaaa@b.example", local);
    expect(text.at, "!");
    buffer_clear(&text);
    buffer_printf(&text, "a@%s.example", local);
    expect(text.at, "!");
    buffer_free(&text);
}

static void test_hostile(void **state)
{
    (void)state;
    static const char *const units[] = {"(",      "()", "\"", "\"\"", "<",
                                        "a@b.c,", "a:", ",",  "\\",   "(\\)"};
    enum { SIZE = 256 * 1024 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct mailbox_address mailbox;
        for (size_t at = 0; at < SIZE; at++)
            text[at] = units[i][at % strlen(units[i])];
        struct address_list list = {.rest = {text, SIZE}};
        size_t count = 0;
        while (address_list_next(&list, &mailbox))
            count++;
        assert_true(count <= SIZE / 6);
    }
    free(text);
}

static void test_domain_at(void **state)
{
    (void)state;
    assert_int_equal(address_list_domain_at(SPAN_LITERAL("a@b.c")), 2);
    assert_int_equal(address_list_domain_at(SPAN_LITERAL("\"a@b\"@c.d")), 6);
    assert_int_equal(address_list_domain_at(SPAN_LITERAL("abc")), 3);
    assert_int_equal(address_list_domain_at(SPAN_LITERAL("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookups),   cmocka_unit_test(test_mailboxes),
        cmocka_unit_test(test_groups),    cmocka_unit_test(test_bad),
        cmocka_unit_test(test_hostile),   cmocka_unit_test(test_long_addresses),
        cmocka_unit_test(test_domain_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
