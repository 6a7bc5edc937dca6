/* SPDX-License-Identifier: ISC */
/* Memory runs out while a tree becomes light HTML: the whole document, or a fault of memory. */
#include "test/unit/torture_render.h"

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory_ends_while_rendering)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
