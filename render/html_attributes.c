/* SPDX-License-Identifier: ISC */
/* Attributes of the HTML that goes out: each value is checked or made here, none is passed on. */
#include "render/html.h"

#include <string.h>

enum { LANGUAGE_MAX = 35, SPAN_MAX = 1000 };

const char *html_entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool is_alnum(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

/* ---- language and direction ---- */

static bool is_language(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.at[i]) && text.at[i] != '-')
            return false;
    return text.len && text.len <= LANGUAGE_MAX;
}

static const char *direction_of(const struct tree *tree, uint32_t node)
{
    static const char *const directions[] = {"ltr", "rtl", "auto"};
    struct span value = span_trim(tree_attr(tree, node, ATTR_dir));
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        if (span_equal_nocase(value, span_of(directions[i])))
            return directions[i];
    return NULL;
}

bool html_speaks(const struct tree *tree, uint32_t node)
{
    return direction_of(tree, node) || is_language(span_trim(tree_attr(tree, node, ATTR_lang)));
}

void html_add_language(struct html_writer *writer, struct span language)
{
    language = span_trim(language);
    if (is_language(language))
        buffer_printf(&writer->out, " lang=\"%.*s\"", (int)language.len, language.at);
}

static void add_direction(struct html_writer *writer, uint32_t node)
{
    const char *direction = direction_of(writer->tree, node);
    if (direction)
        buffer_printf(&writer->out, " dir=\"%s\"", direction);
}

/* The html or body element is the root or near it. */
void html_add_direction(struct html_writer *writer)
{
    const struct tree *tree = writer->tree;
    for (uint32_t node = 0; node < tree->node_count && node < 64; node++) {
        enum tree_tag tag = tree->nodes[node].tag;
        if ((tag == TAG_html || tag == TAG_body) && direction_of(tree, node)) {
            add_direction(writer, node);
            return;
        }
    }
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
    if (type.len == 1 && strchr("1aAiI", type.at[0]))
        buffer_printf(&writer->out, " type=\"%c\"", type.at[0]);
    if (tree_attr(writer->tree, node, ATTR_reversed).at)
        buffer_add_text(&writer->out, " reversed=\"\"");
}

/* Lines between the cells of a table that has headings; tables that arrange a page stay bare. */
static void add_table(struct html_writer *writer, uint32_t node)
{
    const struct tree *tree = writer->tree;
    uint32_t end = tree->nodes[node].end;
    for (uint32_t i = node + 1; i < end && i < node + 64; i++) {
        if (tree->nodes[i].tag == TAG_table)
            return;
        if (tree->nodes[i].tag == TAG_th) {
            buffer_add_text(&writer->out, " border=\"1\"");
            return;
        }
    }
}

void html_add_attributes(struct html_writer *writer, uint32_t node)
{
    html_add_language(writer, tree_attr(writer->tree, node, ATTR_lang));
    add_direction(writer, node);
    switch (writer->tree->nodes[node].tag) {
    case TAG_ol:
        add_list(writer, node);
        break;
    case TAG_li:
        add_number(writer, node, ATTR_value, "value", INT32_MIN);
        break;
    case TAG_td:
    case TAG_th:
        add_number(writer, node, ATTR_colspan, "colspan", 2);
        add_number(writer, node, ATTR_rowspan, "rowspan", 2);
        break;
    case TAG_table:
        add_table(writer, node);
        break;
    default:
        break;
    }
}

/* ---- links ---- */

static bool has_scheme(struct span url, const char *scheme)
{
    return span_starts_nocase(url, span_of(scheme));
}

static bool is_web(struct span url)
{
    return has_scheme(url, "http://") || has_scheme(url, "https://") || has_scheme(url, "ftp://") ||
           has_scheme(url, "gopher://");
}

/* No control, blank or direction mark: such a target is not made to be followed. */
static bool is_clean(struct span url)
{
    struct span run;
    enum plain_class class;
    if (!url.len || url.len > URL_MAX_BYTES)
        return false;
    while (plain_next_run(&url, &run, &class))
        if (class != PLAIN_KEEP)
            return false;
    return true;
}

/* Percent-encodes all but unreserved characters (RFC 3986 2.3) and those of `also`. */
static void add_encoded(struct buffer *out, struct span text, const char *also)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        if (is_alnum(byte) || (byte && strchr("-._~", byte)) || (byte && strchr(also, byte)))
            buffer_add_byte(out, byte);
        else
            buffer_printf(out, "%%%02X", (unsigned char)byte);
    }
}

bool html_open_link(struct html_writer *writer, uint32_t node)
{
    uint32_t number = writer->tree->nodes[node].link;
    if (!number || number > writer->tree->link_count)
        return false;
    struct span url = writer->tree->links[number].url;
    bool web = is_web(url);
    if (!is_clean(url) || (!web && !has_scheme(url, "mailto:")))
        return false;
    buffer_add_text(&writer->out, "<a href=\"");
    if (web && writer->mailto) {
        buffer_add_text(&writer->out, "mailto:");
        add_encoded(&writer->out, span_of(writer->mailto), "@+");
        buffer_add_text(&writer->out, "?subject=GET%20");
        add_encoded(&writer->out, url, "");
    } else {
        html_add_text(writer, url, false);
    }
    buffer_add_text(&writer->out, "\">");
    plain_links_show(&writer->links, number, node);
    return true;
}
