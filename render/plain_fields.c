/* SPDX-License-Identifier: ISC */
/* Form controls, images and frames in words. */
#include "render/plain.h"

enum { LABEL_MAX = 120, VALUE_MAX = 500, OPTIONS_MAX = 10000, FILE_NAME_MAX = 40, FIGURE_NEAR = 4 };

/* The first attribute of these that has a word to say. */
static struct span first_attr(const struct tree *tree, uint32_t node,
                              const enum tree_attr_name *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct span value = span_trim(tree_attr(tree, node, names[i]));
        if (value.len)
            return value;
    }
    return (struct span){NULL, 0};
}

/* The last part of a path, when it looks like a name that a person gave: "harbour-map.png". */
static struct span file_name(struct span url)
{
    ptrdiff_t end = 0;
    size_t digits = 0;
    while ((size_t)end < url.len && url.at[end] != '?' && url.at[end] != '#')
        end++;
    struct span name = {url.at, (size_t)end};
    for (ptrdiff_t slash; (slash = span_find_byte(name, '/')) >= 0;)
        name = span_from(name, (size_t)slash + 1);
    for (size_t i = 0; i < name.len; i++)
        digits += name.at[i] >= '0' && name.at[i] <= '9';
    bool has_scheme =
        span_starts_nocase(url, SPAN_LITERAL("data:")) || span_find_byte(name, ':') >= 0;
    if (name.len < 3 || name.len > FILE_NAME_MAX || digits * 2 > name.len || has_scheme ||
        span_find_byte(name, '%') >= 0 || span_find_byte(name, '.') < 0)
        return (struct span){NULL, 0};
    return name;
}

static void add_file_name(struct span name, struct buffer *out)
{
    if (!name.len)
        return;
    buffer_add_byte(out, '[');
    plain_clean(name, FILE_NAME_MAX, out);
    buffer_add_byte(out, ']');
}

bool plain_is_file_name(struct span words)
{
    static const char endings[][8] = {"jpg", "jpeg", "png",  "gif", "webp", "svg",
                                      "bmp", "avif", "tiff", "tif", "ico"};
    struct span ending = words;
    for (ptrdiff_t dot; (dot = span_find_byte(ending, '.')) >= 0;)
        ending = span_from(ending, (size_t)dot + 1);
    if (ending.len + 1 >= words.len || span_find_byte(words, ' ') >= 0)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (span_equal_nocase(ending, span_of(endings[i])))
            return true;
    return false;
}

bool plain_in_figure(const struct tree *tree, uint32_t node)
{
    uint32_t at = tree->nodes[node].parent;
    for (int level = 0; level < FIGURE_NEAR && at != TREE_NONE; level++) {
        if (tree->nodes[at].tag == TAG_figure)
            return true;
        at = tree->nodes[at].parent;
    }
    return false;
}

/* TeX that only says how large it wants to be set. */
static struct span without_style(struct span alt)
{
    struct span style = SPAN_LITERAL("{\\displaystyle ");
    alt = span_trim(alt);
    if (alt.len <= style.len + 1 || alt.at[alt.len - 1] != '}' ||
        span_find((struct span){alt.at, style.len}, style) != 0)
        return alt;
    return span_trim((struct span){alt.at + style.len, alt.len - style.len - 1});
}

void plain_image(const struct tree *tree, uint32_t node, uint32_t link_node, struct buffer *out)
{
    struct span alt = tree_attr(tree, node, ATTR_alt);
    size_t before = out->len;
    if (!alt.at)
        alt = tree_attr(tree, node, ATTR_title);
    bool silent = alt.at && !span_trim(alt).len;
    plain_clean(without_style(alt), VALUE_MAX, out);
    if (link_node == TREE_NONE && out->len == before && !silent && plain_in_figure(tree, node))
        buffer_add_text(out, "[image]");
    if (out->len > before || link_node == TREE_NONE)
        return;
    plain_words(tree, link_node, 1, out);
    if (out->len > before) {
        out->len = before;
        return;
    }
    static const enum tree_attr_name names[] = {ATTR_aria_label, ATTR_title};
    plain_clean(first_attr(tree, link_node, names, 2), LABEL_MAX, out);
    if (out->len == before)
        add_file_name(file_name(span_trim(tree_attr(tree, node, ATTR_src))), out);
    if (out->len == before)
        buffer_add_text(out, "[image]");
}

