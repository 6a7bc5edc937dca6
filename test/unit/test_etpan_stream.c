/* SPDX-License-Identifier: ISC */
/* libetpan over a stream: what passes through, what the end of a connection is, who frees. */
#include "fetchers/mailbox/etpan_stream.h"

#include "test/unit/stream_fixture.h"

#include <libetpan/libetpan.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- a stream of the test's own ---- */

struct fake {
    const char *said; /* that is still to be read; at its end every read fails */
    char heard[64];
    size_t heard_len;
    bool refuses, zero;
    int closed;
};

static ssize_t fake_read(struct stream *stream, void *bytes, size_t len)
{
    struct fake *fake = (struct fake *)(void *)stream;
    size_t left = strlen(fake->said);
    if (fake->zero)
        return 0;
    if (left == 0)
        return -1;
    len = len < left ? len : left;
    memcpy(bytes, fake->said, len);
    fake->said += len;
    return (ssize_t)len;
}

static bool fake_write(struct stream *stream, const void *bytes, size_t len)
{
    struct fake *fake = (struct fake *)(void *)stream;
    if (fake->refuses)
        return false;
    assert_true(fake->heard_len + len < sizeof fake->heard);
    memcpy(fake->heard + fake->heard_len, bytes, len);
    fake->heard_len += len;
    return true;
}

static bool fake_pending(struct stream *stream)
{
    return *((struct fake *)(void *)stream)->said != '\0';
}

static void fake_close(struct stream **stream)
{
    ((struct fake *)(void *)*stream)->closed++;
    *stream = NULL;
}

static const struct stream_ops fake_ops = {
    .read = fake_read, .write = fake_write, .pending = fake_pending, .close = fake_close};

static mailstream *make(struct fake *fake)
{
    mailstream *mail = etpan_stream_new(&fake_ops, (struct stream *)(void *)fake);
    assert_non_null(mail);
    return mail;
}

static void passes_bytes(void **state)
{
    (void)state;
    char bytes[16] = "";
    struct fake fake = {.said = "hello"};
    mailstream *mail = make(&fake);
    assert_int_equal(mailstream_write(mail, "abc", 3), 3);
    assert_int_equal(mailstream_write(mail, "", 0), 0);
    assert_int_equal(mailstream_flush(mail), 0);
    assert_memory_equal(fake.heard, "abc", 3);
    assert_true(etpan_stream_pending(mail));
    assert_int_equal(mailstream_read(mail, bytes, 2), 2);
    assert_false(fake_pending((struct stream *)(void *)&fake));
    assert_true(etpan_stream_pending(mail)); /* in libetpan's own buffer */
    assert_int_equal(mailstream_read(mail, bytes + 2, sizeof bytes - 2), 3);
    assert_string_equal(bytes, "hello");
    assert_false(etpan_stream_pending(mail));
    assert_int_equal(mailstream_low_get_fd(mail->low), -1);
    assert_null(mailstream_low_get_cancel(mail->low));
    assert_int_equal(fake.closed, 0);
    mailstream_close(mail);
    assert_int_equal(fake.closed, 1);
}

static void ends_are_errors(void **state)
{
    (void)state;
    char byte;
    struct fake fake = {.said = "", .refuses = true};
    mailstream *mail = make(&fake);
    assert_int_equal(mailstream_read(mail, &byte, 1), -1);
    fake.zero = true;
    assert_int_equal(mailstream_read(mail, &byte, 1), -1);
    assert_int_equal(mailstream_write(mail, "x", 1), 1);
    assert_int_equal(mailstream_flush(mail), -1);
    mailstream_close(mail);
    assert_int_equal(fake.closed, 1);
}

static void closed_is_closed(void **state)
{
    (void)state;
    char byte;
    struct fake fake = {.said = "x"};
    mailstream *mail = make(&fake);
    assert_int_equal(mailstream_low_close(mail->low), 0);
    assert_int_equal(mailstream_low_close(mail->low), 0);
    assert_int_equal(fake.closed, 1);
    assert_int_equal(mailstream_low_read(mail->low, &byte, 1), -1);
    assert_int_equal(mailstream_low_write(mail->low, "x", 1), -1);
    assert_false(etpan_stream_pending(mail));
    mailstream_close(mail);
    assert_int_equal(fake.closed, 1);
}

