/* SPDX-License-Identifier: ISC */
/* The gate `loops`: every rule from both sides. */
#include "test/unit/gate_fixture.h"

#include "agent/policy/match.h"

#include <stdio.h>

/* A mail from a person but for one field; `rule` NULL: it is let through. */
struct row {
    const char *name, *value, *rule;
};

static void expect(struct gate_fixture *fixture, const struct header_row *rows, size_t count,
                   const char *rule)
{
    assert_int_equal(fixture_ask(fixture, rows, count, 1000), MODULE_OK);
    if (count > 1 && ((rule == NULL) != (fixture->verdict.rule == NULL)))
        print_error("%s: %s\n", rows[1].name, rows[1].value);
    if (!rule) {
        assert_null(fixture->verdict.rule);
        assert_int_equal(fixture->verdict.action, VERDICT_DO);
        return;
    }
    assert_int_equal(fixture->verdict.action, VERDICT_DROP);
    assert_string_equal(fixture->verdict.rule, rule);
    assert_non_null(fixture->verdict.reason);
}

static void test_fields(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"Subject", "get https://example.com/", NULL},
        {"Return-Path", "<>", "L2"},
        {"Return-Path", " < >", "L2"},
        {"Return-Path", "(none) <>", "L2"},
        {"Return-Path", "<person@example.com>", NULL},
        {"Return-Path", "<", NULL},
        {"Return-Path", "", NULL},
        {"Return-Path", "person@example.com", NULL},
        {"Content-Type", "multipart/report; report-type=delivery-status", "L2"},
        {"Content-Type", "Multipart/Report;boundary=x", "L2"},
        {"Content-Type", "multipart/mixed; x=multipart/report", NULL},
        {"X-Failed-Recipients", "x@example.com", "L2"},
        {"X-Loop", "agent@example.org", "L3"},
        {"x-loop", "<WEB@example.net>", "L3"},
        {"X-Loop", "other@example.com", NULL},
        {"X-Loop", "<agent@example.org", NULL},
        {"X-Loop", "<>", NULL},
        {"X-Loop", "", NULL},
        {"X-Www4mail-Job", "anything", "L3"},
        {"Auto-Submitted", "auto-replied", "L4"},
        {"AUTO-SUBMITTED", "Auto-Generated; x=y", "L4"},
        {"Auto-Submitted", "No (manual)", NULL},
        {"Auto-Submitted", "(a (b) \\) c) no;x=y", NULL},
        {"Auto-Submitted", "(no) auto-notified", "L4"},
        {"Auto-Submitted", "no-not-really", "L4"},
        {"Auto-Submitted", "", "L4"},
        {"Auto-Submitted", "(unclosed no", "L4"},
        {"Auto-Submitted", "(unclosed \\", "L4"},
        {"Auto-Submitted", "\t(tab)\tno", NULL},
        {"Auto-Submitted", ") no", "L4"},
        {"Auto-Submitted", "\\no", "L4"},
        {"X-Auto-Submitted", "auto-replied", NULL},
        {"List-Id", "<x.example.com>", "L5"},
        {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click", "L5"},
        {"Mailing-List", "x", "L5"},
        {"X-Mailing-List", "x", "L5"},
        {"X-List", "x", NULL},
        {"Precedence", "Bulk", "L6"},
        {"Precedence", "auto_reply", "L6"},
        {"Precedence", "junk (really)", "L6"},
        {"Precedence", "first-class", NULL},
        {"X-Auto-Response-Suppress", "DR, OOF", "L7"},
        {"X-Auto-Response-Suppress", "rn,autoreply", "L7"},
        {"X-Auto-Response-Suppress", "All", "L7"},
        {"X-Auto-Response-Suppress", "RN, NRN", NULL},
        {"X-Auto-Response-Suppress", "Allways", NULL},
        {"X-Autoreply", "yes", "L8"},
        {"X-Autoreply", "no", NULL},
        {"X-Autoresponder", "x", "L8"},
        {"X-Mail-Autoreply", "x", "L8"},
        {"X-Autorespond", "Hello", "L8"},
        {"Delivered-To", "Autoresponder", "L8"},
        {"Delivered-To", "agent@example.org", NULL},
        {"Feedback-ID", "1:2:3", NULL},
    };
    struct gate_fixture fixture;
    fixture_begin(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct header_row mail[] = {{HEADERS_FROM, "Ann", "person@example.com"},
                                    {HEADERS_LINE, rows[i].name, rows[i].value}};
        expect(&fixture, mail, 2, rows[i].rule);
    }
    fixture_end(&fixture);
}

