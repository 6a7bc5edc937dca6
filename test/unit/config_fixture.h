/* SPDX-License-Identifier: ISC */
/* config_fixture: configurations written to a scratch directory and read from there. */
#ifndef WWW4MAIL_TEST_UNIT_CONFIG_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_CONFIG_FIXTURE_H

#include "test/unit/scratch.h"

#include "agent/config/account.h"

/* Six lines; what is appended begins in line 7. */
#define BASE                                                                                       \
    "accounts:\n"                                                                                  \
    "  - name: web\n"                                                                              \
    "    address: web@Example.ORG\n"                                                               \
    "    mailbox: {kind: maildir, path: in}\n"                                                     \
    "    submission: {kind: maildir, path: out/%u}\n"                                              \
    "    senders: {allow: [\"*@example.org\"]}\n"

/* Four lines without senders: and a name of its own. */
#define ACCOUNT(name, address)                                                                     \
    "  - name: " name "\n"                                                                         \
    "    address: " address "\n"                                                                   \
    "    mailbox: {kind: maildir, path: in}\n"                                                     \
    "    submission: {kind: maildir, path: out}\n"

#define SENDERS "    senders: {allow: [\"*\"]}\n"

static struct scratch scratch;
static struct config *config;
static struct fault fault;

static inline int set_up(void **state)
{
    (void)state;
    scratch = scratch_make();
    setenv("HOME", "/home/ann", 1);
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    config_free(&config);
    fault_clear(&fault);
    scratch_remove(&scratch);
    return 0;
}

static inline const struct account *read_text(const char *text)
{
    config_free(&config);
    fault_clear(&fault);
    config = config_read(scratch_text(&scratch, "accounts.yaml", text), &fault);
    return config ? &config->accounts[0] : NULL;
}

static inline const struct account *read_with(const char *more)
{
    char text[4096];
    snprintf(text, sizeof text, "%s%s", BASE, more);
    const struct account *account = read_text(text);
    if (!account)
        fail_msg("refused: %s", fault.operator);
    return account;
}

/* "DIR/file:PLACE: ...WORDS..." */
static inline void assert_fault(const char *file, const char *place, const char *words)
{
    char start[512];
    if (config || !fault.operator)
        fail_msg("read without a fault; wanted %s %s", place, words);
    snprintf(start, sizeof start, "%s/%s:%s: ", scratch.dir, file, place);
    if (strncmp(fault.operator, start, strlen(start)) != 0 || !strstr(fault.operator, words))
        fail_msg("wanted '%s...%s', got '%s'", start, words, fault.operator);
    assert_int_equal(fault.code, FAULT_CONFIG);
}

static inline void assert_refused(const char *text, const char *place, const char *words)
{
    read_text(text);
    assert_fault("accounts.yaml", place, words);
}

static inline void assert_refused_with(const char *more, const char *place, const char *words)
{
    char text[4096];
    snprintf(text, sizeof text, "%s%s", BASE, more);
    assert_refused(text, place, words);
}

static inline const char *in_dir(const char *name)
{
    static char path[512];
    char *real = realpath(scratch.dir, NULL);
    snprintf(path, sizeof path, "%s/%s", real, name);
    free(real);
    return path;
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

#endif
