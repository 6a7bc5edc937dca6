/* SPDX-License-Identifier: ISC */
/* The keys of a module's block, one small reader each.  Opens no module. */
#include "agent/modules/block_keys.h"

#include "agent/config/nearest.h"
#include "agent/config/value.h"

#include <string.h>

enum { SETTINGS_MAX = 64, NAME_MAX_BYTES = 63 };

typedef bool key_reading(const struct block_reader *reader, const struct yaml_node *node);

/* What each role is for. */
static const struct {
    const char *role;
    enum stage_id stages[4];
    size_t count;
} roles[] = {
    {"mailbox", {STAGE_LIREADMAIL}, 1},
    {"sender", {STAGE_SUBMIT}, 1},
    {"gate", {STAGE_USERAUTH, STAGE_URLAUTH, STAGE_FILEAUTH}, 3},
    {"quota", {STAGE_URLAUTH}, 1},
    {"fetcher", {STAGE_BROWSER}, 1},
    {"reader", {STAGE_PARSEMAIL}, 1},
    {"builder", {STAGE_FILTER}, 1},
    {"extractor", {STAGE_FILTER}, 1},
    {"renderer", {STAGE_FILTER}, 1},
};

enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

bool block_memory(const struct block_reader *reader, const void *got)
{
    return got || fault_set(reader->fault, FAULT_MEMORY, NULL, "%s: not enough memory to read it",
                            reader->block->path);
}

static bool is_name(const char *text)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return len > 0 && len <= NAME_MAX_BYTES && text[len] == '\0';
}

static bool read_name(const struct block_reader *reader, const struct yaml_node *node)
{
    const char *text;
    if (!value_text(node, "name", &text, reader->fault))
        return false;
    if (!is_name(text))
        return yaml_fault(reader->fault, node,
                          "name: '%s' is no name; write letters, digits, '_' and '-'", text);
    if (strcmp(text, reader->stem) != 0)
        return yaml_fault(reader->fault, node,
                          "name: '%s' is not the file's; write name: %s or "
                          "call the file %s.module",
                          text, reader->stem, text);
    reader->block->name = text;
    return true;
}

static bool read_file(const struct block_reader *reader, const struct yaml_node *node)
{
    const char *text;
    if (!value_text(node, "file", &text, reader->fault))
        return false;
    if (strchr(text, '/') || text[0] == '.')
        return yaml_fault(reader->fault, node,
                          "file: lies beside the block; write its name alone, such as %s.so",
                          reader->stem);
    reader->block->object = arena_printf(reader->arena, "%s/%s", reader->directory, text);
    return block_memory(reader, reader->block->object);
}

static bool read_stage(const struct block_reader *reader, const struct yaml_node *node)
{
    const char *text;
    if (!value_text(node, "stage", &text, reader->fault))
        return false;
    if (reader->block->attached_to)
        return yaml_fault_key(reader->fault, node,
                              "stage and attach: one of them; leave out the "
                              "other");
    reader->block->stage = stage_by_name(text);
    if (reader->block->stage)
        return true;
    struct nearest nearest = nearest_to(text);
    for (size_t i = 0; i < STAGE_COUNT; i++)
        nearest_offer(&nearest, stages[i].name);
    return yaml_fault(reader->fault, node, "stage: there is no stage '%s'; %s%s%s", text,
                      nearest.word ? "did you mean '" : "'www4mail stages' lists them",
                      nearest.word ? nearest.word : "", nearest.word ? "'?" : "");
}

static bool read_role(const struct block_reader *reader, const struct yaml_node *node)
{
    const char *text;
    if (!value_text(node, "role", &text, reader->fault))
        return false;
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (strcmp(roles[i].role, text) == 0) {
            reader->block->role = roles[i].role;
            return true;
        }
    struct nearest nearest = nearest_to(text);
    for (size_t i = 0; i < ROLE_COUNT; i++)
        nearest_offer(&nearest, roles[i].role);
    if (nearest.word)
        return yaml_fault(reader->fault, node, "role: there is no role '%s'; did you mean '%s'?",
                          text, nearest.word);
    return yaml_fault(reader->fault, node,
                      "role: there is no role '%s'; write mailbox, sender, gate, quota, fetcher, "
                      "reader, builder, extractor or renderer",
                      text);
}

