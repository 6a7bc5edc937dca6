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

static bool check_endpoint(const struct check *check)
{
    bool served = false;
    for (size_t b = 0; b < check->blocks->count && !served; b++)
        served = serves(check, &check->blocks->blocks[b]);
    if (!served)
        return refuse_kind(check);
    for (size_t s = 0; s < check->endpoint->settings.count; s++)
        if (!check_setting(check, &check->endpoint->settings.settings[s]))
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
    for (size_t i = 0; i < config->account_count; i++)
        if (!check_account(blocks, &config->accounts[i], fault))
            return false;
    return true;
}
