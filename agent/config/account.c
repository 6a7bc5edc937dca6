/* SPDX-License-Identifier: ISC */
/* Looking things up in a configuration that has been read.  Checks and changes nothing. */
#include "agent/config/account.h"

#include <string.h>

const char *settings_get(const struct settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->settings[i].key, key) == 0)
            return settings->settings[i].value;
    return NULL;
}

const struct account *config_account(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->account_count; i++)
        if (strcmp(config->accounts[i].name, name) == 0)
            return &config->accounts[i];
    return NULL;
}
