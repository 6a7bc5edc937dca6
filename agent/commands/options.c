/* SPDX-License-Identifier: ISC */
/* getopt_long over the options, and one word for the command. */
#include "agent/commands/options.h"

#include "agent/base/span.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { WIDTH_MIN = 20, WIDTH_MAX = 1000 };

enum long_only {
    OPT_ONCE = 256,
    OPT_DAEMON,
    OPT_STDIN,
    OPT_SUBMIT,
    OPT_DRY_RUN,
    OPT_MODULES,
    OPT_STATE,
    OPT_JSON,
    OPT_ONLINE,
    OPT_VERSION,
    OPT_AS,
    OPT_WIDTH,
    OPT_URL,
    OPT_TYPE,
    OPT_CHARSET,
    OPT_MAILTO,
    OPT_BLIND
};

static const struct option long_options[] = {
    {"once", no_argument, NULL, OPT_ONCE},
    {"daemon", no_argument, NULL, OPT_DAEMON},
    {"stdin", no_argument, NULL, OPT_STDIN},
    {"submit", no_argument, NULL, OPT_SUBMIT},
    {"dry-run", required_argument, NULL, OPT_DRY_RUN},
    {"config", required_argument, NULL, 'c'},
    {"account", required_argument, NULL, 'a'},
    {"verbose", no_argument, NULL, 'v'},
    {"modules", required_argument, NULL, OPT_MODULES},
    {"state", required_argument, NULL, OPT_STATE},
    {"json", no_argument, NULL, OPT_JSON},
    {"online", no_argument, NULL, OPT_ONLINE},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {"as", required_argument, NULL, OPT_AS},
    {"width", required_argument, NULL, OPT_WIDTH},
    {"url", required_argument, NULL, OPT_URL},
    {"type", required_argument, NULL, OPT_TYPE},
    {"charset", required_argument, NULL, OPT_CHARSET},
    {"mailto", required_argument, NULL, OPT_MAILTO},
    {"blind", no_argument, NULL, OPT_BLIND},
    {NULL, 0, NULL, 0},
};

static const struct {
    const char *word;
    enum command command;
} commands[] = {
    {"check-config", COMMAND_CHECK_CONFIG},
    {"doctor", COMMAND_DOCTOR},
    {"render", COMMAND_RENDER},
    {"status", COMMAND_STATUS},
    {"jobs", COMMAND_JOBS},
    {"modules", COMMAND_MODULES},
    {"stages", COMMAND_STAGES},
    {"forget", COMMAND_FORGET},
    {"in-doubt", COMMAND_IN_DOUBT},
};

void options_help(void)
{
    puts("usage: www4mail --once | --daemon | --stdin [options]\n"
         "       www4mail check-config | status | jobs | modules | stages [options]\n"
         "       www4mail doctor [ACCOUNT] | forget ACCOUNT\n"
         "       www4mail in-doubt [list | resend N | accept N | give-up N]\n"
         "       www4mail render --as text|html|article|source [options] [FILE]\n"
         "\n"
         "Answers mails that ask for web pages:\n"
         "  --once            serve what waits in every mailbox, then end (for cron)\n"
         "  --daemon          stay and poll\n"
         "  --stdin           one mail from standard input, its reply to standard output\n"
         "  --submit          with --stdin: keep the mail; a later run answers it by mail\n"
         "  --dry-run DIR     with --once: write replies there as .eml, change nothing\n"
         "  -1                with --once: in one process, for debugging\n"
         "  -c, --config FILE   accounts.yaml\n"
         "  -a, --account NAME  this account only\n"
         "  -v, --verbose       a line for each stage; twice: detail\n"
         "  --modules DIR       where the modules are\n"
         "  --state DIR         where the ledger is\n"
         "  --json              with status, jobs, modules, stages\n"
         "  --online            with check-config: sign in everywhere, as doctor does\n"
         "  -h, --help, --version\n"
         "\n"
         "render: --blind, --width N, --url BASE, --type T, --charset C, --mailto ADDRESS\n"
         "Manuals: www4mail(1), accounts.yaml(5), www4mail-commands(7), www4mail-module(3)");
}

static int usage(const char *format, const char *what)
{
    fputs("www4mail: ", stderr);
    fprintf(stderr, "%s%s", format, what);
    fputs("; see www4mail --help\n", stderr);
    return EX_USAGE;
}

static int set_command(struct options *options, enum command command)
{
    if (options->command != COMMAND_NONE && options->command != command)
        return usage("one thing at a time", "");
    options->command = command;
    return EX_OK;
}

