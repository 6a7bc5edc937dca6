/* SPDX-License-Identifier: ISC */
/* The way to the article: by all rules, then by fewer, until there is enough of it. */
#include "render/article/article_parts.h"

enum {
    LEAST_CHARS = 140,  /* less is no article, unless the page has no more than a little more */
    LEAST_SHARE = 8,    /* parts of the page's text */
    FRONT_HEADINGS = 6, /* so many headings that lead elsewhere ... */
    FRONT_CHARS = 500   /* ... with so little between them are a front page */
};

static bool prepare(struct article *article, struct arena *arena)
{
    size_t count = article->tree->node_count;
    article->names = arena_alloc(arena, count * sizeof *article->names);
    article->dropped = arena_alloc(arena, count);
    article->sums = arena_alloc(arena, count * sizeof *article->sums);
    article->scores = arena_alloc(arena, count * sizeof *article->scores);
    if (!article->names || !article->dropped || !article->sums || !article->scores ||
        !article_find_units(article, arena))
        return false;
    article_name(article);
    return true;
}

/* Signs that the article has, by the rules of `way`; 0 when there is none. */
static uint32_t attempt(struct article *article, unsigned way)
{
    article->way = way;
    article_strip(article);
    article_count(article);
    article_score(article);
    if (!article_choose(article))
        return 0;
    article_clean(article);
    return article->sums[article->top].chars;
}

/* Teasers, one below the other: what is whole of such a page is the list of them. */
static bool is_front_page(const struct article *article)
{
    const struct article_sums *sums = &article->sums[article->top];
    return sums->linked_headings >= FRONT_HEADINGS && sums->linked_headings * 2 >= sums->headings &&
           sums->chars / sums->linked_headings < FRONT_CHARS;
}

bool article_find(struct article *article, const struct tree *tree, struct arena *arena)
{
    static const unsigned ways[] = {WAY_ALL, WAY_WEIGH | WAY_CLEAN, WAY_CLEAN, 0};
    *article = (struct article){.tree = tree,
                                .captions = article->captions,
                                .noscript = article->noscript,
                                .top = TREE_NONE};
    if (!tree->node_count || tree->node_count > ARTICLE_MAX_NODES)
        return true;
    if (!prepare(article, arena))
        return false;
    uint32_t most = 0, whole = 0;
    unsigned best = 0;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && most < ARTICLE_ENOUGH; i++) {
        uint32_t chars = attempt(article, ways[i]);
        if (chars > most) {
            most = chars;
            best = ways[i];
        }
    }
    article_strip(article);
    article_count(article);
    whole = article->sums[0].chars;
    if (most && attempt(article, best) && !is_front_page(article))
        article_trim(article);
    else
        article->top = TREE_NONE;
    uint32_t chars = article->top == TREE_NONE ? 0 : article->sums[article->top].chars;
    if (!chars || (chars < LEAST_CHARS && chars * LEAST_SHARE < whole))
        article->top = TREE_NONE;
    return true;
}
