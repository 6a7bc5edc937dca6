/* SPDX-License-Identifier: ISC */
/*
 * A YAML file as a tree of nodes in an arena, from libyaml's events.  The stack of open lists and
 * maps is an array, so depth costs nothing.  Texts of the file are never shown in a fault: there
 * may be a password among them.
 */
#include "agent/config/yaml.h"

#include "agent/config/text_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 16, NODES_MAX = 20000 };

struct level {
    struct yaml_node *node, *last;
    const char *key; /* read, its value not yet */
    unsigned key_line, key_column;
};

struct reading {
    struct arena *arena;
    const char *file;
    struct span bytes;
    struct fault *fault;
    struct level levels[DEPTH_MAX];
    size_t depth, nodes, documents;
    struct yaml_node *root;
};

static bool fault_in(struct fault *fault, const char *file, unsigned line, unsigned column,
                     const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    return fault_set(fault, FAULT_CONFIG, NULL, "%s:%u:%u: %s", file, line, column, text);
}

bool yaml_fault(struct fault *fault, const struct yaml_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fault_in(fault, node->file, node->line, node->column, format, args);
    va_end(args);
    return false;
}

bool yaml_fault_key(struct fault *fault, const struct yaml_node *node, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (node->key)
        fault_in(fault, node->file, node->key_line, node->key_column, format, args);
    else
        fault_in(fault, node->file, node->line, node->column, format, args);
    va_end(args);
    return false;
}

bool yaml_is_empty(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->quoted && node->text[0] == '\0';
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (map->kind != YAML_MAP)
        return NULL;
    for (const struct yaml_node *node = map->first; node; node = node->next)
        if (strcmp(node->key, key) == 0)
            return node;
    return NULL;
}

__attribute__((format(printf, 3, 4))) static bool refuse(struct reading *reading, yaml_mark_t mark,
                                                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fault_in(reading->fault, reading->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1,
             format, args);
    va_end(args);
    return false;
}

static bool refuse_memory(struct reading *reading)
{
    return fault_set(reading->fault, FAULT_MEMORY, NULL, "%s: not enough memory to read it",
                     reading->file);
}

