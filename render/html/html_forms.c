/* SPDX-License-Identifier: ISC */
/*
 * Forms that send their fields as part of an address: their button, or their first field, becomes a
 * mail that asks for it, to be filled in behind the equals signs.  A form that posts cannot be
 * asked for so; its fields are shown only.
 */
#include "render/html/html.h"

#include <string.h>

enum { FIELDS_MAX = 32, NODES_MAX = 4000, OPTIONS_MAX = 500, VALUE_MAX = 200 };

/* What is known of a form after one look through it. */
struct form_fields {
    unsigned count;
    uint32_t blank;  /* the first field to be filled in */
    uint32_t submit; /* the button */
};

static bool type_is(const struct tree *tree, uint32_t node, const char *type)
{
    return span_equal_nocase(span_trim(tree_attr(tree, node, ATTR_type)), span_of(type));
}

static bool is_among(const struct tree *tree, uint32_t node, const char *const *types)
{
    for (; *types; types++)
        if (type_is(tree, node, *types))
            return true;
    return false;
}

/* Names and values of a query: blanks are plus signs. */
static void add_query_part(struct buffer *url, struct span text)
{
    struct span word;
    while (text.len) {
        ptrdiff_t end = span_find_byte(text, ' ');
        word = (struct span){text.at, end < 0 ? text.len : (size_t)end};
        html_add_encoded(url, word, "");
        if (end >= 0)
            buffer_add_byte(url, '+');
        text = span_from(text, word.len + (end >= 0));
    }
}

static void add_field(struct html_writer *writer, struct form_fields *fields, struct span name,
                      struct span value)
{
    struct buffer *url = &writer->form_url;
    if (!name.len || fields->count == FIELDS_MAX)
        return;
    buffer_add_byte(url, fields->count++ ? '&' : '?');
    add_query_part(url, name);
    buffer_add_byte(url, '=');
    add_query_part(url, value);
}

/* The value of the option that is selected, else of the first. */
static void add_select(struct html_writer *writer, struct form_fields *fields, uint32_t node)
{
    const struct tree *tree = writer->tree;
    uint32_t chosen = TREE_NONE, end = tree->nodes[node].end;
    for (uint32_t i = node + 1, seen = 0; i < end && seen < OPTIONS_MAX; i++) {
        if (tree->nodes[i].tag != TAG_option)
            continue;
        seen++;
        bool selected = tree_attr(tree, i, ATTR_selected).at;
        if (chosen == TREE_NONE || selected)
            chosen = i;
        if (selected)
            break;
    }
    if (chosen == TREE_NONE)
        return;
    struct buffer words;
    buffer_init(&words, 2 * VALUE_MAX);
    struct span value = tree_attr(tree, chosen, ATTR_value);
    if (!value.at) {
        plain_words(tree, chosen, VALUE_MAX, &words);
        value = buffer_span(&words);
    }
    add_field(writer, fields, tree_attr(tree, node, ATTR_name), value);
    buffer_free_into(&words, &writer->out);
}

static void add_input(struct html_writer *writer, struct form_fields *fields, uint32_t node)
{
    static const char *const buttons[] = {"submit", "image", NULL};
    static const char *const ticks[] = {"checkbox", "radio", NULL};
    static const char *const others[] = {"button", "reset", "file", "password", NULL};
    const struct tree *tree = writer->tree;
    struct span name = tree_attr(tree, node, ATTR_name), value = tree_attr(tree, node, ATTR_value);
    if (tree_attr(tree, node, ATTR_disabled).at || is_among(tree, node, others))
        return;
    if (is_among(tree, node, buttons)) {
        if (fields->submit == TREE_NONE)
            fields->submit = node;
    } else if (is_among(tree, node, ticks)) {
        if (tree_attr(tree, node, ATTR_checked).at)
            add_field(writer, fields, name, value.at ? value : SPAN_LITERAL("on"));
    } else if (type_is(tree, node, "hidden")) {
        add_field(writer, fields, name, value);
    } else if (name.len && !(tree->nodes[node].flags & TREE_HIDDEN)) {
        if (fields->blank == TREE_NONE)
            fields->blank = node;
        add_field(writer, fields, name, value);
    }
}

static void look_at(struct html_writer *writer, struct form_fields *fields, uint32_t node)
{
    const struct tree *tree = writer->tree;
    switch (tree->nodes[node].tag) {
    case TAG_input:
        add_input(writer, fields, node);
        break;
    case TAG_select:
        add_select(writer, fields, node);
        break;
    case TAG_button:
        if (fields->submit == TREE_NONE && !type_is(tree, node, "button") &&
            !type_is(tree, node, "reset"))
            fields->submit = node;
        break;
    case TAG_textarea:
        if (fields->blank == TREE_NONE)
            fields->blank = node;
        add_field(writer, fields, tree_attr(tree, node, ATTR_name), SPAN_LITERAL(""));
        break;
    default:
        break;
    }
}

/* The address without its query and fragment, which the fields replace. */
static struct span without_query(struct span url)
{
    size_t len = 0;
    while (len < url.len && url.at[len] != '?' && url.at[len] != '#')
        len++;
    return (struct span){url.at, len};
}

static bool begin_url(struct html_writer *writer, uint32_t node)
{
    struct span action = tree_attr(writer->tree, node, ATTR_action), url;
    struct span method = span_trim(tree_attr(writer->tree, node, ATTR_method));
    if (!writer->mailto || (method.len && !span_equal_nocase(method, SPAN_LITERAL("get"))))
        return false;
    if (!span_trim(action).len && writer->tree->base.text)
        action = span_of(writer->tree->base.text);
    if (!html_resolve(writer, action, &url))
        return false;
    buffer_clear(&writer->form_url);
    return buffer_add_span(&writer->form_url, without_query(url));
}

void html_form_begin(struct html_writer *writer, uint32_t node)
{
    struct form_fields fields = {0, TREE_NONE, TREE_NONE};
    uint32_t end = writer->tree->nodes[node].end;
    if (node < writer->form_end)
        return;
    writer->form_end = end;
    writer->form = TREE_NONE;
    if (!begin_url(writer, node))
        return;
    for (uint32_t i = node + 1; i < end && i - node < NODES_MAX; i++)
        look_at(writer, &fields, i);
    if (writer->form_url.failed || fields.blank == TREE_NONE)
        return;
    writer->form =
        fields.submit != TREE_NONE && !(writer->tree->nodes[fields.submit].flags & TREE_HIDDEN)
            ? fields.submit
            : fields.blank;
}

bool html_open_form_link(struct html_writer *writer, uint32_t node)
{
    static const char note[] = "# Write what you look for behind =, with + for blanks.";
    if (node != writer->form || writer->form == TREE_NONE)
        return false;
    writer->form = TREE_NONE;
    html_flush(writer);
    buffer_add_text(&writer->out, "<a href=\"mailto:");
    html_add_encoded(&writer->out, span_of(writer->mailto), "@+");
    buffer_add_text(&writer->out, "?body=HTML%20");
    html_add_encoded(&writer->out, buffer_span(&writer->form_url), ":,@");
    buffer_add_text(&writer->out, "%0D%0A");
    html_add_encoded(&writer->out, span_of(note), "");
    buffer_add_text(&writer->out, "\">");
    return true;
}
