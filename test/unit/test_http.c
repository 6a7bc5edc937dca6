/* SPDX-License-Identifier: ISC */
/* The http module against a misbehaving server: pages, refusals, amounts, addresses. */
#include "agent/base/address.h"
#include "agent/base/clock.h"
#include "agent/modules/call.h"
#include "test/unit/fake_http.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

static struct fake_http fake;

/* One fetch and what came of it. */
static struct {
    struct arena *arena;
    struct fault fault;
    struct page page;
    struct fetch_limits limits;
    struct setting setting;
    int64_t time_ms;
    enum module_result result;
    int accepts;
} it;

static struct address_net loopback[2];
static struct address_nets open_nets = {loopback, 2};

static int start(void **state)
{
    (void)state;
    return fake_http_start(&fake) && address_net_parse(SPAN_LITERAL("127.0.0.0/8"), &loopback[0]) &&
                   address_net_parse(SPAN_LITERAL("::1"), &loopback[1])
               ? 0
               : -1;
}

static int stop(void **state)
{
    (void)state;
    fake_http_stop(&fake);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    memset(&it, 0, sizeof it);
    it.arena = arena_new(1024 * 1024);
    it.limits = (struct fetch_limits){.max_bytes = 4 * 1024 * 1024,
                                      .connect_ms = 5000,
                                      .user_agent = "www4mail/test",
                                      .allow = &open_nets};
    it.setting = (struct setting){"low_speed_time", "20", 0, 0};
    it.time_ms = 30 * 1000;
    it.page.fd = -1;
    fake_http_strays();
    return it.arena ? 0 : -1;
}

static void clear(void)
{
    if (it.page.fd >= 0)
        close(it.page.fd);
    it.page.fd = -1;
    fault_clear(&it.fault);
}

static int teardown(void **state)
{
    (void)state;
    clear();
    arena_free(&it.arena);
    return fake_http_strays() == 0 ? 0 : -1;
}

static void fetch_url(const char *text)
{
    clear();
    struct target target = {.asked = text};
    struct settings settings = {&it.setting, 1};
    struct call call = {.module = "http",
                        .overrides = &settings,
                        .arena = it.arena,
                        .fault = &it.fault,
                        .deadline_ms = clock_monotonic_ms() + it.time_ms};
    assert_true(url_parse(it.arena, span_of(text), &target.url, &it.fault));
    int before = __atomic_load_n(&fake.seen->accepts, __ATOMIC_SEQ_CST);
    it.result = www4mail_module.fetcher->fetch(&call, &target, &it.limits, &it.page);
    it.accepts = __atomic_load_n(&fake.seen->accepts, __ATOMIC_SEQ_CST) - before;
    assert_int_equal(it.result == MODULE_OK, !fault_is_set(&it.fault));
    if (it.result != MODULE_OK || it.page.redirect) {
        assert_int_equal(it.page.fd, -1);
        assert_int_equal(it.page.size, 0);
    }
}

static void fetch_from(const char *host, const char *path)
{
    fetch_url(arena_printf(it.arena, "http://%s:%d%s", host, fake.port, path));
}

static void fetch(const char *path)
{
    fetch_from("127.0.0.1", path);
}

static void check_bytes(const char *expected)
{
    char text[256] = "";
    if (it.result != MODULE_OK)
        fail_msg("%s", it.fault.operator);
    assert_int_equal(it.page.size, strlen(expected));
    assert_int_equal(pread(it.page.fd, text, sizeof text - 1, 0), strlen(expected));
    assert_string_equal(text, expected);
}

static void check_fault(enum fault_code code, const char *asker)
{
    assert_int_equal(it.result, MODULE_FAIL);
    if (it.fault.code != code)
        fail_msg("%s: %s", fault_name(it.fault.code), it.fault.operator);
    if (!strstr(it.fault.asker, asker))
        fail_msg("%s", it.fault.asker);
    /* Nobody is told addresses and ports. */
    assert_null(strstr(it.fault.asker, "127.0"));
    assert_null(strstr(it.fault.asker, "10.0"));
    assert_null(strstr(it.fault.asker, arena_printf(it.arena, "%d", fake.port)));
}

