/* SPDX-License-Identifier: ISC */
/* pop3: lists and mails byte by byte, and servers that do it wrong at every step. */
#include "test/unit/pop3_fixture.h"

/* ---- lists ---- */

static void test_lists(void **state)
{
    static const struct {
        const char *uidl, *list, *wanted;
    } samples[] = {
        {"1 a\r\n2 b\r\n99 c\r\n", "1 10\r\n99 30\r\n", "a:10 b:0 c:30 "},
        {"3 c\r\n1 a\r\n2 b\r\n", "2 20\r\n3 30\r\n1 10\r\n", "a:10 b:20 c:30 "},
        {"0 z\r\n-1 y\r\n1 a\r\n2147483648 x\r\n99999999999999999999 w\r\n",
         "0 5\r\n1 10\r\n2147483648 9\r\n", "a:10 "},
        {"1 a\r\n1 b\r\n2 c\r\n", "1 10\r\n2 20\r\n", "c:20 "},
        {"1 a\r\n2 a\r\n3 b\r\n", "1 10\r\n2 20\r\n3 30\r\n", "a:10 b:30 "},
        {"1 a\r\n\r\n \r\nx\r\n2\r\n3 \r\n4 d extra\r\n", "1 x\r\n1 10 y\r\n\r\n7 1\r\n",
         "a:10 d:0 "},
        {"1 a\r\n2 b\r\n", "1 99999999999999999999999\r\n2 18446744073709551615\r\n",
         "a:0 b:18446744073709551615 "},
        {"1 \xc3\xa4\r\n2 b\x01\r\n3 c\x7f\r\n4 ~!\r\n", "4 1\r\n", "~!:1 "},
        {"1 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
         "2 01234567890123456789012345678901234567890123456789012345678901234567890\r\n",
         "1 1\r\n2 2\r\n",
         "0123456789012345678901234567890123456789012345678901234567890123456789:1 "},
        {"", "1 1\r\n", ""},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char uidl[512], list[512];
        snprintf(uidl, sizeof uidl, "+OK\r\n%s.\r\n", samples[i].uidl);
        snprintf(list, sizeof list, "+OK\r\n%s.\r\n", samples[i].list);
        START(fixture, {.asked = "UIDL", .text = uidl}, {.asked = "LIST", .text = list}, );
        assert_listed(fixture, samples[i].wanted);
    }
}

static void test_empty(void **state)
{
    struct fixture *fixture = *state;
    START(fixture, {.asked = "STAT", .text = "+OK 0 0\r\n"},
          {.asked = "UIDL", .text = "-ERR no mails\r\n"}, );
    assert_listed(fixture, "");
    START(fixture, {.asked = "STAT", .text = "+OK\r\n"}, );
    assert_listed(fixture, "uid-one:30 uid-two:30 ");
}

static void test_no_unique_ids(void **state)
{
    struct fixture *fixture = *state;
    START(fixture, {.asked = "UIDL", .text = "-ERR unknown command\r\n"}, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_CONFIG, "no unique ids");
    START(fixture, {.asked = "UIDL", .text = "-ERR [SYS/TEMP] disk\r\n"}, );
    assert_open_fails(fixture, MODULE_RETRY, FAULT_MAILBOX, "[SYS/TEMP] disk");
    START(fixture, {.asked = "STAT", .text = "-ERR locked\r\n"}, );
    assert_open_fails(fixture, MODULE_RETRY, FAULT_MAILBOX, "locked");
    START(fixture, {.asked = "LIST", .text = "-ERR broken\r\n"}, );
    assert_open_fails(fixture, MODULE_RETRY, FAULT_MAILBOX, "broken");
}

/* ---- a list of so many lines, and one more ---- */

static char *long_list(bool uids, unsigned count)
{
    struct buffer out;
    buffer_init(&out, 64 << 20);
    buffer_add_text(&out, "+OK\r\n");
    for (unsigned i = count; i > 0; i--)
        buffer_printf(&out, uids ? "%u u%06u\r\n" : "%u %u\r\n", i, uids ? i : i % 7);
    buffer_add_text(&out, ".\r\n");
    assert_false(out.failed);
    return out.at;
}

