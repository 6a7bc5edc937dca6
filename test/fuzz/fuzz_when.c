/* SPDX-License-Identifier: ISC */
/* One `when` test: what is read is written so that it is read as the same again. */
#include "test/fuzz/fuzz.h"

#include "agent/modules/when.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    struct arena *arena = arena_new(1 << 20);
    struct when when, again;
    char *value = fuzz_text(fuzz_part(&rest));
    struct fields fields = {{NULL}};
    const char *wrong = when_parse(arena, rest, &when);
    if (wrong) {
        FUZZ_ASSERT(*wrong);
    } else {
        const char *text = when_text(arena, &when);
        FUZZ_ASSERT(text && !when_parse(arena, span_of(text), &again));
        FUZZ_ASSERT(strcmp(text, when_text(arena, &again)) == 0);
        FUZZ_ASSERT(!when_holds(&when, &fields));
        for (size_t i = 0; i < FIELD_COUNT; i++)
            fields.values[i] = value;
        FUZZ_ASSERT(when_holds(&when, &fields) == when_holds(&again, &fields));
    }
    free(value);
    arena_free(&arena);
    return 0;
}
