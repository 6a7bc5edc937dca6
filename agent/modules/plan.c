/* SPDX-License-Identifier: ISC */
/* Checks the blocks together, then picks those whose tests hold.  Opens no module. */
#include "agent/modules/plan.h"

#include "agent/modules/sort.h"

#include <string.h>

static bool refuse(struct fault *fault, const struct block *block, unsigned line, const char *key,
                   const char *name, const char *what)
{
    return fault_set(fault, FAULT_CONFIG, NULL, "%s:%u:1: %s: '%s' %s", block->path, line, key,
                     name, what);
}

/* A plug-in beside a module shares its stage and role. */
static bool check_attachment(const struct blocks *blocks, struct block *block, struct fault *fault)
{
    if (!block->attached_to || stage_by_name(block->attached_to))
        return true;
    const struct block *host = blocks_find(blocks, block->attached_to);
    if (!host || host == block)
        return refuse(fault, block, block->attach_line, "attach", block->attached_to,
                      "is neither a stage nor another module; name one that is there");
    if (host->attached_to && !stage_by_name(host->attached_to))
        return refuse(fault, block, block->attach_line, "attach", block->attached_to,
                      "is attached to a module itself; attach to that one");
    block->stage = host->stage;
    if (!block->role)
        block->role = host->role;
    if (strcmp(block->role, host->role) != 0)
        return refuse(fault, block, block->attach_line, "attach", block->attached_to,
                      "has another role; change role: or leave it out");
    return true;
}

static bool check_order(const struct blocks *blocks, const struct block *block,
                        const struct words *names, struct fault *fault)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct block *other = blocks_find(blocks, names->words[i]);
        if (!other)
            return refuse(fault, block, block->order_line, "order", names->words[i],
                          "is no module that is there; take it out or add the module");
        if (other->stage != block->stage)
            return refuse(fault, block, block->order_line, "order", names->words[i],
                          "belongs to another stage, whose place is fixed; take it out");
    }
    return true;
}

static bool check_alternatives(const struct blocks *blocks, const struct block *block,
                               struct fault *fault)
{
    for (size_t i = 0; i < block->alternatives.count; i++) {
        const char *name = block->alternatives.words[i];
        const struct block *other = blocks_find(blocks, name);
        if (!other || other == block)
            return refuse(fault, block, block->alternatives_line, "alternatives", name,
                          "is no other module that is there; take it out or add the module");
        if (other->stage != block->stage || strcmp(other->role, block->role) != 0 ||
            other->place != PLACE_WORK)
            return refuse(fault, block, block->alternatives_line, "alternatives", name,
                          "does other work; name a module of the same stage and role");
    }
    return true;
}

static bool check_count(const struct blocks *blocks, const struct block *block, struct fault *fault)
{
    size_t count = 0;
    for (size_t i = 0; i < blocks->count; i++)
        if (blocks->blocks[i].stage == block->stage &&
            strcmp(blocks->blocks[i].role, block->role) == 0)
            count++;
    if (count > PLAN_MAX)
        return fault_set(fault, FAULT_CONFIG, NULL,
                         "%s:1:1: more than %d modules of role %s at stage %s; take some out",
                         block->path, PLAN_MAX, block->role, block->stage->name);
    return true;
}

bool plan_check(struct blocks *blocks, struct fault *fault)
{
    for (size_t i = 0; i < blocks->count; i++)
        if (!check_attachment(blocks, &blocks->blocks[i], fault))
            return false;
    for (size_t i = 0; i < blocks->count; i++) {
        const struct block *block = &blocks->blocks[i];
        if (!check_order(blocks, block, &block->order_before, fault) ||
            !check_order(blocks, block, &block->order_after, fault) ||
            !check_alternatives(blocks, block, fault) || !check_count(blocks, block, fault))
            return false;
    }
    return sort_blocks(blocks, fault);
}

static bool tests_hold(const struct block *block, const struct fields *fields)
{
    for (size_t i = 0; i < block->when_count; i++)
        if (!when_holds(&block->when[i], fields))
            return false;
    return true;
}

static bool does(const struct block *block, enum stage_id stage, const char *role)
{
    return block->stage && block->stage->id == stage && strcmp(block->role, role) == 0;
}

static bool has_word(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->words[i], word) == 0)
            return true;
    return false;
}

static bool stands_behind_another(const struct blocks *blocks, const struct block *block,
                                  const struct fields *fields)
{
    for (size_t i = 0; i < blocks->count; i++)
        if (has_word(&blocks->blocks[i].alternatives, block->name) &&
            tests_hold(&blocks->blocks[i], fields))
            return true;
    return false;
}

static bool is_planned(const struct blocks *blocks, const struct block *block,
                       const struct fields *fields)
{
    if (!tests_hold(block, fields) || stands_behind_another(blocks, block, fields))
        return false;
    const struct block *host = block->attached_to ? blocks_find(blocks, block->attached_to) : NULL;
    if (!host || stage_by_name(block->attached_to))
        return true;
    return tests_hold(host, fields) && !stands_behind_another(blocks, host, fields);
}

void plan_make(const struct blocks *blocks, enum stage_id stage, const char *role,
               const struct fields *fields, struct plan *plan_out)
{
    plan_out->count = 0;
    if (!role)
        role = stages[stage].role;
    for (size_t i = 0; i < blocks->count && plan_out->count < PLAN_MAX; i++) {
        const struct block *block = &blocks->blocks[i];
        if (does(block, stage, role) && is_planned(blocks, block, fields))
            plan_out->blocks[plan_out->count++] = block;
    }
}

void plan_alternatives(const struct blocks *blocks, const struct block *failed,
                       const struct fields *fields, struct plan *plan_out)
{
    plan_out->count = 0;
    for (size_t i = 0; i < failed->alternatives.count && plan_out->count < PLAN_MAX; i++) {
        const struct block *block = blocks_find(blocks, failed->alternatives.words[i]);
        if (block && tests_hold(block, fields))
            plan_out->blocks[plan_out->count++] = block;
    }
}
