/* SPDX-License-Identifier: ISC */
/*
 * Opens modules and shakes hands.  What is handed out is a copy of the module's head, as long as
 * the module says it is, so that one made for an older, shorter head works.  Tables of the process
 * itself; nothing here is shared between processes.
 */
#include "agent/modules/loader.h"

#include "agent/config/text_file.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

struct opened {
    char *path; /* of the block; NULL: free */
    void *handle;
    struct www4mail_module head;
};

static struct opened table[BLOCKS_MAX];

/* The smallest head there ever was: up to and with the first table of operations. */
enum { SIZE_MIN = offsetof(struct www4mail_module, mailbox) + sizeof(const struct mailbox_ops *) };

/* A table of operations of each role, and its callbacks that must be there. */
static const struct role {
    const char *name;
    size_t ops; /* offset in the head */
    size_t callbacks[6], count;
} roles[] = {
#define OPS(role) #role, offsetof(struct www4mail_module, role)
#define CALLBACK(role, name) offsetof(struct role##_ops, name)
    {OPS(mailbox),
     {CALLBACK(mailbox, open), CALLBACK(mailbox, list), CALLBACK(mailbox, head),
      CALLBACK(mailbox, body), CALLBACK(mailbox, settle), CALLBACK(mailbox, close)},
     6},
    {OPS(sender), {CALLBACK(sender, submit)}, 1},
    {OPS(gate), {CALLBACK(gate, admit)}, 1},
    {OPS(quota), {CALLBACK(quota, get_usage_limit)}, 1},
    {OPS(fetcher), {CALLBACK(fetcher, fetch)}, 1},
    {OPS(reader), {CALLBACK(reader, headers), CALLBACK(reader, parts)}, 2},
    {OPS(builder), {CALLBACK(builder, build)}, 1}, /* prepare may be missing */
    {OPS(renderer), {CALLBACK(renderer, render)}, 1},
    {OPS(extractor), {CALLBACK(extractor, extract)}, 1},
};

enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

/* Pointers of any type, read out of a struct by their offset. */
static const void *ops_at(const struct www4mail_module *head, size_t offset)
{
    const void *ops;
    memcpy(&ops, (const char *)head + offset, sizeof ops);
    return ops;
}

static bool has_callback(const void *ops, size_t offset)
{
    enum module_result (*callback)(void);
    memcpy(&callback, (const char *)ops + offset, sizeof callback);
    return callback != NULL;
}

static bool refuse(const struct block *block, const char *what, struct fault *fault)
{
    return fault_set(fault, FAULT_MODULE, NULL, "%s: %s", block->object, what);
}

static bool check_word(const struct block *block, const char *key, const char *said,
                       const char *wanted, struct fault *fault)
{
    if (said && strcmp(said, wanted) == 0)
        return true;
    return fault_set(fault, FAULT_MODULE, NULL,
                     "%s: its %s is '%s', but its block says '%s'; make them the same",
                     block->object, key, said ? said : "", wanted);
}

static bool check_operations(const struct block *block, const struct www4mail_module *head,
                             struct fault *fault)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        const struct role *role = &roles[i];
        const void *ops = ops_at(head, role->ops);
        bool wanted = strcmp(role->name, block->role) == 0;
        if (ops && !wanted)
            return fault_set(fault, FAULT_MODULE, NULL,
                             "%s: it has operations of role %s besides; make it two modules",
                             block->object, role->name);
        if (!wanted)
            continue;
        if (!ops)
            return fault_set(fault, FAULT_MODULE, NULL,
                             "%s: it has no operations for its role %s; rebuild it", block->object,
                             role->name);
        for (size_t c = 0; c < role->count; c++)
            if (!has_callback(ops, role->callbacks[c]))
                return fault_set(fault, FAULT_MODULE, NULL,
                                 "%s: operation %zu of role %s is missing; www4mail-module(3) "
                                 "lists them",
                                 block->object, c + 1, role->name);
    }
    return true;
}

/* api and size are read first: nothing else is certain to be there. */
static bool shake_hands(const struct block *block, const struct www4mail_module *theirs,
                        struct www4mail_module *head_out, struct fault *fault)
{
    if (theirs->api > WWW4MAIL_MODULE_API)
        return fault_set(fault, FAULT_MODULE, NULL,
                         "%s: it was made for interface %u, this agent has %d; install a newer "
                         "agent or an older module",
                         block->object, (unsigned)theirs->api, WWW4MAIL_MODULE_API);
    if (theirs->api < WWW4MAIL_MODULE_API)
        return fault_set(fault, FAULT_MODULE, NULL,
                         "%s: it was made for interface %u, this agent has %d; rebuild it",
                         block->object, (unsigned)theirs->api, WWW4MAIL_MODULE_API);
    if (theirs->size < SIZE_MIN)
        return fault_set(fault, FAULT_MODULE, NULL,
                         "%s: its head has %u bytes, at least %d are needed; end it with "
                         "WWW4MAIL_MODULE",
                         block->object, (unsigned)theirs->size, SIZE_MIN);
    *head_out = (struct www4mail_module){0};
    memcpy(head_out, theirs, theirs->size < sizeof *head_out ? theirs->size : sizeof *head_out);
    return check_word(block, "name", head_out->name, block->name, fault) &&
           check_word(block, "stage", head_out->stage, block->stage->name, fault) &&
           check_word(block, "role", head_out->role, block->role, fault) &&
           check_operations(block, head_out, fault);
}

static bool open_object(const struct block *block, struct opened *opened, struct fault *fault)
{
    if (!text_file_is_safe(block->object, WRITE_BY_OTHERS, FAULT_MODULE, fault))
        return false;
    opened->handle = dlopen(block->object, RTLD_NOW | RTLD_LOCAL);
    if (!opened->handle) {
        const char *why = dlerror();
        return fault_set(fault, FAULT_MODULE, NULL, "%s: it cannot be opened: %s", block->object,
                         why ? why : "no reason given");
    }
    const struct www4mail_module *theirs = dlsym(opened->handle, "www4mail_module");
    if (!theirs)
        return refuse(block, "it has no www4mail_module; end it with WWW4MAIL_MODULE", fault);
    return shake_hands(block, theirs, &opened->head, fault);
}

static struct opened *find(const char *path)
{
    struct opened *room = NULL;
    for (size_t i = 0; i < BLOCKS_MAX; i++) {
        if (!table[i].path)
            room = room ? room : &table[i];
        else if (strcmp(table[i].path, path) == 0)
            return &table[i];
    }
    return room;
}

static void forget(struct opened *opened)
{
    if (opened->handle)
        dlclose(opened->handle);
    free(opened->path);
    *opened = (struct opened){0};
}

const struct www4mail_module *loader_open(const struct block *block, struct fault *fault)
{
    struct opened *opened = find(block->path);
    if (!opened) {
        refuse(block, "too many modules are open in this process; use fewer", fault);
        return NULL;
    }
    if (opened->path)
        return &opened->head;
    opened->path = strdup(block->path);
    if (!opened->path) {
        fault_set(fault, FAULT_MEMORY, NULL, "%s: not enough memory to open it", block->object);
        return NULL;
    }
    if (open_object(block, opened, fault))
        return &opened->head;
    forget(opened);
    return NULL;
}

void loader_done(const struct block *block)
{
#ifdef WWW4MAIL_SANITIZED
    (void)block; /* reports name functions only while the object is mapped */
#else
    struct opened *opened = find(block->path);
    if ((block->flags & FLAG_RELOAD) && opened && opened->path)
        forget(opened);
#endif
}
