/* SPDX-License-Identifier: ISC */
/*
 * clean: a page's tokens -> what the tree is made of (construct.h): names of old read as today's,
 * bodies of scripts, styles, pictures and templates left out, the content of frames put in.  On the
 * way it takes down what the head says.
 */
#ifndef WWW4MAIL_RENDER_CLEAN_H
#define WWW4MAIL_RENDER_CLEAN_H

#include "agent/base/buffer.h"
#include "agent/base/url.h"
#include "render/construct/maker.h"

enum {
    CLEAN_MAX_DEPTH = 400,         /* open elements */
    CLEAN_MAX_SHEETS = 64,         /* style sheets, in the page and linked */
    CLEAN_MAX_STYLES = 512 * 1024, /* bytes of those in the page */
    CLEAN_MAX_FRAMES = 32          /* frames whose content was at hand */
};

/* What had to be left out beside the tokenizer's own cuts (enum tokenizer_cut). */
enum clean_cut { CLEAN_CUT_DEPTH = 256, CLEAN_CUT_SIZE = 512, CLEAN_CUT_TEXT = 1024 };

/* A style sheet: a run of clean_page.styles, which is its text or, of a linked one, its address. */
struct clean_sheet {
    uint32_t at, len;
    uint32_t media, media_len; /* there as well */
    uint32_t frame;            /* the mark (maker.h) of the frame that it is of; 0: of the page */
    bool linked;
};

/*
 * Gives the content of a frame by its src, as valid UTF-8 with LF line ends, and where links in it
 * lead from; false when it is not at hand.  `base` is the page's <base> as far as it is known.
 */
struct clean_frames {
    bool (*find)(void *context, struct span src, struct span base, struct span *html_out,
                 const struct url **base_out);
    void *context;
};

struct clean_options {
    const struct clean_frames *frames; /* NULL: none are at hand */
    size_t max_text;                   /* bytes of text, more or less, that are enough; 0: all */
    bool inside; /* no page, but something that stands in the element opened last */
    bool plain;  /* without structure, for a page that made the rest of this fail */
};

struct clean_page {
    struct buffer styles;
    struct clean_sheet sheets[CLEAN_MAX_SHEETS];
    size_t sheet_count;
    /* As the page has them, references decoded: empty when it has none. */
    struct buffer title, base, language, header_language, description;
    unsigned cuts;
};

/*
 * The text is valid UTF-8 with LF line ends; the tree is made in `maker`.  The content of frames
 * stands in their places: each in a <section role=document> behind its frame; frames within frames
 * stay as they are.  False when memory is short; free the page either way.
 */
bool clean_html(struct span text, const struct clean_options *options, struct maker *maker,
                struct clean_page *page_out);
void clean_free(struct clean_page *page);

#endif
