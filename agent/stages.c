/* SPDX-License-Identifier: ISC */
/* The stage table, in the order in which a run goes through it. */
#include "agent/stages.h"

#include <string.h>

const struct stage stages[STAGE_COUNT] = {
#define STAGE_ROW(symbol, name, scope, process, role, does)                                        \
    {STAGE_##symbol, name, SCOPE_##scope, process, role, does},
    STAGE_TABLE(STAGE_ROW)
#undef STAGE_ROW
};

const struct stage *stage_by_name(const char *name)
{
    for (size_t i = 0; i < STAGE_COUNT; i++)
        if (strcmp(stages[i].name, name) == 0)
            return &stages[i];
    return NULL;
}

const char *stage_scope_name(enum stage_scope scope)
{
    static const char *const names[] = {"run", "message", "target"};
    return names[scope];
}
