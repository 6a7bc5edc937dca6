/* SPDX-License-Identifier: ISC */
/* Attributes of the HTML that goes out: each value is checked or made here, none is passed on. */
#include "render/html/html.h"

#include <string.h>

enum { LANGUAGE_MAX = 35, SPAN_MAX = 1000, TITLE_MAX = 200, CHILDREN_MAX = 64 };

/* ---- language and direction ---- */

static bool is_alnum(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

static bool is_language(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.at[i]) && text.at[i] != '-')
            return false;
    return text.len && text.len <= LANGUAGE_MAX;
}

/* The language that begins with the node; empty when it goes on in that of what is around. */
static struct span language_of(const struct html_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    struct span language = span_trim(tree_attr(tree, node, ATTR_lang)), around = {NULL, 0};
    if (!is_language(language))
        return (struct span){NULL, 0};
    if (tree->nodes[node].parent != TREE_NONE)
        around = tree_language(tree, tree->nodes[node].parent);
    if (span_equal_nocase(language, around.len ? around : writer->language))
        return (struct span){NULL, 0};
    return language;
}

static const char *direction_named(const struct tree *tree, uint32_t node)
{
    static const char *const directions[] = {"ltr", "rtl", "auto"};
    struct span value = span_trim(tree_attr(tree, node, ATTR_dir));
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        if (span_equal_nocase(value, span_of(directions[i])))
            return directions[i];
    return NULL;
}

/* The direction that begins with the node; that of what is around needs no words. */
static const char *direction_of(const struct tree *tree, uint32_t node)
{
    const char *direction = direction_named(tree, node);
    uint32_t parent = tree->nodes[node].parent;
    bool around = parent != TREE_NONE && tree->nodes[parent].flags & TREE_RTL;
    if (!direction || (direction[0] == 'l' && !around && tree->nodes[node].tag != TAG_bdo) ||
        (direction[0] == 'r' && around))
        return NULL;
    return direction;
}

void html_add_language(struct html_writer *writer, struct span language)
{
    language = span_trim(language);
    if (is_language(language))
        buffer_printf(&writer->out, " lang=\"%.*s\"", (int)language.len, language.at);
}

/* What stands nearest to the text says it: the body, else the root. */
void html_add_direction(struct html_writer *writer)
{
    const struct tree *tree = writer->tree;
    uint32_t root = 0;
    if (!tree->node_count)
        return;
    const char *direction = direction_named(tree, root);
    uint32_t child = tree->nodes[root].first_child;
    for (unsigned i = 0; child != TREE_NONE && i < CHILDREN_MAX; i++) {
        if (tree->nodes[child].tag == TAG_body && direction_named(tree, child))
            direction = direction_named(tree, child);
        child = tree->nodes[child].next;
    }
    if (direction && direction[0] != 'l')
        buffer_printf(&writer->out, " dir=\"%s\"", direction);
}

/* Blanks begin to count here. */
static bool begins_pre(const struct tree *tree, uint32_t node)
{
    uint32_t parent = tree->nodes[node].parent;
    return tree->nodes[node].flags & TREE_PRE &&
           (parent == TREE_NONE || !(tree->nodes[parent].flags & TREE_PRE));
}

bool html_has_own(const struct html_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    if (begins_pre(tree, node))
        return true;
    if (!tree->nodes[node].attr_count)
        return false;
    return direction_of(tree, node) || language_of(writer, node).len || html_anchor(writer, node);
}

/* ---- lists and tables ---- */

static void add_number(struct html_writer *writer, uint32_t node, enum tree_attr_name from,
                       const char *name, int32_t least)
{
    int32_t value;
    struct span text = tree_attr(writer->tree, node, from);
    if (!text.len || !plain_integer(text, &value) || value < least)
        return;
    buffer_printf(&writer->out, " %s=\"%d\"", name,
                  least > 0 && value > SPAN_MAX ? SPAN_MAX : value);
}

static void add_list(struct html_writer *writer, uint32_t node)
{
    struct span type = span_trim(tree_attr(writer->tree, node, ATTR_type));
    add_number(writer, node, ATTR_start, "start", INT32_MIN);
    if (type.len == 1 && type.at[0] && strchr("aAiI", type.at[0]))
        buffer_printf(&writer->out, " type=\"%c\"", type.at[0]);
    if (tree_attr(writer->tree, node, ATTR_reversed).at)
        buffer_add_text(&writer->out, " reversed=\"\"");
}

/* Which cells a heading is for. */
static void add_scope(struct html_writer *writer, uint32_t node)
{
    static const char *const scopes[] = {"col", "row", "colgroup", "rowgroup"};
    struct span value = span_trim(tree_attr(writer->tree, node, ATTR_scope));
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (span_equal_nocase(value, span_of(scopes[i])))
            buffer_printf(&writer->out, " scope=\"%s\"", scopes[i]);
}

static void add_title(struct html_writer *writer, uint32_t node)
{
    struct buffer title;
    buffer_init(&title, 2 * TITLE_MAX);
    plain_clean(tree_attr(writer->tree, node, ATTR_title), TITLE_MAX, &title);
    if (title.len) {
        buffer_add_text(&writer->out, " title=\"");
        html_escape(writer, buffer_span(&title));
        buffer_add_byte(&writer->out, '"');
    }
    buffer_free_into(&title, &writer->out);
}

/* No colours: they are the reader's, by day and by night. */
static void add_style(struct html_writer *writer, uint32_t node, enum tree_tag name)
{
    if (name == TAG_table)
        buffer_add_text(
            &writer->out,
            " border=\"1\" cellpadding=\"4\" style=\"border-collapse:collapse;margin:1em 0\"");
    else if (name == TAG_blockquote)
        buffer_add_text(&writer->out,
                        " style=\"margin:1em 0 1em 8px;border-left:2px solid;padding-left:8px\"");
    else if (name == TAG_figure)
        buffer_add_text(&writer->out, " style=\"margin:1em 0\"");
    else if (begins_pre(writer->tree, node))
        buffer_add_text(&writer->out, " style=\"white-space:pre-wrap\"");
}

void html_add_attributes(struct html_writer *writer, uint32_t node, enum tree_tag name)
{
    uint32_t anchor = html_anchor(writer, node);
    const char *direction = direction_of(writer->tree, node);
    if (anchor)
        buffer_printf(&writer->out, " id=\"w%u\"", anchor);
    html_add_language(writer, language_of(writer, node));
    if (direction)
        buffer_printf(&writer->out, " dir=\"%s\"", direction);
    if (name == TAG_ol) {
        add_list(writer, node);
    } else if (name == TAG_li) {
        add_number(writer, node, ATTR_value, "value", INT32_MIN);
    } else if (name == TAG_td || name == TAG_th) {
        add_number(writer, node, ATTR_colspan, "colspan", 2);
        add_number(writer, node, ATTR_rowspan, "rowspan", 2);
        if (name == TAG_th)
            add_scope(writer, node);
    } else if (name == TAG_abbr) {
        add_title(writer, node);
    }
    add_style(writer, node, name);
}
