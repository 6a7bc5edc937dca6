/* SPDX-License-Identifier: ISC */
/* The check after an unclean stop finds a broken page of every table and every index. */
#include "test/unit/ledger_help.h"

enum { ROOTS_MAX = 64 };

static void write_at(const char *path, const void *bytes, size_t len, int64_t at)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, len, (off_t)at), len);
    close(fd);
}

static size_t read_roots(struct bench *bench, int64_t roots[ROOTS_MAX])
{
    sqlite3_stmt *row;
    size_t count = 0;
    assert_int_equal(sqlite3_prepare_v2(bench->ledger->db,
                                        "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0"
                                        " AND tbl_name <> 'sqlite_sequence'",
                                        -1, &row, NULL),
                     SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW && count < ROOTS_MAX)
        roots[count++] = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    return count;
}

static void test_every_root_is_checked(void **state)
{
    struct bench *bench = *state;
    struct fault fault = FAULT_INIT;
    int64_t roots[ROOTS_MAX], size = ask(bench, "PRAGMA page_size");
    size_t count = read_roots(bench, roots);
    char file[128], log[128], kept[4096], broken[4096];
    assert_in_range(count, 20, ROOTS_MAX - 1);
    assert_int_equal(size, sizeof kept);
    ledger_close(&bench->ledger);
    snprintf(file, sizeof file, "%s/ledger.db", bench->state);
    snprintf(log, sizeof log, "%s/ledger.db-wal", bench->state);
    memset(broken, 0xee, sizeof broken);
    for (size_t i = 0; i < count; i++) {
        int64_t at = (roots[i] - 1) * size;
        int fd = open(file, O_RDONLY);
        assert_int_equal(pread(fd, kept, sizeof kept, (off_t)at), sizeof kept);
        close(fd);
        write_at(file, broken, sizeof broken, at);
        write_at(log, "left over", 9, 0);
        assert_int_equal(ledger_open(bench->state, &bench->ledger, &fault), LEDGER_CORRUPT);
        assert_non_null(strstr(fault.operator, "damaged"));
        fault_clear(&fault);
        write_at(file, kept, sizeof kept, at);
    }
    bench_open(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_root_is_checked, bench_setup, bench_teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
