/* SPDX-License-Identifier: ISC */
/*
 * mailbox: and submission:.  The kind says which module serves it; all other keys are that
 * module's settings and are checked against its block later (agent/modules/plan.h).  A map such as
 * `done: {flag: S}` becomes done.flag.
 */
#include "agent/config/keys.h"
#include "agent/config/paths.h"
#include "agent/config/value.h"

#include <string.h>

enum { SETTINGS_MAX = 64 };

struct endpoint_reader {
    const struct key_reader *reader;
    const struct key *key;
    struct endpoint *endpoint;
    void *base;
};

static bool add_setting(const struct endpoint_reader *self, const struct yaml_node *node,
                        const char *name)
{
    const struct key_reader *reader = self->reader;
    struct settings *settings = &self->endpoint->settings;
    const char *what = arena_printf(reader->arena, "%s.%s", self->key->path, name);
    const char *value;
    if (!keys_memory(reader, what) || !value_line(node, what, &value, reader->fault))
        return false;
    if (settings->count == SETTINGS_MAX)
        return yaml_fault_key(reader->fault, node, "%s: more than %d settings; leave some out",
                              self->key->path, SETTINGS_MAX);
    if (settings_get(settings, name))
        return yaml_fault_key(reader->fault, node, "%s is here twice; keep one", what);
    if (strcmp(name, "path") == 0) {
        if (!value_text(node, what, &value, reader->fault))
            return false;
        value = paths_expand(reader->arena, reader->directory, value);
        if (!keys_memory(reader, value))
            return false;
    }
    settings->settings[settings->count++] =
        (struct setting){name, value, node->key_line, node->key_column};
    return true;
}

static bool read_kind(const struct endpoint_reader *self, const struct yaml_node *node)
{
    struct endpoint *endpoint = self->endpoint;
    endpoint->line = node->line;
    endpoint->column = node->column;
    return value_text(node, "kind", &endpoint->kind, self->reader->fault);
}

static bool read_entry(const struct endpoint_reader *self, const struct yaml_node *node)
{
    const struct key_reader *reader = self->reader;
    if (strcmp(node->key, "kind") == 0)
        return read_kind(self, node);
    const char *path = arena_printf(reader->arena, "%s.%s", self->key->path, node->key);
    if (!keys_memory(reader, path))
        return false;
    for (size_t i = 0; i < account_keys.count; i++)
        if (strcmp(account_keys.keys[i].path, path) == 0)
            return keys_read_value(reader, &account_keys.keys[i], node, self->base);
    if (node->kind != YAML_MAP)
        return add_setting(self, node, node->key);
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        const char *name = arena_printf(reader->arena, "%s.%s", node->key, child->key);
        if (!keys_memory(reader, name) || !add_setting(self, child, name))
            return false;
    }
    return true;
}

bool endpoint_read(const struct key_reader *reader, const struct key *key,
                   const struct yaml_node *node, void *base)
{
    struct endpoint *endpoint = (struct endpoint *)((char *)base + key->offset);
    struct endpoint_reader self = {reader, key, endpoint, base};
    if (node->kind != YAML_MAP)
        return yaml_fault(reader->fault, node, "%s: is a map; write %s", key->path, key->required);
    endpoint->file = node->file;
    endpoint->settings.settings = arena_alloc(reader->arena, SETTINGS_MAX * sizeof(struct setting));
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
