/* SPDX-License-Identifier: ISC */
/* Memory runs out while a tree becomes text: the whole document, or a fault of memory. */
#include "test/unit/torture_render.h"

static void memory_ends_while_rendering_for_listeners(void **state)
{
    (void)state;
    torture_rendering(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_ends_while_rendering),
        cmocka_unit_test(memory_ends_while_rendering_for_listeners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
