/* SPDX-License-Identifier: ISC */
/* The tests of a block, as they stand in its text.  What a test means is when.c's. */
#include "agent/modules/block_keys.h"

#include <string.h>

enum { TESTS_MAX = 32 };

/* Where the value of a `when:` that begins a line stands, or NULL. */
static char *find_value(char *text, size_t len)
{
    static const char key[] = "when:";
    size_t key_len = sizeof key - 1;
    for (char *line = text; line && len - (size_t)(line - text) > key_len;) {
        if (memcmp(line, key, key_len) == 0)
            return line + key_len + strspn(line + key_len, " ");
        line = memchr(line, '\n', len - (size_t)(line - text));
        line = line ? line + 1 : NULL;
    }
    return NULL;
}

/* The bracket that closes the one at `open`, or NULL. */
static char *find_close(char *open)
{
    size_t depth = 0;
    for (char *at = open; *at; at++) {
        if (*at == '[')
            depth++;
        else if (*at == ']' && --depth == 0)
            return at;
    }
    return NULL;
}

static void advance(unsigned *line, unsigned *column, struct span passed)
{
    for (size_t i = 0; i < passed.len; i++) {
        if (passed.at[i] == '\n') {
            (*line)++;
            *column = 1;
        } else if (((unsigned char)passed.at[i] & 0xc0) != 0x80) {
            (*column)++; /* a column is a character */
        }
    }
}

struct block_tests block_tests_cut(struct arena *arena, char *text, size_t len)
{
    struct block_tests tests = {{NULL, 0}, 1, 1};
    char *open = find_value(text, len);
    char *close = open && *open == '[' ? find_close(open) : NULL;
    if (!close)
        return tests;
    struct span inside = {open + 1, (size_t)(close - open - 1)};
    tests.inside = (struct span){arena_copy_span(arena, inside), inside.len};
    if (!tests.inside.at)
        return (struct block_tests){{NULL, 0}, 1, 1};
    advance(&tests.line, &tests.column, (struct span){text, (size_t)(open + 1 - text)});
    for (char *at = open; at <= close; at++)
        if (*at != '\n')
            *at = ' ';
    return tests;
}

static bool add_test(const struct block_reader *reader, const struct yaml_node *place,
                     struct span text)
{
    struct block *block = reader->block;
    if (!block->when)
        block->when = arena_alloc(reader->arena, TESTS_MAX * sizeof *block->when);
    if (!block_memory(reader, block->when))
        return false;
    if (block->when_count == TESTS_MAX)
        return yaml_fault(reader->fault, place, "when: more than %d tests; leave some out",
                          TESTS_MAX);
    const char *wrong = when_parse(reader->arena, text, &block->when[block->when_count]);
    if (wrong)
        return yaml_fault(reader->fault, place, "when: %s", wrong);
    block->when_count++;
    return true;
}

static struct span unquote(struct span text)
{
    bool quoted = text.len >= 2 && (text.at[0] == '"' || text.at[0] == '\'') &&
                  text.at[text.len - 1] == text.at[0];
    return quoted ? (struct span){text.at + 1, text.len - 2} : text;
}

/* The bytes up to the comma that ends the first test; commas inside brackets belong to it. */
static size_t test_length(struct span rest)
{
    size_t depth = 0;
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.at[i] == '[')
            depth++;
        else if (rest.at[i] == ']' && depth > 0)
            depth--;
        else if (rest.at[i] == ',' && depth == 0)
            return i;
    }
    return rest.len;
}

bool block_tests_read(const struct block_reader *reader, const struct block_tests *tests)
{
    struct span rest = tests->inside;
    struct yaml_node place = {
        .file = reader->block->path, .line = tests->line, .column = tests->column};
    while (rest.len > 0) {
        size_t len = test_length(rest);
        struct span raw = {rest.at, len}, text = span_trim(raw);
        struct yaml_node at = place;
        advance(&at.line, &at.column, (struct span){raw.at, (size_t)(text.at - raw.at)});
        bool last = len == rest.len;
        if (!(last && text.len == 0) && !add_test(reader, &at, unquote(text)))
            return false;
        size_t step = last ? len : len + 1;
        advance(&place.line, &place.column, (struct span){rest.at, step});
        rest = span_from(rest, step);
    }
    return true;
}

bool block_tests_read_node(const struct block_reader *reader, const struct yaml_node *node)
{
    if (yaml_is_empty(node))
        return true;
    const struct yaml_node *item = node->kind == YAML_LIST ? node->first : node;
    for (; item; item = node->kind == YAML_LIST ? item->next : NULL) {
        if (item->kind != YAML_SCALAR)
            return yaml_fault(reader->fault, item,
                              "when: a test is one text; write 'target.scheme in [http, https]'");
        if (!add_test(reader, item, span_of(item->text)))
            return false;
    }
    return true;
}
