/* SPDX-License-Identifier: ISC */
/* Reading a tree; it is made by a builder. */
#include "render/tree.h"

struct span tree_text(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->tag != TAG_TEXT)
        return (struct span){NULL, 0};
    return (struct span){tree->pool + at->text, at->text_len};
}

struct span tree_attr(const struct tree *tree, uint32_t node, enum tree_attr_name name)
{
    const struct tree_node *at = &tree->nodes[node];
    for (uint32_t i = at->first_attr; i < at->first_attr + at->attr_count; i++)
        if (tree->attrs[i].name == name)
            return (struct span){tree->pool + tree->attrs[i].value, tree->attrs[i].value_len};
    return (struct span){NULL, 0};
}

struct span tree_language(const struct tree *tree, uint32_t node)
{
    for (; node != TREE_NONE; node = tree->nodes[node].parent) {
        struct span language = tree_attr(tree, node, ATTR_lang);
        if (language.at)
            return span_trim(language);
    }
    return tree->language.at ? tree->language : SPAN_LITERAL("");
}

const char *tree_tag_name(enum tree_tag tag)
{
#define TAG_NAME(name) [TAG_##name] = #name,
    static const char names[TAG_COUNT][12] = {
        [TAG_UNKNOWN] = "unknown", [TAG_TEXT] = "text", TREE_TAGS(TAG_NAME)};
#undef TAG_NAME
    return tag < TAG_COUNT ? names[tag] : names[TAG_UNKNOWN];
}

_Static_assert(TAG_h6 - TAG_h1 == 5, "headings follow each other");
