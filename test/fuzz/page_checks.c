/* SPDX-License-Identifier: ISC */
/* Builds a page with the modules, as the parse child does, and looks at what comes out of each. */
#include "test/fuzz/page_checks.h"

#include "agent/base/charset.h"
#include "render/plain.h"
#include "test/fuzz/html_checks.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY = 256 * 1024 * 1024 };

extern const struct www4mail_module page_module, text_module, html_module, original_module;

void fuzz_check_facts(const struct flat *facts)
{
    FUZZ_ASSERT(facts->rows >= 1 && facts->rows <= 32);
    FUZZ_ASSERT(flat_get_number(facts, 0, FACTS_WHAT) == FACT_TYPE);
    for (uint32_t row = 0; row < facts->rows; row++) {
        FUZZ_ASSERT(flat_get_number(facts, row, FACTS_WHAT) <= FACT_NEED);
        FUZZ_ASSERT(fuzz_is_line(flat_get_text(facts, row, FACTS_TEXT)));
    }
}

static void check_node(const struct tree *tree, uint32_t i)
{
    const struct tree_node *node = &tree->nodes[i];
    FUZZ_ASSERT(node->end > i && node->end <= tree->node_count && node->tag < TAG_COUNT);
    FUZZ_ASSERT(i == 0 ? node->parent == TREE_NONE : node->parent < i);
    FUZZ_ASSERT(i == 0 || node->end <= tree->nodes[node->parent].end);
    FUZZ_ASSERT(node->first_child == TREE_NONE || node->first_child == i + 1);
    FUZZ_ASSERT(node->next == TREE_NONE || node->next == node->end);
    FUZZ_ASSERT(node->link <= tree->link_count);
    FUZZ_ASSERT(node->attr_count == 0 ||
                (uint64_t)node->first_attr + node->attr_count <= tree->attr_count);
    if (node->tag == TAG_TEXT)
        FUZZ_ASSERT(charset_is_utf8(tree_text(tree, i)));
    if (i > 0 && tree->nodes[node->parent].flags & TREE_HIDDEN)
        FUZZ_ASSERT(node->flags & TREE_HIDDEN);
}

void fuzz_check_tree(const struct tree *tree)
{
    for (uint32_t i = 0; i < tree->node_count; i++)
        check_node(tree, i);
    for (uint32_t i = 0; i < tree->attr_count; i++) {
        const struct tree_attr *attr = &tree->attrs[i];
        FUZZ_ASSERT(attr->name < ATTR_COUNT);
        FUZZ_ASSERT(charset_is_utf8((struct span){tree->pool + attr->value, attr->value_len}));
    }
    for (uint32_t i = 1; i <= tree->link_count; i++) {
        struct span url = tree->links[i].url;
        FUZZ_ASSERT(url.len > 0 && span_find_byte(url, ':') > 0 && fuzz_is_line(url));
        FUZZ_ASSERT(span_find_byte(url, ' ') < 0 && tree->links[i].first_node < tree->node_count);
    }
    FUZZ_ASSERT(fuzz_is_line(tree->title) && fuzz_is_line(tree->language));
}

/* Lines that a mail can have: no control, nothing that turns the direction, no blank at an end but
 * the one that says that the line goes on. */
static void check_text(struct span body)
{
    struct span rest = body, run, line;
    enum plain_class class;
    FUZZ_ASSERT(charset_is_utf8(body));
    FUZZ_ASSERT(body.len == 0 || body.at[body.len - 1] == '\n');
    while (span_next_line(&rest, &line)) {
        struct span left = line;
        size_t blanks = 0;
        while (blanks < line.len && line.at[line.len - 1 - blanks] == ' ')
            blanks++;
        FUZZ_ASSERT(blanks <= 1 && (blanks == 0 || line.len > 1));
        while (plain_next_run(&left, &run, &class))
            FUZZ_ASSERT(class != PLAIN_UNSAFE || span_equal(run, SPAN_LITERAL("\t")));
    }
}

