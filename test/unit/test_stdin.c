/* SPDX-License-Identifier: ISC */
/* stdin: how input starts, how much of it is taken, and that each run is its own. */
#include "test/unit/mailbox_fixture.h"

#include "agent/base/clock.h"
#include "agent/base/hash.h"

static const char *only_uid(struct fixture *fixture)
{
    const char *uids[2];
    assert_int_equal(box_uids(fixture, uids, 2), 1);
    return uids[0];
}

/* What comes in, and what head and body make of it. */
struct sample {
    const char *input, *head, *body;
};

static const struct sample samples[] = {
    {"Subject: x\n\nGET\n", "Subject: x\n\n", "Subject: x\n\nGET\n"},
    {"Subject: x\r\n\r\nGET\r\n", "Subject: x\r\n\r\n", "Subject: x\r\n\r\nGET\r\n"},
    {"Subject : x\n\n", "Subject : x\n\n", "Subject : x\n\n"},
    {"Subject: no end", "Subject: no end", "Subject: no end"},
    {"\nbody\n", "\n", "\nbody\n"},
    {"GET https://example.org/\n", "\n", "\nGET https://example.org/\n"},
    {"https://example.org/\n", "\n", "\nhttps://example.org/\n"},
    {"www.example.org:8080/x", "\n", "\nwww.example.org:8080/x"},
    {"HELP", "\n", "\nHELP"},
    {" folded: x\n", "\n", "\n folded: x\n"},
    {": x\n", "\n", "\n: x\n"},
    {"\xef\xbb\xbfGET x\n", "\n", "\n\xef\xbb\xbfGET x\n"},
    {"From a@b Thu Jan  1 00:00:00 2026\nTo: c\n\nx\n", "To: c\n\n", "To: c\n\nx\n"},
    {"From a@b Thu Jan  1 00:00:00 2026\r\nTo: c\r\n\r\nx", "To: c\r\n\r\n", "To: c\r\n\r\nx"},
    {"From a@b Thu Jan  1 00:00:00 2026\n\nx\n", "\n", "\nx\n"},
    {"From here on I want\nthis page\n", "\n", "\nFrom here on I want\nthis page\n"},
    {"From: a@b\n\nx", "From: a@b\n\n", "From: a@b\n\nx"},
    {"From here", "\n", "\nFrom here"},
};

static void test_samples(void **state)
{
    struct fixture *fixture = *state;
    struct message_key key = {0};
    fixture_set(fixture, "max_bytes", "1000");
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        uint64_t cursor = 0, size = 0;
        fixture_text(fixture->path, samples[i].input);
        assert_int_equal(box_open(fixture), MODULE_OK);
        assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
        assert_string_equal(key.mailbox, "stdin");
        assert_int_equal(size, strlen(samples[i].body));
        assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_PASS);
        const char *uid = only_uid(fixture);
        assert_head(fixture, uid, samples[i].head);
        assert_body(fixture, uid, samples[i].body);
        assert_body(fixture, uid, samples[i].body); /* as often as it is asked for */
        assert_int_equal(box_settle(fixture, uid, MESSAGE_ANSWERED), MODULE_OK);
        assert_int_equal(box_close(fixture), MODULE_OK);
    }
}

