/* SPDX-License-Identifier: ISC */
/* A reply about to be composed, and what every composed mail must keep. */
#ifndef WWW4MAIL_TEST_UNIT_REPLY_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_REPLY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/base/buffer.h"
#include "agent/base/file.h"
#include "agent/reply/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- one reply a test ---- */

static struct fixture {
    struct reply_context context;
    struct reply_item item;
    struct document text, html, original;
    struct arena *arena;
    struct fault fault;
    struct reply_mails mails;
    int fd, original_fd;
    struct buffer wire, decoded;
} fix;

static int set_up(void **state)
{
    (void)state;
    static const unsigned char key[32] = "a key of thirty-two bytes for it";
    fix =
        (struct fixture){.fd = file_in_memory("reply"), .original_fd = file_in_memory("original")};
    fix.arena = arena_new(64 * 1024 * 1024);
    buffer_init(&fix.wire, 64 * 1024 * 1024);
    buffer_init(&fix.decoded, 64 * 1024 * 1024);
    fix.context = (struct reply_context){.own_address = "web@agent.example",
                                         .asker = "ann@reader.example",
                                         .subject = SPAN_LITERAL("get it"),
                                         .message_id = SPAN_LITERAL("<1@reader.example>"),
                                         .date = 1795284120,
                                         .job = 17,
                                         .id_seed = SPAN_LITERAL("account|1|2"),
                                         .key = key,
                                         .part_bytes = 100000,
                                         .max_bytes = 10000000,
                                         .footer = "Run by the harbour office."};
    fix.text =
        (struct document){.kind = DOCUMENT_TEXT,
                          .title = SPAN_LITERAL("A title"),
                          .language = SPAN_LITERAL("en-GB"),
                          .body = SPAN_LITERAL("First line \nof it.\n\nFrom here\n.\n> x\n")};
    fix.html = (struct document){.kind = DOCUMENT_HTML,
                                 .title = SPAN_LITERAL("A <title>"),
                                 .body = SPAN_LITERAL("<html><body><p>In HTML</p></body></html>")};
    fix.original = (struct document){.kind = DOCUMENT_ORIGINAL,
                                     .type = SPAN_LITERAL("application/pdf"),
                                     .file_name = SPAN_LITERAL("report.pdf")};
    fix.item = (struct reply_item){.number = 1,
                                   .asked = "GET http://example.org/",
                                   .url = "https://example.org/",
                                   .note = "",
                                   .original_fd = -1};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&fix.arena);
    fault_clear(&fix.fault);
    buffer_free(&fix.wire);
    buffer_free(&fix.decoded);
    close(fix.fd);
    close(fix.original_fd);
    return 0;
}

static bool compose(void)
{
    fault_clear(&fix.fault);
    return reply_compose(&fix.context, &fix.item, fix.fd, fix.arena, &fix.mails, &fix.fault);
}

static const char *wire_of(size_t mail)
{
    char *bytes = malloc(fix.mails.mails[mail].size + 1);
    assert_non_null(bytes);
    size_t size = (size_t)fix.mails.mails[mail].size;
    assert_int_equal(pread(fix.fd, bytes, size, (off_t)fix.mails.mails[mail].offset), size);
    buffer_clear(&fix.wire);
    buffer_add(&fix.wire, bytes, size);
    free(bytes);
    return fix.wire.at;
}

/* What every mail keeps, whatever went in. */
static void assert_sound(void)
{
    struct span rest = buffer_span(&fix.wire);
    bool header = true;
    unsigned to = 0, from = 0, subject = 0, other = 0;
    for (size_t i = 0; i < rest.len; i++) {
        assert_true((unsigned char)rest.at[i] < 0x7F &&
                    (rest.at[i] >= ' ' || strchr("\t\r\n", rest.at[i])));
        assert_true(rest.at[i] != '\n' || (i > 0 && rest.at[i - 1] == '\r'));
        assert_true(rest.at[i] != '\r' || rest.at[i + 1] == '\n');
    }
    struct span line;
    while (span_next_line(&rest, &line)) {
        assert_true(line.len <= 998);
        if (line.len == 0)
            header = false;
        if (!header)
            continue;
        ptrdiff_t colon = span_find_byte(line, ':'); /* one word may be as long as it is */
        size_t word = line.at[0] == ' ' ? 1 : (size_t)colon + 2;
        assert_true(line.len <= 78 || span_find_byte(span_from(line, word), ' ') < 0);
        to += span_starts_nocase(line, SPAN_LITERAL("To:"));
        from += span_starts_nocase(line, SPAN_LITERAL("From:"));
        subject += span_starts_nocase(line, SPAN_LITERAL("Subject: Re:"));
        other += span_starts_nocase(line, SPAN_LITERAL("Bcc")) ||
                 span_starts_nocase(line, SPAN_LITERAL("Cc"));
    }
    assert_true(to == 1 && from == 1 && subject == 1 && other == 0);
    assert_memory_equal(fix.wire.at + fix.wire.len - 2, "\r\n", 2);
}

static const char *compose_one(void)
{
    assert_true(compose());
    assert_int_equal(fix.mails.count, 1);
    wire_of(0);
    assert_sound();
    return fix.wire.at;
}

#define assert_holds(text, wanted) assert_non_null(strstr((text), (wanted)))
#define assert_lacks(text, unwanted) assert_null(strstr((text), (unwanted)))

#define REPLY_TEST(test) cmocka_unit_test_setup_teardown((test), set_up, tear_down)

#endif
