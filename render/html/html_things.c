/* SPDX-License-Identifier: ISC */
/* Images, frames, videos and fields: words in brackets, which ask for the thing where they can. */
#include "render/html/html.h"

enum { NAME_MAX_LEN = 120, IMAGE_URL_MAX = 400, SMALL_IMAGE = 40, PARENTS_MAX = 4 };

static bool is_small(const struct tree *tree, uint32_t node, enum tree_attr_name name)
{
    int32_t value;
    return plain_integer(tree_attr(tree, node, name), &value) && value < SMALL_IMAGE;
}

/* Words of an image, in brackets when they would else be taken for the page's own. */
static void add_image_words(struct html_writer *writer, struct span words)
{
    bool bracketed = words.at[0] != '[' && writer->link == TREE_NONE;
    if (bracketed)
        html_add_text(writer, SPAN_LITERAL("["), false);
    html_add_text(writer, words, false);
    if (bracketed)
        html_add_text(writer, SPAN_LITERAL("]"), false);
}

/* A picture stands alone where no link is open: its words then ask for it. */
static void add_alone(struct html_writer *writer, uint32_t node, struct buffer *words)
{
    const struct tree *tree = writer->tree;
    bool small = is_small(tree, node, ATTR_width) || is_small(tree, node, ATTR_height);
    struct span source = tree_attr(tree, node, ATTR_src);
    if (!words->len)
        return;
    bool linked = !small && html_open_source(writer, source, IMAGE_URL_MAX);
    add_image_words(writer, buffer_span(words));
    if (linked)
        buffer_add_text(&writer->out, "</a>");
}

void html_image(struct html_writer *writer, uint32_t node)
{
    struct buffer words;
    uint32_t link = writer->link;
    buffer_init(&words, writer->out.max);
    plain_image(writer->tree, node, writer->link_named ? TREE_NONE : link, &words);
    if (link == TREE_NONE) {
        add_alone(writer, node, &words);
    } else if (words.len) {
        add_image_words(writer, buffer_span(&words));
        writer->link_named = true;
    }
    writer->out.failed |= words.failed;
    buffer_free_into(&words, &writer->out);
}

void html_link_name(struct html_writer *writer, uint32_t node)
{
    struct buffer words;
    buffer_init(&words, 2 * NAME_MAX_LEN);
    plain_clean(tree_attr(writer->tree, node, ATTR_aria_label), NAME_MAX_LEN, &words);
    if (!words.len)
        plain_clean(tree_attr(writer->tree, node, ATTR_title), NAME_MAX_LEN, &words);
    html_add_text(writer, words.len ? buffer_span(&words) : SPAN_LITERAL("[link]"), false);
    buffer_free_into(&words, &writer->out);
}

/* What a video or the like is played from. */
static struct span source_of(const struct tree *tree, uint32_t node)
{
    struct span source = tree_attr(tree, node, ATTR_src);
    enum tree_tag tag = tree->nodes[node].tag;
    if (tag != TAG_video && tag != TAG_audio && tag != TAG_embed)
        return (struct span){NULL, 0};
    uint32_t child = tree->nodes[node].first_child;
    for (unsigned i = 0; !source.len && child != TREE_NONE && i < PARENTS_MAX; i++) {
        if (tree->nodes[child].tag == TAG_source)
            source = tree_attr(tree, child, ATTR_src);
        child = tree->nodes[child].next;
    }
    return source;
}

static bool open_thing(struct html_writer *writer, uint32_t node)
{
    if (writer->link != TREE_NONE)
        return false;
    if (html_open_form_link(writer, node))
        return true;
    if (html_open_link(writer, node)) {
        buffer_add_byte(&writer->out, '>');
        return true;
    }
    return html_open_source(writer, source_of(writer->tree, node), IMAGE_URL_MAX);
}

static void add_linked(struct html_writer *writer, uint32_t node, struct span words)
{
    bool linked = open_thing(writer, node);
    html_add_text(writer, words, false);
    if (linked)
        buffer_add_text(&writer->out, "</a>");
}

bool html_control(struct html_writer *writer, uint32_t node)
{
    struct buffer words;
    buffer_init(&words, writer->out.max);
    bool known = true;
    if (writer->tree->nodes[node].tag == TAG_area) {
        plain_clean(tree_attr(writer->tree, node, ATTR_alt), writer->out.max, &words);
        if (!words.len && writer->tree->nodes[node].link)
            buffer_add_text(&words, "[image]");
    } else {
        known = plain_media(writer->tree, node, &words) || plain_field(writer->tree, node, &words);
    }
    if (words.len) {
        html_begin_thing(writer);
        add_linked(writer, node, buffer_span(&words));
        writer->thing_end = writer->out.len;
    }
    writer->out.failed |= words.failed;
    buffer_free_into(&words, &writer->out);
    return known;
}
