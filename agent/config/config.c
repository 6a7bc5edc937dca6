/* SPDX-License-Identifier: ISC */
/*
 * accounts.yaml and what it includes as one configuration: the files, the accounts in them, and
 * what must hold between keys and between accounts.  Opens no mailbox and asks for no password.
 */
#include "agent/config/account.h"

#include "agent/config/include.h"
#include "agent/config/keys.h"
#include "agent/config/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 64 * 1024 * 1024 };

static bool read_top(struct config *config, const struct key_reader *reader,
                     const struct yaml_node *root)
{
    if (root->kind != YAML_MAP)
        return yaml_fault(reader->fault, root, "a map of keys belongs here; write 'accounts:'");
    if (!keys_read(reader, &config_keys, root, config))
        return false;
    if (config->workers_min > config->workers_max) {
        const struct yaml_node *workers = yaml_get(root, "workers");
        const struct yaml_node *min = yaml_get(workers, "min");
        return yaml_fault(reader->fault, min ? min : yaml_get(workers, "max"),
                          "workers: min is more than max; write min: %llu or less",
                          (unsigned long long)config->workers_max);
    }
    if (!config->state)
        config->state = paths_state(reader->arena);
    if (!config->state && errno == ENOMEM)
        return keys_memory(reader, NULL);
    if (!config->state)
        return fault_set(reader->fault, FAULT_CONFIG, NULL,
                         "%s: there is no home directory to keep the state in; write state: DIR",
                         config->file);
    return true;
}

static bool check_account(const struct account *account, const struct yaml_node *node,
                          struct fault *fault)
{
    const struct yaml_node *replies = yaml_get(node, "replies");
    if (account->replies.part <= account->replies.max || !replies)
        return true;
    const struct yaml_node *part = yaml_get(replies, "part");
    return yaml_fault(fault, part ? part : yaml_get(replies, "max"),
                      "replies: part is more than max; make max at least as large");
}

/* What stands above all accounts and is each one's own until it says otherwise. */
static bool inherit(const struct config *config, const struct key_reader *reader,
                    struct account *account)
{
    if (*account->sent_folder &&
        !endpoint_default(reader, &account->mailbox, "sent_folder", account->sent_folder))
        return false;
    return !config->mail_proxy ||
           (endpoint_default(reader, &account->mailbox, "proxy", config->mail_proxy) &&
            endpoint_default(reader, &account->submission, "proxy", config->mail_proxy));
}

static bool same_text(const char *a, const char *b)
{
    return span_equal_nocase(span_of(a), span_of(b));
}

static bool answers_to(const struct account *account, const char *address)
{
    if (same_text(account->address, address))
        return true;
    for (size_t i = 0; i < account->aliases.count; i++)
        if (same_text(account->aliases.words[i], address))
            return true;
    return false;
}

static const struct yaml_node *alias_node(const struct yaml_node *node, size_t index)
{
    const struct yaml_node *list = yaml_get(node, "aliases");
    const struct yaml_node *item = list->kind == YAML_LIST ? list->first : list;
    while (index--)
        item = item->next;
    return item;
}

static bool was_called(const struct account *account, const char *name)
{
    for (size_t i = 0; i < account->formerly.count; i++)
        if (same_text(account->formerly.words[i], name))
            return true;
    return false;
}

/* A former name of both; NULL when there is none. */
static const char *shared_name(const struct account *one, const struct account *other)
{
    for (size_t i = 0; i < one->formerly.count; i++)
        if (was_called(other, one->formerly.words[i]))
            return one->formerly.words[i];
    return NULL;
}

