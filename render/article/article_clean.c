/* SPDX-License-Identifier: ISC */
/* What crept into the article although it is none: forms, boxes of links, shares, empty shells. */
#include "render/article/article_parts.h"

static bool is_list(enum tree_tag tag)
{
    return tag == TAG_ul || tag == TAG_ol;
}

static bool is_data_table(const struct tree *tree, uint32_t node)
{
    return tree->nodes[node].tag == TAG_table && tree->nodes[node].flags & TREE_DATA_TABLE;
}

static bool is_sheltered(const struct article *article, uint32_t node, bool *in_figure_out)
{
    const struct tree *tree = article->tree;
    *in_figure_out = false;
    for (uint32_t up = tree->nodes[node].parent; up != TREE_NONE; up = tree->nodes[up].parent) {
        enum tree_tag tag = tree->nodes[up].tag;
        if (tag == TAG_code || tag == TAG_pre || is_data_table(tree, up))
            return true;
        *in_figure_out |= tag == TAG_figure;
    }
    return false;
}

/* Pictures without text, links, fields, embedded things: too much of them for a text. */
static bool looks_wrong(const struct article *article, uint32_t node, int weight, bool in_figure)
{
    const struct article_sums *sums = &article->sums[node];
    float density = article_link_density(article, node), chars = (float)sums->chars;
    bool list = is_list(article->tree->nodes[node].tag) || (float)sums->list_chars > 0.9f * chars;
    if (!in_figure && sums->images > 1 && sums->paragraphs * 2 < sums->images)
        return true;
    if (sums->inputs > sums->paragraphs / 3)
        return true;
    if ((sums->embeds == 1 && sums->chars < 75) || sums->embeds > 1)
        return true;
    if (!sums->images && !sums->block_chars)
        return true;
    if (list)
        return weight >= 25 && density > 0.5f;
    bool headed = (float)sums->heading_chars >= 0.9f * chars;
    bool bare = sums->images == 0 || sums->images > 2;
    if (!in_figure && !headed && sums->chars < 25 && bare && density > 0)
        return true;
    return sums->items > sums->paragraphs + 100 || density > (weight < 25 ? 0.2f : 0.5f);
}

static bool is_wrong(const struct article *article, uint32_t node)
{
    bool in_figure;
    if (article->sums[node].data_tables || is_sheltered(article, node, &in_figure) ||
        article_is_quotation(article->tree, node))
        return false;
    int weight = article_weight(article, node);
    if (weight < 0)
        return true;
    return article->sums[node].commas < 10 && looks_wrong(article, node, weight, in_figure);
}

/* Backwards: what is inside is judged first. */
static void clean_conditionally(struct article *article, uint32_t from, const uint8_t *tags)
{
    const struct tree *tree = article->tree;
    for (uint32_t i = tree->nodes[from].end; i-- > from + 1;) {
        if (article->dropped[i])
            continue;
        for (const uint8_t *tag = tags; *tag; tag++)
            if (tree->nodes[i].tag == *tag && is_wrong(article, i))
                article_drop(article, i);
    }
}

static bool is_always_wrong(const struct article *article, uint32_t node)
{
    switch (article->tree->nodes[node].tag) {
    case TAG_object:
    case TAG_embed:
    case TAG_footer:
    case TAG_aside:
    case TAG_iframe:
    case TAG_input:
    case TAG_textarea:
    case TAG_select:
    case TAG_button:
    case TAG_nav:
        return true;
    case TAG_h1:
    case TAG_h2:
        return article_weight(article, node) < 0;
    default:
        return (article->names[node] & NAME_SHARE) && article->sums[node].chars < 500;
    }
}

void article_clean(struct article *article)
{
    static const uint8_t forms[] = {TAG_form, TAG_fieldset, 0},
                         boxes[] = {TAG_table, TAG_ul, TAG_div, TAG_section, 0};
    const struct tree *tree = article->tree;
    uint32_t top = article->top;
    if (article->way & WAY_CLEAN)
        clean_conditionally(article, top, forms);
    for (uint32_t i = top + 1; i < tree->nodes[top].end; i++)
        if (!article->dropped[i] && tree->nodes[i].tag != TAG_TEXT && is_always_wrong(article, i))
            article_drop(article, i);
    if (article->way & WAY_CLEAN)
        clean_conditionally(article, top, boxes);
}
