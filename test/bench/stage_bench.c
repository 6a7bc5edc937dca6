/* SPDX-License-Identifier: ISC */
/*
 * Where the time of a page goes: the rooms of the renderer one after the other over each page, CPU
 * milliseconds of the best of some rounds.  The rooms up to the tree are called as the page module
 * calls them; text, html and article are the modules themselves.  What contains another stage is
 * told without it.
 *
 * usage: stage_bench MODULES_DIR PAGE...    prints names, then a line a page, with tabs
 */
#include "agent/base/file.h"
#include "agent/modules/call.h"
#include "agent/modules/loader.h"
#include "agent/modules/plan.h"
#include "render/construct/clean.h"
#include "render/decode/decode.h"
#include "render/page/building.h"
#include "render/page/page_parts.h"
#include "render/passes/passes.h"
#include "render/sniff.h"
#include "render/tokenizer/tokenizer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ARENA_BYTES = 512 << 20, BODY_BYTES = 64 << 20, ROUNDS = 7, LARGE_ROUNDS = 3 };

static const char url[] = "http://page.invalid/";
static const struct page_hints hints = {url, "text/html", "", "", "", false};

struct modules {
    const struct www4mail_module *page, *text, *html, *article;
};

/* One page on its way through the rooms. */
struct way {
    const struct modules *modules;
    struct call call;
    struct span bytes;
    struct buffer text; /* decoded */
    struct maker *maker;
    struct clean_page clean;
    struct tree *tree;
    struct buffer facts;
    struct flat table;
    const struct tree *built; /* the same by the page module */
    struct extract extract;
};

static _Noreturn void give_up(const char *what, const struct fault *fault)
{
    fprintf(stderr, "stage_bench: %s: %s\n", what, fault && fault->operator ? fault->operator : "");
    exit(1);
}

/* ---- the rooms ---- */

static bool decode(struct way *way)
{
    char type[SNIFF_TYPE_SIZE];
    const char *charset;
    sniff_type(way->bytes, hints.type, NULL, type);
    return decode_text(way->bytes, SPAN_LITERAL(""), true, &way->text, &charset);
}

static bool is_one_of(struct span name, const char (*names)[12], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_equal(name, span_of(names[i])))
            return true;
    return false;
}

/* Tokens to nowhere, of the same text as a tree is made of. */
static bool drop_token(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    static const char raw[][12] = {"style", "iframe", "xmp", "noembed"};
    static const char titles[][12] = {"title", "textarea"};
    (void)context;
    if (token->kind != TOKEN_START)
        return true;
    if (span_equal(token->name, SPAN_LITERAL("script")))
        tokenizer_switch(tokenizer, TOKENIZER_SCRIPT);
    else if (is_one_of(token->name, raw, sizeof raw / sizeof *raw))
        tokenizer_switch(tokenizer, TOKENIZER_RAWTEXT);
    else if (is_one_of(token->name, titles, sizeof titles / sizeof *titles))
        tokenizer_switch(tokenizer, TOKENIZER_RCDATA);
    return true;
}

static bool tokenize(struct way *way)
{
    unsigned cuts;
    return tokenizer_run(buffer_span(&way->text), TOKENIZER_DATA, (struct span){NULL, 0},
                         drop_token, NULL, &cuts);
}

static bool construct(struct way *way)
{
    const struct clean_options options = {.frames = NULL};
    way->maker = arena_alloc(way->call.arena, sizeof *way->maker);
    way->tree = arena_alloc(way->call.arena, sizeof *way->tree);
    if (!way->maker || !way->tree)
        return false;
    maker_init(way->maker);
    return clean_html(buffer_span(&way->text), &options, way->maker, &way->clean) &&
           maker_finish(way->maker, way->call.arena, way->tree);
}

static bool hide(struct way *way)
{
    passes_flags(way->tree);
    return passes_base(way->tree, way->call.arena, url, buffer_span(&way->clean.base));
}

static bool tell_tables(struct way *way)
{
    passes_tables(way->tree);
    return true;
}

static bool hide_styled(struct way *way)
{
    static const struct page_parts none;
    return parts_flags(&way->call, way->tree, &way->clean, &none, way->maker->marks,
                       way->maker->mark_count);
}

static bool number_links(struct way *way)
{
    return passes_links(way->tree, way->call.arena, url, buffer_span(&way->clean.base));
}

static bool tell_facts(struct way *way)
{
    struct flat_writer writer;
    struct buffer facts;
    buffer_init(&facts, FACTS_MAX_BYTES);
    flat_begin(&writer, FACTS_KIND, FACTS_SHAPE, FACTS_MAX_BYTES);
    way->tree->title = building_line(way->call.arena, buffer_span(&way->clean.title));
    building_tree_facts(&way->call, &writer, way->tree, NULL);
    bool done = parts_needs(way->tree, &way->clean, &writer);
    done = flat_end(&writer, &facts) && done;
    buffer_free(&facts);
    return done;
}

/* ---- the modules ---- */

static bool build(struct way *way)
{
    if (way->modules->page->builder->build(&way->call, NULL, way->bytes, &hints, &way->facts,
                                           &way->built) != MODULE_OK)
        return false;
    return way->built && flat_open(&way->table, FACTS_KIND, FACTS_SHAPE, buffer_span(&way->facts));
}

