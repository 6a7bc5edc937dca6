/* SPDX-License-Identifier: ISC */
/* Replies in several mails, and originals: what is cut comes together again. */
#include "test/unit/reply_fixture.h"

/* ---- parts ---- */

static void add_paragraphs(struct buffer *body, const char *words, int count)
{
    for (int i = 0; i < count; i++)
        buffer_printf(body, "Paragraph %d begins %s \nand ends.\n\n", i, words);
}

/* The subject, unfolded. */
static void assert_subject_ends(const char *wanted)
{
    struct buffer subject;
    struct span rest = span_of(strstr(fix.wire.at, "Subject:")), line;
    buffer_init(&subject, 10000);
    span_next_line(&rest, &line);
    do
        buffer_add_span(&subject, line);
    while (span_next_line(&rest, &line) && line.at[0] == ' ');
    assert_true(subject.len > strlen(wanted));
    assert_string_equal(subject.at + subject.len - strlen(wanted), wanted);
    buffer_free(&subject);
}

static void assert_parts(size_t least)
{
    assert_true(fix.mails.count >= least);
    uint64_t at = fix.mails.mails[0].offset;
    for (size_t i = 0; i < fix.mails.count; i++) {
        char line[64];
        assert_int_equal(fix.mails.mails[i].offset, at);
        assert_true(fix.mails.mails[i].size <= fix.context.part_bytes);
        at += fix.mails.mails[i].size;
        wire_of(i);
        assert_sound();
        assert_holds(fix.wire.at, fix.mails.mails[i].message_id);
        snprintf(line, sizeof line, "(part %zu of %zu)", i + 1, fix.mails.count);
        assert_subject_ends(line);
        if (!strstr(fix.wire.at, "base64"))
            assert_holds(fix.wire.at, "with HELP for help.");
    }
    assert_int_equal(at, (uint64_t)file_size(fix.fd));
}

static void test_text_parts(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body, 1000000);
    add_paragraphs(&body, "with words and words", 200);
    fix.text.body = buffer_span(&body);
    fix.item.text = &fix.text;
    fix.context.part_bytes = 2048;
    assert_true(compose());
    assert_parts(8);
    for (size_t i = 0; i < fix.mails.count; i++) {
        char top[80];
        snprintf(top, sizeof top, "\r\n\r\nPart %zu of %zu\r\nA title\r\n", i + 1, fix.mails.count);
        assert_holds(wire_of(i), top);
        bool last = i + 1 == fix.mails.count;
        assert_holds(fix.wire.at, last ? "This is the last part." : "Goes on in part");
        assert_holds(fix.wire.at, "and ends.\r\n\r\n\r\n"); /* cut behind a paragraph */
    }
    for (int i = 0; i < 200; i++) { /* each once, in order */
        char wanted[64];
        size_t found = 0;
        snprintf(wanted, sizeof wanted, "Paragraph %d begins", i);
        for (size_t mail = 0; mail < fix.mails.count; mail++)
            found += strstr(wire_of(mail), wanted) != NULL;
        assert_int_equal(found, 1);
    }
    buffer_free(&body);
}

static void test_wide_parts(void **state)
{
    (void)state;
    static char wide[30000], title[900];
    for (size_t i = 0; i < sizeof wide; i += 3)
        memcpy(wide + i, i % 99 ? "\xE6\xBC\xA2" : "\xE3\x80\x82", 3);
    memcpy(title, wide, sizeof title);
    fix.text.body = (struct span){wide, sizeof wide};
    fix.text.title = (struct span){title, sizeof title};
    fix.context.subject = (struct span){title, sizeof title};
    fix.item.text = &fix.text;
    for (uint64_t part = 2048; part < 10000; part += 777) {
        fix.context.part_bytes = part;
        assert_true(ftruncate(fix.fd, 0) == 0);
        assert_true(compose());
        assert_parts(3);
    }
}

static void test_html_parts(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body, 1000000);
    buffer_add_text(&body, "<!DOCTYPE html><html><head><title>t</title></head><body><div><ul>");
    for (int i = 0; i < 300; i++)
        buffer_printf(&body, "<li>Item %d, <a href=\"mailto:a@b?body=%d\">of the list</a></li>\n",
                      i, i);
    buffer_add_text(&body, "</ul></div></body></html>");
    fix.html.body = buffer_span(&body);
    fix.item.html = &fix.html;
    fix.context.part_bytes = 3000;
    assert_true(compose());
    assert_parts(8);
    for (size_t i = 0; i < fix.mails.count; i++) {
        assert_holds(wire_of(i), "<!DOCTYPE html>");
        assert_holds(fix.wire.at, "</body></html>\r\n");
        if (i > 0)
            assert_holds(fix.wire.at, "<div\r\n><ul\r\n>\r\n<li>Item");
    }
    /* With a text beside it, only the text is split. */
    fix.item.text = &fix.text;
    assert_true(ftruncate(fix.fd, 0) == 0);
    const char *mail = compose_one();
    assert_holds(mail, "The HTML form is left out");
    assert_holds(mail, "HTML https://example.org/\r\n");
    assert_lacks(mail, "text/html");
    buffer_free(&body);
}

