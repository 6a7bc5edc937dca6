/* SPDX-License-Identifier: ISC */
/* A bump allocator over malloc'ed blocks. */
#include "agent/base/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024, ALIGNMENT = _Alignof(max_align_t) };

struct block {
    struct block *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

struct adopted {
    struct adopted *next;
    void *memory;
};

struct arena {
    struct block *first;
    struct adopted *adopted; /* in blocks of the arena */
    size_t taken, max;
};

struct arena *arena_new(size_t max)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena)
        arena->max = max;
    return arena;
}

void arena_free(struct arena **arena)
{
    if (!*arena)
        return;
    for (struct adopted *adopted = (*arena)->adopted; adopted; adopted = adopted->next)
        free(adopted->memory);
    for (struct block *block = (*arena)->first, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(*arena);
    *arena = NULL;
}

static struct block *add_block(struct arena *arena, size_t size)
{
    size_t room = size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE;
    struct block *block = calloc(1, sizeof *block + room);
    if (!block)
        return NULL;
    block->size = room;
    /* A block made for one large thing goes behind the first, whose room is still good. */
    if (room == size && arena->first) {
        block->next = arena->first->next;
        arena->first->next = block;
    } else {
        block->next = arena->first;
        arena->first = block;
    }
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size <= arena->max)
        size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > arena->max - arena->taken) {
        errno = ENOMEM;
        return NULL;
    }
    struct block *block = arena->first;
    if (!block || block->size - block->used < size)
        block = add_block(arena, size);
    if (!block)
        return NULL;
    void *at = block->bytes + block->used;
    block->used += size;
    arena->taken += size;
    return at;
}

bool arena_adopt(struct arena *arena, void *memory, size_t size)
{
    struct adopted *adopted = arena_alloc(arena, sizeof *adopted);
    if (!adopted)
        return false;
    if (size > arena->max - arena->taken) {
        errno = ENOMEM;
        return false;
    }
    *adopted = (struct adopted){arena->adopted, memory};
    arena->adopted = adopted;
    arena->taken += size;
    return true;
}

char *arena_copy_span(struct arena *arena, struct span text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    if (copy && text.len)
        memcpy(copy, text.at, text.len);
    return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
    return arena_copy_span(arena, span_of(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    char *text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
    if (text)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}
