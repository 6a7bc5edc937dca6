/* SPDX-License-Identifier: ISC */
/* Reads and decides the tests of module blocks.  Patterns are globs, numbers are decimal. */
#include "agent/modules/when.h"

#include "agent/config/nearest.h"

#include <string.h>

enum { WORDS_MAX = 64, SHOWN_MAX = 60 };

static const struct {
    const char *name;
    bool number;
} fields_known[FIELD_COUNT] = {
#define FIELD_ROW(symbol, name, number) {name, number},
    FIELD_TABLE(FIELD_ROW)
#undef FIELD_ROW
};

static const char *const test_names[] = {
    [WHEN_IS] = "is",       [WHEN_IN] = "in",     [WHEN_LIKE] = "like",
    [WHEN_UNDER] = "under", [WHEN_OVER] = "over", [WHEN_SET] = "set",
};

enum { TEST_COUNT = sizeof test_names / sizeof test_names[0] };

const char *field_name(enum field field)
{
    return (unsigned)field < FIELD_COUNT ? fields_known[field].name : "";
}

/* What is shown of a text in a fault. */
static int shown(struct span text)
{
    return (int)(text.len > SHOWN_MAX ? SHOWN_MAX : text.len);
}

static const char *no_memory(void)
{
    return "not enough memory";
}

static const char *unknown(struct arena *arena, const char *kind, struct span word,
                           struct nearest *nearest)
{
    const char *wrong =
        nearest->word ? arena_printf(arena, "there is no %s '%.*s'; did you mean '%s'?", kind,
                                     shown(word), word.at, nearest->word)
                      : arena_printf(arena, "there is no %s '%.*s'; www4mail-module(3) lists them",
                                     kind, shown(word), word.at);
    return wrong ? wrong : no_memory();
}

static const char *parse_field(struct arena *arena, struct span word, enum field *field_out)
{
    const char *copy = arena_copy_span(arena, word);
    if (!copy)
        return no_memory();
    for (unsigned i = 0; i < FIELD_COUNT; i++)
        if (strcmp(copy, fields_known[i].name) == 0) {
            *field_out = (enum field)i;
            return NULL;
        }
    struct nearest nearest = nearest_to(copy);
    for (unsigned i = 0; i < FIELD_COUNT; i++)
        nearest_offer(&nearest, fields_known[i].name);
    return unknown(arena, "field", word, &nearest);
}

static const char *parse_test(struct arena *arena, struct span word, enum when_test *test_out)
{
    const char *copy = arena_copy_span(arena, word);
    if (!copy)
        return no_memory();
    for (unsigned i = 0; i < TEST_COUNT; i++)
        if (strcmp(copy, test_names[i]) == 0) {
            *test_out = (enum when_test)i;
            return NULL;
        }
    struct nearest nearest = nearest_to(copy);
    for (unsigned i = 0; i < TEST_COUNT; i++)
        nearest_offer(&nearest, test_names[i]);
    return unknown(arena, "test", word, &nearest);
}

/* One word into `words[index]`; `index` is within the array's room. */
static const char *take_word(struct arena *arena, struct span word, struct when *when, size_t index)
{
    uint64_t ignored;
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.at[i] <= ' ' || memchr("[],'\"", word.at[i], 5))
            return "a word has blanks, brackets or quotes in it; separate words by commas";
    if (word.len == 0)
        return "a word is missing; write one";
    if (fields_known[when->field].number && when->test != WHEN_LIKE &&
        !span_to_u64(word, &ignored)) {
        const char *wrong =
            arena_printf(arena, "%s is a number; write digits", fields_known[when->field].name);
        return wrong ? wrong : no_memory();
    }
    when->words[index] = arena_copy_span(arena, word);
    return when->words[index] ? NULL : no_memory();
}