static void test_part_of_least_size(void **state)
{
    (void)state;
    static char words[5000];
    memset(words, 'w', sizeof words);
    char url[1500] = "https://example.org/";
    memset(url + 20, 'u', sizeof url - 21);
    fix.text.title = (struct span){words, sizeof words};
    fix.text.body = (struct span){words, sizeof words};
    fix.context.subject = (struct span){words, sizeof words};
    fix.context.footer = words;
    fix.context.own_address = "web-by-mail-agent-of-the-harbour@a-rather-long-name.agent.example";
    words[sizeof words - 1] = '\0';
    fix.item.note = words;
    fix.item.url = url;
    fix.item.text = &fix.text;
    fix.context.part_bytes = 2048;
    assert_true(compose());
    assert_parts(3);
    fix.context.part_bytes = 2047;
    assert_false(compose());
    assert_int_equal(fix.fault.code, FAULT_CONFIG);
}

static void test_maximum(void **state)
{
    (void)state;
    struct buffer body;
    buffer_init(&body, 1000000);
    add_paragraphs(&body, "and so on", 1000);
    assert_int_equal(write(fix.fd, "before", 6), 6);
    fix.text.body = buffer_span(&body);
    fix.item.text = &fix.text;
    fix.context.part_bytes = 4096;
    fix.context.max_bytes = 30000;
    assert_false(compose());
    assert_int_equal(fix.fault.code, FAULT_REPLY_TOO_LARGE);
    assert_string_equal(fix.fault.asker,
                        "This is larger than the 30 kB that may be mailed for one request.");
    assert_int_equal(fix.mails.count, 0);
    assert_int_equal(file_size(fix.fd), 6);
    fix.context.max_bytes = 300000;
    assert_true(compose());
    assert_int_equal(fix.mails.mails[0].offset, 6);
    assert_parts(10);
    buffer_free(&body);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct buffer body;
    struct hash first, second;
    buffer_init(&body, 1000000);
    add_paragraphs(&body, "caf\xC3\xA9", 300);
    fix.text.body = buffer_span(&body);
    fix.item.text = &fix.text;
    fix.context.part_bytes = 5000;
    assert_true(compose());
    assert_true(hash_sha256_fd(fix.fd, &first));
    assert_true(ftruncate(fix.fd, 0) == 0);
    assert_true(compose());
    assert_true(hash_sha256_fd(fix.fd, &second));
    assert_memory_equal(first.bytes, second.bytes, HASH_BYTES);
    buffer_free(&body);
}

/* ---- originals ---- */

static void put_original(size_t size)
{
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 131 + i / 251);
    assert_true(file_write_all(fix.original_fd, bytes, size));
    free(bytes);
    fix.item.original = &fix.original;
    fix.item.original_fd = fix.original_fd;
    fix.item.original_size = size;
}

static int digit_of(char byte)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = byte ? strchr(digits, byte) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Adds what the base64 part of a mail decodes to. */
static void add_decoded(const char *mail)
{
    const char *at = strstr(mail, "Content-Disposition:");
    assert_non_null(at);
    at = strstr(at, "\r\n\r\n") + 4;
    unsigned bits = 0, have = 0;
    for (; strncmp(at, "--=_", 4) != 0; at++) {
        int digit = digit_of(*at);
        if (digit < 0)
            continue;
        bits = bits << 6 | (unsigned)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            buffer_add_byte(&fix.decoded, (char)(bits >> have & 255));
        }
    }
}

static void assert_decodes_to_original(void)
{
    assert_int_equal(fix.decoded.len, fix.item.original_size);
    for (size_t i = 0; i < fix.decoded.len; i++)
        assert_int_equal(fix.decoded.at[i], (char)(i * 131 + i / 251));
}

static void test_attachment(void **state)
{
    (void)state;
    put_original(10001);
    fix.original.file_name = SPAN_LITERAL("../r\xC3\xA9sum\xC3\xA9 \"1\"\r\nX: y.pdf");
    const char *mail = compose_one();
    assert_holds(mail, "\r\nContent-Type: application/pdf; name=r_sum_1_X_y.pdf\r\n");
    assert_holds(mail, "\r\nContent-Disposition: attachment;\r\n "
                       "filename*=utf-8''r%C3%A9sum%C3%A9%20_1_%20X_%20y.pdf\r\n");
    add_decoded(mail);
    assert_decodes_to_original();
    fix.original.type = SPAN_LITERAL("text\r\nBcc: x/y");
    assert_holds(compose_one(), "Content-Type: application/octet-stream;");
    fix.original.type = SPAN_LITERAL("message/rfc822");
    assert_holds(compose_one(), "Content-Type: application/octet-stream;");
}

