/* SPDX-License-Identifier: ISC */
/*
 * article (role extractor): a page's tree -> the tree of its main text, with title, by-line, date and
 * picture; of a page that shows next to nothing, what it carries as data.  Goes by shape, never by
 * the name of a site, and opens nothing.
 */
#include "render/article/article_parts.h"
#include "render/article/light.h"

enum { THIN_CHARS = 250, NOTE_MAX = 700 };

static enum module_result no_memory(struct call *call)
{
    return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for the article");
}

/* The head may name the same page in a form that needs no script. */
static struct span simpler_page(const struct tree *tree)
{
    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct span rel = span_trim(tree_attr(tree, i, ATTR_rel));
        struct span type = tree_attr(tree, i, ATTR_type);
        if (tree->nodes[i].tag != TAG_link)
            continue;
        bool feed = span_equal_nocase(rel, SPAN_LITERAL("alternate")) &&
                    (span_find(type, SPAN_LITERAL("rss")) >= 0 ||
                     span_find(type, SPAN_LITERAL("atom")) >= 0);
        if (feed || span_equal_nocase(rel, SPAN_LITERAL("amphtml")))
            return span_trim(tree_attr(tree, i, ATTR_href));
    }
    return (struct span){NULL, 0};
}

/* False when memory is short. */
static bool point_elsewhere(const struct tree *tree, struct arena *arena, struct span *note)
{
    struct span href = simpler_page(tree), url;
    if (!href.len || !url_resolve(arena, tree->base.text ? &tree->base : NULL, href, &url) ||
        url.len > NOTE_MAX || !span_starts_nocase(url, SPAN_LITERAL("http")))
        return true;
    char *text = arena_printf(arena, "This page shows its text by a script only. Try: %.*s",
                              (int)url.len, url.at);
    *note = span_of(text);
    return text;
}

/* What the page carries as data: what is still not known of the article and, when `wanted`, its
 * text. */
static enum module_result extract_light(struct call *call, const struct render_input *input,
                                        bool wanted, struct extract *extract_out)
{
    struct light *light = www4mail_alloc(call, sizeof *light);
    if (!light)
        return no_memory(call);
    if (!light_begin(light, call, input))
        return MODULE_FAIL;
    if (!light_meta(light, extract_out)) {
        light_drop(light);
        return no_memory(call);
    }
    if (wanted)
        return light_tree(light, input->tree, extract_out);
    light_drop(light);
    return MODULE_OK;
}

static enum module_result extract_page(struct call *call, const struct render_input *input,
                                       struct extract *extract_out)
{
    enum module_result result = extract_light(call, input, true, extract_out);
    if (result != MODULE_OK || extract_out->tree)
        return result;
    *extract_out = (struct extract){0}; /* the page is shown under its own title */
    if (!point_elsewhere(input->tree, www4mail_arena(call), &extract_out->note))
        return no_memory(call);
    return MODULE_OK;
}

/* Nothing, or so little that the page's data may well have more. */
static bool is_thin(const struct article *article)
{
    return article->top == TREE_NONE || article->sums[article->top].chars < THIN_CHARS;
}

static enum module_result extract_article(struct call *call, const struct render_input *input,
                                          bool words, struct extract *extract_out)
{
    struct arena *arena = www4mail_arena(call);
    struct article article = {.captions = !words};
    if (!article_find(&article, input->tree, arena) ||
        (article.names && !article_meta(&article, arena, extract_out)))
        return no_memory(call);
    if (is_thin(&article) || !extract_out->byline.len || !extract_out->date.len) {
        enum module_result result = extract_light(call, input, is_thin(&article), extract_out);
        if (result != MODULE_OK || extract_out->tree)
            return result;
    }
    if (article.top == TREE_NONE) {
        extract_out->note = SPAN_LITERAL("No article was found on this page; this is all of it.");
        return MODULE_OK;
    }
    extract_out->tree = article_tree(&article, words, arena);
    return extract_out->tree ? MODULE_OK : no_memory(call);
}

static enum module_result extract(struct call *call, const struct render_input *input,
                                  enum render_part part, struct extract *extract_out)
{
    *extract_out = (struct extract){0};
    if (!input->tree)
        return MODULE_PASS;
    if (part == PART_PAGE)
        return extract_page(call, input, extract_out);
    return extract_article(call, input, part == PART_WORDS, extract_out);
}

static const struct extractor_ops article_ops = {.extract = extract};

WWW4MAIL_MODULE("article", "filter", extractor, &article_ops);
