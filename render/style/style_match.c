/* SPDX-License-Identifier: ISC */
/* Nodes and selectors: each node asks those under its own keys; the cascade decides among them. */
#include "render/style/style_parts.h"

#include <stdlib.h>

/* The classes and the id of one node, of those that are in selectors: a run of numbers. */
struct names {
    uint32_t at;
    uint16_t class_count;
    bool has_id;
};

enum { MAX_NODE_CLASSES = 64 };

struct match {
    const struct styles *styles;
    const struct tree *tree;
    uint32_t from;
    struct names *names; /* by node, from `from` on */
    uint32_t *before;    /* the same: one more than the element before it, 0 none; or NULL */
    struct buffer numbers;
    struct style_tally *tally;
    uint64_t max_work;
};

/* What was decided for a node so far; a later selector of the same weight wins. */
struct cascade {
    uint64_t display_weight, visibility_weight;
    uint8_t effects;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\f' || byte == '\r';
}

static struct span next_class(struct span *rest)
{
    while (rest->len && is_blank(rest->at[0]))
        *rest = span_from(*rest, 1);
    size_t len = 0;
    while (len < rest->len && !is_blank(rest->at[len]))
        len++;
    struct span name = {rest->at, len};
    *rest = span_from(*rest, len);
    return name;
}

static void take_names(struct match *match, uint32_t node)
{
    struct names *names = &match->names[node - match->from];
    names->at = (uint32_t)(match->numbers.len / sizeof(uint32_t));
    if (!match->tree->nodes[node].attr_count)
        return;
    struct span classes = tree_attr(match->tree, node, ATTR_class), name;
    while ((name = next_class(&classes)).len && names->class_count < MAX_NODE_CLASSES) {
        uint32_t number = style_find_name(match->styles, STYLE_CLASS, name);
        if (number && buffer_add(&match->numbers, &number, sizeof number))
            names->class_count++;
    }
    uint32_t id =
        style_find_name(match->styles, STYLE_ID, span_trim(tree_attr(match->tree, node, ATTR_id)));
    names->has_id = id && buffer_add(&match->numbers, &id, sizeof id);
}

static const uint32_t *numbers_of(const struct match *match, const struct names *names)
{
    const void *numbers = match->numbers.at;
    return numbers ? (const uint32_t *)numbers + names->at : NULL;
}

