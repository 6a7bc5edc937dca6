/* SPDX-License-Identifier: ISC */
/*
 * arena: memory for one unit of work (a job, a page, a configuration).  Everything taken from it
 * is freed with it, at once; nothing is freed alone.  Born with a maximum, in bytes.
 */
#ifndef WWW4MAIL_BASE_ARENA_H
#define WWW4MAIL_BASE_ARENA_H

#include "agent/base/span.h"

struct arena;

/* NULL when memory is short. */
struct arena *arena_new(size_t max);
void arena_free(struct arena **arena);

/* Zeroed, aligned for any type.  NULL when the maximum is reached or memory is short. */
void *arena_alloc(struct arena *arena, size_t size);

/* Memory of malloc becomes the arena's, as so many bytes of its maximum.  False, and it stays with who
 * has it, when the maximum is reached or memory is short. */
bool arena_adopt(struct arena *arena, void *memory, size_t size);

/* NUL-terminated copies.  NULL as above. */
char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_span(struct arena *arena, struct span text);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
