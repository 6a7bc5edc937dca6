/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out while a mail is read: its header table, its part table, its orders.  Each comes
 * out whole or is refused for want of memory: a mail is never taken for a worse one than it is.
 */
#include "agent/modules/call.h"
#include "agent/request/parts.h"
#include "agent/request/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/torture.h"

extern const struct www4mail_module www4mail_module;

static const char mail[] =
    "From: =?utf-8?Q?Ann_=C3=84?= <ann@BOAT.Example>, \"B, C\" (x) <b@b.example>\r\n"
    "To: web@agent.example\r\n"
    "Subject: =?iso-8859-1?Q?caf=E9?= =?utf-8?B?w6k=?=\r\n"
    "Message-ID: <1@boat.example>\r\n"
    "References: <0@boat.example> <00@boat.example>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=koi8-r; format=flowed\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    "GET http://example.org/=D0=C1 \r\nhttps://example.org/long=3Dx\r\n"
    "[PLEASE WAIT] TEXT <www.example.org>\r\n-- \r\nAnn\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n"
    "--b\r\nContent-Type: text/plain; name=\"=?utf-8?Q?=C3=84.txt?=\"\r\n"
    "Content-Disposition: attachment; filename*=utf-8''%C3%84.txt\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nR0VU\r\n"
    "--b\r\n\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\nHELP\r\n--b--\r\n";

static bool html_to_text(void *context, struct span html, struct span charset,
                         struct buffer *text_out)
{
    (void)context, (void)charset;
    return buffer_add_span(text_out, html);
}

/* One table of that mail, which must be as the undisturbed one. */
struct tables {
    bool parts;
    struct buffer whole;
};

static bool read_table(void *context, struct fault *fault)
{
    struct tables *tables = context;
    struct buffer bytes;
    struct span text = {mail, sizeof mail - 1};
    struct arena *arena = arena_new(1 << 20);
    struct call call = {.module = "mime", .arena = arena, .fault = fault};
    buffer_init(&bytes, 1 << 20);
    enum module_result result = MODULE_RETRY;
    if (!arena)
        fault_set(fault, FAULT_MEMORY, NULL, "no arena");
    else if (tables->parts)
        result = www4mail_module.reader->parts(&call, text, html_to_text, NULL, &bytes);
    else
        result = www4mail_module.reader->headers(&call, text, &bytes);
    torture_end();
    if (result == MODULE_OK && !tables->whole.at)
        buffer_add_span(&tables->whole, buffer_span(&bytes));
    if (result == MODULE_OK)
        assert_true(span_equal(buffer_span(&bytes), buffer_span(&tables->whole)));
    buffer_free(&bytes);
    arena_free(&arena);
    return result == MODULE_OK;
}

/* The first attempt keeps what is to come: that memory is none of the attempt's. */
static void torture_table(bool parts)
{
    struct fault fault = FAULT_INIT;
    struct tables tables = {.parts = parts};
    buffer_init(&tables.whole, 1 << 20);
    assert_true(read_table(&tables, &fault));
    assert_true(tables.whole.len > 200);
    assert_true(torture_allocations(&(struct torture){.attempt = read_table, .context = &tables}) >
                10);
    buffer_free(&tables.whole);
}

static void test_memory_ends_in_headers(void **state)
{
    (void)state;
    torture_table(false);
}

static void test_memory_ends_in_parts(void **state)
{
    (void)state;
    torture_table(true);
}

static bool read_orders(void *context, struct fault *fault)
{
    const struct flat *parts = context;
    struct request request;
    struct arena *arena = arena_new(1 << 20);
    bool whole = arena && request_read(arena, parts, SPAN_LITERAL("subject"),
                                       &(struct request_limits){.orders = 4}, &request);
    torture_end();
    if (whole) {
        assert_int_equal(request.count, 4);
        assert_true(request.left_out > 0);
        assert_string_equal(request.orders[0].argument, "http://example.org/\xd0\xb0");
        assert_string_equal(request.orders[3].argument, "https://x.example/");
    }
    arena_free(&arena);
    return whole || fault_set(fault, FAULT_MEMORY, NULL, "no request");
}

static void test_memory_ends_in_orders(void **state)
{
    (void)state;
    struct flat_writer writer;
    struct buffer bytes;
    struct flat parts;
    buffer_init(&bytes, 1 << 16);
    flat_begin(&writer, PARTS_KIND, PARTS_SHAPE, 1 << 16);
    flat_number(&writer, PARTS_PLAIN);
    flat_number(&writer, 0);
    flat_text(&writer, SPAN_LITERAL("text/plain"));
    flat_text(&writer, SPAN_LITERAL(""));
    flat_text(
        &writer,
        SPAN_LITERAL("> quoted\nGET http://example.org/\xd0\xb0\n\n"
                     "https://example.org/x\n"
                     "TEXT <www.example.org>\nHTML "
                     "https://www.google.com/url?q=https%3A%2F%2Fx.example%2F\nHELP\n-- \nAnn\n"));
    assert_true(flat_end(&writer, &bytes));
    assert_true(flat_open(&parts, PARTS_KIND, PARTS_SHAPE, buffer_span(&bytes)));
    assert_true(torture_allocations(&(struct torture){.attempt = read_orders, .context = &parts}) >
                5);
    buffer_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_ends_in_headers),
        cmocka_unit_test(test_memory_ends_in_parts),
        cmocka_unit_test(test_memory_ends_in_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
