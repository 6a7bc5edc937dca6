/* SPDX-License-Identifier: ISC */
/* uchardet by its soname; its own handle is how a process knows that it has opened it. */
#include "render/decode/letters.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <uchardet/uchardet.h>

#define SONAME "libuchardet.so.0"

#define CALLS(X)                                                                                   \
    X(new)                                                                                         \
    X(delete)                                                                                      \
    X(handle_data)                                                                                 \
    X(data_end)                                                                                    \
    X(get_charset)

struct detector {
#define POINTER(call) __typeof__(uchardet_##call) *call;
    CALLS(POINTER)
#undef POINTER
};

static bool find_calls(void *library, struct detector *detector_out)
{
    void *call;
#define FIND(name)                                                                                 \
    call = dlsym(library, "uchardet_" #name);                                                      \
    if (!call)                                                                                     \
        return false;                                                                              \
    memcpy(&detector_out->name, &call, sizeof call);
    CALLS(FIND)
#undef FIND
    return true;
}

bool letters_open(void)
{
    return dlopen(SONAME, RTLD_NOW | RTLD_LOCAL) != NULL;
}

bool letters_guess(struct span bytes, char name_out[32])
{
    struct detector use;
    void *library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    name_out[0] = '\0';
    if (!library)
        return false;
    bool known = find_calls(library, &use);
    uchardet_t guess = known ? use.new() : NULL;
    if (guess && use.handle_data(guess, bytes.at, bytes.len) == 0) {
        use.data_end(guess);
        snprintf(name_out, 32, "%s", use.get_charset(guess));
    }
    if (guess)
        use.delete(guess);
    dlclose(library);
    return known;
}
