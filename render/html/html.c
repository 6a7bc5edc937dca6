/* SPDX-License-Identifier: ISC */
/*
 * The renderer for HTML: a page's tree as a small document of white-listed elements.  It loads
 * nothing and runs nothing: no src, no style sheet, no script, no active form.  Links ask for their
 * page by mail where the account has an address.  Colours and fonts are left to the reader.
 */
#include "render/html/html.h"

static const char head[] = "><head><meta charset=\"utf-8\">"
                           "<meta name=\"viewport\" content=\"width=device-width\">"
                           "<meta name=\"color-scheme\" content=\"light dark\"><title>";
static const char body[] =
    "</title></head>\n<body style=\"max-width:45em;line-height:1.4;word-wrap:break-word\">\n";

static void begin(struct html_writer *writer)
{
    buffer_add_text(&writer->out, "<!DOCTYPE html>\n<html");
    html_add_language(writer, writer->language);
    if (writer->tree)
        html_add_direction(writer);
}

static void begin_body(struct html_writer *writer, struct span title)
{
    buffer_add_text(&writer->out, head);
    html_escape(writer, title);
    buffer_add_text(&writer->out, body);
    writer->fresh = writer->out.len;
}

/* A page that is text already. */
static enum module_result write_text(struct html_writer *writer, const struct render_input *input)
{
    struct buffer text;
    buffer_init(&text, writer->out.max);
    bool is_text = plain_text(input, &text);
    buffer_add_text(&writer->out, "<pre style=\"white-space:pre-wrap\">");
    html_add_text(writer, buffer_span(&text), true);
    buffer_add_text(&writer->out, "</pre>\n");
    writer->out.failed |= text.failed;
    buffer_free_into(&text, &writer->out);
    return is_text ? MODULE_OK : MODULE_PASS;
}

static void end_writer(struct html_writer *writer)
{
    buffer_free_into(&writer->form_url, &writer->out);
    arena_free(&writer->scratch);
}

static enum module_result no_memory(struct call *call, struct html_writer *writer)
{
    end_writer(writer);
    buffer_free(&writer->out);
    return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for the document");
}

static bool prepare(struct html_writer *writer)
{
    return plain_links_init(&writer->links, writer->arena, writer->tree) && html_mark(writer) &&
           html_find_anchors(writer);
}

static enum module_result render(struct call *call, const struct render_input *input,
                                 const struct render_options *options,
                                 struct document *document_out)
{
    struct html_writer writer = {.tree = input->tree,
                                 .arena = www4mail_arena(call),
                                 .mailto = options->mailto,
                                 .link = TREE_NONE,
                                 .form = TREE_NONE};
    if (!input->tree && !plain_is_text(plain_type(input)))
        return MODULE_PASS;
    *document_out = (struct document){.kind = DOCUMENT_HTML};
    buffer_init(&writer.out, options->max_bytes ? options->max_bytes : DOCUMENT_MAX_BYTES);
    buffer_init(&writer.form_url, HTML_FORM_URL_MAX);
    if (!plain_head(input, writer.arena, document_out) || (input->tree && !prepare(&writer)))
        return no_memory(call, &writer);
    writer.language = document_out->language;
    begin(&writer);
    begin_body(&writer, document_out->title);
    if (input->tree) {
        html_elements(&writer);
    } else if (write_text(&writer, input) == MODULE_PASS) {
        end_writer(&writer);
        buffer_free(&writer.out);
        return MODULE_PASS;
    }
    buffer_add_text(&writer.out, "</body></html>\n");
    if (input->tree && !plain_links_list(&writer.links, writer.arena, document_out))
        return no_memory(call, &writer);
    end_writer(&writer);
    return plain_finish(call, &writer.out, document_out);
}

static const struct renderer_ops html_ops = {.render = render};

WWW4MAIL_MODULE("html", "filter", renderer, &html_ops);
