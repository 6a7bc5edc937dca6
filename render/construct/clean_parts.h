/* SPDX-License-Identifier: ISC */
/* clean_parts: what the sources of the pre-pass share; nobody else includes it. */
#ifndef WWW4MAIL_RENDER_CLEAN_PARTS_H
#define WWW4MAIL_RENDER_CLEAN_PARTS_H

#include "render/construct/clean.h"
#include "render/construct/construct.h"
#include "render/construct/tags.h"
#include "render/tokenizer/tokenizer.h"

enum clean_mode {
    CLEAN_CONTENT,
    CLEAN_RAW,   /* text that is dropped, up to its end tag */
    CLEAN_SHEET, /* the same, of a style sheet: kept aside */
    CLEAN_TITLE,
    CLEAN_TEMPLATE, /* dropped with all elements in it */
    CLEAN_FOREIGN   /* svg and math */
};

enum { FOREIGN_MAX_DEPTH = 64, FOREIGN_MAX_WORDS = 300 };

struct foreign {
    bool is_math, silent;                /* silent: words of its own are not wanted */
    uint32_t names[FOREIGN_MAX_DEPTH];   /* hashes of open elements */
    bool html_inside[FOREIGN_MAX_DEPTH]; /* its content is HTML again */
    char sign[FOREIGN_MAX_DEPTH];        /* of math: before its second part; '\0' none ... */
    uint8_t parts[FOREIGN_MAX_DEPTH];    /* ... and how many it had */
    bool grouped[FOREIGN_MAX_DEPTH];     /* a bracket is to be closed behind it */
    size_t depth, over;                  /* over: open elements beyond the maximum */
    size_t words_depth;                  /* where a title began; 0 none */
    struct buffer words;
};

struct frame_place;

struct cleaner {
    struct clean_page *page;
    struct construct construct;
    enum clean_mode mode;
    size_t templates;
    bool has_title;
    size_t max_text, text; /* bytes of text wanted, 0 for all, and had */
    bool drop_newline;     /* the first line end in a <pre> is none */
    struct foreign foreign;
    const struct clean_frames *frames; /* NULL: none are at hand */
    size_t frame_count;                /* of those that were put in */
    bool inside;                       /* this is the content of a frame */
    struct frame_place *frame;         /* where that came from; NULL when it stood in the page */
};

/* Where the content of a frame comes from, and how its links become absolute. */
struct frame_place {
    const struct url *base;
    struct arena *scratch; /* made anew every few links */
    size_t used;
};

uint32_t clean_hash(uint32_t seed, struct span text);

/* What reaches the tree.  `token` gives name and attributes. */
void clean_text(struct cleaner *cleaner, struct span text);
void clean_open(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
void clean_close(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);

/* Style sheets: what <style> and <link> say, and the text of the first. */
void clean_begin_sheet(struct cleaner *cleaner, const struct token *token);
void clean_take_sheet(struct cleaner *cleaner, struct span text);
void clean_link_sheet(struct cleaner *cleaner, const struct token *token);
/* Those of a frame become the page's, as far as there is room beside its own. */
void clean_move_sheets(struct clean_page *page, const struct clean_page *of_frame, uint32_t frame);

/* Frames: the element, and its content if that is at hand. */
void clean_frame(struct cleaner *cleaner, const struct token *token);
/* A link of a frame's content, absolute; absent when it leads nowhere outside of it. */
struct span clean_move_link(struct cleaner *cleaner, struct span link);

/* Takes all tokens of a page or of the content of a frame.  False when memory is short. */
bool clean_run(struct cleaner *cleaner, struct span text);
void clean_init_page(struct clean_page *page);

/* svg and math.  The token functions are false when the token belongs to the HTML around. */
void foreign_begin(struct cleaner *cleaner, const struct token *token);
bool foreign_start(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
bool foreign_end(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
void foreign_text(struct cleaner *cleaner, struct span text);
void foreign_leave(struct cleaner *cleaner);

#endif
