/* SPDX-License-Identifier: ISC */
/* A page through decoder, tokenizer, tree construction and renderers. */
#include "test/fuzz/page_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_page((struct span){(const char *)data, size}, "yes");
    return 0;
}
