/* SPDX-License-Identifier: ISC */
/* check-config: reads everything that a run would read, and says so. */
#include "agent/commands/commands.h"

#include "agent/commands/house.h"

#include <stdio.h>
#include <sysexits.h>

int command_check_config(const struct options *options)
{
    struct house house;
    int code = house_open(options, true, &house);
    if (code == EX_OK)
        code = house_check_kernel(&house);
    if (code == EX_OK) {
        printf("%s: ok, %zu account%s, %zu modules, state in %s\n", house.config->file,
               house.config->account_count, house.config->account_count == 1 ? "" : "s",
               house.blocks.count, house.state);
        for (size_t i = 0; i < house.config->account_count; i++) {
            const struct account *account = &house.config->accounts[i];
            printf("  %s: %s, mailbox %s, submission %s, %zu allowed sender%s\n", account->name,
                   account->address, account->mailbox.kind, account->submission.kind,
                   account->senders.allow.count, account->senders.allow.count == 1 ? "" : "s");
        }
    }
    if (code == EX_OK && options->online)
        code = doctor_examine(options, &house);
    house_close(&house);
    return code;
}
