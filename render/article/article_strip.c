/* SPDX-License-Identifier: ISC */
/* What stands around a text and never belongs to it is dropped before anything is weighed. */
#include "render/article/article_parts.h"

static bool is_one_of(struct span word, const char (*list)[16], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal_nocase(word, span_of(list[i])))
            return true;
    return false;
}

static bool has_chrome_role(const struct tree *tree, uint32_t node)
{
    static const char roles[][16] = {"menu",   "menubar",     "complementary", "navigation",
                                     "alert",  "alertdialog", "dialog",        "search",
                                     "banner", "contentinfo"};
    return is_one_of(span_trim(tree_attr(tree, node, ATTR_role)), roles,
                     sizeof roles / sizeof *roles);
}

static bool is_inside(const struct tree *tree, uint32_t node, enum tree_tag a, enum tree_tag b)
{
    for (node = tree->nodes[node].parent; node != TREE_NONE; node = tree->nodes[node].parent)
        if (tree->nodes[node].tag == a || tree->nodes[node].tag == b)
            return true;
    return false;
}

bool article_is_quotation(const struct tree *tree, uint32_t node)
{
    size_t quotations = 0;
    for (uint32_t i = tree->nodes[node].first_child; i != TREE_NONE; i = tree->nodes[i].next) {
        enum tree_tag tag = tree->nodes[i].tag;
        if (tag == TAG_TEXT ? span_trim(tree_text(tree, i)).len > 0
                            : tag != TAG_blockquote && tag != TAG_script)
            return false;
        quotations += tag == TAG_blockquote;
    }
    return quotations == 1;
}

static bool is_unlikely(const struct article *article, uint32_t node)
{
    const struct tree *tree = article->tree;
    unsigned names = article->names[node];
    enum tree_tag tag = tree->nodes[node].tag;
    if (tag == TAG_a || tag == TAG_body || tag == TAG_html || tag == TAG_article || tag == TAG_main)
        return false;
    if ((names & (NAME_CHROME | NAME_TEXT)) == NAME_CHROME)
        return !is_inside(tree, node, TAG_table, TAG_code) && !article_is_quotation(tree, node);
    return has_chrome_role(tree, node);
}

bool article_never_shown(const struct article *article, uint32_t node)
{
    const struct tree *tree = article->tree;
    switch (tree->nodes[node].tag) {
    case TAG_head:
    case TAG_script:
    case TAG_style:
    case TAG_template:
    case TAG_title:
        return true;
    case TAG_noscript:
        return !article->noscript || tree->nodes[node].flags & TREE_HIDDEN;
    default:
        return tree->nodes[node].flags & TREE_HIDDEN;
    }
}

void article_strip(struct article *article)
{
    const struct tree *tree = article->tree;
    for (uint32_t i = 0; i < tree->node_count; i++)
        article->dropped[i] = 0;
    for (uint32_t i = 0; i < tree->node_count;) {
        bool drop = tree->nodes[i].tag != TAG_TEXT &&
                    (article_never_shown(article, i) ||
                     ((article->way & WAY_STRIP) && is_unlikely(article, i)));
        uint32_t end = drop ? tree->nodes[i].end : i + 1;
        for (; i < end; i++)
            article->dropped[i] = drop;
    }
}
