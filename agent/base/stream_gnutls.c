/* SPDX-License-Identifier: ISC */
/* GnuTLS by its soname, which has stayed the same since GnuTLS 3.4. */
#include "agent/base/stream_gnutls.h"

#include <dlfcn.h>
#include <string.h>

#define SONAME "libgnutls.so.30"

struct stream_gnutls gnutls;

static bool find(void *library, const char *name, void *pointer_out)
{
    void *found = dlsym(library, name);
    memcpy(pointer_out, &found, sizeof found);
    return found != NULL;
}

static bool find_all(void *library, struct stream_gnutls *calls_out)
{
    bool all = find(library, "gnutls_free", &calls_out->free);
#define FIND(name) all = all && find(library, "gnutls_" #name, &calls_out->name);
    STREAM_GNUTLS_CALLS(FIND)
#undef FIND
    return all;
}

bool stream_gnutls_open(struct fault *fault)
{
    if (gnutls.init)
        return true;
    struct stream_gnutls calls;
    void *library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    if (library && find_all(library, &calls)) {
        gnutls = calls;
        return true;
    }
    const char *why = library ? "it lacks a call" : dlerror();
    fault_set(fault, FAULT_CONFIG, NULL, "TLS needs %s of GnuTLS 3.6 or younger, install it: %s",
              SONAME, why ? why : "no reason given");
    if (library)
        dlclose(library);
    return false;
}
