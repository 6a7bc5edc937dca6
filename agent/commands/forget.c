/* SPDX-License-Identifier: ISC */
/* forget: gives up what an account that is not configured any more still has waiting. */
#include "agent/commands/commands.h"

#include "agent/base/log.h"
#include "agent/commands/house.h"

#include <stdio.h>
#include <sysexits.h>

static int forget(const struct house *house, const char *name)
{
    struct ledger *ledger = NULL;
    struct fault fault = FAULT_INIT;
    int64_t jobs = 0;
    enum ledger_result result = ledger_open(house->state, &ledger, &fault);
    if (result == LEDGER_OK)
        result = ledger_forget_account(ledger, name, &jobs);
    if (result == LEDGER_OK)
        printf("%lld mails of account %s are given up\n", (long long)jobs, name);
    else
        log_fault(LOG_ERROR, "ledger", ledger ? ledger_fault(ledger) : &fault);
    fault_clear(&fault);
    ledger_close(&ledger);
    return run_ledger_exit(result);
}

int command_forget(const struct options *options)
{
    struct house house;
    int code = house_open(options, true, &house);
    if (code == EX_OK && config_account(house.config, options->gone)) {
        log_line(LOG_ERROR,
                 "account %s is configured, and its mails will be answered; take it out of the "
                 "configuration first",
                 options->gone);
        code = EX_USAGE;
    }
    if (code == EX_OK)
        code = forget(&house, options->gone);
    house_close(&house);
    return code;
}
