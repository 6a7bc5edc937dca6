/* SPDX-License-Identifier: ISC */
/* Which elements are hidden by their own attributes and names, written independently of passes.c. */
#include "test/oracle/oracle.h"

#include <string.h>

/* A style without blanks and in lower case, cut to the room there is. */
static void normal_style(struct span style, char out[1024])
{
    size_t len = 0;
    for (size_t i = 0; i < style.len && len < 1022; i++) {
        char byte = style.at[i];
        if (!strchr(" \t\n\r\f", byte))
            out[len++] = (char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    }
    out[len++] = ';';
    out[len] = '\0';
}

/* The last declaration of a property is the one that holds. */
static bool style_says(const char *style, const char *property, const char *value)
{
    const char *last = NULL;
    for (const char *at = style; (at = strstr(at, property)); at++)
        if (at == style || at[-1] == ';')
            last = at + strlen(property);
    return last && strncmp(last, value, strlen(value)) == 0 &&
           strchr(";!", last[strlen(value)]) != NULL;
}

static bool is_unseen_by_name(const char *name)
{
    static const char names[][10] = {"head",     "title",    "script", "style", "template",
                                     "datalist", "colgroup", "base",   "meta",  "link",
                                     "param",    "source",   "track",  "col"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* One text and nothing else, from "<" and a letter to ">". */
static bool is_markup_as_text(const struct tree *tree, uint32_t node)
{
    const struct tree_node *at = &tree->nodes[node];
    if (at->end != node + 2 || tree->nodes[node + 1].tag != TAG_TEXT)
        return false;
    struct span text = span_trim(tree_text(tree, node + 1));
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return text.len > 2 && text.at[0] == '<' && memchr(letters, text.at[1], sizeof letters - 1) &&
           text.at[text.len - 1] == '>';
}

static bool is_hidden_by_itself(const struct tree *tree, uint32_t node)
{
    const char *name = tree_tag_name(tree->nodes[node].tag);
    char style[1024];
    normal_style(tree_attr(tree, node, ATTR_style), style);
    if (is_unseen_by_name(name))
        return true;
    if (strcmp(name, "html") == 0 || strcmp(name, "body") == 0)
        return false;
    if (strcmp(name, "noscript") == 0 && is_markup_as_text(tree, node))
        return true;
    if (strcmp(name, "dialog") == 0 && !tree_attr(tree, node, ATTR_open).at)
        return true;
    if (strcmp(name, "input") == 0 &&
        span_equal_nocase(tree_attr(tree, node, ATTR_type), SPAN_LITERAL("hidden")))
        return true;
    return tree_attr(tree, node, ATTR_hidden).at != NULL ||
           span_equal_nocase(span_trim(tree_attr(tree, node, ATTR_aria_hidden)),
                             SPAN_LITERAL("true")) ||
           style_says(style, "display:", "none") || style_says(style, "visibility:", "hidden") ||
           style_says(style, "visibility:", "collapse");
}

void oracle_hide(struct tree *tree)
{
    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct tree_node *node = &tree->nodes[i];
        uint32_t parent = node->parent;
        bool hidden = parent != TREE_NONE && (tree->nodes[parent].flags & TREE_HIDDEN);
        hidden = hidden || (node->tag != TAG_TEXT && is_hidden_by_itself(tree, i));
        node->flags = (uint16_t)((node->flags & ~TREE_HIDDEN) | (hidden ? TREE_HIDDEN : 0));
    }
}
