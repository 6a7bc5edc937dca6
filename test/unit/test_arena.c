/* SPDX-License-Identifier: ISC */
/* The arena: its maximum, and memory of malloc that becomes its own. */
#include "agent/base/arena.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 64 * 1024 };

static void test_maximum(void **state)
{
    (void)state;
    struct arena *arena = arena_new(MAX);
    assert_non_null(arena);
    assert_null(arena_alloc(arena, MAX + 1));
    char *some = arena_alloc(arena, MAX / 2);
    assert_non_null(some);
    for (size_t i = 0; i < MAX / 2; i++)
        assert_int_equal(some[i], 0);
    errno = 0;
    assert_null(arena_alloc(arena, MAX / 2 + 1));
    assert_int_equal(errno, ENOMEM);
    assert_string_equal(arena_copy(arena, "still room"), "still room");
    arena_free(&arena);
    assert_null(arena);
}

/* What is adopted lives as long as the arena, and counts. */
static void test_adopted(void **state)
{
    (void)state;
    struct arena *arena = arena_new(MAX);
    char *first = strdup("first"), *second = strdup("second"), *more = strdup("more");
    assert_true(arena && first && second && more);
    assert_true(arena_adopt(arena, first, MAX / 2));
    assert_true(arena_adopt(arena, second, MAX / 4));
    errno = 0;
    assert_false(arena_adopt(arena, more, MAX / 4 + 1));
    assert_int_equal(errno, ENOMEM);
    assert_null(arena_alloc(arena, MAX / 4 + 1));
    assert_string_equal(first, "first");
    assert_string_equal(second, "second");
    assert_string_equal(more, "more");
    free(more);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_adopted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
