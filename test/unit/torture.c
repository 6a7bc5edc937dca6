/* SPDX-License-Identifier: ISC */
/* The wrappers that fail, the table of what lives, and the loop over all moments. */
#include "test/unit/torture.h"

#include "agent/base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Slots for the pointers that were given out during an attempt and not yet taken back. */
enum { SLOTS = 1 << 18 };

static struct {
    void *live[SLOTS]; /* open addressing; EMPTIED where one was */
    size_t live_count;
    unsigned seen, at;
    bool on, for_good, met, watching;
} torture;

static char emptied_mark;
#define EMPTIED ((void *)&emptied_mark)

bool torture_now(void)
{
    if (!torture.on)
        return false;
    torture.seen++;
    bool now =
        torture.at && (torture.for_good ? torture.seen >= torture.at : torture.seen == torture.at);
    torture.met |= now;
    if (now)
        errno = ENOMEM;
    return now;
}

void torture_begin(unsigned n, bool for_good)
{
    torture.seen = 0;
    torture.at = n;
    torture.for_good = for_good;
    torture.met = false;
    torture.on = true;
}

bool torture_end(void)
{
    torture.on = false;
    return torture.met;
}

void torture_go_on(void)
{
    torture.on = true;
}

/* ---- what lives ---- */

static size_t slot_of(const void *pointer)
{
    return (size_t)((uintptr_t)pointer / 16 * UINT64_C(0x9E3779B97F4A7C15) >> 40) % SLOTS;
}

static void *given(void *pointer)
{
    if (!pointer || !torture.watching)
        return pointer;
    size_t slot = slot_of(pointer);
    while (torture.live[slot] && torture.live[slot] != EMPTIED && torture.live[slot] != pointer)
        slot = (slot + 1) % SLOTS;
    if (torture.live[slot] != pointer)
        torture.live_count++;
    torture.live[slot] = pointer;
    return pointer;
}

static void taken(const void *pointer)
{
    if (!pointer || !torture.watching)
        return;
    for (size_t slot = slot_of(pointer); torture.live[slot]; slot = (slot + 1) % SLOTS)
        if (torture.live[slot] == pointer) {
            torture.live[slot] = EMPTIED;
            torture.live_count--;
            return;
        }
}

/* An assertion that fails within an attempt leaves it without a word about the moment. */
static void tell_unfinished(void)
{
    if (torture.watching)
        fprintf(stderr, "torture: the attempt ended where allocation %u%s fails\n", torture.at,
                torture.for_good ? " and all behind it" : "");
    torture.watching = false;
}

