/* SPDX-License-Identifier: ISC */
/*
 * page (role builder): a page's bytes -> facts and, for HTML, the tree: type, charset, decoding, the
 * pre-pass with the tree construction, the passes.  Reads no file after `prepare`.
 */
#include "agent/module.h"

#include <string.h>

#include "render/page/building.h"
#include "render/construct/clean.h"
#include "render/decode/decode.h"
#include "render/page/page_parts.h"
#include "render/decode/magic_types.h"
#include "render/passes/passes.h"
#include "render/sniff.h"
#include "render/tokenizer/tokenizer.h"

/* What is opened before files are taken away. */
struct prepared {
    struct magic_types *magic;
    struct charset_held converters;
    struct page_parts parts;
};

static enum module_result page_add(struct call *call, void **state, const struct page_part *part)
{
    struct prepared *prepared = *state;
    if (!prepared)
        *state = prepared = www4mail_alloc(call, sizeof *prepared);
    if (!prepared)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory for a part");
    parts_add(&prepared->parts, part);
    return MODULE_OK;
}

static enum module_result page_prepare(struct call *call, const struct page_hints *hints,
                                       void **state_out)
{
    const char *why;
    *state_out = NULL;
    if (hints->quick)
        return MODULE_OK;
    struct prepared *prepared = www4mail_alloc(call, sizeof *prepared);
    if (!prepared)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory to prepare");
    decode_prepare(&prepared->converters);
    if (sniff_wanted(hints->type)) {
        prepared->magic = magic_types_open(www4mail_arena(call), &why);
        if (!prepared->magic) /* types are told by the first bytes alone */
            www4mail_debug(call, "no data base of file types: %s", why);
    }
    *state_out = prepared;
    return MODULE_OK;
}

/* Left to libmagic: bytes of no declared type, or of one they are not. */
static bool is_unknown(const char *type, const char *declared)
{
    return sniff_wanted(declared) &&
           (strcmp(type, "application/octet-stream") == 0 ||
            (strcmp(type, "text/plain") == 0 && sniff_says_nothing(declared)));
}

/* Absent when memory is short. */
static struct span find_language(struct arena *arena, const struct clean_page *clean,
                                 const struct page_hints *hints)
{
    struct span language = building_language(buffer_span(&clean->language));
    if (!language.len)
        language = building_language(buffer_span(&clean->header_language));
    if (!language.len)
        language = building_language(span_of(hints->language));
    return (struct span){arena_copy_span(arena, language), language.len};
}

/* Why the page is not shown as it is, in the order of what the reader misses most. */
static const char *simplified(unsigned cuts)
{
    if (cuts & (CLEAN_CUT_SIZE | TOKENIZER_CUT_TOKENS))
        return "the page is very large, its end is missing";
    if (cuts & CLEAN_CUT_DEPTH)
        return "the page is nested very deeply, its layout was simplified";
    return NULL;
}

static enum module_result build_tree(struct call *call, struct maker *maker,
                                     const struct clean_page *clean, const struct page_hints *hints,
                                     const struct page_parts *parts, struct flat_writer *facts,
                                     const struct tree **tree_out)
{
    struct arena *arena = www4mail_arena(call);
    struct tree *tree = arena_alloc(arena, sizeof *tree);
    if (!tree || !maker_finish(maker, arena, tree))
        return building_no_memory(call);
    if (!passes_base(tree, arena, hints->url, buffer_span(&clean->base)) ||
        !parts_flags(call, tree, clean, parts, maker->marks, maker->mark_count) ||
        !passes_links(tree, arena, hints->url, buffer_span(&clean->base)))
        return building_no_memory(call);
    tree->title = building_line(arena, buffer_span(&clean->title));
    tree->language = find_language(arena, clean, hints);
    if (!tree->title.at || !tree->language.at)
        return building_no_memory(call);
    building_tree_facts(call, facts, tree, simplified(clean->cuts));
    if (!parts->count && !parts_needs(tree, clean, facts))
        return building_no_memory(call);
    *tree_out = tree;
    return MODULE_OK;
}

static enum module_result build_html(struct call *call, struct span bytes,
                                     const struct page_hints *hints, const struct page_parts *parts,
                                     struct flat_writer *facts, const struct tree **tree_out)
{
    struct buffer text;
    struct clean_page clean;
    const char *charset, *structure = www4mail_setting(call, "structure");
    struct maker *maker = arena_alloc(www4mail_arena(call), sizeof *maker);
    if (!maker)
        return building_no_memory(call);
    buffer_init(&text, BUILDING_TEXT_MAX);
    if (!decode_text(bytes, span_of(hints->charset), true, &text, &charset)) {
        buffer_free(&text);
        return building_no_memory(call);
    }
    building_fact(facts, FACT_CHARSET, 0, span_of(charset));
    struct parts_frames at_hand = {call, hints, parts, false};
    struct clean_frames frames = {parts_find_frame, &at_hand};
    struct clean_options options = {.frames = &frames,
                                    .plain = structure && strcmp(structure, "no") == 0};
    maker_init(maker);
    bool cleaned = clean_html(buffer_span(&text), &options, maker, &clean) && !at_hand.no_memory;
    buffer_free(&text);
    enum module_result result = cleaned
                                    ? build_tree(call, maker, &clean, hints, parts, facts, tree_out)
                                    : building_no_memory(call);
    clean_free(&clean);
    maker_free(maker);
    return result;
}

static void add_plain_facts(struct flat_writer *facts, const char *type, struct span bytes,
                            const struct page_hints *hints)
{
    bool is_text = sniff_is_text(type);
    const char *charset = is_text ? decode_charset(bytes, span_of(hints->charset), false) : "";
    uint32_t len = bytes.len < UINT32_MAX ? (uint32_t)bytes.len : UINT32_MAX;
    building_fact(facts, FACT_CHARSET, 0, span_of(charset));
    building_fact(facts, FACT_LANGUAGE, 0, span_of(hints->language));
    building_fact(facts, FACT_TEXT_BYTES, is_text ? len : 0, (struct span){NULL, 0});
}

static enum module_result page_build(struct call *call, void *state, struct span bytes,
                                     const struct page_hints *hints, struct buffer *facts_out,
                                     const struct tree **tree_out)
{
    static const struct page_parts none;
    const struct prepared *prepared = state;
    const struct page_parts *parts = prepared ? &prepared->parts : &none;
    char type[SNIFF_TYPE_SIZE];
    *tree_out = NULL;
    sniff_type(bytes, hints->type, prepared ? prepared->magic : NULL, type);
    struct flat_writer facts;
    if (hints->quick && (is_unknown(type, hints->type) || !parts_are_plain(parts) ||
                         (sniff_is_text(type) &&
                          !decode_is_plain(bytes, span_of(hints->charset), sniff_is_html(type)))))
        return building_unprepared(call);
    flat_begin(&facts, FACTS_KIND, FACTS_SHAPE, FACTS_MAX_BYTES);
    building_fact(&facts, FACT_TYPE, 0, span_of(type));
    enum module_result result = MODULE_OK;
    if (sniff_is_html(type))
        result = build_html(call, bytes, hints, parts, &facts, tree_out);
    else
        add_plain_facts(&facts, type, bytes, hints);
    if (!flat_end(&facts, facts_out) && result == MODULE_OK) {
        *tree_out = NULL;
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "the facts do not fit");
    }
    return result;
}

static const struct builder_ops page_ops = {
    .prepare = page_prepare, .build = page_build, .add = page_add};

WWW4MAIL_MODULE("page", "filter", builder, &page_ops);
