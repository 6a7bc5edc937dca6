/* SPDX-License-Identifier: ISC */
/*
 * Where a transaction can end, and what is then known of the mail: row by row, with what the server
 * had by then, and with the next attempt, which must get an answer of its own and be the same bytes.
 */
#include "test/unit/smtp_fixture.h"

enum { NO, WHOLE }; /* had the server the whole mail? */

struct row {
    const char *name;
    struct fake_script script;
    enum submission_outcome outcome;
    int server_has; /* NO; WHOLE: the end of data came */
    const char *words;
};

static const struct row rows[] = {
    {"normal", {.dot = NULL}, SUBMISSION_ACCEPTED, WHOLE, "250 2.0.0 Ok: queued as 4711"},
    {"closes at MAIL", {.mail = FAKE_CLOSE}, SUBMISSION_NOT_SENT, NO, "at MAIL"},
    {"closes at RCPT", {.rcpt = FAKE_CLOSE}, SUBMISSION_NOT_SENT, NO, "at RCPT"},
    {"550 to RCPT", {.rcpt = "550 5.1.1 Nobody\r\n"}, SUBMISSION_NEVER, NO, "550 5.1.1"},
    {"450 to RCPT", {.rcpt = "450 4.2.1 Grey\r\n"}, SUBMISSION_LATER, NO, "450 4.2.1"},
    {"closes at DATA", {.data = FAKE_CLOSE}, SUBMISSION_NOT_SENT, NO, "at DATA"},
    /* A small mail is handed over at once: the server may have it all and say nothing. */
    {"354, closes within", {.data = "354 Go\r\n" FAKE_CLOSE}, SUBMISSION_IN_DOUBT, NO, "after all"},
    {"closes after the dot", {.dot = FAKE_CLOSE}, SUBMISSION_IN_DOUBT, WHOLE, "after all"},
    {"silent after the dot", {.dot = FAKE_HANG}, SUBMISSION_IN_DOUBT, WHOLE, "after all"},
    {"250 after our timeout",
     {.dot = FAKE_WAIT "250 2.0.0 Late\r\n"},
     SUBMISSION_IN_DOUBT,
     WHOLE,
     "after all"},
    {"554 after our timeout",
     {.dot = FAKE_WAIT "554 5.7.1 Late\r\n"},
     SUBMISSION_IN_DOUBT,
     WHOLE,
     "after all"},
    {"451 after the dot", {.dot = "451 4.3.0 Wait\r\n"}, SUBMISSION_LATER, WHOLE, "451 4.3.0"},
    {"554 after the dot", {.dot = "554 5.7.1 Spam\r\n"}, SUBMISSION_NEVER, WHOLE, "554 5.7.1"},
    {"garbage, then silence",
     {.dot = "\x04\x7f what was that\r\n" FAKE_HANG},
     SUBMISSION_IN_DOUBT,
     WHOLE,
     "after all"},
    {"garbage, then the end",
     {.dot = "\x04\x7f what was that\r\n" FAKE_CLOSE},
     SUBMISSION_IN_DOUBT,
     WHOLE,
     "after all"},
    {"a code that is none", {.dot = "999 Well\r\n"}, SUBMISSION_IN_DOUBT, WHOLE, "after all"},
    {"half a code", {.dot = "25" FAKE_CLOSE}, SUBMISSION_IN_DOUBT, WHOLE, "after all"},
    {"a line without its end", {.dot = "250 Ok" FAKE_CLOSE}, SUBMISSION_IN_DOUBT, WHOLE, ""},
    {"the first of two lines", {.dot = "250-Ok\r\n" FAKE_CLOSE}, SUBMISSION_IN_DOUBT, WHOLE, ""},
    {"another 354", {.dot = "354 More\r\n" FAKE_CLOSE}, SUBMISSION_IN_DOUBT, WHOLE, "after all"},
    {"250 then close", {.dot = "250 Ok\r\n" FAKE_CLOSE}, SUBMISSION_ACCEPTED, WHOLE, "250 Ok"},
    {"250, QUIT never answered", {.quit = FAKE_HANG}, SUBMISSION_ACCEPTED, WHOLE, "4711"},
    {"no banner", {.greeting = FAKE_CLOSE}, SUBMISSION_NOT_SENT, NO, "before the server's"},
};

static const char mail[] = "Message-ID: <1@sender.example>\r\n\r\n.A line.\r\n";

