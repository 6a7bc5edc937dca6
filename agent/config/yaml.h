/* SPDX-License-Identifier: ISC */
/*
 * yaml: one YAML document (libyaml) as a tree of nodes with their places, for files that are read
 * whole and checked against a table: accounts.yaml and *.module.  Bounded in size, depth and
 * count; anchors, aliases, tags, duplicate keys and several documents are refused.
 */
#ifndef WWW4MAIL_AGENT_CONFIG_YAML_H
#define WWW4MAIL_AGENT_CONFIG_YAML_H

#include "agent/base/arena.h"
#include "agent/base/fault.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    const char *key; /* of a map's entry, else NULL */
    unsigned key_line, key_column;
    const char *text; /* of a scalar */
    bool quoted;      /* the scalar stood in quotes */
    const char *file;
    unsigned line, column;          /* from 1; of the value */
    struct yaml_node *first, *next; /* children of a list or map; next sibling */
};

/*
 * Reads bytes that came from `file`, which is only named in faults and in the nodes; both it and
 * the tree live in `arena`.  NULL and a fault (FAULT_CONFIG, "file:line:column: ...") otherwise.
 */
const struct yaml_node *yaml_read_bytes(struct arena *arena, const char *file, struct span bytes,
                                        struct fault *fault);

/* Reads a whole file in the same way; one that anybody may write to is refused. */
const struct yaml_node *yaml_read(struct arena *arena, const char *file, struct fault *fault);

/* NULL when the map has no such key. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* States "file:line:column: what" with FAULT_CONFIG; returns false.  The place is the node's value,
 * or its key. */
bool yaml_fault(struct fault *fault, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool yaml_fault_key(struct fault *fault, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* True for `key:` with nothing behind it. */
bool yaml_is_empty(const struct yaml_node *node);

#endif
