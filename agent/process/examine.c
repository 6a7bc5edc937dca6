/* SPDX-License-Identifier: ISC */
/* The examinations of an account's two modules, by the same plan, settings and secrets as a run, and
 * each in a process of its own with a mail process's rights. */
#include "agent/process/examine.h"

#include "agent/base/clock.h"
#include "agent/process/examine_child.h"
#include "agent/process/rights.h"
#include "agent/process/secret_keeper.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { EXAMINE_MS = 120000, SLACK_MS = 45000, ARENA_BYTES = 64 << 20, TEXT_BYTES = 1024 };

struct side {
    const struct run *run;
    const struct account *account;
    unsigned char number;
    const struct endpoint *endpoint;
    const char *name, *role;
    enum stage_id stage;
};

static void sides_of(const struct run *run, const struct account *account, struct side sides_out[2])
{
    sides_out[0] =
        (struct side){run, account, 0, &account->mailbox, "mailbox", "mailbox", STAGE_LIREADMAIL};
    sides_out[1] =
        (struct side){run, account, 1, &account->submission, "submission", "sender", STAGE_SUBMIT};
}

/* The module that serves this side; NULL when none does. */
static const struct block *plan_side(const struct blocks *blocks, const struct side *side)
{
    struct plan plan;
    struct fields fields = {{NULL}};
    fields.values[FIELD_ACCOUNT_NAME] = side->account->name;
    fields.values[FIELD_MAILBOX_KIND] = side->account->mailbox.kind;
    fields.values[FIELD_SUBMISSION_KIND] = side->account->submission.kind;
    plan_make(blocks, side->stage, side->role, &fields, &plan);
    return plan.count ? plan.blocks[0] : NULL;
}

/* What the module told, passed on; remembers whether anything is to be changed. */
struct teller {
    const struct examination *to;
    bool complained;
};

static void pass_on(void *context, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void pass_on(void *context, bool ok, const char *format, ...)
{
    struct teller *teller = context;
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    teller->complained = teller->complained || !ok;
    teller->to->say(teller->to->context, ok, "%s", text);
}

static int code_of(const struct teller *teller, const struct fault *fault)
{
    int code = fault_is_set(fault) ? run_exit_code(fault) : EX_OK;
    if (code == EX_NOPERM || code == EX_CONFIG)
        return code;
    return code != EX_OK || teller->complained ? EX_UNAVAILABLE : EX_OK;
}

static enum module_result call_module(const struct side *side, const struct block *block,
                                      struct call *call, struct teller *teller)
{
    const struct examination examination = {pass_on, teller};
    const struct www4mail_module *module = loader_open(block, call->fault);
    enum module_result result = MODULE_PASS;
    if (!module)
        return MODULE_FAIL;
    if (module->mailbox && module->mailbox->examine)
        result = module->mailbox->examine(call, &examination);
    else if (module->sender && module->sender->examine)
        result = module->sender->examine(call, &examination, side->account->address);
    if (result == MODULE_PASS)
        pass_on(teller, true, "module %s has nothing to examine", block->name);
    return result;
}

static int examine_side(const struct side *side, const struct secret_keeper *keeper,
                        const struct examination *examination)
{
    struct fault fault = FAULT_INIT;
    struct secret secret;
    struct teller teller = {examination, false};
    const struct block *block = plan_side(side->run->blocks, side);
    struct call call = {.module = block ? block->name : "agent",
                        .overrides = &side->endpoint->settings,
                        .defaults = block ? &block->settings : NULL,
                        .arena = arena_new(ARENA_BYTES),
                        .fault = &fault,
                        .deadline_ms = clock_monotonic_ms() + EXAMINE_MS};
    secret_init(&secret, &side->endpoint->secret, side->account->name, side->name);
    secret_keeper_serves(keeper, side->number, &secret);
    if (secret.source->key) {
        call.secret = secret_ask;
        call.secret_context = &secret;
    }
    pass_on(&teller, true, "%s: %s of kind %s", side->account->name, side->name,
            side->endpoint->kind);
    if (!block)
        fault_set(&fault, FAULT_CONFIG, NULL, "no module is there for kind '%s'",
                  side->endpoint->kind);
    else if (!call.arena)
        fault_set(&fault, FAULT_MEMORY, NULL, "not enough memory for an examination");
    else
        call_module(side, block, &call, &teller);
    secret_wipe(&secret);
    if (fault_is_set(&fault) && !teller.complained)
        pass_on(&teller, false, "%s", fault.operator ? fault.operator : fault_name(fault.code));
    int code = code_of(&teller, &fault);
    fault_clear(&fault);
    arena_free(&call.arena);
    return code;
}

/* In the child. */
static int examine_apart(void *context, const struct examination *examination)
{
    const struct side *side = context;
    struct secret_keeper keeper;
    struct sandbox_rights rights;
    struct fault fault = FAULT_INIT;
    bool ready = secret_keeper_open(&keeper, side->account, &fault);
    if (ready) {
        rights_of_mail(&rights, side->run, side->account, keeper.pid);
        ready = sandbox_enter(&rights, &fault);
    }
    int code = ready ? examine_side(side, &keeper, examination) : run_exit_code(&fault);
    if (!ready)
        examination->say(examination->context, false, "%s", fault.operator ? fault.operator : "");
    secret_keeper_close(&keeper);
    fault_clear(&fault);
    return code;
}

int examine_account(const struct run *run, const struct account *account,
                    const struct examination *examination)
{
    struct side sides[2];
    int code = EX_OK;
    sides_of(run, account, sides);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        code = run_worse_exit(code, examine_in_child(examine_apart, &sides[i], sides[i].name,
                                                     EXAMINE_MS + SLACK_MS, examination));
    return code;
}

/* A module that knows `ca_file` and is not told to do without TLS verifies certificates. */
static void load_side(const struct run *run, const struct side *side)
{
    const struct block *block = plan_side(run->blocks, side);
    if (!block || !settings_get(&block->settings, "ca_file"))
        return;
    struct fault fault = FAULT_INIT;
    struct call call = {.module = block->name,
                        .overrides = &side->endpoint->settings,
                        .defaults = &block->settings,
                        .fault = &fault};
    const char *tls = www4mail_setting(&call, "tls");
    if (!tls || strcmp(tls, "none") != 0)
        stream_trust_load(www4mail_setting(&call, "ca_file"), &fault);
    fault_clear(&fault);
}

void examine_load_trust(const struct run *run)
{
    for (size_t i = 0; i < run->config->account_count; i++) {
        struct side sides[2];
        if (!run_wants(run, &run->config->accounts[i]))
            continue;
        sides_of(run, &run->config->accounts[i], sides);
        for (size_t s = 0; s < sizeof sides / sizeof *sides; s++)
            load_side(run, &sides[s]);
    }
}