/* The one entry of {before: X} or {after: X}. */
static bool read_attach(const struct block_reader *reader, const struct yaml_node *node)
{
    struct block *block = reader->block;
    const struct yaml_node *entry = node->kind == YAML_MAP ? node->first : NULL;
    bool before = entry && strcmp(entry->key, "before") == 0;
    if (!entry || entry->next || (!before && strcmp(entry->key, "after") != 0))
        return yaml_fault(reader->fault, node,
                          "attach: names one place; write {before: NAME} or "
                          "{after: NAME}");
    if (block->stage)
        return yaml_fault_key(reader->fault, node,
                              "stage and attach: one of them; leave out the "
                              "other");
    block->place = before ? PLACE_BEFORE : PLACE_AFTER;
    block->attach_line = entry->line;
    if (!value_text(entry, "attach", &block->attached_to, reader->fault))
        return false;
    block->stage = stage_by_name(block->attached_to);
    return true;
}

static bool read_order(const struct block_reader *reader, const struct yaml_node *node)
{
    struct block *block = reader->block;
    if (node->kind != YAML_MAP)
        return yaml_fault(reader->fault, node, "order: is a map; write {before: [x], after: [y]}");
    block->order_line = node->line;
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        bool before = strcmp(child->key, "before") == 0;
        if (!before && strcmp(child->key, "after") != 0)
            return yaml_fault_key(reader->fault, child,
                                  "unknown key '%s' in order; write before or after", child->key);
        if (!value_words(reader->arena, child, before ? "order.before" : "order.after",
                         before ? &block->order_before : &block->order_after, reader->fault))
            return false;
    }
    return true;
}

static bool read_alternatives(const struct block_reader *reader, const struct yaml_node *node)
{
    reader->block->alternatives_line = node->line;
    return value_words(reader->arena, node, "alternatives", &reader->block->alternatives,
                       reader->fault);
}

/* Words of a closed list (ended by NULL), as bits from 1 on. */
static bool read_bits(const struct block_reader *reader, const struct yaml_node *node,
                      const char *const *words, const char *choice, unsigned *bits_out)
{
    const struct yaml_node *item = NULL;
    while ((item = value_next_item(node, item))) {
        const char *text;
        unsigned bit = 0;
        if (!value_text(item, node->key, &text, reader->fault))
            return false;
        for (unsigned i = 0; words[i] && bit == 0; i++)
            bit = strcmp(text, words[i]) == 0 ? 1U << i : 0;
        if (bit == 0)
            return yaml_fault(reader->fault, item, "%s: there is no '%s'; write %s", node->key,
                              text, choice);
        *bits_out |= bit;
    }
    return true;
}

static bool read_needs(const struct block_reader *reader, const struct yaml_node *node)
{
    static const char *const words[] = {"exec", "net", "files", NULL};
    return read_bits(reader, node, words, "exec, net or files", &reader->block->needs);
}

static bool read_flags(const struct block_reader *reader, const struct yaml_node *node)
{
    static const char *const words[] = {"reload", "once", "idempotent", NULL};
    return read_bits(reader, node, words, "reload, once or idempotent", &reader->block->flags);
}

static bool add_setting(const struct block_reader *reader, const struct yaml_node *node,
                        const char *key)
{
    struct settings *settings = &reader->block->settings;
    const char *value;
    if (!value_line(node, key, &value, reader->fault))
        return false;
    if (settings->count == SETTINGS_MAX)
        return yaml_fault_key(reader->fault, node, "settings: more than %d; leave some out",
                              SETTINGS_MAX);
    if (settings_get(settings, key))
        return yaml_fault_key(reader->fault, node, "settings: '%s' is here twice; keep one", key);
    settings->settings[settings->count++] = (struct setting){key, value, 0, 0};
    return true;
}

