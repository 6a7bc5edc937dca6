/* SPDX-License-Identifier: ISC */
/*
 * Pages a second on one core by the way they go in a run: a zygote that stays, a child a page, its
 * sandbox, two questions.  Then the same modules called in this process, without any of it: the
 * difference is what isolation costs.
 *
 * usage: parse_bench MODULES_DIR PAGE...
 */
#include "agent/base/file.h"
#include "agent/modules/call.h"
#include "agent/modules/loader.h"
#include "agent/modules/plan.h"
#include "agent/parse/parse.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ARENA_BYTES = 512 << 20, ROUNDS = 5, BODY_BYTES = 64 << 20 };

static const struct page_hints hints = {"http://page.invalid/", "text/html", "", "", "", true};

struct bench {
    struct blocks blocks;
    struct span *pages;
    int *files, count;
};

static _Noreturn void give_up(const char *what, const struct fault *fault)
{
    fprintf(stderr, "parse_bench: %s: %s\n", what, fault->operator ? fault->operator : "");
    exit(1);
}

static double seconds_of(int who)
{
    struct rusage usage;
    getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double cpu(void)
{
    return seconds_of(RUSAGE_SELF) + seconds_of(RUSAGE_CHILDREN);
}

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void through_child(struct parser *parser, int file)
{
    struct fault fault = FAULT_INIT;
    struct flat facts;
    struct document document;
    struct parse_plan plan = {.page = &hints, .without = ""};
    const struct render_options as = {.format = FORMAT_TEXT, .max_bytes = BODY_BYTES};
    struct arena *arena = arena_new(ARENA_BYTES);
    struct parse_child *child = parse_start_page(parser, &plan, file, &facts, &fault);
    if (!child || !parse_render(child, &as, arena, &document, &fault))
        give_up("through a child", &fault);
    parse_end(&child);
    arena_free(&arena);
}

static double with_isolation(const struct bench *bench)
{
    struct fault fault = FAULT_INIT;
    double before = cpu();
    struct parser *parser = parser_open(&bench->blocks, true, &fault);
    if (!parser)
        give_up("parser", &fault);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < bench->count; i++)
            through_child(parser, bench->files[i]);
    parser_close(&parser);
    return cpu() - before;
}

static void in_process(const struct www4mail_module *page, const struct www4mail_module *text,
                       const struct bench *bench, struct span bytes)
{
    struct fault fault = FAULT_INIT;
    struct buffer facts;
    struct document document = {0};
    const struct tree *tree = NULL;
    const struct render_options as = {.format = FORMAT_TEXT, .max_bytes = BODY_BYTES};
    struct call call = {.module = "page", .arena = arena_new(ARENA_BYTES), .fault = &fault};
    call.defaults = &blocks_find(&bench->blocks, "page")->settings;
    buffer_init(&facts, FACTS_MAX_BYTES);
    page->builder->build(&call, NULL, bytes, &hints, &facts, &tree);
    struct render_input input = {.bytes = bytes, .hints = &hints, .tree = tree};
    call.defaults = &blocks_find(&bench->blocks, "text")->settings;
    if (tree) /* not for the few pages that need what is opened for them alone */
        text->renderer->render(&call, &input, &as, &document);
    fault_clear(&fault);
    buffer_free(&facts);
    arena_free(&call.arena);
}

static double without_isolation(const struct bench *bench)
{
    struct fault fault = FAULT_INIT;
    const struct www4mail_module *page = loader_open(blocks_find(&bench->blocks, "page"), &fault);
    const struct www4mail_module *text = loader_open(blocks_find(&bench->blocks, "text"), &fault);
    if (!page || !text)
        give_up("modules", &fault);
    double before = cpu();
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < bench->count; i++)
            in_process(page, text, bench, bench->pages[i]);
    return cpu() - before;
}

static void read_page(struct bench *bench, const char *path)
{
    int file = file_in_memory("page"), from = open(path, O_RDONLY | O_CLOEXEC);
    struct fault none = FAULT_INIT;
    if (from < 0 || file < 0 || file_copy(from, file, BODY_BYTES) < 0 || !file_seal(file) ||
        !file_map(file, &bench->pages[bench->count]))
        give_up(path, &none);
    close(from);
    bench->files[bench->count++] = file;
}

int main(int argc, char **argv)
{
    struct fault fault = FAULT_INIT;
    struct bench bench = {.pages = calloc((size_t)argc, sizeof *bench.pages),
                          .files = calloc((size_t)argc, sizeof *bench.files)};
    struct arena *arena = arena_new(16 << 20);
    if (argc < 3 || !arena || !blocks_read(arena, argv[1], &bench.blocks, &fault) ||
        !plan_check(&bench.blocks, &fault))
        give_up("usage: parse_bench MODULES_DIR PAGE...", &fault);
    for (int i = 2; i < argc; i++)
        read_page(&bench, argv[i]);
    const double pages = bench.count * ROUNDS;
    without_isolation(&bench); /* warms up what both read */
    double began = now(), with = with_isolation(&bench), wall = now() - began;
    double without = without_isolation(&bench);
    printf("in a run: %.0f pages a second and core (%.2f ms of CPU, %.2f ms each); without zygote, "
           "child and sandbox %.0f (%.2f ms): isolation costs %.2f ms a page\n",
           pages / with, with / pages * 1e3, wall / pages * 1e3, pages / without,
           without / pages * 1e3, (with - without) / pages * 1e3);
    free(bench.pages);
    free(bench.files);
    arena_free(&arena);
    return 0;
}
