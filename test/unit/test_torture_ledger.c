/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out in a call of the ledger, SQLite's memory as well as ours: the call is done whole,
 * or refused with the file as it was; and then the same handle works again.
 */
#include "test/unit/torture_calls.h"

#include "test/unit/torture.h"

#include <inttypes.h>
#include <malloc.h>

/* The file as one number, without the columns that hold times. */
static const char *const rows[] = {
    "SELECT name || value FROM number",
    "SELECT id || account || mailbox || uidvalidity || uid || size || hex(hash) FROM mail",
    "SELECT mail || hex(headers) || ifnull(hex(bytes), '-') FROM mail_bytes",
    "SELECT id || mail || account || ifnull(parent, '-') || ifnull(n, '-') || target || state ||"
    " (not_before > 0) || (settled_at > 0) || kept || attempts || crashes || crash_module || rule "
    "||"
    " token || (owner_pid > 0) FROM job",
    "SELECT id || job || n || account || message_id || sender || recipient || state ||"
    " (in_doubt_since > 0) || tries || answer || token || (owner_pid > 0) FROM part",
    "SELECT part || hex(bytes) FROM part_bytes",
    "SELECT account || state || count FROM total",
    "SELECT who || kind || period || total FROM counter",
    "SELECT kind || who || name || expires || hex(value) FROM memory",
};

static uint64_t sum_of_file(struct ledger *ledger)
{
    uint64_t sum = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sqlite3_stmt *row = NULL;
        assert_int_equal(sqlite3_prepare_v2(ledger->db, rows[i], -1, &row, NULL), SQLITE_OK);
        while (sqlite3_step(row) == SQLITE_ROW)
            sum = mix_text(sum, (const char *)sqlite3_column_text(row, 0));
        assert_int_equal(sqlite3_finalize(row), SQLITE_OK);
    }
    return sum;
}

/* ---- SQLite's memory goes through ours ---- */

static int memory_size(void *pointer)
{
    return (int)malloc_usable_size(pointer);
}

static void *memory_take(int size)
{
    return malloc((size_t)size);
}

static void *memory_change(void *pointer, int size)
{
    return realloc(pointer, (size_t)size);
}

static int memory_round(int size)
{
    return (size + 7) & ~7;
}

static int memory_begin(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void memory_end(void *context)
{
    (void)context;
}

static const sqlite3_mem_methods methods = {memory_take,  free,         memory_change, memory_size,
                                            memory_round, memory_begin, memory_end,    NULL};

/* ---- the attempts ---- */

struct trial {
    const struct step *step;
    uint64_t before, after, told; /* as an undisturbed call finds, leaves and tells */
};

static void undisturbed(struct trial *trial)
{
    restore();
    bench_open(&all.bench);
    trial->before = sum_of_file(all.bench.ledger);
    assert_int_equal(trial->step->run(all.bench.ledger, all.bench.arena, &trial->told), LEDGER_OK);
    trial->after = sum_of_file(all.bench.ledger);
    ledger_close(&all.bench.ledger);
}

/* Refused: nothing is changed, and the same handle does it now that there is memory. */
static void refused(const struct trial *trial, struct arena *arena, struct fault *fault)
{
    uint64_t told = 0;
    const struct fault *why = ledger_fault(all.bench.ledger);
    if (fault_is_set(why))
        fault_set(fault, why->code, NULL, "%s", why->operator ? why->operator : "no text");
    assert_true(sum_of_file(all.bench.ledger) == trial->before);
    if (trial->step->run(all.bench.ledger, arena, &told) != LEDGER_OK)
        fail_msg("%s: then: %s", trial->step->name, ledger_fault(all.bench.ledger)->operator);
    assert_true(told == trial->told);
}

static bool attempt_call(void *context, struct fault *fault)
{
    const struct trial *trial = context;
    torture_end();
    uint64_t told = 0;
    struct arena *arena = arena_new(1 << 20);
    restore();
    bench_open(&all.bench);
    torture_go_on();
    enum ledger_result result = trial->step->run(all.bench.ledger, arena, &told);
    torture_end();
    if (result == LEDGER_OK)
        assert_true(told == trial->told);
    else
        refused(trial, arena, fault);
    assert_true(sum_of_file(all.bench.ledger) == trial->after);
    ledger_close(&all.bench.ledger);
    arena_free(&arena);
    return result == LEDGER_OK;
}

static void test_memory_ends_in_a_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct trial trial = {.step = &steps[i]};
        undisturbed(&trial);
        unsigned count = torture_allocations(
            &(struct torture){.attempt = attempt_call, .context = &trial, .skip = 60});
        print_message("%s: %u refused\n", trial.step->name, count);
        assert_true(count > 0);
    }
}

/* Opening an old file and making a new one. */
static bool attempt_open(void *context, struct fault *fault)
{
    const bool *make = context;
    torture_end();
    restore();
    if (*make)
        remove_all(all.bench.state);
    torture_go_on();
    enum ledger_result result = ledger_open(all.bench.state, &all.bench.ledger, fault);
    torture_end();
    bool opened = result == LEDGER_OK;
    assert_true(opened == (all.bench.ledger != NULL));
    if (!opened)
        bench_open(&all.bench);
    assert_int_equal(counts(&all.bench).claimed, *make ? 0 : 1);
    ledger_close(&all.bench.ledger);
    return opened;
}

static void test_memory_ends_while_opening(void **state)
{
    (void)state;
    bool make = false;
    torture_allocations(&(struct torture){.attempt = attempt_open, .context = &make, .skip = 60});
    make = true;
    torture_allocations(&(struct torture){.attempt = attempt_open, .context = &make, .skip = 60});
}

/* Purging goes by short transactions: what was forgotten stays so, what is owed is all there. */
static bool attempt_purge(void *context, struct fault *fault)
{
    (void)context;
    torture_end();
    restore();
    bench_open(&all.bench);
    struct ledger *ledger = all.bench.ledger;
    assert_int_equal(ledger_settled(ledger, DROPPED), LEDGER_OK);
    torture_go_on();
    enum ledger_result result = purge(&all.bench, clock_now() + 10, 0);
    torture_end();
    if (result != LEDGER_OK) {
        const struct fault *why = ledger_fault(ledger);
        fault_set(fault, why->code, NULL, "%s", why->operator ? why->operator : "no text");
        assert_int_equal(purge(&all.bench, clock_now() + 10, 0), LEDGER_OK);
    }
    struct ledger_counts left = counts(&all.bench);
    assert_true(left.claimed == 1 && left.taken == 1 && left.answered == 2 && left.ready == 3);
    assert_int_equal(ask(&all.bench, "SELECT count(*) FROM job"), 4);
    assert_int_equal(ask(&all.bench, "SELECT count(*) FROM mail"), 5);
    ledger_close(&all.bench.ledger);
    return result == LEDGER_OK;
}

static void test_memory_ends_while_purging(void **state)
{
    (void)state;
    torture_allocations(&(struct torture){.attempt = attempt_purge, .skip = 60});
}

int main(void)
{
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory_ends_in_a_call, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_memory_ends_while_opening, make_file, remove_file),
        cmocka_unit_test_setup_teardown(test_memory_ends_while_purging, make_file, remove_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