static bool has_class(const struct match *match, const struct names *names, uint32_t number)
{
    const uint32_t *numbers = numbers_of(match, names);
    for (size_t i = 0; i < names->class_count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

static bool has_id(const struct match *match, const struct names *names, uint32_t number)
{
    return names->has_id && numbers_of(match, names)[names->class_count] == number;
}

static bool test_holds(const struct match *match, uint32_t node, const struct style_test *test)
{
    const struct names *names = &match->names[node - match->from];
    struct span value;
    switch (test->kind) {
    case STYLE_TEST_TAG:
        return match->tree->nodes[node].tag == test->what;
    case STYLE_TEST_CLASS:
        return has_class(match, names, test->name);
    case STYLE_TEST_ID:
        return has_id(match, names, test->name);
    default:
        value = tree_attr(match->tree, node, (enum tree_attr_name)test->what);
        return value.at && (test->kind == STYLE_TEST_ATTR ||
                            span_equal(value, style_name_text(match->styles, test->name)));
    }
}

static bool tests_hold(const struct match *match, uint32_t node,
                       const struct style_compound *compound)
{
    unsigned wanted = 0, found = 0; /* a bit a list */
    for (size_t i = 0; i < compound->test_count; i++) {
        const struct style_test *test = &compound->tests[i];
        bool holds = test_holds(match, node, test);
        if (!test->list && holds == test->negated)
            return false;
        wanted |= 1u << test->list;
        found |= (unsigned)(holds || !test->list) << test->list;
    }
    return wanted == found;
}

static bool compound_fits(struct match *match, uint32_t node, const struct style_compound *compound)
{
    const struct names *names = &match->names[node - match->from];
    match->tally->work++;
    if (compound->tag && compound->tag != match->tree->nodes[node].tag)
        return false;
    if (compound->id && !has_id(match, names, compound->id))
        return false;
    for (size_t i = 0; i < compound->class_count; i++)
        if (!has_class(match, names, compound->classes[i]))
            return false;
    return tests_hold(match, node, compound);
}

/* The next place where such a relation may be; TREE_NONE. */
static uint32_t next_place(const struct match *match, uint32_t node, unsigned relation)
{
    if (relation == STYLE_SIBLING)
        return match->before[node - match->from] - 1u; /* of none: TREE_NONE */
    uint32_t parent = match->tree->nodes[node].parent;
    return parent == TREE_NONE || parent < match->from ? TREE_NONE : parent;
}

/* The nearest place above, or before, that fits; TREE_NONE. */
static uint32_t find_place(struct match *match, uint32_t node,
                           const struct style_compound *compound)
{
    unsigned relation = compound->relation, left = STYLE_MAX_SIBLINGS;
    while ((node = next_place(match, node, relation)) != TREE_NONE) {
        if (compound_fits(match, node, compound))
            return node;
        if (relation == STYLE_PARENT || (relation == STYLE_SIBLING && --left == 0))
            break;
    }
    return TREE_NONE;
}

/* Each part is looked for at the nearest place; there is no going back. */
static bool selector_fits(struct match *match, uint32_t node, const struct style_selector *selector)
{
    const struct style_compound *compound = style_compound_at(match->styles, selector->first);
    if (!compound_fits(match, node, compound))
        return false;
    for (size_t i = 1; i < selector->count && node != TREE_NONE; i++)
        node = find_place(match, node, &compound[i]);
    return node != TREE_NONE;
}

/* Importance, layer, specificity, order. */
static uint64_t weight_of(const struct style_selector *selector, uint32_t index, bool important)
{
    /* Among important ones the earlier layer wins. */
    uint64_t layer = important ? (uint64_t)(STYLE_NO_LAYER - selector->layer) : selector->layer;
    return (important ? UINT64_C(1) << 63 : 0) | layer << 55 |
           (uint64_t)selector->specificity << 24 | (index + 1);
}

_Static_assert(STYLE_MAX_SELECTORS < 1 << 24, "the order of selectors has 24 bits");

static void decide(struct cascade *cascade, const struct style_selector *selector, uint32_t index)
{
    uint8_t effects = selector->effects;
    uint64_t weight = weight_of(selector, index, effects & CSS_DISPLAY_IMPORTANT);
    if (effects & CSS_DISPLAY && weight > cascade->display_weight) {
        cascade->display_weight = weight;
        cascade->effects = (uint8_t)((cascade->effects & ~CSS_DISPLAY) | (effects & CSS_DISPLAY));
    }
    weight = weight_of(selector, index, effects & CSS_VISIBILITY_IMPORTANT);
    if (effects & CSS_VISIBILITY && weight > cascade->visibility_weight) {
        cascade->visibility_weight = weight;
        cascade->effects =
            (uint8_t)((cascade->effects & ~CSS_VISIBILITY) | (effects & CSS_VISIBILITY));
    }
}

static void try_chain(struct match *match, uint32_t node, uint32_t index, struct cascade *cascade)
{
    while (index != TREE_NONE && match->tally->work < match->max_work) {
        const struct style_selector *selector = style_selector_at(match->styles, index);
        if (selector_fits(match, node, selector))
            decide(cascade, selector, index);
        index = selector->next;
    }
}

static uint8_t match_node(struct match *match, uint32_t node)
{
    const struct names *names = &match->names[node - match->from];
    struct cascade cascade = {0};
    try_chain(match, node, match->styles->by_tag[0], &cascade);
    if (match->tree->nodes[node].tag)
        try_chain(match, node, match->styles->by_tag[match->tree->nodes[node].tag], &cascade);
    const uint32_t *numbers = numbers_of(match, names);
    for (size_t i = 0; i < (size_t)names->class_count + names->has_id; i++)
        try_chain(match, node, style_name_at(match->styles, numbers[i])->selectors, &cascade);
    return cascade.effects;
}

/* Not what the tree alone has: a drawing's words as a picture, the content of a frame. */
static bool is_sibling(const struct tree *tree, uint32_t node)
{
    enum tree_tag tag = tree->nodes[node].tag;
    if (tag == TAG_img)
        return tree_attr(tree, node, ATTR_src).at;
    return tag != TAG_TEXT && (tag != TAG_section || !span_equal(tree_attr(tree, node, ATTR_role),
                                                                 SPAN_LITERAL("document")));
}

/* Tells the sibling behind a node which element stands before it. */
static void tell_next(const struct match *match, uint32_t node, uint32_t to)
{
    uint32_t next = match->tree->nodes[node].next;
    if (match->before && next < to)
        match->before[next - match->from] =
            is_sibling(match->tree, node) ? node + 1 : match->before[node - match->from];
}

bool styles_match(const struct styles *styles, const struct tree *tree, uint32_t from, uint32_t to,
                  uint8_t *effects, struct style_tally *tally)
{
    *tally = (struct style_tally){.work = 0};
    if (!styles->hides || from >= to)
        return true;
    struct match match = {.styles = styles,
                          .tree = tree,
                          .from = from,
                          .tally = tally,
                          .max_work =
                              STYLE_MAX_WORK + (uint64_t)STYLE_MAX_WORK_A_NODE * (to - from)};
    buffer_init(&match.numbers, (size_t)tree->attr_count * MAX_NODE_CLASSES * sizeof(uint32_t) + 1);
    match.names = calloc(to - from, sizeof *match.names);
    match.before = styles->siblings ? calloc(to - from, sizeof *match.before) : NULL;
    bool done = match.names && (match.before || !styles->siblings);
    for (uint32_t i = from; done && i < to && tally->work < match.max_work; i++) {
        tell_next(&match, i, to);
        if (tree->nodes[i].tag == TAG_TEXT)
            continue;
        take_names(&match, i);
        effects[i] = match_node(&match, i);
    }
    tally->too_much = tally->work >= match.max_work;
    done = done && !match.numbers.no_memory;
    buffer_free(&match.numbers);
    free(match.names);
    free(match.before);
    return done;
}
