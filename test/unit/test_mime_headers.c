/* SPDX-License-Identifier: ISC */
/* The module `mime`: header tables of sound, odd and hostile mails. */
#include "agent/modules/call.h"
#include "agent/request/mime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

struct reading {
    struct arena *arena;
    struct fault fault;
    struct buffer bytes;
    struct flat table;
};

static struct call begin(struct reading *reading)
{
    *reading = (struct reading){.arena = arena_new(1 << 20)};
    buffer_init(&reading->bytes, HEADERS_MAX_BYTES);
    return (struct call){.module = "mime", .arena = reading->arena, .fault = &reading->fault};
}

static void end(struct reading *reading)
{
    buffer_free(&reading->bytes);
    fault_clear(&reading->fault);
    arena_free(&reading->arena);
}

static void read_headers(struct reading *reading, const char *block, size_t len)
{
    struct call call = begin(reading);
    assert_int_equal(
        www4mail_module.reader->headers(&call, (struct span){block, len}, &reading->bytes),
        MODULE_OK);
    assert_true(
        flat_open(&reading->table, HEADERS_KIND, HEADERS_SHAPE, buffer_span(&reading->bytes)));
}

/* The rows of a kind, as "name=value|...". */
static void expect_rows(const char *block, enum headers_what what, const char *wanted)
{
    struct reading reading;
    struct buffer out;
    buffer_init(&out, 1 << 16);
    buffer_add_text(&out, "");
    read_headers(&reading, block, strlen(block));
    for (uint32_t row = 0; row < reading.table.rows; row++) {
        if (flat_get_number(&reading.table, row, HEADERS_WHAT) != (uint32_t)what)
            continue;
        if (out.len)
            buffer_add_byte(&out, '|');
        buffer_add_span(&out, flat_get_text(&reading.table, row, HEADERS_NAME));
        buffer_add_byte(&out, '=');
        buffer_add_span(&out, flat_get_text(&reading.table, row, HEADERS_VALUE));
    }
    assert_string_equal(out.at, wanted);
    buffer_free(&out);
    end(&reading);
}

static void test_header_lines(void **state)
{
    (void)state;
    expect_rows("Subject: a\r\n b\r\n\tc\r\nTo: x\r\nTo : y\r\n\r\nNot: this\r\n", HEADERS_LINE,
                "Subject=a b c|To=x|To=y");
    expect_rows("From a@b.example Mon Jan  5 10:00:00 2026\nA: b\n\n", HEADERS_LINE, "A=b");
    expect_rows("no colon\nA:\n :x\nB: \xff\x01"
                "b\n",
                HEADERS_LINE, "A=:x|B=\xef\xbf\xbd b");
    expect_rows("A: 1\nA: 2", HEADERS_LINE, "A=1|A=2");
    expect_rows("", HEADERS_LINE, "");
    expect_rows("A: b\n\r\nC: d\n", HEADERS_LINE, "A=b");
    expect_rows("A: b\rC: d\n", HEADERS_LINE, "A=b C: d");
}

static void test_subject(void **state)
{
    (void)state;
    expect_rows("Subject: =?utf-8?q?caf=C3=A9?=\r\n =?utf-8?q?_noir?=\r\n\r\n", HEADERS_SUBJECT,
                "=café noir");
    expect_rows("Subject: one\nSubject: two\n\n", HEADERS_SUBJECT, "=one");
    expect_rows("X: y\n\n", HEADERS_SUBJECT, "");
}

static void test_from(void **state)
{
    (void)state;
    expect_rows("From: =?utf-8?b?w4RubmU=?= <Ann@Example.ORG>\n\n", HEADERS_FROM,
                "Änne=Ann@example.org");
    expect_rows("From: a@b.example,\n C <c@d.example>\n\n", HEADERS_FROM,
                "=a@b.example|C=c@d.example");
    expect_rows("From: =?utf-8?q?boss=40good.example?= <evil@bad.example>\n\n", HEADERS_FROM,
                "boss@good.example=evil@bad.example");
    expect_rows("From: Robot:;\n\n", HEADERS_FROM_GROUP, "=");
    expect_rows("From: Robot:;\n\n", HEADERS_FROM, "");
    expect_rows("From: nobody\n\n", HEADERS_FROM_BAD, "=cannot be read");
    expect_rows("From: a@b.example\nFROM: c@d.example\n\n", HEADERS_FROM_BAD, "=two From fields");
    expect_rows("From: a@b.example\nFROM: c@d.example\n\n", HEADERS_FROM, "=a@b.example");
}

