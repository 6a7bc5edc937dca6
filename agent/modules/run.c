/* SPDX-License-Identifier: ISC */
/* Going through the modules of a stage. */
#include "agent/modules/run.h"

#include "agent/base/clock.h"

#include <stdio.h>

void crumb_set(struct crumb *crumb, const char *stage, const char *module)
{
    if (!crumb)
        return;
    snprintf(crumb->stage, sizeof crumb->stage, "%s", stage);
    snprintf(crumb->module, sizeof crumb->module, "%s", module);
}

void crumb_limit(struct crumb *crumb, int64_t ms)
{
    if (crumb)
        crumb->must_end_ms = ms ? clock_monotonic_ms() + ms : 0;
}

void crumb_reading(struct crumb *crumb, const char *name)
{
    if (crumb)
        snprintf(crumb->reading, sizeof crumb->reading, "%s", name);
}

static enum module_result use_one(const struct block *block, enum stage_id stage,
                                  struct crumb *crumb, struct call *call, module_use use,
                                  void *context)
{
    const struct www4mail_module *module = loader_open(block, call->fault);
    if (!module)
        return MODULE_FAIL;
    crumb_set(crumb, stages[stage].name, block->name);
    call->module = block->name;
    call->defaults = &block->settings;
    enum module_result result = use(call, module, context);
    crumb_set(crumb, stages[stage].name, "");
    bool silent = result != MODULE_OK && result != MODULE_PASS && result != MODULE_ANSWER;
    if (silent) /* its own fault, if it stated one, came first and stands */
        fault_set(call->fault, FAULT_MODULE, NULL, "module %s failed and did not say why",
                  block->name);
    return result;
}

/* The alternatives of a module that failed; the fault of the first failure is kept if they fail. */
static enum module_result use_alternatives(const struct blocks *blocks, const struct block *failed,
                                           enum stage_id stage, const struct fields *fields,
                                           struct crumb *crumb, struct call *call, module_use use,
                                           void *context)
{
    struct plan plan;
    plan_alternatives(blocks, failed, fields, &plan);
    struct fault *first = call->fault, next = FAULT_INIT;
    enum module_result result = MODULE_FAIL;
    call->fault = &next;
    for (size_t i = 0; i < plan.count && (result == MODULE_FAIL || result == MODULE_PASS); i++) {
        fault_clear(&next);
        result = use_one(plan.blocks[i], stage, crumb, call, use, context);
    }
    call->fault = first;
    if (result == MODULE_OK)
        fault_clear(first);
    fault_clear(&next);
    return result == MODULE_PASS ? MODULE_FAIL : result;
}

enum module_result run_modules(const struct blocks *blocks, enum stage_id stage, const char *role,
                               const struct fields *fields, struct crumb *crumb, struct call *call,
                               module_use use, void *context)
{
    struct plan plan;
    plan_make(blocks, stage, role, fields, &plan);
    for (size_t i = 0; i < plan.count; i++) {
        enum module_result result = use_one(plan.blocks[i], stage, crumb, call, use, context);
        if (result == MODULE_FAIL)
            return use_alternatives(blocks, plan.blocks[i], stage, fields, crumb, call, use,
                                    context);
        if (result != MODULE_PASS)
            return result;
    }
    return MODULE_PASS;
}

void run_unload(const struct blocks *blocks)
{
    for (size_t i = 0; i < blocks->count; i++)
        loader_done(&blocks->blocks[i]);
}

enum module_result run_all_modules(const struct blocks *blocks, enum stage_id stage,
                                   const char *role, const struct fields *fields,
                                   struct crumb *crumb, struct call *call, module_use use,
                                   void *context)
{
    struct plan plan;
    plan_make(blocks, stage, role, fields, &plan);
    for (size_t i = 0; i < plan.count; i++) {
        enum module_result result = use_one(plan.blocks[i], stage, crumb, call, use, context);
        if (result != MODULE_OK && result != MODULE_PASS)
            return result;
    }
    return MODULE_OK;
}
