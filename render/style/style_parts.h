/* SPDX-License-Identifier: ISC */
/* style_parts: what the sources of style share; nobody else includes it. */
#ifndef WWW4MAIL_RENDER_STYLE_PARTS_H
#define WWW4MAIL_RENDER_STYLE_PARTS_H

#include "render/style/style.h"

enum {
    STYLE_MAX_COMPOUNDS = 6,
    STYLE_MAX_CLASSES = 4,
    STYLE_MAX_TESTS = 6,
    STYLE_MAX_SIBLINGS = 32, /* looked at for `~` */
    STYLE_MAX_LAYERS = 64,
    STYLE_NO_LAYER = 255
};

/* `[hidden]`, `[role=menu]`, `:not(.open)`, `:is(.a, p)`: an attribute, what may not be, or one of
 * several things. */
struct style_test {
    uint8_t kind; /* enum style_test_kind */
    bool negated : 1;
    uint8_t list : 7; /* of those with one number one must hold; 0: it must itself */
    uint16_t what;    /* enum tree_attr_name or enum tree_tag */
    uint32_t name;    /* number of the class, the id or the value */
};

enum style_test_kind {
    STYLE_TEST_TAG,
    STYLE_TEST_CLASS,
    STYLE_TEST_ID,
    STYLE_TEST_ATTR, /* is there */
    STYLE_TEST_VALUE /* is there and has that value */
};

enum style_relation { STYLE_ANCESTOR, STYLE_PARENT, STYLE_SIBLING /* an earlier one */ };

/* Of a compound selector: all of it must hold for one element. */
struct style_compound {
    uint8_t tag; /* enum tree_tag; 0 any */
    uint8_t class_count;
    uint8_t relation; /* enum style_relation: what its element is to that of the one before */
    uint32_t id;      /* number of the name; 0 any */
    uint32_t classes[STYLE_MAX_CLASSES];
    struct style_test tests[STYLE_MAX_TESTS];
    uint8_t test_count, list_count;
};

enum style_weight { STYLE_WEIGHT_ID = 1 << 16, STYLE_WEIGHT_CLASS = 1 << 8, STYLE_WEIGHT_TAG = 1 };

struct style_selector {
    uint32_t first; /* compounds from right to left */
    uint8_t count;
    uint8_t effects; /* enum css_effect */
    uint8_t layer;
    uint32_t specificity;
    uint32_t next; /* with the same key; TREE_NONE */
};

enum style_name_kind {
    STYLE_CLASS = '.',
    STYLE_ID = '#',
    STYLE_LAYER = '@',
    STYLE_VALUE = '=' /* of an attribute */
};

struct style_name {
    uint32_t at, len, hash;
    uint32_t selectors; /* the first that has it as its key; TREE_NONE */
    uint8_t kind;
};

struct styles {
    struct buffer selectors, compounds, names, pool; /* arrays of the above; bytes of names */
    uint32_t *table;                                 /* numbers of names by hash; 0 free */
    uint32_t table_size;                             /* a power of two */
    uint32_t by_tag[TAG_COUNT];                      /* selectors by their last element; [0] any */
    uint8_t layers;                                  /* how many are known */
    struct buffer scratch;                           /* the name being read */
    bool hides;                                      /* one of them hides something */
    bool siblings;                                   /* one of them has a `~` */
    bool no_memory;
};

/* The number of a name, 1 upward; 0 when it is not there. */
uint32_t style_find_name(const struct styles *styles, enum style_name_kind kind, struct span name);
/* The same, added if need be; 0 when it does not fit. */
uint32_t style_add_name(struct styles *styles, enum style_name_kind kind, struct span name);

/* The text of a name, until another is added. */
struct span style_name_text(const struct styles *styles, uint32_t number);

struct style_name *style_name_at(const struct styles *styles, uint32_t number);
struct style_selector *style_selector_at(const struct styles *styles, uint32_t index);
const struct style_compound *style_compound_at(const struct styles *styles, uint32_t index);

/* Reads `[name]` or `[name=value]` at its bracket; false when it is not understood. */
bool style_take_attr(struct styles *styles, struct css *css, struct style_test *test_out);
/* Reads one of what may stand in `:not()` or `:is()`; `weight_out` is its specificity. */
bool style_take_test(struct styles *styles, struct css *css, struct style_test *test_out,
                     uint32_t *weight_out);

/* Adds each selector of a comma list that is understood. */
void style_add_selectors(struct styles *styles, struct span list, uint8_t effects, uint8_t layer);

#endif
