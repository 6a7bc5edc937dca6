/* SPDX-License-Identifier: ISC */
/* The pre-pass alone: what it puts out is sound UTF-8 of known elements, nested within limits, and
 * has the same words when it is read once more. */
#include "test/fuzz/fuzz.h"

#include "agent/base/charset.h"
#include "render/clean.h"
#include "render/tags.h"
#include "render/tokenizer.h"

struct seen {
    size_t depth;
    struct buffer words; /* without line ends: the first in a <pre> is none */
};

static void add_words(struct seen *seen, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\n')
            buffer_add_byte(&seen->words, text.at[i]);
}

static bool check_token(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    struct seen *seen = context;
    (void)tokenizer;
    FUZZ_ASSERT(token->kind != TOKEN_COMMENT);
    if (token->kind == TOKEN_TEXT)
        add_words(seen, token->text);
    else if (token->kind == TOKEN_START && !(tag_traits(tag_of(token->name)) & TRAIT_VOID))
        seen->depth++;
    else if (token->kind == TOKEN_END && seen->depth > 0)
        seen->depth--;
    FUZZ_ASSERT(seen->depth <= CLEAN_MAX_DEPTH + 8);
    FUZZ_ASSERT(token->attr_count <= TOKENIZER_MAX_ATTRS);
    for (size_t i = 0; i < token->attr_count; i++) {
        FUZZ_ASSERT(token->attrs[i].value.len <= TOKENIZER_MAX_VALUE);
        FUZZ_ASSERT(!span_starts_nocase(token->attrs[i].name, SPAN_LITERAL("on")));
    }
    return true;
}

static void look_at(const struct clean_page *page, struct seen *seen)
{
    struct span html = buffer_span(&page->html);
    unsigned cuts;
    *seen = (struct seen){.depth = 0};
    buffer_init(&seen->words, html.len * 3 + 16);
    FUZZ_ASSERT(charset_is_utf8(html) && charset_is_utf8(buffer_span(&page->title)));
    FUZZ_ASSERT(
        tokenizer_run(html, TOKENIZER_DATA, (struct span){NULL, 0}, check_token, seen, &cuts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer text;
    struct clean_page page, again;
    struct seen first, second;
    buffer_init(&text, size * 3 + 16);
    charset_clean_utf8((struct span){(const char *)data, size}, &text);
    for (size_t i = 0; i < text.len; i++)
        text.at[i] = text.at[i] == '\r' ? '\n' : text.at[i];
    FUZZ_ASSERT(clean_html(buffer_span(&text), &page));
    look_at(&page, &first);
    FUZZ_ASSERT(clean_html(buffer_span(&page.html), &again));
    look_at(&again, &second);
    if (page.cuts == 0 && again.cuts == 0)
        FUZZ_ASSERT(span_equal(buffer_span(&first.words), buffer_span(&second.words)));
    buffer_free(&first.words);
    buffer_free(&second.words);
    clean_free(&again);
    clean_free(&page);
    buffer_free(&text);
    return 0;
}
