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

static const char *modules_dir(const struct options *options, const struct house *house)
{
    if (options->modules)
        return options->modules;
    if (house->config && house->config->modules_dir)
        return house->config->modules_dir;
    return MODULES_DIR;
}

static void say_what_is_missing(void)
{
    const char *missing = sandbox_missing();
    if (*missing)
        log_line(LOG_INFO, "this kernel lacks %s: hostile pages are kept apart less well", missing);
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
    say_what_is_missing();
    return EX_OK;
}

void house_close(struct house *house)
{
    config_free(&house->config);
    arena_free(&house->arena);
}
