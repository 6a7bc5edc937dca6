/* SPDX-License-Identifier: ISC */
/* What a process keeps of its files, ports and environment, tried in children; what older kernels
 * can take away; files that were replaced. */
#include "agent/base/sandbox_parts.h"
#include "test/unit/scratch.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/wait.h>

static struct scratch scratch;
static char places[4][PATH_MAX + 16];
enum { READABLE, WRITABLE, SINGLE, OTHER };

static bool opens(const char *path, const char *name, int flags)
{
    char full[PATH_MAX * 2];
    snprintf(full, sizeof full, "%s%s", path, name);
    int fd = open(full, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int make_places(void **state)
{
    static const char *const names[] = {"/readable", "/writable", "/single", "/other"};
    (void)state;
    scratch = scratch_make();
    for (int i = 0; i < 4; i++) {
        snprintf(places[i], sizeof places[i], "%s%s", scratch.dir, names[i]);
        if (i == SINGLE)
            opens(places[i], "", O_WRONLY | O_CREAT);
        else if (mkdir(places[i], 0700) != 0)
            return -1;
        if (i != SINGLE)
            opens(places[i], "/file", O_WRONLY | O_CREAT);
    }
    return 0;
}

static int remove_places(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    return 0;
}

/* In a child, after the restriction; the number of the first thing that was not as it should be. */
static int in_child(unsigned keeps, int (*look)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct sandbox_rights rights;
        struct fault fault = FAULT_INIT;
        sandbox_begin(&rights, keeps);
        sandbox_may_read(&rights, places[READABLE]);
        sandbox_may_read(&rights, places[SINGLE]);
        sandbox_may_write(&rights, places[WRITABLE]);
        sandbox_forget_environment();
        _exit(sandbox_enter(&rights, &fault) ? look() : 100);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int look_at_files(void)
{
    char from[PATH_MAX * 2], to[PATH_MAX * 2];
    snprintf(from, sizeof from, "%s/file", places[WRITABLE]);
    snprintf(to, sizeof to, "%s/file", places[OTHER]);
    const bool right[] = {opens(places[READABLE], "/file", O_RDONLY),
                          !opens(places[READABLE], "/file", O_WRONLY),
                          !opens(places[READABLE], "/new", O_WRONLY | O_CREAT),
                          opens(places[SINGLE], "", O_RDONLY),
                          !opens(places[SINGLE], "", O_WRONLY),
                          opens(places[WRITABLE], "/file", O_RDWR),
                          opens(places[WRITABLE], "/new", O_WRONLY | O_CREAT),
                          !opens(places[OTHER], "/file", O_RDONLY),
                          !opens(places[OTHER], "/new", O_WRONLY | O_CREAT),
                          rename(from, to) != 0,
                          !opens("/etc/passwd", "", O_RDONLY)};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        if (!right[i])
            return (int)i + 1;
    return 0;
}

static int look_at_all(void)
{
    return opens(places[OTHER], "/file", O_RDONLY) && !opens(places[OTHER], "/file", O_WRONLY) ? 0
                                                                                               : 1;
}

static int look_at_environment(void)
{
    return getenv("SANDBOX_TEST") ? 1 : !getenv("TZ") ? 2 : 0;
}

static void test_files(void **state)
{
    (void)state;
    if (sandbox_landlock_version() < 2)
        skip();
    assert_int_equal(in_child(0, look_at_files), 0);
    assert_int_equal(in_child(SANDBOX_ALL_READ, look_at_all), 0);
}

static void test_environment(void **state)
{
    (void)state;
    setenv("SANDBOX_TEST", "secret", 1);
    setenv("TZ", "UTC", 1);
    assert_int_equal(in_child(0, look_at_environment), 0);
    unsetenv("SANDBOX_TEST");
}

/* Older kernels are asked for nothing that they do not know. */
static void test_versions(void **state)
{
    (void)state;
    assert_int_equal(sandbox_reach(0).read | sandbox_reach(0).write | sandbox_reach(0).ports, 0);
    assert_int_equal(sandbox_reach(1).read | sandbox_reach(1).write, (1 << 13) - 1);
    assert_int_equal(sandbox_reach(2).read | sandbox_reach(2).write, (1 << 14) - 1);
    assert_int_equal(sandbox_reach(3).read | sandbox_reach(3).write, (1 << 15) - 1);
    assert_int_equal(sandbox_reach(3).ports, 0);
    assert_int_equal(sandbox_reach(4).ports, 3);
    assert_int_equal(sandbox_reach(4).read | sandbox_reach(4).write, (1 << 15) - 1);
    assert_int_equal(sandbox_reach(5).read | sandbox_reach(5).write, (1 << 16) - 1);
    assert_int_equal(sandbox_reach(5).scopes, 0);
    assert_int_equal(sandbox_reach(6).scopes, 3);
    assert_int_equal(sandbox_reach(99).read | sandbox_reach(99).write, (1 << 16) - 1);
}

static void test_stale(void **state)
{
    char missing[PATH_MAX + 16], fresh[PATH_MAX + 16];
    struct sandbox_rights rights;
    (void)state;
    if (sandbox_landlock_version() == 0)
        skip();
    snprintf(missing, sizeof missing, "%s/missing", scratch.dir);
    snprintf(fresh, sizeof fresh, "%s/fresh", scratch.dir);
    sandbox_begin(&rights, 0);
    sandbox_may_read(&rights, places[READABLE]);
    sandbox_may_read(&rights, places[SINGLE]);
    sandbox_may_read(&rights, missing);
    assert_false(sandbox_is_stale(&rights));
    opens(places[READABLE], "/another", O_WRONLY | O_CREAT);
    assert_false(sandbox_is_stale(&rights));
    opens(missing, "", O_WRONLY | O_CREAT);
    assert_true(sandbox_is_stale(&rights));
    unlink(missing);
    assert_false(sandbox_is_stale(&rights));
    opens(fresh, "", O_WRONLY | O_CREAT);
    assert_int_equal(rename(fresh, places[SINGLE]), 0);
    assert_true(sandbox_is_stale(&rights));
    close(rights.ruleset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files, make_places, remove_places),
        cmocka_unit_test_setup_teardown(test_environment, make_places, remove_places),
        cmocka_unit_test(test_versions),
        cmocka_unit_test_setup_teardown(test_stale, make_places, remove_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
