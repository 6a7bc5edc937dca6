/* SPDX-License-Identifier: ISC */
/*
 * Compares what the agent makes of pages with what gumbo makes of them, a line a page: its name,
 * words of gumbo's, of ours, of both, those in the same order of those that stand once, those within
 * the same elements, words that only independent rules of hiding tell apart, microseconds.
 */
#include "test/oracle/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/modules/call.h"
#include "render/decode/decode.h"
#include "render/passes/passes.h"

enum { MEMORY = 1024 * 1024 * 1024, MAX_PAGE = 64 * 1024 * 1024 };

extern const struct www4mail_module www4mail_module;

static const struct page_hints hints = {.url = "http://example.org/",
                                        .type = "text/html",
                                        .charset = "",
                                        .language = "",
                                        .file_name = ""};

static bool read_file(const char *path, struct buffer *out)
{
    char chunk[65536];
    size_t len;
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    while ((len = fread(chunk, 1, sizeof chunk, file)) > 0)
        buffer_add(out, chunk, len);
    bool done = !ferror(file) && !out->failed;
    fclose(file);
    return done;
}

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

/* Our tree, as the parse child makes it; NULL when that failed. */
static const struct tree *build(struct span page, struct arena *arena, long *micros_out)
{
    struct fault fault = FAULT_INIT;
    struct call call = {.module = "page", .arena = arena, .fault = &fault};
    struct setting setting = {.key = "structure", .value = "yes"};
    struct settings settings = {&setting, 1};
    call.defaults = &settings;
    struct buffer facts;
    const struct tree *tree = NULL;
    buffer_init(&facts, FACTS_MAX_BYTES);
    long start = now();
    www4mail_module.builder->build(&call, NULL, page, &hints, &facts, &tree);
    *micros_out = now() - start;
    buffer_free(&facts);
    fault_clear(&fault);
    return tree;
}

static void show_words(const char *what, const struct word_list *words)
{
    for (size_t i = 0; i < words->count; i++)
        printf("%s %016llx %.*s\n", what, (unsigned long long)words_at(words)[i].path,
               (int)words_at(words)[i].text.len, words_at(words)[i].text.at);
}

/* Both trees with what the oracle hides; then gumbo's with what our passes hide, style sheets
 * apart. */
static bool compare_trees(const char *name, struct tree *wanted, struct tree *found, long micros)
{
    struct word_list a, b, c;
    passes_flags(wanted);
    words_of(wanted, &c);
    oracle_hide(wanted);
    oracle_hide(found);
    words_of(wanted, &a);
    words_of(found, &b);
    struct likeness it = words_compare(&a, &b), hiding = words_compare(&a, &c);
    size_t apart = hiding.wanted + hiding.found - 2 * hiding.common;
    printf("%s\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%zu\t%ld\n", name, it.wanted, it.found, it.common,
           it.ordered, it.once, it.shaped, apart, micros);
    if (getenv("SHOW")) {
        show_words("<", &a);
        show_words(">", &b);
    }
    words_free(&a);
    words_free(&b);
    words_free(&c);
    return true;
}

static bool compare_page(const char *path)
{
    struct buffer bytes, text;
    struct tree wanted, found;
    const char *charset;
    long micros = 0;
    struct arena *arena = arena_new(MEMORY);
    buffer_init(&bytes, MAX_PAGE);
    buffer_init(&text, MAX_PAGE * 3ul);
    bool done = arena && read_file(path, &bytes) &&
                decode_text(buffer_span(&bytes), span_of(hints.charset), true, &text, &charset);
    const struct tree *made = done ? build(buffer_span(&bytes), arena, &micros) : NULL;
    if (made) {
        found = *made; /* its nodes are in our arena */
        done = oracle_tree(buffer_span(&text), arena, &wanted) &&
               compare_trees(path, &wanted, &found, micros);
    }
    buffer_free(&text);
    buffer_free(&bytes);
    arena_free(&arena);
    return done && made;
}

int main(int count, char **paths)
{
    int failed = 0;
    for (int i = 1; i < count; i++)
        if (!compare_page(paths[i])) {
            fprintf(stderr, "%s: cannot be compared\n", paths[i]);
            failed = 1;
        }
    return failed;
}
