/* SPDX-License-Identifier: ISC */
/* A page without its structure: blocks one behind the other, with texts, pictures and links. */
#include "render/construct/construct_parts.h"

static void close_block(struct construct *construct)
{
    construct_pop_to(construct, construct->count[TAG_body] ? 2 : 1);
}

void construct_start_plain(struct construct *construct, enum tree_tag tag,
                           const struct token *token)
{
    unsigned traits = tag_traits(tag);
    if (traits & TRAIT_UNSEEN)
        return;
    if ((traits & TRAIT_BLOCK) || tag == TAG_a)
        construct_end_plain(construct, tag);
    if (traits & TRAIT_VOID)
        construct_add(construct, tag, token);
    else if (tag == TAG_a || tag == TAG_pre || tree_is_heading(tag))
        construct_push(construct, tag, token);
    else if (traits & TRAIT_BLOCK)
        construct_push(construct, TAG_div, token);
}

void construct_end_plain(struct construct *construct, enum tree_tag tag)
{
    if (tag_traits(tag) & TRAIT_BLOCK)
        close_block(construct);
    else if (tag == TAG_a && construct_current(construct) == TAG_a)
        construct_pop(construct);
}
