/* SPDX-License-Identifier: ISC */
/* The gate `senders`: addressed to us, from somebody who may ask, and not too large. */
#include "test/unit/gate_fixture.h"

static const char *const allow[] = {"*@example.com", "ann@*"};
static const char *const deny[] = {"spam*@example.com"};

static void begin(struct gate_fixture *fixture)
{
    static const char *allow_words[2], *deny_words[1];
    memcpy(allow_words, allow, sizeof allow_words);
    memcpy(deny_words, deny, sizeof deny_words);
    fixture_begin(fixture);
    fixture->account.senders.allow = (struct words){allow_words, 2};
    fixture->account.senders.deny = (struct words){deny_words, 1};
}

static void expect(struct gate_fixture *fixture, const char *from, const char *field,
                   const char *to, uint64_t size, const char *rule)
{
    struct header_row rows[] = {{HEADERS_LINE, field, to}, {HEADERS_FROM, "", from}};
    assert_int_equal(fixture_ask(fixture, rows, from ? 2 : 1, size), MODULE_OK);
    if (rule)
        assert_string_equal(fixture->verdict.rule, rule);
    else
        assert_null(fixture->verdict.rule);
    if (!rule)
        assert_int_equal(fixture->verdict.action, VERDICT_DO);
}

static void test_lists(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    begin(&fixture);
    expect(&fixture, "a@example.com", "To", "agent@example.org", 10, NULL);
    expect(&fixture, "A@EXAMPLE.com", "To", "agent@example.org", 10, NULL);
    expect(&fixture, "Ann@anywhere.example", "To", "agent@example.org", 10, NULL);
    expect(&fixture, "spammer@example.com", "To", "agent@example.org", 10, "L15");
    assert_int_equal(fixture.verdict.action, VERDICT_DROP);
    expect(&fixture, "SPAM@example.com", "To", "agent@example.org", 10, "L15");
    expect(&fixture, "bob@anywhere.example", "To", "agent@example.org", 10, "L15");
    expect(&fixture, "a@example.com.evil.example", "To", "agent@example.org", 10, "L15");
    expect(&fixture, NULL, "To", "agent@example.org", 10, "L15");
    fixture.account.senders.allow.count = 0;
    expect(&fixture, "a@example.com", "To", "agent@example.org", 10, "L15");
    fixture_end(&fixture);
}

static void test_addressed_to_us(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    begin(&fixture);
    expect(&fixture, "a@example.com", "To", "x@y.example, Agent <AGENT@Example.org>", 1, NULL);
    expect(&fixture, "a@example.com", "cc", "web@example.net", 1, NULL);
    expect(&fixture, "a@example.com", "Delivered-To", "agent@example.org", 1, NULL);
    expect(&fixture, "a@example.com", "X-Original-To", "agent@example.org", 1, NULL);
    expect(&fixture, "a@example.com", "To", "agent+b-123@example.org", 1, NULL);
    expect(&fixture, "a@example.com", "To", "Us: agent@example.org;", 1, NULL);
    expect(&fixture, "a@example.com", "To", "other@example.org", 1, "L12");
    assert_int_equal(fixture.verdict.action, VERDICT_DROP);
    expect(&fixture, "a@example.com", "To", "agents@example.org", 1, "L12");
    expect(&fixture, "a@example.com", "To", "agent@example.org.evil.example", 1, "L12");
    expect(&fixture, "a@example.com", "To", "\"agent@example.org\" <x@y.example>", 1, "L12");
    expect(&fixture, "a@example.com", "To", "(agent@example.org", 1, "L12");
    expect(&fixture, "a@example.com", "Bcc", "agent@example.org", 1, "L12");
    expect(&fixture, "a@example.com", "Subject", "agent@example.org", 1, "L12");
    fixture.account.senders.accept_bcc = true;
    expect(&fixture, "a@example.com", "Subject", "x", 1, NULL);
    fixture_end(&fixture);
}

static void test_size(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    begin(&fixture);
    expect(&fixture, "a@example.com", "To", "agent@example.org", 1024 * 1024, NULL);
    expect(&fixture, "a@example.com", "To", "agent@example.org", 1024 * 1024 + 1, "L0");
    assert_int_equal(fixture.verdict.action, VERDICT_REFUSE);
    assert_int_equal(fixture.verdict.code, FAULT_MAIL_TOO_LARGE);
    assert_string_equal(fixture.verdict.reason,
                        "Your mail is larger than 1024 kB and was not read.");
    /* Strangers learn nothing. */
    expect(&fixture, "bob@anywhere.example", "To", "agent@example.org", 1 << 30, "L15");
    assert_int_equal(fixture.verdict.action, VERDICT_DROP);
    fixture_end(&fixture);
}

static void test_faults(void **state)
{
    (void)state;
    struct gate_fixture fixture;
    struct gate_facts facts = {.from = NULL};
    struct header_row rows[] = {{HEADERS_LINE, "To", "agent@example.org"},
                                {HEADERS_FROM, "", "a@example.com"}};
    begin(&fixture);
    struct call call = {.module = "senders", .arena = fixture.arena, .fault = &fixture.fault};
    assert_int_equal(www4mail_module.gate->admit(&call, &facts, &fixture.verdict), MODULE_FAIL);
    assert_int_equal(fixture.fault.code, FAULT_INTERNAL);
    fault_clear(&fixture.fault);
    arena_free(&fixture.arena);
    fixture.arena = arena_new(8);
    assert_int_equal(fixture_ask(&fixture, rows, 2, 1 << 30), MODULE_RETRY);
    assert_int_equal(fixture.fault.code, FAULT_MEMORY);
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_addressed_to_us),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
