/* SPDX-License-Identifier: ISC */
/* pop3: commands, signing in, TLS, removals that count, and what doctor is told. */
#include "test/unit/pop3_fixture.h"

/* ---- a sound server ---- */

static void test_collect(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {0};
    uint64_t cursor = 0, size = 0;
    START(fixture, );
    assert_open(fixture);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_string_equal(key.mailbox, "INBOX");
    assert_string_equal(key.uid, "uid-one");
    assert_int_equal(key.uidvalidity, 0);
    assert_int_equal(size, 30);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_string_equal(key.uid, "uid-two");
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_PASS);
    assert_head(fixture, "uid-two", "Subject: two\r\n\r\n");
    assert_body(fixture, "uid-two", "Subject: two\r\n\r\nsecond\r\n");
    assert_body(fixture, "uid-one", "Subject: one\r\n\r\nfirst\r\n");
    assert_int_equal(box_settle(fixture, "uid-one", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake_pop3_heard(&fake, "DELE"), 0);
    assert_int_equal(fake.log->sessions, 1);
}

static void test_unknown_mail(void **state)
{
    struct fixture *fixture = *state;
    enum module_result result;
    char uid[200];
    START(fixture, );
    assert_open(fixture);
    assert_null(box_body(fixture, "uid-three", 100, &result));
    assert_retry(fixture, result, "uid-three is gone");
    memset(uid, 'x', sizeof uid - 1);
    uid[sizeof uid - 1] = '\0';
    assert_null(box_body(fixture, uid, 100, &result));
    assert_retry(fixture, result, "is gone");
    assert_body(fixture, "uid-one", "Subject: one\r\n\r\nfirst\r\n"); /* nothing was lost by it */
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* ---- signing in ---- */

static void test_sasl_plain(void **state)
{
    struct fixture *fixture = *state;
    START(fixture, {.asked = "CAPA", .text = "+OK\r\nSASL LOGIN plain\r\nUIDL\r\n.\r\n"},
          {.asked = "AUTH PLAIN AGFubmEAb3BlbiBzZXNhbWU=", .text = "+OK\r\n"}, );
    assert_open(fixture);
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake_pop3_heard(&fake, "USER"), 0);

    /* A server that asks for the response all the same. */
    START(fixture, {.asked = "AUTH PLAIN", .text = "+ \r\n"},
          {.asked = "AGFubmEAb3BlbiBzZXNhbWU=", .text = "+OK\r\n"}, );
    fixture_set(fixture, "auth", "plain");
    assert_open(fixture);
    assert_int_equal(box_close(fixture), MODULE_OK);

    /* Too long for one command. */
    char *password = calloc(1, 1001);
    memset(password, 'p', 1000);
    fixture_set(fixture, "password", password);
    START(fixture, {.asked = "AUTH PLAIN A", .text = "-ERR too long\r\n"},
          {.asked = "AUTH PLAIN", .text = "+\r\n"}, {.asked = "AGFubmEAcHBw", .text = "+OK\r\n"}, );
    assert_open(fixture);
    assert_int_equal(box_close(fixture), MODULE_OK);
    free(password);

    START(fixture, {.asked = "AUTH PLAIN", .text = "-ERR [AUTH] no\r\n"}, );
    fixture_set(fixture, "password", "open sesame");
    assert_open_fails(fixture, MODULE_FAIL, FAULT_SIGN_IN, "[AUTH] no");
}

static void test_refused(void **state)
{
    static const char *const temporary[] = {"-ERR [IN-USE] busy\r\n", "-ERR [SYS/TEMP] later\r\n",
                                            "-ERR [login-delay] 10 minutes\r\n"};
    struct fixture *fixture = *state;
    fixture_set(fixture, "password", "wrong");
    START(fixture, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_SIGN_IN, "it says: what?");
    START(fixture, {.asked = "USER", .text = "-ERR who\r\n"}, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_SIGN_IN, "it says: who");
    assert_int_equal(fake_pop3_heard(&fake, "PASS"), 0);
    for (size_t i = 0; i < sizeof temporary / sizeof *temporary; i++) {
        START(fixture, {.asked = "PASS", .text = temporary[i]}, );
        assert_open_fails(fixture, MODULE_RETRY, FAULT_MAILBOX, "does not let us sign in now");
    }
    fixture_set(fixture, "password", "hunter2");
    START(fixture, {.asked = "PASS", .text = "-ERR unknown command PASS hunter2\r\n"}, );
    assert_int_equal(box_open(fixture), MODULE_FAIL);
    assert_null(strstr(fixture->fault.operator, "hunter2"));
    assert_fault(fixture, FAULT_SIGN_IN, "not shown");
}

