/* SPDX-License-Identifier: ISC */
/* What the smtp module puts on the wire and what it refuses to: bytes, addresses, settings, signing
 * in; and the examination. */
#include "test/unit/smtp_fixture.h"

#define ONE(...) (struct fake_script[]){{__VA_ARGS__}}, 1, NULL

/* ---- the bytes ---- */

static void send_and_compare(const char *mail, size_t len, const char *wire, size_t wire_len)
{
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_submit_bytes(&fixture, "anna@asker.example", mail, len, len);
    assert_came_to(&fixture, "bytes", MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
    assert_int_equal(fixture.fake.seen->mail_len, wire_len);
    assert_memory_equal(fixture.fake.seen->mail, wire, wire_len);
    fixture_end(&fixture);
}

static void dots(void **state)
{
    (void)state;
    static const char mail[] = ".a\r\n.\r\n..\r\nb.\r\n\r\n.\r\n.\r\n";
    static const char wire[] = "..a\r\n..\r\n...\r\nb.\r\n\r\n..\r\n..\r\n";
    send_and_compare(mail, sizeof mail - 1, wire, sizeof wire - 1);
    send_and_compare("x\r\n.", 4, "x\r\n..\r\n", 7); /* its last line gets its end */
}

/* As many lines with a dot as bytes that lie behind a boundary of libcurl's buffer. */
static void dots_and_buffers(void **state)
{
    (void)state;
    enum { BUFFER = 64 * 1024, LINE = 64 };
    static char mail[3 * BUFFER], wire[4 * BUFFER];
    for (size_t extra = 3; extra < 400; extra += 36) {
        size_t len = 0, wire_len = 0, left = extra;
        while (len < BUFFER + extra) {
            size_t room = BUFFER + extra - len, line = room < LINE ? room : LINE;
            bool dotted = left > 0 && line == LINE;
            if (room - line == 1)
                line--; /* no room for a line end otherwise */
            memset(mail + len, 'x', line);
            memcpy(mail + len + line - 2, "\r\n", 2);
            if (dotted) {
                mail[len] = '.';
                wire[wire_len++] = '.';
                left--;
            }
            memcpy(wire + wire_len, mail + len, line);
            len += line;
            wire_len += line;
        }
        send_and_compare(mail, len, wire, wire_len);
    }
}

static void nuls_and_size(void **state)
{
    (void)state;
    send_and_compare("a\0b\r\n", 5, "a\0b\r\n", 5);
}

static void unfit_bytes(void **state)
{
    (void)state;
    static const char *const mails[] = {"", "a\nb\r\n", "a\rb\r\n", "a\r\n.\n", "a\r", "\n"};
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        size_t len = strlen(mails[i]);
        fixture_submit_bytes(&fixture, "anna@asker.example", mails[i], len, len);
        assert_came_to(&fixture, mails[i], MODULE_OK, SUBMISSION_NEVER, FAULT_OK, "line end");
    }
    fixture_submit_bytes(&fixture, "anna@asker.example", "ab\r\n", 4, 5);
    assert_came_to(&fixture, "short", MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_IO, "cannot be read");
    assert_int_equal(fixture.fake.seen->connections, 0);
    fixture_end(&fixture);
}

/* Large enough not to fit into the buffers of a connection: what breaks within was not sent. */
static void breaks_within(void **state)
{
    (void)state;
    enum { LARGE = 9000000 };
    struct fixture fixture;
    char *mail = malloc(LARGE);
    assert_non_null(mail);
    memset(mail, 'x', LARGE);
    memcpy(mail + LARGE - 2, "\r\n", 2);
    fixture_start(&fixture, ONE(.data = "354 Go\r\n" FAKE_CLOSE));
    fixture_submit_bytes(&fixture, "anna@asker.example", mail, LARGE, LARGE);
    assert_came_to(&fixture, "mid-data", MODULE_OK, SUBMISSION_NOT_SENT, FAULT_OK, "within");
    fixture_end(&fixture);
    free(mail);
}

