/* SPDX-License-Identifier: ISC */
/* Telling the service manager: by path, by abstract name, and not at all. */
#include "agent/process/notify.h"
#include "test/unit/scratch.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

static int manager_at(const struct sockaddr_un *address, size_t len)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)address, (socklen_t)len), 0);
    return fd;
}

static void assert_told(int fd, const char *expected)
{
    char text[32];
    ssize_t got = recv(fd, text, sizeof text, MSG_DONTWAIT);
    if (!expected) {
        assert_true(got < 0 && errno == EAGAIN);
        return;
    }
    assert_int_equal(got, strlen(expected));
    assert_memory_equal(text, expected, (size_t)got);
}

static void test_path(void **state)
{
    struct scratch scratch = scratch_make();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)state;
    assert_true((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s/manager",
                                 scratch.dir) < sizeof address.sun_path);
    int fd = manager_at(&address, sizeof address);
    unsetenv("NOTIFY_SOCKET");
    notify_ready();
    assert_told(fd, NULL);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    notify_ready();
    assert_told(fd, "READY=1");
    assert_told(fd, NULL);
    close(fd);
    notify_ready(); /* a manager that is gone is nobody's trouble */
    unsetenv("NOTIFY_SOCKET");
    scratch_remove(&scratch);
}

static void test_abstract_name(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    (void)state;
    int len = snprintf(name, sizeof name, "@www4mail-test-%d", (int)getpid());
    memcpy(address.sun_path + 1, name + 1, (size_t)len - 1);
    int fd = manager_at(&address, offsetof(struct sockaddr_un, sun_path) + (size_t)len);
    setenv("NOTIFY_SOCKET", name, 1);
    notify_ready();
    assert_told(fd, "READY=1");
    close(fd);
    unsetenv("NOTIFY_SOCKET");
}

/* One that fits into no address is passed over, not cut. */
static void test_too_long(void **state)
{
    struct scratch scratch = scratch_make();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[sizeof address.sun_path + 1];
    (void)state;
    int len = snprintf(path, sizeof path, "%s/", scratch.dir);
    memset(path + len, 'x', sizeof path - 1 - (size_t)len);
    path[sizeof path - 1] = '\0';
    memcpy(address.sun_path, path, sizeof address.sun_path - 1);
    int fd = manager_at(&address, sizeof address);
    setenv("NOTIFY_SOCKET", path, 1);
    notify_ready();
    assert_told(fd, NULL);
    close(fd);
    unsetenv("NOTIFY_SOCKET");
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_abstract_name),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
