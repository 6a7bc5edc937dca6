/* SPDX-License-Identifier: ISC */
/* Looking things up in a header table. */
#include "agent/request/headers.h"

struct span headers_first(const struct flat *headers, enum headers_what what)
{
    for (uint32_t row = 0; row < headers->rows; row++)
        if (flat_get_number(headers, row, HEADERS_WHAT) == (uint32_t)what)
            return flat_get_text(headers, row, HEADERS_VALUE);
    return (struct span){NULL, 0};
}

uint32_t headers_count(const struct flat *headers, enum headers_what what)
{
    uint32_t count = 0;
    for (uint32_t row = 0; row < headers->rows; row++)
        count += flat_get_number(headers, row, HEADERS_WHAT) == (uint32_t)what;
    return count;
}

bool headers_next_line(const struct flat *headers, const char *name, uint32_t *cursor,
                       struct span *value_out)
{
    struct span wanted = span_of(name);
    while (*cursor < headers->rows) {
        uint32_t row = (*cursor)++;
        if (flat_get_number(headers, row, HEADERS_WHAT) != HEADERS_LINE ||
            !span_equal_nocase(flat_get_text(headers, row, HEADERS_NAME), wanted))
            continue;
        *value_out = flat_get_text(headers, row, HEADERS_VALUE);
        return true;
    }
    return false;
}