static void a_page(void **state)
{
    (void)state;
    it.limits.languages = "de, en;q=0.5";
    fetch("/ok");
    check_bytes("hello");
    assert_int_equal(it.page.status, 200);
    assert_string_equal(it.page.type, "text/html");
    assert_string_equal(it.page.charset, "UTF-8");
    assert_string_equal(it.page.file_name, "a b.html");
    assert_string_equal(it.page.language, "de");
    assert_null(it.page.redirect);
    assert_string_equal(it.page.url, arena_printf(it.arena, "http://127.0.0.1:%d/ok", fake.port));
    assert_int_equal(pwrite(it.page.fd, "x", 1, 0), -1); /* sealed */
    assert_int_equal(ftruncate(it.page.fd, 0), -1);
    assert_int_equal(it.accepts, 1);
    assert_string_equal(www4mail_module.stage, "browser");
    const char *request = fake.seen->request;
    assert_non_null(strstr(request, "\r\nAccept: text/html"));
    assert_non_null(strstr(request, "\r\nAccept-Language: de, en;q=0.5\r\n"));
    assert_non_null(strstr(request, "\r\nUser-Agent: www4mail/test\r\n"));
    assert_non_null(strstr(request, "\r\nAccept-Encoding: "));
    assert_null(strstr(request, "Cookie"));
    assert_null(strstr(request, "Referer"));
    assert_null(strstr(request, "Authorization"));
}

static void nothing_is_kept(void **state)
{
    (void)state;
    it.limits.languages = "de\r\nX-Evil: 1";
    fetch("/ok");
    fetch("/ok");
    check_bytes("hello");
    assert_int_equal(it.accepts, 1); /* a connection of its own */
    assert_null(strstr(fake.seen->request, "Cookie"));
    assert_null(strstr(fake.seen->request, "X-Evil"));
}

static void other_pages(void **state)
{
    (void)state;
    fetch("/chunked");
    check_bytes("hello");
    assert_string_equal(it.page.type, ""); /* trailers declare nothing */
    assert_int_equal(it.page.status, 200);
    fetch("/interim");
    check_bytes("hello");
    fetch("/empty");
    check_bytes("");
    fetch("/gzip");
    assert_int_equal(it.result, MODULE_OK);
    assert_int_equal(it.page.size, 1000);
}

static void refused_pages(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"/404", "does not exist (404)"},
        {"/404-large", "does not exist (404)"},
        {"/endless-404", "(404)"},
        {"/401", "password"},
        {"/403", "refuses"},
        {"/410", "gone"},
        {"/429", "too often"},
        {"/418", "does not accept the request"},
        {"/500", "fault of its own"},
        {"/503", "busy"},
        {"/304", "(304)"},
        {"/no-location", "(302)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fetch(rows[i][0]);
        check_fault(FAULT_HTTP_STATUS, rows[i][1]);
    }
}

static void redirects_are_told_not_followed(void **state)
{
    (void)state;
    fetch("/metadata");
    assert_int_equal(it.result, MODULE_OK);
    assert_int_equal(it.page.status, 302);
    assert_string_equal(it.page.redirect, "http://169.254.169.254/latest");
    fetch("/slashes");
    assert_string_equal(it.page.redirect, "http://169.254.169.254/x");
    fetch("/relative");
    assert_string_equal(it.page.redirect,
                        arena_printf(it.arena, "http://127.0.0.1:%d/x%%20y?z#f", fake.port));
    fetch("/hang-302"); /* its body is not waited for */
    assert_string_equal(it.page.redirect,
                        arena_printf(it.arena, "http://127.0.0.1:%d/x", fake.port));
    fetch("/to-file");
    check_fault(FAULT_BAD_URL, "cannot be used");
    fetch("/to-user");
    check_fault(FAULT_BAD_URL, "cannot be used");
}