/* "[label: value]", "[value]", "[label: ____]" or "[____]". */
static void add_field(const struct tree *tree, uint32_t node, struct span value, struct buffer *out)
{
    static const enum tree_attr_name names[] = {ATTR_aria_label, ATTR_placeholder, ATTR_title};
    buffer_add_byte(out, '[');
    size_t start = out->len;
    plain_clean(first_attr(tree, node, names, 3), LABEL_MAX, out);
    if (out->len > start)
        buffer_add_text(out, ": ");
    start = out->len;
    plain_clean(value, VALUE_MAX, out);
    if (out->len == start)
        buffer_add_text(out, "____");
    buffer_add_byte(out, ']');
}

static void add_button(const struct tree *tree, uint32_t node, const char *otherwise,
                       struct buffer *out)
{
    static const enum tree_attr_name names[] = {ATTR_value, ATTR_alt, ATTR_aria_label, ATTR_title};
    struct span label = first_attr(tree, node, names, 4);
    buffer_add_byte(out, '[');
    plain_clean(label.len ? label : span_of(otherwise), LABEL_MAX, out);
    buffer_add_byte(out, ']');
}

static void add_input(const struct tree *tree, uint32_t node, struct buffer *out)
{
    struct span type = span_trim(tree_attr(tree, node, ATTR_type));
    bool checked = tree_attr(tree, node, ATTR_checked).at;
    if (span_equal_nocase(type, SPAN_LITERAL("hidden")))
        return;
    if (span_equal_nocase(type, SPAN_LITERAL("checkbox")))
        buffer_add_text(out, checked ? "[x]" : "[ ]");
    else if (span_equal_nocase(type, SPAN_LITERAL("radio")))
        buffer_add_text(out, checked ? "(x)" : "( )");
    else if (span_equal_nocase(type, SPAN_LITERAL("submit")) ||
             span_equal_nocase(type, SPAN_LITERAL("image")))
        add_button(tree, node, "Submit", out);
    else if (span_equal_nocase(type, SPAN_LITERAL("reset")))
        add_button(tree, node, "Reset", out);
    else if (span_equal_nocase(type, SPAN_LITERAL("button")))
        add_button(tree, node, "Button", out);
    else if (span_equal_nocase(type, SPAN_LITERAL("file")))
        add_field(tree, node, SPAN_LITERAL("file"), out);
    else if (span_equal_nocase(type, SPAN_LITERAL("password")))
        add_field(tree, node, SPAN_LITERAL(""), out);
    else
        add_field(tree, node, tree_attr(tree, node, ATTR_value), out);
}

static void add_option(const struct tree *tree, uint32_t node, struct buffer *text)
{
    if (text->len)
        buffer_add_text(text, ", ");
    struct span label = span_trim(tree_attr(tree, node, ATTR_label));
    if (label.len)
        plain_clean(label, LABEL_MAX, text);
    else
        plain_words(tree, node, LABEL_MAX, text);
}

/* The selected options; without any, the first one of a list that takes just one. */
static void add_select(const struct tree *tree, uint32_t node, struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, VALUE_MAX + 2 * LABEL_MAX);
    uint32_t first = TREE_NONE;
    bool multiple = tree_attr(tree, node, ATTR_multiple).at;
    uint32_t end = tree->nodes[node].end, seen = 0;
    for (uint32_t i = node + 1; i < end && seen < OPTIONS_MAX && text.len < VALUE_MAX; i++) {
        if (tree->nodes[i].tag != TAG_option || (tree->nodes[i].flags & TREE_HIDDEN))
            continue;
        seen++;
        if (first == TREE_NONE)
            first = i;
        if (!tree_attr(tree, i, ATTR_selected).at)
            continue;
        if (!multiple)
            buffer_clear(&text);
        add_option(tree, i, &text);
    }
    if (!text.len && first != TREE_NONE && !multiple)
        add_option(tree, first, &text);
    add_field(tree, node, buffer_span(&text), out);
    buffer_free_into(&text, out);
}

