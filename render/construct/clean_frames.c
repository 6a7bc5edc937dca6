/* SPDX-License-Identifier: ISC */
/*
 * The content of frames, in a section behind the frame that it belongs to: one level, within the
 * depth of the page, its links made absolute, its style sheets kept for it alone.
 */
#include "render/construct/clean_parts.h"

#include <errno.h>

enum { SCRATCH_MAX = 2 * 1024 * 1024, SCRATCH_LINKS = 32, MAX_ATTRS = 8 };

struct span clean_move_link(struct cleaner *cleaner, struct span link)
{
    struct frame_place *frame = cleaner->frame;
    struct span absent = {NULL, 0}, url;
    link = span_trim(link);
    if (!link.len || link.at[0] == '#')
        return absent;
    if (!frame->scratch || frame->used++ == SCRATCH_LINKS) {
        arena_free(&frame->scratch);
        frame->scratch = arena_new(SCRATCH_MAX);
        frame->used = 0;
    }
    errno = 0;
    if (frame->scratch && url_resolve(frame->scratch, frame->base, link, &url))
        return url;
    cleaner->page->title.no_memory |= !frame->scratch || errno == ENOMEM;
    return absent;
}

/* The section has of the frame's attributes what hides it. */
static void open_section(struct cleaner *cleaner, const struct token *token)
{
    static const char kept[][12] = {"class", "style", "hidden", "aria-hidden", "id"};
    struct token_attr attrs[MAX_ATTRS];
    struct token section = {
        .kind = TOKEN_START, .name = SPAN_LITERAL("section"), .attrs = attrs, .attr_count = 1};
    attrs[0] = (struct token_attr){SPAN_LITERAL("role"), SPAN_LITERAL("document")};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct span value = token_attr_value(token, kept[i]);
        if (value.at)
            attrs[section.attr_count++] = (struct token_attr){span_of(kept[i]), value};
    }
    clean_open(cleaner, TAG_section, &section);
}

/* True when the content is at hand; it has no base of its own when it stands in the page. */
static bool find_content(struct cleaner *cleaner, const struct token *token, struct span *html_out,
                         const struct url **base_out)
{
    struct span srcdoc = token_attr_value(token, "srcdoc"), src = token_attr_value(token, "src");
    *base_out = NULL;
    *html_out = srcdoc;
    if (srcdoc.at)
        return srcdoc.len > 0;
    const struct clean_frames *frames = cleaner->frames;
    return frames && src.len &&
           frames->find(frames->context, src, buffer_span(&cleaner->page->base), html_out,
                        base_out);
}

static void take_content(struct cleaner *outer, struct span html, const struct url *base)
{
    struct clean_page page;
    struct frame_place place = {.base = base};
    clean_init_page(&page);
    struct construct *around = &outer->construct;
    uint32_t section = around->open[around->depth - 1].node;
    struct cleaner cleaner = {.page = &page, .inside = true, .frame = base ? &place : NULL};
    construct_begin(&cleaner.construct, around->maker, section, true,
                    around->max_depth - around->depth, around->plain);
    bool whole = clean_run(&cleaner, html) || page.cuts & CLEAN_CUT_TEXT;
    size_t mark = maker_mark(around->maker, section);
    if (mark)
        clean_move_sheets(outer->page, &page, (uint32_t)mark);
    outer->page->cuts |= page.cuts;
    outer->page->title.no_memory |= !whole || page.title.no_memory || page.styles.no_memory;
    arena_free(&place.scratch);
    clean_free(&page);
}

void clean_frame(struct cleaner *cleaner, const struct token *token)
{
    struct span html;
    const struct url *base;
    struct construct *construct = &cleaner->construct;
    clean_open(cleaner, TAG_iframe, token);
    clean_close(cleaner, TAG_iframe, token);
    if (cleaner->inside || cleaner->frame_count == CLEAN_MAX_FRAMES ||
        construct->depth >= construct->max_depth || !find_content(cleaner, token, &html, &base))
        return;
    cleaner->frame_count++;
    open_section(cleaner, token);
    take_content(cleaner, html, base);
    clean_close(cleaner, TAG_section,
                &(struct token){.kind = TOKEN_END, .name = SPAN_LITERAL("section")});
}
