/* SPDX-License-Identifier: ISC */
/* Asking for style sheets and frames, and putting to use what was fetched. */
#include "render/page/page_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/page/building.h"
#include "render/decode/decode.h"
#include "render/passes/passes.h"
#include "render/style/style.h"

enum { SCRATCH_MAX = 8 * 1024 * 1024 };

void parts_add(struct page_parts *parts, const struct page_part *part)
{
    if (parts->count < PARTS_MAX)
        parts->parts[parts->count++] = *part;
}

static const struct page_part *find_part(const struct page_parts *parts, enum page_need need,
                                         struct span url)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->parts[i].need == need && span_equal(span_of(parts->parts[i].url), url))
            return &parts->parts[i];
    return NULL;
}

/* The absolute URL of something of the page, without its fragment; absent when it is not on the web,
 * and when memory is short (errno). */
static struct span web_url(struct arena *arena, const struct url *base, struct span link)
{
    struct span url;
    errno = 0;
    if (!link.len || !url_resolve(arena, base, span_trim(link), &url) ||
        !(span_starts_nocase(url, SPAN_LITERAL("http:")) ||
          span_starts_nocase(url, SPAN_LITERAL("https:"))))
        return (struct span){NULL, 0};
    ptrdiff_t mark = span_find_byte(url, '#');
    return (struct span){url.at, mark < 0 ? url.len : (size_t)mark};
}

/* ---- frames ---- */

/* A part as UTF-8 in the arena; absent when memory is short. */
static struct span decode_part(struct call *call, const struct page_part *part, bool is_html)
{
    struct buffer text;
    const char *charset;
    buffer_init(&text, BUILDING_TEXT_MAX);
    bool done = decode_text(part->bytes, span_of(part->charset), is_html, &text, &charset);
    const char *copy = done ? arena_copy_span(www4mail_arena(call), buffer_span(&text)) : NULL;
    struct span decoded = {copy, copy ? text.len : 0};
    buffer_free(&text);
    return decoded;
}

bool parts_find_frame(void *context, struct span src, struct span base, struct span *html_out,
                      const struct url **base_out)
{
    struct parts_frames *frames = context;
    if (!frames->parts->count)
        return false;
    struct arena *arena = www4mail_arena(frames->call);
    struct tree place = {.node_count = 0}; /* for its base alone */
    struct url *found = arena_alloc(arena, sizeof *found);
    struct fault fault = FAULT_INIT;
    frames->no_memory = true;
    if (!found || !passes_base(&place, arena, frames->hints->url, base))
        return false;
    struct span url = web_url(arena, place.base.text ? &place.base : NULL, src);
    const struct page_part *part = url.len ? find_part(frames->parts, PAGE_NEED_FRAME, url) : NULL;
    frames->no_memory = errno == ENOMEM;
    bool known = part && url_parse(arena, span_of(part->found), found, &fault);
    frames->no_memory |= fault.code == FAULT_MEMORY;
    fault_clear(&fault);
    if (!known)
        return false;
    *base_out = found;
    *html_out = decode_part(frames->call, part, true);
    frames->no_memory |= !html_out->at;
    return html_out->len > 0;
}

/* ---- style sheets ---- */

static bool add_sheets(struct call *call, struct styles *styles, const struct tree *tree,
                       const struct clean_page *clean, const struct page_parts *parts)
{
    struct arena *scratch = arena_new(SCRATCH_MAX);
    bool done = scratch != NULL;
    for (size_t i = 0; i < clean->sheet_count && done; i++) {
        const struct clean_sheet *sheet = &clean->sheets[i];
        struct span text = {clean->styles.at + sheet->at, sheet->len};
        struct span media = {clean->styles.at + sheet->media, sheet->media_len};
        if (sheet->linked) {
            struct span url = web_url(scratch, tree->base.text ? &tree->base : NULL, text);
            const struct page_part *part = url.len ? find_part(parts, PAGE_NEED_STYLE, url) : NULL;
            done = errno != ENOMEM;
            text = part ? decode_part(call, part, false) : (struct span){"", 0};
            done = done && text.at != NULL;
        }
        done = done && styles_add(styles, text, media);
    }
    arena_free(&scratch);
    return done;
}

