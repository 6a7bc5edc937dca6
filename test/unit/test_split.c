/* SPDX-License-Identifier: ISC */
/* Where text and HTML are cut: nothing lost, nothing torn, every piece within its room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/base/buffer.h"
#include "agent/base/file.h"
#include "agent/reply/flow.h"
#include "agent/reply/html_walk.h"
#include "agent/reply/split.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct arena *arena;

static struct split_room room_of(uint64_t bytes, enum mime_encoding encoding)
{
    return (struct split_room){
        .first = bytes, .next = bytes, .encoding = encoding, .max_pieces = 10000};
}

/* ---- text ---- */

static uint64_t text_size(struct span text, enum mime_encoding encoding)
{
    struct mail_writer counter;
    mail_writer_init(&counter, -1, UINT64_MAX);
    struct mime_body body = mime_body_begin(&counter, encoding);
    flow_lines(&body, text);
    mime_body_end(&body);
    return counter.count;
}

static struct split_piece *cut_text(struct span text, uint64_t bytes, enum mime_encoding encoding)
{
    struct split_room room = room_of(bytes, encoding);
    struct split_piece *pieces = NULL;
    size_t count = 0, at = 0;
    assert_int_equal(split_text(arena, text, &room, &pieces, &count), SPLIT_OK);
    for (struct split_piece *piece = pieces; piece; piece = piece->next, count--) {
        assert_ptr_equal(piece->bytes.at, text.at + at);
        assert_true(text_size(piece->bytes, encoding) <= bytes);
        assert_true(at + piece->bytes.len == text.len || piece->bytes.len > 0);
        at += piece->bytes.len;
    }
    assert_int_equal(at, text.len);
    assert_int_equal(count, 0);
    return pieces;
}

static void assert_piece(const struct split_piece *piece, const char *wanted)
{
    assert_non_null(piece);
    assert_int_equal(piece->bytes.len, strlen(wanted));
    assert_memory_equal(piece->bytes.at, wanted, piece->bytes.len);
}

static void test_text_between_paragraphs(void **state)
{
    (void)state;
    struct split_piece *pieces = cut_text(
        SPAN_LITERAL("one one one one \none one one\n\ntwo two\ntwo\n\nthree\n"), 50, MIME_7BIT);
    assert_piece(pieces, "one one one one \none one one\n\n");
    assert_piece(pieces->next, "two two\ntwo\n\nthree\n");
    assert_null(pieces->next->next);
}

static void test_text_between_lines(void **state)
{
    (void)state;
    struct split_piece *pieces =
        cut_text(SPAN_LITERAL("a\n\nlonger line one\nand soft \nline two\n"), 40, MIME_7BIT);
    assert_piece(pieces, "a\n\nlonger line one\n");
    assert_piece(pieces->next, "and soft \nline two\n");
}

static void test_text_inside_a_line(void **state)
{
    (void)state;
    char text[600];
    memset(text, 'x', sizeof text);
    text[30] = ' ';
    struct split_piece *pieces = cut_text((struct span){text, sizeof text}, 50, MIME_7BIT);
    assert_int_equal(pieces->bytes.len, 31);
    for (size_t i = 0; i + 3 <= sizeof text; i += 3)
        memcpy(text + i, "\xE6\xBC\xA2", 3);
    for (int encoding = MIME_QP; encoding <= MIME_BASE64; encoding++)
        for (pieces = cut_text((struct span){text, sizeof text}, 60, (enum mime_encoding)encoding);
             pieces; pieces = pieces->next)
            assert_int_equal(pieces->bytes.len % 3, 0);
}

/* Cut within a line, a piece may begin with what is stuffed and gets a line end of its own. */
static void test_text_in_any_room(void **state)
{
    (void)state;
    static const char *const units[] = {"x", ">", "\xC3\xA9", "= ", "\xC3\xA9 >"};
    char text[1000];
    for (size_t unit = 0; unit < sizeof units / sizeof *units; unit++) {
        size_t size = strlen(units[unit]), len = sizeof text / size * size;
        for (size_t i = 0; i < len; i++)
            text[i] = units[unit][i % size];
        for (int encoding = MIME_QP; encoding <= MIME_BASE64; encoding++)
            for (uint64_t room = 60; room < 400; room++)
                cut_text((struct span){text, len}, room, (enum mime_encoding)encoding);
    }
}