/* A name is an account's present one or a former one, not both, and the former one of one only. */
static bool check_former_names(const struct config *config, size_t index,
                               const struct yaml_node *node, struct fault *fault)
{
    const struct account *account = &config->accounts[index];
    for (size_t i = 0; i <= index; i++) {
        const struct account *other = &config->accounts[i];
        if (was_called(account, other->name) || was_called(other, account->name))
            return yaml_fault(fault, yaml_get(node, "name"),
                              "formerly: '%s' is still the name of an account; only names that are "
                              "not in use any more go there",
                              was_called(account, other->name) ? other->name : account->name);
        if (i < index && shared_name(account, other))
            return yaml_fault(
                fault, yaml_get(node, "formerly"),
                "formerly: '%s' stands at account '%s' as well; leave it with the one "
                "that took its place",
                shared_name(account, other), other->name);
    }
    return true;
}

/* Two accounts with one name or address: mail would be answered by chance. */
static bool check_twins(const struct config *config, size_t index, const struct yaml_node *node,
                        struct fault *fault)
{
    const struct account *account = &config->accounts[index];
    for (size_t i = 0; i < index; i++) {
        const struct account *other = &config->accounts[i];
        if (same_text(other->name, account->name))
            return yaml_fault(fault, yaml_get(node, "name"),
                              "name: another account is called '%s'; choose another name",
                              account->name);
        if (answers_to(other, account->address))
            return yaml_fault(fault, yaml_get(node, "address"),
                              "address: %s belongs to account '%s' already; use each once",
                              account->address, other->name);
        for (size_t a = 0; a < account->aliases.count; a++)
            if (answers_to(other, account->aliases.words[a]))
                return yaml_fault(fault, alias_node(node, a),
                                  "aliases: %s belongs to account '%s' already; use each once",
                                  account->aliases.words[a], other->name);
    }
    return true;
}

static bool read_accounts(struct config *config, const struct include_list *list,
                          struct fault *fault)
{
    config->accounts = arena_alloc(config->arena, (list->count + 1) * sizeof *config->accounts);
    if (!config->accounts)
        return fault_set(fault, FAULT_MEMORY, NULL, "not enough memory for the configuration");
    for (const struct include_entry *entry = list->first; entry; entry = entry->next) {
        struct account *account = &config->accounts[config->account_count];
        struct key_reader reader = {config->arena, entry->directory, fault};
        if (entry->node->kind != YAML_MAP)
            return yaml_fault(fault, entry->node, "an account is a map; write '- name: web'");
        if (!keys_read(&reader, &account_keys, entry->node, account) ||
            !inherit(config, &reader, account) || !check_account(account, entry->node, fault) ||
            !check_twins(config, config->account_count, entry->node, fault) ||
            !check_former_names(config, config->account_count, entry->node, fault))
            return false;
        config->account_count++;
    }
    return true;
}

static bool read_all(struct config *config, struct fault *fault)
{
    struct include_list list = {0};
    struct key_reader reader = {config->arena, NULL, fault};
    const struct yaml_node *root = include_read(config->arena, config->file, fault);
    if (!root)
        return false;
    reader.directory = paths_directory_of(config->arena, config->file);
    if (!reader.directory)
        return fault_set(fault, errno == ENOMEM ? FAULT_MEMORY : FAULT_CONFIG, NULL,
                         "%s: its directory cannot be read: %s", config->file, strerror(errno));
    if (!read_top(config, &reader, root) || !include_collect(&reader, root, &list) ||
        !read_accounts(config, &list, fault))
        return false;
    if (config->account_count == 0)
        return yaml_fault(fault, root, "no account is configured; add one under accounts:");
    return true;
}

struct config *config_read(const char *file, struct fault *fault)
{
    struct arena *arena = arena_new(ARENA_MAX);
    struct config *config = arena ? arena_alloc(arena, sizeof *config) : NULL;
    if (config) {
        config->arena = arena;
        config->file = arena_copy(arena, file);
    }
    if (!config || !config->file) {
        arena_free(&arena);
        fault_set(fault, FAULT_MEMORY, NULL, "not enough memory for the configuration");
        return NULL;
    }
    if (!read_all(config, fault))
        config_free(&config);
    return config;
}

void config_free(struct config **config)
{
    if (!*config)
        return;
    struct arena *arena = (*config)->arena; /* the configuration itself lies in it */
    arena_free(&arena);
    *config = NULL;
}
