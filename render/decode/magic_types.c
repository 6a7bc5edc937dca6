/* SPDX-License-Identifier: ISC */
/* libmagic by its soname. */
#include "render/decode/magic_types.h"

#include <dlfcn.h>
#include <magic.h>
#include <string.h>

#define SONAME "libmagic.so.1"

#define CALLS(X)                                                                                   \
    X(open)                                                                                        \
    X(load)                                                                                        \
    X(error)                                                                                       \
    X(buffer)

struct magic_types {
#define POINTER(call) __typeof__(magic_##call) *call;
    CALLS(POINTER)
#undef POINTER
    magic_t cookie;
};

static bool find_calls(void *library, struct magic_types *types_out)
{
    void *call;
#define FIND(name)                                                                                 \
    call = dlsym(library, "magic_" #name);                                                         \
    if (!call)                                                                                     \
        return false;                                                                              \
    memcpy(&types_out->name, &call, sizeof call);
    CALLS(FIND)
#undef FIND
    return true;
}

struct magic_types *magic_types_open(struct arena *arena, const char **why_out)
{
    struct magic_types *types = arena_alloc(arena, sizeof *types);
    void *library = types ? dlopen(SONAME, RTLD_NOW | RTLD_LOCAL) : NULL;
    *why_out = types ? SONAME " is not installed" : "no memory";
    if (!library || !find_calls(library, types))
        return NULL;
    types->cookie = types->open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
                                MAGIC_NO_CHECK_ELF);
    *why_out = "no memory";
    if (!types->cookie)
        return NULL;
    if (types->load(types->cookie, NULL) == 0)
        return types;
    *why_out = types->error(types->cookie);
    return NULL;
}

const char *magic_types_guess(const struct magic_types *types, struct span bytes)
{
    return types->buffer(types->cookie, bytes.at, bytes.len);
}