static void test_text_of_any_shape(void **state)
{
    (void)state;
    static char text[5000];
    unsigned seed = 1;
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = "ab  \n=>F\xC3\xA9.\x01\xFF\n-"[seed / 65536 % 15];
        }
        cut_text((struct span){text, sizeof text}, 60 + (uint64_t)round * 7,
                 (enum mime_encoding)(round % 3));
    }
}

static void test_text_edges(void **state)
{
    (void)state;
    struct split_piece *pieces = cut_text(SPAN_LITERAL(""), 100, MIME_7BIT);
    assert_null(pieces->next);
    struct split_room room = room_of(20, MIME_7BIT);
    room.max_pieces = 2;
    size_t count;
    assert_int_equal(split_text(arena, SPAN_LITERAL("one line here\ntwo lines here\nthree\n"),
                                &room, &pieces, &count),
                     SPLIT_TOO_MANY);
    struct arena *small = arena_new(16);
    assert_int_equal(split_text(small, SPAN_LITERAL("x"), &room, &pieces, &count), SPLIT_MEMORY);
    arena_free(&small);
}

/* ---- HTML ---- */

static struct buffer html;

static const char *write_html(const struct split_piece *piece, const struct split_room *room)
{
    struct mail_writer writer;
    int fd = file_in_memory("wire");
    mail_writer_init(&writer, fd, UINT64_MAX);
    struct mime_body body = mime_body_begin(&writer, MIME_7BIT);
    split_html_write(&body, piece, room->next);
    mime_body_end(&body);
    assert_true(mail_writer_finish(&writer));
    buffer_clear(&html);
    lseek(fd, 0, SEEK_SET);
    assert_true(file_read_to_end(fd, &html));
    close(fd);
    return html.at ? html.at : "";
}

/* Every start tag has its end tag, in order. */
static void assert_balanced(const char *text)
{
    struct span rest = span_of(text), open[400];
    struct html_token token;
    size_t depth = 0;
    while (html_token_next(&rest, &token)) {
        if (token.kind == HTML_START) {
            assert_true(depth < 400);
            open[depth++] = token.name;
        }
        if (token.kind == HTML_END) {
            assert_true(depth > 0);
            assert_true(span_equal_nocase(open[--depth], token.name));
        }
    }
    assert_int_equal(depth, 0);
}

/* The words of all pieces, tags left out, are those of the whole. */
static void add_words(struct buffer *words, struct span text)
{
    struct html_token token;
    while (html_token_next(&text, &token))
        if (token.kind == HTML_WORD && !span_equal(token.text, SPAN_LITERAL("\n")))
            for (size_t i = 0; i < token.text.len; i++)
                if (token.text.at[i] != '\n' && token.text.at[i] != '\r')
                    buffer_add_byte(words, token.text.at[i]);
}

static size_t cut_html(struct span text, uint64_t bytes)
{
    struct split_room room = room_of(bytes, MIME_7BIT);
    struct split_piece *pieces = NULL;
    struct buffer whole, words;
    size_t count = 0;
    buffer_init(&whole, 1000000);
    buffer_init(&words, 1000000);
    assert_int_equal(split_html(arena, text, &room, &pieces, &count), SPLIT_OK);
    for (; pieces; pieces = pieces->next) {
        write_html(pieces, &room);
        assert_true(html.len <= bytes);
        assert_balanced(html.at);
        add_words(&words, buffer_span(&html));
    }
    add_words(&whole, text);
    assert_int_equal(words.len, whole.len);
    if (whole.len)
        assert_memory_equal(words.at, whole.at, whole.len);
    buffer_free(&whole);
    buffer_free(&words);
    return count;
}

