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

/* Forms of a page that need no script, the best first. */
enum simpler { SIMPLER_AMP, SIMPLER_PRINT, SIMPLER_FEED, SIMPLER_NONE };

static enum simpler simpler_form(const struct tree *tree, uint32_t node)
{
    struct span rel = span_trim(tree_attr(tree, node, ATTR_rel));
    struct span type = tree_attr(tree, node, ATTR_type);
    if (span_equal_nocase(rel, SPAN_LITERAL("amphtml")))
        return SIMPLER_AMP;
    if (!span_equal_nocase(rel, SPAN_LITERAL("alternate")))
        return SIMPLER_NONE;
    if (span_equal_nocase(span_trim(tree_attr(tree, node, ATTR_media)), SPAN_LITERAL("print")))
        return SIMPLER_PRINT;
    bool feed =
        span_find(type, SPAN_LITERAL("rss")) >= 0 || span_find(type, SPAN_LITERAL("atom")) >= 0;
    return feed ? SIMPLER_FEED : SIMPLER_NONE;
}

/* The head may name the same page in such a form. */
static enum simpler simpler_page(const struct tree *tree, struct span *href_out)
{
    enum simpler best = SIMPLER_NONE;
    for (uint32_t i = 0; i < tree->node_count; i++) {
        enum simpler form = tree->nodes[i].tag == TAG_link ? simpler_form(tree, i) : SIMPLER_NONE;
        struct span href = span_trim(tree_attr(tree, i, ATTR_href));
        if (form < best && href.len) {
            best = form;
            *href_out = href;
        }
    }
    return best;
}

/* False when memory is short. */
static bool point_elsewhere(const struct tree *tree, struct arena *arena, struct span *note)
{
    static const char names[][28] = {"its simpler version (AMP)", "its version for printing",
                                     "its feed"};
    struct span href, url;
    enum simpler form = simpler_page(tree, &href);
    if (form == SIMPLER_NONE ||
        !url_resolve(arena, tree->base.text ? &tree->base : NULL, href, &url) ||
        url.len > NOTE_MAX || !span_starts_nocase(url, SPAN_LITERAL("http")))
        return true;
    char *text = arena_printf(arena, "This page shows its text by a script only. Try %s: %.*s",
                              names[form], (int)url.len, url.at);
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

/* What a page keeps for readers without scripts is a last resort: mostly it asks for scripts. */
static bool find_noscript(struct article *article, const struct tree *tree, struct arena *arena,
                          struct extract *extract)
{
    struct article second = {.captions = article->captions, .noscript = true};
    uint32_t node = 0;
    while (node < tree->node_count && tree->nodes[node].tag != TAG_noscript)
        node++;
    if (node == tree->node_count)
        return true;
    if (!article_find(&second, tree, arena))
        return false;
    if (second.top == TREE_NONE || second.sums[second.top].chars < THIN_CHARS)
        return true;
    *article = second;
    extract->note = SPAN_LITERAL("This page shows its text by a script only; this is what it keeps "
                                 "for readers without scripts.");
    return true;
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
    if (is_thin(&article) && !find_noscript(&article, input->tree, arena, extract_out))
        return no_memory(call);
    if (article.top == TREE_NONE) {
        extract_out->note = SPAN_LITERAL("No article was found on this page; this is all of it.");
        return MODULE_OK;
    }
    extract_out->tree = article_tree(&article, words, arena);
    return extract_out->tree ? MODULE_OK : no_memory(call);
}

/* Feeds, tables of values and plain text are what they are: all of it. */
static bool has_article(struct span type, enum render_part part)
{
    static const char types[][24] = {"text/html", "application/xhtml+xml", "text/markdown"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_equal(type, span_of(types[i])))
            return part != PART_PAGE || i < 2;
    return false;
}

static enum module_result extract(struct call *call, const struct render_input *input,
                                  enum render_part part, struct extract *extract_out)
{
    *extract_out = (struct extract){0};
    if (!input->tree || !has_article(facts_text(input->facts, FACT_TYPE), part))
        return MODULE_PASS;
    if (part == PART_PAGE)
        return extract_page(call, input, extract_out);
    return extract_article(call, input, part == PART_WORDS, extract_out);
}

static const struct extractor_ops article_ops = {.extract = extract};

WWW4MAIL_MODULE("article", "filter", extractor, &article_ops);
