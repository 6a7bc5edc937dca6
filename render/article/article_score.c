/* SPDX-License-Identifier: ISC */
/* Paragraphs give points to the elements around them, links take them away. */
#include "render/article/article_parts.h"

/* No score is nothing, so that candidates can be told. */
#define TOUCHED 0.001f

enum { MIN_CHARS = 25, MANY_CHARS = 300, LEVELS = 6, DECLARED_BODY = 50, DECLARED_ARTICLE = 25 };

/* The page itself says that this is an article, or its text. */
static float declared(const struct tree *tree, uint32_t node)
{
    if (span_find(tree_attr(tree, node, ATTR_itemprop), SPAN_LITERAL("articleBody")) >= 0)
        return DECLARED_BODY;
    struct span type = tree_attr(tree, node, ATTR_itemtype);
    if (span_find(type, SPAN_LITERAL("Article")) >= 0 ||
        span_find(type, SPAN_LITERAL("BlogPosting")) >= 0)
        return DECLARED_ARTICLE;
    return 0;
}

float article_start_score(const struct article *article, uint32_t node)
{
    float score = (float)article_weight(article, node) + declared(article->tree, node);
    enum tree_tag tag = article->tree->nodes[node].tag;
    switch (tag) {
    case TAG_div:
    case TAG_article:
    case TAG_main:
        return score + 5;
    case TAG_pre:
    case TAG_td:
    case TAG_blockquote:
        return score + 3;
    case TAG_address:
    case TAG_ol:
    case TAG_ul:
    case TAG_dl:
    case TAG_dd:
    case TAG_dt:
    case TAG_li:
    case TAG_form:
        return score - 3;
    case TAG_th:
        return score - 5;
    default:
        return tree_is_heading(tag) ? score - 5 : score;
    }
}

static void give(struct article *article, uint32_t node, float points)
{
    for (unsigned level = 0; node != TREE_NONE && level < LEVELS; level++) {
        if (!article->scores[node])
            article->scores[node] = article_start_score(article, node) + TOUCHED;
        article->scores[node] += level == 0   ? points
                                 : level == 1 ? points / 2
                                              : points / (float)(level * 3);
        node = article->tree->nodes[node].parent;
    }
}

static void score_unit(struct article *article, const struct article_unit *unit)
{
    const struct tree *tree = article->tree;
    enum tree_tag tag = tree->nodes[unit->block].tag;
    uint32_t chars = unit->chars;
    if (chars < MIN_CHARS)
        return;
    uint32_t hundreds = chars > MANY_CHARS ? 3 : chars / 100;
    float points = (float)(2 + unit->commas + hundreds);
    if (tag == TAG_li || tag == TAG_dd || tag == TAG_dt || tag == TAG_th || tag == TAG_figcaption ||
        tag == TAG_caption || tag == TAG_body)
        points /= 4;
    bool up = chars >= article->sums[unit->block].chars || tag == TAG_p;
    give(article, up ? tree->nodes[unit->block].parent : unit->block, points);
}

void article_score(struct article *article)
{
    uint32_t count = article->tree->node_count;
    for (uint32_t i = 0; i < count; i++)
        article->scores[i] = 0;
    for (uint32_t i = 0; i < article->unit_count; i++)
        if (!article->dropped[article->units[i].first])
            score_unit(article, &article->units[i]);
    for (uint32_t i = 0; i < count; i++)
        if (article->scores[i])
            article->scores[i] *= 1 - article_link_density(article, i);
}
