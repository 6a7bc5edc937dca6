/* SPDX-License-Identifier: ISC */
/* imap: names, an ordinary session, bodies, signing in, and what is refused. */
#include "test/unit/imap_fixture.h"

#include "fetchers/mailbox/imap_box.h"

static enum module_result body(struct fixture *fixture, const char *uid, uint64_t max, char **out)
{
    struct message_key key = key_of(uid);
    int fd = file_in_memory("test");
    assert_true(fd >= 0);
    enum module_result result =
        www4mail_module.mailbox->body(&fixture->call, fixture->state, &key, fd, max);
    *out = result == MODULE_OK ? fixture_slurp(fd, NULL) : NULL;
    close(fd);
    return result;
}

/* ---- names ---- */

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *wire;
    } good[] = {{"INBOX", "INBOX"},
                {"Tom & Jerry", "Tom &- Jerry"},
                {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
                {"Entwürfe", "Entw&APw-rfe"},
                {"a\xF0\x9F\x98\x80z", "a&2D3eAA-z"},
                {"é", "&AOk-"},
                {"é&", "&AOk-&-"},
                {"\\\"", "\\\""}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char *wire = imap_name_encode(good[i].name);
        assert_non_null(wire);
        assert_string_equal(wire, good[i].wire);
        free(wire);
    }
    static const char *const bad[] = {"a\r\nA1 NOOP", "a\nb", "tab\t",    "\x7F",        "\xFF",
                                      "a\xC3",        "\x01", "\xC2\x85", "\xED\xA0\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(imap_name_encode(bad[i]));
}

static void test_flags(void **state)
{
    (void)state;
    assert_true(imap_flag_is_good("\\Seen"));
    assert_true(imap_flag_is_good("\\answered"));
    assert_true(imap_flag_is_good("$Www4mailDone"));
    static const char *const bad[] = {"\\Recent", "a b",  "a)",  "a\r\nX",
                                      "*",        "a\\b", "{3}", "\xC3\xA9"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(imap_flag_is_good(bad[i]));
}

/* ---- an ordinary session ---- */

static void test_session(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    struct message_key key = {.account = "mine"};
    uint64_t cursor = 0, size = 0;
    char *text;
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_string_equal(key.account, "mine");
    assert_string_equal(key.mailbox, "INBOX");
    assert_string_equal(key.uid, "5"); /* ascending, whatever the order of the answer */
    assert_int_equal(key.uidvalidity, 77);
    assert_int_equal(size, 26);
    assert_int_equal(body(fixture, "5", 26, &text), MODULE_OK);
    assert_string_equal(text, "Subject: GET\r\n\r\nhello.\r\n\r\n");
    free(text);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_string_equal(key.uid, "7");
    assert_int_equal(size, 30);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_PASS);
    assert_int_equal(settle(fixture, "7", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_heard(&fake, "LOGIN \"agent\" \"se\\\"cret\"\n");
    assert_heard(&fake, "UID SEARCH UNDELETED UNKEYWORD $Done\n");
    assert_heard(&fake, "UID STORE 7 +FLAGS.SILENT ($Done)\n");
    assert_heard(&fake, "LOGOUT\n");
    assert_unheard(&fake, "MOVE");
    assert_unheard(&fake, "Deleted");
    assert_false(fault_is_set(&fixture->fault));
    fake_imap_stop(&fake);
}

static void test_head(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    struct message_key key = key_of("5"), other = key_of("5");
    struct buffer headers;
    other.uidvalidity = 78;
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    buffer_init(&headers, 64);
    assert_int_equal(www4mail_module.mailbox->head(&fixture->call, fixture->state, &key, &headers),
                     MODULE_OK);
    assert_string_equal(headers.at, "Subject: GET\r\n");
    assert_heard(&fake, "BODY.PEEK[HEADER]<0.64>)");
    buffer_free(&headers);
    buffer_init(&headers, 64);
    assert_int_equal(
        www4mail_module.mailbox->head(&fixture->call, fixture->state, &other, &headers),
        MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "no longer there");
    buffer_free(&headers);
    assert_int_equal(box_close(fixture), MODULE_OK);
    fake_imap_stop(&fake);
}

static void test_nothing_waits(void **state)
{
    struct fixture *fixture = *state;
    static const char *const answers[] = {"@ OK done\r\n", "* SEARCH\r\n@ OK done\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct fake_imap fake = fake_imap_new();
        const char *uids[1];
        fake_imap_rule(&fake, "UID SEARCH", answers[i], 0, FAKE_GO_ON);
        fake_imap_start(&fake, fixture);
        assert_int_equal(box_open(fixture), MODULE_OK);
        assert_int_equal(box_uids(fixture, uids, 1), 0);
        assert_int_equal(box_close(fixture), MODULE_OK);
        assert_unheard(&fake, "FETCH");
        fake_imap_stop(&fake);
    }
}

static void test_gone_meanwhile(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    const char *uids[4];
    char *text;
    fake_imap_rule(&fake, "UID SEARCH", "* SEARCH 3 4\r\n* SEARCH 5 4\r\n@ OK done\r\n", 0,
                   FAKE_GO_ON);
    fake_imap_rule(
        &fake, "UID FETCH 3:5 ",
        "* 2 EXPUNGE\r\n* 2 FETCH (UID 5 RFC822.SIZE 25)\r\n* 9 FETCH (FLAGS ())\r\n* 1 "
        "FETCH (UID 44 RFC822.SIZE 1)\r\n* 2 FETCH (UID 3 RFC822.SIZE 1)\r\n@ OK done\r\n",
        0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID STORE 4 ", "@ NO gone\r\n", 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID STORE 7 ", "@ NO [CANNOT] never\r\n", 0, FAKE_GO_ON);
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 4), 2);
    assert_string_equal(uids[0], "3");
    assert_string_equal(uids[1], "5");
    assert_int_equal(body(fixture, "4", 100, &text), MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "no longer there");
    assert_int_equal(settle(fixture, "4", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(settle(fixture, "7", MESSAGE_ANSWERED), MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "[CANNOT] never");
    struct message_key old = key_of("7");
    old.uidvalidity = 76; /* that number is another mail's by now */
    assert_int_equal(
        www4mail_module.mailbox->settle(&fixture->call, fixture->state, &old, MESSAGE_ANSWERED),
        MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    fake_imap_stop(&fake);
}

static void test_many(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    struct buffer found, first, second;
    const char *uids[256];
    buffer_init(&found, 1 << 16);
    buffer_init(&first, 1 << 16);
    buffer_init(&second, 1 << 16);
    buffer_add_text(&found, "* SEARCH");
    for (unsigned i = 1; i <= 150; i++) {
        buffer_printf(&found, " %u", i);
        buffer_printf(i <= 100 ? &first : &second, "* %u FETCH (UID %u RFC822.SIZE %u)\r\n", i, i,
                      i);
    }
    buffer_add_text(&found, "\r\n@ OK done\r\n");
    buffer_add_text(&first, "@ OK done\r\n");
    buffer_add_text(&second, "@ OK done\r\n");
    fake_imap_rule(&fake, "UID SEARCH", found.at, 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID FETCH 1:100 (", first.at, 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID FETCH 101:150 (", second.at, 0, FAKE_GO_ON);
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_uids(fixture, uids, 256), 150);
    assert_string_equal(uids[149], "150");
    assert_int_equal(box_close(fixture), MODULE_OK);
    fake_imap_stop(&fake);
    buffer_free(&found);
    buffer_free(&first);
    buffer_free(&second);
}

/* ---- bodies ---- */

static void test_body_limits(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    char *text;
    fake_imap_rule(&fake, "UID FETCH 9 (UID RFC822.SIZE BODY.PEEK[]<0.",
                   "* 3 FETCH (UID 9 BODY[]<0> \"abc\" RFC822.SIZE 9)\r\n@ OK done\r\n", 0,
                   FAKE_GO_ON);
    fake_imap_rule(&fake, "UID FETCH 9 (UID RFC822.SIZE BODY.PEEK[]<3.",
                   "* 3 FETCH (UID 9 RFC822.SIZE 9 BODY[]<3> {2}\r\nde)\r\n@ OK done\r\n", 0,
                   FAKE_GO_ON);
    fake_imap_rule(&fake, "UID FETCH 9 (UID RFC822.SIZE BODY.PEEK[]<5.",
                   "* 3 FETCH (UID 9 RFC822.SIZE 9 BODY[]<5> NIL)\r\n@ OK done\r\n", 0, FAKE_GO_ON);
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    /* Given in crumbs, by a server that is wrong about the size. */
    assert_int_equal(body(fixture, "9", 100, &text), MODULE_OK);
    assert_string_equal(text, "abcde");
    free(text);
    assert_int_equal(body(fixture, "5", 25, &text), MODULE_FAIL);
    assert_non_null(fixture->fault.asker);
    assert_fault(fixture, FAULT_MAIL_TOO_LARGE, "more than 25 bytes");
    assert_heard(&fake, "BODY.PEEK[]<0.26>");
    assert_int_equal(body(fixture, "5", 26, &text), MODULE_OK);
    free(text);
    assert_int_equal(box_close(fixture), MODULE_OK);
    fake_imap_stop(&fake);
}

static void test_body_not_asked_for(void **state)
{
    struct fixture *fixture = *state;
    static const char *const answers[] = {
        "* 1 FETCH (UID 5 BODY[]<7> {3}\r\nabc)\r\n@ OK done\r\n",
        "* 1 FETCH (UID 5 BODY[] {12}\r\nabcdefghijkl)\r\n@ OK done\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct fake_imap fake = fake_imap_new();
        char *text;
        fake_imap_rule(&fake, "UID FETCH 5", answers[i], 0, FAKE_GO_ON);
        fake_imap_start(&fake, fixture);
        assert_int_equal(box_open(fixture), MODULE_OK);
        assert_int_equal(body(fixture, "5", 10, &text), MODULE_RETRY);
        assert_fault(fixture, FAULT_MAILBOX, "other bytes");
        assert_int_equal(box_close(fixture), MODULE_OK);
        assert_unheard(&fake, "LOGOUT");
        fake_imap_stop(&fake);
    }
}

/* ---- signing in ---- */

static void test_sign_in_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *answer;
        enum fault_code code;
        const char *words;
    } cases[] = {{"@ NO [AUTHENTICATIONFAILED] bad\r\n", FAULT_SIGN_IN, "AUTHENTICATIONFAILED"},
                 {"@ BAD no\r\n", FAULT_SIGN_IN, "check user and password"},
                 {"@ NO [UNAVAILABLE] later\r\n", FAULT_MAILBOX, "cannot sign in now"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, "LOGIN", cases[i].answer, 0, FAKE_GO_ON);
        assert_refused(fixture, &fake, cases[i].code, cases[i].words);
        assert_heard(&fake, "LOGOUT");
        fake_imap_stop(&fake);
    }
}

static void test_sign_in_not_tried(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    fake_imap_rule(&fake, "CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n@ OK\r\n", 0,
                   FAKE_GO_ON);
    assert_refused(fixture, &fake, FAULT_SIGN_IN, "without TLS");
    assert_unheard(&fake, "LOGIN ");
    fake_imap_stop(&fake);
    fake = fake_imap_new();
    fixture_set(fixture, "password", "");
    assert_refused(fixture, &fake, FAULT_CONFIG, "password_command");
    assert_unheard(&fake, "LOGIN ");
    fake_imap_stop(&fake);
}

static void test_sign_in_by_literal(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    fixture_set(fixture, "password", "ge\xC3\xA4ndert");
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_heard(&fake, "LOGIN \"agent\" {9}ge\xC3\xA4ndert\n");
    fake_imap_stop(&fake);
}

static void test_preauth(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    fake.greeting = "* PREAUTH you again\r\n";
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_unheard(&fake, "LOGIN ");
    fake_imap_stop(&fake);
    fake.sessions = 1;
    fixture_set(fixture, "tls", "starttls");
    assert_refused(fixture, &fake, FAULT_TLS, "before TLS");
    fake_imap_stop(&fake);
}

static void test_starttls(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *offer, *answer, *words;
    } cases[] = {
        {"* CAPABILITY IMAP4rev1\r\n@ OK\r\n", "@ OK\r\n", "offers no STARTTLS"},
        {"@ BAD what\r\n", "@ OK\r\n", "offers no STARTTLS"},
        {"* CAPABILITY IMAP4rev1 STARTTLS\r\n@ OK\r\n", "@ NO not now\r\n", "refused"},
        {"* CAPABILITY IMAP4rev1 STARTTLS\r\n@ OK\r\n", "@ OK\r\n* OK injected\r\n", "handshake"}};
    fixture_set(fixture, "tls", "starttls");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, "CAPABILITY", cases[i].offer, 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "STARTTLS", cases[i].answer, 0, FAKE_GO_ON);
        assert_refused(fixture, &fake, FAULT_TLS, cases[i].words);
        assert_unheard(&fake, "LOGIN");
        fake_imap_stop(&fake);
    }
}