static void submit(struct fixture *fixture)
{
    fixture_submit_bytes(fixture, "anna@asker.example", mail, sizeof mail - 1, sizeof mail - 1);
}

/* The server that failed is sound at the next connection. */
static void check_row(const struct row *row)
{
    struct fixture fixture;
    const struct fake_script scripts[] = {row->script, {.mail = NULL}};
    bool kept = row->outcome == SUBMISSION_ACCEPTED || row->outcome == SUBMISSION_NEVER ||
                row->outcome == SUBMISSION_LATER;
    fixture_start(&fixture, scripts, 2, NULL);
    fixture_set(&fixture, "response_time", "1");
    submit(&fixture);
    assert_came_to(&fixture, row->name, MODULE_OK, row->outcome, FAULT_OK, row->words);
    if (row->outcome == SUBMISSION_ACCEPTED && fixture.fake.seen->mails != 1)
        fail_msg("%s: accepted, and the server had %d mails", row->name, fixture.fake.seen->mails);
    if (kept) {
        fixture_end(&fixture);
        return;
    }
    fixture_set(&fixture, "response_time", "60");
    submit(&fixture);
    assert_came_to(&fixture, row->name, MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
    /* The fake serves one connection after the other: by now it has seen the end of the first. */
    if (fixture.fake.seen->mails != 1 + (row->server_has == WHOLE) ||
        fixture.fake.seen->connections != 2)
        fail_msg("%s: %d mails by %d connections", row->name, fixture.fake.seen->mails,
                 fixture.fake.seen->connections);
    static const char wire[] = "Message-ID: <1@sender.example>\r\n\r\n..A line.\r\n";
    assert_int_equal(fixture.fake.seen->mail_len, sizeof wire - 1);
    assert_memory_equal(fixture.fake.seen->mail, wire, sizeof wire - 1);
    fixture_end(&fixture);
}

static void test_rows(void **state)
{
    (void)state;
    alarm(300); /* nothing here waits for long */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&rows[i]);
    alarm(0);
}

/* Nobody listens: nothing was sent, and once somebody does, it goes out once. */
static void test_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    char port[8];
    const struct fake_script good = {.mail = NULL};
    fixture_start(&fixture, &good, 1, NULL);
    snprintf(port, sizeof port, "%d", fake_smtp_closed_port());
    fixture_set(&fixture, "port", port);
    submit(&fixture);
    assert_came_to(&fixture, "refused", MODULE_OK, SUBMISSION_NOT_SENT, FAULT_OK, "no answer");
    fixture_set(&fixture, "port", fixture.fake.port_text);
    submit(&fixture);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    assert_int_equal(fixture.fake.seen->mails, 1);
    fixture_end(&fixture);
}

/* What the agent says when it is asked for the end of a mail, and how often it was. */
struct agent {
    const struct fake_seen *seen;
    bool allows;
    int asked, mails_then;
};

static bool completing(void *context)
{
    struct agent *agent = context;
    agent->asked++;
    agent->mails_then = agent->seen->mails;
    return agent->allows;
}

/* The agent is asked before the end of a mail goes out, once; without its word nothing is sent. */
static void test_asks_before_the_end(void **state)
{
    (void)state;
    static char large[300000];
    for (int allows = 0; allows < 2; allows++) {
        struct fixture fixture;
        const struct fake_script good = {.mail = NULL};
        fixture_start(&fixture, &good, 1, NULL);
        struct agent agent = {.seen = fixture.fake.seen, .allows = allows};
        fixture.call.completing = completing;
        fixture.call.completing_context = &agent;
        submit(&fixture);
        assert_came_to(&fixture, "asked", MODULE_OK,
                       allows ? SUBMISSION_ACCEPTED : SUBMISSION_NOT_SENT, FAULT_OK,
                       allows ? "4711" : "could not be written down");
        assert_int_equal(agent.asked, 1);
        assert_int_equal(agent.mails_then, 0);
        memset(large, 'x', sizeof large);
        for (size_t i = 78; i + 1 < sizeof large; i += 80)
            memcpy(large + i, "\r\n", 2);
        fixture_submit_bytes(&fixture, "anna@asker.example", large, sizeof large, sizeof large);
        assert_int_equal(agent.asked, 2);
        fixture.call.completing = NULL; /* whoever is next does not find the rest of it */
        submit(&fixture);
        assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
        assert_int_equal(fixture.fake.seen->mails, allows ? 3 : 1);
        fixture_end(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_asks_before_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
