/* SPDX-License-Identifier: ISC */
/* Faults: a code, two texts and a place. */
#include "agent/base/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum fault_class class;
} codes[] = {
#define FAULT_ROW(symbol, name, class) {name, class},
    FAULT_CODES(FAULT_ROW)
#undef FAULT_ROW
};

const char *fault_name(enum fault_code code)
{
    return (unsigned)code < FAULT_CODE_COUNT ? codes[code].name : "internal";
}

enum fault_class fault_usual_class(enum fault_code code)
{
    return (unsigned)code < FAULT_CODE_COUNT ? codes[code].class : FAULT_OPERATOR;
}

bool fault_set_at(struct fault *fault, enum fault_code code, const char *file, int line,
                  const char *asker, const char *format, ...)
{
    if (fault->class != FAULT_NONE)
        return false;
    fault->class = fault_usual_class(code);
    fault->code = code;
    fault->file = file;
    fault->line = line;
    fault->asker = asker ? strdup(asker) : NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&fault->operator, format, args) < 0)
        fault->operator= NULL;
    va_end(args);
    return false;
}

void fault_tell_asker(struct fault *fault, const char *format, ...)
{
    if (fault->asker)
        return;
    va_list args;
    va_start(args, format);
    if (vasprintf(&fault->asker, format, args) < 0)
        fault->asker = NULL;
    va_end(args);
}

enum fault_code fault_of_error(int error, enum fault_code otherwise)
{
    switch (error) {
    case ENOMEM:
        return FAULT_MEMORY;
    case ENOSPC:
    case EDQUOT:
        return FAULT_DISK_FULL;
    case EIO:
    case EMFILE:
    case ENFILE:
        return FAULT_IO;
    default:
        return otherwise;
    }
}

bool fault_is_set(const struct fault *fault)
{
    return fault->class != FAULT_NONE;
}

void fault_clear(struct fault *fault)
{
    free(fault->asker);
    free(fault->operator);
    *fault = FAULT_INIT;
}
