/* SPDX-License-Identifier: ISC */
/* Facts, and trees of what is no HTML. */
#include "render/page/building.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/charset.h"
#include "render/decode/decode.h"
#include "render/passes/passes.h"
#include "render/plain.h"

enum { FACT_TEXT_MAX = 1024, PRINTED_MAX = 1024 };

/* ---- facts ---- */

void building_fact(struct flat_writer *facts, enum facts_what what, uint32_t value,
                   struct span text)
{
    struct buffer line;
    buffer_init(&line, FACT_TEXT_MAX * 3);
    if (text.len > FACT_TEXT_MAX) {
        text.len = FACT_TEXT_MAX;
        while (text.len && ((unsigned char)text.at[text.len] & 0xC0) == 0x80)
            text.len--;
    }
    charset_clean_line(text, &line);
    flat_number(facts, (uint32_t)what);
    flat_number(facts, value);
    flat_text(facts, buffer_span(&line));
    buffer_free_into(&line, &facts->table);
}

struct span building_line(struct arena *arena, struct span text)
{
    struct buffer line, clean;
    buffer_init(&line, text.len * 3 + 1);
    buffer_init(&clean, text.len * 3 + 1);
    charset_clean_line(text, &line);
    struct span rest = buffer_span(&line), word;
    while (span_next_word(&rest, &word)) {
        if (clean.len)
            buffer_add_byte(&clean, ' ');
        buffer_add_span(&clean, word);
    }
    bool whole = !line.no_memory && !clean.no_memory;
    const char *copy = whole ? arena_copy_span(arena, buffer_span(&clean)) : NULL;
    size_t len = copy ? clean.len : 0;
    buffer_free(&line);
    buffer_free(&clean);
    return (struct span){copy, len};
}

struct span building_language(struct span text)
{
    text = span_trim(text);
    size_t len = 0;
    for (; len < text.len; len++) {
        char byte = text.at[len];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
              (byte >= '0' && byte <= '9') || byte == '-'))
            break;
    }
    if (len < 2 || len > 35 || (len < text.len && !strchr(", ;\t", text.at[len])))
        return (struct span){NULL, 0};
    return (struct span){text.at, len};
}

void building_tree_facts(struct call *call, struct flat_writer *facts, const struct tree *tree,
                         const char *simplified)
{
    building_fact(facts, FACT_TITLE, 0, tree->title);
    building_fact(facts, FACT_LANGUAGE, 0, tree->language);
    building_fact(facts, FACT_LINKS, tree->link_count, (struct span){NULL, 0});
    building_fact(facts, FACT_TEXT_BYTES, passes_text_bytes(tree), (struct span){NULL, 0});
    if (simplified) {
        building_fact(facts, FACT_SIMPLIFIED, 0, span_of(simplified));
        www4mail_debug(call, "%s", simplified);
    }
}

enum module_result building_no_memory(struct call *call)
{
    return www4mail_fault(call, MODULE_FAIL, FAULT_PAGE_TOO_LARGE,
                          "The page is too large to be turned into text.",
                          "the page does not fit into its memory");
}

enum module_result building_unprepared(struct call *call)
{
    return www4mail_fault(call, MODULE_RETRY, FAULT_IO, NULL, "what it needs was not opened");
}

uint32_t building_number(struct call *call, const char *key, uint32_t fallback)
{
    const char *setting = www4mail_setting(call, key);
    uint64_t value;
    return setting && span_to_u64(span_of(setting), &value) && value <= UINT32_MAX ? (uint32_t)value
                                                                                   : fallback;
}

/* ---- the way of a building ---- */

bool building_begin(struct building *building, struct call *call, struct span bytes,
                    const struct page_hints *hints, struct span own_charset)
{
    struct span declared = span_of(hints->charset);
    *building = (struct building){.call = call, .hints = hints};
    if (!charset_name(declared))
        declared = own_charset;
    if (hints->quick && !decode_is_plain(bytes, declared, false)) {
        building_unprepared(call);
        return false;
    }
    buffer_init(&building->decoded, BUILDING_TEXT_MAX);
    building->maker = arena_alloc(www4mail_arena(call), sizeof *building->maker);
    if (!building->maker ||
        !decode_text(bytes, declared, false, &building->decoded, &building->charset)) {
        buffer_free(&building->decoded);
        building_no_memory(call);
        return false;
    }
    building->text = buffer_span(&building->decoded);
    maker_init(building->maker);
    maker_open(building->maker, TAG_body);
    building->depth = building->maker->depth;
    return true;
}

