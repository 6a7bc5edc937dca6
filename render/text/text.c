/* SPDX-License-Identifier: ISC */
/*
 * The renderer for plain text: a page's tree as lines of a given width, with links as numbers and
 * their list at the end; pages that are text already as they are.  Never puts out a control
 * character or what turns the direction of text about.
 */
#include "render/passes/passes.h"
#include "render/text/text.h"

enum { WIDTH_DEFAULT = 72, WIDTH_MIN = 20, WIDTH_MAX = 250, WIDTH_UNBROKEN = 100000 };

static unsigned clamp_width(unsigned width, enum render_part part)
{
    if (!width) /* words alone are for programs: a paragraph a line */
        return part == PART_WORDS ? WIDTH_UNBROKEN : WIDTH_DEFAULT;
    if (width < WIDTH_MIN)
        return WIDTH_MIN;
    return width > WIDTH_MAX ? WIDTH_MAX : width;
}

enum { WRITER_BUFFERS = 8 };

static void list_buffers(struct text_writer *writer, struct buffer *buffers[WRITER_BUFFERS])
{
    buffers[0] = &writer->out;
    buffers[1] = &writer->para;
    buffers[2] = &writer->line;
    buffers[3] = &writer->breaks;
    buffers[4] = &writer->frames;
    buffers[5] = &writer->marks;
    buffers[6] = &writer->prefix;
    buffers[7] = &writer->first;
}

static void init_writer(struct text_writer *writer, const struct tree *tree, size_t max,
                        const struct render_options *options)
{
    *writer = (struct text_writer){.tree = tree,
                                   .blind = options->blind,
                                   .width = clamp_width(options->width, options->part),
                                   .link_node = TREE_NONE};
    struct buffer *buffers[WRITER_BUFFERS];
    list_buffers(writer, buffers);
    for (size_t i = 0; i < WRITER_BUFFERS; i++)
        buffer_init(buffers[i], max);
    /* Sized by the tree, not by what it shows. */
    writer->frames.max = (size_t)tree->node_count * sizeof(struct text_frame);
    writer->marks.max = (size_t)tree->node_count * sizeof(struct text_mark);
}

/* Frees all but the finished lines; these are failed when any other part was. */
static void end_writer(struct text_writer *writer)
{
    struct buffer *buffers[WRITER_BUFFERS];
    list_buffers(writer, buffers);
    for (size_t i = 1; i < WRITER_BUFFERS; i++) {
        writer->out.failed |= buffers[i]->failed;
        buffer_free_into(buffers[i], &writer->out);
    }
}

static void list_links(struct buffer *out, const struct document *document)
{
    if (document->link_count && out->len)
        buffer_add_byte(out, '\n');
    for (size_t i = 0; i < document->link_count; i++) {
        buffer_printf(out, "[%u] ", document->links[i].number);
        buffer_add_span(out, document->links[i].url);
        buffer_add_byte(out, '\n');
    }
}

static void add_links(struct text_writer *writer, const struct document *document)
{
    if (writer->blind)
        text_blind_links(&writer->out, document);
    else
        list_links(&writer->out, document);
    if (writer->tree->link_count >= PASSES_MAX_LINKS)
        buffer_printf(&writer->out, "Only the first %d links of this page have numbers.\n",
                      PASSES_MAX_LINKS);
}

static bool render_tree(struct call *call, const struct tree *tree,
                        const struct render_options *options, struct buffer *body,
                        struct document *document_out)
{
    struct text_writer writer;
    init_writer(&writer, tree, body->max, options);
    struct arena *arena = www4mail_arena(call);
    bool fits = plain_links_init(&writer.links, arena, tree) &&
                plain_find_echoes(tree, arena, &writer.echoes);
    if (fits) {
        text_blocks(&writer);
        fits = plain_links_list(&writer.links, arena, document_out);
    }
    end_writer(&writer);
    if (fits)
        add_links(&writer, document_out);
    *body = writer.out;
    return fits;
}

static enum module_result render(struct call *call, const struct render_input *input,
                                 const struct render_options *options,
                                 struct document *document_out)
{
    struct buffer body;
    bool fits = true;
    if (!input->tree && !plain_is_text(plain_type(input)))
        return MODULE_PASS;
    *document_out = (struct document){.kind = DOCUMENT_TEXT};
    buffer_init(&body, options->max_bytes ? options->max_bytes : DOCUMENT_MAX_BYTES);
    if (input->tree) {
        fits = render_tree(call, input->tree, options, &body, document_out);
    } else if (!plain_text(input, &body)) {
        buffer_free(&body);
        return MODULE_PASS;
    }
    if (!fits || !plain_head(input, www4mail_arena(call), document_out)) {
        buffer_free(&body);
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for the document");
    }
    return plain_finish(call, &body, document_out);
}

static const struct renderer_ops text_ops = {.render = render};

WWW4MAIL_MODULE("text", "filter", renderer, &text_ops);
