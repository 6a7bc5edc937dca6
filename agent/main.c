/* SPDX-License-Identifier: ISC */
/* Options and exit codes, nothing else. */
#include "agent/commands/commands.h"

#include <locale.h>
#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
    struct options options;
    setlocale(LC_CTYPE, "");
    int code = options_read(argc, argv, &options);
    if (code != EX_OK)
        return code;
    switch (options.command) {
    case COMMAND_HELP:
        options_help();
        return EX_OK;
    case COMMAND_VERSION:
        puts("www4mail " VERSION);
        return EX_OK;
    case COMMAND_CHECK_CONFIG:
        return command_check_config(&options);
    case COMMAND_RENDER:
        return command_render(&options);
    case COMMAND_STATUS:
        return command_status(&options);
    case COMMAND_JOBS:
        return command_jobs(&options);
    case COMMAND_MODULES:
        return command_modules(&options);
    case COMMAND_STAGES:
        return command_stages(&options);
    default:
        return command_serve(&options);
    }
}
