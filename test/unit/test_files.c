/* SPDX-License-Identifier: ISC */
/* The files gate: types as found and as declared, extensions of URL and file name. */
#include "agent/modules/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

static struct arena *arena;
static struct account account;
static struct verdict verdict;

static int setup(void **state)
{
    (void)state;
    static const char *types[] = {"application/x-*", "video/*"};
    static const char *extensions[] = {"exe", ".scr", "*.bat", "ta?.gz", "js*"};
    arena = arena_new(256 * 1024);
    account = (struct account){.name = "test"};
    account.files.deny_types = (struct words){types, 2};
    account.files.deny_extensions = (struct words){extensions, 5};
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Asks with the type found (NULL: no facts yet), the type declared, URL and file name. */
static void ask(const char *found, const char *declared, const char *url, const char *name)
{
    struct fault fault = FAULT_INIT;
    struct call call = {.module = "files", .arena = arena, .fault = &fault};
    struct target target = {.asked = url};
    struct page page = {.type = declared, .file_name = name, .fd = -1};
    struct flat facts;
    struct flat_writer writer;
    struct buffer bytes;
    assert_true(url_parse(arena, span_of(url), &target.url, &fault));
    buffer_init(&bytes, FACTS_MAX_BYTES);
    flat_begin(&writer, FACTS_KIND, FACTS_SHAPE, FACTS_MAX_BYTES);
    flat_number(&writer, FACT_TYPE);
    flat_number(&writer, 0);
    flat_text(&writer, span_of(found));
    assert_true(flat_end(&writer, &bytes));
    assert_true(flat_open(&facts, FACTS_KIND, FACTS_SHAPE, buffer_span(&bytes)));
    struct gate_facts known = {
        .account = &account, .target = &target, .page = &page, .facts = found ? &facts : NULL};
    assert_int_equal(www4mail_module.gate->admit(&call, &known, &verdict), MODULE_OK);
    assert_false(fault_is_set(&fault));
    buffer_free(&bytes);
}

static void check_rule(const char *rule)
{
    if (!rule) {
        assert_int_equal(verdict.action, VERDICT_DO);
        return;
    }
    assert_int_equal(verdict.action, VERDICT_REFUSE);
    assert_string_equal(verdict.rule, rule);
    assert_int_equal(verdict.code, FAULT_TYPE_DENIED);
    assert_non_null(verdict.reason);
}

static void module_head(void **state)
{
    (void)state;
    assert_string_equal(www4mail_module.name, "files");
    assert_string_equal(www4mail_module.stage, "fileauth");
    assert_string_equal(www4mail_module.role, "gate");
}

static void types(void **state)
{
    (void)state;
    static const struct {
        const char *found, *declared, *rule;
    } rows[] = {
        {"text/html", "text/html", NULL},
        {"application/x-executable", "text/html", "file-type"},
        {"text/plain", "video/mp4", "file-type"},
        {"VIDEO/MP4", "", "file-type"},
        {NULL, "application/x-sh", "file-type"},
        {NULL, "", NULL},
        {"", "", NULL},
        {"application/xml", "", NULL},
        {"text/x-video/*", "", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask(rows[i].found, rows[i].declared, "http://example.org/", "");
        check_rule(rows[i].rule);
    }
}

static void extensions(void **state)
{
    (void)state;
    static const struct {
        const char *url, *name, *rule;
    } rows[] = {
        {"http://example.org/a.exe", "", "file-extension"},
        {"http://example.org/a.%65XE", "", "file-extension"},
        {"http://example.org/a.exe?b=c.txt", "", "file-extension"},
        {"http://example.org/a.exe;v=1", "", "file-extension"},
        {"http://example.org/a.exe.", "", "file-extension"},
        {"http://example.org/d.exe/a.html", "", NULL},
        {"http://example.org/?a.exe", "", NULL},
        {"http://example.org/exe", "", NULL},
        {"http://example.exe/", "", NULL},
        {"http://example.org/a.exec", "", NULL},
        {"http://example.org/", "Setup.EXE", "file-extension"},
        {"http://example.org/", "x.scr", "file-extension"},
        {"http://example.org/", "x.bat", "file-extension"},
        {"http://example.org/", "x.tar.gz", "file-extension"},
        {"http://example.org/", "x.taz.gz", "file-extension"},
        {"http://example.org/", "x.gz", NULL},
        {"http://example.org/", "x.exe.txt", NULL},
        {"http://example.org/", "x.json", "file-extension"},
        {"http://example.org/", "x.exe. .", "file-extension"},
        {"http://example.org/", ".", NULL},
        {"http://example.org/", "noext", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask("text/html", "text/html", rows[i].url, rows[i].name);
        check_rule(rows[i].rule);
    }
}

static void no_rules(void **state)
{
    (void)state;
    account.files.deny_types.count = account.files.deny_extensions.count = 0;
    ask("application/x-executable", "video/mp4", "http://example.org/a.exe", "b.exe");
    check_rule(NULL);
}

static void asked_too_early(void **state)
{
    (void)state;
    struct fault fault = FAULT_INIT;
    struct call call = {.module = "files", .arena = arena, .fault = &fault};
    struct gate_facts nothing = {.account = NULL}, only_account = {.account = &account};
    assert_int_equal(www4mail_module.gate->admit(&call, &nothing, &verdict), MODULE_FAIL);
    assert_int_equal(fault.code, FAULT_INTERNAL);
    fault_clear(&fault);
    assert_int_equal(www4mail_module.gate->admit(&call, &only_account, &verdict), MODULE_OK);
    check_rule(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(module_head), TEST(types), TEST(extensions), TEST(no_rules), TEST(asked_too_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
