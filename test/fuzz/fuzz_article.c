/* SPDX-License-Identifier: ISC */
/* A page through the builder to the extractor: whatever it finds is a sound tree and sound lines. */
#include "render/plain.h"
#include "test/fuzz/page_checks.h"

enum { MEMORY = 256 * 1024 * 1024, LINES = 5 };

extern const struct www4mail_module page_module, article_module;

static void check_extract(const struct extract *extract)
{
    struct span lines[LINES] = {extract->title, extract->byline, extract->date, extract->image,
                                extract->note};
    for (size_t i = 0; i < LINES; i++)
        FUZZ_ASSERT(fuzz_is_line(lines[i]));
    FUZZ_ASSERT(!extract->image.len || span_starts_nocase(extract->image, SPAN_LITERAL("http")));
    if (extract->tree)
        fuzz_check_tree(extract->tree);
}

static void extract(const struct render_input *input)
{
    static const enum render_part parts[] = {PART_PAGE, PART_ARTICLE, PART_WORDS};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct fuzz_call it;
        struct extract found;
        fuzz_call_begin(&it, MEMORY);
        enum module_result result =
            article_module.extractor->extract(&it.call, input, parts[i], &found);
        fuzz_check_result(&it, result);
        if (result == MODULE_OK)
            check_extract(&found);
        fuzz_call_end(&it);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct page_hints hints = {.url = "http://example.org/dir/page.html",
                                            .type = "text/html",
                                            .charset = "utf-8",
                                            .language = "",
                                            .file_name = ""};
    struct span input = {(const char *)data, size};
    struct fuzz_call it;
    struct buffer bytes;
    struct flat facts;
    const struct tree *tree = NULL;
    fuzz_call_begin(&it, MEMORY);
    buffer_init(&bytes, FACTS_MAX_BYTES);
    enum module_result result =
        page_module.builder->build(&it.call, NULL, input, &hints, &bytes, &tree);
    if (result == MODULE_OK && tree &&
        flat_open(&facts, FACTS_KIND, FACTS_SHAPE, buffer_span(&bytes))) {
        struct render_input rendered = {input, &hints, &facts, tree};
        extract(&rendered);
    }
    buffer_free(&bytes);
    fuzz_call_end(&it);
    return 0;
}
