/* SPDX-License-Identifier: ISC */
/* clean_parts: what the sources of the pre-pass share; nobody else includes it. */
#ifndef WWW4MAIL_RENDER_CLEAN_PARTS_H
#define WWW4MAIL_RENDER_CLEAN_PARTS_H

#include "render/clean.h"
#include "render/tags.h"
#include "render/tokenizer.h"

struct open_element {
    enum tree_tag tag;
    uint32_t name;    /* hash of the name, for elements of no list */
    uint32_t name_at; /* where the name stands in the clean stream, for the same */
    uint16_t name_len;
    uint16_t scope; /* depth of the innermost element that formatting does not leave; 0 none */
};

struct open_format {
    enum tree_tag tag;
    uint32_t attrs; /* hash of name and attributes */
    size_t depth;   /* of open elements around it */
};

enum clean_mode {
    CLEAN_CONTENT,
    CLEAN_RAW, /* text that is dropped, up to its end tag */
    CLEAN_TITLE,
    CLEAN_TEMPLATE, /* dropped with all elements in it */
    CLEAN_FOREIGN   /* svg and math */
};

enum { FOREIGN_MAX_DEPTH = 64, FOREIGN_MAX_WORDS = 300 };

struct foreign {
    bool is_math, silent;                /* silent: words of its own are not wanted */
    uint32_t names[FOREIGN_MAX_DEPTH];   /* hashes of open elements */
    bool html_inside[FOREIGN_MAX_DEPTH]; /* its content is HTML again */
    size_t depth, over;                  /* over: open elements beyond the maximum */
    size_t words_depth;                  /* where a title began; 0 none */
    struct buffer words;
};

struct cleaner {
    struct clean_page *page;
    struct buffer *out;
    enum clean_mode mode;
    struct open_element open[CLEAN_MAX_DEPTH];
    size_t depth;
    uint32_t count[TAG_COUNT]; /* open elements of each tag */
    struct open_format formats[CLEAN_MAX_FORMATS];
    size_t format_count;
    size_t templates;
    bool has_title, has_head, has_body;
    bool drop_newline; /* the first line end in a <pre> is none */
    struct foreign foreign;
};

uint32_t clean_hash(uint32_t seed, struct span text);

/* Text and attributes, escaped. */
void clean_write_text(struct cleaner *cleaner, struct span text, bool in_attribute);
void clean_write_start(struct cleaner *cleaner, struct span name, const struct token *token);
void clean_write_end(struct cleaner *cleaner, struct span name);

/* Elements: what the start or end tag of `tag` closes, opens and writes.  `token` gives name and
 * attributes. */
void clean_open(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
void clean_close(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
bool clean_is_open(const struct cleaner *cleaner, enum tree_tag tag);

/* The formatting elements. */
void clean_open_format(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
void clean_close_format(struct cleaner *cleaner, enum tree_tag tag);
void clean_forget_formats(struct cleaner *cleaner, size_t depth);

/* svg and math.  The token functions are false when the token belongs to the HTML around. */
void foreign_begin(struct cleaner *cleaner, const struct token *token);
bool foreign_start(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
bool foreign_end(struct cleaner *cleaner, enum tree_tag tag, const struct token *token);
void foreign_text(struct cleaner *cleaner, struct span text);
void foreign_leave(struct cleaner *cleaner);

#endif
