/* SPDX-License-Identifier: ISC */
/* Pictures and formulas in gumbo's tree: of a picture its words, of a formula its letters. */
#include "test/oracle/gumbo_parts.h"

static bool is_named(const GumboNode *node, const char *name)
{
    GumboStringPiece tag;
    if (node->type != GUMBO_NODE_ELEMENT)
        return false;
    tag = node->v.element.original_tag;
    gumbo_tag_from_original_text(&tag);
    return span_equal_nocase((struct span){tag.data, tag.length}, span_of(name));
}

static struct span attr_of(const GumboNode *node, const char *name)
{
    const GumboAttribute *attr = gumbo_get_attribute(&node->v.element.attributes, name);
    return attr ? span_of(attr->value) : (struct span){NULL, 0};
}

enum { MAX_WORDS = 300 };

/* The texts in the node, but for those in elements of that name. */
static void add_texts(const GumboNode *root, const char *but, struct buffer *out)
{
    const GumboNode *node = root;
    while (node) {
        bool skip = but && is_named(node, but);
        if (gumbo_is_text(node))
            buffer_add_text(out, node->v.text.text);
        node = gumbo_next(node, root, !skip);
    }
}

void gumbo_foreign(struct maker *maker, uint32_t parent, const GumboNode *root, bool is_math)
{
    struct buffer words;
    const GumboNode *node = root;
    if (span_equal_nocase(span_trim(attr_of(root, "aria-hidden")), SPAN_LITERAL("true")) ||
        attr_of(root, "hidden").at)
        return;
    buffer_init(&words, 1024 * 1024);
    buffer_add_span(&words, attr_of(root, is_math ? "alttext" : "aria-label"));
    bool named = words.len > 0;
    if (is_math && !named)
        add_texts(root, "annotation", &words);
    while (!is_math && !words.len && (node = gumbo_next(node, root, true)))
        if (is_named(node, "title"))
            add_texts(node, NULL, &words);
    struct span text = buffer_span(&words);
    if (is_math && !named) {
        maker_add_text(maker, parent, TREE_NONE, text);
    } else if (span_trim(text).len) {
        text.len = text.len < MAX_WORDS ? text.len : MAX_WORDS;
        maker_add_attr(maker, maker_add(maker, TAG_img, parent, TREE_NONE), ATTR_alt,
                       span_trim(text));
    }
    buffer_free(&words);
}
