/* SPDX-License-Identifier: ISC */
/* The module `mime`: the parts of sound, odd and hostile mails. */
#include "agent/modules/call.h"
#include "agent/request/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

struct reading {
    struct arena *arena;
    struct fault fault;
    struct buffer bytes;
    struct flat table;
    size_t html_calls;
    struct buffer html_charset;
};

static struct call begin(struct reading *reading)
{
    *reading = (struct reading){.arena = arena_new(1 << 20)};
    buffer_init(&reading->bytes, PARTS_MAX_BYTES);
    buffer_init(&reading->html_charset, 100);
    return (struct call){.module = "mime", .arena = reading->arena, .fault = &reading->fault};
}

static void end(struct reading *reading)
{
    buffer_free(&reading->bytes);
    buffer_free(&reading->html_charset);
    fault_clear(&reading->fault);
    arena_free(&reading->arena);
}

static bool fake_html_to_text(void *context, struct span html, struct span charset,
                              struct buffer *text_out)
{
    struct reading *reading = context;
    reading->html_calls++;
    buffer_clear(&reading->html_charset);
    buffer_add_span(&reading->html_charset, charset);
    if (span_find(html, SPAN_LITERAL("FAIL")) >= 0)
        return false;
    return buffer_add_text(text_out, "text of ") && buffer_add_span(text_out, html);
}

static enum module_result try_parts(struct reading *reading, const char *mail, size_t len)
{
    struct call call = begin(reading);
    return www4mail_module.reader->parts(&call, (struct span){mail, len}, fake_html_to_text,
                                         reading, &reading->bytes);
}

/* The rows as "S depth type name[text]", one a line; S is the source's number. */
static void expect_parts(const char *mail, const char *wanted)
{
    static const char letters[] = "PFHUO";
    struct reading reading;
    struct buffer out;
    buffer_init(&out, 1 << 20);
    buffer_add_text(&out, "");
    assert_int_equal(try_parts(&reading, mail, strlen(mail)), MODULE_OK);
    assert_true(flat_open(&reading.table, PARTS_KIND, PARTS_SHAPE, buffer_span(&reading.bytes)));
    for (uint32_t row = 0; row < reading.table.rows; row++) {
        buffer_printf(&out, "%c%u ", letters[flat_get_number(&reading.table, row, PARTS_SOURCE)],
                      flat_get_number(&reading.table, row, PARTS_DEPTH));
        buffer_add_span(&out, flat_get_text(&reading.table, row, PARTS_TYPE));
        buffer_add_byte(&out, ' ');
        buffer_add_span(&out, flat_get_text(&reading.table, row, PARTS_FILE_NAME));
        buffer_add_byte(&out, '[');
        buffer_add_span(&out, flat_get_text(&reading.table, row, PARTS_TEXT));
        buffer_add_text(&out, "]\n");
    }
    assert_string_equal(out.at, wanted);
    buffer_free(&out);
    end(&reading);
}

#define MIME "From: a@b.example\r\nMIME-Version: 1.0\r\n"

