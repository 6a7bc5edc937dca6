/* SPDX-License-Identifier: ISC */
/* The second way to a tree: tags as they come; the clean stream is nested well enough for that. */
#include "render/import.h"

#include "render/tags.h"
#include "render/tokenizer.h"

struct builder {
    struct maker *maker;
    uint8_t open[MAKER_MAX_DEPTH];
    size_t depth;
    bool has_body;
};

_Static_assert(TAG_COUNT <= 256, "tags of open elements are bytes");

static void copy_attrs(struct maker *maker, const struct token *token)
{
    for (size_t i = 0; i < token->attr_count; i++) {
        enum tree_attr_name name = tag_attr_of(token->attrs[i].name);
        if (name != ATTR_COUNT)
            maker_attr(maker, name, token->attrs[i].value);
    }
}

static void open_body(struct builder *builder)
{
    if (!builder->has_body)
        maker_open(builder->maker, TAG_body);
    builder->has_body = true;
}

static void take_start(struct builder *builder, enum tree_tag tag, const struct token *token)
{
    if (tag == TAG_head || tag == TAG_body)
        return;
    if (tag == TAG_html) {
        if (!builder->has_body)
            copy_attrs(builder->maker, token);
        return;
    }
    open_body(builder);
    if (builder->depth == MAKER_MAX_DEPTH || !maker_open(builder->maker, tag))
        return;
    copy_attrs(builder->maker, token);
    if (tag_traits(tag) & TRAIT_VOID)
        maker_close(builder->maker);
    else
        builder->open[builder->depth++] = (uint8_t)tag;
}

static void take_end(struct builder *builder, enum tree_tag tag)
{
    size_t found = builder->depth;
    while (found && builder->open[found - 1] != tag)
        found--;
    if (!found)
        return;
    for (; builder->depth >= found; builder->depth--)
        maker_close(builder->maker);
}

static bool take_token(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    (void)tokenizer;
    struct builder *builder = context;
    if (token->kind == TOKEN_TEXT) {
        if (span_trim(token->text).len)
            open_body(builder);
        if (builder->has_body)
            maker_text(builder->maker, token->text);
    } else if (token->kind == TOKEN_START) {
        take_start(builder, tag_of(token->name), token);
    } else if (token->kind == TOKEN_END) {
        take_end(builder, tag_of(token->name));
    }
    return true;
}

bool import_tokens(struct span html, struct maker *maker)
{
    struct builder builder = {.maker = maker};
    unsigned cuts;
    bool done =
        tokenizer_run(html, TOKENIZER_DATA, (struct span){NULL, 0}, take_token, &builder, &cuts);
    maker->cut |= cuts != 0;
    return done;
}
