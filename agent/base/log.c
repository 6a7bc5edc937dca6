/* SPDX-License-Identifier: ISC */
/* Lines on standard error, one write each, so that lines of several processes never mix. */
#include "agent/base/log.h"

#include "agent/base/buffer.h"
#include "agent/base/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static enum log_level current_level = LOG_WARNING;
static unsigned char person_salt[32];

void log_set_level(enum log_level level)
{
    current_level = level;
}

enum log_level log_get_level(void)
{
    return current_level;
}

void log_set_salt(const void *salt, unsigned long len)
{
    struct hash hash = hash_sha256((struct span){salt, len});
    memcpy(person_salt, hash.bytes, sizeof person_salt);
}

/* A hostile header must not be able to forge a second line or drive the terminal: C0, DEL and, as
 * UTF-8, C1 (U+0080 to U+009F) become question marks. */
static void replace_controls(char *line)
{
    for (unsigned char *at = (unsigned char *)line; *at; at++) {
        if (*at < ' ' || *at == 0x7f)
            *at = '?';
        if (*at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
            at[0] = at[1] = '?';
    }
}

static void write_line(char *line)
{
    replace_controls(line);
    size_t len = strlen(line);
    line[len] = '\n';
    if (write(STDERR_FILENO, line, len + 1) < 0)
        return; /* nobody is listening; there is no other place to say so */
}

void log_line(enum log_level level, const char *format, ...)
{
    static const char *const marks[] = {"error: ", "warning: ", "", ""};
    if (level > current_level)
        return;
    char line[LINE_MAX_BYTES];
    int head = snprintf(line, sizeof line, "www4mail: %s", marks[level]);
    va_list args;
    va_start(args, format);
    vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
    va_end(args);
    write_line(line);
}

void log_fault(enum log_level level, const char *what, const struct fault *fault)
{
    const char *text = fault->operator? fault->operator: fault->asker;
    if (current_level >= LOG_DEBUG && fault->file)
        log_line(level, "%s: %s: %s (%s:%d)", what, fault_name(fault->code), text ? text : "",
                 fault->file, fault->line);
    else
        log_line(level, "%s: %s: %s", what, fault_name(fault->code), text ? text : "");
}

const char *log_person(const char *address)
{
    static char text[sizeof "user-" + 8];
    if (current_level >= LOG_INFO)
        return address;
    char hex[HASH_HEX_SIZE];
    struct span salt = {(const char *)person_salt, sizeof person_salt};
    struct hash hash = hash_hmac(salt, span_of(address));
    hash_to_hex(&hash, hex);
    snprintf(text, sizeof text, "user-%.8s", hex);
    return text;
}