/* What libyaml could not decode: it tells the byte's offset only. */
static bool refuse_byte(struct reading *reading, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < reading->bytes.len; i++) {
        mark.column++;
        if (reading->bytes.at[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return refuse(reading, mark, "a byte that may not stand in a text file; write it as UTF-8");
}

static bool line_starts_with_tab(struct span bytes, size_t wanted)
{
    struct span line = {0};
    for (size_t i = 0; i <= wanted; i++)
        if (!span_next_line(&bytes, &line))
            return false;
    size_t blanks = 0;
    while (blanks < line.len && line.at[blanks] == ' ')
        blanks++;
    return blanks < line.len && line.at[blanks] == '\t';
}

static bool refuse_syntax(struct reading *reading, const yaml_parser_t *parser)
{
    const char *context = parser->context ? parser->context : "";
    yaml_mark_t mark = parser->problem_mark;
    if (parser->error == YAML_MEMORY_ERROR)
        return refuse_memory(reading);
    if (parser->error == YAML_READER_ERROR)
        return refuse_byte(reading, parser->problem_offset);
    if (strstr(context, "alias"))
        return refuse(reading, parser->context_mark,
                      "a text that starts with '*' needs quotes; write \"*...\"");
    if (line_starts_with_tab(reading->bytes, mark.line))
        return refuse(reading, mark, "a tab at the start of a line; indent with blanks");
    return refuse(
        reading, mark,
        "this cannot be read as YAML (%s%s%s); look at the indentation, quotes and colons",
        parser->problem ? parser->problem : "syntax", context[0] ? " " : "", context);
}

/* The text of a scalar, copied; NULL when it is not wanted as it is. */
static const char *copy_text(struct reading *reading, const yaml_event_t *event)
{
    struct span text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (span_find_byte(text, '\0') >= 0) {
        refuse(reading, event->start_mark, "a text with a NUL in it; leave it out");
        return NULL;
    }
    const char *copy = arena_copy_span(reading->arena, text);
    if (!copy)
        refuse_memory(reading);
    return copy;
}

static bool take_key(struct reading *reading, struct level *level, const yaml_event_t *event)
{
    yaml_mark_t mark = event->start_mark;
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(reading, mark, "a list or map as a key; keys are plain words");
    const char *key = copy_text(reading, event);
    if (!key)
        return false;
    const struct yaml_node *twin = yaml_get(level->node, key);
    if (twin)
        return refuse(reading, mark, "the key '%.100s' is here twice (first in line %u); keep one",
                      key, twin->key_line);
    level->key = key;
    level->key_line = (unsigned)mark.line + 1;
    level->key_column = (unsigned)mark.column + 1;
    return true;
}

static void attach(struct reading *reading, struct yaml_node *node)
{
    if (reading->depth == 0) {
        reading->root = node;
        return;
    }
    struct level *level = &reading->levels[reading->depth - 1];
    node->key = level->key;
    node->key_line = level->key_line;
    node->key_column = level->key_column;
    level->key = NULL;
    if (level->last)
        level->last->next = node;
    else
        level->node->first = node;
    level->last = node;
}

static bool add_node(struct reading *reading, const yaml_event_t *event, enum yaml_kind kind)
{
    struct yaml_node *node = arena_alloc(reading->arena, sizeof *node);
    if (!node)
        return refuse_memory(reading);
    node->kind = kind;
    node->file = reading->file;
    node->line = (unsigned)event->start_mark.line + 1;
    node->column = (unsigned)event->start_mark.column + 1;
    if (kind == YAML_SCALAR) {
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        node->text = copy_text(reading, event);
        if (!node->text)
            return false;
    }
    attach(reading, node);
    if (kind == YAML_SCALAR)
        return true;
    if (reading->depth == DEPTH_MAX)
        return refuse(reading, event->start_mark, "nested more than %d deep; flatten it",
                      DEPTH_MAX);
    reading->levels[reading->depth++] = (struct level){.node = node};
    return true;
}

static bool take_value(struct reading *reading, const yaml_event_t *event, enum yaml_kind kind,
                       const yaml_char_t *anchor, const yaml_char_t *tag)
{
    yaml_mark_t mark = event->start_mark;
    if (anchor)
        return refuse(reading, mark,
                      "anchors are not used here; put a text that starts with '&' in quotes");
    if (tag)
        return refuse(reading, mark,
                      "tags are not used here; put a text that starts with '!' in quotes");
    if (++reading->nodes > NODES_MAX)
        return refuse(reading, mark, "more than %d entries; split the file", NODES_MAX);
    struct level *level = reading->depth ? &reading->levels[reading->depth - 1] : NULL;
    if (level && level->node->kind == YAML_MAP && !level->key)
        return take_key(reading, level, event);
    return add_node(reading, event, kind);
}

static bool take_document(struct reading *reading, const yaml_event_t *event)
{
    if (++reading->documents > 1)
        return refuse(reading, event->start_mark, "a second document; one file holds one");
    if (event->data.document_start.tag_directives.start !=
        event->data.document_start.tag_directives.end)
        return refuse(reading, event->start_mark, "a %%TAG line; leave it out");
    return true;
}

static bool take_event(struct reading *reading, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return take_document(reading, event);
    case YAML_ALIAS_EVENT:
        return refuse(reading, event->start_mark,
                      "aliases are not used here; put a text that starts with '*' in quotes");
    case YAML_SCALAR_EVENT:
        return take_value(reading, event, YAML_SCALAR, event->data.scalar.anchor,
                          event->data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT:
        return take_value(reading, event, YAML_LIST, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return take_value(reading, event, YAML_MAP, event->data.mapping_start.anchor,
                          event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        reading->depth--;
        return true;
    default:
        return true;
    }
}

static bool read_events(struct reading *reading, yaml_parser_t *parser)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return refuse_syntax(reading, parser);
        more = event.type != YAML_STREAM_END_EVENT;
        bool sound = take_event(reading, &event);
        yaml_event_delete(&event);
        if (!sound)
            return false;
    }
    if (!reading->root)
        return refuse(reading, (yaml_mark_t){0}, "there is nothing in the file; fill it in");
    return true;
}

const struct yaml_node *yaml_read_bytes(struct arena *arena, const char *file, struct span bytes,
                                        struct fault *fault)
{
    struct reading reading = {
        .arena = arena, .file = arena_copy(arena, file), .bytes = bytes, .fault = fault};
    yaml_parser_t parser;
    if (!reading.file || !yaml_parser_initialize(&parser)) {
        fault_set(fault, FAULT_MEMORY, NULL, "%s: not enough memory to read it", file);
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(bytes.len ? bytes.at : ""),
                                 bytes.len);
    bool sound = read_events(&reading, &parser);
    yaml_parser_delete(&parser);
    return sound ? reading.root : NULL;
}

const struct yaml_node *yaml_read(struct arena *arena, const char *file, struct fault *fault)
{
    struct buffer text;
    buffer_init(&text, TEXT_FILE_MAX);
    const struct yaml_node *root = NULL;
    if (text_file_read(file, WRITE_BY_ANYBODY, &text, fault))
        root = yaml_read_bytes(arena, file, buffer_span(&text), fault);
    buffer_free(&text);
    return root;
}
