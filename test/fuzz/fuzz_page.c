/* SPDX-License-Identifier: ISC */
/* A page through decoder, tokenizer, pre-pass and renderers, the tree made of the tokens alone. */
#include "test/fuzz/page_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_page((struct span){(const char *)data, size}, "no");
    return 0;
}
