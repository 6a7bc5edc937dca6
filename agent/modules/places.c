/* SPDX-License-Identifier: ISC */
/* What the blocks of a process's modules come to as rights. */
#include "agent/modules/places.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

bool places_runs_in(const struct block *block, const char *process)
{
    return block->stage && strcmp(block->stage->process, process) == 0;
}

unsigned places_needs(const struct blocks *blocks, const char *process)
{
    unsigned needs = 0;
    for (size_t i = 0; i < blocks->count; i++)
        if (places_runs_in(&blocks->blocks[i], process))
            needs |= blocks->blocks[i].needs;
    return needs;
}

/* All modules of a directory, with what may lie beside them. */
static void read_objects(struct sandbox_rights *rights, const struct blocks *blocks)
{
    char last[PATH_MAX] = "";
    for (size_t i = 0; i < blocks->count; i++) {
        const char *object = blocks->blocks[i].object, *slash = strrchr(object, '/');
        int len = slash && slash != object ? (int)(slash - object) : 0;
        if (len == 0 || (strncmp(last, object, (size_t)len) == 0 && last[len] == '\0'))
            continue;
        if (snprintf(last, sizeof last, "%.*s", len, object) < (int)sizeof last)
            sandbox_may_read_directory(rights, last);
    }
}

static void read_settings(struct sandbox_rights *rights, const struct settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        if (settings->settings[i].value[0] == '/')
            sandbox_may_read(rights, settings->settings[i].value);
}

void places_of(struct sandbox_rights *rights, const struct blocks *blocks, const char *process)
{
    sandbox_may_read_system(rights);
    read_objects(rights, blocks);
    for (size_t i = 0; i < blocks->count; i++)
        if (places_runs_in(&blocks->blocks[i], process))
            read_settings(rights, &blocks->blocks[i].settings);
}

unsigned places_keeps(unsigned needs)
{
    return (needs & NEEDS_EXEC ? SANDBOX_EXEC : 0) | (needs & NEEDS_FILES ? SANDBOX_ALL_READ : 0) |
           (needs & NEEDS_NET ? SANDBOX_NET : 0);
}