static void too_large(void **state)
{
    (void)state;
    fetch("/endless");
    check_fault(FAULT_PAGE_TOO_LARGE, "larger than 4 MB");
    fetch("/declared");
    check_fault(FAULT_PAGE_TOO_LARGE, "larger than 4 MB");
    it.limits.max_bytes = 100 * 1024;
    fetch("/endless");
    check_fault(FAULT_PAGE_TOO_LARGE, "larger than 100 kB");
    it.limits.max_bytes = 5;
    fetch("/ok");
    check_bytes("hello");
    it.limits.max_bytes = 4;
    fetch("/ok");
    check_fault(FAULT_PAGE_TOO_LARGE, "larger than");
    fetch("/chunked");
    check_fault(FAULT_PAGE_TOO_LARGE, "larger than");
}

static void bombs(void **state)
{
    (void)state;
    it.limits.max_bytes = 1024ull * 1024 * 1024;
    fetch("/bomb");
    check_fault(FAULT_PAGE_TOO_LARGE, "packed so tightly");
    it.limits.max_bytes = 512 * 1024;
    fetch("/bomb");
    check_fault(FAULT_PAGE_TOO_LARGE, "larger than 512 kB");
}

static void endless_heads(void **state)
{
    (void)state;
    static const char *const paths[] = {"/endless-head",     "/endless-line", "/endless-interim",
                                        "/endless-trailers", "/head-199",     "/head-70k"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        fetch(paths[i]);
        check_fault(FAULT_HTTP, "more information");
    }
    fetch("/head-198"); /* with the status and the empty line the 200 that may be */
    check_bytes("hello");
    fetch("/head-60k");
    check_bytes("hello");
}

static void broken_answers(void **state)
{
    (void)state;
    fetch("/http09");
    check_fault(FAULT_HTTP, "not a web server");
    fetch("/nothing");
    check_fault(FAULT_CONNECT, "without an answer");
    fetch("/cut");
    check_fault(FAULT_CONNECT, "broke");
    fetch("/cut-chunk");
    check_fault(FAULT_CONNECT, "broke");
    fetch("/cut-head");
    assert_int_equal(it.result, MODULE_FAIL);
    fetch("/bad-gzip");
    check_fault(FAULT_HTTP, "packed");
    fetch_url(arena_printf(it.arena, "https://127.0.0.1:%d/ok", fake.port));
    check_fault(FAULT_TLS, "safe");
}

static void slow_servers(void **state)
{
    (void)state;
    it.setting.value = "1";
    fetch("/drip");
    check_fault(FAULT_TIMEOUT, "too slowly");
    it.setting.value = "20";
    it.time_ms = 300;
    fetch("/drip");
    check_fault(FAULT_TIMEOUT, "in the time");
    it.time_ms = -1;
    fetch("/ok");
    check_fault(FAULT_TIMEOUT, "in time");
    assert_int_equal(it.accepts, 0);
}

static void no_connection(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    fetch_url(arena_printf(it.arena, "http://127.0.0.1:%d/", ntohs(address.sin_port)));
    check_fault(FAULT_CONNECT, "does not accept connections");
    close(fd);
    fetch_from("nowhere.example", "/ok");
    check_fault(FAULT_NAME, "no server of that name");
}

static void denied_addresses(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "127.0.0.1",
        "localhost",
        "x.localhost",
        "home.example",
        "127.0.0.1.",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1",
        "169.254.169.254",
        "10.0.0.1",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "private.example",
        "mixed.example",
        "192.168.1.1",
        "loc%61lhost",
        "100.100.100.200",
        "[2001:db8::1]",
        "[2002:7f00:1::]",
    };
    it.limits.allow = NULL;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        fetch_from(hosts[i], "/ok");
        check_fault(FAULT_ADDRESS, ADDRESS_NOT_ALLOWED);
        assert_string_equal(it.fault.asker, ADDRESS_NOT_ALLOWED);
        assert_int_equal(it.accepts, 0);
        assert_int_equal(fake_http_strays(), 0);
    }
}

