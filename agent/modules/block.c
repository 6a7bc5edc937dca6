/* SPDX-License-Identifier: ISC */
/* Reads the module directory: every NAME.module, and a look at the modes of what lies beside it.
 * Opens no object. */
#include "agent/modules/block.h"

#include "agent/config/text_file.h"
#include "agent/modules/block_keys.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES_MAX = 64 * 1024 };

static const char suffix[] = ".module";

static bool check_directory(const char *directory, struct fault *fault)
{
    struct stat status;
    if (stat(directory, &status) != 0)
        return fault_set(fault, FAULT_CONFIG, NULL,
                         "%s: the directory of modules cannot be read: %s; name it by modules: "
                         "{dir: ...} or --modules",
                         directory, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        return fault_set(fault, FAULT_CONFIG, NULL, "%s: is no directory; name one", directory);
    if ((status.st_mode & S_IWOTH) && !(status.st_mode & S_ISVTX))
        return fault_set(fault, FAULT_CONFIG, NULL,
                         "%s: anybody may put modules there; chmod o-w it", directory);
    return true;
}

static bool has_suffix(const char *name)
{
    size_t len = strlen(name), tail = sizeof suffix - 1;
    return name[0] != '.' && len > tail && strcmp(name + len - tail, suffix) == 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The stems of all NAME.module, sorted. */
static bool list_stems(struct arena *arena, const char *directory, const char **stems,
                       size_t *count_out, struct fault *fault)
{
    DIR *dir = opendir(directory);
    if (!dir)
        return fault_set(fault, FAULT_CONFIG, NULL, "%s: cannot be opened: %s", directory,
                         strerror(errno));
    bool sound = true;
    size_t count = 0;
    for (struct dirent *entry; sound && (entry = readdir(dir));) {
        if (!has_suffix(entry->d_name))
            continue;
        struct span stem = {entry->d_name, strlen(entry->d_name) - (sizeof suffix - 1)};
        if (count == BLOCKS_MAX)
            sound = fault_set(fault, FAULT_CONFIG, NULL, "%s: more than %d modules; take some out",
                              directory, BLOCKS_MAX);
        else if (!(stems[count++] = arena_copy_span(arena, stem)))
            sound = fault_set(fault, FAULT_MEMORY, NULL, "%s: not enough memory", directory);
    }
    closedir(dir);
    *count_out = count;
    if (sound)
        qsort(stems, count, sizeof *stems, compare_names);
    return sound;
}

static bool read_text(const struct block_reader *reader, struct buffer *text)
{
    struct block_tests tests = block_tests_cut(reader->arena, text->at, text->len);
    const struct yaml_node *root =
        yaml_read_bytes(reader->arena, reader->block->path, buffer_span(text), reader->fault);
    return root && block_keys_read(reader, root) && block_tests_read(reader, &tests);
}

static bool read_block(const struct block_reader *reader)
{
    struct block *block = reader->block;
    block->path = arena_printf(reader->arena, "%s/%s%s", reader->directory, reader->stem, suffix);
    if (!block->path)
        return fault_set(reader->fault, FAULT_MEMORY, NULL, "%s: not enough memory",
                         reader->directory);
    struct buffer text;
    buffer_init(&text, BLOCK_BYTES_MAX);
    bool sound = text_file_read(block->path, WRITE_BY_OTHERS, &text, reader->fault) &&
                 (text.at || buffer_add(&text, "\n", 1)) && read_text(reader, &text);
    buffer_free(&text);
    return sound && text_file_is_safe(block->object, WRITE_BY_OTHERS, FAULT_CONFIG, reader->fault);
}

bool blocks_read(struct arena *arena, const char *directory, struct blocks *blocks_out,
                 struct fault *fault)
{
    const char *stems[BLOCKS_MAX];
    size_t count = 0;
    *blocks_out = (struct blocks){0};
    if (!check_directory(directory, fault) || !list_stems(arena, directory, stems, &count, fault))
        return false;
    blocks_out->blocks = arena_alloc(arena, (count + 1) * sizeof *blocks_out->blocks);
    directory = arena_copy(arena, directory);
    if (!blocks_out->blocks || !directory)
        return fault_set(fault, FAULT_MEMORY, NULL, "not enough memory for the modules");
    for (size_t i = 0; i < count; i++) {
        struct block_reader reader = {arena, directory, stems[i], &blocks_out->blocks[i], fault};
        if (!read_block(&reader))
            return false;
        blocks_out->count++;
    }
    return true;
}

const struct block *blocks_find(const struct blocks *blocks, const char *name)
{
    for (size_t i = 0; i < blocks->count; i++)
        if (strcmp(blocks->blocks[i].name, name) == 0)
            return &blocks->blocks[i];
    return NULL;
}