static void test_ids(void **state)
{
    (void)state;
    expect_rows("Message-ID: <a@b>\n\n", HEADERS_MESSAGE_ID, "=<a@b>");
    expect_rows("Message-ID: <a b@c>\n\n", HEADERS_MESSAGE_ID, "");
    expect_rows("Message-ID: a@b\n\n", HEADERS_MESSAGE_ID, "");
    expect_rows("Message-ID: <a@b> x\n\n", HEADERS_MESSAGE_ID, "");
    expect_rows("Message-ID: <a@b>\n <c@d>\n\n", HEADERS_MESSAGE_ID, "");
    expect_rows("Message-ID: <>\n\n", HEADERS_MESSAGE_ID, "");
    expect_rows("Message-ID: <a\xc3\xa9@b>\n\n", HEADERS_MESSAGE_ID, "");
    expect_rows("References: <1@x>\r\n <2 @x> junk <3@x><4@x>\r\n\r\n", HEADERS_REFERENCE,
                "=<1@x>|=<3@x>|=<4@x>");
    expect_rows("In-Reply-To: <9@x>\nX: y\n\n", HEADERS_REFERENCE, "=<9@x>");
    expect_rows("In-Reply-To: <9@x>\nReferences: <1@x>\n\n", HEADERS_REFERENCE, "=<1@x>");
}

static void test_id_limits(void **state)
{
    (void)state;
    struct reading reading;
    struct buffer block;
    buffer_init(&block, 1 << 16);
    buffer_add_text(&block, "References:");
    for (int i = 0; i < 60; i++)
        buffer_printf(&block, " <%d@x>", i);
    buffer_add_text(&block, "\nMessage-ID: <");
    for (int i = 0; i < 248; i++)
        buffer_add_byte(&block, 'a');
    buffer_add_text(&block, ">\n\n");
    read_headers(&reading, block.at, block.len);
    assert_int_equal(headers_count(&reading.table, HEADERS_REFERENCE), REFERENCES_MAX);
    assert_true(
        span_equal(headers_first(&reading.table, HEADERS_REFERENCE), SPAN_LITERAL("<10@x>")));
    assert_int_equal(headers_count(&reading.table, HEADERS_MESSAGE_ID), 1);
    end(&reading);
    block.len -= 3;
    buffer_add_text(&block, "a>\n\n");
    read_headers(&reading, block.at, block.len);
    assert_int_equal(headers_count(&reading.table, HEADERS_MESSAGE_ID), 0);
    end(&reading);
    buffer_free(&block);
}

static void expect_fault(const char *block, size_t len)
{
    struct reading reading;
    read_headers(&reading, block, len);
    assert_int_equal(reading.table.rows, 1);
    assert_int_equal(headers_count(&reading.table, HEADERS_FAULT), 1);
    end(&reading);
}

static void test_header_faults(void **state)
{
    (void)state;
    struct buffer block;
    struct reading reading;
    enum { HUGE_SUBJECT = 10 * 1024 * 1024 };
    expect_fault("A: b\0c\n\n", 8);
    buffer_init(&block, HUGE_SUBJECT + 100);
    for (int i = 0; i < 1001; i++)
        buffer_add_text(&block, "A: b\n");
    expect_fault(block.at, block.len);
    read_headers(&reading, block.at, block.len - 5);
    assert_int_equal(reading.table.rows, 1000);
    end(&reading);
    buffer_clear(&block);
    buffer_add_text(&block, "Subject: ");
    for (int i = 0; i < HUGE_SUBJECT; i++)
        buffer_add_byte(&block, 'a');
    expect_fault(block.at, block.len);
    /* Bytes that grow threefold when they are made sound. */
    memset(block.at + 9, 0xff, 250 * 1024);
    expect_fault(block.at, 250 * 1024);
    buffer_free(&block);
}

/* Whatever the bytes are, there is a sound table. */
static void test_garbled_blocks(void **state)
{
    (void)state;
    static const char sound[] = "From: =?utf-8?q?a?= (x) <\"a b\"@c.example>, G: d@e.example;\r\n"
                                "Subject: =?utf-8?b?w4RubmU=?= =?x?q?y?=\r\n z\r\n"
                                "Message-ID: <a@b>\r\nReferences: <c@d> <e@f>\r\n\r\n";
    char block[sizeof sound];
    uint32_t seed = 1;
    for (int round = 0; round < 5000; round++) {
        struct reading reading;
        memcpy(block, sound, sizeof sound);
        for (int change = 0; change < 4; change++) {
            seed = seed * 1664525 + 1013904223;
            block[(seed >> 8) % (sizeof sound - 1)] = (char)(seed >> 24);
        }
        read_headers(&reading, block, sizeof sound - 1);
        end(&reading);
    }
}

static void test_small_output(void **state)
{
    (void)state;
    struct reading reading;
    struct call call = begin(&reading);
    reading.bytes.max = 20;
    assert_int_equal(
        www4mail_module.reader->headers(&call, SPAN_LITERAL("A: b\n\n"), &reading.bytes),
        MODULE_FAIL);
    assert_int_equal(reading.fault.code, FAULT_MEMORY);
    end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_lines),   cmocka_unit_test(test_subject),
        cmocka_unit_test(test_from),           cmocka_unit_test(test_ids),
        cmocka_unit_test(test_id_limits),      cmocka_unit_test(test_header_faults),
        cmocka_unit_test(test_garbled_blocks), cmocka_unit_test(test_small_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
