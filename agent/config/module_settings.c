/* SPDX-License-Identifier: ISC */
/*
 * Settings for modules as they are written: of one endpoint, or below modules: by the module's
 * name.  A map such as `done: {flag: S}` becomes done.flag.  Whether a module knows the key is
 * checked later, against its block (agent/modules/plan.h).
 */
#include "agent/config/keys.h"
#include "agent/config/paths.h"
#include "agent/config/value.h"

#include <string.h>

/* Settings whose values are names of files, whichever module has them. */
static bool is_file_name(const char *key)
{
    return strcmp(key, "path") == 0 || strcmp(key, "ca_file") == 0;
}

static bool read_value(const struct key_reader *reader, const struct yaml_node *node,
                       const char *name, const char *what, const char **value_out)
{
    /* As everywhere, a proxy's password does not stand in the file; "" is none at all. */
    if (strcmp(name, "proxy") == 0 && node->kind == YAML_SCALAR && node->text[0]) {
        const struct key key = {.path = what, .type = KEY_MAIL_PROXY};
        return keys_read_value(reader, &key, node, value_out);
    }
    if (!value_line(node, what, value_out, reader->fault))
        return false;
    if (strcmp(name, "path") == 0 && !value_text(node, what, value_out, reader->fault))
        return false;
    if (is_file_name(name) && **value_out)
        *value_out = paths_expand(reader->arena, reader->directory, *value_out);
    return keys_memory(reader, *value_out);
}

static bool add_setting(const struct key_reader *reader, const struct yaml_node *node,
                        const char *name, const char *where, struct settings *settings)
{
    const char *what = arena_printf(reader->arena, "%s.%s", where, name);
    const char *value;
    if (!keys_memory(reader, what) || !read_value(reader, node, name, what, &value))
        return false;
    if (settings->count == SETTINGS_MAX)
        return yaml_fault_key(reader->fault, node, "%s: more than %d settings; leave some out",
                              where, SETTINGS_MAX);
    if (settings_get(settings, name))
        return yaml_fault_key(reader->fault, node, "%s is here twice; keep one", what);
    settings->settings[settings->count++] =
        (struct setting){name, value, node->key_line, node->key_column};
    return true;
}

bool settings_read(const struct key_reader *reader, const struct yaml_node *node, const char *what,
                   struct settings *settings)
{
    if (node->kind != YAML_MAP)
        return add_setting(reader, node, node->key, what, settings);
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        const char *name = arena_printf(reader->arena, "%s.%s", node->key, child->key);
        if (!keys_memory(reader, name) || !add_setting(reader, child, name, what, settings))
            return false;
    }
    return true;
}

static bool read_module(const struct key_reader *reader, const struct yaml_node *node,
                        struct module_settings *module)
{
    *module = (struct module_settings){
        .name = node->key, .file = node->file, .line = node->key_line, .column = node->key_column};
    module->settings.settings = arena_alloc(reader->arena, SETTINGS_MAX * sizeof(struct setting));
    const char *what = arena_printf(reader->arena, "modules.%s", node->key);
    if (!keys_memory(reader, module->settings.settings) || !keys_memory(reader, what))
        return false;
    if (yaml_is_empty(node))
        return true;
    if (node->kind != YAML_MAP)
        return yaml_fault_key(
            reader->fault, node,
            "%s: is neither dir nor a module's settings; write dir: DIRECTORY, or "
            "the name of a module and its settings as {key: value}",
            what);
    for (const struct yaml_node *child = node->first; child; child = child->next)
        if (!settings_read(reader, child, what, &module->settings))
            return false;
    return true;
}

static const struct key *directory_key(void)
{
    for (size_t i = 0; i < config_keys.count; i++)
        if (strcmp(config_keys.keys[i].path, "modules.dir") == 0)
            return &config_keys.keys[i];
    return NULL;
}

bool module_settings_read(const struct key_reader *reader, const struct yaml_node *node,
                          struct config *config)
{
    size_t count = 0;
    if (yaml_is_empty(node))
        return true;
    if (node->kind != YAML_MAP)
        return yaml_fault(reader->fault, node,
                          "modules: a map of keys belongs here; write dir: "
                          "DIRECTORY");
    for (const struct yaml_node *child = node->first; child; child = child->next)
        count++;
    config->modules = arena_alloc(reader->arena, (count + 1) * sizeof *config->modules);
    if (!keys_memory(reader, config->modules))
        return false;
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        bool read = strcmp(child->key, "dir") == 0
                        ? keys_read_value(reader, directory_key(), child, config)
                        : read_module(reader, child, &config->modules[config->module_count++]);
        if (!read)
            return false;
    }
    return true;
}
