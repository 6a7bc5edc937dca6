/* SPDX-License-Identifier: ISC */
/* Reads maps by a table of keys.  A key that is in no row is refused, with the nearest one that
 * is. */
#include "agent/config/keys.h"

#include "agent/config/nearest.h"
#include "agent/config/value.h"

#include <string.h>

bool keys_memory(const struct key_reader *reader, const void *got)
{
    return got ||
           fault_set(reader->fault, FAULT_MEMORY, NULL, "not enough memory for the configuration");
}

/* A default is read as if it had been written: words of a list stand apart by blanks. */
static const struct yaml_node *standard_node(const struct key_reader *reader, const struct key *key)
{
    struct yaml_node *list = arena_alloc(reader->arena, sizeof *list);
    struct span rest = span_of(key->standard), word;
    if (!list)
        return NULL;
    *list = (struct yaml_node){.kind = YAML_LIST, .file = "default"};
    for (struct yaml_node **end = &list->first; span_next_word(&rest, &word); end = &(*end)->next) {
        *end = arena_alloc(reader->arena, sizeof **end);
        if (!*end)
            return NULL;
        **end = (struct yaml_node){
            .kind = YAML_SCALAR, .text = arena_copy_span(reader->arena, word), .file = "default"};
        if (!(*end)->text)
            return NULL;
    }
    return list;
}

static bool is_list(enum key_type type)
{
    return type == KEY_WORDS || type == KEY_SCHEMES || type == KEY_URLS || type == KEY_PEOPLE ||
           type == KEY_PORTS || type == KEY_NETS || type == KEY_ADDRESSES;
}

static bool set_default(const struct key_reader *reader, const struct key *key, void *base)
{
    if (!key->standard)
        return true;
    if (!is_list(key->type) && key->standard[0] == '\0') {
        *(const char **)((char *)base + key->offset) = "";
        return true;
    }
    const struct yaml_node *node = standard_node(reader, key);
    if (!keys_memory(reader, node))
        return false;
    return keys_read_value(reader, key, is_list(key->type) ? node : node->first, base);
}

/* Where the next part of `path` begins when it lies below `group` ("" is above all); else NULL. */
static const char *below(const char *path, const char *group)
{
    size_t len = strlen(group);
    if (len == 0)
        return path;
    return strncmp(path, group, len) == 0 && path[len] == '.' ? path + len + 1 : NULL;
}

static bool refuse_unknown(const struct key_reader *reader, const struct key_table *table,
                           const struct yaml_node *node, const char *group)
{
    struct nearest nearest = nearest_to(node->key);
    for (size_t i = 0; i < table->count; i++) {
        const char *rest = below(table->keys[i].path, group);
        if (!rest || table->keys[i].type == KEY_NOT_YET)
            continue;
        const char *word = arena_copy_span(reader->arena, (struct span){rest, strcspn(rest, ".")});
        if (!keys_memory(reader, word))
            return false;
        nearest_offer(&nearest, word);
    }
    if (nearest.word)
        return yaml_fault_key(reader->fault, node, "unknown key '%s'%s%s; did you mean '%s'?",
                              node->key, group[0] ? " in " : "", group, nearest.word);
    return yaml_fault_key(reader->fault, node,
                          "unknown key '%s'%s%s; accounts.yaml(5) lists those there are", node->key,
                          group[0] ? " in " : "", group);
}

static bool read_group(const struct key_reader *reader, const struct key_table *table,
                       const struct yaml_node *map, const char *group, void *base);

static bool read_entry(const struct key_reader *reader, const struct key_table *table,
                       const struct yaml_node *node, const char *group, void *base)
{
    const char *path = group[0] ? arena_printf(reader->arena, "%s.%s", group, node->key)
                                : arena_copy(reader->arena, node->key);
    bool is_group = false;
    if (!keys_memory(reader, path))
        return false;
    if (strchr(node->key, '.')) /* a path is a place in nested maps, not a key */
        return refuse_unknown(reader, table, node, group);
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->keys[i].path, path) == 0)
            return keys_read_value(reader, &table->keys[i], node, base);
        is_group = is_group || below(table->keys[i].path, path);
    }
    if (!is_group)
        return refuse_unknown(reader, table, node, group);
    return read_group(reader, table, node, path, base);
}

/* Goes as deep as the paths of the table do, whatever the file's depth is. */
static bool read_group(const struct key_reader *reader, const struct key_table *table,
                       const struct yaml_node *map, const char *group, void *base)
{
    if (yaml_is_empty(map))
        return true;
    if (map->kind != YAML_MAP)
        return yaml_fault(reader->fault, map, "%s%sa map of keys belongs here; write 'key: value'",
                          group, group[0] ? ": " : "");
    for (const struct yaml_node *node = map->first; node; node = node->next)
        if (!read_entry(reader, table, node, group, base))
            return false;
    return true;
}

static bool is_there(const struct yaml_node *map, const char *path)
{
    const char *dot = strchr(path, '.');
    if (!dot)
        return yaml_get(map, path) != NULL;
    for (const struct yaml_node *node = map->first; node; node = node->next)
        if (strlen(node->key) == (size_t)(dot - path) &&
            memcmp(node->key, path, (size_t)(dot - path)) == 0)
            return yaml_get(node, dot + 1) != NULL;
    return false;
}

bool keys_read(const struct key_reader *reader, const struct key_table *table,
               const struct yaml_node *map, void *base)
{
    for (size_t i = 0; i < table->count; i++)
        if (!set_default(reader, &table->keys[i], base))
            return false;
    if (!read_group(reader, table, map, "", base))
        return false;
    for (size_t i = 0; i < table->count; i++) {
        const struct key *key = &table->keys[i];
        if (key->required && !is_there(map, key->path))
            return yaml_fault(reader->fault, map, "%s is missing; write %s", key->path,
                              key->required);
    }
    return true;
}
