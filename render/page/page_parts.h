/* SPDX-License-Identifier: ISC */
/*
 * page_parts: what a page wants beside itself (linked style sheets, frames) as facts, and what came
 * of it.  A part that is missing changes nothing: the page is shown without it.
 */
#ifndef WWW4MAIL_RENDER_PAGE_PARTS_H
#define WWW4MAIL_RENDER_PAGE_PARTS_H

#include "agent/module.h"
#include "render/construct/clean.h"

enum {
    PARTS_MAX_STYLES = 4,
    PARTS_MAX_FRAMES = 8,
    PARTS_MAX = PARTS_MAX_STYLES + PARTS_MAX_FRAMES,
    PARTS_MAX_URL = 1000,
    PARTS_MAX_STYLE_BYTES = 512 * 1024 /* of one sheet */
};

/* The parts at hand; all zero: none, and they are asked for. */
struct page_parts {
    struct page_part parts[PARTS_MAX];
    size_t count;
};

/* Parts beyond the maximum are dropped. */
void parts_add(struct page_parts *parts, const struct page_part *part);

/* True when all of them can be decoded without converters from files. */
bool parts_are_plain(const struct page_parts *parts);

/* For the pre-pass: the content of frames that are at hand, decoded into the call's arena. */
struct parts_frames {
    struct call *call;
    const struct page_hints *hints;
    const struct page_parts *parts;
    bool no_memory; /* set when memory was short for one */
};
bool parts_find_frame(void *context, struct span src, struct span base, struct span *html_out,
                      const struct url **base_out);

/* Flags of a tree (its base is set), with what the sheets of the page and the parts hide; those of
 * frames, within the frame alone: `marks` says where frames stand (maker.h).  False when memory is
 * short. */
bool parts_flags(struct call *call, struct tree *tree, const struct clean_page *clean,
                 const struct page_parts *parts, const uint32_t *marks, size_t mark_count);

/* Writes a FACT_NEED for each part that the page would want; the tree has its flags.  False when
 * memory is short. */
bool parts_needs(const struct tree *tree, const struct clean_page *clean,
                 struct flat_writer *facts);

#endif