static void test_single_parts(void **state)
{
    (void)state;
    expect_parts("From: a@b.example\r\n\r\nhello\r\nthere\r\n", "P0 text/plain [hello\nthere\n]\n");
    expect_parts("From: a@b.example\n\nhello\n", "P0 text/plain [hello\n]\n");
    expect_parts(MIME "Content-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                      "caf=C3=A9 =\r\nlong=3D\r\nx =  \r\ny=ZZ=\r\n",
                 "P0 text/plain [café long=\nx y=ZZ]\n");
    expect_parts(MIME "Content-Type: TEXT/PLAIN; charset=\"ISO-8859-1\"\r\n"
                      "Content-Transfer-Encoding: BASE64\r\n\r\nY2Fm\r\n6Q==\r\n",
                 "P0 text/plain [café]\n");
    expect_parts(MIME "Content-Type: text/plain; charset=koi8-r\r\n\r\n\xf0\xd2\r\n",
                 "P0 text/plain [Пр\n]\n");
    expect_parts(MIME "Content-Type: text/plain; charset=no-such\r\n\r\ncaf\xe9\r\n",
                 "P0 text/plain [café\n]\n");
    expect_parts(MIME "Content-Type: text/plain; charset=us-ascii\r\n\r\ncaf\xc3\xa9\r\n",
                 "P0 text/plain [café\n]\n");
    expect_parts(MIME "Content-Type: text/plain; charset=utf-8\r\n\r\n\xff.\r\n",
                 "P0 text/plain [\xef\xbf\xbd.\n]\n");
    expect_parts(MIME "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n",
                 "O0 application/ms-tnef winmail.dat[]\n");
    expect_parts(MIME "Content-Type: text/calendar\r\n\r\nx\r\n", "O0 text/calendar []\n");
    expect_parts(MIME "\r\n", "P0 text/plain []\n");
    expect_parts("", "");
}

static void test_html(void **state)
{
    (void)state;
    struct reading reading;
    const char *mail = MIME "Content-Type: text/html; charset=iso-8859-2\r\n\r\n<p>x\r\n";
    expect_parts(mail, "H0 text/html [text of <p>x\n]\n");
    assert_int_equal(try_parts(&reading, mail, strlen(mail)), MODULE_OK);
    assert_int_equal(reading.html_calls, 1);
    assert_string_equal(reading.html_charset.at, "iso-8859-2");
    end(&reading);
    expect_parts(MIME "Content-Type: text/html\r\n\r\nFAIL\r\n", "O0 text/html []\n");
}

static void test_multipart(void **state)
{
    (void)state;
    expect_parts(MIME
                 "Content-Type: multipart/mixed; boundary=out\r\n\r\npreamble\r\n--out\r\n"
                 "Content-Type: multipart/alternative; boundary=\"in\"\r\n\r\n--in\r\n"
                 "Content-Type: text/plain\r\n\r\none\r\n--in\r\nContent-Type: text/html\r\n\r\n"
                 "two\r\n--in--\r\n--out\r\nContent-Type: image/png; name=\"a.png\"\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--out\r\n"
                 "Content-Type: text/plain; name=list.txt\r\n"
                 "Content-Disposition: attachment; filename=list.txt\r\n\r\nfile\r\n--out\r\n"
                 "Content-Disposition: inline\r\n\r\nlast\r\n--out--\r\nepilogue\r\n",
                 "P2 text/plain [one]\nH2 text/html [text of two]\n"
                 "O1 image/png a.png[]\nO1 text/plain list.txt[]\nP1 text/plain [last]\n");
}

static void test_signed_and_forwarded(void **state)
{
    (void)state;
    expect_parts(MIME
                 "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\nget x\r\n--s\r\n"
                 "Content-Type: application/pgp-signature\r\n\r\nsig\r\n--s--\r\n",
                 "P1 text/plain [get x]\nO1 application/pgp-signature []\n");
    expect_parts(MIME "Content-Type: multipart/mixed; boundary=s\r\n\r\n--s\r\n\r\nsee\r\n--s\r\n"
                      "Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\n\r\n"
                      "https://old.example/\r\n--s--\r\n",
                 "P1 text/plain [see]\nO1 message/rfc822 []\n");
    expect_parts(MIME "Content-Type: multipart/mixed; boundary=s\r\n\r\nno parts at all\r\n",
                 "P1 text/plain [no parts at all]\n");
    expect_parts(MIME "Content-Type: multipart/mixed\r\n\r\nno boundary\r\n",
                 "O0 multipart/mixed []\n");
    expect_parts(MIME "Content-Type: multipart/mixed; boundary=s\r\n\r\n--s\r\n\r\nno end\r\n",
                 "P1 text/plain [no end]\n");
}

