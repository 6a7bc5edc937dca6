/* SPDX-License-Identifier: ISC */
/* What a mail process does about mails that cannot be read as they should, with a mailbox whose mails
 * are so, compiled by this test. */
#include "test/unit/ledger_help.h"

#include "agent/base/log.h"
#include "agent/process/mail.h"
#include "agent/process/reading.h"
#include "test/unit/compiled_module.h"

#include <sysexits.h>

static struct scratch scratch;
static struct blocks blocks;
static struct fault fault;
static struct account account;
static struct setting settings[1];
static char log_path[256];

static int setup(void **state)
{
    scratch = scratch_make();
    log_set_level(LOG_ERROR);
    snprintf(log_path, sizeof log_path, "%s", scratch_path(&scratch, "settled"));
    settings[0] = (struct setting){"log", log_path, 0, 0};
    account = (struct account){.name = "a",
                               .mailbox.kind = "deadly",
                               .mailbox.settings = {settings, 1},
                               .submission.kind = "none",
                               .sent_folder = "",
                               .limits.max_message = 1000};
    return bench_setup(state);
}

static int teardown(void **state)
{
    fault_clear(&fault);
    scratch_remove(&scratch);
    return bench_teardown(state);
}

static void write_module(struct bench *bench)
{
    module_write(&scratch, "deadly_mailbox",
                 "stage: lireadmail\nwhen: [mailbox.kind in [deadly]]\n");
    module_compile("test/modules/deadly_mailbox.c", scratch_path(&scratch, "deadly_mailbox.so"));
    if (!blocks_read(bench->arena, scratch.dir, &blocks, &fault) || !plan_check(&blocks, &fault))
        fail_msg("%s", fault.operator);
}

/* The mail that would end this process did so twice already. */
static void note_deaths(struct bench *bench)
{
    char name[HASH_HEX_SIZE];
    reading_name(&(struct message_key){"a", "box", 7, "deadly"}, name);
    for (int i = 0; i < READING_DEATHS; i++)
        assert_int_equal(reading_note(bench->ledger, name, READING_DIED), LEDGER_OK);
}

/* One round; its exit code. */
static int round_of(struct bench *bench, int (*act)(struct mailer *))
{
    static struct crumb crumb;
    static struct mailer mailer;
    struct config config = {.accounts = &account, .account_count = 1};
    struct run run = {.config = &config, .blocks = &blocks, .state = bench->state};
    assert_true(mailer_open(&mailer, &run, &account, &crumb, &fault));
    int code = act(&mailer);
    mailer_close(&mailer);
    assert_string_equal(crumb.reading, "");
    assert_string_equal(crumb.module, "");
    return code;
}

static int64_t jobs_of(struct bench *bench, const char *uid, const char *state)
{
    char text[200];
    snprintf(text, sizeof text,
             "SELECT count(*) FROM job JOIN mail ON mail.id = job.mail WHERE uid = '%s'"
             " AND state = '%s'",
             uid, state);
    return ask(bench, text);
}

static void test_set_aside_and_put_off(void **state)
{
    struct bench *bench = *state;
    write_module(bench);
    note_deaths(bench);
    for (int i = 0; i < READING_FAILURES; i++) {
        assert_int_equal(round_of(bench, mailer_collect), EX_TEMPFAIL);
        assert_int_equal(jobs_of(bench, "first", "claimed"), 1);
        assert_int_equal(jobs_of(bench, "deadly", "poison"), 1);
        assert_int_equal(jobs_of(bench, "last", "claimed"), 0);
    }
    assert_int_equal(round_of(bench, mailer_collect), EX_TEMPFAIL);
    assert_int_equal(jobs_of(bench, "last", "claimed"), 1);
    assert_int_equal(ask(bench, "SELECT count(*) FROM job"), 3);
}

/* What may not be read whole is claimed by its headers, and its body not asked for. */
static void test_too_large(void **state)
{
    struct bench *bench = *state;
    write_module(bench);
    account.limits.max_message = 99;
    assert_int_equal(round_of(bench, mailer_collect), EX_TEMPFAIL);
    assert_int_equal(jobs_of(bench, "deadly", "claimed"), 1);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail_bytes WHERE bytes IS NULL"
                                " AND length(headers) > 100"),
                     2);
}

/* A ledger that takes nothing ends the round at once: what is not claimed stays where it is. */
static void test_no_ledger(void **state)
{
    struct bench *bench = *state;
    write_module(bench);
    note_deaths(bench);
    sqlite_execute(bench->ledger, "CREATE TRIGGER no BEFORE INSERT ON job BEGIN"
                                  " SELECT RAISE(ABORT, 'no'); END");
    assert_int_equal(round_of(bench, mailer_collect), EX_IOERR);
    assert_int_equal(ask(bench, "SELECT count(*) FROM mail"), 0);
    sqlite_execute(bench->ledger, "DROP TRIGGER no");
    assert_int_equal(round_of(bench, mailer_collect), EX_TEMPFAIL);
    assert_int_equal(jobs_of(bench, "first", "claimed"), 1);
}

static void test_no_module(void **state)
{
    struct bench *bench = *state;
    write_module(bench);
    account.mailbox.kind = "another";
    assert_int_equal(round_of(bench, mailer_collect), EX_CONFIG);
    claim_uid(bench, "a", "1");
    struct ledger_job job = take(bench);
    assert_int_equal(ledger_drop(bench->ledger, job.id, job.token, "rule"), LEDGER_OK);
    assert_int_equal(round_of(bench, mailer_settle), EX_CONFIG);
    assert_int_equal(counts(bench).dropped, 1);
    assert_int_equal(ask(bench, "SELECT settled_at FROM job"), 0);
}

static void test_settle(void **state)
{
    struct bench *bench = *state;
    char log[64] = "";
    write_module(bench);
    note_deaths(bench);
    round_of(bench, mailer_collect);
    struct ledger_job job = take(bench);
    assert_int_equal(ledger_drop(bench->ledger, job.id, job.token, "rule"), LEDGER_OK);
    assert_int_equal(round_of(bench, mailer_settle), EX_OK);
    assert_int_equal(round_of(bench, mailer_settle), EX_OK); /* nothing is left */
    int fd = open(log_path, O_RDONLY);
    assert_true(fd >= 0 && read(fd, log, sizeof log - 1) > 0);
    close(fd);
    assert_string_equal(log, "first dropped\ndeadly poison\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_set_aside_and_put_off),
        TEST(test_too_large),
        TEST(test_no_ledger),
        TEST(test_no_module),
        TEST(test_settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
