/* SPDX-License-Identifier: ISC */
/*
 * The renderer for HTML: a page's tree as a small document of white-listed elements.  It loads
 * nothing and runs nothing: no src, no style sheet, no script, no active form.  Links ask for their
 * page by mail where the account has an address.  Every element that is opened is closed in its
 * place; only br and hr have no end.
 */
#include "render/html.h"

/* What goes out for an element; what is not listed leaves its content alone. */
static const char *const names[TAG_COUNT] = {
    [TAG_abbr] = "abbr",
    [TAG_address] = "address",
    [TAG_article] = "div",
    [TAG_aside] = "div",
    [TAG_b] = "b",
    [TAG_bdi] = "bdi",
    [TAG_bdo] = "bdo",
    [TAG_big] = "span",
    [TAG_blockquote] = "blockquote",
    [TAG_caption] = "caption",
    [TAG_center] = "div",
    [TAG_cite] = "cite",
    [TAG_code] = "code",
    [TAG_dd] = "dd",
    [TAG_del] = "del",
    [TAG_details] = "div",
    [TAG_dfn] = "dfn",
    [TAG_dialog] = "div",
    [TAG_dir] = "ul",
    [TAG_div] = "div",
    [TAG_dl] = "dl",
    [TAG_dt] = "dt",
    [TAG_em] = "em",
    [TAG_fieldset] = "div",
    [TAG_figcaption] = "div",
    [TAG_figure] = "div",
    [TAG_font] = "span",
    [TAG_footer] = "div",
    [TAG_form] = "div",
    [TAG_h1] = "h1",
    [TAG_h2] = "h2",
    [TAG_h3] = "h3",
    [TAG_h4] = "h4",
    [TAG_h5] = "h5",
    [TAG_h6] = "h6",
    [TAG_header] = "div",
    [TAG_hgroup] = "div",
    [TAG_i] = "i",
    [TAG_ins] = "ins",
    [TAG_kbd] = "kbd",
    [TAG_legend] = "div",
    [TAG_li] = "li",
    [TAG_main] = "div",
    [TAG_mark] = "mark",
    [TAG_menu] = "ul",
    [TAG_nav] = "div",
    [TAG_ol] = "ol",
    [TAG_p] = "p",
    [TAG_pre] = "pre",
    [TAG_q] = "q",
    [TAG_rp] = "rp",
    [TAG_rt] = "rt",
    [TAG_ruby] = "ruby",
    [TAG_s] = "s",
    [TAG_samp] = "samp",
    [TAG_search] = "div",
    [TAG_section] = "div",
    [TAG_small] = "small",
    [TAG_span] = "span",
    [TAG_strike] = "s",
    [TAG_strong] = "strong",
    [TAG_sub] = "sub",
    [TAG_summary] = "div",
    [TAG_sup] = "sup",
    [TAG_table] = "table",
    [TAG_tbody] = "tbody",
    [TAG_td] = "td",
    [TAG_tfoot] = "tfoot",
    [TAG_th] = "th",
    [TAG_thead] = "thead",
    [TAG_tr] = "tr",
    [TAG_tt] = "code",
    [TAG_u] = "u",
    [TAG_ul] = "ul",
    [TAG_var] = "var",
};

/* ---- text ---- */

static void add_escaped_run(struct html_writer *writer, struct span run)
{
    size_t from = 0;
    for (size_t i = 0; i < run.len; i++) {
        const char *entity = html_entity(run.at[i]);
        if (!entity)
            continue;
        buffer_add(&writer->out, run.at + from, i - from);
        buffer_add_text(&writer->out, entity);
        from = i + 1;
    }
    buffer_add(&writer->out, run.at + from, run.len - from);
}

static void add_blank(struct html_writer *writer)
{
    char last = writer->out.len ? writer->out.at[writer->out.len - 1] : '\n';
    if (last != ' ' && last != '\n')
        buffer_add_byte(&writer->out, ' ');
}

