/* SPDX-License-Identifier: ISC */
/* imap: folders below prefixes, flags, settling, quota, and what the doctor is told. */
#include "test/unit/imap_fixture.h"

/* ---- folders ---- */

static const char selected[] = "* 0 EXISTS\r\n* OK [UIDVALIDITY 77] x\r\n@ OK [READ-WRITE] x\r\n";

static void test_prefix(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *capabilities, *command, *answer;
    } cases[] = {
        {"* CAPABILITY IMAP4rev1 NAMESPACE\r\n@ OK\r\n", "NAMESPACE",
         "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n@ OK\r\n"},
        {"* CAPABILITY IMAP4rev1\r\n@ OK\r\n", "LIST \"\" \"\"",
         "* LIST (\\Noselect) \".\" \"\"\r\n@ OK done\r\n"},
    };
    fixture_set(fixture, "folder", "Web");
    fixture_set(fixture, "done.move", "Erledigt \xC3\xA4");
    for (size_t i = 0; i < 2; i++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, "CAPABILITY", cases[i].capabilities, 0, FAKE_GO_ON);
        fake_imap_rule(&fake, cases[i].command, cases[i].answer, 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "SELECT \"INBOX.Web\"", selected, 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "SELECT", i == 0 ? "@ NO prefix it\r\n" : "@ BAD prefix it\r\n", 0,
                       FAKE_GO_ON);
        fake_imap_rule(&fake, "CREATE \"INBOX.", "@ OK made\r\n", 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "CREATE", "@ NO prefix it\r\n", 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "UID COPY 7 \"E", "@ NO [TRYCREATE] no\r\n", 0, FAKE_GO_ON);
        fake_imap_rule(&fake, "UID COPY 7 \"INBOX.", "@ NO [TRYCREATE] no\r\n", 1, FAKE_GO_ON);
        fake_imap_start(&fake, fixture);
        assert_int_equal(box_open(fixture), MODULE_OK);
        struct message_key key = {.mailbox = "Web", .uidvalidity = 77, .uid = "7"};
        assert_int_equal(
            www4mail_module.mailbox->settle(&fixture->call, fixture->state, &key, MESSAGE_ANSWERED),
            MODULE_OK);
        assert_int_equal(box_close(fixture), MODULE_OK);
        assert_heard(&fake, "CREATE \"INBOX.Erledigt &AOQ-\"\n");
        assert_heard(&fake, "UID COPY 7 \"INBOX.Erledigt &AOQ-\"\n");
        fake_imap_stop(&fake);
    }
}

static void test_folder_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *answer;
        enum fault_code code;
        const char *words;
    } cases[] = {
        {"@ NO [NONEXISTENT] nope\r\n", FAULT_CONFIG, "[NONEXISTENT] nope"},
        {"@ NO [UNAVAILABLE] later\r\n", FAULT_MAILBOX, "cannot be opened now"},
        {"* 0 EXISTS\r\n@ OK [READ-WRITE] x\r\n", FAULT_CONFIG, "UIDVALIDITY"},
        {"* 0 EXISTS\r\n* OK [UIDVALIDITY 77] x\r\n@ OK [READ-ONLY] x\r\n", FAULT_CONFIG,
         "read-only"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        fake_imap_rule(&fake, "SELECT", cases[i].answer, 0, FAKE_GO_ON);
        assert_refused(fixture, &fake, cases[i].code, cases[i].words);
        fake_imap_stop(&fake);
    }
}

/* ---- settling ---- */

static void test_marks(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *flag, *kept, *search, *store;
    } cases[] = {
        {"$Done", "* OK [PERMANENTFLAGS (\\Seen \\Deleted)] x\r\n", "UNDELETED UNSEEN\n",
         "(\\Seen)"},
        {"$Done", "* OK [PERMANENTFLAGS (\\Seen $done)] x\r\n", "UNDELETED UNKEYWORD $Done\n",
         "($Done)"},
        {"$Done", "", "UNDELETED UNKEYWORD $Done\n", "($Done)"},
        {"\\Flagged", "* OK [PERMANENTFLAGS (\\Flagged \\*)] x\r\n", "UNDELETED UNFLAGGED\n",
         "(\\Flagged)"},
        {"$Done", "* OK [PERMANENTFLAGS (\\Answered)] x\r\n", "UNDELETED\n", NULL},
        {"", "", "UNDELETED\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        const char *uids[4];
        char answer[256];
        snprintf(answer, sizeof answer, "%s* OK [UIDVALIDITY 77] x\r\n@ OK x\r\n", cases[i].kept);
        fixture_set(fixture, "done.flag", cases[i].flag);
        fake_imap_rule(&fake, "SELECT", answer, 0, FAKE_GO_ON);
        fake_imap_start(&fake, fixture);
        assert_int_equal(box_open(fixture), MODULE_OK);
        assert_int_equal(box_uids(fixture, uids, 4), 3);
        assert_int_equal(settle(fixture, "7", MESSAGE_ANSWERED), MODULE_OK);
        assert_int_equal(box_close(fixture), MODULE_OK);
        assert_heard(&fake, cases[i].search);
        if (cases[i].store)
            assert_heard(&fake, cases[i].store);
        else
            assert_unheard(&fake, "STORE");
        fake_imap_stop(&fake);
    }
}

