/* SPDX-License-Identifier: ISC */
/* The urls gate: scheme, port, globs, and addresses that can be seen in the URL. */
#include "agent/base/address.h"
#include "agent/modules/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

static struct arena *arena;
static struct account account;
static struct verdict verdict;
static const char *schemes[] = {"http", "https", "gopher"};

static int setup(void **state)
{
    (void)state;
    arena = arena_new(256 * 1024);
    account = (struct account){.name = "test"};
    account.urls.schemes = (struct words){schemes, 3};
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static enum module_result ask(const char *text)
{
    struct fault fault = FAULT_INIT;
    struct target target = {.asked = text};
    struct call call = {.module = "urls", .arena = arena, .fault = &fault};
    struct gate_facts facts = {.account = &account, .target = &target};
    if (!url_parse(arena, span_of(text), &target.url, &fault))
        fail_msg("%s", fault.operator);
    enum module_result result = www4mail_module.gate->admit(&call, &facts, &verdict);
    assert_false(fault_is_set(&fault));
    return result;
}

static void check_do(const char *text)
{
    assert_int_equal(ask(text), MODULE_OK);
    if (verdict.action != VERDICT_DO)
        fail_msg("%s: %s", text, verdict.rule);
}

static void check_refuse(const char *text, const char *rule, enum fault_code code)
{
    assert_int_equal(ask(text), MODULE_OK);
    if (verdict.action != VERDICT_REFUSE)
        fail_msg("%s is not refused", text);
    assert_string_equal(verdict.rule, rule);
    assert_int_equal(verdict.code, code);
    assert_non_null(verdict.reason);
}

static void module_head(void **state)
{
    (void)state;
    assert_string_equal(www4mail_module.name, "urls");
    assert_string_equal(www4mail_module.stage, "urlauth");
    assert_string_equal(www4mail_module.role, "gate");
}

static void schemes_and_ports(void **state)
{
    (void)state;
    static uint16_t ports[] = {8080, 22};
    check_do("http://example.org/");
    check_do("https://example.org/");
    check_do("gopher://example.org/");
    check_refuse("ftp://example.org/", "scheme", FAULT_SCHEME);
    check_refuse("dict://example.org/", "scheme", FAULT_SCHEME);
    check_refuse("http://example.org:22/", "port", FAULT_PORT);
    check_refuse("http://example.org:443/", "port", FAULT_PORT);
    check_refuse("https://example.org:80/", "port", FAULT_PORT);
    account.urls.ports.ports = ports;
    account.urls.ports.count = 2;
    check_do("http://example.org:8080/");
    check_do("http://example.org:22/");
    check_refuse("http://example.org:8081/", "port", FAULT_PORT);
    account.urls.schemes.count = 0;
    check_refuse("http://example.org/", "scheme", FAULT_SCHEME);
}

static void globs(void **state)
{
    (void)state;
    static const char *deny[] = {"*://*.bad.example/*", "http://example.org/admin*"};
    static const char *allow[] = {"http://example.org/*", "*://www.bad.example/*"};
    account.urls.deny = (struct words){deny, 2};
    check_do("http://example.org/");
    check_do("http://good.example/");
    check_refuse("http://www.bad.example/", "url-deny", FAULT_URL_DENIED);
    check_refuse("https://WWW.Bad.Example./x", "url-deny", FAULT_URL_DENIED);
    check_refuse("http://example.org/%61dmin", "url-deny", FAULT_URL_DENIED);
    check_refuse("http://example.org/x/../admin/y", "url-deny", FAULT_URL_DENIED);
    check_refuse("http://example.org:80/ADMIN", "url-deny", FAULT_URL_DENIED);
    account.urls.allow = (struct words){allow, 2};
    check_do("http://example.org/x");
    check_refuse("https://example.org/x", "url-allow", FAULT_URL_DENIED);
    check_refuse("http://example.com/http://example.org/", "url-allow", FAULT_URL_DENIED);
    check_refuse("http://www.bad.example/", "url-deny", FAULT_URL_DENIED); /* deny wins */
}

static void addresses(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://0.0.0.0/",
        "http://169.254.169.254/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://100.100.100.200/",
        "http://192.0.0.192/",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[fd00:ec2::254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[fec0::1]/",
        "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
        "http://LOCALHOST/",
        "http://foo.localhost/",
        "http://loca%6chost/",
        "http://127%2e0%2e0%2e1/",
        "http://169\xe3\x80\x82"
        "254\xe3\x80\x82"
        "169\xe3\x80\x82"
        "254/",
        "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/",
        "https://localhost/",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        check_refuse(refused[i], "address", FAULT_ADDRESS);
        assert_string_equal(verdict.reason, ADDRESS_NOT_ALLOWED);
    }
    check_do("http://8.8.8.8/");
    check_do("http://[2606:4700::6810:84e5]/");
    check_do("http://[64:ff9b::808:808]/");
    check_do("http://8.8.8.8?@127.0.0.1/");
    check_do("http://name.example/");
}

static void addresses_of_the_operator(void **state)
{
    (void)state;
    struct address_net allow, deny;
    assert_true(address_net_parse(SPAN_LITERAL("127.0.0.0/8"), &allow));
    assert_true(address_net_parse(SPAN_LITERAL("8.8.8.0/24"), &deny));
    account.urls.allow_addresses = (struct address_nets){&allow, 1};
    account.urls.deny_addresses = (struct address_nets){&deny, 1};
    check_do("http://127.0.0.1/");
    check_do("http://localhost/");
    check_do("http://[::ffff:127.0.0.1]/");
    check_refuse("http://[::1]/", "address", FAULT_ADDRESS);
    check_refuse("http://10.0.0.1/", "address", FAULT_ADDRESS);
    check_refuse("http://8.8.8.8/", "address", FAULT_ADDRESS);
    assert_true(address_net_parse(SPAN_LITERAL("::1"), &allow));
    check_do("http://localhost/");
    check_refuse("http://127.0.0.1/", "address", FAULT_ADDRESS);
}

static void asked_too_early(void **state)
{
    (void)state;
    struct fault fault = FAULT_INIT;
    struct call call = {.module = "urls", .arena = arena, .fault = &fault};
    struct gate_facts facts = {.account = &account};
    assert_int_equal(www4mail_module.gate->admit(&call, &facts, &verdict), MODULE_FAIL);
    assert_int_equal(fault.code, FAULT_INTERNAL);
    fault_clear(&fault);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(module_head), TEST(schemes_and_ports),         TEST(globs),
        TEST(addresses),   TEST(addresses_of_the_operator), TEST(asked_too_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
