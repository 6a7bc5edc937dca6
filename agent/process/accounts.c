/* SPDX-License-Identifier: ISC */
/* Renamed accounts take over what their old names had; accounts that are gone are told of. */
#include "agent/process/accounts.h"

#include "agent/base/log.h"

#include <string.h>

enum { NAMES_MAX = 1024, NAMES_ARENA_BYTES = 1 << 18 };

enum ledger_result accounts_gone(struct ledger *ledger, const struct config *config,
                                 struct arena *arena, struct accounts_gone *gone_out)
{
    const char *names[NAMES_MAX];
    size_t count;
    *gone_out = (struct accounts_gone){.count = 0};
    enum ledger_result result = ledger_owing(ledger, arena, names, NAMES_MAX, &count);
    for (size_t i = 0; result == LEDGER_OK && i < count && gone_out->count < ACCOUNTS_GONE; i++) {
        if (config_account(config, names[i]))
            continue;
        result = ledger_counts(ledger, names[i], &gone_out->counts[gone_out->count]);
        gone_out->names[gone_out->count++] = names[i];
    }
    return result;
}

static enum ledger_result adopt(struct ledger *ledger, const struct config *config)
{
    enum ledger_result result = LEDGER_OK;
    for (size_t i = 0; i < config->account_count; i++) {
        const struct account *account = &config->accounts[i];
        for (size_t n = 0; n < account->formerly.count && result == LEDGER_OK; n++) {
            result = ledger_rename_account(ledger, account->formerly.words[n], account->name);
            if (result == LEDGER_OK)
                log_line(LOG_INFO, "account %s takes over what account %s had", account->name,
                         account->formerly.words[n]);
            else if (result == LEDGER_NONE)
                result = LEDGER_OK;
        }
    }
    return result;
}

static void tell(const struct accounts_gone *gone, int64_t *held)
{
    for (size_t i = 0; i < gone->count; i++) {
        const struct ledger_counts *counts = &gone->counts[i];
        int64_t mails = counts->claimed + counts->taken;
        int64_t replies = counts->ready + counts->submitting + counts->in_doubt;
        *held += mails + replies;
        if (mails + replies == 0)
            continue;
        log_line(LOG_WARNING,
                 "account %s is not configured any more, and %lld of its mails and %lld of its "
                 "replies wait; configure it again, write 'formerly: %s' to the account that took "
                 "its place, or give them up with: www4mail forget %s",
                 gone->names[i], (long long)mails, (long long)replies, gone->names[i],
                 gone->names[i]);
    }
}

static enum ledger_result reconcile(struct ledger *ledger, const struct config *config,
                                    struct arena *arena, int64_t *held)
{
    struct accounts_gone gone;
    enum ledger_result result = ledger_mend_times(ledger);
    if (result == LEDGER_OK || result == LEDGER_NONE)
        result = adopt(ledger, config);
    if (result == LEDGER_OK)
        result = accounts_gone(ledger, config, arena, &gone);
    if (result == LEDGER_OK)
        tell(&gone, held);
    return result;
}

int accounts_reconcile(const struct run *run, int64_t *held_out)
{
    struct ledger *ledger = NULL;
    struct fault fault = FAULT_INIT;
    *held_out = 0;
    struct arena *arena = arena_new(NAMES_ARENA_BYTES);
    enum ledger_result result = arena ? ledger_open(run->state, &ledger, &fault) : LEDGER_ERROR;
    if (result == LEDGER_OK)
        result = reconcile(ledger, run->config, arena, held_out);
    if (fault_is_set(&fault))
        log_fault(LOG_ERROR, "ledger", &fault);
    else if (ledger && result != LEDGER_OK)
        log_fault(LOG_ERROR, "ledger", ledger_fault(ledger));
    fault_clear(&fault);
    ledger_close(&ledger);
    arena_free(&arena);
    return run_ledger_exit(result);
}
