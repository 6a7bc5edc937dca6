/* SPDX-License-Identifier: ISC */
/* pop3_fixture: a mailbox fixture for the pop3 module, and the server it talks to. */
#ifndef WWW4MAIL_TEST_UNIT_POP3_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_POP3_FIXTURE_H

#include "test/unit/mailbox_fixture.h"

#include "agent/base/clock.h"
#include "test/unit/fake_pop3.h"

static struct fake_pop3 fake;

static inline int setup(void **state)
{
    int result = fixture_setup(state);
    struct fixture *fixture = *state;
    fake = (struct fake_pop3){0};
    fixture->settings.count = 0;
    fixture_set(fixture, "host", "127.0.0.1");
    fixture_set(fixture, "tls", "none");
    fixture_set(fixture, "user", "anna");
    fixture_set(fixture, "auth", "login");
    fixture_set(fixture, "password", "open sesame");
    fixture->call.deadline_ms = clock_monotonic_ms() + 20000;
    return result;
}

static inline int teardown(void **state)
{
    fake_pop3_stop(&fake);
    return fixture_teardown(state);
}

/* Starts a server that differs from a sound one by these answers. */
#define START(fixture, ...)                                                                        \
    start_server((fixture), (const struct fake_answer[]){__VA_ARGS__{.asked = NULL}})

static inline void start_server(struct fixture *fixture, const struct fake_answer *answers)
{
    fake_pop3_stop(&fake);
    fake_pop3_start(&fake, answers);
    fixture_set(fixture, "port", fake.port);
}

static inline void assert_open_fails(struct fixture *fixture, enum module_result result,
                                     enum fault_code code, const char *words)
{
    assert_int_equal(box_open(fixture), result);
    assert_null(fixture->state);
    assert_fault(fixture, code, words);
}

static inline void assert_open(struct fixture *fixture)
{
    if (box_open(fixture) != MODULE_OK)
        fail_msg("%s", fixture->fault.operator);
}

static inline void assert_retry(struct fixture *fixture, enum module_result result,
                                const char *words)
{
    assert_int_equal(result, MODULE_RETRY);
    assert_fault(fixture, FAULT_MAILBOX, words);
}

/* The uids and sizes that are listed: "a:10 b:20 ". */
static inline void assert_listed(struct fixture *fixture, const char *wanted)
{
    struct message_key key = {0};
    uint64_t cursor = 0, size;
    char text[512] = "";
    enum module_result result;
    assert_open(fixture);
    while ((result = box_list(fixture, &cursor, &key, &size)) == MODULE_OK)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s:%llu ", key.uid,
                 (unsigned long long)size);
    assert_int_equal(result, MODULE_PASS);
    assert_string_equal(text, wanted);
    assert_int_equal(box_close(fixture), MODULE_OK);
}

/* What is said until a mailbox is open. */
static const char *const steps[] = {"", "CAPA", "USER", "PASS", "STAT", "UIDL", "LIST"};

#endif
