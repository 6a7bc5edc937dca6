/* SPDX-License-Identifier: ISC */
/*
 * gumbo's tree -> ours, element by element.  What the agent leaves out on purpose is left out here
 * too: templates, pictures in the page's own bytes but for their words, texts for machines.
 */
#include "test/oracle/gumbo_parts.h"

#include <string.h>

#include "render/construct/tags.h"

static enum tree_tag tag_of_element(const GumboElement *element)
{
    static const char aliases[][2][12] = {
        {"listing", "pre"},   {"xmp", "pre"},     {"plaintext", "pre"}, {"acronym", "abbr"},
        {"applet", "object"}, {"image", "img"},   {"layer", "div"},     {"ilayer", "div"},
        {"frameset", "div"},  {"frame", "iframe"}};
    char name[64] = "";
    GumboStringPiece original = element->original_tag;
    if (element->tag != GUMBO_TAG_UNKNOWN) {
        strncpy(name, gumbo_normalized_tagname(element->tag), sizeof name - 1);
    } else {
        gumbo_tag_from_original_text(&original);
        for (size_t i = 0; i < original.length && i + 1 < sizeof name; i++)
            name[i] = (char)(original.data[i] |
                             (original.data[i] >= 'A' && original.data[i] <= 'Z' ? 32 : 0));
    }
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(name, aliases[i][0]) == 0)
            return tag_of(span_of(aliases[i][1]));
    return tag_of(span_of(name));
}

static void copy_attrs(struct maker *maker, const GumboElement *element, uint32_t node)
{
    for (unsigned i = 0; i < element->attributes.length; i++) {
        const GumboAttribute *attr = element->attributes.data[i];
        char name[16] = "";
        for (size_t j = 0; attr->name[j] && j + 1 < sizeof name; j++)
            name[j] = attr->name[j];
        enum tree_attr_name known =
            strlen(attr->name) < sizeof name ? tag_attr_of(span_of(name)) : ATTR_COUNT;
        struct span value = span_of(attr->value);
        if (known == ATTR_COUNT)
            continue;
        if (span_starts_nocase(span_trim(value), SPAN_LITERAL("data:")))
            value = SPAN_LITERAL("data:");
        maker_add_attr(maker, node, known, value);
    }
}

static const GumboVector *children_of(const GumboNode *node)
{
    if (node->type == GUMBO_NODE_ELEMENT)
        return &node->v.element.children;
    return node->type == GUMBO_NODE_DOCUMENT ? &node->v.document.children : NULL;
}

/* The next node in document order below `root`, of the children or behind; NULL at the end. */
const GumboNode *gumbo_next(const GumboNode *node, const GumboNode *root, bool inside)
{
    const GumboVector *children = inside ? children_of(node) : NULL;
    if (children && children->length)
        return children->data[0];
    for (; node != root; node = node->parent) {
        const GumboVector *siblings = children_of(node->parent);
        if (node->index_within_parent + 1 < siblings->length)
            return siblings->data[node->index_within_parent + 1];
    }
    return NULL;
}

bool gumbo_is_text(const GumboNode *node)
{
    return node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_CDATA ||
           node->type == GUMBO_NODE_WHITESPACE;
}

static bool is_left_out(const GumboElement *element, enum tree_tag tag)
{
    return element->tag_namespace == GUMBO_NAMESPACE_SVG || tag == TAG_script || tag == TAG_style ||
           tag == TAG_template || tag == TAG_title || tag == TAG_iframe || tag == TAG_noframes ||
           tag == TAG_base || element->tag == GUMBO_TAG_NOEMBED || tag == TAG_math;
}

/* The node of ours for this one; TREE_NONE when there is nothing below it to be taken over. */
static uint32_t take_node(struct maker *maker, const GumboNode *node, uint32_t parent)
{
    if (gumbo_is_text(node))
        maker_add_text(maker, parent, TREE_NONE, span_of(node->v.text.text));
    if (node->type != GUMBO_NODE_ELEMENT)
        return TREE_NONE;
    const GumboElement *element = &node->v.element;
    enum tree_tag tag = tag_of_element(element);
    bool left_out = is_left_out(element, tag);
    if (tag == TAG_html) {
        copy_attrs(maker, element, maker_here(maker));
        return maker_here(maker);
    }
    if (tag == TAG_svg || tag == TAG_math)
        gumbo_foreign(maker, parent, node, tag == TAG_math);
    if (left_out && tag != TAG_iframe)
        return TREE_NONE;
    uint32_t made = maker_add(maker, tag, parent, TREE_NONE);
    copy_attrs(maker, element, made);
    return left_out ? TREE_NONE : made;
}

static void take_all(struct maker *maker, const GumboNode *root)
{
    const GumboNode *node = root;
    uint32_t parent = maker_here(maker);
    while (node) {
        uint32_t made = take_node(maker, node, parent);
        bool inside = made != TREE_NONE && children_of(node)->length > 0;
        const GumboNode *next = gumbo_next(node, root, inside);
        if (inside)
            parent = made;
        for (; next && node->parent != next->parent && !inside; node = node->parent)
            parent = maker_parent(maker, parent);
        node = next;
    }
}

bool oracle_tree(struct span page, struct arena *arena, struct tree *tree_out)
{
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    struct maker maker;
    maker_init(&maker);
    GumboOutput *output = gumbo_parse_with_options(&options, page.at, page.len);
    if (output)
        take_all(&maker, output->root);
    bool done = output && maker_finish(&maker, arena, tree_out);
    if (output)
        gumbo_destroy_output(&options, output);
    maker_free(&maker);
    return done;
}