static const char *parse_list(struct arena *arena, struct span rest, struct when *when)
{
    if (rest.len < 2 || rest.at[0] != '[' || rest.at[rest.len - 1] != ']')
        return "in wants a list; write [one, two]";
    rest = (struct span){rest.at + 1, rest.len - 2};
    for (size_t count = 0;; count++) {
        if (count == WORDS_MAX)
            return "more than 64 words in a list; write a glob with like";
        ptrdiff_t comma = span_find_byte(rest, ',');
        struct span word = {rest.at, comma < 0 ? rest.len : (size_t)comma};
        const char *wrong = take_word(arena, span_trim(word), when, count);
        if (wrong || comma < 0)
            return wrong;
        rest = span_from(rest, (size_t)comma + 1);
    }
}

static const char *parse_number(struct arena *arena, struct span rest, struct when *when)
{
    if (!fields_known[when->field].number) {
        const char *wrong = arena_printf(arena, "%s is no number; use is, in, like or set",
                                         fields_known[when->field].name);
        return wrong ? wrong : no_memory();
    }
    if (!span_to_u64(rest, &when->number))
        return "under and over want a number; write digits";
    return NULL;
}

static const char *parse_rest(struct arena *arena, struct span rest, struct when *when)
{
    switch (when->test) {
    case WHEN_SET:
        return rest.len ? "set stands alone; leave out what follows it" : NULL;
    case WHEN_UNDER:
    case WHEN_OVER:
        return parse_number(arena, rest, when);
    case WHEN_IN:
        return parse_list(arena, rest, when);
    default:
        return take_word(arena, rest, when, 0);
    }
}

const char *when_parse(struct arena *arena, struct span text, struct when *when_out)
{
    struct span rest = span_trim(text), field, test;
    *when_out = (struct when){0};
    if (!span_next_word(&rest, &field))
        return "a test is empty; write one such as 'target.scheme is http'";
    const char *wrong = parse_field(arena, field, &when_out->field);
    if (wrong)
        return wrong;
    if (!span_next_word(&rest, &test))
        return "a test is missing behind the field; write is, in, like, under, over or set";
    wrong = parse_test(arena, test, &when_out->test);
    if (wrong)
        return wrong;
    when_out->words = arena_alloc(arena, (WORDS_MAX + 1) * sizeof *when_out->words);
    if (!when_out->words)
        return no_memory();
    return parse_rest(arena, span_trim(rest), when_out);
}

bool when_holds(const struct when *when, const struct fields *fields)
{
    const char *value = fields->values[when->field];
    uint64_t number;
    if (!value)
        return false;
    switch (when->test) {
    case WHEN_SET:
        return value[0] != '\0';
    case WHEN_UNDER:
        return span_to_u64(span_of(value), &number) && number < when->number;
    case WHEN_OVER:
        return span_to_u64(span_of(value), &number) && number > when->number;
    case WHEN_LIKE:
        return span_matches_glob(span_of(value), span_of(when->words[0]));
    default:
        for (const char **word = when->words; *word; word++)
            if (span_equal_nocase(span_of(value), span_of(*word)))
                return true;
        return false;
    }
}

static const char *list_text(struct arena *arena, const struct when *when)
{
    const char *list = "";
    for (const char **word = when->words; *word && list; word++)
        list = arena_printf(arena, "%s%s%s", list, word == when->words ? "" : ", ", *word);
    return list;
}

const char *when_text(struct arena *arena, const struct when *when)
{
    const char *field = field_name(when->field), *test = test_names[when->test];
    const char *list;
    switch (when->test) {
    case WHEN_SET:
        return arena_printf(arena, "%s %s", field, test);
    case WHEN_UNDER:
    case WHEN_OVER:
        return arena_printf(arena, "%s %s %llu", field, test, (unsigned long long)when->number);
    case WHEN_IN:
        list = list_text(arena, when);
        return list ? arena_printf(arena, "%s %s [%s]", field, test, list) : NULL;
    default:
        return arena_printf(arena, "%s %s %s", field, test, when->words[0]);
    }
}
