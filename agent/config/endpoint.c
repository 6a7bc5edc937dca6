/* SPDX-License-Identifier: ISC */
/*
 * mailbox: and submission:.  The kind says which module serves it; where its password is asked for
 * is the agent's own matter; all other keys are that module's settings and are checked against its
 * block later (agent/modules/plan.h).
 */
#include "agent/config/keys.h"
#include "agent/config/value.h"

#include <string.h>

enum { DEFAULTS_MAX = 2 }; /* endpoint_default: proxy, sent_folder */

struct endpoint_reader {
    const struct key_reader *reader;
    const struct key *key;
    struct endpoint *endpoint;
    void *base;
};

static bool read_kind(const struct endpoint_reader *self, const struct yaml_node *node)
{
    struct endpoint *endpoint = self->endpoint;
    endpoint->line = node->line;
    endpoint->column = node->column;
    return value_text(node, "kind", &endpoint->kind, self->reader->fault);
}

/* Remembers which of the three ways to a password is taken; two would be one too many. */
static bool note_secret(const struct endpoint_reader *self, const struct yaml_node *node)
{
    static const char *const keys[] = {"password_command", "password_file", "credential"};
    struct secret_source *secret = &self->endpoint->secret;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(node->key, keys[i]) != 0)
            continue;
        if (secret->key)
            return yaml_fault_key(self->reader->fault, node, "%s.%s: %s is here too; keep one",
                                  self->key->path, node->key, secret->key);
        secret->key = keys[i];
        secret->line = node->key_line;
        secret->column = node->key_column;
    }
    return true;
}

static bool read_entry(const struct endpoint_reader *self, const struct yaml_node *node)
{
    const struct key_reader *reader = self->reader;
    if (strcmp(node->key, "kind") == 0)
        return read_kind(self, node);
    const char *path = arena_printf(reader->arena, "%s.%s", self->key->path, node->key);
    if (!keys_memory(reader, path) || !note_secret(self, node))
        return false;
    for (size_t i = 0; i < account_keys.count; i++)
        if (strcmp(account_keys.keys[i].path, path) == 0)
            return keys_read_value(reader, &account_keys.keys[i], node, self->base);
    return settings_read(reader, node, self->key->path, &self->endpoint->settings);
}

bool endpoint_read(const struct key_reader *reader, const struct key *key,
                   const struct yaml_node *node, void *base)
{
    struct endpoint *endpoint = (struct endpoint *)((char *)base + key->offset);
    struct endpoint_reader self = {reader, key, endpoint, base};
    if (node->kind != YAML_MAP)
        return yaml_fault(reader->fault, node, "%s: is a map; write %s", key->path, key->required);
    endpoint->file = node->file;
    endpoint->settings.settings =
        arena_alloc(reader->arena, (SETTINGS_MAX + DEFAULTS_MAX) * sizeof(struct setting));
    if (!keys_memory(reader, endpoint->settings.settings))
        return false;
    for (const struct yaml_node *child = node->first; child; child = child->next)
        if (!read_entry(&self, child))
            return false;
    if (!endpoint->kind)
        return yaml_fault(reader->fault, node, "%s: has no kind; write %s", key->path,
                          key->required);
    return true;
}

bool endpoint_default(const struct key_reader *reader, struct endpoint *endpoint, const char *key,
                      const char *value)
{
    struct settings *settings = &endpoint->settings;
    if (settings_get(settings, key))
        return true;
    if (settings->count >= SETTINGS_MAX + DEFAULTS_MAX)
        return keys_memory(reader, NULL);
    settings->settings[settings->count++] = (struct setting){.key = key, .value = value};
    return true;
}
