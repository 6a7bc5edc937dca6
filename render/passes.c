/* SPDX-License-Identifier: ISC */
/* Hiding, blocks, preformatted text, and elements that have nothing to show. */
#include "render/passes.h"

#include "render/tags.h"

/* How much an element has to show; blanks alone separate words, but make no block. */
enum content { CONTENT_NONE, CONTENT_BLANK, CONTENT_SEEN };

static bool is_blank(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != ' ' && text.at[i] != '\n' && text.at[i] != '\t' && text.at[i] != '\r' &&
            text.at[i] != '\f')
            return false;
    return true;
}

/* Takes `property: value` off a style attribute. */
static bool next_declaration(struct span *style, struct span *property_out, struct span *value_out)
{
    while (style->len) {
        ptrdiff_t end = span_find_byte(*style, ';');
        struct span one = {style->at, end < 0 ? style->len : (size_t)end};
        *style = span_from(*style, one.len + 1);
        ptrdiff_t colon = span_find_byte(one, ':');
        if (colon < 0)
            continue;
        *property_out = span_trim((struct span){one.at, (size_t)colon});
        *value_out = span_trim(span_from(one, (size_t)colon + 1));
        return true;
    }
    return false;
}

static bool value_is(struct span value, struct span word)
{
    return span_starts_nocase(value, word) &&
           (value.len == word.len || value.at[word.len] == ' ' || value.at[word.len] == '!');
}

/* The later declaration wins, as it does in browsers. */
static bool is_hidden_by_style(struct span style)
{
    bool gone = false, invisible = false;
    struct span property, value;
    while (next_declaration(&style, &property, &value)) {
        if (span_equal_nocase(property, SPAN_LITERAL("display")))
            gone = value_is(value, SPAN_LITERAL("none"));
        else if (span_equal_nocase(property, SPAN_LITERAL("visibility")))
            invisible = value_is(value, SPAN_LITERAL("hidden")) ||
                        value_is(value, SPAN_LITERAL("collapse"));
    }
    return gone || invisible;
}

static bool is_pre_by_style(struct span style)
{
    bool pre = false;
    struct span property, value;
    while (next_declaration(&style, &property, &value))
        if (span_equal_nocase(property, SPAN_LITERAL("white-space")))
            pre = value_is(value, SPAN_LITERAL("pre")) ||
                  value_is(value, SPAN_LITERAL("pre-wrap")) ||
                  value_is(value, SPAN_LITERAL("break-spaces"));
    return pre;
}

static bool has_attr(const struct tree *tree, uint32_t node, enum tree_attr_name name)
{
    return tree_attr(tree, node, name).at != NULL;
}

static bool is_hidden(const struct tree *tree, uint32_t node)
{
    enum tree_tag tag = tree->nodes[node].tag;
    if (tag_traits(tag) & TRAIT_UNSEEN)
        return true;
    /* A page that hides all of itself means to show it by script, which will not run. */
    if (tag == TAG_html || tag == TAG_body)
        return false;
    if (tag == TAG_dialog && !has_attr(tree, node, ATTR_open))
        return true;
    if (!tree->nodes[node].attr_count)
        return false;
    if (tag == TAG_input &&
        span_equal_nocase(tree_attr(tree, node, ATTR_type), SPAN_LITERAL("hidden")))
        return true;
    return has_attr(tree, node, ATTR_hidden) ||
           span_equal_nocase(span_trim(tree_attr(tree, node, ATTR_aria_hidden)),
                             SPAN_LITERAL("true")) ||
           is_hidden_by_style(tree_attr(tree, node, ATTR_style));
}

static void flag_down(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct tree_node *node = &tree->nodes[i];
        uint16_t above = node->parent == TREE_NONE ? 0 : tree->nodes[node->parent].flags;
        node->flags = above & (TREE_HIDDEN | TREE_PRE);
        if (node->tag == TAG_TEXT)
            continue;
        if (tag_traits(node->tag) & TRAIT_BLOCK)
            node->flags |= TREE_BLOCK;
        if (node->tag == TAG_pre || node->tag == TAG_textarea ||
            (node->attr_count && is_pre_by_style(tree_attr(tree, i, ATTR_style))))
            node->flags |= TREE_PRE;
        if (is_hidden(tree, i))
            node->flags |= TREE_HIDDEN;
    }
}

static enum content own_content(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->tag == TAG_TEXT)
        return at->flags & TREE_PRE || !is_blank(tree_text(tree, node)) ? CONTENT_SEEN
                                                                        : CONTENT_BLANK;
    if (tag_traits(at->tag) & TRAIT_SHOWS)
        return CONTENT_SEEN;
    /* A link that shows nothing but has a name can be told by it. */
    if (at->tag == TAG_a && tree_attr(tree, node, ATTR_aria_label).len)
        return CONTENT_SEEN;
    return CONTENT_NONE;
}

/*
 * Backwards, so that children come before their parents.  `link` is not in use yet and serves as
 * the sum of what was seen inside.
 */
static void flag_up(struct tree *tree)
{
    for (uint32_t i = tree->node_count; i > 0; i--) {
        struct tree_node *node = &tree->nodes[i - 1];
        enum content content = node->link;
        enum content own = own_content(tree, i - 1);
        node->link = 0;
        if (own > content)
            content = own;
        if (node->flags & TREE_BLOCK && content == CONTENT_BLANK)
            content = CONTENT_NONE;
        if (node->tag != TAG_TEXT && content == CONTENT_NONE)
            node->flags |= TREE_EMPTY;
        if (node->parent == TREE_NONE || node->flags & TREE_HIDDEN)
            continue;
        if (tree->nodes[node->parent].link < content)
            tree->nodes[node->parent].link = content;
    }
}

void passes_flags(struct tree *tree)
{
    flag_down(tree);
    flag_up(tree);
}

uint32_t passes_text_bytes(const struct tree *tree)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (tree->nodes[i].tag == TAG_TEXT && !(tree->nodes[i].flags & TREE_HIDDEN) &&
            !is_blank(tree_text(tree, i)))
            bytes += tree->nodes[i].text_len;
    return bytes;
}
