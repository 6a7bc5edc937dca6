/* SPDX-License-Identifier: ISC */
/* Exit codes, and who is served. */
#include "agent/process/run.h"

#include <string.h>
#include <sysexits.h>

/* What an operator must mend beats what may pass; what may pass beats success. */
static int rank(int code)
{
    static const int order[] = {EX_OK,     EX_TEMPFAIL, EX_UNAVAILABLE, EX_OSERR,  EX_DATAERR,
                                EX_NOPERM, EX_SOFTWARE, EX_IOERR,       EX_CONFIG, EX_USAGE};
    for (int i = 0; i < (int)(sizeof order / sizeof *order); i++)
        if (order[i] == code)
            return i;
    return (int)(sizeof order / sizeof *order);
}

int run_worse_exit(int a, int b)
{
    return rank(a) >= rank(b) ? a : b;
}

int run_exit_code(const struct fault *fault)
{
    switch (fault->code) {
    case FAULT_OK:
        return EX_OK;
    case FAULT_CONFIG:
    case FAULT_MODULE:
        return EX_CONFIG;
    case FAULT_IO:
    case FAULT_DISK_FULL:
    case FAULT_LEDGER:
        return EX_IOERR;
    case FAULT_MEMORY:
    case FAULT_SUBMIT:
    case FAULT_CRASH:
        return EX_TEMPFAIL;
    case FAULT_SIGN_IN:
    case FAULT_SECRET:
        return EX_NOPERM;
    case FAULT_CONNECT:
    case FAULT_NAME:
    case FAULT_TIMEOUT:
    case FAULT_MAILBOX:
        return fault->class == FAULT_TEMPORARY ? EX_TEMPFAIL : EX_UNAVAILABLE;
    case FAULT_BAD_MAIL:
        return EX_DATAERR;
    case FAULT_INTERNAL:
        return EX_SOFTWARE;
    default:
        return EX_UNAVAILABLE;
    }
}

int run_ledger_exit(enum ledger_result result)
{
    switch (result) {
    case LEDGER_OK:
    case LEDGER_NONE:
    case LEDGER_ALREADY:
        return EX_OK;
    case LEDGER_BUSY:
        return EX_TEMPFAIL;
    default:
        return EX_IOERR;
    }
}

bool run_wants(const struct run *run, const struct account *account)
{
    return !run->only_account || strcmp(run->only_account, account->name) == 0;
}