static int set_width(struct options *options, const char *text)
{
    uint64_t width = 0;
    if (!span_to_u64(span_of(text), &width) || width < WIDTH_MIN || width > WIDTH_MAX)
        return usage("--width takes a number of columns from 20 to 1000, not ", text);
    options->render.width = (unsigned)width;
    return EX_OK;
}

/* Options that name what to do. */
static int take_command(struct options *options, int option)
{
    switch (option) {
    case OPT_ONCE:
        return set_command(options, COMMAND_ONCE);
    case OPT_DAEMON:
        return set_command(options, COMMAND_DAEMON);
    case OPT_STDIN:
        return set_command(options, COMMAND_STDIN);
    case OPT_VERSION:
        return set_command(options, COMMAND_VERSION);
    case 'h':
        return set_command(options, COMMAND_HELP);
    default:
        return EX_USAGE; /* getopt has said why */
    }
}

/* Options that carry a text. */
static const char **text_of(struct options *options, int option)
{
    switch (option) {
    case 'c':
        return &options->config;
    case 'a':
        return &options->account;
    case OPT_MODULES:
        return &options->modules;
    case OPT_STATE:
        return &options->state;
    case OPT_DRY_RUN:
        return &options->dry_run;
    case OPT_AS:
        return &options->render.as;
    case OPT_URL:
        return &options->render.url;
    case OPT_TYPE:
        return &options->render.type;
    case OPT_CHARSET:
        return &options->render.charset;
    case OPT_MAILTO:
        return &options->render.mailto;
    default:
        return NULL;
    }
}

static int take(struct options *options, int option)
{
    const char **text = text_of(options, option);
    if (text) {
        *text = optarg;
        return EX_OK;
    }
    switch (option) {
    case '1':
        options->single = true;
        return EX_OK;
    case 'v':
        options->verbose++;
        return EX_OK;
    case OPT_SUBMIT:
        options->submit = true;
        return EX_OK;
    case OPT_BLIND:
        options->render.blind = true;
        return EX_OK;
    case OPT_JSON:
        options->json = true;
        return EX_OK;
    case OPT_ONLINE:
        options->online = true;
        return EX_OK;
    case OPT_WIDTH:
        return set_width(options, optarg);
    default:
        return take_command(options, option);
    }
}

static int take_words(struct options *options, int argc, char **argv)
{
    for (; optind < argc; optind++) {
        const char *word = argv[optind];
        bool known = false;
        for (size_t i = 0; i < sizeof commands / sizeof *commands && !known; i++)
            if (strcmp(commands[i].word, word) == 0 && options->command != COMMAND_RENDER) {
                known = true;
                if (set_command(options, commands[i].command) != EX_OK)
                    return EX_USAGE;
            }
        if (!known && options->command == COMMAND_RENDER && !options->render.file)
            options->render.file = word;
        else if (!known && options->command == COMMAND_DOCTOR && !options->account)
            options->account = word;
        else if (!known && options->command == COMMAND_FORGET && !options->gone)
            options->gone = word;
        else if (!known && options->command == COMMAND_IN_DOUBT && !options->doubt.verb)
            options->doubt.verb = word;
        else if (!known && options->command == COMMAND_IN_DOUBT && !options->doubt.part)
            options->doubt.part = word;
        else if (!known)
            return usage("no such command: ", word);
    }
    return EX_OK;
}

/* Options that only go with some command. */
static int check(const struct options *options)
{
    if (options->command == COMMAND_NONE)
        return usage("what is to be done? ", "--once, --daemon, --stdin or a command");
    if (options->command == COMMAND_FORGET && !options->gone)
        return usage("forget takes the name of an account that is not configured any more", "");
    if (options->submit && options->command != COMMAND_STDIN)
        return usage("--submit goes with --stdin", "");
    if (options->dry_run && options->command != COMMAND_ONCE)
        return usage("--dry-run goes with --once", "");
    if (options->online && options->command != COMMAND_CHECK_CONFIG)
        return usage("--online goes with check-config", "");
    if (options->single && options->command != COMMAND_ONCE)
        return usage("-1 goes with --once", "");
    return EX_OK;
}

int options_read(int argc, char **argv, struct options *options_out)
{
    int option;
    *options_out = (struct options){.verbose = 0};
    while ((option = getopt_long(argc, argv, "1c:a:vh", long_options, NULL)) != -1)
        if (take(options_out, option) != EX_OK)
            return option == '?' ? usage("that option is not known, or lacks its value", "")
                                 : EX_USAGE;
    if (take_words(options_out, argc, argv) != EX_OK)
        return EX_USAGE;
    return check(options_out);
}
