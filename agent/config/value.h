/* SPDX-License-Identifier: ISC */
/*
 * value: scalars and lists of a YAML file as numbers, sizes, times, words.  `what` is the key's
 * whole path, for the fault: "file:line:column: what: is wrong; mend".  False with that fault.
 */
#ifndef WWW4MAIL_AGENT_CONFIG_VALUE_H
#define WWW4MAIL_AGENT_CONFIG_VALUE_H

#include "agent/config/account.h"
#include "agent/config/yaml.h"

/* One text, not empty, without control characters. */
bool value_text(const struct yaml_node *node, const char *what, const char **text_out,
                struct fault *fault);

/* As value_text, but may be empty. */
bool value_line(const struct yaml_node *node, const char *what, const char **text_out,
                struct fault *fault);

/* yes, no, true, false. */
bool value_bool(const struct yaml_node *node, const char *what, bool *value_out,
                struct fault *fault);

/* Digits, within min and max. */
bool value_number(const struct yaml_node *node, const char *what, uint64_t min, uint64_t max,
                  uint64_t *value_out, struct fault *fault);

/* Bytes: digits and k or M (1024, 1024 * 1024). */
bool value_size(const struct yaml_node *node, const char *what, uint64_t min, uint64_t max,
                uint64_t *value_out, struct fault *fault);

/* Seconds: digits and s, m, h or d. */
bool value_duration(const struct yaml_node *node, const char *what, uint64_t min, uint64_t max,
                    uint64_t *value_out, struct fault *fault);

/* A list of texts, or one text; nothing behind the key is an empty list. */
bool value_words(struct arena *arena, const struct yaml_node *node, const char *what,
                 struct words *words_out, struct fault *fault);

/* Appends; the word is not copied.  False when memory is short. */
bool words_add(struct arena *arena, struct words *words, const char *word);

/*
 * The items of a list one after the other: `item` is NULL at first, then the one before.  A node
 * that is no list is its own only item; an empty one has none.  NULL at the end.
 */
const struct yaml_node *value_next_item(const struct yaml_node *node, const struct yaml_node *item);

#endif
