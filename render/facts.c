/* SPDX-License-Identifier: ISC */
/* Reading the table of facts. */
#include "render/facts.h"

struct span facts_text(const struct flat *facts, enum facts_what what)
{
    for (uint32_t row = 0; row < facts->rows; row++)
        if (flat_get_number(facts, row, FACTS_WHAT) == (uint32_t)what)
            return flat_get_text(facts, row, FACTS_TEXT);
    return (struct span){NULL, 0};
}
