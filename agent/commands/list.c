/* SPDX-License-Identifier: ISC */
/* stages and modules: the stage table with what is attached to it and why; the blocks themselves. */
#include "agent/commands/commands.h"

#include "agent/commands/house.h"
#include "agent/commands/json.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_tests(const struct house *house, const struct block *block)
{
    for (size_t i = 0; i < block->when_count; i++)
        printf("%s%s", i ? ", " : "", when_text(house->arena, &block->when[i]));
    if (block->when_count == 0)
        fputs("always", stdout);
}

static void print_attached(const struct house *house, const struct stage *stage)
{
    for (size_t i = 0; i < house->blocks.count; i++) {
        const struct block *block = &house->blocks.blocks[i];
        if (block->stage != stage)
            continue;
        printf("    %-18s %-9s when ", block->name, block->role);
        print_tests(house, block);
        putchar('\n');
    }
}

static void print_attached_json(const struct house *house, const struct stage *stage)
{
    bool any = false;
    for (size_t i = 0; i < house->blocks.count; i++) {
        if (house->blocks.blocks[i].stage != stage)
            continue;
        fputs(any ? ", " : "", stdout);
        json_text(stdout, house->blocks.blocks[i].name);
        any = true;
    }
}

static void print_stage_json(const struct house *house, const struct stage *stage)
{
    printf("  {\"scope\": \"%s\", \"stage\": \"%s\", \"process\": \"%s\", \"does\": ",
           stage_scope_name(stage->scope), stage->name, stage->process);
    json_text(stdout, stage->does);
    fputs(", \"modules\": [", stdout);
    print_attached_json(house, stage);
    puts(stage->id + 1 < STAGE_COUNT ? "]}," : "]}");
}

int command_stages(const struct options *options)
{
    struct house house;
    int code = house_open(options, false, &house);
    if (code == EX_OK && options->json)
        puts("[");
    for (size_t i = 0; code == EX_OK && i < STAGE_COUNT; i++) {
        const struct stage *stage = &stages[i];
        if (options->json) {
            print_stage_json(&house, stage);
            continue;
        }
        printf("%-8s %-18s %-10s %s\n", stage_scope_name(stage->scope), stage->name, stage->process,
               stage->does);
        print_attached(&house, stage);
    }
    if (code == EX_OK && options->json)
        puts("]");
    house_close(&house);
    return code;
}

static void print_module(const struct house *house, const struct block *block)
{
    printf("%-18s %-12s %-9s %s\n", block->name, block->stage ? block->stage->name : "-",
           block->role, block->object);
    fputs("    when ", stdout);
    print_tests(house, block);
    putchar('\n');
    for (size_t i = 0; i < block->settings.count; i++)
        printf("    %s: \"%s\"\n", block->settings.settings[i].key,
               block->settings.settings[i].value);
}

static void print_module_json(const struct block *block, bool last)
{
    fputs("  {\"name\": ", stdout);
    json_text(stdout, block->name);
    fputs(", \"stage\": ", stdout);
    json_text(stdout, block->stage ? block->stage->name : NULL);
    fputs(", \"role\": ", stdout);
    json_text(stdout, block->role);
    fputs(", \"file\": ", stdout);
    json_text(stdout, block->object);
    puts(last ? "}" : "},");
}

int command_modules(const struct options *options)
{
    struct house house;
    int code = house_open(options, false, &house);
    if (code == EX_OK && options->json)
        puts("[");
    for (size_t i = 0; code == EX_OK && i < house.blocks.count; i++) {
        if (options->json)
            print_module_json(&house.blocks.blocks[i], i + 1 == house.blocks.count);
        else
            print_module(&house, &house.blocks.blocks[i]);
    }
    if (code == EX_OK && options->json)
        puts("]");
    house_close(&house);
    return code;
}
