/* SPDX-License-Identifier: ISC */
/* imap: a reply that may have been sent, looked for where servers keep what was sent; servers that
 * have no such folder, that find too much, and that lie. */
#include "test/unit/fake_imap.h"

/* Without an @, which stands for the tag in what the fake answers. */
#define ID "<v1.abcdefghijklmnopqrstuvwxyz.agent.example>"
#define TOKEN "abcdefghijklmnopqrstuvwx"
#define SENT "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Messages\"\r\n"
#define BY_ID "UID SEARCH HEADER MESSAGE-ID "
#define BY_TOKEN "UID SEARCH SINCE 19-Nov-2026 HEADER X-Www4mail-Part "
#define FIELDS "BODY[HEADER.FIELDS (MESSAGE-ID X-WWW4MAIL-PART)]"

static struct sent_mail mail;
static const char *where;
static char heard[64 * 1024]; /* by the server, of the last session */

static enum module_result find(struct fixture *fixture, struct fake_imap *fake)
{
    mail = (struct sent_mail){.message_id = ID, .token = TOKEN, .since = 1795284122};
    where = NULL;
    fake_imap_start(fake, fixture);
    enum module_result result =
        www4mail_module.mailbox->find_sent(&fixture->call, &mail, 1, &where);
    snprintf(heard, sizeof heard, "%s", fake->log);
    fake_imap_stop(fake);
    return result;
}

static void assert_heard(const char *words, bool wanted)
{
    if ((strstr(heard, words) != NULL) != wanted)
        fail_msg("\"%s\" was %ssent:\n%s", words, wanted ? "not " : "", heard);
}

static struct fake_imap server(const char *list)
{
    struct fake_imap fake = fake_imap_new();
    fake_imap_rule(&fake, "LIST", list, 0, FAKE_GO_ON);
    return fake;
}

/* A fetch of mail 5 with these header fields. */
static const char *answer(struct fixture *fixture, unsigned uid, const char *fields)
{
    const char *text = arena_printf(fixture->call.arena,
                                    "* 1 FETCH (UID %u " FIELDS " {%zu}\r\n%s)\r\n@ OK done\r\n",
                                    uid, strlen(fields), fields);
    assert_non_null(text);
    return text;
}

