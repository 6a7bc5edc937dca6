/* SPDX-License-Identifier: ISC */
/* The same without the structure of the page, as for one that made the tree fail. */
#include "test/fuzz/page_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_page((struct span){(const char *)data, size}, "no");
    return 0;
}
