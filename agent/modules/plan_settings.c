/* SPDX-License-Identifier: ISC */
/* Checks what accounts.yaml hands to modules against their blocks.  A module itself judges only
 * the values. */
#include "agent/modules/plan.h"

#include "agent/base/buffer.h"
#include "agent/config/nearest.h"
#include "agent/config/yaml.h"

#include <string.h>

/* One endpoint of one account, and where its modules are found. */
struct check {
    const struct blocks *blocks;
    const struct endpoint *endpoint;
    const char *key; /* "mailbox" */
    enum stage_id stage;
    enum field kind_field;
    struct fields fields;
    struct fault *fault;
};

static bool serves(const struct check *check, const struct block *block)
{
    if (!block->stage || block->stage->id != check->stage ||
        strcmp(block->role, stages[check->stage].role) != 0)
        return false;
    for (size_t i = 0; i < block->when_count; i++)
        if (!when_holds(&block->when[i], &check->fields))
            return false;
    return true;
}

/* The place of a fault: a file's, or none when the account came from no file. */
static struct yaml_node place(const struct check *check, unsigned line, unsigned column)
{
    const char *file = check->endpoint->file;
    return (struct yaml_node){.file = file ? file : "(no file)", .line = line, .column = column};
}

/* The kinds that blocks test for, "maildir, mbox". */
static void list_kinds(const struct check *check, struct buffer *list, struct nearest *nearest)
{
    for (size_t b = 0; b < check->blocks->count; b++) {
        const struct block *block = &check->blocks->blocks[b];
        if (!block->stage || block->stage->id != check->stage)
            continue;
        for (size_t w = 0; w < block->when_count; w++) {
            const struct when *when = &block->when[w];
            if (when->field != check->kind_field || !when->words)
                continue;
            for (const char **word = when->words; *word; word++) {
                buffer_printf(list, "%s%s", list->len ? ", " : "", *word);
                nearest_offer(nearest, *word);
            }
        }
    }
}

static bool refuse_kind(const struct check *check)
{
    const struct endpoint *endpoint = check->endpoint;
    struct yaml_node node = place(check, endpoint->line, endpoint->column);
    struct nearest nearest = nearest_to(endpoint->kind);
    struct buffer list;
    buffer_init(&list, 512);
    list_kinds(check, &list, &nearest);
    if (nearest.word)
        yaml_fault(check->fault, &node, "%s: no module is there for kind '%s'; did you mean '%s'?",
                   check->key, endpoint->kind, nearest.word);
    else
        yaml_fault(check->fault, &node, "%s: no module is there for kind '%s'; %s%s", check->key,
                   endpoint->kind, list.len ? "there are: " : "",
                   list.len ? list.at : "look at modules: {dir: ...}");
    buffer_free(&list);
    return false;
}

static bool check_setting(const struct check *check, const struct setting *setting)
{
    struct nearest nearest = nearest_to(setting->key);
    for (size_t b = 0; b < check->blocks->count; b++) {
        const struct block *block = &check->blocks->blocks[b];
        if (!serves(check, block))
            continue;
        for (size_t s = 0; s < block->settings.count; s++) {
            const char *known = block->settings.settings[s].key;
            if (strcmp(known, setting->key) == 0)
                return true;
            nearest_offer(&nearest, known);
        }
    }
    struct yaml_node node = place(check, setting->line, setting->column);
    if (nearest.word)
        return yaml_fault(check->fault, &node,
                          "unknown key '%s' in %s of kind %s; did you mean "
                          "'%s'?",
                          setting->key, check->key, check->endpoint->kind, nearest.word);
    return yaml_fault(check->fault, &node, "unknown key '%s' in %s of kind %s; leave it out",
                      setting->key, check->key, check->endpoint->kind);
}

/* What the modules of this endpoint are given for a key; NULL when none of them knows it. */
static const char *effective(const struct check *check, const char *key)
{
    for (size_t b = 0; b < check->blocks->count; b++) {
        const struct block *block = &check->blocks->blocks[b];
        const char *standard = serves(check, block) ? settings_get(&block->settings, key) : NULL;
        const char *written = settings_get(&check->endpoint->settings, key);
        if (standard)
            return written ? written : standard;
    }
    return NULL;
}

