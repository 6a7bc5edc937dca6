/* SPDX-License-Identifier: ISC */
/* smtp_fixture: a call with settings and a password, and mails to submit, for the smtp tests. */
#ifndef WWW4MAIL_TEST_UNIT_SMTP_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_SMTP_FIXTURE_H

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/modules/call.h"
#include "test/unit/fake_smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

enum { FIXTURE_SETTINGS = 16 };

struct fixture {
    struct fake_smtp fake;
    struct setting list[FIXTURE_SETTINGS];
    struct settings settings;
    struct fault fault;
    struct call call;
    int passwords; /* how often it was asked for */
    const char *password;
    void *state;
    /* what the last submission came to */
    enum module_result result;
    enum submission_outcome outcome;
    const char *text;
    char said[4096]; /* by the last examination */
};

static inline const char *fixture_password(void *context, struct fault *fault)
{
    struct fixture *fixture = context;
    fixture->passwords++;
    if (!fixture->password)
        fault_set(fault, FAULT_CONFIG, NULL, "password_command: no password");
    return fixture->password;
}

static inline void fixture_set(struct fixture *fixture, const char *key, const char *value)
{
    size_t i = 0;
    while (i < fixture->settings.count && strcmp(fixture->list[i].key, key) != 0)
        i++;
    assert_true(i < FIXTURE_SETTINGS);
    fixture->list[i] = (struct setting){.key = key, .value = value};
    if (i == fixture->settings.count)
        fixture->settings.count++;
}

static inline void fixture_start(struct fixture *fixture, const struct fake_script *scripts,
                                 size_t count, const struct fake_tls *tls)
{
    static const struct setting defaults[] = {
        {"host", "127.0.0.1", 0, 0},  {"tls", "none", 0, 0}, {"user", "", 0, 0},
        {"auth", "login", 0, 0},      {"ca_file", "", 0, 0}, {"pin", "", 0, 0},
        {"proxy", "", 0, 0},          {"port", "", 0, 0},    {"ehlo_name", "", 0, 0},
        {"response_time", "60", 0, 0}};
    memset(fixture, 0, sizeof *fixture);
    fake_smtp_start(&fixture->fake, scripts, count, tls);
    memcpy(fixture->list, defaults, sizeof defaults);
    fixture->settings = (struct settings){fixture->list, sizeof defaults / sizeof *defaults};
    fixture->password = "open sesame";
    fixture->call = (struct call){.module = "smtp",
                                  .overrides = &fixture->settings,
                                  .arena = arena_new(1024 * 1024),
                                  .fault = &fixture->fault,
                                  .deadline_ms = clock_monotonic_ms() + 120000,
                                  .secret = fixture_password,
                                  .secret_context = fixture};
    fixture_set(fixture, "port", fixture->fake.port_text);
    assert_int_equal(www4mail_module.sender->open(&fixture->call, &fixture->state), MODULE_OK);
}

static inline void fixture_end(struct fixture *fixture)
{
    www4mail_module.sender->close(&fixture->call, &fixture->state);
    assert_null(fixture->state);
    fake_smtp_stop(&fixture->fake);
    fault_clear(&fixture->fault);
    arena_free(&fixture->call.arena);
}

static inline void fixture_submit_bytes(struct fixture *fixture, const char *recipient,
                                        const char *bytes, size_t len, uint64_t size)
{
    int fd = file_in_memory("mail");
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, bytes, len));
    struct submission submission = {.sender = "web@sender.example",
                                    .recipient = recipient,
                                    .message_id = "<1@sender.example>",
                                    .fd = fd,
                                    .size = size};
    fault_clear(&fixture->fault);
    fixture->outcome = SUBMISSION_ACCEPTED;
    fixture->text = NULL;
    fixture->result = www4mail_module.sender->submit(&fixture->call, fixture->state, &submission,
                                                     &fixture->outcome, &fixture->text);
    assert_non_null(fixture->text);
    close(fd);
}

static inline void fixture_submit(struct fixture *fixture)
{
    static const char mail[] = "Subject: page\r\n\r\nA line.\r\n";
    fixture_submit_bytes(fixture, "anna@asker.example", mail, sizeof mail - 1, sizeof mail - 1);
}

/* That it came to this, with these words in the text or in the fault. */
static inline void assert_came_to(const struct fixture *fixture, const char *name,
                                  enum module_result result, enum submission_outcome outcome,
                                  enum fault_code code, const char *words)
{
    const char *text = result == MODULE_OK ? fixture->text : fixture->fault.operator;
    if (fixture->result != result || fixture->outcome != outcome || fixture->fault.code != code ||
        !text || !strstr(text, words))
        fail_msg("%s: result %d, outcome %d, fault %s, %s", name, (int)fixture->result,
                 (int)fixture->outcome, fault_name(fixture->fault.code), text ? text : "(nothing)");
}

static inline bool saw(const struct fixture *fixture, const char *words)
{
    return strstr(fixture->fake.seen->log, words) != NULL;
}

__attribute__((format(printf, 3, 4))) static inline void fixture_say(void *context, bool ok,
                                                                     const char *format, ...)
{
    struct fixture *fixture = context;
    size_t len = strlen(fixture->said);
    va_list args;
    len += (size_t)snprintf(fixture->said + len, sizeof fixture->said - len, "%s ",
                            ok ? "ok" : "CHANGE");
    va_start(args, format);
    len += (size_t)vsnprintf(fixture->said + len, sizeof fixture->said - len, format, args);
    va_end(args);
    snprintf(fixture->said + len, sizeof fixture->said - len, "\n");
}

static inline enum module_result fixture_examine(struct fixture *fixture)
{
    struct examination examination = {fixture_say, fixture};
    fixture->said[0] = '\0';
    fault_clear(&fixture->fault);
    return www4mail_module.sender->examine(&fixture->call, &examination, "web@sender.example");
}

static inline void assert_said(const struct fixture *fixture, const char *words)
{
    if (!strstr(fixture->said, words))
        fail_msg("\"%s\" is not in:\n%s", words, fixture->said);
}

#endif
