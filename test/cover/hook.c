/* SPDX-License-Identifier: ISC */
/*
 * Linked into the programs of the coverage build alone, by the linker's --wrap: a process that ends
 * by _exit writes its counters nevertheless, and one that is in a sandbox may write them where they are kept.
 */
#include "agent/base/sandbox.h"

#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>

_Noreturn void __wrap__exit(int code);
bool __wrap_sandbox_enter(struct sandbox_rights *rights, struct fault *fault);
/* Weak: not every unit test is linked with the sandbox. */
__attribute__((weak)) bool __real_sandbox_enter(struct sandbox_rights *rights, struct fault *fault);
__attribute__((weak)) void sandbox_may_write_directory(struct sandbox_rights *rights,
                                                       const char *path);

/* The counters of the program and of every module are written by their destructors.  What a parent
 * had not yet written to its streams is the parent's to write. */
_Noreturn void __wrap__exit(int code)
{
    __fpurge(stdout);
    __fpurge(stderr);
    exit(code);
}

bool __wrap_sandbox_enter(struct sandbox_rights *rights, struct fault *fault)
{
    sandbox_may_write_directory(rights, COUNTERS);
    return __real_sandbox_enter(rights, fault);
}