/* A kind that knows a `user` signs in; then it needs a password, and else it has no use for one. */
static bool check_secret(const struct check *check)
{
    const struct endpoint *endpoint = check->endpoint;
    const struct secret_source *secret = &endpoint->secret;
    const char *user = effective(check, "user");
    struct yaml_node kind = place(check, endpoint->line, endpoint->column);
    struct yaml_node key = place(check, secret->line, secret->column);
    if (user && *user && !secret->key)
        return yaml_fault(check->fault, &kind,
                          "%s: '%s' signs in with a password, and none is named; write "
                          "password_command: [program, argument], password_file: PATH or "
                          "credential: NAME",
                          check->key, user);
    if (secret->key && !user)
        return yaml_fault(check->fault, &key, "%s: kind %s signs in nowhere; leave %s out",
                          check->key, endpoint->kind, secret->key);
    if (secret->key && !*user)
        return yaml_fault(check->fault, &key,
                          "%s: there is a %s but no user; write user: NAME, or leave it out",
                          check->key, secret->key);
    return true;
}

static bool check_endpoint(const struct check *check)
{
    bool served = false;
    for (size_t b = 0; b < check->blocks->count && !served; b++)
        served = serves(check, &check->blocks->blocks[b]);
    if (!served)
        return refuse_kind(check);
    for (size_t s = 0; s < check->endpoint->settings.count; s++)
        if (check->endpoint->settings.settings[s].line != 0 && /* nobody wrote a default */
            !check_setting(check, &check->endpoint->settings.settings[s]))
            return false;
    return check_secret(check);
}

/* ---- modules: settings of a module whoever uses it ---- */

static bool check_module_setting(const struct module_settings *module, const struct block *block,
                                 const struct setting *setting, struct fault *fault)
{
    const struct yaml_node node = {
        .file = module->file, .line = setting->line, .column = setting->column};
    struct nearest nearest = nearest_to(setting->key);
    for (size_t s = 0; s < block->settings.count; s++) {
        if (strcmp(block->settings.settings[s].key, setting->key) == 0)
            return true;
        nearest_offer(&nearest, block->settings.settings[s].key);
    }
    if (nearest.word)
        return yaml_fault(fault, &node, "unknown key '%s' in modules.%s; did you mean '%s'?",
                          setting->key, module->name, nearest.word);
    return yaml_fault(fault, &node, "unknown key '%s' in modules.%s; leave it out", setting->key,
                      module->name);
}

static bool check_module(const struct blocks *blocks, const struct module_settings *module,
                         struct fault *fault)
{
    const struct yaml_node node = {
        .file = module->file, .line = module->line, .column = module->column};
    const struct block *block = blocks_find(blocks, module->name);
    struct nearest nearest = nearest_to(module->name);
    for (size_t b = 0; b < blocks->count; b++)
        nearest_offer(&nearest, blocks->blocks[b].name);
    if (!block && nearest.word)
        return yaml_fault(fault, &node, "modules: no module is called '%s'; did you mean '%s'?",
                          module->name, nearest.word);
    if (!block)
        return yaml_fault(fault, &node,
                          "modules: no module is called '%s'; www4mail modules lists them",
                          module->name);
    for (size_t s = 0; s < module->settings.count; s++)
        if (!check_module_setting(module, block, &module->settings.settings[s], fault))
            return false;
    return true;
}

static bool check_account(const struct blocks *blocks, const struct account *account,
                          struct fault *fault)
{
    struct check mailbox = {.blocks = blocks,
                            .endpoint = &account->mailbox,
                            .key = "mailbox",
                            .stage = STAGE_LIREADMAIL,
                            .kind_field = FIELD_MAILBOX_KIND,
                            .fault = fault};
    mailbox.fields.values[FIELD_ACCOUNT_NAME] = account->name;
    mailbox.fields.values[FIELD_MAILBOX_KIND] = account->mailbox.kind;
    mailbox.fields.values[FIELD_SUBMISSION_KIND] = account->submission.kind;
    struct check submission = mailbox;
    submission.endpoint = &account->submission;
    submission.key = "submission";
    submission.stage = STAGE_SUBMIT;
    submission.kind_field = FIELD_SUBMISSION_KIND;
    return check_endpoint(&mailbox) && check_endpoint(&submission);
}

bool plan_check_settings(const struct blocks *blocks, const struct config *config,
                         struct fault *fault)
{
    for (size_t i = 0; i < config->module_count; i++)
        if (!check_module(blocks, &config->modules[i], fault))
            return false;
    for (size_t i = 0; i < config->account_count; i++)
        if (!check_account(blocks, &config->accounts[i], fault))
            return false;
    return true;
}

void plan_apply_settings(struct blocks *blocks, const struct config *config)
{
    for (size_t b = 0; b < blocks->count; b++) {
        struct settings *settings = &blocks->blocks[b].settings;
        for (size_t i = 0; i < config->module_count; i++) {
            if (strcmp(config->modules[i].name, blocks->blocks[b].name) != 0)
                continue;
            for (size_t s = 0; s < settings->count; s++) {
                struct setting *setting = &settings->settings[s];
                const char *value = settings_get(&config->modules[i].settings, setting->key);
                if (value)
                    setting->value = value;
            }
        }
    }
}