void html_add_text(struct html_writer *writer, struct span text, bool pre)
{
    struct span run;
    enum plain_class class;
    while (plain_next_run(&text, &run, &class)) {
        if (class == PLAIN_KEEP || class == PLAIN_NBSP || class == PLAIN_UNSEEN)
            add_escaped_run(writer, run);
        else if (class == PLAIN_BLANK && !pre)
            add_blank(writer);
        else if (class == PLAIN_BLANK)
            for (size_t i = 0; i < run.len; i++)
                if (run.at[i] == ' ' || run.at[i] == '\t' || run.at[i] == '\n')
                    buffer_add_byte(&writer->out, run.at[i]);
    }
}

/* ---- tags ---- */

static bool is_block(const struct html_writer *writer, uint32_t node)
{
    switch (writer->tree->nodes[node].tag) {
    case TAG_caption:
    case TAG_dd:
    case TAG_dt:
    case TAG_table:
    case TAG_tbody:
    case TAG_td:
    case TAG_tfoot:
    case TAG_th:
    case TAG_thead:
    case TAG_tr:
        return true;
    default:
        return writer->tree->nodes[node].flags & TREE_BLOCK;
    }
}

/* The element that stands for a node, or NULL. */
static const char *name_of(const struct html_writer *writer, uint32_t node)
{
    enum tree_tag tag = writer->tree->nodes[node].tag;
    if (tag >= TAG_COUNT)
        return NULL;
    bool bare = tag == TAG_span || tag == TAG_font || tag == TAG_big || tag == TAG_bdo;
    if (bare && !html_speaks(writer->tree, node))
        return NULL;
    return names[tag];
}

static void open_element(struct html_writer *writer, uint32_t node, const char *name)
{
    buffer_printf(&writer->out, "<%s", name);
    html_add_attributes(writer, node);
    buffer_add_byte(&writer->out, '>');
}

/* Lines end between blocks, never in preformatted text. */
static void close_element(struct html_writer *writer, uint32_t node, const char *name)
{
    buffer_printf(&writer->out, "</%s>", name);
    if (is_block(writer, node) && !writer->pre)
        buffer_add_byte(&writer->out, '\n');
}

/* ---- things that stand by themselves ---- */

static void add_image(struct html_writer *writer, uint32_t node)
{
    struct buffer words;
    buffer_init(&words, writer->out.max);
    plain_image(writer->tree, node, writer->link_named ? TREE_NONE : writer->link, &words);
    bool bracketed = words.len && words.at[0] != '[' && writer->link == TREE_NONE;
    writer->link_named |= words.len != 0;
    if (bracketed)
        buffer_add_byte(&writer->out, '[');
    html_add_text(writer, buffer_span(&words), false);
    if (bracketed)
        buffer_add_byte(&writer->out, ']');
    writer->out.failed |= words.failed;
    buffer_free_into(&words, &writer->out);
}

static void add_linked(struct html_writer *writer, uint32_t node, struct span words)
{
    bool linked = writer->link == TREE_NONE && html_open_link(writer, node);
    html_add_text(writer, words, false);
    if (linked)
        buffer_add_text(&writer->out, "</a>");
}

/* A field, frame or area; false when the node is something else. */
static bool add_control(struct html_writer *writer, uint32_t node)
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
        add_blank(writer);
        add_linked(writer, node, buffer_span(&words));
        add_blank(writer);
    }
    writer->out.failed |= words.failed;
    buffer_free_into(&words, &writer->out);
    return known;
}

/* ---- the walk ---- */

static bool enter_link(struct html_writer *writer, uint32_t node)
{
    if (writer->link == TREE_NONE && html_open_link(writer, node)) {
        writer->link = node;
        writer->link_named = false;
    }
    return true;
}

static bool enter_element(struct html_writer *writer, uint32_t node)
{
    const char *name = name_of(writer, node);
    if (!name)
        return writer->tree->nodes[node].tag == TAG_object ? add_control(writer, node)
                                                           : !add_control(writer, node);
    open_element(writer, node, name);
    writer->pre += writer->tree->nodes[node].tag == TAG_pre;
    return true;
}