static void test_descriptor_0(void **state)
{
    struct fixture *fixture = *state;
    int ends[2], own = dup(STDIN_FILENO);
    fixture_set(fixture, "path", "");
    fixture_set(fixture, "max_bytes", "1000");
    assert_int_equal(pipe(ends), 0);
    assert_true(file_write_all(ends[1], "GET x\n", 6));
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    enum module_result result = box_open(fixture);
    close(STDIN_FILENO);
    if (own >= 0) {
        assert_int_equal(dup2(own, STDIN_FILENO), STDIN_FILENO);
        close(own);
    }
    assert_int_equal(result, MODULE_OK);
    assert_body(fixture, only_uid(fixture), "\nGET x\n");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* A pipe that nobody writes into ends with the call's time. */
static void test_silence(void **state)
{
    struct fixture *fixture = *state;
    int ends[2];
    char path[64];
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    fixture_set(fixture, "path", path);
    fixture_set(fixture, "max_bytes", "1000");
    fixture->call.deadline_ms = clock_monotonic_ms() + 1;
    assert_int_equal(box_open(fixture), MODULE_RETRY);
    assert_null(fixture->state);
    assert_fault(fixture, FAULT_MAILBOX, "cannot read");
    close(ends[0]);
    close(ends[1]);
}

static void test_too_large(void **state)
{
    enum { SIZE = 300 * 1024 };
    struct fixture *fixture = *state;
    struct message_key key = {0};
    uint64_t cursor = 0, size = 0;
    enum module_result result;
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    memcpy(text, "A: b\n\n", 6);
    fixture_write(fixture->path, 0, text, SIZE);
    free(text);
    fixture_set(fixture, "max_bytes", "100");
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_int_equal(box_list(fixture, &cursor, &key, &size), MODULE_OK);
    assert_int_equal(size, SIZE);
    const char *uid = only_uid(fixture);
    assert_head(fixture, uid, "A: b\n\n");
    assert_null(box_body(fixture, uid, SIZE, &result));
    assert_int_equal(result, MODULE_FAIL);
    assert_non_null(strstr(fixture->fault.asker, "100"));
    assert_fault(fixture, FAULT_MAIL_TOO_LARGE, "bytes");
    assert_int_equal(box_close(fixture), MODULE_OK);

    fixture_set(fixture, "max_bytes", "307200"); /* just enough */
    assert_int_equal(box_open(fixture), MODULE_OK);
    uid = only_uid(fixture);
    free(box_body(fixture, uid, SIZE, &result));
    assert_int_equal(result, MODULE_OK);
    assert_null(box_body(fixture, uid, SIZE - 1, &result));
    assert_fault(fixture, FAULT_MAIL_TOO_LARGE, "bytes");
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_long_first_line(void **state)
{
    enum { SIZE = 5 * 1024 * 1024 };
    struct fixture *fixture = *state;
    enum module_result result;
    char *text = malloc(SIZE + 1);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    fixture_text(fixture->path, text);
    fixture_set(fixture, "max_bytes", "67108864");
    assert_int_equal(box_open(fixture), MODULE_OK);
    char *body = box_body(fixture, only_uid(fixture), SIZE + 1, &result);
    assert_int_equal(result, MODULE_OK);
    assert_int_equal(body[0], '\n');
    assert_string_equal(body + 1, text);
    free(body);
    free(text);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void test_uid(void **state)
{
    struct fixture *fixture = *state;
    char hex[HASH_HEX_SIZE];
    struct hash hash = hash_sha256(span_of("GET x\n"));
    hash_to_hex(&hash, hex);
    fixture_text(fixture->path, "GET x\n");
    fixture_set(fixture, "max_bytes", "1000");
    assert_int_equal(box_open(fixture), MODULE_OK);
    const char *first = only_uid(fixture);
    assert_int_equal(strncmp(first, hex, sizeof hex - 1), 0);
    assert_int_equal(box_close(fixture), MODULE_OK);
    usleep(2000); /* the next run is another */
    assert_int_equal(box_open(fixture), MODULE_OK);
    assert_string_not_equal(only_uid(fixture), first);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

static void assert_open_fails(struct fixture *fixture, enum module_result result,
                              enum fault_code code, const char *words)
{
    assert_int_equal(box_open(fixture), result);
    assert_null(fixture->state);
    assert_fault(fixture, code, words);
}

static void test_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    fixture_set(fixture, "max_bytes", "lots");
    assert_open_fails(fixture, MODULE_FAIL, FAULT_CONFIG, "max_bytes");
    fixture_set(fixture, "max_bytes", "1000");
    assert_open_fails(fixture, MODULE_FAIL, FAULT_CONFIG, "set `path`");
    fixture_text(fixture->path, "");
    assert_open_fails(fixture, MODULE_FAIL, FAULT_BAD_MAIL, "is empty");
    fixture_set(fixture, "path", fixture->dir);
    assert_open_fails(fixture, MODULE_RETRY, FAULT_MAILBOX, "directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_samples),       TEST(test_descriptor_0),    TEST(test_silence),
        TEST(test_too_large),     TEST(test_long_first_line), TEST(test_uid),
        TEST(test_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
