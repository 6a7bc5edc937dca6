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

bool parts_are_plain(const struct page_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct page_part *part = &parts->parts[i];
        if (!decode_is_plain(part->bytes, span_of(part->charset), part->need == PAGE_NEED_FRAME))
            return false;
    }
    return true;
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

/* What the sheets say, while they are compared with the tree. */
struct styling {
    struct call *call;
    const struct tree *tree;
    const struct clean_page *clean;
    const struct page_parts *parts;
    uint8_t *effects;
    uint64_t work;
    uint32_t selectors;
    bool too_much;
};

/* The text of a sheet; empty when it is not at hand, absent when memory is short. */
static struct span sheet_text(const struct styling *styling, const struct clean_sheet *sheet,
                              struct arena *scratch)
{
    const struct url *base = styling->tree->base.text ? &styling->tree->base : NULL;
    struct span text = {styling->clean->styles.at + sheet->at, sheet->len};
    if (!sheet->linked)
        return text;
    struct span url = web_url(scratch, base, text);
    const struct page_part *part = url.len ? find_part(styling->parts, PAGE_NEED_STYLE, url) : NULL;
    if (errno == ENOMEM)
        return (struct span){NULL, 0};
    return part ? decode_part(styling->call, part, false) : (struct span){"", 0};
}

static bool add_sheets(const struct styling *styling, struct styles *styles, uint32_t frame)
{
    const struct clean_page *clean = styling->clean;
    struct arena *scratch = arena_new(SCRATCH_MAX);
    bool done = scratch != NULL;
    for (size_t i = 0; i < clean->sheet_count && done; i++) {
        const struct clean_sheet *sheet = &clean->sheets[i];
        struct span media = {clean->styles.at + sheet->media, sheet->media_len};
        if (sheet->frame != frame || !(sheet->linked || sheet->len))
            continue;
        struct span text = sheet_text(styling, sheet, scratch);
        done = text.at && styles_add(styles, text, media);
    }
    arena_free(&scratch);
    return done;
}

static bool has_sheets(const struct clean_page *clean, uint32_t frame)
{
    for (size_t i = 0; i < clean->sheet_count; i++)
        if (clean->sheets[i].frame == frame)
            return true;
    return false;
}

/* The sheets of the page (0) or of one frame, over the nodes that they hold for. */
static bool match_sheets(struct styling *styling, uint32_t frame, uint32_t from, uint32_t to)
{
    if (!has_sheets(styling->clean, frame))
        return true;
    struct styles *styles = styles_new();
    struct style_tally tally;
    bool done = styles && add_sheets(styling, styles, frame) &&
                styles_match(styles, styling->tree, from, to, styling->effects, &tally);
    if (done) {
        styling->selectors += styles_count(styles);
        styling->work += tally.work;
        if (tally.too_much) {
            memset(styling->effects + from, 0, to - from);
            styling->too_much = true;
        }
    }
    styles_free(&styles);
    return done;
}

/* Sheets of the page are not those of its frames. */
static bool match_frames(struct styling *styling, const uint32_t *marks, size_t mark_count)
{
    bool done = true;
    for (size_t i = 0; i < mark_count && done; i++) {
        if (marks[i] == TREE_NONE)
            continue;
        uint32_t from = marks[i] + 1, to = styling->tree->nodes[marks[i]].end;
        memset(styling->effects + from, 0, to - from);
        if (styling->work < STYLE_MAX_WORK)
            done = match_sheets(styling, (uint32_t)i + 1, from, to);
    }
    return done;
}

static void set_flags(const struct styling *styling, struct tree *tree)
{
    if (styling->too_much)
        www4mail_debug(styling->call,
                       "style sheets take too long to compare, they are disregarded");
    if (!styling->selectors)
        passes_flags(tree);
    else if (!passes_flags_styled(tree, styling->effects))
        www4mail_debug(styling->call, "the style sheets hide nearly all, they are disregarded");
}

bool parts_flags(struct call *call, struct tree *tree, const struct clean_page *clean,
                 const struct page_parts *parts, const uint32_t *marks, size_t mark_count)
{
    if (!clean->sheet_count) {
        passes_flags(tree);
        return true;
    }
    struct styling styling = {.call = call, .tree = tree, .clean = clean, .parts = parts};
    styling.effects = calloc(tree->node_count, sizeof *styling.effects);
    bool done = styling.effects && match_sheets(&styling, 0, 0, tree->node_count) &&
                match_frames(&styling, marks, mark_count);
    if (done)
        set_flags(&styling, tree);
    free(styling.effects);
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

/* Of the page, or of its frames; how many were asked for. */
static size_t ask_sheets(struct asking *asking, const struct clean_page *clean, bool of_frames,
                         size_t most)
{
    size_t sheets = 0;
    for (size_t i = 0; i < clean->sheet_count && sheets < most; i++) {
        const struct clean_sheet *sheet = &clean->sheets[i];
        struct span media = {clean->styles.at + sheet->media, sheet->media_len};
        if (sheet->linked && (sheet->frame > 0) == of_frames && css_media_matches(media))
            sheets += ask(asking, PAGE_NEED_STYLE,
                          (struct span){clean->styles.at + sheet->at, sheet->len});
    }
    return sheets;
}

bool parts_needs(const struct tree *tree, const struct clean_page *clean, struct flat_writer *facts)
{
    struct asking asking = {.facts = facts,
                            .scratch = arena_new(SCRATCH_MAX),
                            .base = tree->base.text ? &tree->base : NULL};
    if (!asking.scratch)
        return false;
    size_t sheets = ask_sheets(&asking, clean, false, PARTS_MAX_STYLES);
    ask_sheets(&asking, clean, true, PARTS_MAX_STYLES - sheets);
    ask_frames(&asking, tree);
    arena_free(&asking.scratch);
    return !asking.no_memory;
}