static void test_pieces(void **state)
{
    (void)state;
    put_original(100001);
    fix.original.file_name = SPAN_LITERAL("my $(reboot).pdf");
    fix.context.part_bytes = 6000;
    assert_true(compose());
    assert_parts(20);
    for (size_t i = 0; i < fix.mails.count; i++) {
        char name[64];
        snprintf(name, sizeof name, "filename=my_reboot_.pdf.%03zu\r\n", i + 1);
        assert_holds(wire_of(i), name);
        add_decoded(fix.wire.at);
    }
    assert_decodes_to_original();
    assert_holds(wire_of(0), "cat my_reboot_.pdf.0* > my_reboot_.pdf\r\n");
    assert_holds(fix.wire.at, "copy /b my_reboot_.pdf.0* my_reboot_.pdf\r\n");
}

static void test_many_pieces(void **state)
{
    (void)state;
    put_original(100001);
    fix.context.part_bytes = 2048;
    assert_true(compose());
    assert_true(fix.mails.count > 99);
    char name[64];
    snprintf(name, sizeof name, "filename=report.pdf.%04zu\r\n", fix.mails.count);
    assert_holds(wire_of(fix.mails.count - 1), name);
    for (size_t i = 0; i < fix.mails.count; i++)
        add_decoded(wire_of(i));
    assert_decodes_to_original();
}

static void put_source(const char *text, size_t len)
{
    assert_true(ftruncate(fix.original_fd, 0) == 0);
    assert_int_equal(pwrite(fix.original_fd, text, len, 0), len);
    fix.item.original = &fix.original;
    fix.item.original_fd = fix.original_fd;
    fix.item.original_size = len;
}

static void test_source(void **state)
{
    (void)state;
    fix.original.type = SPAN_LITERAL("text/html");
    fix.original.charset = SPAN_LITERAL("iso-8859-1");
    fix.original.file_name = SPAN_LITERAL("index.html");
    put_source("<p>one\r\ntwo=\xE9\r\n", 16);
    assert_holds(compose_one(), "Content-Type: text/plain; charset=iso-8859-1; name=index.html\r\n"
                                "Content-Transfer-Encoding: quoted-printable\r\n"
                                "Content-Disposition: inline; filename=index.html\r\n\r\n"
                                "<p>one\r\ntwo=3D=E9\r\n");
    put_source("a\nb\r\nc", 6);
    assert_holds(compose_one(), "Content-Transfer-Encoding: base64\r\n");
    assert_holds(fix.wire.at, "\r\n\r\nYQpiDQpj\r\n");
    put_source("", 0);
    compose_one();
    fix.item.note = "Nothing else was asked.";
    put_source("plain\n", 6);
    assert_holds(compose_one(), "multipart/mixed");
    assert_holds(fix.wire.at, "Nothing else was asked.\r\n");
    assert_holds(fix.wire.at, "\r\n\r\nplain\r\n\r\n--=_www4mail-");
    fix.original.charset = SPAN_LITERAL("x\r\nBcc: y");
    assert_holds(compose_one(), "charset=utf-8");
}

static void test_broken_originals(void **state)
{
    (void)state;
    put_original(5000);
    fix.item.original_size = 6000;
    assert_false(compose());
    assert_int_equal(fix.fault.code, FAULT_IO);
    assert_int_equal(file_size(fix.fd), 0);
    fix.item.original_fd = -1;
    assert_false(compose());
    assert_int_equal(fix.fault.code, FAULT_IO);
    fix.item.original = NULL;
    assert_false(compose());
    assert_int_equal(fix.fault.code, FAULT_INTERNAL);
}

static void test_output_errors(void **state)
{
    (void)state;
    fix.item.text = &fix.text;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_false(
        reply_compose(&fix.context, &fix.item, ends[1], fix.arena, &fix.mails, &fix.fault));
    assert_int_equal(fix.fault.code, FAULT_IO);
    close(ends[0]);
    close(ends[1]);
    assert_true(file_seal(fix.fd));
    assert_false(compose());
    assert_int_equal(fix.fault.code, FAULT_IO);
    struct arena *small = arena_new(64);
    fault_clear(&fix.fault);
    assert_false(
        reply_compose(&fix.context, &fix.item, fix.original_fd, small, &fix.mails, &fix.fault));
    assert_int_equal(fix.fault.code, FAULT_MEMORY);
    arena_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLY_TEST(test_text_parts),       REPLY_TEST(test_wide_parts),
        REPLY_TEST(test_html_parts),       REPLY_TEST(test_part_of_least_size),
        REPLY_TEST(test_maximum),          REPLY_TEST(test_same_bytes),
        REPLY_TEST(test_attachment),       REPLY_TEST(test_pieces),
        REPLY_TEST(test_many_pieces),      REPLY_TEST(test_source),
        REPLY_TEST(test_broken_originals), REPLY_TEST(test_output_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
