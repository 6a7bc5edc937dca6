/* SPDX-License-Identifier: ISC */
/*
 * What a mail process does about parts in doubt, with a mailbox compiled by this test.  Is run from
 * the root of the tree; skips itself, and says so, where there is no compiler.
 */
#include "test/unit/ledger_help.h"

#include "agent/base/log.h"
#include "agent/process/breaker.h"
#include "agent/process/mail.h"
#include "test/unit/compiled_module.h"

#include <sysexits.h>

static struct scratch scratch;
static struct blocks blocks;
static struct fault fault;
static struct account account;

/* The services that a module resolves from the agent. */
static void write_modules(struct bench *bench)
{
    module_write(&scratch, "box", "stage: lireadmail\nwhen: [mailbox.kind in [box]]\n");
    module_compile("test/unit/fixtures/sent_module.c", scratch_path(&scratch, "box.so"));
    module_write(&scratch, "sender", "stage: submit\nwhen: [submission.kind in [sender]]\n");
    module_write(&scratch, "again",
                 "stage: submit\nwhen: [submission.kind in [again]]\nflags: [idempotent]\n"
                 "settings: {in_doubt_wait: 0}\n");
    if (!blocks_read(bench->arena, scratch.dir, &blocks, &fault) || !plan_check(&blocks, &fault))
        fail_msg("%s", fault.operator);
}

static int setup(void **state)
{
    scratch = scratch_make();
    setenv("SENT_LOG", scratch_path(&scratch, "log"), 1);
    log_set_level(LOG_ERROR);
    account = (struct account){
        .name = "a", .mailbox.kind = "box", .submission.kind = "sender", .sent_folder = ""};
    return bench_setup(state);
}

static int teardown(void **state)
{
    fault_clear(&fault);
    scratch_remove(&scratch);
    return bench_teardown(state);
}

/* A part in doubt for so many seconds; `resent`: for the second time.  Looked for `looks` times. */
static void looked_for(struct bench *bench, int64_t seconds, bool resent, int looks)
{
    char text[160];
    write_modules(bench);
    answered(bench, "1", 1);
    submit(bench, SUBMISSION_IN_DOUBT);
    snprintf(text, sizeof text, "UPDATE part SET in_doubt_since = %lld, resent = %d, looks = %d",
             (long long)(clock_now() - seconds), (int)resent, looks);
    ask(bench, text);
}

static void doubt_for(struct bench *bench, int64_t seconds, bool resent)
{
    looked_for(bench, seconds, resent, 0);
}

/* One round, with a mailbox that says this; its exit code. */
static int resolve(struct bench *bench, const char *says)
{
    struct config config = {.accounts = &account, .account_count = 1};
    struct run run = {.config = &config, .blocks = &blocks, .state = bench->state};
    static struct mailer mailer;
    setenv("SENT_SAYS", says, 1);
    assert_true(mailer_open(&mailer, &run, &account, NULL, &fault));
    int code = mailer_resolve(&mailer);
    mailer_close(&mailer);
    return code;
}

static void assert_asked(const char *wanted)
{
    char log[64] = "";
    int fd = open(scratch_path(&scratch, "log"), O_RDONLY);
    if (fd >= 0) {
        assert_true(read(fd, log, sizeof log - 1) >= 0);
        close(fd);
    }
    assert_string_equal(log, wanted);
}

static void assert_state(struct bench *bench, const char *wanted)
{
    struct ledger_counts all = counts(bench);
    const char *found = all.in_doubt   ? "in doubt"
                        : all.ready    ? "ready"
                        : all.accepted ? "accepted"
                        : all.never    ? "never"
                                       : "none";
    assert_string_equal(found, wanted);
}

