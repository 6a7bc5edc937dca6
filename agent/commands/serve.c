/* SPDX-License-Identifier: ISC */
/* --once, --daemon, --stdin and their variants: which run is wanted, and on which ledger. */
#include "agent/commands/commands.h"

#include "agent/base/log.h"
#include "agent/commands/house.h"
#include "agent/process/examine.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static int complain(struct fault *fault)
{
    int code = run_exit_code(fault);
    log_line(LOG_ERROR, "%s", fault->operator ? fault->operator : fault_name(fault->code));
    fault_clear(fault);
    return code;
}

/* ---- a ledger that is thrown away ---- */

static bool make_scratch(char path[PATH_MAX])
{
    const char *tmp = getenv("TMPDIR");
    if (snprintf(path, PATH_MAX, "%s/www4mail.XXXXXX", tmp && *tmp ? tmp : P_tmpdir) >= PATH_MAX)
        return false;
    return mkdtemp(path) != NULL;
}

static void remove_scratch(const char *path)
{
    DIR *folder = opendir(path);
    if (folder) {
        struct dirent *entry;
        while ((entry = readdir(folder)))
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                unlinkat(dirfd(folder), entry->d_name, 0);
        closedir(folder);
    }
    rmdir(path);
}

static bool has_ledger(const char *state)
{
    char path[PATH_MAX];
    return snprintf(path, sizeof path, "%s/ledger.db", state) < (int)sizeof path &&
           access(path, F_OK) == 0;
}

/* What stands in a scratch folder, for the signal handler: it may call nothing but unlink. */
static const char *const scratch_files[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm",
                                            "ledger.lock", "key"};
static char scratch_paths[sizeof scratch_files / sizeof *scratch_files][PATH_MAX + 16];
static char scratch_folder[PATH_MAX];

static void leave_nothing(int signal_number)
{
    for (size_t i = 0; i < sizeof scratch_paths / sizeof *scratch_paths; i++)
        unlink(scratch_paths[i]);
    rmdir(scratch_folder);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void clean_up_when_ended(const char *folder)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    snprintf(scratch_folder, sizeof scratch_folder, "%s", folder);
    for (size_t i = 0; i < sizeof scratch_paths / sizeof *scratch_paths; i++)
        snprintf(scratch_paths[i], sizeof scratch_paths[i], "%s/%s", folder, scratch_files[i]);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], leave_nothing);
}

static int rehearse(struct run *run, const char *folder)
{
    char scratch[PATH_MAX];
    const char *real = run->state;
    if (!make_scratch(scratch)) {
        log_line(LOG_ERROR, "cannot make a temporary folder: %s", strerror(errno));
        return EX_CANTCREAT;
    }
    clean_up_when_ended(scratch);
    run->known_state = folder && has_ledger(real) ? real : NULL;
    run->state = scratch;
    int code = single_rehearse(run, folder);
    run->state = real;
    remove_scratch(scratch);
    return code;
}

/* ---- --stdin ---- */

/* The account whose mailbox is, for this run, standard input. */
static int take_stdin(const struct options *options, struct house *house, struct run *run)
{
    struct config *config = house->config;
    struct account *account = &config->accounts[0];
    if (!options->account && config->account_count > 1) {
        log_line(LOG_ERROR, "there are %zu accounts: say which with -a", config->account_count);
        return EX_USAGE;
    }
    for (size_t i = 0; options->account && i < config->account_count; i++)
        if (strcmp(config->accounts[i].name, options->account) == 0)
            account = &config->accounts[i];
    account->mailbox.kind = "stdin";
    account->mailbox.settings = (struct settings){0};
    account->mailbox.secret = (struct secret_source){0};
    run->only_account = account->name;
    run->trusted = !options->submit;
    return options->submit ? single_claim(run) : rehearse(run, NULL);
}

/* ---- all runs ---- */

static int make_folder(const char *folder)
{
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return EX_OK;
    log_line(LOG_ERROR, "%s: %s", folder, strerror(errno));
    return EX_CANTCREAT;
}

static int start(const struct options *options, struct house *house, struct run *run)
{
    if (options->command != COMMAND_STDIN)
        examine_load_trust(run);
    if (options->command == COMMAND_STDIN)
        return take_stdin(options, house, run);
    if (options->dry_run) {
        int code = make_folder(options->dry_run);
        return code == EX_OK ? rehearse(run, options->dry_run) : code;
    }
    return options->single ? single_run(run) : supervisor_run(run);
}

int command_serve(const struct options *options)
{
    struct house house;
    struct fault fault = FAULT_INIT;
    int code = house_open(options, true, &house);
    if (code == EX_OK)
        code = house_check_kernel(&house);
    if (code == EX_OK) {
        struct run run = {.config = house.config,
                          .blocks = &house.blocks,
                          .state = house.state,
                          .only_account = options->account,
                          .daemon = options->command == COMMAND_DAEMON};
        unsigned char key[32];
        if (!ledger_key(house.state, key, &fault)) {
            code = complain(&fault);
        } else {
            log_set_salt(key, sizeof key);
            explicit_bzero(key, sizeof key);
            code = start(options, &house, &run);
        }
    }
    house_close(&house);
    return code;
}
