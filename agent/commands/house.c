/* SPDX-License-Identifier: ISC */
/* Blocks and configuration, in the order of the stage table. */
#include "agent/commands/house.h"

#include "agent/base/log.h"
#include "agent/base/sandbox.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { HOUSE_ARENA_BYTES = 16 << 20 };

static int complain(struct fault *fault)
{
    int code = run_exit_code(fault);
    log_line(LOG_ERROR, "%s", fault->operator ? fault->operator : fault_name(fault->code));
    fault_clear(fault);
    return code;
}

static bool read_config(const struct options *options, struct house *house, struct fault *fault)
{
    const char *file = options->config ? options->config : config_find(house->arena);
    if (!file)
        return fault_set(fault, FAULT_CONFIG, NULL,
                         "no accounts.yaml found; write one after accounts.yaml.example and name "
                         "it with -c, or put it in ~/.config/www4mail/");
    house->config = config_read(file, fault);
    if (!house->config)
        return false;
    house->state = options->state ? options->state : house->config->state;
    if (options->account && !config_account(house->config, options->account))
        return fault_set(fault, FAULT_CONFIG, NULL, "%s has no account '%s'", file,
                         options->account);
    return true;
}

/* Where `make install` put them, seen from the program, whatever the prefix; in the folder it was
 * built in they lie beside it. */
static const char *find_modules(struct arena *arena)
{
    static const char *const places[] = {"../lib/www4mail/modules", "modules"};
    char program[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len <= 0)
        return MODULES_DIR;
    program[len] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *place = arena_printf(arena, "%s/%s", program, places[i]);
        if (place && access(place, R_OK | X_OK) == 0)
            return place;
    }
    return MODULES_DIR;
}

static const char *modules_dir(const struct options *options, const struct house *house)
{
    if (options->modules)
        return options->modules;
    if (house->config && house->config->modules_dir)
        return house->config->modules_dir;
    return find_modules(house->arena);
}

int house_check_kernel(const struct house *house)
{
    const char *missing = sandbox_missing();
    bool required = house->config && house->config->sandbox == SANDBOX_REQUIRED;
    if (!*missing)
        return EX_OK;
    if (required)
        log_line(LOG_ERROR,
                 "this kernel lacks %s, by which hostile pages and servers are kept apart; start "
                 "one that has it, or write 'sandbox: if_possible' in %s to do without",
                 missing, house->config->file);
    else
        log_line(LOG_WARNING, "this kernel lacks %s: hostile pages are kept apart less well",
                 missing);
    return required ? EX_CONFIG : EX_OK;
}

int house_open(const struct options *options, bool with_config, struct house *house_out)
{
    struct fault fault = FAULT_INIT;
    *house_out = (struct house){.arena = arena_new(HOUSE_ARENA_BYTES), .state = options->state};
    log_set_level((enum log_level)(LOG_WARNING + (options->verbose > 2 ? 2 : options->verbose)));
    if (!house_out->arena)
        return EX_OSERR;
    if ((with_config && !read_config(options, house_out, &fault)) ||
        !blocks_read(house_out->arena, modules_dir(options, house_out), &house_out->blocks,
                     &fault) ||
        !plan_check(&house_out->blocks, &fault) ||
        (with_config && !plan_check_settings(&house_out->blocks, house_out->config, &fault)))
        return complain(&fault);
    if (with_config)
        plan_apply_settings(&house_out->blocks, house_out->config);
    return EX_OK;
}

void house_close(struct house *house)
{
    config_free(&house->config);
    arena_free(&house->arena);
}