static void test_many(void **state)
{
    struct fixture *fixture = *state;
    char *uidl = long_list(true, 100000), *list = long_list(false, 100000);
    struct message_key key = {0};
    uint64_t cursor = 0, size;
    START(fixture, {.asked = "UIDL", .text = uidl}, {.asked = "LIST", .text = list},
          {.asked = "RETR 99999", .text = "+OK\r\n\r\nhere\r\n.\r\n"}, );
    assert_open(fixture);
    for (unsigned i = 1; i <= 100000; i++) {
        assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
        assert_int_equal(size, i % 7);
    }
    assert_string_equal(key.uid, "u100000");
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_PASS);
    assert_body(fixture, "u099999", "\r\nhere\r\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
    free(uidl);
    uidl = long_list(true, 100001);
    START(fixture, {.asked = "UIDL", .text = uidl}, {.asked = "LIST", .text = list}, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_MAILBOX, "more than 100000");
    START(fixture, {.asked = "STAT", .text = "+OK 100001 1\r\n"}, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_MAILBOX, "more than 100000");
    assert_int_equal(fake_pop3_heard(&fake, "UIDL"), 0);
    free(uidl);
    free(list);
}

/* ---- heads ---- */

static void test_no_top(void **state)
{
    struct fixture *fixture = *state;
    START(fixture, {.asked = "TOP", .text = "-ERR no\r\n"}, );
    assert_open(fixture);
    assert_head(fixture, "uid-one", "Subject: one\r\n\r\n");
    assert_head(fixture, "uid-two", "Subject: two\r\n\r\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake_pop3_heard(&fake, "TOP"), 1); /* not asked again */
    assert_int_equal(fake_pop3_heard(&fake, "RETR"), 2);
    assert_int_equal(fake.log->sessions, 1);
    START(fixture, {.asked = "TOP", .text = "-ERR no\r\n"},
          {.asked = "RETR", .text = "-ERR neither\r\n"}, );
    assert_open(fixture);
    struct buffer headers;
    buffer_init(&headers, 1000);
    assert_retry(fixture, box_head(fixture, "uid-one", &headers), "neither");
    assert_int_equal(box_close(fixture), MODULE_OK);
    buffer_free(&headers);
}

/* Behind the header block of a large mail the connection is given up and made anew; numbers are
 * those of the new session. */
static void test_large_without_top(void **state)
{
    enum { SIZE = 1024 * 1024 };
    static const char head[] = "+OK\r\nSubject: x\r\n\r\n";
    struct fixture *fixture = *state;
    char *mail = malloc(SIZE);
    assert_non_null(mail);
    memset(mail, 'x', SIZE);
    memcpy(mail, head, sizeof head - 1);
    START(fixture, {.asked = "TOP", .text = "-ERR no\r\n"},
          {.asked = "RETR 1", .act = FAKE_HANG, .text = mail, .len = SIZE, .session = 1},
          {.asked = "UIDL", .text = "+OK\r\n1 uid-two\r\n2 uid-new\r\n.\r\n", .session = 2},
          {.asked = "RETR 1", .text = "+OK\r\n\r\nthe second\r\n.\r\n", .session = 2}, );
    fixture_set(fixture, "done.delete", "yes");
    assert_open(fixture);
    assert_head(fixture, "uid-one", "Subject: x\r\n\r\n");
    assert_body(fixture, "uid-two", "\r\nthe second\r\n");
    assert_int_equal(fake.log->sessions, 2);
    enum module_result result;
    assert_null(box_body(fixture, "uid-one", 100, &result));
    assert_retry(fixture, result, "gone");
    assert_int_equal(box_settle(fixture, "uid-two", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake_pop3_heard(&fake, "DELE 1"), 1);
    assert_int_equal(fake_pop3_heard(&fake, "DELE"), 1);
    free(mail);
}

static void test_head_is_cut(void **state)
{
    struct fixture *fixture = *state;
    struct buffer headers;
    START(fixture, {.asked = "TOP 1", .text = "+OK\r\nA: b\r\n\r\nbody all the same\r\n.\r\n"},
          {.asked = "TOP 2", .text = "+OK\r\n..A: b\r\nC: d\r\n.\r\n"}, );
    assert_open(fixture);
    assert_head(fixture, "uid-one", "A: b\r\n\r\n");
    assert_head(fixture, "uid-two", ".A: b\r\nC: d\r\n");
    buffer_init(&headers, 5);
    assert_int_equal(box_head(fixture, "uid-two", &headers), MODULE_OK);
    assert_string_equal(headers.at, ".A: b");
    buffer_free(&headers);
    assert_body(fixture, "uid-one", "Subject: one\r\n\r\nfirst\r\n"); /* still in step */
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* ---- bodies ---- */

/* What the server sends, and the mail it stands for. */
struct text {
    const char *wire;
    size_t wire_len;
    const char *mail;
    size_t mail_len;
};

#define TEXT(wire, mail)                                                                           \
    {                                                                                              \
        "+OK\r\n" wire, sizeof("+OK\r\n" wire) - 1, mail, sizeof(mail) - 1                         \
    }

static const struct text texts[] = {
    TEXT(".\r\n", ""),
    TEXT("a\r\n.\r\n", "a\r\n"),
    TEXT("..\r\n.\r\n", ".\r\n"),
    TEXT("...\r\n.\r\n", "..\r\n"),
    TEXT("..a\r\na.\r\n.\r\n", ".a\r\na.\r\n"),
    TEXT(".a\r\n.\r\n", "a\r\n"),
    TEXT("\r\n..\r\n\r\n.\r\n", "\r\n.\r\n\r\n"),
    TEXT("a\0b\r\n\0\r\n.\r\n", "a\0b\r\n\0\r\n"),
    TEXT("a\n.\nb\n..\r\n.\r\n", "a\n.\nb\n..\r\n"), /* a bare LF ends no line */
    TEXT("a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n"),     /* and no mail */
    TEXT("a\r\n\n.\r\nb\r\n.\r\n", "a\r\n\n.\r\nb\r\n"),
    TEXT("a\r.\r\n.\r\n", "a\r.\r\n"),
    TEXT("a\r\r\n.\r\n", "a\r\r\n"),
    TEXT(".\rx\r\n.\r\n", "\rx\r\n"),
    TEXT(".\r\rx\r\n.\r\n", "\r\rx\r\n"),
    TEXT("\xff\xfe\x80\r\n.\r\n", "\xff\xfe\x80\r\n"),
};

static void assert_text(struct fixture *fixture, const struct text *text)
{
    struct message_key key = {.uid = "uid-one"};
    int fd = file_in_memory("test");
    size_t len;
    assert_int_equal(www4mail_module.mailbox->body(&fixture->call, fixture->state, &key, fd, 1000),
                     MODULE_OK);
    char *mail = fixture_slurp(fd, &len);
    assert_int_equal(len, text->mail_len);
    if (len)
        assert_memory_equal(mail, text->mail, len);
    free(mail);
    close(fd);
}

static void test_texts(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < 2 * sizeof texts / sizeof *texts; i++) {
        const struct text *text = &texts[i / 2];
        START(fixture,
              {.asked = "RETR 1",
               .act = i % 2 ? FAKE_DRIP : FAKE_SAY,
               .text = text->wire,
               .len = text->wire_len}, );
        assert_open(fixture);
        assert_text(fixture, text);
        assert_body(fixture, "uid-two", "Subject: two\r\n\r\nsecond\r\n"); /* still in step */
        assert_int_equal(box_close(fixture), MODULE_OK);
    }
}

/* A server that ends its own lines with LF alone is taken at its word. */
static void test_bare_lf_server(void **state)
{
    struct fixture *fixture = *state;
    START(fixture, {.asked = "RETR 1", .text = "+OK\nA: b\n\n..\nx\n.\n"}, );
    assert_open(fixture);
    assert_body(fixture, "uid-one", "A: b\n\n.\nx\n");
    assert_body(fixture, "uid-two", "Subject: two\r\n\r\nsecond\r\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static char *large_mail(size_t lines)
{
    struct buffer out;
    buffer_init(&out, 256 << 20);
    buffer_add_text(&out, "+OK\r\n");
    for (size_t i = 0; i < lines; i++)
        buffer_printf(&out, "%s%zu and what more there is to be said of it\r\n", i % 3 ? "" : "..",
                      i);
    buffer_add_text(&out, ".\r\n");
    assert_false(out.failed);
    return out.at;
}

static void test_large_body(void **state)
{
    enum { LINES = 100000 };
    struct fixture *fixture = *state;
    char *wire = large_mail(LINES), list[64];
    size_t size = strlen(wire) - 8 - (LINES + 2) / 3;
    enum module_result result;
    snprintf(list, sizeof list, "+OK\r\n1 %zu\r\n2 30\r\n.\r\n", size);
    START(fixture, {.asked = "LIST", .text = list}, {.asked = "RETR 1", .text = wire}, );
    assert_open(fixture);
    assert_null(box_body(fixture, "uid-one", size - 1, &result)); /* LIST says it: not asked for */
    assert_int_equal(result, MODULE_FAIL);
    assert_fault(fixture, FAULT_MAIL_TOO_LARGE, "bytes");
    assert_int_equal(fake_pop3_heard(&fake, "RETR"), 0);
    char *mail = box_body(fixture, "uid-one", size, &result);
    assert_int_equal(result, MODULE_OK);
    assert_int_equal(strlen(mail), size);
    assert_memory_equal(mail, ".0 and", 6);
    free(mail);
    assert_int_equal(box_close(fixture), MODULE_OK);
    free(wire);
}

/* More than LIST said: up to `max` where it is little, an end of the session where it is much. */
static void test_larger_than_announced(void **state)
{
    struct fixture *fixture = *state;
    char *wire = large_mail(1000), *endless = large_mail(20000);
    enum module_result result;
    START(fixture, {.asked = "LIST", .text = "+OK\r\n1 9\r\n2 9\r\n.\r\n"},
          {.asked = "RETR 1", .text = wire}, {.asked = "RETR 2", .text = endless}, );
    assert_open(fixture);
    char *mail = box_body(fixture, "uid-one", 1 << 20, &result);
    assert_int_equal(result, MODULE_OK);
    free(mail);
    assert_null(box_body(fixture, "uid-one", 1000, &result));
    assert_int_equal(result, MODULE_FAIL);
    assert_fault(fixture, FAULT_MAIL_TOO_LARGE, "1000");
    assert_head(fixture, "uid-two", "Subject: two\r\n\r\n"); /* in a new session */
    assert_int_equal(fake.log->sessions, 2);
    assert_null(box_body(fixture, "uid-two", 1 << 20, &result));
    assert_int_equal(result, MODULE_RETRY);
    fault_clear(&fixture->fault);
    assert_null(box_body(fixture, "uid-one", 1 << 20, &result));
    assert_retry(fixture, result, "has ended"); /* never on */
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake.log->sessions, 2);
    free(wire);
    free(endless);
}

static void test_full_disk(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {.uid = "uid-one"};
    START(fixture, );
    assert_open(fixture);
    int fd = open("/dev/full", O_WRONLY);
    assert_int_equal(www4mail_module.mailbox->body(&fixture->call, fixture->state, &key, fd, 1000),
                     MODULE_RETRY);
    close(fd);
    assert_fault(fixture, FAULT_DISK_FULL, "write");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* ---- what goes wrong at each step ---- */

static void test_each_step_fails(void **state)
{
    static const struct fake_answer wrongs[] = {
        {.act = FAKE_CUT, .text = ""},
        {.act = FAKE_CUT, .text = "+O"},
        {.act = FAKE_HANG, .text = ""},
        {.act = FAKE_HANG, .text = "+OK"},
        {.act = FAKE_SAY, .text = "HTTP/1.1 400 Bad Request\r\n"},
        {.act = FAKE_SAY, .text = "+OKAY\r\n"},
        {.act = FAKE_SAY, .text = "\r\n"},
        {.act = FAKE_SAY, .text = "\0\r\n", .len = 3},
        {.act = FAKE_FLOOD, .text = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        for (size_t w = 0; w < sizeof wrongs / sizeof *wrongs; w++) {
            struct fake_answer wrong = wrongs[w];
            wrong.asked = steps[i];
            START(fixture, wrong, );
            fixture->call.deadline_ms =
                clock_monotonic_ms() + (wrong.act == FAKE_HANG ? 100 : 20000);
            assert_int_equal(box_open(fixture), MODULE_RETRY);
            assert_null(fixture->state);
            assert_true(fault_is_set(&fixture->fault));
            fault_clear(&fixture->fault);
            assert_int_equal(fake.log->sessions, 1);
        }
    }
}

static void test_lists_that_do_not_end(void **state)
{
    static const char *const asked[] = {"CAPA", "UIDL", "LIST", "TOP 1", "RETR 1"};
    static const struct fake_answer wrongs[] = {
        {.act = FAKE_CUT, .text = "+OK\r\n1 a\r\n"},
        {.act = FAKE_HANG, .text = "+OK\r\n1 a\r\n.\r"},
        {.act = FAKE_FLOOD,
         .text = "+OK 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        for (size_t w = 0; w < sizeof wrongs / sizeof *wrongs; w++) {
            struct fake_answer wrong = wrongs[w];
            struct buffer headers;
            enum module_result result;
            wrong.asked = asked[i];
            START(fixture, wrong, );
            fixture->call.deadline_ms =
                clock_monotonic_ms() + (wrong.act == FAKE_HANG ? 200 : 20000);
            buffer_init(&headers, 1000);
            result = box_open(fixture);
            if (result == MODULE_OK && i == 3)
                result = box_head(fixture, "uid-one", &headers);
            else if (result == MODULE_OK)
                free(box_body(fixture, "uid-one", 1 << 20, &result));
            if (i == 3 && wrong.act == FAKE_FLOOD) /* the head is cut, the rest is not waited for */
                assert_int_equal(result, MODULE_OK);
            else
                assert_int_equal(result,
                                 i == 1 && wrong.act == FAKE_FLOOD ? MODULE_FAIL : MODULE_RETRY);
            buffer_free(&headers);
            if (fixture->state)
                assert_int_equal(box_close(fixture), MODULE_OK);
            fault_clear(&fixture->fault);
        }
    }
}

static void test_refusals(void **state)
{
    struct fixture *fixture = *state;
    enum module_result result;
    START(fixture, {.asked = "", .text = "-ERR go away\x1b[31m\r\n"}, );
    assert_open_fails(fixture, MODULE_RETRY, FAULT_MAILBOX, "turns us away: go away?[31m");
    START(fixture, {.asked = "CAPA", .text = "-ERR older\r\n"}, );
    assert_listed(fixture, "uid-one:30 uid-two:30 ");
    START(fixture, {.asked = "RETR 1", .text = "-ERR corrupt\r\n"}, );
    assert_open(fixture);
    assert_null(box_body(fixture, "uid-one", 100, &result));
    assert_retry(fixture, result, "uid-one: corrupt");
    assert_body(fixture, "uid-two", "Subject: two\r\n\r\nsecond\r\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
    START(fixture, );
    fake_pop3_stop(&fake);
    assert_int_equal(box_open(fixture), MODULE_RETRY);
    assert_fault(fixture, FAULT_CONNECT, "127.0.0.1");
}

/* A broken session ends the list. */
static void test_list_after_fault(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {0};
    uint64_t cursor = 0, size;
    enum module_result result;
    START(fixture, {.asked = "RETR", .act = FAKE_CUT, .text = "+OK\r\nhalf a ma"}, );
    assert_open(fixture);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_null(box_body(fixture, key.uid, 100, &result));
    assert_int_equal(result, MODULE_RETRY);
    fault_clear(&fixture->fault);
    assert_retry(fixture, box_list(fixture, &cursor, &key, &size), "has ended");
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake.log->sessions, 1);
}

static void test_slow_bytes(void **state)
{
    struct fixture *fixture = *state;
    START(fixture, {.asked = "", .act = FAKE_DRIP, .text = "+OK ready\r\n"},
          {.asked = "UIDL", .act = FAKE_DRIP, .text = "+OK\r\n1 uid-one\r\n2 uid-two\r\n.\r\n"}, );
    assert_listed(fixture, "uid-one:30 uid-two:30 ");
}

/* A line of 64 KiB is read, a longer one is not. */
static void test_long_lines(void **state)
{
    enum { LONG = 64 * 1024 };
    struct fixture *fixture = *state;
    char *line = malloc(LONG + 1);
    assert_non_null(line);
    memset(line, 'x', LONG + 1);
    memcpy(line, "+OK ", 4);
    memcpy(line + LONG - 2, "\r\n", 2);
    START(fixture, {.asked = "", .text = line, .len = LONG}, );
    assert_open(fixture);
    assert_int_equal(box_close(fixture), MODULE_OK);
    memcpy(line + LONG - 2, "xx", 2);
    line[LONG] = '\n';
    START(fixture, {.asked = "", .text = line, .len = LONG + 1}, );
    assert_open_fails(fixture, MODULE_RETRY, FAULT_MAILBOX, "without an end");
    free(line);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_lists),
        TEST(test_empty),
        TEST(test_no_unique_ids),
        TEST(test_many),
        TEST(test_no_top),
        TEST(test_large_without_top),
        TEST(test_head_is_cut),
        TEST(test_texts),
        TEST(test_bare_lf_server),
        TEST(test_large_body),
        TEST(test_larger_than_announced),
        TEST(test_full_disk),
        TEST(test_each_step_fails),
        TEST(test_lists_that_do_not_end),
        TEST(test_refusals),
        TEST(test_list_after_fault),
        TEST(test_slow_bytes),
        TEST(test_long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