static bool enter(void *context, uint32_t node)
{
    struct html_writer *writer = context;
    const struct tree_node *at = &writer->tree->nodes[node];
    if (writer->out.failed)
        return false;
    if (plain_skips(writer->tree, node)) {
        if (at->end > node + 1 && !(at->flags & (TREE_HIDDEN | TREE_BLOCK)))
            add_blank(writer);
        return false;
    }
    switch (at->tag) {
    case TAG_TEXT:
        html_add_text(writer, tree_text(writer->tree, node), at->flags & TREE_PRE);
        return false;
    case TAG_br:
    case TAG_hr:
        buffer_add_text(&writer->out, at->tag == TAG_br ? "<br>" : "<hr>\n");
        return false;
    case TAG_img:
        add_image(writer, node);
        return false;
    case TAG_a:
        return enter_link(writer, node);
    case TAG_button:
        if (add_control(writer, node))
            return false;
        buffer_add_text(&writer->out, " [");
        return true;
    default:
        return enter_element(writer, node);
    }
}

static void leave(void *context, uint32_t node)
{
    struct html_writer *writer = context;
    enum tree_tag tag = writer->tree->nodes[node].tag;
    if (tag == TAG_a) {
        if (writer->link != node)
            return;
        buffer_add_text(&writer->out, "</a>");
        writer->link = TREE_NONE;
        return;
    }
    if (tag == TAG_button) {
        buffer_add_text(&writer->out, "] ");
        return;
    }
    writer->pre -= tag == TAG_pre;
    const char *name = name_of(writer, node);
    if (name)
        close_element(writer, node, name);
}

/* ---- the document ---- */

static void begin(struct html_writer *writer, const struct document *document,
                  const struct tree *tree)
{
    buffer_add_text(&writer->out, "<!DOCTYPE html>\n<html");
    html_add_language(writer, document->language);
    if (tree)
        html_add_direction(writer);
    buffer_add_text(&writer->out, "><head><title>");
    html_add_text(writer, document->title, false);
    buffer_add_text(&writer->out, "</title></head>\n<body>\n");
}

static enum module_result write_body(struct html_writer *writer, const struct render_input *input)
{
    static const struct plain_visitor visitor = {enter, leave};
    if (input->tree) {
        if (input->tree->node_count)
            plain_walk(input->tree, 0, &visitor, writer);
        return MODULE_OK;
    }
    struct buffer text;
    buffer_init(&text, writer->out.max);
    bool is_text = plain_text(input, &text);
    buffer_add_text(&writer->out, "<pre>");
    html_add_text(writer, buffer_span(&text), true);
    buffer_add_text(&writer->out, "</pre>\n");
    writer->out.failed |= text.failed;
    buffer_free_into(&text, &writer->out);
    return is_text ? MODULE_OK : MODULE_PASS;
}

static enum module_result no_memory(struct call *call, struct html_writer *writer)
{
    buffer_free(&writer->out);
    return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for the document");
}

static enum module_result render(struct call *call, const struct render_input *input,
                                 const struct render_options *options,
                                 struct document *document_out)
{
    struct html_writer writer = {.tree = input->tree, .mailto = options->mailto, .link = TREE_NONE};
    struct arena *arena = www4mail_arena(call);
    if (!input->tree && !plain_is_text(plain_type(input)))
        return MODULE_PASS;
    *document_out = (struct document){.kind = DOCUMENT_HTML};
    buffer_init(&writer.out, options->max_bytes ? options->max_bytes : DOCUMENT_MAX_BYTES);
    if (!plain_head(input, arena, document_out) ||
        (input->tree && !plain_links_init(&writer.links, arena, input->tree)))
        return no_memory(call, &writer);
    begin(&writer, document_out, input->tree);
    if (write_body(&writer, input) == MODULE_PASS) {
        buffer_free(&writer.out);
        return MODULE_PASS;
    }
    buffer_add_text(&writer.out, "</body></html>\n");
    if (input->tree && !plain_links_list(&writer.links, arena, document_out))
        return no_memory(call, &writer);
    return plain_finish(call, &writer.out, document_out);
}

static const struct renderer_ops html_ops = {.render = render};

WWW4MAIL_MODULE("html", "filter", renderer, &html_ops);
