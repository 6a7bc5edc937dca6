/* SPDX-License-Identifier: ISC */
/* Transfer encodings, header fields, encoded words and parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/base/file.h"
#include "agent/reply/clean.h"
#include "agent/reply/mime_encode.h"
#include "agent/reply/mime_header.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- bodies ---- */

static char wire[64 * 1024];

static const char *encode(enum mime_encoding encoding, struct span text, size_t chunk)
{
    struct mail_writer writer;
    int fd = file_in_memory("wire");
    mail_writer_init(&writer, fd, UINT64_MAX);
    struct mime_body body = mime_body_begin(&writer, encoding);
    for (struct span rest = text; rest.len;) {
        size_t take = rest.len < chunk ? rest.len : chunk;
        mime_body_add(&body, (struct span){rest.at, take});
        rest = span_from(rest, take);
    }
    mime_body_end(&body);
    assert_true(mail_writer_finish(&writer));
    ssize_t got = pread(fd, wire, sizeof wire - 1, 0);
    assert_int_equal((uint64_t)got, writer.count);
    wire[got] = '\0';
    close(fd);
    return wire;
}

#define ENCODE(encoding, text) encode((encoding), span_of(text), 3)

static void test_quoted_printable(void **state)
{
    (void)state;
    assert_string_equal(ENCODE(MIME_QP, "a=b\n"), "a=3Db\r\n");
    assert_string_equal(ENCODE(MIME_QP, "soft \nhard\t\n x"), "soft=20\r\nhard=09\r\n x\r\n");
    assert_string_equal(ENCODE(MIME_QP, "From me\n.\n"), "=46rom me\r\n=2E\r\n");
    assert_string_equal(ENCODE(MIME_QP, "\xC3\xA9\r"), "=C3=A9=0D\r\n");
    assert_string_equal(ENCODE(MIME_QP, "end "), "end=20\r\n");
    assert_string_equal(ENCODE(MIME_QP, ""), "");
}