static void add_textarea(const struct tree *tree, uint32_t node, struct buffer *out)
{
    struct buffer text;
    buffer_init(&text, 2 * VALUE_MAX);
    plain_words(tree, node, VALUE_MAX, &text);
    add_field(tree, node, buffer_span(&text), out);
    buffer_free_into(&text, out);
}

/* "[7 of 10]": the words inside, else the figures. */
static void add_gauge(const struct tree *tree, uint32_t node, struct buffer *out)
{
    struct span value = span_trim(tree_attr(tree, node, ATTR_value));
    struct span max = span_trim(tree_attr(tree, node, ATTR_max));
    buffer_add_byte(out, '[');
    size_t start = out->len;
    plain_words(tree, node, LABEL_MAX, out);
    if (out->len == start) {
        plain_clean(value.len ? value : SPAN_LITERAL("?"), LABEL_MAX, out);
        buffer_add_text(out, " of ");
        plain_clean(max.len ? max : SPAN_LITERAL("1"), LABEL_MAX, out);
    }
    buffer_add_byte(out, ']');
}

/* True for a button without words: its label is all there is of it. */
static bool add_bare_button(const struct tree *tree, uint32_t node, struct buffer *out)
{
    static const enum tree_attr_name names[] = {ATTR_aria_label, ATTR_title, ATTR_value};
    size_t start = out->len;
    plain_words(tree, node, 1, out);
    bool has_words = out->len > start;
    if (has_words) {
        out->len = start;
        return false;
    }
    struct span label = first_attr(tree, node, names, 3);
    if (label.len) {
        buffer_add_byte(out, '[');
        plain_clean(label, LABEL_MAX, out);
        buffer_add_byte(out, ']');
    }
    return true;
}

bool plain_field(const struct tree *tree, uint32_t node, struct buffer *out)
{
    switch (tree->nodes[node].tag) {
    case TAG_input:
        add_input(tree, node, out);
        return true;
    case TAG_select:
        add_select(tree, node, out);
        return true;
    case TAG_textarea:
        add_textarea(tree, node, out);
        return true;
    case TAG_meter:
    case TAG_progress:
        add_gauge(tree, node, out);
        return true;
    case TAG_button:
        return add_bare_button(tree, node, out);
    default:
        return false;
    }
}

/* "www.example.org", or nothing where an address has none. */
static struct span host_of(struct span url)
{
    ptrdiff_t start = span_find(url, SPAN_LITERAL("://"));
    if (start < 0)
        return (struct span){NULL, 0};
    struct span host = span_from(url, (size_t)start + 3);
    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] == '/' || host.at[i] == ':' || host.at[i] == '?')
            host.len = i;
    return host;
}

static const char *media_name(enum tree_tag tag)
{
    switch (tag) {
    case TAG_frame:
    case TAG_iframe:
        return "frame";
    case TAG_video:
        return "video";
    case TAG_audio:
        return "audio";
    case TAG_embed:
    case TAG_object:
        return "object";
    default:
        return NULL;
    }
}

bool plain_media(const struct tree *tree, uint32_t node, struct buffer *out)
{
    static const enum tree_attr_name names[] = {ATTR_title, ATTR_aria_label, ATTR_name};
    const char *name = media_name(tree->nodes[node].tag);
    if (!name)
        return false;
    struct span title = first_attr(tree, node, names, 3);
    bool framed = tree->nodes[node].tag == TAG_frame || tree->nodes[node].tag == TAG_iframe;
    if (!title.len && tree->nodes[node].link && !framed)
        title = file_name(tree->links[tree->nodes[node].link].url);
    if (!title.len && tree->nodes[node].link)
        title = host_of(tree->links[tree->nodes[node].link].url);
    /* A frame without a name or an address is most often an advertisement. */
    if (!title.len && !tree->nodes[node].link && framed)
        return true;
    buffer_printf(out, "[%s", name);
    if (title.len) {
        buffer_add_text(out, ": ");
        plain_clean(title, LABEL_MAX, out);
    }
    buffer_add_byte(out, ']');
    return true;
}
