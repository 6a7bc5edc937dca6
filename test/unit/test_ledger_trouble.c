/* SPDX-License-Identifier: ISC */
/* Every call of SQLite that the ledger makes goes wrong once: each failure is told for what it is,
 * nothing is kept of what was refused, and the next attempt succeeds. */
#include "test/unit/ledger_acts.h"
#include "test/unit/trouble.h"

static const struct cause {
    int code;
    enum ledger_result result;
    enum fault_code fault;
} causes[] = {
    {SQLITE_BUSY_SNAPSHOT, LEDGER_BUSY, FAULT_IO},
    {SQLITE_LOCKED, LEDGER_BUSY, FAULT_IO},
    {SQLITE_FULL, LEDGER_FULL, FAULT_DISK_FULL},
    {SQLITE_IOERR_FSYNC, LEDGER_ERROR, FAULT_IO},
    {SQLITE_CORRUPT_VTAB, LEDGER_CORRUPT, FAULT_LEDGER},
    {SQLITE_NOTADB, LEDGER_CORRUPT, FAULT_LEDGER},
    {SQLITE_NOMEM, LEDGER_ERROR, FAULT_MEMORY},
    {SQLITE_MISUSE, LEDGER_ERROR, FAULT_LEDGER},
};

enum { CAUSES = sizeof causes / sizeof *causes };

static void assert_told(const struct act *act, unsigned n, const struct cause *cause,
                        enum ledger_result result, const struct fault *fault)
{
    if (result != cause->result || fault->code != cause->fault)
        print_error("%s, call %u, SQLite says %d: %s\n", act->name, n, cause->code,
                    fault->operator ? fault->operator : "no fault");
    assert_int_equal(result, cause->result);
    assert_int_equal(fault->code, cause->fault);
    assert_non_null(fault->operator);
}

/* What fails: calls named so, for these causes; `told`: the ledger must say why. */
struct trial {
    const char *call;
    const struct cause *causes;
    size_t cause_count;
    bool told;
};

/* Texts that do not fit into the caller's memory. */
static const struct cause no_room = {0, LEDGER_ERROR, FAULT_MEMORY};

static const struct trial trials[] = {
    {"sqlite3_", causes, CAUSES, true},
    {"arena_", &no_room, 1, true},
    /* SQLite tells by an absent text that memory is short; nothing may fall over it. */
    {"text:", &no_room, 1, false},
};

/* One attempt of which a call fails.  True when it was refused, and nothing of it was kept. */
static bool is_refused(struct bench *bench, const struct act *act, const struct trial *trial,
                       unsigned n, const struct cause *cause, struct acts_state state,
                       bool *met_out)
{
    uint64_t before = ledger_state_of(bench);
    trouble_at(trial->call, n, cause->code);
    enum ledger_result result = act_do(bench, act, &state);
    *met_out = trouble_end();
    if (!*met_out || result == act->comes_to) {
        assert_int_equal(result, act->comes_to);
        return false;
    }
    if (trial->told)
        assert_told(act, n, cause, result, ledger_fault(bench->ledger));
    assert_true(sqlite3_get_autocommit(bench->ledger->db));
    if (!act->in_pieces && ledger_state_of(bench) != before)
        fail_msg("%s: something is kept although call %u failed", act->name, n);
    return true;
}

/* Calls from the n-th on fail, each for every cause, until an attempt succeeds.  Gives the number
 * of the call that it could do without, or 0 when none was left to fail. */
static unsigned try_from(struct bench *bench, const struct act *act, const struct trial *trial,
                         unsigned n, const struct acts_state *arranged)
{
    for (bool met;; n++)
        for (size_t i = 0; i < trial->cause_count; i++)
            if (!is_refused(bench, act, trial, n, &trial->causes[i], *arranged, &met))
                return met ? n : 0;
}

/* What an act can do without: a transaction that is taken back is so by the next one at the
 * latest, and the log is written back some other time. */
enum { DISPENSABLE = 2 };

static void try_act(void **bench, const struct act *act)
{
    struct acts_state state;
    uint64_t arranged = 0;
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        unsigned n = 0, dispensable = 0;
        do {
            /* A fresh one only where the last attempt did something. */
            if (arranged == 0 || ledger_state_of(*bench) != arranged) {
                act_begin(bench, act, &state);
                arranged = ledger_state_of(*bench);
            }
            n = try_from(*bench, act, &trials[i], n + 1, &state);
            dispensable += n != 0;
        } while (n != 0);
        if (trials[i].told && dispensable > DISPENSABLE)
            fail_msg("%s: %u failures went unnoticed", act->name, dispensable);
    }
}

static void test_every_call(void **bench)
{
    for (size_t i = 0; i < ledger_act_count; i++)
        try_act(bench, &ledger_acts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_call, bench_setup, bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