static void size_is_too_small(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.ehlo = "250-fake\r\n250 SIZE 25\r\n"));
    fixture_submit(&fixture);
    assert_came_to(&fixture, "26 of 25", MODULE_OK, SUBMISSION_NEVER, FAULT_OK, "larger");
    assert_false(saw(&fixture, "MAIL"));
    fixture_submit_bytes(&fixture, "anna@asker.example", "x\r\n", 3, 3);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    fixture_submit(&fixture); /* over a connection that knows the limit */
    assert_came_to(&fixture, "26 of 25", MODULE_OK, SUBMISSION_NEVER, FAULT_OK, "larger");
    assert_int_equal(fixture.fake.seen->connections, 2);
    fixture_end(&fixture);
    fixture_start(&fixture, ONE(.ehlo = "250-fake\r\n250 SIZE 26\r\n"));
    fixture_submit(&fixture);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    fixture_end(&fixture);
    fixture_start(&fixture, ONE(.ehlo = "250-fake\r\n250-SIZE\r\n250 SIZE 0\r\n"));
    fixture_submit(&fixture);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    fixture_end(&fixture);
}

static void unfit_addresses(void **state)
{
    (void)state;
    static const char *const addresses[] = {"",
                                            "anna",
                                            "@asker.example",
                                            "anna@",
                                            "anna@asker.example\r\nRSET",
                                            "anna@asker.example>\r\nRCPT TO:<b@x.example",
                                            "<anna@asker.example>",
                                            "an na@asker.example",
                                            "anna\t@asker.example",
                                            "anna\x7f@asker.example"};
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        fixture_submit_bytes(&fixture, addresses[i], "x\r\n", 3, 3);
        assert_came_to(&fixture, addresses[i], MODULE_OK, SUBMISSION_NEVER, FAULT_OK, "address");
    }
    assert_int_equal(fixture.fake.seen->connections, 0);
    fixture_end(&fixture);
}

/* ---- signing in ---- */

