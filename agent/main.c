/* SPDX-License-Identifier: ISC */
/* Options and exit codes, nothing else. */
#include "agent/commands/commands.h"

#include <fcntl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

/* A closed standard descriptor would be given to the next file or socket that is opened. */
static bool have_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    return fd >= 0 && close(fd) == 0;
}

static int run(const struct options *options)
{
    switch (options->command) {
    case COMMAND_HELP:
        options_help();
        return EX_OK;
    case COMMAND_VERSION:
        puts("www4mail " VERSION);
        return EX_OK;
    case COMMAND_CHECK_CONFIG:
        return command_check_config(options);
    case COMMAND_DOCTOR:
        return command_doctor(options);
    case COMMAND_RENDER:
        return command_render(options);
    case COMMAND_STATUS:
        return command_status(options);
    case COMMAND_JOBS:
        return command_jobs(options);
    case COMMAND_MODULES:
        return command_modules(options);
    case COMMAND_STAGES:
        return command_stages(options);
    case COMMAND_FORGET:
        return command_forget(options);
    case COMMAND_IN_DOUBT:
        return command_in_doubt(options);
    default:
        return command_serve(options);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    if (!have_standard_descriptors()) {
        perror("www4mail: /dev/null cannot be opened");
        return EX_OSERR;
    }
    setlocale(LC_CTYPE, "");
    int code = options_read(argc, argv, &options);
    if (code != EX_OK)
        return code;
    code = run(&options);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    perror("www4mail: standard output");
    return code == EX_OK ? EX_IOERR : code;
}