static void lists_of_addresses(void **state)
{
    (void)state;
    fetch_from("home.example", "/ok");
    check_bytes("hello");
    fetch_from("mixed.example", "/ok"); /* the good one of two is used */
    check_bytes("hello");
    fetch_from("mixed.example", "/404");
    check_fault(FAULT_HTTP_STATUS, "(404)");
    it.limits.deny = &open_nets;
    fetch("/ok");
    check_fault(FAULT_ADDRESS, ADDRESS_NOT_ALLOWED);
    assert_int_equal(it.accepts, 0);
    it.limits.deny = NULL;
    it.limits.allow = NULL;
    it.limits.own = &open_nets;
    fetch("/ok");
    check_fault(FAULT_ADDRESS, ADDRESS_NOT_ALLOWED);
    assert_int_equal(it.accepts, 0);
}

static void environment_is_ignored(void **state)
{
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    fetch("/ok");
    unsetenv("http_proxy");
    check_bytes("hello");
}

static void proxy_of_the_operator(void **state)
{
    (void)state;
    it.limits.proxy = arena_printf(it.arena, "http://127.0.0.1:%d", fake.port);
    it.limits.allow = NULL;
    setenv("no_proxy", "*", 1);
    fetch_url("http://page.example/x");
    unsetenv("no_proxy");
    assert_int_equal(it.accepts, 1);
    assert_non_null(strstr(fake.seen->request, "GET http://page.example/x HTTP/1.1\r\n"));
}

static void bad_settings(void **state)
{
    (void)state;
    static const char *const values[] = {"", "0", "x", "-1", "3601", NULL};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        it.setting.value = values[i];
        fetch("/ok");
        assert_int_equal(it.fault.code, FAULT_CONFIG);
        assert_int_equal(it.accepts, 0);
    }
}

/* A client that reads the URL's host otherwise than the rules did must not be asked. */
static void another_reading(void **state)
{
    (void)state;
    struct target target = {.asked = ""};
    struct settings settings = {&it.setting, 1};
    struct call call = {
        .module = "http", .overrides = &settings, .arena = it.arena, .fault = &it.fault};
    const char *port = arena_printf(it.arena, "%d", fake.port);
    const char *const texts[] = {
        arena_printf(it.arena, "http://127.0.0.1:%s/ok", port),
        arena_printf(it.arena, "http://8.8.8.8@127.0.0.1:%s/ok", port),
        "http://",
        "file:///etc/passwd",
        "ftp://8.8.8.8/",
    };
    int before = fake.seen->accepts;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        target.url = (struct url){texts[i], "http", "8.8.8.8", (uint16_t)fake.port, "/ok", ""};
        it.result = www4mail_module.fetcher->fetch(&call, &target, &it.limits, &it.page);
        assert_int_equal(it.result, MODULE_FAIL);
        fault_clear(&it.fault);
    }
    assert_int_equal(fake.seen->accepts, before);
    /* Nothing is sent to another port than the one that was judged. */
    target.url = (struct url){texts[0], "http", "127.0.0.1", 80, "/ok", ""};
    it.result = www4mail_module.fetcher->fetch(&call, &target, &it.limits, &it.page);
    check_fault(FAULT_ADDRESS, ADDRESS_NOT_ALLOWED);
}

static void no_descriptor_is_lost(void **state)
{
    (void)state;
    fetch("/ok");
    clear();
    int first = dup(0);
    close(first);
    static const char *const paths[] = {"/ok", "/404", "/metadata", "/cut", "/endless-head"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        fetch(paths[i]);
    clear();
    int last = dup(0);
    close(last);
    assert_int_equal(first, last);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {

        TEST(a_page),
        TEST(nothing_is_kept),
        TEST(other_pages),
        TEST(refused_pages),
        TEST(redirects_are_told_not_followed),
        TEST(too_large),
        TEST(bombs),
        TEST(endless_heads),
        TEST(broken_answers),
        TEST(slow_servers),
        TEST(no_connection),
        TEST(denied_addresses),
        TEST(lists_of_addresses),
        TEST(environment_is_ignored),
        TEST(proxy_of_the_operator),
        TEST(bad_settings),
        TEST(another_reading),
        TEST(no_descriptor_is_lost),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
