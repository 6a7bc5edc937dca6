/* SPDX-License-Identifier: ISC */
/* Which element holds the article: the best, or what is around several that are nearly as good, with
 * the neighbours that go on with it. */
#include "render/article/article_parts.h"

enum { RIVALS = 5, ENOUGH_RIVALS = 3, LONG_CHARS = 80 };

static void find_rivals(const struct article *article, uint32_t rivals[RIVALS], size_t *count_out)
{
    size_t count = 0;
    for (uint32_t i = 0; i < article->tree->node_count; i++) {
        if (article->scores[i] <= 0 || article->dropped[i])
            continue;
        size_t at = count;
        while (at > 0 && article->scores[rivals[at - 1]] < article->scores[i])
            at--;
        if (at == RIVALS)
            continue;
        count += count < RIVALS;
        for (size_t j = count - 1; j > at; j--)
            rivals[j] = rivals[j - 1];
        rivals[at] = i;
    }
    *count_out = count;
}

static bool contains(const struct tree *tree, uint32_t outer, uint32_t inner)
{
    return inner > outer && inner < tree->nodes[outer].end;
}

static bool is_frame(const struct tree *tree, uint32_t node)
{
    return node == TREE_NONE || tree->nodes[node].tag == TAG_body ||
           tree->nodes[node].tag == TAG_html;
}

/* When several elements are nearly as good, the one around them is meant. */
static void join_rivals(struct article *article, const uint32_t *rivals, size_t count)
{
    const struct tree *tree = article->tree;
    uint32_t top = article->top, up = tree->nodes[top].parent;
    for (; !is_frame(tree, up); up = tree->nodes[up].parent) {
        size_t inside = 0;
        for (size_t i = 1; i < count; i++)
            inside += article->scores[rivals[i]] >= 0.75f * article->scores[top] &&
                      contains(tree, up, rivals[i]);
        if (inside >= ENOUGH_RIVALS) {
            article->top = up;
            return;
        }
    }
}

static void climb(struct article *article)
{
    const struct tree *tree = article->tree;
    if (!article->scores[article->top])
        article->scores[article->top] = article_start_score(article, article->top);
    float last = article->scores[article->top], least = last / 3;
    uint32_t up = tree->nodes[article->top].parent;
    for (; !is_frame(tree, up); up = tree->nodes[up].parent) {
        float score = article->scores[up];
        if (!score)
            continue;
        if (score < least)
            break;
        if (score > last) {
            article->top = up;
            break;
        }
        last = score;
    }
}

static bool is_only_child(const struct article *article, uint32_t node)
{
    const struct tree *tree = article->tree;
    uint32_t parent = tree->nodes[node].parent, count = 0;
    for (uint32_t i = tree->nodes[parent].first_child; i != TREE_NONE; i = tree->nodes[i].next)
        count += tree->nodes[i].tag != TAG_TEXT && !article->dropped[i];
    return count == 1;
}

static bool ends_sentence(const struct article *article, uint32_t node)
{
    const struct tree *tree = article->tree;
    for (uint32_t i = node; i < tree->nodes[node].end; i++) {
        struct span text = tree_text(tree, i);
        if (tree->nodes[i].tag != TAG_TEXT)
            continue;
        text = span_trim(text);
        if (text.len && text.at[text.len - 1] == '.')
            return true;
        if (span_find(text, SPAN_LITERAL(". ")) >= 0 || span_find(text, SPAN_LITERAL("。")) >= 0)
            return true;
    }
    return false;
}

static bool joins(const struct article *article, uint32_t node)
{
    const struct tree *tree = article->tree;
    uint32_t top = article->top;
    const struct article_sums *sums = &article->sums[node];
    float best = article->scores[top], least = best * 0.2f > 10 ? best * 0.2f : 10;
    struct span class = tree_attr(tree, node, ATTR_class);
    float bonus =
        class.len && span_equal(class, tree_attr(tree, top, ATTR_class)) ? best * 0.2f : 0;
    if (article->scores[node] && article->scores[node] + bonus >= least)
        return true;
    if (tree->nodes[node].tag != TAG_p)
        return false;
    float density = article_link_density(article, node);
    return sums->chars > LONG_CHARS ? density < 0.25f
                                    : sums->chars && density == 0 && ends_sentence(article, node);
}

/* Drops everything but the top and its neighbours that go on with it. */
static void join_neighbours(struct article *article)
{
    const struct tree *tree = article->tree;
    uint32_t top = article->top, parent = tree->nodes[top].parent;
    if (parent == TREE_NONE)
        return;
    for (uint32_t i = tree->nodes[parent].first_child; i != TREE_NONE; i = tree->nodes[i].next)
        if (i != top && !article->dropped[i] && !joins(article, i))
            article_drop(article, i);
    article->top = parent;
}

bool article_choose(struct article *article)
{
    const struct tree *tree = article->tree;
    uint32_t rivals[RIVALS];
    size_t count;
    find_rivals(article, rivals, &count);
    if (!count)
        return false;
    article->top = rivals[0];
    if (!is_frame(tree, article->top)) {
        join_rivals(article, rivals, count);
        climb(article);
        while (!is_frame(tree, tree->nodes[article->top].parent) &&
               is_only_child(article, article->top))
            article->top = tree->nodes[article->top].parent;
        join_neighbours(article);
    }
    return true;
}