static void test_what_it_says(void **state)
{
    struct bench *bench = *state;
    static const struct {
        const char *says;
        int64_t seconds;
        bool resent;
        const char *state;
        int code, looks;
    } cases[] = {{"F", 700, false, "accepted", EX_OK, 0},
                 {"F", 700, true, "accepted", EX_OK, 0},
                 {"N", 700, false, "ready", EX_OK, 0},
                 {"N", 700, true, "never", EX_OK, 0},
                 {"P", 700, false, "ready", EX_OK, 0},
                 {"P", 700, true, "never", EX_OK, 0},
                 {"R", 700, false, "in doubt", EX_TEMPFAIL, 0},
                 {"R", 700, true, "in doubt", EX_TEMPFAIL, 0},
                 {"R", 86000, false, "in doubt", EX_TEMPFAIL, 20},
                 /* The agent was not there for that day. */
                 {"R", 870000, false, "in doubt", EX_TEMPFAIL, 0},
                 {"R", 870000, false, "in doubt", EX_TEMPFAIL, 3},
                 {"R", 87000, false, "ready", EX_TEMPFAIL, 4},
                 {"R", 87000, true, "never", EX_TEMPFAIL, 4},
                 {"S", 700, false, "in doubt", EX_NOPERM, 4},
                 {"S", 87000, false, "ready", EX_NOPERM, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        void *fresh = bench;
        looked_for(bench, cases[i].seconds, cases[i].resent, cases[i].looks);
        int code = resolve(bench, cases[i].says);
        if (code != cases[i].code)
            fail_msg("%s after %lld: exit %d", cases[i].says, (long long)cases[i].seconds, code);
        assert_state(bench, cases[i].state);
        teardown(&fresh);
        setup(&fresh);
        *state = bench = fresh;
    }
}

static void test_not_before_its_time(void **state)
{
    struct bench *bench = *state;
    doubt_for(bench, 500, false);
    assert_int_equal(resolve(bench, "F"), EX_OK);
    assert_asked("");
    assert_state(bench, "in doubt");
}

/* Failed look-ups are put off, longer each time, and counted before they are made. */
static void test_pauses_grow(void **state)
{
    static const int64_t pauses[] = {60, 120, 300, 900, 3600, 3600};
    struct bench *bench = *state;
    doubt_for(bench, 700, false);
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
        int64_t before = clock_now();
        assert_int_equal(resolve(bench, "R"), EX_TEMPFAIL);
        int64_t put_off = ask(bench, "SELECT not_before FROM part") - before;
        assert_true(put_off >= pauses[i] && put_off <= pauses[i] + 30);
        assert_int_equal(ask(bench, "SELECT looks FROM part"), i + 1);
        assert_int_equal(resolve(bench, "F"), EX_OK); /* not yet */
        ask(bench, "UPDATE part SET not_before = 0");
    }
    assert_asked("??????");
    assert_state(bench, "in doubt");
}

static int die(struct bench *bench)
{
    open_or_exit(bench);
    return resolve(bench, "K");
}

/* A look-up that ends its process is not made again at once, and not for ever. */
static void test_deadly_look(void **state)
{
    struct bench *bench = *state;
    doubt_for(bench, 700, false);
    assert_int_equal(in_child(bench, die), 3);
    bench_open(bench);
    assert_int_equal(ask(bench, "SELECT looks FROM part"), 1);
    assert_int_equal(resolve(bench, "K"), EX_OK);
    assert_state(bench, "in doubt");
    char text[128];
    snprintf(text, sizeof text, "UPDATE part SET looks = 30, not_before = 0, in_doubt_since = %lld",
             (long long)(clock_now() - 90000));
    ask(bench, text);
    assert_int_equal(resolve(bench, "K"), EX_OK);
    assert_state(bench, "ready");
    assert_asked("?");
}

/* Who was refused a sign-in does not ask again at once; collecting knows of it, too. */
static void test_breaker(void **state)
{
    struct bench *bench = *state;
    doubt_for(bench, 700, false);
    assert_int_equal(resolve(bench, "S"), EX_NOPERM);
    assert_true(breaker_until(bench->ledger, "a", BREAKER_MAILBOX) > clock_now());
    ask(bench, "UPDATE part SET not_before = 0");
    assert_int_equal(resolve(bench, "F"), EX_NOPERM);
    assert_asked("?");
    /* Counted all the same: who is never let in cannot be asked either. */
    assert_int_equal(ask(bench, "SELECT looks FROM part"), 2);
    breaker_clear(bench->ledger, "a", BREAKER_MAILBOX);
    ask(bench, "UPDATE part SET not_before = 0");
    assert_int_equal(resolve(bench, "F"), EX_OK);
    assert_state(bench, "accepted");
}

static void test_hold(void **state)
{
    struct bench *bench = *state;
    account.on_in_doubt = IN_DOUBT_HOLD;
    doubt_for(bench, 1000000, true);
    assert_int_equal(resolve(bench, "F"), EX_OK);
    assert_asked("");
    assert_state(bench, "in doubt");
}

static void test_resend(void **state)
{
    struct bench *bench = *state;
    account.on_in_doubt = IN_DOUBT_RESEND;
    doubt_for(bench, 700, false);
    assert_int_equal(resolve(bench, "F"), EX_OK);
    assert_asked("");
    assert_state(bench, "ready");
}

/* A carrier that knows its own copies is asked again at once. */
static void test_idempotent(void **state)
{
    struct bench *bench = *state;
    account.submission.kind = "again";
    doubt_for(bench, 0, false);
    assert_int_equal(resolve(bench, "F"), EX_OK);
    assert_asked("");
    assert_state(bench, "ready");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_it_says), TEST(test_not_before_its_time),
        TEST(test_pauses_grow),  TEST(test_deadly_look),
        TEST(test_breaker),      TEST(test_hold),
        TEST(test_resend),       TEST(test_idempotent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
