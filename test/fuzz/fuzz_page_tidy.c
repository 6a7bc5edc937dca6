/* SPDX-License-Identifier: ISC */
/* The same with libtidy between pre-pass and tree. */
#include "test/fuzz/page_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_page((struct span){(const char *)data, size}, "yes");
    return 0;
}
