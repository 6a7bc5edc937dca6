/* SPDX-License-Identifier: ISC */
/*
 * markdown (role builder): Markdown in the dialect of GitHub -> the tree of the page that it stands
 * for: by md4c to HTML, then the way of all HTML, since authors write HTML in it, too.
 */
#include "render/page/building.h"

#include <md4c-html.h>
#include <string.h>

#include "render/sniff.h"

enum {
    MARKDOWN_MAX = 4 * 1024 * 1024, /* nobody writes more; shown as text then */
    FRONT_MAX = 16 * 1024
};

static void add_html(const MD_CHAR *text, MD_SIZE len, void *context)
{
    buffer_add(context, text, len);
}

/* Without the quotes around it. */
static struct span unquote(struct span value)
{
    value = span_trim(value);
    bool quoted = value.len > 1 && (value.at[0] == '"' || value.at[0] == '\'') &&
                  value.at[value.len - 1] == value.at[0];
    return quoted ? (struct span){value.at + 1, value.len - 2} : value;
}

/* Takes what generators of pages put before the text, between two lines of dashes; its title is the
 * page's. */
static struct span take_front(struct span *text)
{
    struct span title = {NULL, 0}, rest = *text, line;
    if (!span_next_line(&rest, &line) || !span_equal(span_trim(line), SPAN_LITERAL("---")))
        return title;
    while (text->len - rest.len < FRONT_MAX && span_next_line(&rest, &line)) {
        if (span_equal(line, SPAN_LITERAL("---")) || span_equal(line, SPAN_LITERAL("..."))) {
            *text = rest;
            return title;
        }
        if (span_starts_nocase(line, SPAN_LITERAL("title:")))
            title = unquote(span_from(line, 6));
    }
    return (struct span){NULL, 0};
}

/* Boxes to tick stay the brackets that they are written as. */
static bool write_page(struct building *building, struct span text)
{
    struct buffer html;
    buffer_init(&html, BUILDING_TEXT_MAX);
    int failed = md_html(text.at ? text.at : "", (MD_SIZE)text.len, add_html, &html,
                         MD_DIALECT_GITHUB & ~MD_FLAG_TASKLISTS, 0);
    bool done = failed == 0 && !html.no_memory &&
                building_html(building, buffer_span(&html), (struct span){NULL, 0}, 0);
    if (html.failed && !html.no_memory)
        building->simplified = "the page is very large, its end is missing";
    buffer_free(&html);
    return done;
}

static enum module_result build(struct call *call, void *state, struct span bytes,
                                const struct page_hints *hints, struct buffer *facts_out,
                                const struct tree **tree_out)
{
    struct building building;
    struct span none = {NULL, 0};
    (void)state;
    *tree_out = NULL;
    if (bytes.len > MARKDOWN_MAX || sniff_is_binary(bytes))
        return MODULE_PASS;
    if (!building_begin(&building, call, bytes, hints, none))
        return MODULE_FAIL;
    struct span text = building.text, title = take_front(&text);
    if (!write_page(&building, text)) {
        building_drop(&building);
        return building_no_memory(call);
    }
    return building_end(&building, "text/markdown", title, none, facts_out, tree_out);
}

static const struct builder_ops markdown_ops = {.build = build};

WWW4MAIL_MODULE("markdown", "filter", builder, &markdown_ops);