static void test_html_reopens(void **state)
{
    (void)state;
    struct split_room room = room_of(500, MIME_7BIT);
    struct split_piece *pieces = NULL;
    struct buffer text;
    size_t count = 0;
    buffer_init(&text, 10000);
    buffer_add_text(&text, "<div class=\"x\"><ul>");
    for (int i = 0; i < 20; i++)
        buffer_printf(&text, "<li>item %02d and some more words</li>", i);
    buffer_add_text(&text, "</ul></div><p>three</p>");
    assert_int_equal(split_html(arena, buffer_span(&text), &room, &pieces, &count), SPLIT_OK);
    assert_int_equal(count, 2);
    const char *written = write_html(pieces, &room);
    assert_memory_equal(written, "<div class=\"x\"><ul><li>item 00", 30);
    assert_non_null(strstr(written, "words</li></ul\r\n></div\r\n>\r\n"));
    written = write_html(pieces->next, &room);
    assert_memory_equal(written, "<div\r\n class=\"x\"><ul\r\n><li>item 1", 33);
    assert_non_null(strstr(written, "</li></ul></div><p>three</p>\r\n"));
    buffer_free(&text);
}

static void test_html_of_many_kinds(void **state)
{
    (void)state;
    static char text[40000];
    size_t len = 0;
    for (int i = 0; i < 200; i++)
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "<h2>Head %d</h2><p>Words <a href=\"mailto:a?b=%d\">of &amp; "
                                "<b>bold</b></a><br>and more.</p>%s",
                                i, i, i % 9 ? "" : "<blockquote><p>deep</p></blockquote>");
    assert_true(cut_html((struct span){text, len}, 700) > 20);
    assert_true(cut_html((struct span){text, len}, 300) > 60);
    assert_int_equal(cut_html((struct span){text, len}, 100000), 1);
    assert_int_equal(cut_html(SPAN_LITERAL(""), 300), 1);
}

static void test_html_deep(void **state)
{
    (void)state;
    struct buffer text;
    buffer_init(&text, 1000000);
    for (int i = 0; i < 1000; i++)
        buffer_add_text(&text, "<div class='deep'>");
    for (int i = 0; i < 500; i++)
        buffer_add_text(&text, "word ");
    for (int i = 0; i < 1000; i++)
        buffer_add_text(&text, "</div>");
    assert_true(cut_html(buffer_span(&text), 800) > 3);
    buffer_free(&text);
}

static struct split_piece *split_at(struct span text, const struct split_room *room)
{
    struct split_piece *pieces = NULL;
    size_t count = 0;
    assert_int_equal(split_html(arena, text, room, &pieces, &count), SPLIT_OK);
    return pieces;
}

/* What is too deep to be opened again is left out with its end tag, its words stay, and what comes
 * behind stands where it stood. */
static void test_html_too_deep_to_go_on(void **state)
{
    (void)state;
    struct split_room room = room_of(400, MIME_7BIT);
    struct buffer text;
    buffer_init(&text, 10000);
    buffer_add_text(&text, "<blockquote lang=\"de\"><ul><li><i><b><u>");
    for (int i = 0; i < 70; i++)
        buffer_printf(&text, "word%02d ", i);
    buffer_add_text(&text, "<s>gone</s></u></b></i></li><li><em>item</em></li></ul><p>last</p>"
                           "</blockquote><h2>out</h2>");
    struct split_piece *pieces = split_at(buffer_span(&text), &room);
    assert_int_equal(pieces->dropped, 0);
    struct split_piece *second = pieces->next;
    assert_int_equal(second->open_count, 1);
    assert_int_equal(second->dropped, 5);
    const char *written = write_html(second, &room);
    assert_memory_equal(written, "<blockquote\r\n lang=\"de\">word", 28);
    assert_non_null(strstr(written, " gone<br>item<br><p>last</p></blockquote><h2>out</h2>"));
    assert_null(strstr(written, "<s>"));
    assert_balanced(written);
    buffer_free(&text);
}