/* Sheets of the page are not those of its frames. */
static void spare_frames(const struct tree *tree, uint8_t *effects)
{
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (tree->nodes[i].tag == TAG_section &&
            span_equal(tree_attr(tree, i, ATTR_role), SPAN_LITERAL("document"))) {
            memset(effects + i + 1, 0, tree->nodes[i].end - i - 1);
            i = tree->nodes[i].end - 1;
        }
}

static bool flag_with(struct call *call, struct tree *tree, const struct styles *styles)
{
    uint8_t *effects = calloc(tree->node_count, sizeof *effects);
    struct style_tally tally;
    if (!effects || !styles_match(styles, tree, 0, tree->node_count, effects, &tally)) {
        free(effects);
        return false;
    }
    spare_frames(tree, effects);
    if (tally.too_much)
        www4mail_debug(call, "the style sheets take too long to compare, they are disregarded");
    if (!passes_flags_styled(tree, tally.too_much ? NULL : effects) && !tally.too_much)
        www4mail_debug(call, "the style sheets hide nearly all, they are disregarded");
    free(effects);
    return true;
}

bool parts_flags(struct call *call, struct tree *tree, const struct clean_page *clean,
                 const struct page_parts *parts)
{
    if (!clean->sheet_count) {
        passes_flags(tree);
        return true;
    }
    struct styles *styles = styles_new();
    bool done = styles && add_sheets(call, styles, tree, clean, parts);
    if (done && styles_count(styles) == 0)
        passes_flags(tree);
    else
        done = done && flag_with(call, tree, styles);
    styles_free(&styles);
    return done;
}

/* ---- needs ---- */

struct asking {
    struct flat_writer *facts;
    struct arena *scratch;
    struct span asked[PARTS_MAX];
    size_t count;
    const struct url *base;
    bool no_memory;
};

/* True when it was asked for, now or before. */
static bool ask(struct asking *asking, enum page_need need, struct span link)
{
    struct span url = web_url(asking->scratch, asking->base, link);
    asking->no_memory |= errno == ENOMEM;
    if (!url.len || url.len > PARTS_MAX_URL || asking->count == PARTS_MAX)
        return false;
    for (size_t i = 0; i < asking->count; i++)
        if (span_equal(asking->asked[i], url))
            return false;
    asking->asked[asking->count++] = url;
    building_fact(asking->facts, FACT_NEED, need, url);
    return true;
}

/* Frames of no size are there for something else than reading. */
static bool is_tiny(const struct tree *tree, uint32_t node)
{
    static const enum tree_attr_name sides[] = {ATTR_width, ATTR_height};
    for (size_t i = 0; i < 2; i++) {
        uint64_t size;
        if (span_to_u64(span_trim(tree_attr(tree, node, sides[i])), &size) && size < 10)
            return true;
    }
    return false;
}

static void ask_frames(struct asking *asking, const struct tree *tree)
{
    size_t frames = 0, looked = 0;
    for (uint32_t i = 0; i < tree->node_count && frames < PARTS_MAX_FRAMES; i++) {
        if (tree->nodes[i].flags & TREE_HIDDEN) {
            i = tree->nodes[i].end - 1;
            continue;
        }
        if (tree->nodes[i].tag != TAG_iframe || is_tiny(tree, i) ||
            tree_attr(tree, i, ATTR_srcdoc).at)
            continue;
        if (++looked > CLEAN_MAX_FRAMES)
            return;
        frames += ask(asking, PAGE_NEED_FRAME, tree_attr(tree, i, ATTR_src));
    }
}

bool parts_needs(const struct tree *tree, const struct clean_page *clean, struct flat_writer *facts)
{
    struct asking asking = {.facts = facts,
                            .scratch = arena_new(SCRATCH_MAX),
                            .base = tree->base.text ? &tree->base : NULL};
    if (!asking.scratch)
        return false;
    size_t sheets = 0;
    for (size_t i = 0; i < clean->sheet_count && sheets < PARTS_MAX_STYLES; i++) {
        const struct clean_sheet *sheet = &clean->sheets[i];
        struct span media = {clean->styles.at + sheet->media, sheet->media_len};
        if (sheet->linked && css_media_matches(media))
            sheets += ask(&asking, PAGE_NEED_STYLE,
                          (struct span){clean->styles.at + sheet->at, sheet->len});
    }
    ask_frames(&asking, tree);
    arena_free(&asking.scratch);
    return !asking.no_memory;
}
