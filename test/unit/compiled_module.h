/* SPDX-License-Identifier: ISC */
/*
 * compiled_module: modules that a test compiles from test/unit/fixtures.  It is run from the root of
 * the tree; it skips itself, and says so, where there is no compiler.
 */
#ifndef WWW4MAIL_TEST_UNIT_COMPILED_MODULE_H
#define WWW4MAIL_TEST_UNIT_COMPILED_MODULE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "test/unit/module_fixture.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

extern char **environ;

static inline void module_compile(const char *from, const char *to)
{
    const char *cc = getenv("CC");
    char compiler[64], input[128], output[512], *rest = compiler;
    snprintf(compiler, sizeof compiler, "%s", cc && *cc ? cc : "cc");
    snprintf(input, sizeof input, "%s", from);
    snprintf(output, sizeof output, "%s", to);
    char *program = strsep(&rest, " ");
    char shared[] = "-shared", pic[] = "-fPIC", standard[] = "-std=c11", gnu[] = "-D_GNU_SOURCE",
         root[] = "-I.", out[] = "-o";
    char *argv[] = {program, shared, pic, standard, gnu, root, out, output, input, NULL};
    pid_t pid;
    int status;
    if (posix_spawnp(&pid, program, NULL, NULL, argv, environ) != 0) {
        print_message("SKIPPED: there is no C compiler here; set CC\n");
        skip();
    }
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    assert_int_equal(status, 0);
    assert_int_equal(chmod(to, 0755), 0);
}

#endif
