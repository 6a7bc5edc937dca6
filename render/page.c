/* SPDX-License-Identifier: ISC */
/*
 * page (role builder): a page's bytes -> facts and, for HTML, the tree: type, charset, decoding, the
 * pre-pass, the parser, the passes.  Reads no file after `prepare`.
 */
#include "agent/module.h"

#include <magic.h>
#include <string.h>

#include "agent/base/charset.h"
#include "render/clean.h"
#include "render/decode.h"
#include "render/import.h"
#include "render/passes.h"
#include "render/sniff.h"
#include "render/tokenizer.h"

enum { TEXT_MAX = 64 * 1024 * 1024, FACT_TEXT_MAX = 1024 };

static const char too_big[] = "The page is too large to be turned into text.";

/* What is opened before files are taken away. */
struct prepared {
    magic_t magic;
    struct charset_held converters;
};

/* True when the declared charset settles that no converter from files is wanted. */
static bool needs_no_converter(const char *charset)
{
    const char *name = charset_name(span_of(charset));
    return name && (strncmp(name, "utf-", 4) == 0 || strncmp(name, "iso-8859", 8) == 0 ||
                    strncmp(name, "windows-", 8) == 0);
}

static enum module_result page_prepare(struct call *call, const struct page_hints *hints,
                                       void **state_out)
{
    *state_out = NULL;
    struct prepared *prepared = www4mail_alloc(call, sizeof *prepared);
    if (!prepared)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory to prepare");
    if (!needs_no_converter(hints->charset))
        charset_hold(&prepared->converters);
    if (sniff_wanted(hints->type)) {
        prepared->magic = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS |
                                     MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_ELF);
        /* Without its database types are told by the first bytes alone. */
        if (prepared->magic && magic_load(prepared->magic, NULL) != 0) {
            www4mail_debug(call, "no database of file types: %s", magic_error(prepared->magic));
            magic_close(prepared->magic);
            prepared->magic = NULL;
        }
    }
    *state_out = prepared;
    return MODULE_OK;
}