static bool read_setting(const struct block_reader *reader, const struct yaml_node *node)
{
    if (node->kind != YAML_MAP)
        return add_setting(reader, node, node->key);
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        const char *key = arena_printf(reader->arena, "%s.%s", node->key, child->key);
        if (!block_memory(reader, key) || !add_setting(reader, child, key))
            return false;
    }
    return true;
}

static bool read_settings(const struct block_reader *reader, const struct yaml_node *node)
{
    struct settings *settings = &reader->block->settings;
    if (yaml_is_empty(node))
        return true;
    if (node->kind != YAML_MAP)
        return yaml_fault(reader->fault, node, "settings: is a map; write {key: default}");
    settings->settings = arena_alloc(reader->arena, SETTINGS_MAX * sizeof *settings->settings);
    if (!block_memory(reader, settings->settings))
        return false;
    for (const struct yaml_node *child = node->first; child; child = child->next)
        if (!read_setting(reader, child))
            return false;
    return true;
}

static const struct {
    const char *key;
    key_reading *read;
} keys[] = {
    {"name", read_name},
    {"file", read_file},
    {"stage", read_stage},
    {"role", read_role},
    {"attach", read_attach},
    {"order", read_order},
    {"when", block_tests_read_node},
    {"alternatives", read_alternatives},
    {"needs", read_needs},
    {"flags", read_flags},
    {"settings", read_settings},
};

enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static bool read_key(const struct block_reader *reader, const struct yaml_node *node)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].key, node->key) == 0)
            return keys[i].read(reader, node);
    struct nearest nearest = nearest_to(node->key);
    for (size_t i = 0; i < KEY_COUNT; i++)
        nearest_offer(&nearest, keys[i].key);
    if (nearest.word)
        return yaml_fault_key(reader->fault, node, "unknown key '%s'; did you mean '%s'?",
                              node->key, nearest.word);
    return yaml_fault_key(reader->fault, node,
                          "unknown key '%s'; www4mail-module(3) lists those "
                          "there are",
                          node->key);
}

static bool check_role(const struct block_reader *reader, const struct yaml_node *root)
{
    struct block *block = reader->block;
    const struct yaml_node *place = yaml_get(root, "role");
    if (!place)
        place = yaml_get(root, block->attached_to ? "attach" : "stage");
    if (!block->role)
        block->role = block->stage->role;
    if (block->role[0] == '\0')
        return yaml_fault(reader->fault, place, "stage %s takes no modules; choose another stage",
                          block->stage->name);
    for (size_t i = 0; i < ROLE_COUNT; i++)
        for (size_t s = 0; s < roles[i].count; s++)
            if (strcmp(roles[i].role, block->role) == 0 && roles[i].stages[s] == block->stage->id)
                return true;
    return yaml_fault(reader->fault, place, "role %s has nothing to do at stage %s; change one",
                      block->role, block->stage->name);
}

bool block_keys_read(const struct block_reader *reader, const struct yaml_node *root)
{
    struct block *block = reader->block;
    if (root->kind != YAML_MAP)
        return yaml_fault(reader->fault, root, "a map of keys belongs here; write 'name: %s'",
                          reader->stem);
    for (const struct yaml_node *node = root->first; node; node = node->next)
        if (!read_key(reader, node))
            return false;
    if (!block->name)
        return yaml_fault(reader->fault, root, "name is missing; write name: %s", reader->stem);
    if (!block->object)
        return yaml_fault(reader->fault, root, "file is missing; write file: %s.so", reader->stem);
    if (!block->stage && !block->attached_to)
        return yaml_fault(reader->fault, root, "stage is missing; write stage: NAME, or attach:");
    return !block->stage || check_role(reader, root);
}