static void check_links(const struct document *document)
{
    uint32_t before = 0;
    for (size_t i = 0; i < document->link_count; i++) {
        FUZZ_ASSERT(document->links[i].number > before);
        before = document->links[i].number;
    }
}

/* The worker takes every document that an honest child sends. */
static void check_crossing(const struct document *document)
{
    struct buffer bytes;
    struct document again;
    struct arena *arena = arena_new(MEMORY);
    buffer_init(&bytes, DOCUMENT_MAX_BYTES);
    FUZZ_ASSERT(document_write(document, &bytes));
    FUZZ_ASSERT(document_read(arena, buffer_span(&bytes), &again));
    FUZZ_ASSERT(again.kind == document->kind && again.link_count == document->link_count);
    FUZZ_ASSERT(span_equal(again.body, document->body));
    FUZZ_ASSERT(span_equal(again.title, document->title));
    buffer_free(&bytes);
    arena_free(&arena);
}

void fuzz_check_document(const struct document *document, const char *mailto)
{
    check_links(document);
    if (document->kind == DOCUMENT_TEXT)
        check_text(document->body);
    if (document->kind == DOCUMENT_HTML)
        fuzz_check_html(document->body, mailto);
    check_crossing(document);
}

static void render(const struct www4mail_module *module, const struct render_input *input,
                   const struct render_options *options)
{
    struct fuzz_call it;
    struct document document = {.kind = DOCUMENT_TEXT};
    fuzz_call_begin(&it, MEMORY);
    enum module_result result = module->renderer->render(&it.call, input, options, &document);
    fuzz_check_result(&it, result);
    if (result == MODULE_OK) {
        FUZZ_ASSERT(document.body.len <= options->max_bytes);
        fuzz_check_document(&document, options->mailto);
    }
    fuzz_call_end(&it);
}

static void render_all(const struct render_input *input, unsigned width, const char *mailto)
{
    const struct www4mail_module *modules[] = {&text_module, &html_module, &original_module};
    for (unsigned i = 0; i < 3; i++) {
        struct render_options options = {
            .format = (enum format[]){FORMAT_TEXT, FORMAT_HTML, FORMAT_SOURCE}[i],
            .width = width,
            .mailto = mailto,
            .blind = width % 5 == 0,
            .max_bytes = 8 * 1024 * 1024};
        render(modules[i], input, &options);
    }
}

void fuzz_builder(const struct www4mail_module *module, struct span input, const char *structure)
{
    static const char *const types[] = {
        "text/html", "text/html",  "text/html",       "text/html",
        "",          "text/plain", "application/xml", "application/pdf"};
    static const char *const charsets[] = {"utf-8", "", "windows-1252", "shift_jis"};
    struct fuzz_call it;
    struct buffer bytes;
    struct flat facts;
    const struct tree *tree = NULL;
    struct page_hints hints = {
        .url = "http://example.org/dir/page.html", .language = "en", .file_name = "report.pdf"};
    hints.type = types[fuzz_number(&input, 8)];
    hints.charset = charsets[fuzz_number(&input, 4)];
    unsigned width = fuzz_number(&input, 256);
    const char *mailto = width % 2 ? "agent+x@example.org" : NULL;
    fuzz_call_begin(&it, MEMORY);
    fuzz_call_set(&it, "structure", structure);
    buffer_init(&bytes, FACTS_MAX_BYTES);
    enum module_result result =
        module->builder->build(&it.call, NULL, input, &hints, &bytes, &tree);
    fuzz_check_result(&it, result);
    if (result == MODULE_OK) {
        FUZZ_ASSERT(flat_open(&facts, FACTS_KIND, FACTS_SHAPE, buffer_span(&bytes)));
        fuzz_check_facts(&facts);
        if (tree)
            fuzz_check_tree(tree);
        struct render_input rendered = {input, &hints, &facts, tree};
        render_all(&rendered, width, mailto);
    }
    buffer_free(&bytes);
    fuzz_call_end(&it);
}

void fuzz_page(struct span input, const char *structure)
{
    fuzz_builder(&page_module, input, structure);
}
