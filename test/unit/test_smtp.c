/* SPDX-License-Identifier: ISC */
/* The smtp module against a server that fails at every step, in clear on loopback. */
#include "test/unit/smtp_fixture.h"

#define ONE(...) (struct fake_script[]){{__VA_ARGS__}}, 1, NULL

struct row {
    const char *name;
    struct fake_script script;
    enum submission_outcome outcome;
    const char *words;
};

static const struct row rows[] = {
    {"normal", {.dot = NULL}, SUBMISSION_ACCEPTED, "250 2.0.0 Ok: queued as 4711"},
    {"no banner", {.greeting = FAKE_HANG}, SUBMISSION_NOT_SENT, "before the server's greeting"},
    {"closes at once", {.greeting = FAKE_CLOSE}, SUBMISSION_NOT_SENT, "no answer"},
    {"554 greeting", {.greeting = "554 Not you\r\n"}, SUBMISSION_LATER, "554 Not you"},
    {"421 greeting", {.greeting = "421 Busy\r\n"}, SUBMISSION_LATER, "421 Busy"},
    {"garbage greeting",
     {.greeting = "SSH-2.0-x\r\n" FAKE_CLOSE},
     SUBMISSION_NOT_SENT,
     "no answer"},
    {"closes at EHLO", {.ehlo = FAKE_CLOSE}, SUBMISSION_NOT_SENT, "after the greeting"},
    {"closes at MAIL", {.mail = FAKE_CLOSE}, SUBMISSION_NOT_SENT, "at MAIL"},
    {"closes at RCPT", {.rcpt = FAKE_CLOSE}, SUBMISSION_NOT_SENT, "at RCPT"},
    {"closes at DATA", {.data = FAKE_CLOSE}, SUBMISSION_NOT_SENT, "at DATA"},
    {"silent at RCPT", {.rcpt = FAKE_HANG}, SUBMISSION_NOT_SENT, "at RCPT"},
    {"half a reply to RCPT", {.rcpt = "550-No\r\n" FAKE_CLOSE}, SUBMISSION_NOT_SENT, "at RCPT"},
    {"550 to MAIL", {.mail = "550 5.7.1 Not from you\r\n"}, SUBMISSION_NEVER, "550 5.7.1"},
    {"552 to MAIL", {.mail = "552 5.3.4 Too big\r\n"}, SUBMISSION_NEVER, "552 5.3.4"},
    {"451 to MAIL", {.mail = "451 Wait\r\n"}, SUBMISSION_LATER, "451 Wait"},
    {"550 to RCPT", {.rcpt = "550-Nobody\r\n550 here\r\n"}, SUBMISSION_NEVER, "550-Nobody here"},
    {"450 to RCPT", {.rcpt = "450 Grey\r\n"}, SUBMISSION_LATER, "450 Grey"},
    {"421 to RCPT", {.rcpt = "421 Bye\r\n" FAKE_CLOSE}, SUBMISSION_LATER, "421 Bye"},
    {"452 to DATA", {.data = "452 Full\r\n"}, SUBMISSION_LATER, "452 Full"},
    {"554 to DATA", {.data = "554 No\r\n"}, SUBMISSION_NEVER, "554 No"},
    {"250 to DATA", {.data = "250 Hm\r\n"}, SUBMISSION_NOT_SENT, "at DATA"},
    {"closes after 354", {.data = "354 Go\r\n" FAKE_CLOSE}, SUBMISSION_IN_DOUBT, "after all"},
    {"closes after the dot", {.dot = FAKE_CLOSE}, SUBMISSION_IN_DOUBT, "after all"},
    {"silent after the dot", {.dot = FAKE_HANG}, SUBMISSION_IN_DOUBT, "after all"},
    {"half a reply to the dot", {.dot = "250-Ok\r\n" FAKE_CLOSE}, SUBMISSION_IN_DOUBT, "after all"},
    {"garbage after the dot", {.dot = "hello\r\n" FAKE_HANG}, SUBMISSION_IN_DOUBT, "after all"},
    {"354 after the dot", {.dot = "354 Go on\r\n"}, SUBMISSION_IN_DOUBT, "after all"},
    {"451 after the dot", {.dot = "451 4.3.0 Wait\r\n"}, SUBMISSION_LATER, "451 4.3.0 Wait"},
    {"421 after the dot", {.dot = "421 Bye\r\n" FAKE_CLOSE}, SUBMISSION_LATER, "421 Bye"},
    {"554 after the dot", {.dot = "554 5.7.1 Spam\r\n"}, SUBMISSION_NEVER, "554 5.7.1 Spam"},
    {"251 after the dot", {.dot = "251 Passed on\r\n"}, SUBMISSION_ACCEPTED, "251 Passed on"},
    {"250 then close", {.dot = "250 Ok\r\n" FAKE_CLOSE}, SUBMISSION_ACCEPTED, "250 Ok"},
    {"bare 250", {.dot = "250\r\n"}, SUBMISSION_ACCEPTED, "250"},
    {"no ESMTP", {.ehlo = "502 What?\r\n"}, SUBMISSION_LATER, ""},
};

