/* SPDX-License-Identifier: ISC */
/* format=flowed: stuffing, soft lines, what may not stand in a mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/base/file.h"
#include "agent/reply/flow.h"

#include <string.h>
#include <unistd.h>

static char wire[16 * 1024];

static const char *flow(struct span text)
{
    struct mail_writer writer;
    int fd = file_in_memory("wire");
    mail_writer_init(&writer, fd, UINT64_MAX);
    struct mime_body body = mime_body_begin(&writer, MIME_7BIT);
    flow_lines(&body, text);
    mime_body_end(&body);
    assert_true(mail_writer_finish(&writer));
    ssize_t got = pread(fd, wire, sizeof wire - 1, 0);
    assert_true(got >= 0);
    wire[got] = '\0';
    close(fd);
    return wire;
}

#define FLOW(text) flow(SPAN_LITERAL(text))

static void test_stuffing(void **state)
{
    (void)state;
    assert_string_equal(FLOW(" x\n>y\nFrom me\nFrom\nfrom me\n.\n"),
                        "  x\r\n >y\r\n From me\r\nFrom\r\nfrom me\r\n.\r\n");
    assert_string_equal(FLOW("\x01\x02> x\n"), " > x\r\n");
    assert_string_equal(FLOW("From \nhere\n"), " From \r\nhere\r\n");
    assert_string_equal(FLOW("Fr\x7Fom \x01x\n"), " From x\r\n");
}

static void test_soft_and_hard(void **state)
{
    (void)state;
    assert_string_equal(FLOW("one \ntwo\n"), "one \r\ntwo\r\n");
    assert_string_equal(FLOW("one   \ntwo\t\n"), "one \r\ntwo\r\n");
    assert_string_equal(FLOW("last \n"), "last\r\n");
    assert_string_equal(FLOW("last "), "last\r\n");
    assert_string_equal(FLOW("-- \nx\n"), "--\r\nx\r\n");
    assert_string_equal(FLOW("-\x7F- \nx\n"), "--\r\nx\r\n");
    assert_string_equal(FLOW("hard \x7F\nhard \xC2\x85\nx\n"), "hard\r\nhard\r\nx\r\n");
    assert_string_equal(FLOW("   \n\nx\n"), "\r\n\r\nx\r\n");
    assert_string_equal(FLOW("\x01 \nx\n"), "\r\nx\r\n");
    assert_string_equal(FLOW(""), "");
}

static void test_hostile_bytes(void **state)
{
    (void)state;
    assert_string_equal(FLOW("a\0b\x1B[1m\r\tc\x7F\xC2\x85\n"), "ab[1m\tc\r\n");
    assert_string_equal(FLOW("\xFFx\n"), "\xEF\xBF\xBDx\r\n");
    assert_string_equal(FLOW("caf\xC3\n"), "caf\xEF\xBF\xBD\r\n");
}

static void test_long_lines_of_our_own(void **state)
{
    (void)state;
    char text[600] = "";
    for (size_t i = 0; i < 50; i++)
        memcpy(text + i * 10, "words and ", 11);
    assert_in_range(flow_fit(span_of(text)), 60, 75);
    assert_int_equal(flow_fit(SPAN_LITERAL("short one")), 9);
    memset(text, 'x', 500);
    assert_int_equal(flow_fit((struct span){text, 500}), 500);

    struct mail_writer counter;
    struct mime_survey survey;
    mail_writer_init(&counter, -1, UINT64_MAX);
    struct mime_body body = mime_body_survey(&survey);
    memset(text + 30, ' ', 1);
    memset(text + 99, ' ', 1);
    flow_text(&body, text);
    assert_int_equal(survey.bare_lf, 3);
    flow_text(&body, "");
    assert_int_equal(survey.bare_lf, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stuffing),
        cmocka_unit_test(test_soft_and_hard),
        cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_long_lines_of_our_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
