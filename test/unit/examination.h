/* SPDX-License-Identifier: ISC */
/* examination: collects what a module's examine tells, "ok TEXT" or "no TEXT" a line. */
#ifndef WWW4MAIL_TEST_UNIT_EXAMINATION_H
#define WWW4MAIL_TEST_UNIT_EXAMINATION_H

#include "agent/module.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct told {
    char text[4096];
};

static inline void told_say(void *context, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline void told_say(void *context, bool ok, const char *format, ...)
{
    struct told *told = context;
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t len = strlen(told->text);
    snprintf(told->text + len, sizeof told->text - len, "%s %s\n", ok ? "ok" : "no", line);
}

#endif
