/* SPDX-License-Identifier: ISC */
/* Finds and reads the files of a configuration.  An included file holds accounts and nothing else,
 * so includes cannot nest. */
#include "agent/config/include.h"

#include "agent/config/paths.h"
#include "agent/config/value.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

enum { ACCOUNTS_MAX = 1000, FILES_MAX = 1000, WALK_MAX = 64 };

static bool is_password(const char *key)
{
    static const char *const words[] = {"password", "passwd", "pass", "passphrase"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (span_equal_nocase(span_of(key), span_of(words[i])))
            return true;
    return false;
}

/* Walks the whole tree; its depth is bounded by the reader's, so the stack is large enough. */
static bool refuse_passwords(const struct yaml_node *root, struct fault *fault)
{
    const struct yaml_node *stack[WALK_MAX];
    size_t depth = 0;
    stack[depth++] = root;
    while (depth > 0) {
        const struct yaml_node *node = stack[--depth];
        if (node->key && is_password(node->key))
            return yaml_fault_key(fault, node,
                                  "a password does not belong here, as configuration files get "
                                  "copied and mailed; use password_command, password_file or "
                                  "credential");
        if (node->next && depth < WALK_MAX)
            stack[depth++] = node->next;
        if (node->first && depth < WALK_MAX)
            stack[depth++] = node->first;
    }
    return true;
}

const struct yaml_node *include_read(struct arena *arena, const char *file, struct fault *fault)
{
    const struct yaml_node *root = yaml_read(arena, file, fault);
    return root && refuse_passwords(root, fault) ? root : NULL;
}

static bool add_accounts(const struct key_reader *reader, const struct yaml_node *accounts,
                         struct include_list *list)
{
    if (!accounts || yaml_is_empty(accounts))
        return true;
    if (accounts->kind != YAML_LIST)
        return yaml_fault(reader->fault, accounts,
                          "accounts: is a list; begin each account with '- name:'");
    for (const struct yaml_node *node = accounts->first; node; node = node->next) {
        struct include_entry *entry = arena_alloc(reader->arena, sizeof *entry);
        if (!keys_memory(reader, entry))
            return false;
        if (++list->count > ACCOUNTS_MAX)
            return yaml_fault(reader->fault, node, "accounts: more than %d; run a second agent",
                              ACCOUNTS_MAX);
        *entry = (struct include_entry){node, reader->directory, NULL};
        if (list->last)
            list->last->next = entry;
        else
            list->first = entry;
        list->last = entry;
    }
    return true;
}

static bool add_file(const struct key_reader *reader, const char *file, struct include_list *list)
{
    const struct yaml_node *root = include_read(reader->arena, file, reader->fault);
    if (!root)
        return false;
    if (root->kind != YAML_MAP)
        return yaml_fault(reader->fault, root,
                          "an included file is a map; write 'accounts:' and a list");
    for (const struct yaml_node *node = root->first; node; node = node->next)
        if (strcmp(node->key, "accounts") != 0)
            return yaml_fault_key(reader->fault, node,
                                  "an included file may hold accounts: only; move '%s' to the main "
                                  "file",
                                  node->key);
    struct key_reader inside = *reader;
    inside.directory = paths_directory_of(reader->arena, file);
    return keys_memory(reader, inside.directory) &&
           add_accounts(&inside, yaml_get(root, "accounts"), list);
}

static bool add_files(const struct key_reader *reader, const struct yaml_node *item,
                      const glob_t *found, struct include_list *list)
{
    if (found->gl_pathc > FILES_MAX)
        return yaml_fault(reader->fault, item, "include: more than %d files; join some", FILES_MAX);
    for (size_t i = 0; i < found->gl_pathc; i++)
        if (!add_file(reader, found->gl_pathv[i], list))
            return false;
    return true;
}

/* A directory that is not there holds no files; any other trouble ends the search. */
static int search_trouble(const char *path, int error)
{
    (void)path;
    return error != ENOENT && error != ENOTDIR;
}

static bool add_pattern(const struct key_reader *reader, const struct yaml_node *item,
                        struct include_list *list)
{
    const char *text;
    if (!value_text(item, "include", &text, reader->fault))
        return false;
    const char *pattern = paths_expand(reader->arena, reader->directory, text);
    if (!keys_memory(reader, pattern))
        return false;
    glob_t found = {0};
    int result = glob(pattern, 0, search_trouble, &found);
    bool done = true;
    if (result == 0)
        done = add_files(reader, item, &found, list);
    else if (result == GLOB_NOSPACE)
        done = keys_memory(reader, NULL);
    else if (result != GLOB_NOMATCH)
        done = yaml_fault(reader->fault, item,
                          "include: '%s' cannot be searched; look at its "
                          "permissions",
                          text);
    else if (!strpbrk(text, "*?["))
        done = yaml_fault(reader->fault, item,
                          "include: there is no file '%s'; make it or leave "
                          "it out",
                          text);
    globfree(&found);
    return done;
}

bool include_collect(const struct key_reader *reader, const struct yaml_node *root,
                     struct include_list *list_out)
{
    *list_out = (struct include_list){0};
    if (!add_accounts(reader, yaml_get(root, "accounts"), list_out))
        return false;
    const struct yaml_node *include = yaml_get(root, "include"), *item = NULL;
    while (include && (item = value_next_item(include, item)))
        if (!add_pattern(reader, item, list_out))
            return false;
    return true;
}