static void outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture fixture;
        bool accepted = rows[i].outcome == SUBMISSION_ACCEPTED;
        fixture_start(&fixture, &rows[i].script, 1, NULL);
        fixture_set(&fixture, "response_time", "1");
        if (strstr(rows[i].name, "no banner"))
            fixture.call.deadline_ms = clock_monotonic_ms() + 1000;
        fixture_submit(&fixture);
        assert_came_to(&fixture, rows[i].name, MODULE_OK, rows[i].outcome, FAULT_OK, rows[i].words);
        if (accepted && fixture.fake.seen->mails != 1)
            fail_msg("%s: %d mails", rows[i].name, fixture.fake.seen->mails);
        fixture_end(&fixture);
    }
}

static void nothing_listens(void **state)
{
    (void)state;
    struct fixture fixture;
    char port[8];
    fixture_start(&fixture, ONE(.mail = NULL));
    snprintf(port, sizeof port, "%d", fake_smtp_closed_port());
    fixture_set(&fixture, "port", port);
    fixture_submit(&fixture);
    assert_came_to(&fixture, "refused", MODULE_OK, SUBMISSION_NOT_SENT, FAULT_OK, "no answer");
    fixture_end(&fixture);
}

static void commands_on_the_wire(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_submit(&fixture);
    www4mail_module.sender->close(&fixture.call, &fixture.state);
    for (int i = 0; i < 200 && !saw(&fixture, "QUIT\r\n"); i++)
        usleep(10000); /* it is not waited for */
    assert_string_equal(fixture.fake.seen->log, "EHLO sender.example\r\n"
                                                "MAIL FROM:<web@sender.example> SIZE=26\r\n"
                                                "RCPT TO:<anna@asker.example>\r\nDATA\r\nQUIT\r\n");
    fixture_end(&fixture);

    fixture_start(&fixture, ONE(.ehlo = "250 fake\r\n"));
    fixture_set(&fixture, "ehlo_name", "mail.own.example");
    fixture_submit(&fixture);
    assert_true(saw(&fixture, "EHLO mail.own.example\r\nMAIL FROM:<web@sender.example>\r\nRCPT"));
    fixture_end(&fixture);
}

static void utf8_address(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_submit_bytes(&fixture, "j\xc3\xbcrgen@asker.example", "x\r\n", 3, 3);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    assert_true(saw(&fixture, "SMTPUTF8\r\nRCPT TO:<j\xc3\xbcrgen@asker.example>\r\n"));
    fixture_end(&fixture);
}

/* ---- the connection ---- */

static void two_mails_one_connection(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_set(&fixture, "user", "web");
    for (int i = 1; i <= 3; i++) {
        fixture_submit(&fixture);
        assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
        assert_int_equal(fixture.fake.seen->mails, i);
    }
    assert_int_equal(fixture.fake.seen->connections, 1);
    assert_int_equal(fixture.passwords, 1);
    fixture_end(&fixture);
}

/* Whatever a server does between two mails, the second one goes out once, over a new connection,
 * with the secret asked for anew. */
static void server_tires(void **state)
{
    (void)state;
    static const struct fake_script tired[] = {
        {.dot = "250 Ok\r\n" FAKE_CLOSE},
        {.dot = "250 Ok\r\n421 Idle for too long\r\n" FAKE_HANG},
    };
    static const struct fake_script good = {.mail = NULL};
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_start(&fixture, (struct fake_script[]){tired[i], good}, 2, NULL);
        fixture_set(&fixture, "user", "web");
        fixture_submit(&fixture);
        usleep(100000);
        fixture_submit(&fixture);
        assert_came_to(&fixture, "again", MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
        assert_int_equal(fixture.fake.seen->connections, 2);
        assert_int_equal(fixture.fake.seen->mails, 2);
        assert_int_equal(fixture.passwords, 2);
        fixture_end(&fixture);
    }
}

/* The server refuses one more MAIL on a connection: once more, afresh, but only once, and not when
 * it is the mail that is refused. */