static void settle_with(struct fixture *fixture, struct fake_imap *fake, const char *capabilities,
                        enum message_outcome outcome)
{
    *fake = fake_imap_new();
    fake_imap_rule(fake, "CAPABILITY", capabilities, 0, FAKE_GO_ON);
    fake_imap_start(fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(settle(fixture, "7", outcome), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_unheard(fake, " EXPUNGE\n"); /* never without a UID */
}

static void test_move(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake;
    fixture_set(fixture, "done.move", "Done");
    settle_with(fixture, &fake, "* CAPABILITY IMAP4rev1 MOVE\r\n@ OK\r\n", MESSAGE_POISON);
    assert_heard(&fake, "UID STORE 7 +FLAGS.SILENT ($Done)\n");
    assert_heard(&fake, "UID MOVE 7 \"Done\"\n");
    assert_unheard(&fake, "\\Deleted");
    fake_imap_stop(&fake);
    settle_with(fixture, &fake, "* CAPABILITY IMAP4rev1 UIDPLUS\r\n@ OK\r\n", MESSAGE_ANSWERED);
    assert_heard(&fake, "UID COPY 7 \"Done\"\n");
    assert_heard(&fake, "UID STORE 7 +FLAGS.SILENT (\\Deleted)\n");
    assert_heard(&fake, "UID EXPUNGE 7\n");
    fake_imap_stop(&fake);
    settle_with(fixture, &fake, "* CAPABILITY IMAP4rev1\r\n@ OK\r\n", MESSAGE_ANSWERED);
    assert_heard(&fake, "UID COPY 7 \"Done\"\n");
    assert_heard(&fake, "(\\Deleted)\n");
    assert_unheard(&fake, "EXPUNGE");
    fake_imap_stop(&fake);
    settle_with(fixture, &fake, "* CAPABILITY IMAP4rev2\r\n@ OK\r\n", MESSAGE_ANSWERED);
    assert_heard(&fake, "UID MOVE 7 \"Done\"\n");
    fake_imap_stop(&fake);
}

static void test_move_refused(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    fixture_set(fixture, "done.move", "Done");
    fake_imap_rule(&fake, "UID MOVE", "@ NO [OVERQUOTA] full\r\n", 0, FAKE_GO_ON);
    fake_imap_start(&fake, fixture);
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(settle(fixture, "7", MESSAGE_ANSWERED), MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, "[OVERQUOTA] full");
    assert_unheard(&fake, "Deleted");
    assert_unheard(&fake, "CREATE");
    assert_int_equal(box_close(fixture), MODULE_OK);
    fake_imap_stop(&fake);
}

static void test_delete(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake;
    fixture_set(fixture, "done.delete", "yes");
    settle_with(fixture, &fake, "* CAPABILITY IMAP4rev1 UIDPLUS\r\n@ OK\r\n", MESSAGE_ANSWERED);
    assert_heard(&fake, "UID STORE 7 +FLAGS.SILENT (\\Deleted)\n");
    assert_heard(&fake, "UID EXPUNGE 7\n");
    fake_imap_stop(&fake);
    settle_with(fixture, &fake, "* CAPABILITY IMAP4rev1\r\n@ OK\r\n", MESSAGE_ANSWERED);
    assert_heard(&fake, "(\\Deleted)\n");
    assert_unheard(&fake, "EXPUNGE");
    fake_imap_stop(&fake);
    settle_with(fixture, &fake, "* CAPABILITY IMAP4rev1 UIDPLUS\r\n@ OK\r\n", MESSAGE_POISON);
    assert_unheard(&fake, "\\Deleted"); /* what could not be dealt with stays */
    fake_imap_stop(&fake);
}

/* ---- quota, doctor ---- */

static void test_quota(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *answer;
        enum module_result result;
        int64_t used, limit;
    } cases[] = {
        {NULL, MODULE_OK, 5120000000000, 17592186044416}, /* beyond 32 bits */
        {"* QUOTA \"\" (STORAGE 1 9)\r\n* QUOTA {3}\r\na(b (STORAGE 8 9)\r\n@ OK\r\n", MODULE_OK,
         8192, 9216},
        {"* QUOTA \"\" ()\r\n@ OK\r\n", MODULE_PASS, 0, 0},
        {"* QUOTA x (STORAGE 1)\r\n* QUOTA\r\n* QUOTA x (STORAGE a b)\r\n@ OK\r\n", MODULE_PASS, 0,
         0},
        {"@ NO none\r\n", MODULE_PASS, 0, 0},
        {"* QUOTA {99999999}\r\n", MODULE_RETRY, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake_imap fake = fake_imap_new();
        int64_t used = 0, limit = 0;
        if (cases[i].answer)
            fake_imap_rule(&fake, "GETQUOTAROOT \"INBOX\"", cases[i].answer, 0, FAKE_GO_ON);
        fake_imap_start(&fake, fixture);
        assert_int_equal(box_open(fixture), MODULE_OK);
        assert_int_equal(
            www4mail_module.mailbox->quota(&fixture->call, fixture->state, &used, &limit),
            cases[i].result);
        assert_int_equal(used, cases[i].used);
        assert_int_equal(limit, cases[i].limit);
        fault_clear(&fixture->fault);
        assert_int_equal(box_close(fixture), MODULE_OK);
        fake_imap_stop(&fake);
    }
}

struct told {
    char text[8192];
    int bad;
};

__attribute__((format(printf, 3, 4))) static void say(void *context, bool ok, const char *format,
                                                      ...)
{
    struct told *told = context;
    size_t len = strlen(told->text);
    va_list args;
    va_start(args, format);
    vsnprintf(told->text + len, sizeof told->text - len, format, args);
    va_end(args);
    told->bad += !ok;
    strncat(told->text, "\n", sizeof told->text - strlen(told->text) - 1);
}

static void test_examine(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    struct told told = {.bad = 0};
    struct examination examination = {say, &told};
    fixture_set(fixture, "done.move", "Done");
    fake_imap_rule(&fake, "SELECT",
                   "* 3 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen)] x\r\n* OK [UIDVALIDITY 77] x\r\n@ "
                   "OK x\r\n",
                   0, FAKE_GO_ON);
    fake_imap_start(&fake, fixture);
    assert_int_equal(www4mail_module.mailbox->examine(&fixture->call, &examination), MODULE_OK);
    assert_int_equal(told.bad, 0);
    assert_non_null(strstr(told.text, "127.0.0.1"));
    assert_non_null(strstr(told.text, "signed in as agent"));
    assert_non_null(strstr(told.text, "3 of them waiting"));
    assert_non_null(strstr(told.text, "\\Seen is set"));
    assert_non_null(strstr(told.text, "moved to Done"));
    assert_non_null(strstr(told.text, "17179869184 KiB"));
    assert_null(strstr(told.text, "cret"));
    assert_unheard(&fake, "STORE");
    assert_unheard(&fake, "FETCH");
    fake_imap_stop(&fake);
}

static void test_examine_refused(void **state)
{
    struct fixture *fixture = *state;
    struct fake_imap fake = fake_imap_new();
    struct told told = {.bad = 0};
    struct examination examination = {say, &told};
    fake_imap_rule(&fake, "LOGIN", "@ NO bad\r\n", 0, FAKE_GO_ON);
    fake_imap_start(&fake, fixture);
    assert_int_equal(www4mail_module.mailbox->examine(&fixture->call, &examination), MODULE_FAIL);
    assert_int_equal(told.bad, 1);
    assert_non_null(strstr(told.text, "check user and password"));
    assert_fault(fixture, FAULT_SIGN_IN, "check user");
    fake_imap_stop(&fake);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_prefix), TEST(test_folder_refused), TEST(test_marks),
        TEST(test_move),   TEST(test_move_refused),   TEST(test_delete),
        TEST(test_quota),  TEST(test_examine),        TEST(test_examine_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