static void test_found_by_id(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = server(SENT "@ OK done\r\n");
    fake_imap_rule(&fake, BY_ID, "* SEARCH 5\r\n@ OK done\r\n", 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID FETCH 5 (", answer(fixture, 5, "Message-Id:\r\n " ID "\r\n\r\n"), 0,
                   FAKE_GO_ON);
    assert_int_equal(find(fixture, &fake), MODULE_OK);
    assert_true(mail.found);
    assert_string_equal(where, "Sent Messages");
    assert_heard("EXAMINE \"Sent Messages\"", true);
    assert_heard(BY_ID "\"" ID "\"", true);
    assert_heard(BY_TOKEN, false);
    assert_heard("SELECT", false); /* nothing is changed, not even \Recent */
    assert_heard("BODY.PEEK[HEADER.FIELDS", true);
}

/* The carrier rewrote the Message-ID; our own field stays. */
static void test_found_by_token(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = server(SENT "@ OK done\r\n");
    fake_imap_rule(&fake, BY_ID, "@ OK nothing\r\n", 0, FAKE_GO_ON);
    fake_imap_rule(&fake, BY_TOKEN "\"" TOKEN "\"", "* SEARCH 7 9\r\n@ OK done\r\n", 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID FETCH 7,9 (",
                   answer(fixture, 9,
                          "Message-ID: <0001@provider.example>\r\n"
                          "x-www4mail-part: " TOKEN "\r\n\r\n"),
                   0, FAKE_GO_ON);
    assert_int_equal(find(fixture, &fake), MODULE_OK);
    assert_true(mail.found);
}

/* SEARCH finds a text anywhere in a field, and some servers find what is not there at all. */
static void test_hits_that_are_none(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        unsigned uid;
        const char *fields;
    } lies[] = {
        {5, "Message-ID: <x" ID ">\r\n\r\n"},
        {5, "Message-ID: " ID " and more\r\n\r\n"},
        {5, "References: " ID "\r\n\r\n"},
        {5, "X-Www4mail-Part: " TOKEN "yz\r\n\r\n"},
        {5, "X-Www4mail-Part: \r\n\r\n"},
        {5, "X: Message-ID: " ID "\r\n\r\n"},
        {5, ""},
        {5, "\r\n\r\n\r\n"},
        {5, "Message-ID"},
        {6, "Message-ID: " ID "\r\n\r\n"}, /* which it was not asked for */
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct fake_imap fake = server(SENT "@ OK done\r\n");
        fake_imap_rule(&fake, "UID SEARCH", "* SEARCH 5\r\n@ OK done\r\n", 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "UID FETCH 5 (", answer(fixture, lies[i].uid, lies[i].fields), 0,
                       FAKE_GO_ON);
        assert_int_equal(find(fixture, &fake), MODULE_OK);
        if (mail.found)
            fail_msg("%s", lies[i].fields);
    }
}

/* As many hits as a server likes: the newest are read, and no others. */
static void test_many_hits(void **state)
{
    struct fixture *fixture = *state;
    struct buffer many;
    buffer_init(&many, 1 << 20);
    buffer_add_text(&many, "* SEARCH 0 4294967296");
    for (unsigned uid = 10000; uid > 5000; uid--)
        buffer_printf(&many, " %u", uid);
    buffer_add_text(&many, "\r\n* SEARCH");
    for (unsigned uid = 1; uid <= 10000; uid++)
        buffer_printf(&many, " %u", uid);
    buffer_add_text(&many, "\r\n* SEARCH (MODSEQ 9)\r\n@ OK done\r\n");
    assert_false(many.failed);
    struct fake_imap fake = server(SENT "@ OK done\r\n");
    fake_imap_rule(&fake, "UID SEARCH", many.at, 0, FAKE_GO_ON);
    assert_int_equal(find(fixture, &fake), MODULE_OK);
    assert_heard("UID FETCH 9981,9982,9983,9984,9985,9986,9987,9988,9989,9990,9991,9992,"
                 "9993,9994,9995,9996,9997,9998,9999,10000 (UID BODY.PEEK",
                 true);
    buffer_free(&many);
}

static void test_folders(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *list, *examine; /* NULL: no folder */
        const char *setting;
    } cases[] = {
        {"* LIST (\\Sent) NIL Gesendet\r\n@ OK\r\n", "EXAMINE \"Gesendet\"", ""},
        {"* LIST (\\Sent) \"\\\\\" {4}\r\nS\"nt\r\n@ OK\r\n", "EXAMINE \"S\\\"nt\"", ""},
        {"* LIST (\\sent) \"/\" \"a\\\\\\\"b\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n@ OK\r\n",
         "EXAMINE \"a\\\\\\\"b\"", ""},
        {"* LIST (\\All) \"/\" \"[Gmail]/All Mail\"\r\n@ OK\r\n", "EXAMINE \"[Gmail]/All Mail\"",
         ""},
        {"* LIST (\\Sent \\Noselect) \"/\" Sent\r\n@ OK\r\n", NULL, ""},
        {"* LIST (\\Sent) \"/\" \"\"\r\n@ OK\r\n", NULL, ""},
        {"* LIST (\\Sent) \"/\" {9}\r\nSe\r\nX X X\r\n@ OK\r\n", NULL, ""},
        {"* LIST () \"/\" Sent\r\n@ OK\r\n", NULL, ""},
        {"* LIST \\Sent \"/\" Sent\r\n* LIST\r\n* LIST (\r\n* LIST (\\Sent)\r\n@ OK\r\n", NULL, ""},
        {"@ BAD what?\r\n", NULL, ""},
        {"@ BAD not asked\r\n", "EXAMINE \"Entw&APw-rfe\"", "Entwürfe"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = server(cases[i].list);
        fixture_set(fixture, "sent_folder", cases[i].setting);
        fake_imap_rule(&fake, "UID SEARCH", "@ OK none\r\n", 0, FAKE_GO_ON);
        enum module_result wanted = cases[i].examine ? MODULE_OK : MODULE_PASS;
        if (find(fixture, &fake) != wanted)
            fail_msg("%s: %s", cases[i].list,
                     fixture->fault.operator ? fixture->fault.operator : "(no fault)");
        assert_heard(cases[i].examine ? cases[i].examine : "EXAMINE", cases[i].examine);
        assert_false(mail.found);
    }
    fixture_set(fixture, "sent_folder", "");
}

/* A folder that is not there is none; one under the user's prefix is found. */
static void test_named_folder_is_missing(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = server("");
    fixture_set(fixture, "sent_folder", "Gone");
    fake_imap_rule(&fake, "EXAMINE", "@ NO [NONEXISTENT] no such folder\r\n", 0, FAKE_GO_ON);
    assert_int_equal(find(fixture, &fake), MODULE_PASS);
    assert_heard("SEARCH", false);
    fake = server("");
    fake_imap_rule(&fake, "NAMESPACE", "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n@ OK\r\n", 0,
                   FAKE_GO_ON);
    fake_imap_rule(&fake, "EXAMINE \"INBOX.Gone\"", "@ OK\r\n", 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "EXAMINE", "@ NO prefix\r\n", 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID SEARCH", "@ OK\r\n", 0, FAKE_GO_ON);
    assert_int_equal(find(fixture, &fake), MODULE_OK);
    assert_heard("SEARCH", true);
    fake = server("");
    fixture_set(fixture, "sent_folder", "a\tb");
    assert_int_equal(find(fixture, &fake), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "sent_folder");
    fixture_set(fixture, "sent_folder", "");
}

/* Not in the one, then in the other. */
static void test_sent_then_all(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = server("* LIST (\\All) \"/\" Everything\r\n" SENT "@ OK done\r\n");
    fake_imap_rule(&fake, "UID SEARCH", "* SEARCH\r\n@ OK done\r\n", 2, FAKE_GO_ON);
    fake_imap_rule(&fake, BY_ID, "* SEARCH 5\r\n@ OK done\r\n", 0, FAKE_GO_ON);
    fake_imap_rule(&fake, "UID FETCH 5 (", answer(fixture, 5, "Message-ID: " ID "\r\n\r\n"), 0,
                   FAKE_GO_ON);
    assert_int_equal(find(fixture, &fake), MODULE_OK);
    assert_true(mail.found);
    assert_heard("EXAMINE \"Everything\"", true);
}

/* A server that wants to be asked for the uses, and one that refuses that question. */
static void test_extended_list(void **state)
{
    struct fixture *fixture = *state;
    static const char capabilities[] = "* CAPABILITY IMAP4rev1 LIST-EXTENDED SPECIAL-USE\r\n"
                                       "@ OK\r\n";
    static const char asked[] = "LIST \"\" \"*\" RETURN (SPECIAL-USE)";
    for (int refused = 0; refused < 2; refused++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, "CAPABILITY", capabilities, 0, FAKE_GO_ON);
        fake_imap_rule(&fake, asked, refused ? "@ BAD no\r\n" : SENT "@ OK\r\n", 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "LIST", refused ? SENT "@ OK\r\n" : "@ OK\r\n", 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "UID SEARCH", "@ OK\r\n", 0, FAKE_GO_ON);
        assert_int_equal(find(fixture, &fake), MODULE_OK);
        assert_heard(asked, true);
        assert_heard("EXAMINE \"Sent Messages\"", true);
    }
}

/* Trouble is never taken for "it is not there". */
static void test_trouble_is_no_answer(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *command, *answer;
        enum fake_then then;
    } cases[] = {
        {"LOGIN", "@ NO [AUTHENTICATIONFAILED] no\r\n", FAKE_GO_ON},
        {"LIST", "", FAKE_CUT},
        {"LIST", "@ NO [UNAVAILABLE] later\r\n", FAKE_GO_ON},
        {"LIST", "* LIST (\\Sent) \"/\" {99999999}\r\n", FAKE_GO_ON},
        {"LIST", "* LIST () \"/\" xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", FAKE_FLOOD},
        {"EXAMINE", "@ NO [INUSE] later\r\n", FAKE_GO_ON},
        {"EXAMINE", "", FAKE_CUT},
        {"UID SEARCH", "@ NO too hard\r\n", FAKE_GO_ON},
        {"UID SEARCH", "", FAKE_CUT},
        {"UID SEARCH", "* SEARCH 1 2 3 4 5 6 7 8 9 10 11 12\r\n", FAKE_FLOOD},
        {"UID SEARCH", "garbage\r\n@ OK\r\n", FAKE_GO_ON},
        {"UID FETCH", "@ NO not now\r\n", FAKE_GO_ON},
        {"UID FETCH", "", FAKE_CUT},
        {"UID FETCH", "* 1 FETCH (UID 5 " FIELDS " {4294967295}\r\n", FAKE_CUT},
        {"UID FETCH", "* 1 FETCH (((((((\r\n@ OK\r\n", FAKE_GO_ON},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, cases[i].command, cases[i].answer, 0, cases[i].then);
        fake_imap_rule(&fake, "LIST", SENT "@ OK\r\n", 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "UID SEARCH", "* SEARCH 5\r\n@ OK\r\n", 0, FAKE_GO_ON);
        enum module_result result = find(fixture, &fake);
        if (result == MODULE_OK || result == MODULE_PASS || mail.found)
            fail_msg("%s %s: %d", cases[i].command, cases[i].answer, (int)result);
        assert_true(fault_is_set(&fixture->fault));
        assert_null(fixture->fault.asker);
        if (i == 0)
            assert_int_equal(fixture->fault.code, FAULT_SIGN_IN);
        fault_clear(&fixture->fault);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_found_by_id),   TEST(test_found_by_token), TEST(test_hits_that_are_none),
        TEST(test_many_hits),     TEST(test_folders),        TEST(test_named_folder_is_missing),
        TEST(test_sent_then_all), TEST(test_extended_list),  TEST(test_trouble_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
