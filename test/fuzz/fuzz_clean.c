/* SPDX-License-Identifier: ISC */
/* Pre-pass and tree construction alone: the tree is sound, and no text is lost or invented on the way
 * from a row of blocks to a tree with all its structure. */
#include "test/fuzz/fuzz.h"

#include "agent/base/charset.h"
#include "render/construct/clean.h"

#include <string.h>

enum { MEMORY = 256 * 1024 * 1024 };

struct seen {
    size_t bytes[256]; /* of texts, how often each */
    unsigned cuts;
};

static void check_tree(const struct tree *tree, struct seen *seen)
{
    for (uint32_t i = 0; i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        FUZZ_ASSERT(node->end > i && node->end <= tree->node_count && node->tag < TAG_COUNT);
        FUZZ_ASSERT(i == 0 ? node->parent == TREE_NONE : node->parent < i);
        FUZZ_ASSERT(i == 0 || node->end <= tree->nodes[node->parent].end);
        FUZZ_ASSERT(node->next == TREE_NONE || node->next == node->end);
        FUZZ_ASSERT(node->tag == TAG_TEXT
                        ? node->attr_count == 0
                        : (uint64_t)node->first_attr + node->attr_count <= tree->attr_count);
        struct span text = tree_text(tree, i);
        FUZZ_ASSERT(charset_is_utf8(text));
        for (size_t j = 0; j < text.len; j++)
            seen->bytes[(unsigned char)text.at[j]]++;
    }
    seen->bytes[' '] = seen->bytes['\n'] = seen->bytes['\t'] = 0;
}

static void look_at(struct span text, bool plain, struct seen *seen)
{
    struct arena *arena = arena_new(MEMORY);
    struct maker *maker = arena_alloc(arena, sizeof *maker);
    struct clean_options options = {.plain = plain};
    struct clean_page page;
    struct tree tree;
    memset(seen, 0, sizeof *seen);
    FUZZ_ASSERT(maker);
    maker_init(maker);
    FUZZ_ASSERT(clean_html(text, &options, maker, &page));
    FUZZ_ASSERT(charset_is_utf8(buffer_span(&page.title)));
    FUZZ_ASSERT(maker_finish(maker, arena, &tree));
    check_tree(&tree, seen);
    seen->cuts = page.cuts;
    maker_free(maker);
    clean_free(&page);
    arena_free(&arena);
}

/* Where a picture that was never closed ends depends on what is open around it. */
static bool is_foreign(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        struct span rest = span_from(text, i);
        if (span_starts_nocase(rest, SPAN_LITERAL("<svg")) ||
            span_starts_nocase(rest, SPAN_LITERAL("<math")))
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer text;
    struct seen whole, plain;
    buffer_init(&text, size * 3 + 16);
    charset_clean_utf8((struct span){(const char *)data, size}, &text);
    for (size_t i = 0; i < text.len; i++)
        text.at[i] = text.at[i] == '\r' ? '\n' : text.at[i];
    look_at(buffer_span(&text), false, &whole);
    look_at(buffer_span(&text), true, &plain);
    if (!is_foreign(buffer_span(&text)))
        FUZZ_ASSERT(memcmp(whole.bytes, plain.bytes, sizeof whole.bytes) == 0);
    buffer_free(&text);
    return 0;
}