static void test_quoted_printable_lines(void **state)
{
    (void)state;
    char text[4000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "x .F\xE4="[(i * 7 + i / 5) % 6];
    encode(MIME_QP, (struct span){text, sizeof text}, 17);
    struct span rest = span_of(wire), line;
    while (span_next_line(&rest, &line)) {
        assert_in_range(line.len, 1, 76);
        assert_true(line.at[0] != '.' && line.at[0] != 'F');
        assert_true(line.at[line.len - 1] != ' ');
    }
}

static void test_base64(void **state)
{
    (void)state;
    assert_string_equal(ENCODE(MIME_BASE64, "a\n"), "YQ0K\r\n");
    assert_string_equal(ENCODE(MIME_BASE64, "ab"), "YWI=\r\n");
    assert_string_equal(ENCODE(MIME_BASE64, "a"), "YQ==\r\n");
    for (size_t len = 0; len < 200; len++) {
        char text[200];
        memset(text, 'x', sizeof text);
        encode(MIME_BASE64, (struct span){text, len}, 10);
        assert_int_equal(strlen(wire), mime_base64_size(len));
    }
}

static void test_seven_bit(void **state)
{
    (void)state;
    assert_string_equal(ENCODE(MIME_7BIT, "one\n\ntwo"), "one\r\n\r\ntwo\r\n");
}

static enum mime_encoding choose(const char *text)
{
    struct mime_survey survey = {0};
    mime_survey_add(&survey, span_of(text));
    return mime_choose(&survey);
}

static void test_choosing(void **state)
{
    (void)state;
    char long_line[300];
    memset(long_line, 'x', sizeof long_line);
    long_line[sizeof long_line - 1] = '\0';
    assert_int_equal(choose("plain\n- list\n-- \n"), MIME_7BIT);
    assert_int_equal(choose("a\r\nb\r\n"), MIME_7BIT);
    assert_int_equal(choose("a\rb\n"), MIME_QP);
    assert_int_equal(choose("a\n--=_boundary\n"), MIME_QP);
    assert_int_equal(choose("bell \a\n"), MIME_QP);
    assert_int_equal(choose(long_line), MIME_QP);
    assert_int_equal(choose("caf\xC3\xA9 and a good deal of plain words around it\n"), MIME_QP);
    char wide[3001];
    for (size_t i = 0; i < 3000; i += 3)
        memcpy(wide + i, "\xE6\xBC\xA2", 3);
    wide[3000] = '\0';
    assert_int_equal(choose(wide), MIME_BASE64);
}

static void test_writer_maximum(void **state)
{
    (void)state;
    struct mail_writer writer;
    int fd = file_in_memory("wire");
    mail_writer_init(&writer, fd, 10);
    mail_write_text(&writer, "123456");
    mail_write_text(&writer, "78901");
    mail_write_text(&writer, "2");
    assert_true(writer.over);
    assert_false(mail_writer_finish(&writer));
    assert_int_equal(writer.count, 6);
    close(fd);
    mail_writer_init(&writer, fd, 10);
    mail_write_text(&writer, "123456");
    assert_false(mail_writer_finish(&writer));
    assert_true(writer.failed && writer.errno_value);
}

/* ---- header fields ---- */

static struct buffer out;

static const char *text_field(const char *name, struct span text)
{
    buffer_clear(&out);
    struct mime_field field = mime_field_begin(&out, name);
    mime_field_text(&field, text);
    mime_field_end(&field);
    assert_false(out.failed);
    return out.at;
}

static const char *parameter(const char *name, struct span value)
{
    buffer_clear(&out);
    struct mime_field field = mime_field_begin(&out, "Content-Disposition");
    mime_field_word(&field, SPAN_LITERAL("attachment"));
    mime_field_parameter(&field, name, value);
    mime_field_end(&field);
    assert_false(out.failed);
    return out.at;
}

static void assert_folded(void)
{
    struct span rest = buffer_span(&out), line;
    for (bool first = true; span_next_line(&rest, &line); first = false) {
        assert_in_range(line.len, 1, 78);
        assert_true(first || line.at[0] == ' ');
        for (size_t i = 0; i < line.len; i++)
            assert_true(line.at[i] >= ' ' && line.at[i] < 0x7F);
    }
}

static void test_plain_fields(void **state)
{
    (void)state;
    assert_string_equal(text_field("Subject", span_of("get it")), "Subject: get it\r\n");
    char words[400] = "";
    for (size_t i = 0; i < 30; i++)
        memcpy(words + i * 12, "abcdefghijk ", 13);
    text_field("Subject", span_of(words));
    assert_folded();
}

static void test_no_injection(void **state)
{
    (void)state;
    text_field("Subject", (struct span){"a\r\nBcc: x@y\0z", 13});
    assert_folded();
    assert_null(strstr(out.at, "\r\nBcc"));
    buffer_clear(&out);
    struct mime_field field = mime_field_begin(&out, "To");
    mime_field_word(&field, SPAN_LITERAL("a@b\r\nCc: c@d\t\x80"));
    mime_field_end(&field);
    assert_string_equal(out.at, "To: a@b??Cc:?c@d??\r\n");
    parameter("filename", SPAN_LITERAL("a\"\r\nX: y\\"));
    assert_folded();
    assert_null(strstr(out.at, "\r\nX"));
}

static void test_encoded_words(void **state)
{
    (void)state;
    assert_string_equal(text_field("Subject", span_of("caf\xC3\xA9 au lait")),
                        "Subject: =?utf-8?Q?caf=C3=A9_au_lait?=\r\n");
    assert_string_equal(text_field("Subject", span_of("\xE6\xBC\xA2\xE5\xAD\x97")),
                        "Subject: =?utf-8?B?5ryi5a2X?=\r\n");
    assert_string_equal(text_field("Subject", span_of("=?utf-8?q?x?=")),
                        "Subject: =?utf-8?B?PT91dGYtOD9xP3g/PQ==?=\r\n");
    char text[10 * 1024];
    for (size_t i = 0; i + 4 <= sizeof text; i += 4)
        memcpy(text + i, "\xF0\x9F\x98\x80", 4);
    text_field("Subject", (struct span){text, sizeof text});
    assert_folded();
    /* Every word holds whole characters, here of four bytes each. */
    struct span rest = buffer_span(&out), line;
    while (span_next_line(&rest, &line)) {
        ptrdiff_t from = span_find(line, SPAN_LITERAL("?B?"));
        assert_true(from > 0);
        size_t base64 = line.len - (size_t)from - 5, pads = 0;
        while (line.at[line.len - 3 - pads] == '=')
            pads++;
        assert_int_equal((base64 / 4 * 3 - pads) % 4, 0);
    }
}

static void test_parameters(void **state)
{
    (void)state;
    assert_string_equal(parameter("filename", span_of("a.pdf")),
                        "Content-Disposition: attachment; filename=a.pdf\r\n");
    assert_string_equal(parameter("filename", span_of("a \"b\" \\.pdf")),
                        "Content-Disposition: attachment; filename=\"a \\\"b\\\" \\\\.pdf\"\r\n");
    assert_string_equal(parameter("filename", span_of("\xC3\xA9 x.pdf")),
                        "Content-Disposition: attachment; filename*=utf-8''%C3%A9%20x.pdf\r\n");
    char name[90];
    for (size_t i = 0; i < 90; i += 3)
        memcpy(name + i, "\xE6\xBC\xA2", 3);
    parameter("filename", (struct span){name, sizeof name});
    assert_folded();
    assert_non_null(strstr(out.at, " filename*0*=utf-8''%E6"));
    assert_non_null(strstr(out.at, " filename*1*=%E6"));
}

/* ---- clean texts ---- */

static void assert_line(struct arena *arena, struct span text, size_t max, const char *wanted)
{
    assert_string_equal(clean_line(arena, text, max, 1000), wanted);
}

static void test_clean_lines(void **state)
{
    (void)state;
    struct arena *arena = arena_new(100000);
    assert_line(arena, SPAN_LITERAL("  a \r\n\t b\0c "), 99, "a b c");
    assert_line(arena,
                SPAN_LITERAL("a\xE2\x80\xAE"
                             "b"),
                99, "ab");
    assert_line(arena, SPAN_LITERAL("\xC0\x80\xED\xA0\x80"), 99,
                "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_line(arena, SPAN_LITERAL("abcdefgh"), 8, "abcdefgh");
    assert_line(arena, SPAN_LITERAL("abcdefghi"), 8, "abcde...");
    assert_string_equal(clean_line(arena, SPAN_LITERAL("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"), 99, 7),
                        "\xC3\xA9\xC3\xA9...");
    assert_line(arena, (struct span){NULL, 0}, 9, "");
    arena_free(&arena);
    arena = arena_new(10);
    assert_null(clean_line(arena, SPAN_LITERAL("abcdefghijkl"), 99, 99));
    arena_free(&arena);
}

static void test_file_names(void **state)
{
    (void)state;
    struct arena *arena = arena_new(100000);
    assert_string_equal(clean_file_name(arena, SPAN_LITERAL("../../etc/pass\nwd")), "pass wd");
    assert_string_equal(clean_file_name(arena, SPAN_LITERAL("c:\\..hidden.txt")), "hidden.txt");
    assert_string_equal(clean_file_name(arena, SPAN_LITERAL("a<b>\"c|d?.x")), "a_b__c_d_.x");
    assert_string_equal(clean_file_name(arena, SPAN_LITERAL("/")), "page");
    char longer[1000];
    memset(longer, 'n', sizeof longer);
    memcpy(longer + sizeof longer - 4, ".pdf", 4);
    const char *name = clean_file_name(arena, (struct span){longer, sizeof longer});
    assert_int_equal(strlen(name), 100);
    assert_string_equal(name + 96, ".pdf");
    assert_string_equal(clean_plain_name(arena, "-$(rm -rf) \xC3\xA9.pdf"), "_rm_-rf_.pdf");
    arena_free(&arena);
}

static int start(void **state)
{
    (void)state;
    buffer_init(&out, 100000);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    buffer_free(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quoted_printable), cmocka_unit_test(test_quoted_printable_lines),
        cmocka_unit_test(test_base64),           cmocka_unit_test(test_seven_bit),
        cmocka_unit_test(test_choosing),         cmocka_unit_test(test_writer_maximum),
        cmocka_unit_test(test_plain_fields),     cmocka_unit_test(test_no_injection),
        cmocka_unit_test(test_encoded_words),    cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_clean_lines),      cmocka_unit_test(test_file_names),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
