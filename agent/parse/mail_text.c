/* SPDX-License-Identifier: ISC */
/* Tree to the text that the request reader understands.  Quotes become `> ` lines. */
#include "agent/parse/mail_text.h"

struct writer {
    const struct tree *tree;
    struct buffer *out;
    unsigned quote; /* blockquotes that are open */
    bool line_start, blank;
};

static void end_line(struct writer *writer)
{
    if (!writer->line_start)
        buffer_add_byte(writer->out, '\n');
    writer->line_start = true;
    writer->blank = false;
}

static void add_byte(struct writer *writer, char byte)
{
    if (writer->line_start)
        for (unsigned i = 0; i < writer->quote; i++)
            buffer_add_text(writer->out, "> ");
    writer->line_start = false;
    buffer_add_byte(writer->out, byte);
}

static void add_text(struct writer *writer, struct span text, bool pre)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (pre && c == '\n') {
            end_line(writer);
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            writer->blank = true;
        } else {
            if (writer->blank && !writer->line_start)
                add_byte(writer, ' ');
            writer->blank = false;
            add_byte(writer, c);
        }
    }
}

/* The target behind the words; the request reader takes one address twice as one. */
static void add_target(struct writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    if (at->tag != TAG_a || at->link == 0)
        return;
    struct span url = writer->tree->links[at->link].url;
    add_text(writer, SPAN_LITERAL(" <"), false);
    add_text(writer, url, false);
    add_byte(writer, '>');
}

static void leave(struct writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    add_target(writer, node);
    if (at->flags & TREE_BLOCK)
        end_line(writer);
    if (at->tag == TAG_blockquote && writer->quote > 0)
        writer->quote--;
}

static void enter(struct writer *writer, uint32_t node)
{
    const struct tree_node *at = &writer->tree->nodes[node];
    if (at->flags & TREE_BLOCK || at->tag == TAG_br)
        end_line(writer);
    if (at->tag == TAG_blockquote && writer->quote < 8)
        writer->quote++;
    if (at->tag == TAG_TEXT)
        add_text(writer, tree_text(writer->tree, node), at->flags & TREE_PRE);
}

bool mail_text(const struct tree *tree, struct buffer *out)
{
    struct writer writer = {.tree = tree, .out = out, .line_start = true};
    uint32_t open = TREE_NONE; /* the innermost element not left yet */
    for (uint32_t node = 0; node < tree->node_count; node++) {
        while (open != TREE_NONE && node >= tree->nodes[open].end) {
            leave(&writer, open);
            open = tree->nodes[open].parent;
        }
        if (tree->nodes[node].flags & TREE_HIDDEN) {
            node = tree->nodes[node].end - 1;
            continue;
        }
        enter(&writer, node);
        if (tree->nodes[node].tag != TAG_TEXT)
            open = node;
    }
    for (; open != TREE_NONE; open = tree->nodes[open].parent)
        leave(&writer, open);
    end_line(&writer);
    return !out->failed;
}
