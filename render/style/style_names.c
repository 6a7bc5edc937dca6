/* SPDX-License-Identifier: ISC */
/* The names of classes, ids and layers as numbers, by a hash table that grows with them. */
#include "render/style/style_parts.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_START = 256 };

static uint32_t hash_name(enum style_name_kind kind, struct span name)
{
    uint32_t hash = 2166136261u ^ (uint32_t)kind;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.at[i]) * 16777619u;
    return hash ^ hash >> 15;
}

struct style_name *style_name_at(const struct styles *styles, uint32_t number)
{
    void *names = styles->names.at;
    return (struct style_name *)names + (number - 1);
}

struct span style_name_text(const struct styles *styles, uint32_t number)
{
    const struct style_name *name = style_name_at(styles, number);
    return (struct span){styles->pool.at + name->at, name->len};
}

static uint32_t name_count(const struct styles *styles)
{
    return (uint32_t)(styles->names.len / sizeof(struct style_name));
}

/* Where the name stands in the table, or would. */
static uint32_t slot_of(const struct styles *styles, enum style_name_kind kind, struct span name,
                        uint32_t hash)
{
    uint32_t slot = hash & (styles->table_size - 1);
    for (; styles->table[slot]; slot = (slot + 1) & (styles->table_size - 1)) {
        const struct style_name *known = style_name_at(styles, styles->table[slot]);
        if (known->hash == hash && known->kind == (uint8_t)kind && known->len == name.len &&
            memcmp(styles->pool.at + known->at, name.at, name.len) == 0)
            break;
    }
    return slot;
}

uint32_t style_find_name(const struct styles *styles, enum style_name_kind kind, struct span name)
{
    if (!styles->table_size || !name.len)
        return 0;
    return styles->table[slot_of(styles, kind, name, hash_name(kind, name))];
}

static bool grow_table(struct styles *styles)
{
    if (name_count(styles) + 1 < styles->table_size / 2)
        return true;
    uint32_t size = styles->table_size ? styles->table_size * 2 : TABLE_START;
    uint32_t *table = calloc(size, sizeof *table);
    if (!table) {
        styles->no_memory = true;
        return false;
    }
    for (uint32_t number = 1; number <= name_count(styles); number++) {
        uint32_t slot = style_name_at(styles, number)->hash & (size - 1);
        while (table[slot])
            slot = (slot + 1) & (size - 1);
        table[slot] = number;
    }
    free(styles->table);
    styles->table = table;
    styles->table_size = size;
    return true;
}

uint32_t style_add_name(struct styles *styles, enum style_name_kind kind, struct span name)
{
    if (!name.len || !grow_table(styles))
        return 0;
    uint32_t hash = hash_name(kind, name);
    uint32_t slot = slot_of(styles, kind, name, hash);
    if (styles->table[slot])
        return styles->table[slot];
    struct style_name entry = {.at = (uint32_t)styles->pool.len,
                               .len = (uint32_t)name.len,
                               .hash = hash,
                               .selectors = TREE_NONE,
                               .kind = (uint8_t)kind};
    if (!buffer_add_span(&styles->pool, name) || !buffer_add(&styles->names, &entry, sizeof entry))
        return 0;
    return styles->table[slot] = name_count(styles);
}
