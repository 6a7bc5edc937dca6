/* SPDX-License-Identifier: ISC */
/* run: what a fault comes to as an exit code, and which of two codes a run ends with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/process/run.h"

#include <sysexits.h>

static int code_of(enum fault_code code, enum fault_class class)
{
    struct fault fault = FAULT_INIT;
    fault_set(&fault, code, NULL, "test");
    if (class != FAULT_NONE)
        fault.class = class;
    int exit_code = run_exit_code(&fault);
    fault_clear(&fault);
    return exit_code;
}

static void test_codes(void **state)
{
    (void)state;
    static const struct {
        enum fault_code code;
        enum fault_class class; /* FAULT_NONE: the usual one */
        int exit_code;
    } cases[] = {
        {FAULT_SIGN_IN, FAULT_NONE, EX_NOPERM},
        {FAULT_SIGN_IN, FAULT_TEMPORARY, EX_NOPERM},
        {FAULT_SECRET, FAULT_NONE, EX_NOPERM},
        {FAULT_TLS, FAULT_NONE, EX_UNAVAILABLE},
        {FAULT_CONNECT, FAULT_NONE, EX_TEMPFAIL},
        {FAULT_CONNECT, FAULT_PERMANENT, EX_UNAVAILABLE},
        {FAULT_TIMEOUT, FAULT_NONE, EX_TEMPFAIL},
        {FAULT_NAME, FAULT_NONE, EX_UNAVAILABLE},
        {FAULT_NAME, FAULT_TEMPORARY, EX_TEMPFAIL},
        {FAULT_MAILBOX, FAULT_NONE, EX_TEMPFAIL},
        {FAULT_MAILBOX, FAULT_PERMANENT, EX_UNAVAILABLE},
        {FAULT_MAILBOX, FAULT_OPERATOR, EX_UNAVAILABLE},
        {FAULT_SUBMIT, FAULT_NONE, EX_TEMPFAIL},
        {FAULT_CONFIG, FAULT_NONE, EX_CONFIG},
        {FAULT_MODULE, FAULT_NONE, EX_CONFIG},
        {FAULT_DISK_FULL, FAULT_NONE, EX_IOERR},
        {FAULT_LEDGER, FAULT_NONE, EX_IOERR},
        {FAULT_BAD_MAIL, FAULT_NONE, EX_DATAERR},
        {FAULT_INTERNAL, FAULT_NONE, EX_SOFTWARE},
    };
    struct fault none = FAULT_INIT;
    assert_int_equal(run_exit_code(&none), EX_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (code_of(cases[i].code, cases[i].class) != cases[i].exit_code)
            fail_msg("%s gives %d", fault_name(cases[i].code),
                     code_of(cases[i].code, cases[i].class));
}

static void test_worse(void **state)
{
    (void)state;
    /* What must be mended beats what may pass, and either beats success, in either order. */
    static const int order[] = {EX_OK, EX_TEMPFAIL, EX_UNAVAILABLE, EX_NOPERM, EX_CONFIG};
    for (size_t a = 0; a < sizeof order / sizeof *order; a++)
        for (size_t b = 0; b < sizeof order / sizeof *order; b++)
            assert_int_equal(run_worse_exit(order[a], order[b]), order[a > b ? a : b]);
    assert_int_equal(run_worse_exit(EX_NOPERM, EX_IOERR), EX_IOERR);
}

static void test_ledger_codes(void **state)
{
    (void)state;
    assert_int_equal(run_ledger_exit(LEDGER_OK), EX_OK);
    assert_int_equal(run_ledger_exit(LEDGER_NONE), EX_OK);
    assert_int_equal(run_ledger_exit(LEDGER_ALREADY), EX_OK);
    assert_int_equal(run_ledger_exit(LEDGER_BUSY), EX_TEMPFAIL);
    assert_int_equal(run_ledger_exit(LEDGER_FULL), EX_IOERR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_worse),
        cmocka_unit_test(test_ledger_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
