/* SPDX-License-Identifier: ISC */
/* block_keys: one block's text into a struct block.  Internal to agent/modules. */
#ifndef WWW4MAIL_AGENT_MODULES_BLOCK_KEYS_H
#define WWW4MAIL_AGENT_MODULES_BLOCK_KEYS_H

#include "agent/config/yaml.h"
#include "agent/modules/block.h"

struct block_reader {
    struct arena *arena;
    const char *directory, *stem; /* of the file DIRECTORY/STEM.module */
    struct block *block;
    struct fault *fault;
};

/*
 * The tests of `when: [...]` at the start of a line, taken out of a block's text and blanked there:
 * brackets nest in tests, which YAML would not read.  `inside` is what stood between the outer
 * brackets, NULL when there was nothing to take.
 */
struct block_tests {
    struct span inside;
    unsigned line, column; /* where `inside` begins */
};

struct block_tests block_tests_cut(struct arena *arena, char *text, size_t len);

/* Adds those tests, or the items of a `when:` that YAML has read, to the block. */
bool block_tests_read(const struct block_reader *reader, const struct block_tests *tests);
bool block_tests_read_node(const struct block_reader *reader, const struct yaml_node *node);

/* Reads all keys of the map and checks them together; false and a fault otherwise. */
bool block_keys_read(const struct block_reader *reader, const struct yaml_node *root);

/* False with a fault when memory is short. */
bool block_memory(const struct block_reader *reader, const void *got);

#endif
