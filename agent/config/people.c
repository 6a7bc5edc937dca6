/* SPDX-License-Identifier: ISC */
/*
 * Lists of people: globs of addresses, and files of them (an entry with a '/'), one a line, with
 * '#' comments.  Files are read once, with the configuration.
 */
#include "agent/config/addresses.h"
#include "agent/config/keys.h"
#include "agent/config/paths.h"
#include "agent/config/text_file.h"
#include "agent/config/value.h"

#include <string.h>

static bool add_person(const struct key_reader *reader, struct words *words, struct span glob)
{
    const char *word = addresses_copy(reader->arena, glob);
    return keys_memory(reader, word) &&
           (words_add(reader->arena, words, word) || keys_memory(reader, NULL));
}

static bool read_lines(const struct key_reader *reader, const char *file, struct span text,
                       struct words *words)
{
    struct span line;
    for (unsigned number = 1; span_next_line(&text, &line); number++) {
        ptrdiff_t comment = span_find_byte(line, '#');
        /* '#' may stand in an address; a comment starts the line or follows a blank. */
        while (comment > 0 && line.at[comment - 1] != ' ' && line.at[comment - 1] != '\t') {
            ptrdiff_t next = span_find_byte(span_from(line, (size_t)comment + 1), '#');
            comment = next < 0 ? -1 : comment + 1 + next;
        }
        if (comment >= 0)
            line.len = (size_t)comment;
        struct span glob = span_trim(line);
        if (glob.len == 0)
            continue;
        const char *wrong = addresses_check_glob(glob);
        if (wrong)
            return fault_set(reader->fault, FAULT_CONFIG, NULL, "%s:%u:%u: '%.*s' %s", file, number,
                             (unsigned)(glob.at - line.at) + 1,
                             (int)(glob.len > 80 ? 80 : glob.len), glob.at, wrong);
        if (!add_person(reader, words, glob))
            return false;
    }
    return true;
}

static bool read_file(const struct key_reader *reader, const struct yaml_node *node,
                      const char *what, const char *name, struct words *words)
{
    const char *file = paths_expand(reader->arena, reader->directory, name);
    if (!keys_memory(reader, file))
        return false;
    struct buffer text;
    struct fault why = FAULT_INIT;
    buffer_init(&text, TEXT_FILE_MAX);
    bool done = text_file_read(file, WRITE_BY_ANYBODY, &text, &why);
    if (why.code == FAULT_MEMORY)
        keys_memory(reader, NULL);
    else if (!done)
        yaml_fault(reader->fault, node, "%s: %s", what, why.operator);
    else
        done = read_lines(reader, file, buffer_span(&text), words);
    fault_clear(&why);
    buffer_free(&text);
    return done;
}

bool people_read(const struct key_reader *reader, const struct yaml_node *node, const char *what,
                 struct words *words_out)
{
    *words_out = (struct words){0};
    const struct yaml_node *item = NULL;
    while ((item = value_next_item(node, item))) {
        const char *text;
        if (item->kind == YAML_MAP)
            return yaml_fault(reader->fault, item,
                              "%s: an entry with conditions is not in this version yet; write an "
                              "address or a glob",
                              what);
        if (!value_text(item, what, &text, reader->fault))
            return false;
        if (strchr(text, '/')) {
            if (!read_file(reader, item, what, text, words_out))
                return false;
            continue;
        }
        const char *wrong = addresses_check_glob(span_of(text));
        if (wrong)
            return yaml_fault(reader->fault, item, "%s: '%s' %s", what, text, wrong);
        if (!add_person(reader, words_out, span_of(text)))
            return false;
    }
    return true;
}
