/* SPDX-License-Identifier: ISC */
/* Feeds, JSON, Markdown, tables and text through their builders and all renderers. */
#include "test/fuzz/page_checks.h"

extern const struct www4mail_module feed_module, json_module, markdown_module, csv_module,
    plaintext_module;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct www4mail_module *const modules[] = {
        &feed_module, &json_module, &markdown_module, &csv_module, &plaintext_module};
    struct span input = {(const char *)data, size};
    const struct www4mail_module *module = modules[fuzz_number(&input, 5)];
    fuzz_builder(module, input, "yes");
    return 0;
}
