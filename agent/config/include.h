/* SPDX-License-Identifier: ISC */
/* include: the files of a configuration, and the accounts in all of them, unread, in order. */
#ifndef WWW4MAIL_AGENT_CONFIG_INCLUDE_H
#define WWW4MAIL_AGENT_CONFIG_INCLUDE_H

#include "agent/config/keys.h"

struct include_entry {
    const struct yaml_node *node; /* of one account */
    const char *directory;        /* of the file that it stands in */
    struct include_entry *next;
};

struct include_list {
    struct include_entry *first, *last;
    size_t count;
};

/* Reads one file; any `password:` in it is refused.  NULL and a fault. */
const struct yaml_node *include_read(struct arena *arena, const char *file, struct fault *fault);

/* Lists the accounts of the map `root`, then those of the files that its `include:` names. */
bool include_collect(const struct key_reader *reader, const struct yaml_node *root,
                     struct include_list *list_out);

#endif