/* A numbered list goes on counting in the next mail. */
static void test_html_goes_on_counting(void **state)
{
    (void)state;
    static const struct {
        const char *list, *item, *again; /* again: what stands behind the number */
    } lists[] = {{"<ol>", "<li>", ">"},
                 {"<ol type=\"a\" start=\"-3\" id=\"w1\">", "<li>", " type=\"a\" id=\"w1\">"},
                 {"<ol start=\"90\" reversed=\"\">", "<li>", " reversed=\"\">"},
                 {"<ol reversed=\"\">", "<li>", NULL},
                 {"<ol>", "<li value=\"7\">", ">"}};
    struct split_room room = room_of(600, MIME_7BIT);
    struct buffer text;
    buffer_init(&text, 10000);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        buffer_clear(&text);
        buffer_add_text(&text, lists[i].list);
        for (int item = 0; item < 40; item++)
            buffer_printf(&text, "%sword <b>and</b> more</li>", item == 1 ? "<li>" : lists[i].item);
        buffer_add_text(&text, "</ol>");
        struct split_piece *pieces = split_at(buffer_span(&text), &room);
        struct span rest = pieces->bytes, item = SPAN_LITERAL("</li>");
        int count = 0;
        for (ptrdiff_t at; (at = span_find(rest, item)) >= 0; count++)
            rest = span_from(rest, (size_t)at + item.len);
        int numbers[] = {1 + count, -3 + count, 90 - count, 0, 8};
        char wanted[100];
        if (lists[i].again)
            snprintf(wanted, sizeof wanted, "<ol\r\n start=\"%d\"%s", numbers[i], lists[i].again);
        else
            snprintf(wanted, sizeof wanted, "<ol\r\n reversed=\"\">");
        assert_memory_equal(write_html(pieces->next, &room), wanted, strlen(wanted));
    }
    buffer_free(&text);
}

static void test_html_hostile(void **state)
{
    (void)state;
    char text[4000] = "<p>a</p><a href=\"";
    memset(text + 17, '=', 3000);
    memcpy(text + 3017, "\">in</a></b></i> &lt; after", 27);
    cut_html(span_of(text), 300);
    cut_html(SPAN_LITERAL("</p></div><p>x</b>y</p>"), 300);
    cut_html(SPAN_LITERAL("<p>never closed <b>at all <!-- nor this"), 300);
    cut_html(SPAN_LITERAL("<a'/3'>in</a'><b\"c>d</b\"c> e"), 300);
    cut_html(SPAN_LITERAL("<"), 300);
    cut_html(SPAN_LITERAL("&&amp;&amp<x"), 300);
    char wide[900];
    for (size_t i = 0; i < sizeof wide; i += 3)
        memcpy(wide + i, "\xE6\xBC\xA2", 3);
    assert_true(cut_html((struct span){wide, sizeof wide}, 300) > 2);
}

static void test_html_document(void **state)
{
    (void)state;
    struct span head, content;
    split_html_document(SPAN_LITERAL("<html><head><title>x</title></head><body id=\"a>b\">in</body>"
                                     "</html>"),
                        &head, &content);
    assert_int_equal(head.len, 50);
    assert_true(span_equal(content, SPAN_LITERAL("in")));
    split_html_document(SPAN_LITERAL("<p>bare</p>"), &head, &content);
    assert_int_equal(head.len, 0);
    assert_true(span_equal(content, SPAN_LITERAL("<p>bare</p>")));
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(64 * 1024 * 1024);
    buffer_init(&html, 1000000);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_free(&arena);
    buffer_free(&html);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_between_paragraphs),
        cmocka_unit_test(test_text_between_lines),
        cmocka_unit_test(test_text_inside_a_line),
        cmocka_unit_test(test_text_in_any_room),
        cmocka_unit_test(test_text_of_any_shape),
        cmocka_unit_test(test_text_edges),
        cmocka_unit_test(test_html_reopens),
        cmocka_unit_test(test_html_of_many_kinds),
        cmocka_unit_test(test_html_deep),
        cmocka_unit_test(test_html_too_deep_to_go_on),
        cmocka_unit_test(test_html_goes_on_counting),
        cmocka_unit_test(test_html_hostile),
        cmocka_unit_test(test_html_document),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