static void test_flowed(void **state)
{
    (void)state;
    expect_parts(
        MIME "Content-Type: text/plain; format=flowed\r\n\r\nsend \r\nhttps://a.example/\r\n"
             " >not quoted\r\n> quoted \r\n> more\r\n>> deep \r\n> less\r\nend \r\n-- \r\nme\r\n",
        "F0 text/plain [send https://a.example/\n>not quoted\n> quoted more\n>> deep \n"
        "> less\nend \n-- \nme\n]\n");
    expect_parts(MIME
                 "Content-Type: text/plain; format=FLOWED; delsp=Yes\r\n\r\nhttps://a.exam \r\n"
                 "ple/\r\n",
                 "F0 text/plain [https://a.example/\n]\n");
}

static void test_uuencode(void **state)
{
    (void)state;
    expect_parts("From: a@b.example\n\nbefore\nbegin 644 note.txt\n%:&5L;&\\`\n`\nend\nafter\n",
                 "P0 text/plain [before\nafter\n]\nU0 text/plain note.txt[hello]\n");
    expect_parts("From: a@b.example\n\nbegin 644 x.bin\n#``$\"\n`\nend\n",
                 "P0 text/plain []\nO0 application/octet-stream x.bin[]\n");
    expect_parts("From: a@b.example\n\nbegin 644 cut.txt\n%:&5L;&\\`\n\nmore text\n",
                 "P0 text/plain [more text\n]\nU0 text/plain cut.txt[hello]\n");
    expect_parts("From: a@b.example\n\nbegin 644 words here\nare just words\nbegin work\nend\n",
                 "P0 text/plain [begin 644 words here\nare just words\nbegin work\nend\n]\n");
    expect_parts("From: a@b.example\n\nbegin 644 ../up\\a\x01 b\n%:&5L;&\\`\n`\nend\n",
                 "P0 text/plain []\nU0 text/plain a  b[hello]\n");
    expect_parts("From: a@b.example\n\nbegin 999 x\n%:&5L;&\\`\nend\n",
                 "P0 text/plain [begin 999 x\n%:&5L;&\\`\nend\n]\n");
}

static void expect_name(const char *fields, const char *wanted)
{
    struct buffer mail, row;
    buffer_init(&mail, 1 << 16);
    buffer_init(&row, 1 << 16);
    buffer_printf(&mail, MIME "%s\r\n\r\nx\r\n", fields);
    buffer_printf(&row, "O0 image/png %s[]\n", wanted);
    expect_parts(mail.at, row.at);
    buffer_free(&mail);
    buffer_free(&row);
}

static void test_file_names(void **state)
{
    (void)state;
#define PNG "Content-Type: image/png\r\nContent-Disposition: attachment; "
    expect_name(PNG "filename=a.png", "a.png");
    expect_name(PNG "filename*=utf-8''caf%C3%A9.png", "café.png");
    expect_name(PNG "filename*=iso-8859-1'fr'caf%E9.png", "café.png");
    expect_name(PNG "filename*0=\"one \";\r\n filename*1=two; filename*2*=%20three",
                "one two three");
    expect_name(PNG "filename*1*=b; filename*0*=utf-8''a%C3; filename*2*=c", "a\xef\xbf\xbd"
                                                                             "bc");
    expect_name(PNG "filename=plain.png; filename*=utf-8''better.png", "better.png");
    expect_name(PNG "filename*=broken", "broken");
    expect_name(PNG "filename*1=lost", "");
    expect_name(PNG "filename*999999999999=lost", "");
    expect_name(PNG "filename=\"=?utf-8?q?caf=C3=A9?=\"", "café");
    expect_name(PNG "filename=\"..\\\\x/y/../z.png\"", "z.png");
    expect_name(PNG "filename*=utf-8''a%0D%0Ab%00c", "a b c");
    expect_name("Content-Type: image/png; name*=utf-8''n%C3%A9.png", "né.png");
    expect_name("Content-Type: image/png; name=x.png\r\nContent-Disposition: attachment", "x.png");
}