void building_drop(struct building *building)
{
    maker_free(building->maker);
    buffer_free(&building->decoded);
}

static bool write_facts(const struct building *building, const char *type, const struct tree *tree,
                        struct buffer *facts_out)
{
    struct flat_writer facts;
    flat_begin(&facts, FACTS_KIND, FACTS_SHAPE, FACTS_MAX_BYTES);
    building_fact(&facts, FACT_TYPE, 0, span_of(type));
    building_fact(&facts, FACT_CHARSET, 0, span_of(building->charset));
    building_tree_facts(building->call, &facts, tree, building->simplified);
    return flat_end(&facts, facts_out);
}

/* The words of the first heading. */
static bool title_of(const struct tree *tree, struct buffer *out)
{
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (tree->nodes[i].tag >= TAG_h1 && tree->nodes[i].tag <= TAG_h3 && !plain_skips(tree, i)) {
            plain_words(tree, i, FACT_TEXT_MAX, out);
            break;
        }
    return !out->no_memory;
}

/* What the page is called where it comes from: "depths.csv"; absent when that looks like no file. */
static struct span file_of(const struct page_hints *hints)
{
    struct span name = span_of(hints->file_name);
    if (!name.len && hints->url) {
        name = span_of(hints->url);
        name.len = strcspn(name.at, "?#");
        ptrdiff_t authority = span_find(name, SPAN_LITERAL("://"));
        name = span_from(name, authority < 0 ? 0 : (size_t)authority + 3);
        ptrdiff_t slash = span_find_byte(name, '/');
        name = span_from(name, slash < 0 ? name.len : (size_t)slash + 1);
        while ((slash = span_find_byte(name, '/')) >= 0)
            name = span_from(name, (size_t)slash + 1);
    }
    return span_find_byte(name, '.') > 0 ? name : (struct span){NULL, 0};
}

static bool name_tree(struct building *building, struct tree *tree, struct span title,
                      struct span language)
{
    struct arena *arena = www4mail_arena(building->call);
    struct buffer words;
    buffer_init(&words, 2 * FACT_TEXT_MAX);
    bool named = title.len || title_of(tree, &words);
    if (!title.len)
        title = words.len ? buffer_span(&words) : file_of(building->hints);
    tree->title = building_line(arena, title);
    buffer_free(&words);
    language = building_language(language);
    if (!language.len)
        language = building_language(span_of(building->hints->language));
    tree->language = (struct span){arena_copy_span(arena, language), language.len};
    return named && tree->title.at && tree->language.at;
}

enum module_result building_end(struct building *building, const char *type, struct span title,
                                struct span language, struct buffer *facts_out,
                                const struct tree **tree_out)
{
    struct arena *arena = www4mail_arena(building->call);
    struct tree *tree = arena_alloc(arena, sizeof *tree);
    bool done = tree && maker_finish(building->maker, arena, tree);
    if (building->maker->cut && !building->simplified)
        building->simplified = "the page is very large, its end is missing";
    if (done) {
        passes_flags(tree);
        done = passes_links(tree, arena, building->hints->url, (struct span){NULL, 0}) &&
               name_tree(building, tree, title, language) &&
               write_facts(building, type, tree, facts_out);
    }
    building_drop(building);
    if (!done)
        return building_no_memory(building->call);
    *tree_out = tree;
    return MODULE_OK;
}

/* ---- elements ---- */

/* Beyond the depth that the maker keeps, what is opened is still counted, to be closed again. */
void building_open(struct building *building, enum tree_tag tag)
{
    if (building->depth == building->maker->depth)
        maker_open(building->maker, tag);
    building->depth++;
}

void building_close(struct building *building)
{
    if (building->depth == building->maker->depth)
        maker_close(building->maker);
    building->depth--;
}

void building_text(struct building *building, struct span text)
{
    if (building->depth == building->maker->depth)
        maker_text(building->maker, text);
}

void building_words(struct building *building, const char *words)
{
    building_text(building, span_of(words));
}

void building_printf(struct building *building, const char *format, ...)
{
    char text[PRINTED_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    building_text(building, span_of(text));
}

void building_element(struct building *building, enum tree_tag tag, struct span text)
{
    building_open(building, tag);
    building_text(building, text);
    building_close(building);
}

void building_link(struct building *building, struct span url, struct span words)
{
    url = span_trim(url);
    if (!url.len) {
        building_text(building, words);
        return;
    }
    building_open(building, TAG_a);
    if (building->depth == building->maker->depth)
        maker_attr(building->maker, ATTR_href, url);
    building_text(building, words);
    building_close(building);
}
