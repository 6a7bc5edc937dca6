/* SPDX-License-Identifier: ISC */
/* Reads style sheets: rules, and the at-rules that make rules hold or not. */
#include "render/style/style_parts.h"

#include <stdlib.h>

enum { MAX_BLOCKS = 32, NAME_MAX_BYTES = 256 };

/* What the open `{` stand for. */
struct open_block {
    bool is_rule; /* declarations, not rules */
    bool owns;    /* it is the rule itself, not a condition within it */
    uint8_t layer;
};

struct reader {
    struct styles *styles;
    struct css css;
    struct open_block open[MAX_BLOCKS];
    size_t depth;
    struct span selectors; /* of the rule being read */
    uint8_t effects;
};

struct styles *styles_new(void)
{
    struct styles *styles = calloc(1, sizeof *styles);
    if (!styles)
        return NULL;
    buffer_init(&styles->selectors, STYLE_MAX_SELECTORS * sizeof(struct style_selector));
    buffer_init(&styles->compounds,
                (size_t)STYLE_MAX_SELECTORS * 2 * sizeof(struct style_compound));
    buffer_init(&styles->names, (size_t)STYLE_MAX_SELECTORS * 2 * sizeof(struct style_name));
    buffer_init(&styles->pool, STYLE_MAX_NAMES);
    buffer_init(&styles->scratch, NAME_MAX_BYTES);
    for (size_t i = 0; i < TAG_COUNT; i++)
        styles->by_tag[i] = TREE_NONE;
    return styles;
}

void styles_free(struct styles **styles)
{
    if (!*styles)
        return;
    buffer_free(&(*styles)->selectors);
    buffer_free(&(*styles)->compounds);
    buffer_free(&(*styles)->names);
    buffer_free(&(*styles)->pool);
    buffer_free(&(*styles)->scratch);
    free((*styles)->table);
    free(*styles);
    *styles = NULL;
}

uint32_t styles_count(const struct styles *styles)
{
    return (uint32_t)(styles->selectors.len / sizeof(struct style_selector));
}

/* ---- layers: the later one known wins, and what is in none wins over all ---- */

static uint8_t layer_of(struct styles *styles, struct span name)
{
    /* A layer within a layer counts as the outer one. */
    ptrdiff_t dot = span_find_byte(name, '.');
    name = span_trim((struct span){name.at, dot < 0 ? name.len : (size_t)dot});
    if (!name.len)
        return styles->layers < STYLE_MAX_LAYERS ? ++styles->layers : STYLE_MAX_LAYERS;
    uint32_t known = style_find_name(styles, STYLE_LAYER, name);
    uint32_t number = known ? known : style_add_name(styles, STYLE_LAYER, name);
    if (!number)
        return STYLE_MAX_LAYERS;
    struct style_name *entry = style_name_at(styles, number);
    if (!known) /* a layer is no key: its place is kept where selectors would be */
        entry->selectors = styles->layers < STYLE_MAX_LAYERS ? ++styles->layers : STYLE_MAX_LAYERS;
    return (uint8_t)entry->selectors;
}

static void name_layers(struct styles *styles, struct span names)
{
    struct css css = {names, 0};
    for (;;) {
        struct span name;
        int byte = css_find(&css, ",", &name);
        layer_of(styles, span_trim(name));
        if (byte < 0)
            return;
        css.at++;
    }
}

/* ---- rules ---- */

static uint8_t layer_here(const struct reader *reader)
{
    return reader->depth ? reader->open[reader->depth - 1].layer : STYLE_NO_LAYER;
}

static bool in_rule(const struct reader *reader)
{
    return reader->depth && reader->open[reader->depth - 1].is_rule;
}

/* Behind a `{`. */
static void open_block(struct reader *reader, struct open_block block)
{
    if (reader->depth == MAX_BLOCKS)
        css_skip_block(&reader->css);
    else
        reader->open[reader->depth++] = block;
}

