/* SPDX-License-Identifier: ISC */
/* A module's block: a complete one comes out, whose tests can be written and read again, or one
 * fault; the checks between blocks stand whatever it says. */
#include "test/fuzz/fuzz.h"

#include "agent/modules/block_keys.h"
#include "agent/modules/plan.h"

#include <stdlib.h>
#include <string.h>

static bool read_block(const struct block_reader *reader, struct span bytes)
{
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    bool sound = buffer_add_span(&text, bytes) && buffer_add_byte(&text, '\n');
    if (sound) {
        struct block_tests tests = block_tests_cut(reader->arena, text.at, text.len);
        const struct yaml_node *root =
            yaml_read_bytes(reader->arena, reader->block->path, buffer_span(&text), reader->fault);
        sound = root && block_keys_read(reader, root) && block_tests_read(reader, &tests);
        FUZZ_ASSERT(sound != fault_is_set(reader->fault));
    }
    buffer_free(&text);
    return sound;
}

static void check_block(struct arena *arena, const struct block *block)
{
    struct when again;
    FUZZ_ASSERT(strcmp(block->name, "fuzz") == 0 && strncmp(block->object, "/modules/", 9) == 0);
    FUZZ_ASSERT(!strchr(block->object + 9, '/'));
    FUZZ_ASSERT(block->stage || block->attached_to);
    for (size_t i = 0; i < block->when_count; i++) {
        const char *text = when_text(arena, &block->when[i]);
        FUZZ_ASSERT(text && !when_parse(arena, span_of(text), &again));
    }
    for (size_t i = 0; i < block->settings.count; i++)
        FUZZ_ASSERT(block->settings.settings[i].key && block->settings.settings[i].value);
}

static void check_plan(struct arena *arena, const struct block *block)
{
    static const struct fields nothing = {{NULL}};
    struct block both[2] = {*block};
    struct blocks blocks = {both, 2};
    struct fault fault = FAULT_INIT, other = FAULT_INIT;
    struct plan plan;
    struct block_reader reader = {arena, "/modules", "other", &both[1], &other};
    both[1] = (struct block){.path = "/modules/other.module"};
    if (!read_block(&reader, SPAN_LITERAL("name: other\nfile: other.so\nstage: browser\n")))
        abort();
    if (plan_check(&blocks, &fault))
        for (int stage = 0; stage < (int)STAGE_COUNT; stage++)
            plan_make(&blocks, (enum stage_id)stage, "fetcher", &nothing, &plan);
    fault_clear(&fault);
    fault_clear(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fault fault = FAULT_INIT;
    struct block block = {.path = "/modules/fuzz.module"};
    struct arena *arena = arena_new(8 << 20);
    struct block_reader reader = {arena, "/modules", "fuzz", &block, &fault};
    if (read_block(&reader, (struct span){(const char *)data, size})) {
        check_block(arena, &block);
        check_plan(arena, &block);
    }
    fault_clear(&fault);
    arena_free(&arena);
    return 0;
}
