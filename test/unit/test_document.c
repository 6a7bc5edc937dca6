/* SPDX-License-Identifier: ISC */
/* Documents as flat tables: there and back, and what a reader must refuse. */
#include "render/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct document_link links[] = {
    {1, {"https://a.example/", 18}, {"one", 3}},
    {7, {"https://b.example/", 18}, {"", 0}},
};

static struct document sample(void)
{
    return (struct document){.kind = DOCUMENT_TEXT,
                             .title = SPAN_LITERAL("Title"),
                             .type = SPAN_LITERAL("text/html"),
                             .charset = SPAN_LITERAL("utf-8"),
                             .file_name = SPAN_LITERAL("page.html"),
                             .language = SPAN_LITERAL("de"),
                             .byline = SPAN_LITERAL("Ann"),
                             .date = SPAN_LITERAL("2026-01-02"),
                             .image = SPAN_LITERAL("https://a.example/i.png"),
                             .note = SPAN_LITERAL("From its data."),
                             .body = SPAN_LITERAL("a \nb\n\tc\n"),
                             .links = links,
                             .link_count = 2};
}

/* Writes and reads; false when either would not. */
static bool there_and_back(const struct document *document, struct document *back_out,
                           struct buffer *bytes, struct arena *arena)
{
    buffer_init(bytes, DOCUMENT_MAX_BYTES);
    return document_write(document, bytes) && document_read(arena, buffer_span(bytes), back_out);
}

static bool is_read(const struct document *document)
{
    struct buffer bytes;
    struct document back;
    struct arena *arena = arena_new(100000);
    bool read = there_and_back(document, &back, &bytes, arena);
    buffer_free(&bytes);
    arena_free(&arena);
    return read;
}

static void round_trip(void **state)
{
    (void)state;
    struct buffer bytes;
    struct document document = sample(), back;
    struct arena *arena = arena_new(100000);
    assert_true(there_and_back(&document, &back, &bytes, arena));
    assert_int_equal(back.kind, DOCUMENT_TEXT);
    assert_true(span_equal(back.title, document.title));
    assert_true(span_equal(back.type, document.type));
    assert_true(span_equal(back.charset, document.charset));
    assert_true(span_equal(back.file_name, document.file_name));
    assert_true(span_equal(back.language, document.language));
    assert_true(span_equal(back.byline, document.byline));
    assert_true(span_equal(back.date, document.date));
    assert_true(span_equal(back.image, document.image));
    assert_true(span_equal(back.note, document.note));
    assert_true(span_equal(back.body, document.body));
    assert_int_equal(back.link_count, 2);
    assert_int_equal(back.links[1].number, 7);
    assert_true(span_equal(back.links[0].url, links[0].url));
    assert_true(span_equal(back.links[0].words, links[0].words));
    buffer_free(&bytes);
    arena_free(&arena);
}

static void empty(void **state)
{
    (void)state;
    struct document document = {.kind = DOCUMENT_ORIGINAL};
    assert_true(is_read(&document));
}

static void cut_short(void **state)
{
    (void)state;
    struct buffer bytes;
    struct document document = sample(), back;
    struct arena *arena = arena_new(1000000);
    assert_true(there_and_back(&document, &back, &bytes, arena));
    for (size_t len = 0; len < bytes.len; len++) {
        char *exact = malloc(len + 1);
        memcpy(exact, bytes.at, len);
        assert_false(document_read(arena, (struct span){exact, len}, &back));
        free(exact);
    }
    buffer_free(&bytes);
    arena_free(&arena);
}

/* Any one byte changed: read or refused, but never outside the bytes. */
static void changed(void **state)
{
    (void)state;
    struct buffer bytes;
    struct document document = sample(), back;
    struct arena *arena = arena_new(10000000);
    assert_true(there_and_back(&document, &back, &bytes, arena));
    for (size_t at = 0; at < bytes.len; at++) {
        char was = bytes.at[at];
        for (int value = 0; value < 256; value += 15) {
            bytes.at[at] = (char)value;
            if (!document_read(arena, buffer_span(&bytes), &back))
                continue;
            assert_true(back.body.at >= bytes.at);
            assert_true(back.body.at + back.body.len <= bytes.at + bytes.len);
        }
        bytes.at[at] = was;
    }
    buffer_free(&bytes);
    arena_free(&arena);
}

static void hostile_texts(void **state)
{
    (void)state;
    struct document document = sample();
    document.title = SPAN_LITERAL("a\r\nBcc: x");
    assert_false(is_read(&document));
    document = sample();
    document.body = SPAN_LITERAL("a\x1b[2J");
    assert_false(is_read(&document));
    document.body = SPAN_LITERAL("\xff");
    assert_false(is_read(&document));
    static const char *const names[] = {"../x", ".x", "a/b", "a\nb", "a\xc3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        document = sample();
        document.file_name = span_of(names[i]);
        assert_false(is_read(&document));
    }
    document = sample();
    document.type = SPAN_LITERAL("text/html\n");
    assert_false(is_read(&document));
    document = sample();
    document.kind = (enum document_kind)3;
    assert_false(is_read(&document));
}

static void hostile_links(void **state)
{
    (void)state;
    struct document_link bad[] = {links[0], links[1]};
    struct document document = sample();
    document.links = bad;
    assert_true(is_read(&document));
    bad[1].number = 1;
    assert_false(is_read(&document));
    bad[1].number = 2;
    bad[0].number = 0;
    assert_false(is_read(&document));
    bad[0].number = 1;
    bad[0].url = SPAN_LITERAL("http://a.example/\r\nx");
    assert_false(is_read(&document));
    bad[0] = links[0];
    bad[0].words = SPAN_LITERAL("\x07");
    assert_false(is_read(&document));
}

static void short_of_room(void **state)
{
    (void)state;
    struct document document = sample(), back;
    struct buffer bytes;
    buffer_init(&bytes, 50);
    assert_false(document_write(&document, &bytes));
    assert_true(bytes.failed);
    buffer_free(&bytes);
    struct arena *arena = arena_new(8);
    assert_false(there_and_back(&document, &back, &bytes, arena));
    buffer_free(&bytes);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),    cmocka_unit_test(empty),
        cmocka_unit_test(cut_short),     cmocka_unit_test(changed),
        cmocka_unit_test(hostile_texts), cmocka_unit_test(hostile_links),
        cmocka_unit_test(short_of_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
