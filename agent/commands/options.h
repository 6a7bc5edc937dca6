/* SPDX-License-Identifier: ISC */
/* options: the command line, understood.  www4mail(1) is the manual. */
#ifndef WWW4MAIL_AGENT_COMMANDS_OPTIONS_H
#define WWW4MAIL_AGENT_COMMANDS_OPTIONS_H

#include <stdbool.h>

enum command {
    COMMAND_NONE,
    COMMAND_ONCE,
    COMMAND_DAEMON,
    COMMAND_STDIN,
    COMMAND_CHECK_CONFIG,
    COMMAND_DOCTOR,
    COMMAND_RENDER,
    COMMAND_STATUS,
    COMMAND_JOBS,
    COMMAND_MODULES,
    COMMAND_STAGES,
    COMMAND_FORGET,
    COMMAND_IN_DOUBT,
    COMMAND_HELP,
    COMMAND_VERSION
};

struct options {
    enum command command;
    const char *config;  /* -c */
    const char *account; /* -a */
    const char *gone;    /* forget: an account that is not configured any more */
    struct {
        const char *verb; /* in-doubt: list, resend, accept, give-up; NULL: list */
        const char *part; /* its number */
    } doubt;
    const char *modules; /* --modules */
    const char *state;   /* --state */
    const char *dry_run; /* --dry-run: a folder */
    int verbose;         /* -v, twice for detail */
    bool single;         /* -1 */
    bool submit;         /* --submit */
    bool json;           /* --json */
    bool online;         /* --online */
    struct {
        const char *as, *url, *type, *charset, *file, *mailto;
        unsigned width; /* columns; 0: as is usual for what is asked */
        bool blind;     /* --blind */
    } render;
};

/* EX_OK, or EX_USAGE when the line was wrong (said on standard error). */
int options_read(int argc, char **argv, struct options *options_out);

void options_help(void);

#endif