static void sign_in(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct fake_script script;
        enum module_result result;
        enum submission_outcome outcome;
        enum fault_code code;
        const char *words;
    } cases[] = {
        {"good", {.auth = NULL}, MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711"},
        {"LOGIN only",
         {.ehlo = "250-fake\r\n250 AUTH LOGIN\r\n"},
         MODULE_OK,
         SUBMISSION_ACCEPTED,
         FAULT_OK,
         "4711"},
        {"wrong",
         {.auth = "535 5.7.8 Wrong\r\n"},
         MODULE_FAIL,
         SUBMISSION_NOT_SENT,
         FAULT_SIGN_IN,
         "535 5.7.8 Wrong"},
        {"not now",
         {.auth = "454 4.7.0 Not now\r\n"},
         MODULE_OK,
         SUBMISSION_LATER,
         FAULT_OK,
         "454 4.7.0"},
        {"closed",
         {.auth = "421 Bye\r\n" FAKE_CLOSE},
         MODULE_OK,
         SUBMISSION_LATER,
         FAULT_OK,
         "421"},
        {"cut", {.auth = FAKE_CLOSE}, MODULE_OK, SUBMISSION_NOT_SENT, FAULT_OK, "signing in"},
        {"none offered",
         {.ehlo = "250 fake\r\n"},
         MODULE_FAIL,
         SUBMISSION_NOT_SENT,
         FAULT_SIGN_IN,
         "offers no sign-in"},
        {"others offered",
         {.ehlo = "250-fake\r\n250 AUTH CRAM-MD5 NTLM\r\n"},
         MODULE_FAIL,
         SUBMISSION_NOT_SENT,
         FAULT_SIGN_IN,
         "offers no sign-in"},
        {"530 at MAIL",
         {.mail = "530 5.7.0 Sign in\r\n"},
         MODULE_FAIL,
         SUBMISSION_NOT_SENT,
         FAULT_SIGN_IN,
         "530 5.7.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_start(&fixture, &cases[i].script, 1, NULL);
        fixture_set(&fixture, "user", "web");
        fixture_submit(&fixture);
        assert_came_to(&fixture, cases[i].name, cases[i].result, cases[i].outcome, cases[i].code,
                       cases[i].words);
        assert_int_equal(fixture.passwords, 1);
        if (cases[i].result != MODULE_OK)
            assert_false(saw(&fixture, "RCPT"));
        fixture_end(&fixture);
    }
}

static void no_password(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_set(&fixture, "user", "web");
    fixture.password = NULL;
    fixture_submit(&fixture);
    assert_came_to(&fixture, "none", MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_CONFIG,
                   "password_command: no password");
    fixture.call.secret = NULL;
    fixture_submit(&fixture);
    assert_came_to(&fixture, "none", MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_CONFIG,
                   "no password for user web");
    assert_int_equal(fixture.fake.seen->connections, 0);
    fixture_end(&fixture);
}

/* ---- settings and examination ---- */

static void wrong_settings(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value;
    } wrong[] = {
        {"host", ""},
        {"host", "mail.example/x"},
        {"host", "a b"},
        {"port", "0"},
        {"port", "65536"},
        {"port", "smtp"},
        {"tls", "maybe"},
        {"tls", ""},
        {"auth", "cram-md5"},
        {"pin", "md5//x"},
        {"proxy", "ftp://127.0.0.1"},
        {"proxy", "socks5://127.0.0.1:1"},
        {"ehlo_name", "a b"},
        {"ehlo_name", "a\r\nMAIL"},
        {"user", "a\r\nb"},
        {"response_time", "0"},
        {"response_time", "3601"},
        {"response_time", "soon"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fixture fixture;
        fixture_start(&fixture, ONE(.mail = NULL));
        fixture_set(&fixture, wrong[i].key, wrong[i].value);
        fixture_submit(&fixture);
        assert_came_to(&fixture, wrong[i].key, MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_CONFIG,
                       "submission.");
        assert_int_equal(fixture.fake.seen->connections, 0);
        fixture_end(&fixture);
    }
}

static void clear_text_stays_here(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_set(&fixture, "host", "192.0.2.1");
    fixture_submit(&fixture);
    assert_came_to(&fixture, "far", MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_CONFIG,
                   "this machine only");
    fixture_end(&fixture);
}

static void examination(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_set(&fixture, "user", "web");
    assert_int_equal(fixture_examine(&fixture), MODULE_OK);
    assert_said(&fixture, "ok submission: connected to 127.0.0.1 port ");
    assert_said(&fixture, "ok submission: greeted as sender.example; takes mails up to 10000000 "
                          "bytes; PLAIN or LOGIN yes; SMTPUTF8 yes; PIPELINING no");
    assert_said(&fixture, "ok submission: signed in as web");
    assert_said(&fixture, "takes <web@sender.example> as sender; no mail was sent");
    assert_null(strstr(fixture.said, "CHANGE"));
    assert_true(saw(&fixture, "MAIL FROM:<web@sender.example>\r\nRSET\r\nQUIT\r\n"));
    assert_false(saw(&fixture, "RCPT"));
    fixture_end(&fixture);
}

static void examination_finds_trouble(void **state)
{
    (void)state;
    static const struct {
        struct fake_script script;
        enum fault_code code;
        const char *words;
    } cases[] = {
        {{.greeting = FAKE_CLOSE}, FAULT_CONNECT, "CHANGE submission: smtp: 127.0.0.1: no answer"},
        {{.auth = "535 Wrong\r\n"}, FAULT_SIGN_IN, "check user and password"},
        {{.mail = "553 Not yours\r\n"}, FAULT_SUBMIT, "(553 Not yours): set the account's address"},
        {{.mail = FAKE_CLOSE}, FAULT_CONNECT, "CHANGE submission: no answer to MAIL FROM"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_start(&fixture, &cases[i].script, 1, NULL);
        fixture_set(&fixture, "user", "web");
        assert_int_equal(fixture_examine(&fixture), MODULE_FAIL);
        assert_int_equal(fixture.fault.code, cases[i].code);
        assert_said(&fixture, cases[i].words);
        fixture_end(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dots),
        cmocka_unit_test(dots_and_buffers),
        cmocka_unit_test(nuls_and_size),
        cmocka_unit_test(unfit_bytes),
        cmocka_unit_test(breaks_within),
        cmocka_unit_test(size_is_too_small),
        cmocka_unit_test(unfit_addresses),
        cmocka_unit_test(sign_in),
        cmocka_unit_test(no_password),
        cmocka_unit_test(wrong_settings),
        cmocka_unit_test(clear_text_stays_here),
        cmocka_unit_test(examination),
        cmocka_unit_test(examination_finds_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