static void close_block(struct reader *reader)
{
    if (!reader->depth)
        return;
    const struct open_block *block = &reader->open[--reader->depth];
    if (block->owns && reader->effects)
        style_add_selectors(reader->styles, reader->selectors, reader->effects, block->layer);
}

/* True when what stands in the block of an at-rule holds. */
static bool condition_holds(struct span name, struct span prelude)
{
    if (span_equal_nocase(name, SPAN_LITERAL("media")))
        return css_media_matches(prelude);
    if (span_equal_nocase(name, SPAN_LITERAL("supports")))
        return !span_starts_nocase(span_trim(prelude), SPAN_LITERAL("not"));
    return span_equal_nocase(name, SPAN_LITERAL("layer"));
}

/* At `@`. */
static void take_at_rule(struct reader *reader)
{
    struct buffer *scratch = &reader->styles->scratch;
    reader->css.at++;
    css_take_name(&reader->css, scratch);
    bool is_layer = span_equal_nocase(buffer_span(scratch), SPAN_LITERAL("layer"));
    struct span prelude;
    int byte = css_find(&reader->css, ";{}", &prelude);
    if (byte == ';' || byte == '{')
        reader->css.at++;
    if (is_layer && byte == ';')
        name_layers(reader->styles, prelude);
    if (byte != '{')
        return;
    if (!condition_holds(buffer_span(scratch), prelude)) {
        css_skip_block(&reader->css);
        return;
    }
    uint8_t layer = layer_here(reader);
    if (is_layer && layer == STYLE_NO_LAYER)
        layer = layer_of(reader->styles, span_trim(prelude));
    open_block(reader, (struct open_block){.is_rule = in_rule(reader), .layer = layer});
}

static void take_declaration(struct reader *reader)
{
    struct span one;
    int byte = css_find(&reader->css, ";{}", &one);
    if (byte == '{') { /* a rule within a rule */
        reader->css.at++;
        css_skip_block(&reader->css);
        return;
    }
    reader->effects = css_declare(one, reader->effects);
}

static void take_rule(struct reader *reader)
{
    struct span selectors;
    int byte = css_find(&reader->css, "{}", &selectors);
    if (byte < 0)
        return;
    reader->css.at++;
    if (byte == '}') { /* it closes what is open, or nothing */
        close_block(reader);
        return;
    }
    reader->selectors = selectors;
    reader->effects = 0;
    open_block(reader,
               (struct open_block){.is_rule = true, .owns = true, .layer = layer_here(reader)});
}

static bool take_next(struct reader *reader)
{
    css_skip_blank(&reader->css);
    int byte = css_peek(&reader->css);
    if (byte < 0)
        return false;
    if (byte == '}' || byte == ';') {
        reader->css.at++;
        if (byte == '}')
            close_block(reader);
    } else if (byte == '@') {
        take_at_rule(reader);
    } else if (in_rule(reader)) {
        take_declaration(reader);
    } else if (span_starts_nocase(span_from(reader->css.text, reader->css.at),
                                  SPAN_LITERAL("<!--"))) {
        reader->css.at += 4;
    } else if (span_starts_nocase(span_from(reader->css.text, reader->css.at),
                                  SPAN_LITERAL("-->"))) {
        reader->css.at += 3;
    } else {
        take_rule(reader);
    }
    return true;
}

bool styles_add(struct styles *styles, struct span sheet, struct span media)
{
    struct reader reader = {.styles = styles, .css = {sheet, 0}};
    if (!css_media_matches(media))
        return true;
    while (take_next(&reader))
        continue;
    while (reader.depth)
        close_block(&reader);
    styles->no_memory |= styles->selectors.no_memory || styles->compounds.no_memory ||
                         styles->names.no_memory || styles->pool.no_memory ||
                         styles->scratch.no_memory;
    return !styles->no_memory;
}