static void watch(void)
{
    tell_unfinished();
    memset(torture.live, 0, sizeof torture.live);
    torture.live_count = 0;
    torture.watching = true;
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* ---- the loop ---- */

static void tell(unsigned n, const char *what, const struct fault *fault)
{
    torture_end();
    torture.watching = false;
    fail_msg("allocation %u%s fails: %s (%s: %s)", n, torture.for_good ? " and all behind it" : "",
             what, fault_name(fault->code), fault->operator ? fault->operator : "no text");
}

/* One attempt with that failure.  True when none was met. */
static bool attempt(const struct torture *work, unsigned n, bool for_good, unsigned *refused)
{
    struct fault fault = FAULT_INIT;
    unsigned descriptors = open_descriptors();
    watch();
    torture_begin(n, for_good);
    bool whole = work->attempt(work->context, &fault);
    bool met = torture_end();
    if (!whole && !fault_is_set(&fault))
        tell(n, "refused, and no fault is stated", &fault);
    if (!whole && !met)
        tell(n, "refused although nothing failed", &fault);
    if (!whole && fault.code != FAULT_MEMORY && (!work->also || fault.code != work->also))
        tell(n, "the fault is another one", &fault);
    if (whole && fault_is_set(&fault))
        tell(n, "a fault is stated, and yet it succeeds", &fault);
    fault_clear(&fault);
    torture.watching = false;
    if (torture.live_count)
        tell(n, "memory is left behind", &fault);
    if (open_descriptors() != descriptors)
        tell(n, "a descriptor is left behind", &fault);
    *refused += !whole;
    return !met;
}

unsigned torture_allocations(const struct torture *work)
{
    unsigned most = work->most ? work->most : 100000, refused = 0;
    unsigned stride = 1 + (getenv("TORTURE_ALL") ? work->skip / 10 : work->skip);
    atexit(tell_unfinished);
    attempt(work, 0, false, &refused); /* fills what libraries keep for good */
    for (int for_good = 0; for_good <= 1; for_good++)
        for (unsigned n = 1; !attempt(work, n, for_good, &refused); n += stride)
            if (n > most)
                fail_msg("no end after %u allocations", n);
    assert_true(attempt(work, 0, false, &refused));
    return refused;
}

/* ---- the wrappers: the linker sends the calls of all objects here ---- */

#define REAL(type, name, ...)                                                                      \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

REAL(void *, malloc, size_t size)
{
    return torture_now() ? NULL : given(__real_malloc(size));
}

REAL(void *, calloc, size_t count, size_t size)
{
    return torture_now() ? NULL : given(__real_calloc(count, size));
}

REAL(void *, realloc, void *old, size_t size)
{
    if (torture_now())
        return NULL;
    taken(old);
    return given(__real_realloc(old, size));
}

REAL(void *, reallocarray, void *old, size_t count, size_t size)
{
    if (torture_now())
        return NULL;
    taken(old);
    return given(__real_reallocarray(old, count, size));
}

REAL(void, free, void *pointer)
{
    taken(pointer);
    __real_free(pointer);
}

REAL(char *, strdup, const char *text)
{
    return torture_now() ? NULL : given(__real_strdup(text));
}

REAL(char *, strndup, const char *text, size_t most)
{
    return torture_now() ? NULL : given(__real_strndup(text, most));
}

int __real_vasprintf(char **, const char *, va_list);

static int print(char **text_out, const char *format, va_list args)
{
    *text_out = NULL;
    if (torture_now())
        return -1;
    int len = __real_vasprintf(text_out, format, args);
    given(*text_out);
    return len;
}

REAL(int, asprintf, char **text_out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = print(text_out, format, args);
    va_end(args);
    return len;
}

/* The same as they are called with _FORTIFY_SOURCE. */
REAL(int, __asprintf_chk, char **text_out, int flag, const char *format, ...)
{
    va_list args;
    (void)flag;
    va_start(args, format);
    int len = print(text_out, format, args);
    va_end(args);
    return len;
}

int __wrap_vasprintf(char **, const char *, va_list);
int __wrap_vasprintf(char **text_out, const char *format, va_list args)
{
    return print(text_out, format, args);
}

REAL(int, __vasprintf_chk, char **text_out, int flag, const char *format, va_list args)
{
    (void)flag;
    return print(text_out, format, args);
}

REAL(char *, realpath, const char *path, char *room)
{
    if (!room && torture_now())
        return NULL;
    char *real = __real_realpath(path, room);
    return room ? real : given(real);
}

REAL(FILE *, fopen, const char *path, const char *mode)
{
    return torture_now() ? NULL : __real_fopen(path, mode);
}

REAL(FILE *, fdopen, int fd, const char *mode)
{
    return torture_now() ? NULL : __real_fdopen(fd, mode);
}

REAL(DIR *, opendir, const char *path)
{
    return torture_now() ? NULL : __real_opendir(path);
}

REAL(void *, mmap, void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    return torture_now() ? MAP_FAILED : __real_mmap(at, len, prot, flags, fd, offset);
}

REAL(int, memfd_create, const char *name, unsigned flags)
{
    return torture_now() ? -1 : __real_memfd_create(name, flags);
}

/* An arena takes its memory by the block: what is cut from one may be wanting just as well. */
REAL(void *, arena_alloc, struct arena *arena, size_t size)
{
    return torture_now() ? NULL : __real_arena_alloc(arena, size);
}

REAL(bool, arena_adopt, struct arena *arena, void *memory, size_t size)
{
    return !torture_now() && __real_arena_adopt(arena, memory, size);
}

REAL(char *, arena_copy, struct arena *arena, const char *text)
{
    return torture_now() ? NULL : __real_arena_copy(arena, text);
}

REAL(char *, arena_copy_span, struct arena *arena, struct span text)
{
    return torture_now() ? NULL : __real_arena_copy_span(arena, text);
}

/* The one call of libunistring that takes memory: without room of the caller's for what it makes. */
REAL(uint8_t *, u8_tolower, const uint8_t *text, size_t len, const char *language, void *form,
     uint8_t *room, size_t *len_out)
{
    if (!room && torture_now())
        return NULL;
    uint8_t *lower = __real_u8_tolower(text, len, language, form, room, len_out);
    return lower == room ? lower : given(lower);
}
