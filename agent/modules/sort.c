/* SPDX-License-Identifier: ISC */
/* A topological sort of at most BLOCKS_MAX blocks, ties by stage, place and name, so that the
 * result never depends on the directory's order. */
#include "agent/modules/sort.h"

#include <stdlib.h>
#include <string.h>

struct graph {
    const struct blocks *blocks;
    bool edge[BLOCKS_MAX][BLOCKS_MAX]; /* [a][b]: a comes before b */
    bool taken[BLOCKS_MAX];
    size_t sequence[BLOCKS_MAX];
};

static size_t index_of(const struct blocks *blocks, const char *name)
{
    return (size_t)(blocks_find(blocks, name) - blocks->blocks);
}

static bool is_beside_module(const struct block *block)
{
    return block->attached_to && !stage_by_name(block->attached_to);
}

static void add_order(struct graph *graph)
{
    for (size_t i = 0; i < graph->blocks->count; i++) {
        const struct block *block = &graph->blocks->blocks[i];
        for (size_t w = 0; w < block->order_before.count; w++)
            graph->edge[i][index_of(graph->blocks, block->order_before.words[w])] = true;
        for (size_t w = 0; w < block->order_after.count; w++)
            graph->edge[index_of(graph->blocks, block->order_after.words[w])][i] = true;
        if (!is_beside_module(block))
            continue;
        size_t host = index_of(graph->blocks, block->attached_to);
        if (block->place == PLACE_BEFORE)
            graph->edge[i][host] = true;
        else
            graph->edge[host][i] = true;
    }
}

static void add_alternatives(struct graph *graph)
{
    for (size_t i = 0; i < graph->blocks->count; i++) {
        const struct words *names = &graph->blocks->blocks[i].alternatives;
        for (size_t w = 0; w < names->count; w++)
            graph->edge[i][index_of(graph->blocks, names->words[w])] = true;
    }
}

/* Before the stage's work, the work, after it. */
static int rank(const struct block *block)
{
    if (block->place == PLACE_WORK || is_beside_module(block))
        return 1;
    return block->place == PLACE_BEFORE ? 0 : 2;
}

static bool comes_first(const struct block *a, const struct block *b)
{
    if (a->stage->id != b->stage->id)
        return a->stage->id < b->stage->id;
    if (rank(a) != rank(b))
        return rank(a) < rank(b);
    return strcmp(a->name, b->name) < 0;
}

/* A block not taken yet that must come before `index`, or the count. */
static size_t waits_for(const struct graph *graph, size_t index)
{
    size_t i = 0;
    while (i < graph->blocks->count && (graph->taken[i] || !graph->edge[i][index]))
        i++;
    return i;
}

static size_t next_ready(const struct graph *graph)
{
    const struct block *blocks = graph->blocks->blocks;
    size_t count = graph->blocks->count, best = count;
    for (size_t i = 0; i < count; i++)
        if (!graph->taken[i] && waits_for(graph, i) == count &&
            (best == count || comes_first(&blocks[i], &blocks[best])))
            best = i;
    return best;
}

static bool refuse_circle(const struct graph *graph, const char *key, struct fault *fault)
{
    const struct block *blocks = graph->blocks->blocks;
    size_t at = 0;
    while (graph->taken[at])
        at++;
    /* Going back far enough from anything that waits ends inside the circle. */
    for (size_t i = 0; i < graph->blocks->count; i++)
        at = waits_for(graph, at);
    size_t before = waits_for(graph, at);
    unsigned line = key[0] == 'o' ? blocks[at].order_line : blocks[at].alternatives_line;
    if (line == 0)
        line = key[0] == 'o' ? blocks[before].order_line : blocks[before].alternatives_line;
    return fault_set(fault, FAULT_CONFIG, NULL,
                     "%s:%u:1: %s: '%s' and '%s' go in a circle; take one of the two out",
                     blocks[at].path, line, key, blocks[before].name, blocks[at].name);
}

static bool sequence(struct graph *graph, const char *key, struct fault *fault)
{
    for (size_t n = 0; n < graph->blocks->count; n++) {
        size_t ready = next_ready(graph);
        if (ready == graph->blocks->count)
            return refuse_circle(graph, key, fault);
        graph->taken[ready] = true;
        graph->sequence[n] = ready;
    }
    return true;
}

/* Copies those beside module `host` (or stage's own when it is NULL) in their sequence. */
static size_t emit_beside(const struct graph *graph, const struct block *host,
                          enum block_place place, struct block *out)
{
    size_t count = 0;
    for (size_t n = 0; n < graph->blocks->count; n++) {
        const struct block *block = &graph->blocks->blocks[graph->sequence[n]];
        if (is_beside_module(block) && block->place == place &&
            strcmp(block->attached_to, host->name) == 0)
            out[count++] = *block;
    }
    return count;
}

static void emit(const struct graph *graph, struct block *out)
{
    size_t count = 0;
    for (size_t n = 0; n < graph->blocks->count; n++) {
        const struct block *block = &graph->blocks->blocks[graph->sequence[n]];
        if (is_beside_module(block))
            continue;
        count += emit_beside(graph, block, PLACE_BEFORE, out + count);
        out[count++] = *block;
        count += emit_beside(graph, block, PLACE_AFTER, out + count);
    }
}

static bool sort_with(struct graph *graph, struct blocks *blocks, struct block *out,
                      struct fault *fault)
{
    add_alternatives(graph);
    if (!sequence(graph, "alternatives", fault))
        return false;
    *graph = (struct graph){.blocks = blocks};
    add_order(graph);
    if (!sequence(graph, "order", fault))
        return false;
    emit(graph, out);
    memcpy(blocks->blocks, out, blocks->count * sizeof *out);
    return true;
}

bool sort_blocks(struct blocks *blocks, struct fault *fault)
{
    if (blocks->count == 0)
        return true;
    struct graph *graph = calloc(1, sizeof *graph);
    struct block *out = calloc(blocks->count, sizeof *out);
    bool sorted;
    if (graph && out) {
        graph->blocks = blocks;
        sorted = sort_with(graph, blocks, out, fault);
    } else {
        sorted = fault_set(fault, FAULT_MEMORY, NULL, "not enough memory for the modules");
    }
    free(graph);
    free(out);
    return sorted;
}
