/* SPDX-License-Identifier: ISC */
/* The tests of module blocks: what is read, what is refused, what holds. */
#include "test/unit/scratch.h"

#include "agent/modules/when.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1024 * 1024);
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct when read_test(const char *text)
{
    struct when when;
    const char *wrong = when_parse(arena, span_of(text), &when);
    if (wrong)
        fail_msg("%s: %s", text, wrong);
    return when;
}

static void assert_wrong(const char *text, const char *words)
{
    struct when when;
    const char *wrong = when_parse(arena, span_of(text), &when);
    if (!wrong || !strstr(wrong, words))
        fail_msg("%s: wanted '%s', got '%s'", text, words, wrong ? wrong : "nothing");
}

static bool holds(const char *text, enum field field, const char *value)
{
    struct when when = read_test(text);
    struct fields fields = {{NULL}};
    fields.values[field] = value;
    return when_holds(&when, &fields);
}

static void test_is_and_in(void **state)
{
    (void)state;
    assert_true(holds("target.scheme is http", FIELD_TARGET_SCHEME, "http"));
    assert_true(holds("  target.scheme\tis  HTTP ", FIELD_TARGET_SCHEME, "http"));
    assert_false(holds("target.scheme is http", FIELD_TARGET_SCHEME, "https"));
    assert_true(holds("target.scheme in [ftp, ftps]", FIELD_TARGET_SCHEME, "ftps"));
    assert_true(holds("target.scheme in [ftp,ftps]", FIELD_TARGET_SCHEME, "FTP"));
    assert_false(holds("target.scheme in [ftp, ftps]", FIELD_TARGET_SCHEME, "ft"));
    assert_true(holds("target.port in [80, 443]", FIELD_TARGET_PORT, "443"));
    assert_true(holds("target.port is 80", FIELD_TARGET_PORT, "80"));
}

static void test_like(void **state)
{
    (void)state;
    assert_true(holds("target.host like *.example.org", FIELD_TARGET_HOST, "www.example.org"));
    assert_false(holds("target.host like *.example.org", FIELD_TARGET_HOST, "example.org"));
    assert_false(holds("target.host like .*", FIELD_TARGET_HOST, "anything"));
    assert_true(holds("page.status like 5??", FIELD_PAGE_STATUS, "503"));
}

static void test_numbers(void **state)
{
    (void)state;
    assert_true(holds("page.size under 10", FIELD_PAGE_SIZE, "9"));
    assert_false(holds("page.size under 10", FIELD_PAGE_SIZE, "10"));
    assert_true(holds("page.size over 10", FIELD_PAGE_SIZE, "11"));
    assert_false(holds("page.size over 10", FIELD_PAGE_SIZE, "10"));
    assert_false(holds("page.size over 10", FIELD_PAGE_SIZE, "100x"));
    assert_false(holds("page.size under 10", FIELD_PAGE_SIZE, ""));
}

static void test_set_and_unknown_values(void **state)
{
    (void)state;
    assert_true(holds("page.type set", FIELD_PAGE_TYPE, "text/html"));
    assert_false(holds("page.type set", FIELD_PAGE_TYPE, ""));
    assert_false(holds("page.type set", FIELD_PAGE_TYPE, NULL));
    assert_false(holds("page.type like *", FIELD_PAGE_TYPE, NULL));
    assert_true(holds("page.type like *", FIELD_PAGE_TYPE, ""));
    assert_false(holds("page.size under 10", FIELD_PAGE_SIZE, NULL));
    assert_false(holds("page.type is x", FIELD_PAGE_TYPE, NULL));
}

static void test_every_field_is_known(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s set", field_name((enum field)i));
        assert_true(holds(text, (enum field)i, "x"));
    }
    assert_string_equal(field_name(FIELD_TARGET_URL), "target.url");
    assert_string_equal(field_name(FIELD_COUNT), "");
}

static void test_mistakes(void **state)
{
    (void)state;
    assert_wrong("", "a test is empty");
    assert_wrong(" \t ", "a test is empty");
    assert_wrong("target.schem is http", "no field 'target.schem'; did you mean 'target.scheme'?");
    assert_wrong("colour is red", "no field 'colour'; www4mail-module(3)");
    assert_wrong("target.scheme", "a test is missing");
    assert_wrong("target.scheme si http", "no test 'si'; did you mean 'is'?");
    assert_wrong("target.scheme equals http", "no test 'equals'; www4mail-module(3)");
    assert_wrong("target.scheme is", "a word is missing");
    assert_wrong("target.scheme is http https", "blanks");
    assert_wrong("target.scheme is [http]", "brackets");
    assert_wrong("target.scheme is 'http'", "quotes");
    assert_wrong("target.scheme in http", "write [one, two]");
    assert_wrong("target.scheme in [", "write [one, two]");
    assert_wrong("target.scheme in []", "a word is missing");
    assert_wrong("target.scheme in [a,,b]", "a word is missing");
    assert_wrong("target.scheme in [a [b]]", "separate words by commas");
    assert_wrong("target.scheme under 5", "target.scheme is no number");
    assert_wrong("page.size under big", "want a number");
    assert_wrong("page.size over", "want a number");
    assert_wrong("page.size over 99999999999999999999999", "want a number");
    assert_wrong("page.size is big", "page.size is a number; write digits");
    assert_wrong("page.type set now", "set stands alone");
    assert_wrong("target.scheme is a or b", "blanks");
}

static void test_limits(void **state)
{
    (void)state;
    char text[1024] = "target.scheme in [a";
    size_t len = strlen(text);
    for (int i = 1; i < 64; i++, len += 2)
        memcpy(text + len, ",a", 3);
    char more[1100];
    snprintf(more, sizeof more, "%s]", text);
    read_test(more);
    snprintf(more, sizeof more, "%s,a]", text);
    assert_wrong(more, "more than 64 words");
    struct arena *small = arena_new(16);
    struct when when;
    assert_non_null(when_parse(small, SPAN_LITERAL("target.scheme is http"), &when));
    arena_free(&small);
}

static void test_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"target.scheme is http",   "target.scheme in [ftp, ftps]",
                                        "target.url like *://x/*", "page.size under 1048576",
                                        "page.size over 0",        "page.type set"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct when when = read_test(texts[i]);
        assert_string_equal(when_text(arena, &when), texts[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_and_in),
        TEST(like),
        TEST(numbers),
        TEST(set_and_unknown_values),
        TEST(every_field_is_known),
        TEST(mistakes),
        TEST(limits),
        TEST(text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