static void test_limits(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer mail;
    buffer_init(&mail, 16 * 1024 * 1024);
    buffer_add_text(&mail, MIME "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (int part = 0; part < 5; part++) {
        buffer_add_text(&mail, "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n");
        for (int i = 0; i < 1536 * 1024; i++)
            buffer_add_byte(&mail, '\xe9');
        buffer_add_text(&mail, "\r\n");
    }
    buffer_add_text(&mail, "--b--\r\n");
    assert_int_equal(try_parts(&reading, mail.at, mail.len), MODULE_OK);
    assert_true(flat_open(&reading.table, PARTS_KIND, PARTS_SHAPE, buffer_span(&reading.bytes)));
    assert_int_equal(reading.table.rows, 5);
    size_t total = 0;
    for (uint32_t row = 0; row < 5; row++) {
        struct span text = flat_get_text(&reading.table, row, PARTS_TEXT);
        assert_true(text.len <= 1024 * 1024);
        assert_true(text.len % 2 == 0);
        total += text.len;
    }
    assert_true(total > 3 * 1024 * 1024);
    end(&reading);
    buffer_free(&mail);
}

static void test_many_parts(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer mail;
    buffer_init(&mail, 16 * 1024 * 1024);
    buffer_add_text(&mail, MIME "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (int part = 0; part < 20000; part++)
        buffer_add_text(&mail, "--b\r\n\r\nx\r\n");
    assert_int_equal(try_parts(&reading, mail.at, mail.len), MODULE_OK);
    assert_true(flat_open(&reading.table, PARTS_KIND, PARTS_SHAPE, buffer_span(&reading.bytes)));
    assert_int_equal(reading.table.rows, 1000);
    end(&reading);
    buffer_free(&mail);
}

static void expect_refused(const struct buffer *mail)
{
    struct reading reading;
    assert_int_equal(try_parts(&reading, mail->at, mail->len), MODULE_FAIL);
    assert_int_equal(reading.fault.code, FAULT_BAD_MAIL);
    assert_non_null(reading.fault.asker);
    assert_int_equal(reading.bytes.len, 0);
    end(&reading);
}

static void test_nested_multiparts(void **state)
{
    (void)state;
    struct buffer mail;
    struct reading reading;
    buffer_init(&mail, 16 * 1024 * 1024);
    buffer_add_text(&mail, "MIME-Version: 1.0\n");
    for (int i = 0; i < 1001; i++)
        buffer_printf(&mail, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    expect_refused(&mail);
    buffer_clear(&mail);
    for (int i = 0; i < 1001; i++)
        buffer_printf(&mail, "CONTENT-TYPE : multipart/mixed;\n BOUNDARY =b%d\n\n--b%d\n", i, i);
    expect_refused(&mail);
    buffer_clear(&mail);
    for (int i = 0; i < 900; i++)
        buffer_printf(&mail, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    buffer_add_text(&mail, "\nhello\n");
    assert_int_equal(try_parts(&reading, mail.at, mail.len), MODULE_OK);
    end(&reading);
    buffer_free(&mail);
}

static void test_nested_messages(void **state)
{
    (void)state;
    struct buffer mail;
    buffer_init(&mail, 16 * 1024 * 1024);
    for (int i = 0; i < 101; i++)
        buffer_add_text(&mail, "Content-Type: message/rfc822\n\n");
    expect_refused(&mail);
    buffer_free(&mail);
    /* The word alone, in a text, harms nobody. */
    buffer_init(&mail, 16 * 1024 * 1024);
    buffer_add_text(&mail, "Subject: x\n\n");
    for (int i = 0; i < 2000; i++)
        buffer_add_text(&mail, "boundary=message/rfc822 ((((((\n");
    struct reading reading;
    assert_int_equal(try_parts(&reading, mail.at, mail.len), MODULE_OK);
    end(&reading);
    buffer_free(&mail);
}

static void test_comment_bombs(void **state)
{
    (void)state;
    static const char *const fields[] = {"From", "To ", "Content-Type", "X-Any", "References"};
    struct buffer mail;
    buffer_init(&mail, 4 * 1024 * 1024);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        buffer_clear(&mail);
        buffer_printf(&mail, "A: b\n%s: ", fields[i]);
        for (int depth = 0; depth < 200000; depth++)
            buffer_add_text(&mail, depth % 100 == 99 ? "(\r\n " : "(");
        expect_refused(&mail);
    }
    /* Escaped brackets do not close. */
    buffer_clear(&mail);
    buffer_add_text(&mail, "From: ");
    for (int depth = 0; depth < 51; depth++)
        buffer_add_text(&mail, "(\\)");
    expect_refused(&mail);
    assert_null(mime_nesting(SPAN_LITERAL("From: (a) (b) (c)\nTo: ((((x))))\n")));
    buffer_free(&mail);
}

static void test_nul_bytes(void **state)
{
    (void)state;
    struct reading reading;
    static const char mail[] = "Subject: a\0b\r\n\r\nget\0https://a.example/\r\n";
    assert_int_equal(try_parts(&reading, mail, sizeof mail - 1), MODULE_OK);
    assert_true(flat_open(&reading.table, PARTS_KIND, PARTS_SHAPE, buffer_span(&reading.bytes)));
    assert_int_equal(reading.table.rows, 1);
    assert_true(span_equal(flat_get_text(&reading.table, 0, PARTS_TEXT),
                           SPAN_LITERAL("get https://a.example/\n")));
    end(&reading);
}

/* Whatever the bytes are, there is a sound table or a fault. */
static void test_garbled_mails(void **state)
{
    (void)state;
    static const char sound[] =
        MIME "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n"
             "Content-Type: text/plain; format=flowed; charset*0*=utf-8''u; name*1=x\r\n"
             "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A9 \r\n> x\r\n"
             "begin 644 x\r\n%:&5L;&\\`\r\n`\r\nend\r\n--b\r\n"
             "Content-Disposition: attachment; filename*0*=utf-8'en'%41; filename*1=\"b\"\r\n\r\n"
             "--b--\r\n";
    char mail[sizeof sound];
    uint32_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        struct reading reading;
        memcpy(mail, sound, sizeof sound);
        for (int change = 0; change < 4; change++) {
            seed = seed * 1664525 + 1013904223;
            mail[(seed >> 8) % (sizeof sound - 1)] = (char)(seed >> 24);
        }
        enum module_result result = try_parts(&reading, mail, sizeof sound - 1);
        assert_true(result == MODULE_OK ? flat_open(&reading.table, PARTS_KIND, PARTS_SHAPE,
                                                    buffer_span(&reading.bytes))
                                        : fault_is_set(&reading.fault));
        end(&reading);
    }
}

static void test_small_output(void **state)
{
    (void)state;
    struct reading reading;
    struct call call = begin(&reading);
    reading.bytes.max = 20;
    assert_int_equal(www4mail_module.reader->parts(&call, SPAN_LITERAL("A: b\n\nhello\n"),
                                                   fake_html_to_text, &reading, &reading.bytes),
                     MODULE_FAIL);
    assert_int_equal(reading.fault.code, FAULT_MEMORY);
    end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_parts),    cmocka_unit_test(test_html),
        cmocka_unit_test(test_multipart),       cmocka_unit_test(test_signed_and_forwarded),
        cmocka_unit_test(test_flowed),          cmocka_unit_test(test_uuencode),
        cmocka_unit_test(test_file_names),      cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_parts),      cmocka_unit_test(test_nested_multiparts),
        cmocka_unit_test(test_nested_messages), cmocka_unit_test(test_comment_bombs),
        cmocka_unit_test(test_nul_bytes),       cmocka_unit_test(test_garbled_mails),
        cmocka_unit_test(test_small_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