static void test_second_field_counts(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    struct header_row automatic[] = {{HEADERS_FROM, "", "person@example.com"},
                                     {HEADERS_LINE, "Auto-Submitted", "no"},
                                     {HEADERS_LINE, "Auto-Submitted", "auto-replied"}};
    struct header_row bulk[] = {{HEADERS_FROM, "", "person@example.com"},
                                {HEADERS_LINE, "Feedback-ID", "1:2:3"},
                                {HEADERS_LINE, "X-SES-Outgoing", "x"}};
    /* Only the topmost return path is the one that was used. */
    struct header_row paths[] = {{HEADERS_FROM, "", "person@example.com"},
                                 {HEADERS_LINE, "Return-Path", "<person@example.com>"},
                                 {HEADERS_LINE, "Return-Path", "<>"}};
    fixture_begin(&fixture);
    expect(&fixture, automatic, 3, "L4");
    expect(&fixture, bulk, 3, "L8");
    expect(&fixture, paths, 3, NULL);
    fixture_end(&fixture);
}

static void test_senders(void **state)
{
    (void)state;
    char local65[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com";
    char local64[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.com";
    const struct {
        const char *from, *rule;
    } rows[] = {
        {"person@example.com", NULL},
        {"MAILER-DAEMON@example.com", "L2"},
        {"postmaster@example.com", "L2"},
        {"bounces-123@example.com", "L2"},
        {"mdaemon@example.com", "L2"},
        {"rebounce@example.com", NULL},
        {"postmasters@example.com", NULL},
        {"AGENT@example.org", "L3"},
        {"agent+tag@example.org", "L3"},
        {"web@example.net", "L3"},
        {"agents@example.org", NULL},
        {"agent@example.com", NULL},
        {"noreply@example.com", "L9"},
        {"No-Reply@example.com", "L9"},
        {"noreply+caf_=x@example.com", "L9"},
        {"no_reply-123@example.com", "L9"},
        {"do-not-reply@example.com", "L9"},
        {"donotreply.x@example.com", "L9"},
        {"alerts-noreply@example.com", "L9"},
        {"noreplyman@example.com", NULL},
        {"xnoreply@example.com", NULL},
        {local65, "L10"},
        {local64, NULL},
        {"person@localhost", "L10"},
        {"person@[192.0.2.1]", "L10"},
        {"person@192.0.2.1", "L10"},
        {"person@3com.example", NULL},
        {"root@example.com", "L10"},
        {"Abuse@example.com", "L10"},
        {"hostmaster@example.com", "L10"},
        {"roots@example.com", NULL},
        {"person\x01@example.com", "L10"},
        {"person\x7f@example.com", "L10"},
        {"person@-1.example", NULL},
        {"agent@example.org@example.org", NULL},
        {"agentx+tag@example.org", NULL},
        {"nothing", "L10"},
        {"@example.com", "L10"},
        {"", "L10"},
    };
    struct gate_fixture fixture;
    fixture_begin(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct header_row mail[] = {{HEADERS_FROM, "", rows[i].from},
                                    {HEADERS_LINE, "From", rows[i].from}};
        expect(&fixture, mail, 2, rows[i].rule);
    }
    fixture_end(&fixture);
}

static void test_from_field(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    struct header_row two[] = {{HEADERS_FROM, "", "a@example.com"},
                               {HEADERS_FROM, "", "b@example.com"}};
    struct header_row group[] = {{HEADERS_FROM, "", "a@example.com"}, {HEADERS_FROM_GROUP, "", ""}};
    struct header_row bad[] = {{HEADERS_FROM, "", "a@example.com"}, {HEADERS_FROM_BAD, "", ""}};
    struct header_row fault[] = {{HEADERS_FAULT, "", "NUL"}, {HEADERS_FROM, "", "a@example.com"}};
    struct header_row second_own[] = {{HEADERS_FROM, "", "a@example.com"},
                                      {HEADERS_FROM, "", "agent@example.org"}};
    fixture_begin(&fixture);
    expect(&fixture, NULL, 0, "L10");
    expect(&fixture, two, 2, "L10");
    expect(&fixture, group, 2, "L10");
    expect(&fixture, bad, 2, "L10");
    expect(&fixture, fault, 2, "L0");
    expect(&fixture, second_own, 2, "L3");
    fixture_end(&fixture);
}

static void test_allow_list_wins_over_suppress(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    struct header_row mail[] = {{HEADERS_FROM, "", "person@example.com"},
                                {HEADERS_LINE, "X-Auto-Response-Suppress", "DR, OOF"}};
    const char *named[] = {"PERSON@example.com"}, *domain[] = {"*@example.com"},
               *everybody[] = {"*", "*@*.*", "?*@*", "other@example.net"};
    fixture_begin(&fixture);
    fixture.account.senders.allow = (struct words){named, 1};
    expect(&fixture, mail, 2, NULL);
    fixture.account.senders.allow = (struct words){domain, 1};
    expect(&fixture, mail, 2, NULL);
    fixture.account.senders.allow = (struct words){everybody, 4};
    expect(&fixture, mail, 2, "L7");
    fixture_end(&fixture);
}

/* Addresses of the account's that are none match nothing but themselves. */
static void test_odd_own_addresses(void **state)
{
    (void)state;
    static const char *const own[] = {"", "agent", "@example.org"};
    struct account account = {.aliases = {NULL, 0}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        account.address = own[i];
        assert_true(match_own_address(&account, span_of(own[i]), true));
        assert_false(match_own_address(&account, SPAN_LITERAL("x+tag@example.net"), true));
        assert_false(match_own_address(&account, SPAN_LITERAL("agent+tag"), true));
    }
    account.address = "agent@example.org";
    assert_true(match_own_address(&account, SPAN_LITERAL("agent+x@example.org"), true));
    assert_false(match_own_address(&account, SPAN_LITERAL("agent+x@example.org"), false));
    assert_false(match_own_address(&account, SPAN_LITERAL("nobody"), true));
    /* The address ends where the tag would begin. */
    account.address = "x@d@d";
    assert_false(match_own_address(&account, SPAN_LITERAL("x@d"), true));
}

static void test_travelled(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    struct header_row mail[22] = {{HEADERS_FROM, "", "person@example.com"}};
    char references[52 * 4 + 1] = "";
    fixture_begin(&fixture);
    for (size_t i = 1; i < 22; i++)
        mail[i] = (struct header_row){HEADERS_LINE, "Received", "from a by b"};
    expect(&fixture, mail, 21, NULL);
    expect(&fixture, mail, 22, "L13");
    for (size_t i = 0; i < 51; i++)
        snprintf(references + i * 4, 5, "<a> ");
    mail[1] = (struct header_row){HEADERS_LINE, "References", references};
    expect(&fixture, mail, 2, "L13");
    mail[1].value = references + 4;
    expect(&fixture, mail, 2, NULL);
    fixture_end(&fixture);
}

static void test_without_account(void **state)
{
    (void)state;
    struct fault fault = FAULT_INIT;
    struct verdict verdict;
    struct gate_facts facts = {.from = NULL};
    struct call call = {.module = "loops", .fault = &fault};
    assert_int_equal(www4mail_module.gate->admit(&call, &facts, &verdict), MODULE_FAIL);
    assert_int_equal(fault.code, FAULT_INTERNAL);
    fault_clear(&fault);
    struct account account = {.address = "agent@example.org"};
    facts.account = &account; /* and no headers */
    assert_int_equal(www4mail_module.gate->admit(&call, &facts, &verdict), MODULE_FAIL);
    fault_clear(&fault);
}

static void test_head(void **state)
{
    (void)state;
    assert_string_equal(www4mail_module.name, "loops");
    assert_string_equal(www4mail_module.stage, "userauth");
    assert_string_equal(www4mail_module.role, "gate");
    assert_int_equal(www4mail_module.api, WWW4MAIL_MODULE_API);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_second_field_counts),
        cmocka_unit_test(test_senders),
        cmocka_unit_test(test_from_field),
        cmocka_unit_test(test_allow_list_wins_over_suppress),
        cmocka_unit_test(test_odd_own_addresses),
        cmocka_unit_test(test_travelled),
        cmocka_unit_test(test_without_account),
        cmocka_unit_test(test_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