static void test_settings_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *key, *value, *words;
    } cases[] = {{"host", "", "host"},
                 {"host", "mail.example.org", "without TLS"},
                 {"host", "a\r\nb", "host"},
                 {"port", "0", "1 to 65535"},
                 {"port", "70000", "port"},
                 {"port", "imap", "port"},
                 {"tls", "maybe", "implicit, starttls or none"},
                 {"user", "", "user"},
                 {"user", "a\r\nA1 NOOP", "user"},
                 {"auth", "xoauth2", "not"},
                 {"folder", "", "folder"},
                 {"folder", "Inj\r\nA1 NOOP", "control characters"},
                 {"folder", "\xFF", "UTF-8"},
                 {"done.move", "a\nb", "control characters"},
                 {"done.flag", "a b", "done.flag"},
                 {"done.flag", "a)\r\nX", "done.flag"},
                 {"done.delete", "perhaps", "yes or no"}};
    struct fake_imap fake = fake_imap_new();
    fake_imap_start(&fake, fixture);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *before = settings_get(fixture->call.defaults, cases[i].key);
        fixture->settings.count = 0;
        fixture_set(fixture, cases[i].key, cases[i].value);
        assert_non_null(before);
        assert_int_equal(box_open(fixture), MODULE_FAIL);
        assert_null(fixture->state);
        assert_fault(fixture, FAULT_CONFIG,
                     strcmp(cases[i].words, "not") ? cases[i].words : "login");
    }
    fixture->settings.count = 0;
    fixture_set(fixture, "done.move", "Done");
    fixture_set(fixture, "done.delete", "yes");
    assert_int_equal(box_open(fixture), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "choose one");
    assert_string_equal(fake.log, ""); /* nothing was ever sent */
    fake_imap_stop(&fake);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_flags),
        TEST(test_session),
        TEST(test_head),
        TEST(test_nothing_waits),
        TEST(test_gone_meanwhile),
        TEST(test_many),
        TEST(test_body_limits),
        TEST(test_body_not_asked_for),
        TEST(test_sign_in_refused),
        TEST(test_sign_in_not_tried),
        TEST(test_sign_in_by_literal),
        TEST(test_preauth),
        TEST(test_starttls),
        TEST(test_settings_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