static void many_mails_are_too_many(void **state)
{
    (void)state;
    static const struct {
        struct fake_script first, second;
        enum submission_outcome outcome;
        int connections;
        const char *words;
    } cases[] = {
        {{.next_mail = "421 Enough\r\n"}, {.mail = NULL}, SUBMISSION_ACCEPTED, 2, "4711"},
        {{.next_mail = FAKE_CLOSE}, {.mail = NULL}, SUBMISSION_ACCEPTED, 2, "4711"},
        {{.next_mail = "421 Enough\r\n"},
         {.mail = "421 Busy\r\n"},
         SUBMISSION_LATER,
         2,
         "421 Busy"},
        {{.next_mail = "450 Wait\r\n"}, {.mail = NULL}, SUBMISSION_LATER, 1, "450 Wait"},
        {{.next_mail = "550 No\r\n"}, {.mail = NULL}, SUBMISSION_NEVER, 1, "550 No"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        fixture_start(&fixture, (struct fake_script[]){cases[i].first, cases[i].second}, 2, NULL);
        fixture_submit(&fixture);
        assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
        fixture_submit(&fixture);
        assert_came_to(&fixture, cases[i].words, MODULE_OK, cases[i].outcome, FAULT_OK,
                       cases[i].words);
        assert_int_equal(fixture.fake.seen->connections, cases[i].connections);
        fixture_end(&fixture);
    }
}

/* The reply that comes too late for one mail is not the next one's. */
static void late_reply(void **state)
{
    (void)state;
    static const struct fake_script scripts[] = {
        {.dot = FAKE_WAIT "250 Late: queued as 1\r\n"},
        {.mail = "550 Not any more\r\n"},
        {.dot = NULL},
    };
    struct fixture fixture;
    fixture_start(&fixture, scripts, 3, NULL);
    fixture_set(&fixture, "response_time", "1");
    fixture_submit(&fixture);
    assert_came_to(&fixture, "late", MODULE_OK, SUBMISSION_IN_DOUBT, FAULT_OK, "after all");
    fixture_set(&fixture, "response_time", "60");
    fixture_submit(&fixture);
    assert_came_to(&fixture, "next", MODULE_OK, SUBMISSION_NEVER, FAULT_OK, "550 Not any more");
    fixture_submit(&fixture);
    assert_came_to(&fixture, "third", MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
    assert_int_equal(fixture.fake.seen->connections, 3);
    fixture_end(&fixture);
}

/* Closing waits for nobody: a wait of response_time would meet the alarm. */
static void quit_is_not_waited_for(void **state)
{
    (void)state;
    struct fixture fixture;
    alarm(30);
    fixture_start(&fixture, ONE(.quit = FAKE_HANG));
    fixture_set(&fixture, "response_time", "3600");
    fixture_submit(&fixture);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    fixture_end(&fixture);
    fixture_start(&fixture, ONE(.mail = "550 No\r\n", .quit = FAKE_HANG));
    fixture_set(&fixture, "response_time", "3600");
    fixture_submit(&fixture);
    assert_came_to(&fixture, "no", MODULE_OK, SUBMISSION_NEVER, FAULT_OK, "550 No");
    fixture_end(&fixture);
    alarm(0);
}

static void endless_replies(void **state)
{
    (void)state;
    struct fixture fixture;
    char *flood = malloc(40 * 3000 + 1);
    assert_non_null(flood);
    for (size_t i = 0; i < 3000; i++)
        snprintf(flood + i * 40, 41, "250-%034d\r\n", 0);
    fixture_start(&fixture, ONE(.ehlo = flood));
    fixture_submit(&fixture);
    assert_came_to(&fixture, "flood", MODULE_OK, SUBMISSION_NOT_SENT, FAULT_OK, "no answer");
    fixture_end(&fixture);
    fixture_start(&fixture, ONE(.dot = flood));
    fixture_submit(&fixture);
    assert_came_to(&fixture, "flood", MODULE_OK, SUBMISSION_IN_DOUBT, FAULT_OK, "after all");
    fixture_end(&fixture);
    free(flood);
}

static void reply_is_cleaned(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_start(&fixture, ONE(.dot = "250-Ok\x1b[2J\r\n250 \xff\x7fqueued\r\n"));
    fixture_submit(&fixture);
    assert_string_equal(fixture.text, "250-Ok?[2J ??queued");
    fixture_end(&fixture);
}

static void environment_is_not_read(void **state)
{
    (void)state;
    struct fixture fixture;
    setenv("all_proxy", "socks5://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "socks5://127.0.0.1:1", 1);
    fixture_start(&fixture, ONE(.mail = NULL));
    fixture_submit(&fixture);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    fixture_end(&fixture);
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes),
        cmocka_unit_test(nothing_listens),
        cmocka_unit_test(commands_on_the_wire),
        cmocka_unit_test(utf8_address),
        cmocka_unit_test(two_mails_one_connection),
        cmocka_unit_test(server_tires),
        cmocka_unit_test(many_mails_are_too_many),
        cmocka_unit_test(late_reply),
        cmocka_unit_test(quit_is_not_waited_for),
        cmocka_unit_test(endless_replies),
        cmocka_unit_test(reply_is_cleaned),
        cmocka_unit_test(environment_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