/* `text`, then parentheses so deep: is that too deep? */
static bool is_too_deep(const char *text, int parentheses)
{
    char said[4096], bytes[7]; /* read in small pieces */
    snprintf(said, sizeof said, "%s", text);
    memset(said + strlen(text), '(', (size_t)parentheses);
    said[strlen(text) + (size_t)parentheses] = '\0';
    struct fake fake = {.said = said};
    mailstream *mail = make(&fake);
    while (mailstream_low_read(mail->low, bytes, sizeof bytes) > 0)
        ;
    bool too_deep = etpan_stream_too_deep(mail);
    assert_int_equal(mailstream_low_read(mail->low, bytes, sizeof bytes), -1);
    mailstream_close(mail);
    return too_deep;
}

/* Only what libetpan would nest counts: 500 in one answer, and no more. */
static void nesting_has_an_end(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int most; /* parentheses that may follow */
    } cases[] = {
        {"* 1 FETCH ", 500},
        {"* 1 FETCH ((", 498},
        {"* 1 FETCH (())", 500},
        {"))) ", 500},
        {"* OK (\r\n* 1 FETCH ", 500},
        {"* 1 FETCH (BODY[] {3}\r\n(((", 499},
        {"* 1 FETCH (BODY[] {3+}\r\n((\n", 499},
        {"* 1 FETCH (BODY[] {0}\r\n", 499},
        {"* 1 FETCH (BODY[] {2}\r\n\r\n) {4}\r\n((((", 500},
        {"* 1 FETCH (A {3} B ", 499},
        {"* 1 FETCH (A {x}\r\n", 500},
        {"* 1 FETCH (A \"((\" ", 499},
        {"* 1 FETCH (A \"\\\"((\\\\\" ", 499},
        {"* 1 FETCH (A \"{9}\"\r\n", 500},
        {"* OK half \" a quote (\r\n", 500},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int more = 0; more < 2; more++)
            if (is_too_deep(cases[i].text, cases[i].most + more) != more)
                fail_msg("%s and %d parentheses", cases[i].text, cases[i].most + more);
    assert_false(is_too_deep("* 1 FETCH (A \"", 600));
    assert_false(is_too_deep("* 1 FETCH (BODY[] {600}\r\n", 600));
    assert_true(is_too_deep("* 1 FETCH (BODY[] {99}\r\n", 600));
    assert_true(is_too_deep("* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", 3000));
}

/* ---- IMAP on a real one ---- */

static void greet_and_cut(int fd, const void *context)
{
    char line[64];
    play_text(fd, "* OK ready\r\n");
    play_line(fd, line, sizeof line);
    play_text(fd, context);
}

static void imap_meets_the_end(void **state)
{
    (void)state;
    static const char *const last[] = {"", "* 1 FETCH (BODY[] {4294967295}\r\nab", "* OK half"};
    for (size_t i = 0; i < sizeof last / sizeof last[0]; i++) {
        struct server server = server_start(greet_and_cut, last[i]);
        struct stream_options options = options_to(&server);
        struct stream *stream = must_open(&options);
        mailimap *imap = mailimap_new(0, NULL);
        int result = mailimap_connect(imap, etpan_stream_new(&streams, stream));
        assert_int_equal(result, MAILIMAP_NO_ERROR_NON_AUTHENTICATED);
        result = mailimap_noop(imap);
        assert_int_not_equal(result, MAILIMAP_NO_ERROR);
        must_say(streams.fault(stream), FAULT_CONNECT, "closed the connection");
        mailimap_free(imap);
        server_stop(&server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_bytes),       cmocka_unit_test(ends_are_errors),
        cmocka_unit_test(nesting_has_an_end), cmocka_unit_test(closed_is_closed),
        cmocka_unit_test(imap_meets_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
