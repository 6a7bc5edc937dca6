/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out in a call of the ledger, SQLite's memory as well as ours: the call is done whole,
 * or refused with the file as it was; and then the same handle works again.
 */
#include "test/unit/ledger_acts.h"
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
    " (in_doubt_since > 0) || (not_before > 0) || tries || resent || looks || answer || token ||"
    " (owner_pid > 0) FROM part",
    "SELECT part || hex(bytes) FROM part_bytes",
    "SELECT account || state || count FROM total",
    "SELECT who || kind || period || total FROM counter",
    "SELECT kind || who || name || (expires > 0) || hex(value) FROM memory",
};

static uint64_t sum_of_file(struct ledger *ledger)
{
    uint64_t sum = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sqlite3_stmt *row = NULL;
        assert_int_equal(sqlite3_prepare_v2(ledger->db, rows[i], -1, &row, NULL), SQLITE_OK);
        while (sqlite3_step(row) == SQLITE_ROW) {
            const char *text = (const char *)sqlite3_column_text(row, 0);
            assert_non_null(text);
            do
                sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
            while (*text++);
        }
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

/* SQLite's own calls come here, because the program's symbols go before libraries'.  No power is
 * cut in these tests, and waiting for the disk would take most of their time. */
__attribute__((visibility("default"))) int fdatasync(int fd)
{
    return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

/* ---- the same start again and again ---- */

/* An act, arranged on a bench that is closed, and a copy of its file. */
struct trial {
    const struct act *act;
    struct bench *bench;
    struct acts_state arranged;
    uint64_t before, after; /* the file as an undisturbed act finds and leaves it */
    bool afresh;            /* of opening: there is no file yet */
};

static void copy_file(const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(in >= 0 && out >= 0);
    assert_true(file_copy(in, out, INT64_MAX) > 0);
    close(in);
    close(out);
}

static void copy_ledger(const struct trial *trial, bool back)
{
    char path[96], kept[96];
    snprintf(path, sizeof path, "%s/ledger.db", trial->bench->state);
    snprintf(kept, sizeof kept, "%s-kept", trial->bench->state);
    copy_file(back ? kept : path, back ? path : kept);
}

static void restore(const struct trial *trial)
{
    remove_all(trial->bench->state);
    if (trial->afresh)
        return;
    assert_int_equal(mkdir(trial->bench->state, 0700), 0);
    copy_ledger(trial, true);
}

static void arrange(void **bench, const struct act *act, struct trial *trial)
{
    *trial = (struct trial){.act = act};
    act_begin(bench, act, &trial->arranged);
    trial->bench = *bench;
    ledger_close(&trial->bench->ledger);
    copy_ledger(trial, false);
}

static void forget(const struct trial *trial)
{
    char kept[96];
    snprintf(kept, sizeof kept, "%s-kept", trial->bench->state);
    unlink(kept);
}

/* ---- the attempts ---- */

/* As it is arranged, with memory of its own for what the act gives back. */
static struct bench begin(const struct trial *trial)
{
    restore(trial);
    bench_open(trial->bench);
    struct bench bench = *trial->bench;
    bench.arena = arena_new(1 << 20);
    return bench;
}

static void end(const struct trial *trial, struct bench *bench)
{
    ledger_close(&trial->bench->ledger);
    arena_free(&bench->arena);
}

static void undisturbed(struct trial *trial)
{
    struct acts_state state = trial->arranged;
    struct bench bench = begin(trial);
    trial->before = sum_of_file(bench.ledger);
    assert_int_equal(act_do(&bench, trial->act, &state), trial->act->comes_to);
    trial->after = sum_of_file(bench.ledger);
    end(trial, &bench);
}

/* Refused: nothing is changed, and the same handle does it now that there is memory. */
static void refused(const struct trial *trial, struct bench *bench, struct fault *fault)
{
    struct acts_state state = trial->arranged;
    const struct fault *why = ledger_fault(bench->ledger);
    if (fault_is_set(why))
        fault_set(fault, why->code, NULL, "%s", why->operator ? why->operator : "no text");
    if (!trial->act->in_pieces)
        assert_true(sum_of_file(bench->ledger) == trial->before);
    if (act_do(bench, trial->act, &state) != trial->act->comes_to)
        fail_msg("%s: then: %s", trial->act->name, ledger_fault(bench->ledger)->operator);
}

static bool attempt_act(void *context, struct fault *fault)
{
    const struct trial *trial = context;
    torture_end();
    struct acts_state state = trial->arranged;
    struct bench bench = begin(trial);
    torture_go_on();
    enum ledger_result result = act_do(&bench, trial->act, &state);
    torture_end();
    bool done = result == trial->act->comes_to;
    if (!done)
        refused(trial, &bench, fault);
    assert_true(sum_of_file(bench.ledger) == trial->after);
    end(trial, &bench);
    return done;
}

static void test_memory_ends_in_a_call(void **bench)
{
    for (size_t i = 0; i < ledger_act_count; i++) {
        struct trial trial;
        arrange(bench, &ledger_acts[i], &trial);
        undisturbed(&trial);
        unsigned count = torture_allocations(
            &(struct torture){.attempt = attempt_act, .context = &trial, .skip = 60});
        print_message("%s: %u refused\n", trial.act->name, count);
        assert_true(count > 0);
        forget(&trial);
    }
}

/* Opening an old file and making a new one. */
static bool attempt_open(void *context, struct fault *fault)
{
    const struct trial *trial = context;
    struct bench *bench = trial->bench;
    torture_end();
    restore(trial);
    torture_go_on();
    enum ledger_result result = ledger_open(bench->state, &bench->ledger, fault);
    torture_end();
    bool opened = result == LEDGER_OK;
    assert_true(opened == (bench->ledger != NULL));
    if (!opened)
        bench_open(bench);
    assert_int_equal(counts(bench).claimed, trial->afresh ? 0 : 1);
    ledger_close(&bench->ledger);
    return opened;
}

static void test_memory_ends_while_opening(void **bench)
{
    struct trial trial;
    arrange(bench, &ledger_acts[0], &trial); /* one that needs a claimed mail */
    torture_allocations(&(struct torture){.attempt = attempt_open, .context = &trial, .skip = 60});
    trial.afresh = true;
    torture_allocations(&(struct torture){.attempt = attempt_open, .context = &trial, .skip = 60});
    forget(&trial);
}

int main(void)
{
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_memory_ends_in_a_call, bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(test_memory_ends_while_opening, bench_setup,
                                        bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