static void add_fact(struct flat_writer *facts, enum facts_what what, uint32_t value,
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

/* The words of a head on one line: blanks in runs are one.  Absent when memory is short. */
static struct span one_line(struct arena *arena, struct span text)
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

/* The first language of a list, when it looks like a tag of BCP 47. */
static struct span language_tag(struct span text)
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

/* Absent when memory is short. */
static struct span find_language(struct arena *arena, const struct clean_page *clean,
                                 const struct page_hints *hints)
{
    struct span language = language_tag(buffer_span(&clean->language));
    if (!language.len)
        language = language_tag(buffer_span(&clean->header_language));
    if (!language.len)
        language = language_tag(span_of(hints->language));
    return (struct span){arena_copy_span(arena, language), language.len};
}

/* Clean stream -> finished nodes in the arena; NULL when memory is short. */
static struct tree *import(struct call *call, struct clean_page *clean, bool *cut_out)
{
    const char *tidy = www4mail_setting(call, "tidy");
    bool by_tokens = tidy && strcmp(tidy, "no") == 0;
    struct arena *arena = www4mail_arena(call);
    struct maker *maker = arena_alloc(arena, sizeof *maker);
    struct tree *tree = arena_alloc(arena, sizeof *tree);
    if (!maker || !tree)
        return NULL;
    maker_init(maker);
    struct span html = buffer_span(&clean->html);
    bool done = by_tokens ? import_tokens(html, maker) : import_tidy(html, maker);
    buffer_free(&clean->html);
    *cut_out = maker->cut;
    done = done && maker_finish(maker, arena, tree);
    maker_free(maker);
    return done ? tree : NULL;
}

/* Why the page is not shown as it is, in the order of what the reader misses most. */
static const char *simplified(unsigned cuts, bool tree_cut)
{
    if (cuts & (CLEAN_CUT_SIZE | TOKENIZER_CUT_TOKENS) || tree_cut)
        return "the page is very large, its end is missing";
    if (cuts & CLEAN_CUT_DEPTH)
        return "the page is nested very deeply, its layout was simplified";
    return NULL;
}

static void add_html_facts(struct call *call, struct flat_writer *facts, const struct tree *tree,
                           const char *why)
{
    add_fact(facts, FACT_TITLE, 0, tree->title);
    add_fact(facts, FACT_LANGUAGE, 0, tree->language);
    add_fact(facts, FACT_LINKS, tree->link_count, (struct span){NULL, 0});
    add_fact(facts, FACT_TEXT_BYTES, passes_text_bytes(tree), (struct span){NULL, 0});
    if (why) {
        add_fact(facts, FACT_SIMPLIFIED, 0, span_of(why));
        www4mail_debug(call, "%s", why);
    }
}

static enum module_result no_memory(struct call *call)
{
    return www4mail_fault(call, MODULE_FAIL, FAULT_PAGE_TOO_LARGE, too_big,
                          "the page does not fit into its memory");
}

static enum module_result build_tree(struct call *call, struct clean_page *clean,
                                     const struct page_hints *hints, struct flat_writer *facts,
                                     const struct tree **tree_out)
{
    struct arena *arena = www4mail_arena(call);
    bool cut = false;
    struct tree *tree = import(call, clean, &cut);
    if (!tree)
        return no_memory(call);
    passes_flags(tree);
    if (!passes_links(tree, arena, hints->url, buffer_span(&clean->base)))
        return no_memory(call);
    tree->title = one_line(arena, buffer_span(&clean->title));
    tree->language = find_language(arena, clean, hints);
    if (!tree->title.at || !tree->language.at)
        return no_memory(call);
    add_html_facts(call, facts, tree, simplified(clean->cuts, cut));
    *tree_out = tree;
    return MODULE_OK;
}

static enum module_result build_html(struct call *call, struct span bytes,
                                     const struct page_hints *hints, struct flat_writer *facts,
                                     const struct tree **tree_out)
{
    struct buffer text;
    struct clean_page clean;
    const char *charset;
    buffer_init(&text, TEXT_MAX);
    if (!decode_text(bytes, span_of(hints->charset), true, &text, &charset)) {
        buffer_free(&text);
        return no_memory(call);
    }
    add_fact(facts, FACT_CHARSET, 0, span_of(charset));
    bool cleaned = clean_html(buffer_span(&text), &clean);
    buffer_free(&text);
    enum module_result result =
        cleaned ? build_tree(call, &clean, hints, facts, tree_out) : no_memory(call);
    clean_free(&clean);
    return result;
}

static void add_plain_facts(struct flat_writer *facts, const char *type, struct span bytes,
                            const struct page_hints *hints)
{
    bool is_text = sniff_is_text(type);
    const char *charset = is_text ? decode_charset(bytes, span_of(hints->charset), false) : "";
    uint32_t len = bytes.len < UINT32_MAX ? (uint32_t)bytes.len : UINT32_MAX;
    add_fact(facts, FACT_CHARSET, 0, span_of(charset));
    add_fact(facts, FACT_LANGUAGE, 0, span_of(hints->language));
    add_fact(facts, FACT_TEXT_BYTES, is_text ? len : 0, (struct span){NULL, 0});
}

static enum module_result page_build(struct call *call, void *state, struct span bytes,
                                     const struct page_hints *hints, struct buffer *facts_out,
                                     const struct tree **tree_out)
{
    const struct prepared *prepared = state;
    char type[SNIFF_TYPE_SIZE];
    *tree_out = NULL;
    sniff_type(bytes, hints->type, prepared ? prepared->magic : NULL, type);
    struct flat_writer facts;
    flat_begin(&facts, FACTS_KIND, FACTS_SHAPE, FACTS_MAX_BYTES);
    add_fact(&facts, FACT_TYPE, 0, span_of(type));
    enum module_result result = MODULE_OK;
    if (sniff_is_html(type))
        result = build_html(call, bytes, hints, &facts, tree_out);
    else
        add_plain_facts(&facts, type, bytes, hints);
    if (!flat_end(&facts, facts_out) && result == MODULE_OK) {
        *tree_out = NULL;
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "the facts do not fit");
    }
    return result;
}

static const struct builder_ops page_ops = {.prepare = page_prepare, .build = page_build};

WWW4MAIL_MODULE("page", "filter", builder, &page_ops);