static const char *no_secret(void *context, struct fault *fault)
{
    (void)context;
    fault_set(fault, FAULT_CONFIG, NULL, "the password command failed");
    return NULL;
}

static void test_settings(void **state)
{
    static const struct {
        const char *key, *value, *words;
    } wrong[] = {
        {"host", "", "host: is not set"},
        {"port", "0", "port: \"0\""},
        {"port", "65536", "port:"},
        {"port", "pop3", "port:"},
        {"tls", "maybe", "tls: \"maybe\""},
        {"done.delete", "perhaps", "done.delete"},
        {"auth", "xoauth2", "auth: \"xoauth2\""},
        {"user", "", "user: is not set"},
        {"user", "anna\r\nDELE 1", "line end"},
        {"password", "", "password: is not set"},
        {"password", "x\nDELE 1", "line end"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        START(fixture, );
        const char *was = settings_get(&fixture->settings, wrong[i].key);
        fixture_set(fixture, wrong[i].key, wrong[i].value);
        assert_open_fails(fixture, MODULE_FAIL, FAULT_CONFIG, wrong[i].words);
        assert_int_equal(fake_pop3_heard(&fake, "DELE"), 0);
        assert_int_equal(fake_pop3_heard(&fake, "PASS"), 0);
        fixture_set(fixture, wrong[i].key, was ? was : "no");
    }
    fixture->call.secret = no_secret;
    assert_open_fails(fixture, MODULE_FAIL, FAULT_CONFIG, "password command failed");
}

/* ---- TLS ---- */

static void trust(struct fixture *fixture)
{
    const char *path = fixture_path(fixture, fake.port); /* a trust store is read once */
    fixture_text(path, fake.certificate);
    fixture_set(fixture, "ca_file", path);
}

static void test_stls(void **state)
{
    struct fixture *fixture = *state;
    fixture_set(fixture, "tls", "starttls");
    START(fixture, {.asked = "CAPA", .text = "+OK\r\nSTLS\r\nUSER\r\n.\r\n"},
          {.asked = "STLS", .act = FAKE_TLS, .text = "+OK go\r\n"}, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_TLS, "127.0.0.1");
    assert_int_equal(fake_pop3_heard(&fake, "USER"), 0);
    trust(fixture);
    assert_open(fixture);
    assert_body(fixture, "uid-one", "Subject: one\r\n\r\nfirst\r\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake_pop3_heard(&fake, "CAPA"), 3); /* anew behind TLS */
    fake_pop3_wait(&fake, "QUIT");

    START(fixture, {.asked = "CAPA", .text = "-ERR older\r\n"},
          {.asked = "STLS", .act = FAKE_TLS, .text = "+OK go\r\n"}, );
    trust(fixture);
    assert_open(fixture);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_stls_not_to_be_had(void **state)
{
    struct fixture *fixture = *state;
    fixture_set(fixture, "tls", "starttls");
    START(fixture, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_TLS, "not among its capabilities");
    assert_int_equal(fake_pop3_heard(&fake, "STLS"), 0);
    assert_int_equal(fake_pop3_heard(&fake, "USER"), 0);
    START(fixture, {.asked = "CAPA", .text = "-ERR\r\n"},
          {.asked = "STLS", .text = "-ERR not here\r\n"}, );
    assert_open_fails(fixture, MODULE_FAIL, FAULT_TLS, "not here");
    assert_int_equal(fake_pop3_heard(&fake, "USER"), 0);
    START(fixture, {.asked = "CAPA", .text = "+OK\r\nSTLS\r\n.\r\n"},
          {.asked = "STLS", .act = FAKE_TLS, .text = "+OK\r\n+OK injected\r\n"}, );
    trust(fixture);
    assert_open_fails(fixture, MODULE_FAIL, FAULT_TLS, "between");
    assert_int_equal(fake_pop3_heard(&fake, "USER"), 0);
}

static void test_implicit(void **state)
{
    struct fixture *fixture = *state;
    fixture_set(fixture, "tls", "implicit");
    fake.implicit = true;
    fake_pop3_start(&fake, (const struct fake_answer[]){{.asked = NULL}});
    fixture_set(fixture, "port", fake.port);
    trust(fixture);
    assert_open(fixture);
    assert_head(fixture, "uid-one", "Subject: one\r\n\r\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
    START(fixture, ); /* a server without TLS */
    fixture->call.deadline_ms = clock_monotonic_ms() + 500;
    assert_int_not_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(fake_pop3_heard(&fake, "USER"), 0);
}

/* ---- settling ---- */

static void test_delete(void **state)
{
    struct fixture *fixture = *state;
    enum module_result result;
    fixture_set(fixture, "done.delete", "yes");
    START(fixture, );
    assert_open(fixture);
    assert_int_equal(box_settle(fixture, "uid-two", MESSAGE_DROPPED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "uid-two", MESSAGE_DROPPED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "uid-gone", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_settle(fixture, "uid-one", MESSAGE_POISON), MODULE_OK);
    assert_null(box_body(fixture, "uid-two", 100, &result));
    assert_retry(fixture, result, "gone");
    assert_int_equal(box_close(fixture), MODULE_OK);
    assert_int_equal(fake_pop3_heard(&fake, "DELE"), 1);
    assert_int_equal(fake_pop3_heard(&fake, "DELE 2"), 1);
    assert_int_equal(fake_pop3_heard(&fake, "QUIT"), 1);
}

static void test_delete_refused(void **state)
{
    struct fixture *fixture = *state;
    fixture_set(fixture, "done.delete", "yes");
    START(fixture, {.asked = "DELE 1", .text = "-ERR no\r\n"}, );
    assert_open(fixture);
    assert_retry(fixture, box_settle(fixture, "uid-one", MESSAGE_ANSWERED), "uid-one: no");
    assert_int_equal(box_settle(fixture, "uid-two", MESSAGE_ANSWERED), MODULE_OK);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_quit(void **state)
{
    static const struct fake_answer quits[] = {
        {.asked = "QUIT", .text = "-ERR some were not removed\r\n"},
        {.asked = "QUIT", .act = FAKE_CUT},
        {.asked = "QUIT", .act = FAKE_HANG},
        {.asked = "QUIT", .act = FAKE_HANG, .text = "+O"},
        {.asked = "QUIT", .text = "what\r\n"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof quits / sizeof *quits; i++) {
        fixture->call.deadline_ms = clock_monotonic_ms() + 300;
        fixture_set(fixture, "done.delete", "yes");
        START(fixture, quits[i], );
        assert_open(fixture);
        assert_int_equal(box_settle(fixture, "uid-one", MESSAGE_ANSWERED), MODULE_OK);
        assert_int_equal(box_close(fixture), MODULE_RETRY);
        assert_true(fault_is_set(&fixture->fault));
        fault_clear(&fixture->fault);
        /* With nothing removed it does not matter. */
        fixture->call.deadline_ms = clock_monotonic_ms() + 20000;
        assert_open(fixture);
        assert_int_equal(box_close(fixture), MODULE_OK);
    }
}

/* A session that ends with removals in it has not removed. */
static void test_delete_then_cut(void **state)
{
    struct fixture *fixture = *state;
    enum module_result result;
    fixture_set(fixture, "done.delete", "yes");
    START(fixture, {.asked = "RETR 2", .act = FAKE_CUT, .text = "+OK\r\nSub"}, );
    assert_open(fixture);
    assert_int_equal(box_settle(fixture, "uid-one", MESSAGE_ANSWERED), MODULE_OK);
    assert_null(box_body(fixture, "uid-two", 1000, &result));
    assert_int_equal(result, MODULE_RETRY);
    fault_clear(&fixture->fault);
    assert_retry(fixture, box_settle(fixture, "uid-two", MESSAGE_ANSWERED), "has ended");
    assert_int_equal(box_close(fixture), MODULE_RETRY);
    fault_clear(&fixture->fault);
    /* Nor has one that was left, though the next one ends well. */
    START(fixture, );
    assert_open(fixture);
    assert_int_equal(box_settle(fixture, "uid-one", MESSAGE_ANSWERED), MODULE_OK);
    struct message_key key = {.uid = "uid-two"};
    int fd = open("/dev/full", O_WRONLY);
    assert_int_equal(www4mail_module.mailbox->body(&fixture->call, fixture->state, &key, fd, 1000),
                     MODULE_RETRY);
    close(fd);
    fault_clear(&fixture->fault);
    assert_head(fixture, "uid-one", "Subject: one\r\n\r\n");
    assert_retry(fixture, box_close(fixture), "before it removed");
    assert_int_equal(fake.log->sessions, 2);
}

/* ---- examining ---- */

struct told {
    char text[4096];
    unsigned bad;
};

static void tell(void *context, bool ok, const char *format, ...)
{
    struct told *told = context;
    size_t len = strlen(told->text);
    va_list args;
    va_start(args, format);
    vsnprintf(told->text + len, sizeof told->text - len, format, args);
    va_end(args);
    len = strlen(told->text);
    snprintf(told->text + len, sizeof told->text - len, "\n");
    told->bad += !ok;
}

static enum module_result examine(struct fixture *fixture, struct told *told)
{
    struct examination examination = {.say = tell, .context = told};
    *told = (struct told){.bad = 0};
    return www4mail_module.mailbox->examine(&fixture->call, &examination);
}

static void assert_told(const struct told *told, const char *words)
{
    if (!strstr(told->text, words))
        fail_msg("\"%s\" is not in:\n%s", words, told->text);
}

static void test_examine(void **state)
{
    struct fixture *fixture = *state;
    struct told told;
    START(fixture, );
    assert_int_equal(examine(fixture, &told), MODULE_OK);
    assert_int_equal(told.bad, 0);
    assert_told(&told, "connected to 127.0.0.1");
    assert_told(&told, "USER SASL-PLAIN TOP UIDL");
    assert_told(&told, "signed in as anna");
    assert_told(&told, "2 mails");
    assert_told(&told, "by TOP");
    assert_told(&told, "stay on the server");
    assert_int_equal(fake_pop3_heard(&fake, "RETR"), 0);
    START(fixture, {.asked = "UIDL", .text = "+OK\r\n1 a\r\n2 \x01\r\n.\r\n"},
          {.asked = "TOP", .text = "-ERR no\r\n"}, );
    assert_int_equal(examine(fixture, &told), MODULE_OK);
    assert_int_equal(told.bad, 1);
    assert_told(&told, "1 more cannot be told apart");
    assert_told(&told, "no TOP");
    START(fixture, {.asked = "STAT", .text = "+OK 0 0\r\n"},
          {.asked = "UIDL", .text = "-ERR\r\n"}, );
    assert_int_equal(examine(fixture, &told), MODULE_FAIL);
    assert_fault(fixture, FAULT_CONFIG, "unique ids");
    assert_told(&told, "kind: imap");
    fixture_set(fixture, "password", "wrong");
    START(fixture, );
    assert_int_equal(examine(fixture, &told), MODULE_FAIL);
    assert_fault(fixture, FAULT_SIGN_IN, "anna");
    assert_int_equal(told.bad, 1);
    fixture_set(fixture, "password", "open sesame");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        START(fixture, {.asked = steps[i], .act = FAKE_CUT}, );
        assert_int_equal(examine(fixture, &told), MODULE_RETRY);
        assert_int_equal(told.bad, 1);
        fault_clear(&fixture->fault);
    }
}

static void test_quota(void **state)
{
    struct fixture *fixture = *state;
    int64_t used = 0, limit = 0;
    assert_int_equal(www4mail_module.mailbox->quota(&fixture->call, NULL, &used, &limit),
                     MODULE_PASS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_collect),
        TEST(test_unknown_mail),
        TEST(test_sasl_plain),
        TEST(test_refused),
        TEST(test_settings),
        TEST(test_stls),
        TEST(test_stls_not_to_be_had),
        TEST(test_implicit),
        TEST(test_delete),
        TEST(test_delete_refused),
        TEST(test_quit),
        TEST(test_delete_then_cut),
        TEST(test_examine),
        TEST(test_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
