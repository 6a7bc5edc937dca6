/* SPDX-License-Identifier: ISC */
/*
 * doctor and check-config --online: signs in wherever the account will have to, and prints a line a
 * step.  Reads no mail and sends none.
 */
#include "agent/commands/commands.h"

#include "agent/base/log.h"
#include "agent/base/sandbox.h"
#include "agent/commands/house.h"
#include "agent/process/breaker.h"
#include "agent/process/examine.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

static void print_step(void *context, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void print_step(void *context, bool ok, const char *format, ...)
{
    char text[1024];
    va_list args;
    (void)context;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* It may quote what a server said. */
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            *at = '?';
    printf("%-7s %s\n", ok ? "ok" : "CHANGE", text);
    fflush(stdout);
}

/* Sign-ins that succeeded just now need not be waited for any more. */
static void close_breakers(const struct house *house, const char *account)
{
    char path[PATH_MAX];
    struct ledger *ledger = NULL;
    struct fault fault = FAULT_INIT;
    if (snprintf(path, sizeof path, "%s/ledger.db", house->state) >= (int)sizeof path ||
        access(path, W_OK) != 0)
        return;
    if (ledger_open(house->state, &ledger, &fault) == LEDGER_OK) {
        breaker_clear(ledger, account, BREAKER_MAILBOX);
        breaker_clear(ledger, account, BREAKER_SUBMISSION);
    }
    ledger_close(&ledger);
    fault_clear(&fault);
}

/* What this kernel gives for the sandbox. */
static int examine_kernel(const struct house *house)
{
    const char *missing = sandbox_missing();
    int version = sandbox_landlock_version();
    if (!*missing) {
        print_step(NULL, true, "kernel: seccomp, landlock version %d%s", version,
                   version < 4 ? " (files; it knows TCP ports from version 4 on)" : "");
        return EX_OK;
    }
    bool allowed = house->config->sandbox == SANDBOX_IF_POSSIBLE;
    print_step(NULL, allowed,
               allowed ? "kernel: lacks %s, which sandbox: if_possible allows"
                       : "kernel: lacks %s; start one that has it, or write sandbox: if_possible",
               missing);
    return allowed ? EX_OK : EX_CONFIG;
}

int doctor_examine(const struct options *options, const struct house *house)
{
    const struct examination examination = {print_step, NULL};
    struct run run = {.config = house->config,
                      .blocks = &house->blocks,
                      .state = house->state,
                      .only_account = options->account};
    struct fault fault = FAULT_INIT;
    int code = EX_OK;
    signal(SIGPIPE, SIG_IGN);
    if (!sandbox_private(&fault)) { /* it will hold passwords */
        log_fault(LOG_ERROR, "doctor", &fault);
        fault_clear(&fault);
        return EX_SOFTWARE;
    }
    code = examine_kernel(house);
    examine_load_trust(&run);
    for (size_t i = 0; i < house->config->account_count; i++) {
        const struct account *account = &house->config->accounts[i];
        if (!run_wants(&run, account))
            continue;
        int one = examine_account(&run, account, &examination);
        if (one == EX_OK)
            close_breakers(house, account->name);
        code = run_worse_exit(code, one);
    }
    return code;
}

int command_doctor(const struct options *options)
{
    struct house house;
    int code = house_open(options, true, &house);
    if (code == EX_OK)
        code = doctor_examine(options, &house);
    house_close(&house);
    return code;
}
