/* SPDX-License-Identifier: ISC */
/* Reads the values of YAML nodes.  Knows no key and keeps nothing. */
#include "agent/config/value.h"

#include <stdio.h>
#include <string.h>

struct unit {
    const char *suffix;
    uint64_t factor;
};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};
static const struct unit size_units[] = {
    {"", 1}, {"k", 1024}, {"K", 1024}, {"M", 1024 * 1024}, {"m", 1024 * 1024}, {NULL, 0}};
static const struct unit time_units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0}};

/* How a kind of number is written, and how its limits are shown. */
struct measure {
    const char *name, *example;
    const struct unit *units;
};

static const struct measure number = {"number", "5", no_units};
static const struct measure size = {"size", "500k or 10M", size_units};
static const struct measure duration = {"time", "90s, 5m, 2h or 1d", time_units};

bool value_line(const struct yaml_node *node, const char *what, const char **text_out,
                struct fault *fault)
{
    if (node->kind != YAML_SCALAR)
        return yaml_fault(fault, node, "%s: a %s where one value belongs; write one value", what,
                          node->kind == YAML_LIST ? "list" : "map");
    for (const char *at = node->text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return yaml_fault(fault, node,
                              "%s: has a line break or control character; write it "
                              "in one line",
                              what);
    *text_out = node->text;
    return true;
}

bool value_text(const struct yaml_node *node, const char *what, const char **text_out,
                struct fault *fault)
{
    if (!value_line(node, what, text_out, fault))
        return false;
    if (**text_out == '\0')
        return yaml_fault(fault, node, "%s: has no value; write one or leave the key out", what);
    return true;
}

bool value_bool(const struct yaml_node *node, const char *what, bool *value_out,
                struct fault *fault)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"yes", true}, {"no", false}, {"true", true}, {"false", false}};
    const char *text;
    if (!value_text(node, what, &text, fault))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (span_equal_nocase(span_of(text), span_of(words[i].word))) {
            *value_out = words[i].value;
            return true;
        }
    }
    return yaml_fault(fault, node, "%s: '%s' is neither yes nor no; write yes or no", what, text);
}

/* The value in the largest unit that fits without a rest. */
static void show(const struct measure *measure, uint64_t value, char *text, size_t text_size)
{
    const struct unit *best = &measure->units[0];
    for (const struct unit *unit = measure->units; unit->suffix; unit++)
        if (value && value % unit->factor == 0 && unit->factor > best->factor)
            best = unit;
    snprintf(text, text_size, "%llu%s", (unsigned long long)(value / best->factor), best->suffix);
}

static bool parse(const struct measure *measure, const char *text, uint64_t *value_out)
{
    size_t digits = strspn(text, "0123456789");
    uint64_t count;
    if (!span_to_u64((struct span){text, digits}, &count))
        return false;
    for (const struct unit *unit = measure->units; unit->suffix; unit++) {
        if (strcmp(text + digits, unit->suffix) == 0 && count <= UINT64_MAX / unit->factor) {
            *value_out = count * unit->factor;
            return true;
        }
    }
    return false;
}

static bool read_measure(const struct measure *measure, const struct yaml_node *node,
                         const char *what, uint64_t min, uint64_t max, uint64_t *value_out,
                         struct fault *fault)
{
    const char *text;
    uint64_t value;
    char low[32], high[32];
    if (!value_text(node, what, &text, fault))
        return false;
    if (!parse(measure, text, &value))
        return yaml_fault(fault, node, "%s: '%s' is no %s; write %s", what, text, measure->name,
                          measure->example);
    if (value < min || value > max) {
        show(measure, min, low, sizeof low);
        show(measure, max, high, sizeof high);
        return yaml_fault(fault, node, "%s: %s is out of range; write something from %s to %s",
                          what, text, low, high);
    }
    *value_out = value;
    return true;
}

bool value_number(const struct yaml_node *node, const char *what, uint64_t min, uint64_t max,
                  uint64_t *value_out, struct fault *fault)
{
    return read_measure(&number, node, what, min, max, value_out, fault);
}

bool value_size(const struct yaml_node *node, const char *what, uint64_t min, uint64_t max,
                uint64_t *value_out, struct fault *fault)
{
    return read_measure(&size, node, what, min, max, value_out, fault);
}

bool value_duration(const struct yaml_node *node, const char *what, uint64_t min, uint64_t max,
                    uint64_t *value_out, struct fault *fault)
{
    return read_measure(&duration, node, what, min, max, value_out, fault);
}

bool words_add(struct arena *arena, struct words *words, const char *word)
{
    /* Room doubles each time the count reaches a power of two. */
    if ((words->count & (words->count - 1)) == 0) {
        size_t room = words->count ? words->count * 2 : 1;
        const char **more = arena_alloc(arena, room * sizeof *more);
        if (!more)
            return false;
        for (size_t i = 0; i < words->count; i++)
            more[i] = words->words[i];
        words->words = more;
    }
    words->words[words->count++] = word;
    return true;
}

const struct yaml_node *value_next_item(const struct yaml_node *node, const struct yaml_node *item)
{
    if (node->kind == YAML_LIST)
        return item ? item->next : node->first;
    return item || yaml_is_empty(node) ? NULL : node;
}

bool value_words(struct arena *arena, const struct yaml_node *node, const char *what,
                 struct words *words_out, struct fault *fault)
{
    *words_out = (struct words){0};
    const struct yaml_node *item = NULL;
    while ((item = value_next_item(node, item))) {
        const char *text;
        if (!value_text(item, what, &text, fault))
            return false;
        if (!words_add(arena, words_out, text))
            return fault_set(fault, FAULT_MEMORY, NULL, "not enough memory for the configuration");
    }
    return true;
}
