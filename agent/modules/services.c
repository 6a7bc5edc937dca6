/* SPDX-License-Identifier: ISC */
/* The services of agent/module.h: all that a module may ask of the agent. */
#include "agent/modules/call.h"

#include "agent/base/clock.h"
#include "agent/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum module_result www4mail_fault_at(struct call *call, enum module_result result,
                                     enum fault_code code, const char *file, int line,
                                     const char *asker, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fault_set_at(call->fault, code, file, line, asker, "%s: %s", call->module, text);
    return result;
}

struct fault *www4mail_call_fault(struct call *call)
{
    return call->fault;
}

struct arena *www4mail_arena(struct call *call)
{
    return call->arena;
}

void *www4mail_alloc(struct call *call, size_t size)
{
    return arena_alloc(call->arena, size);
}

const char *www4mail_setting(struct call *call, const char *key)
{
    if (call->secret && strcmp(key, "password") == 0)
        return call->secret(call->secret_context, call->fault);
    const char *value = call->overrides ? settings_get(call->overrides, key) : NULL;
    if (!value && call->defaults)
        value = settings_get(call->defaults, key);
    return value;
}

int64_t www4mail_left_ms(struct call *call)
{
    if (call->told_to_end && call->told_to_end())
        return 0;
    return clock_left_ms(call->deadline_ms);
}

bool www4mail_completing(struct call *call)
{
    return !call->completing || call->completing(call->completing_context);
}

const struct stream_ops *www4mail_streams(struct call *call)
{
    (void)call;
    return &streams;
}

void www4mail_debug(struct call *call, const char *format, ...)
{
    if (log_get_level() < LOG_DEBUG)
        return;
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_line(LOG_DEBUG, "%s: %s", call->module, text);
}

bool www4mail_write(struct buffer *out, const void *bytes, size_t len)
{
    return buffer_add(out, bytes, len);
}
