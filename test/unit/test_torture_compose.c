/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out while a reply is composed: the mails are all there and the same, or nothing was
 * appended.
 */
#include "test/unit/reply_fixture.h"

#include "agent/base/hash.h"

#include "test/unit/torture.h"

static struct composing {
    struct fault error;
    struct hash expected;
    size_t count;
    char *text;
} composing;

/* The mails of the file as one hash; what stands in it must be exactly what is listed. */
static struct hash look(void)
{
    struct hash hash;
    uint64_t end = 0;
    for (size_t i = 0; i < fix.mails.count; i++) {
        assert_true(fix.mails.mails[i].offset == end);
        end += fix.mails.mails[i].size;
    }
    assert_int_equal(file_size(fix.fd), end);
    assert_true(hash_sha256_fd(fix.fd, &hash));
    return hash;
}

static bool compose_all(void *context, struct fault *fault)
{
    (void)context;
    torture_end();
    assert_int_equal(ftruncate(fix.fd, 0), 0);
    struct arena *arena = arena_new(8 * 1024 * 1024);
    torture_go_on();
    bool whole = reply_compose(&fix.context, &fix.item, fix.fd, arena, &fix.mails, fault);
    torture_end();
    if (whole && composing.count == 0) {
        composing.expected = look();
        composing.count = fix.mails.count;
    } else if (whole) {
        struct hash found = look();
        assert_int_equal(fix.mails.count, composing.count);
        assert_memory_equal(found.bytes, composing.expected.bytes, HASH_BYTES);
    } else {
        assert_int_equal(file_size(fix.fd), 0);
    }
    arena_free(&arena);
    return whole;
}

static unsigned torture_compose(size_t mails)
{
    composing.count = 0;
    unsigned refused =
        torture_allocations(&(struct torture){.attempt = compose_all, .also = FAULT_IO});
    assert_true(composing.count >= mails);
    if (mails == 1)
        compose_one();
    return refused;
}

static char *many_lines(size_t count)
{
    char *text = calloc(count + 1, 48);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), 48, "%zu line of a long \xc3\xa4nd wide text.\n", i);
    return text;
}

static void test_text_and_html(void **state)
{
    (void)state;
    fix.item.text = &fix.text;
    fix.item.html = &fix.html;
    assert_true(torture_compose(1) > 5);
}

static void test_in_parts(void **state)
{
    (void)state;
    char *text = many_lines(400);
    fix.text.body = span_of(text);
    fix.item.text = &fix.text;
    fix.context.part_bytes = 4000;
    assert_true(torture_compose(4) > 10);
    free(text);
}

static void test_original(void **state)
{
    (void)state;
    assert_true(file_write_all(fix.original_fd, "%PDF-1.4 and so on", 18));
    fix.item.original = &fix.original;
    fix.item.original_fd = fix.original_fd;
    fix.item.original_size = 18;
    assert_true(torture_compose(1) > 5);
}

static void test_error(void **state)
{
    (void)state;
    fault_set(&composing.error, FAULT_NAME, "There is no such name.", "none");
    fix.item.fault = &composing.error;
    assert_true(torture_compose(1) > 5);
    fault_clear(&composing.error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLY_TEST(test_text_and_html),
        REPLY_TEST(test_in_parts),
        REPLY_TEST(test_original),
        REPLY_TEST(test_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
