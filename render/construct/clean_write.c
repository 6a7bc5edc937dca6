/* SPDX-License-Identifier: ISC */
/* Hands on to the tree what the pre-pass keeps. */
#include "render/construct/clean_parts.h"

#include <string.h>

uint32_t clean_hash(uint32_t seed, struct span text)
{
    uint32_t hash = seed ^ 2166136261u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 16777619u;
    return hash;
}

/* Text may end before this byte: at a blank, in a script without them between characters. */
static bool may_end(char byte, bool far)
{
    return byte == ' ' || byte == '\n' || (byte & 0xC0) == 0xC0 || (far && (byte & 0xC0) != 0x80);
}

/* As much of a text as is still wanted. */
static struct span wanted(struct cleaner *cleaner, struct span text)
{
    size_t before = cleaner->text, max = cleaner->max_text;
    cleaner->text += text.len;
    if (!max || cleaner->text <= max)
        return text;
    for (size_t i = before < max ? max - before : 0; i < text.len; i++)
        if (may_end(text.at[i], before + i > 2 * max)) {
            cleaner->page->cuts |= CLEAN_CUT_TEXT;
            text.len = i;
        }
    return text;
}

void clean_text(struct cleaner *cleaner, struct span text)
{
    construct_text(&cleaner->construct, wanted(cleaner, text));
}

static bool is_address(struct span name)
{
    static const char names[][8] = {"href", "src", "action", "poster"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_equal(name, span_of(names[i])))
            return true;
    return false;
}

/* In the content of a frame links are absolute. */
static void open_moved(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    struct token_attr attrs[TOKENIZER_MAX_ATTRS];
    struct token moved = *token;
    moved.attrs = attrs;
    moved.attr_count = 0;
    for (size_t i = 0; i < token->attr_count && i < TOKENIZER_MAX_ATTRS; i++) {
        struct token_attr attr = token->attrs[i];
        if (is_address(attr.name))
            attr.value = clean_move_link(cleaner, attr.value);
        if (attr.value.at)
            attrs[moved.attr_count++] = attr;
    }
    construct_start(&cleaner->construct, tag, &moved);
}

void clean_open(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    if (cleaner->frame)
        open_moved(cleaner, tag, token);
    else
        construct_start(&cleaner->construct, tag, token);
}

void clean_close(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    construct_end(&cleaner->construct, tag, token);
}
