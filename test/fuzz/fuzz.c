/* SPDX-License-Identifier: ISC */
/* Helpers of all targets: cutting input up, checking texts and tables, calls of modules. */
#include "test/fuzz/fuzz.h"

#include "agent/base/charset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

unsigned fuzz_number(struct span *rest, unsigned limit)
{
    if (rest->len == 0)
        return 0;
    rest->len--;
    return (unsigned char)rest->at[rest->len] % limit;
}

struct span fuzz_part(struct span *rest)
{
    ptrdiff_t end = span_find_byte(*rest, '\x1e');
    struct span part = {rest->at, end < 0 ? rest->len : (size_t)end};
    *rest = span_from(*rest, part.len + (end >= 0));
    return part;
}

char *fuzz_exact(struct span bytes)
{
    char *copy = malloc(bytes.len ? bytes.len : 1);
    if (!copy)
        abort();
    if (bytes.len)
        memcpy(copy, bytes.at, bytes.len);
    return copy;
}

char *fuzz_text(struct span bytes)
{
    char *copy = malloc(bytes.len + 1);
    if (!copy)
        abort();
    if (bytes.len)
        memcpy(copy, bytes.at, bytes.len);
    copy[bytes.len] = '\0';
    return copy;
}

static bool has_no_control(struct span text, const char *but)
{
    uint32_t code;
    if (!charset_is_utf8(text))
        return false;
    while (charset_next(&text, &code))
        if ((code < 0x20 && !(code && strchr(but, (int)code))) || (code >= 0x7f && code <= 0x9f))
            return false;
    return true;
}

bool fuzz_is_line(struct span text)
{
    return has_no_control(text, "");
}

bool fuzz_is_text(struct span text)
{
    return has_no_control(text, "\n\t");
}

void fuzz_touch(struct span bytes)
{
    unsigned char seen = 0;
    for (size_t i = 0; i < bytes.len; i++)
        seen ^= (unsigned char)bytes.at[i];
    __asm__ volatile("" ::"r"(seen)); /* or the loop would be left out */
}

void fuzz_touch_table(const struct flat *table)
{
    for (uint32_t row = 0; row < table->rows; row++)
        for (unsigned field = 0; table->shape[field]; field++)
            if (table->shape[field] == 't')
                fuzz_touch(flat_get_text(table, row, field));
            else
                (void)flat_get_number(table, row, field);
}

void fuzz_call_begin(struct fuzz_call *it, size_t memory)
{
    *it = (struct fuzz_call){.fault = FAULT_INIT};
    it->settings.settings = it->list;
    it->call = (struct call){.module = "fuzz",
                             .overrides = &it->settings,
                             .arena = arena_new(memory),
                             .fault = &it->fault};
    if (!it->call.arena)
        abort();
}

void fuzz_call_set(struct fuzz_call *it, const char *key, const char *value)
{
    FUZZ_ASSERT(it->settings.count < sizeof it->list / sizeof *it->list);
    it->list[it->settings.count++] = (struct setting){.key = key, .value = value};
}

void fuzz_call_end(struct fuzz_call *it)
{
    fault_clear(&it->fault);
    arena_free(&it->call.arena);
}

void fuzz_check_result(const struct fuzz_call *it, enum module_result result)
{
    bool fine = result == MODULE_OK || result == MODULE_PASS;
    FUZZ_ASSERT(result == MODULE_OK || result == MODULE_PASS || result == MODULE_RETRY ||
                result == MODULE_FAIL);
    FUZZ_ASSERT(fine == !fault_is_set(&it->fault));
    if (!fine)
        FUZZ_ASSERT(it->fault.operator&& * it->fault.operator);
}