static bool render(struct way *way, const struct www4mail_module *module, const struct tree *tree,
                   enum format format)
{
    struct document document = {0};
    const struct render_input input = {way->bytes, &hints, &way->table, tree};
    const struct render_options as = {.format = format, .max_bytes = BODY_BYTES};
    return module->renderer->render(&way->call, &input, &as, &document) == MODULE_OK;
}

static bool write_text(struct way *way)
{
    return render(way, way->modules->text, way->built, FORMAT_TEXT);
}

static bool write_html(struct way *way)
{
    return render(way, way->modules->html, way->built, FORMAT_HTML);
}

static bool find_article(struct way *way)
{
    const struct render_input input = {way->bytes, &hints, &way->table, way->built};
    enum module_result result =
        way->modules->article->extractor->extract(&way->call, &input, PART_ARTICLE, &way->extract);
    return result == MODULE_OK || result == MODULE_PASS;
}

static bool write_article(struct way *way)
{
    return render(way, way->modules->text, way->extract.tree ? way->extract.tree : way->built,
                  FORMAT_TEXT);
}

/* ---- the measuring ---- */

enum step {
    DECODE,
    TOKENS,
    CONSTRUCT,
    HIDE,
    TABLES,
    SHEETS,
    LINKS,
    FACTS,
    BUILD,
    TEXT,
    HTML,
    ARTICLE,
    ARTICLE_TEXT,
    STEPS
};

static const struct {
    const char *name;
    bool (*run)(struct way *);
} steps[STEPS] = {[DECODE] = {"decode", decode},
                  [TOKENS] = {"tokenizer", tokenize},
                  [CONSTRUCT] = {"construct", construct},
                  [HIDE] = {"hiding", hide},
                  [TABLES] = {"tables", tell_tables},
                  [SHEETS] = {"sheets", hide_styled},
                  [LINKS] = {"links", number_links},
                  [FACTS] = {"facts", tell_facts},
                  [BUILD] = {"page", build},
                  [TEXT] = {"text", write_text},
                  [HTML] = {"html", write_html},
                  [ARTICLE] = {"article", find_article},
                  [ARTICLE_TEXT] = {"article_text", write_article}};

static double cpu_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static void go(const struct modules *modules, struct span bytes, double best[STEPS])
{
    struct fault fault = FAULT_INIT;
    struct way way = {.modules = modules,
                      .bytes = bytes,
                      .call = {.module = "page", .arena = arena_new(ARENA_BYTES), .fault = &fault}};
    buffer_init(&way.text, BUILDING_TEXT_MAX);
    buffer_init(&way.facts, FACTS_MAX_BYTES);
    for (size_t i = 0; i < STEPS; i++) {
        double began = cpu_ms();
        if (!way.call.arena || !steps[i].run(&way))
            give_up(steps[i].name, &fault);
        double taken = cpu_ms() - began;
        best[i] = best[i] > 0 && best[i] < taken ? best[i] : taken;
    }
    maker_free(way.maker);
    clean_free(&way.clean);
    buffer_free(&way.text);
    buffer_free(&way.facts);
    fault_clear(&fault);
    arena_free(&way.call.arena);
}

static double without(double whole, double part)
{
    return whole > part ? whole - part : 0;
}

static void measure(const struct modules *modules, const char *path)
{
    double best[STEPS] = {0};
    struct span bytes;
    int file = file_in_memory("page"), from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0 || file < 0 || file_copy(from, file, BODY_BYTES) < 0 || !file_seal(file) ||
        !file_map(file, &bytes))
        give_up(path, NULL);
    close(from);
    for (int i = 0; i < (bytes.len < 500000 ? ROUNDS : LARGE_ROUNDS); i++)
        go(modules, bytes, best);
    close(file);
    best[CONSTRUCT] = without(best[CONSTRUCT], best[TOKENS]);
    best[SHEETS] = without(best[SHEETS], best[HIDE]);
    best[HIDE] = without(best[HIDE], best[TABLES]);
    for (size_t i = 0; i < STEPS; i++)
        printf("%.4f%c", best[i], i + 1 < STEPS ? '\t' : '\n');
}

static const struct www4mail_module *opened(const struct blocks *blocks, const char *name)
{
    struct fault fault = FAULT_INIT;
    const struct www4mail_module *module = loader_open(blocks_find(blocks, name), &fault);
    if (!module)
        give_up(name, &fault);
    return module;
}

int main(int argc, char **argv)
{
    struct fault fault = FAULT_INIT;
    struct blocks blocks;
    struct arena *arena = arena_new(16 << 20);
    if (argc < 3 || !arena || !blocks_read(arena, argv[1], &blocks, &fault) ||
        !plan_check(&blocks, &fault))
        give_up("usage: stage_bench MODULES_DIR PAGE...", &fault);
    const struct modules modules = {opened(&blocks, "page"), opened(&blocks, "text"),
                                    opened(&blocks, "html"), opened(&blocks, "article")};
    for (size_t i = 0; i < STEPS; i++)
        printf("%s%c", steps[i].name, i + 1 < STEPS ? '\t' : '\n');
    for (int i = 2; i < argc; i++)
        measure(&modules, argv[i]);
    arena_free(&arena);
    return 0;
}
