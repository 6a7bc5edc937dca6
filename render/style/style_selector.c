/* SPDX-License-Identifier: ISC */
/* Selectors: from text to compounds, each under the key by which a node finds it. */
#include "render/style/style_parts.h"

/* One selector while it is read, from left to right. */
struct reading {
    struct styles *styles;
    struct css css;
    struct style_compound compounds[STYLE_MAX_COMPOUNDS];
    size_t count;
    uint32_t specificity;
    bool siblings; /* `~` is wanted: it hides, and may leave some out that stand far behind */
    bool loose;    /* it shows: elements beyond those that it is for may fit as well */
};

struct style_selector *style_selector_at(const struct styles *styles, uint32_t index)
{
    void *selectors = styles->selectors.at;
    return (struct style_selector *)selectors + index;
}

const struct style_compound *style_compound_at(const struct styles *styles, uint32_t index)
{
    const void *compounds = styles->compounds.at;
    return (const struct style_compound *)compounds + index;
}

/* A class or an id, behind its mark. */
static bool take_named(struct reading *reading, struct style_compound *compound, int mark)
{
    struct styles *styles = reading->styles;
    reading->css.at++;
    if (!css_take_name(&reading->css, &styles->scratch))
        return false;
    bool is_id = mark == STYLE_ID;
    if (is_id ? compound->id != 0 : compound->class_count == STYLE_MAX_CLASSES)
        return reading->loose;
    uint32_t number =
        style_add_name(styles, is_id ? STYLE_ID : STYLE_CLASS, buffer_span(&styles->scratch));
    if (is_id)
        compound->id = number;
    else
        compound->classes[compound->class_count++] = number;
    reading->specificity += is_id ? STYLE_WEIGHT_ID : STYLE_WEIGHT_CLASS;
    return number != 0;
}

/* What an element is among its like, and what it is not; nothing that somebody must do first. */
static bool says_which(struct span name)
{
    static const char names[][20] = {
        "first-child",   "last-child",   "only-child",   "nth-child",   "nth-last-child",
        "first-of-type", "last-of-type", "only-of-type", "nth-of-type", "nth-last-of-type",
        "not",           "is",           "where",        "link",        "any-link",
        "lang",          "dir"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_equal_nocase(name, span_of(names[i])))
            return true;
    return false;
}

static void skip_arguments(struct css *css)
{
    struct span arguments;
    if (css_peek(css) != '(')
        return;
    css->at++;
    if (css_find(css, ")", &arguments) >= 0)
        css->at++;
}

/* Room for one more test of the compound; NULL: there is none. */
static struct style_test *add_test(struct style_compound *compound)
{
    return compound->test_count < STYLE_MAX_TESTS ? &compound->tests[compound->test_count++] : NULL;
}

/* Behind `:not`, `:is` or `:where`: a list of simple selectors, none or one of which must fit. */
static bool take_list(struct reading *reading, struct style_compound *compound, bool negated,
                      bool weighs)
{
    struct css *css = &reading->css;
    uint8_t list = negated ? 0 : ++compound->list_count;
    uint32_t most = 0, weight;
    if (css_peek(css) != '(')
        return false;
    do {
        css->at++;
        css_skip_blank(css);
        struct style_test *test = add_test(compound);
        if (!test || !style_take_test(reading->styles, css, test, &weight))
            return false;
        test->negated = negated;
        test->list = list & 0x7f;
        most = weight > most ? weight : most;
        css_skip_blank(css);
    } while (css_peek(css) == ',');
    reading->specificity += weighs ? most : 0;
    return css_peek(css) == ')' && ++css->at;
}

/* Of pseudo-classes those that need no knowledge of anything but the element. */
static bool take_pseudo(struct reading *reading, struct style_compound *compound)
{
    struct buffer *name = &reading->styles->scratch;
    reading->css.at++;
    if (!css_take_name(&reading->css, name))
        return false;
    if (reading->loose && says_which(buffer_span(name))) {
        reading->specificity += STYLE_WEIGHT_CLASS;
        skip_arguments(&reading->css);
        return true;
    }
    bool negated = span_equal_nocase(buffer_span(name), SPAN_LITERAL("not"));
    bool weighs = !span_equal_nocase(buffer_span(name), SPAN_LITERAL("where"));
    if (negated || !weighs || span_equal_nocase(buffer_span(name), SPAN_LITERAL("is")))
        return take_list(reading, compound, negated, weighs);
    if (!span_equal_nocase(buffer_span(name), SPAN_LITERAL("root")) || compound->tag)
        return false;
    compound->tag = TAG_html;
    reading->specificity += STYLE_WEIGHT_CLASS;
    return true;
}

static bool take_attr(struct reading *reading, struct style_compound *compound)
{
    struct style_test *test = add_test(compound);
    reading->specificity += STYLE_WEIGHT_CLASS;
    return test && style_take_attr(reading->styles, &reading->css, test);
}

static bool take_element(struct reading *reading, struct style_compound *compound)
{
    struct style_test test;
    uint32_t weight;
    if (!style_take_test(reading->styles, &reading->css, &test, &weight) ||
        test.kind != STYLE_TEST_TAG)
        return false;
    compound->tag = (uint8_t)test.what;
    reading->specificity += weight;
    return true;
}

/* What follows the element in a compound; false when it is not understood. */
static bool take_part(struct reading *reading, struct style_compound *compound, int byte)
{
    if (byte == ':')
        return take_pseudo(reading, compound);
    if (byte == '[')
        return take_attr(reading, compound);
    return take_named(reading, compound, byte);
}

static bool is_part(int byte)
{
    return byte == '.' || byte == '#' || byte == ':' || byte == '[';
}

/* False when there is something in it that is not understood. */
static bool take_compound(struct reading *reading, struct style_compound *compound)
{
    int byte = css_peek(&reading->css);
    if (byte == '*')
        reading->css.at++;
    else if (!is_part(byte) && !take_element(reading, compound))
        return false;
    while (is_part(byte = css_peek(&reading->css)))
        if (!take_part(reading, compound, byte))
            return false;
    return true;
}

/* Behind a compound: 0 at the end; ' ', '>' or '~' between two; '+' where the one before is to be
 * passed over; -1 for what is not understood, as '+' itself is: the tree has not all elements, so
 * two that stand side by side there may have had another between them. */
static int take_combinator(struct reading *reading)
{
    size_t before = reading->css.at;
    css_skip_blank(&reading->css);
    int byte = css_peek(&reading->css);
    if (byte < 0)
        return 0;
    bool neighbour = reading->loose && (byte == '+' || byte == '~');
    if (byte == '>' || neighbour || (reading->siblings && byte == '~')) {
        reading->css.at++;
        css_skip_blank(&reading->css);
        return neighbour ? '+' : byte;
    }
    return reading->css.at > before && byte != '+' && byte != '~' && byte != '|' ? ' ' : -1;
}

static bool read_selector(struct reading *reading)
{
    css_skip_blank(&reading->css);
    int combinator = 0;
    do {
        if (reading->count == STYLE_MAX_COMPOUNDS)
            return false;
        struct style_compound *compound = &reading->compounds[reading->count++];
        *compound = (struct style_compound){.tag = 0};
        if (!take_compound(reading, compound))
            return false;
        combinator = take_combinator(reading);
        compound->relation = combinator == '>'   ? STYLE_PARENT
                             : combinator == '~' ? STYLE_SIBLING
                                                 : STYLE_ANCESTOR;
        reading->count -= combinator == '+'; /* what is above it is above its neighbour */
    } while (combinator > 0);
    return combinator == 0;
}

/* One that is for too many elements can only show: it must name at least what it is about. */
static bool read_loosely(struct reading *reading)
{
    struct css css = {reading->css.text, 0};
    *reading = (struct reading){.styles = reading->styles, .css = css, .loose = true};
    if (!read_selector(reading))
        return false;
    const struct style_compound *last = &reading->compounds[reading->count - 1];
    return last->tag || last->id || last->class_count;
}

static uint8_t only_shows(uint8_t effects)
{
    unsigned shown = 0;
    if (effects & CSS_DISPLAY_SHOWN)
        shown |= effects & CSS_DISPLAY;
    if (effects & CSS_VISIBLE)
        shown |= effects & CSS_VISIBILITY;
    return (uint8_t)shown;
}

static uint32_t *key_of(struct styles *styles, const struct style_compound *last)
{
    if (last->id)
        return &style_name_at(styles, last->id)->selectors;
    if (last->class_count)
        return &style_name_at(styles, last->classes[0])->selectors;
    return &styles->by_tag[last->tag];
}

static void add_selector(struct styles *styles, const struct reading *reading, uint8_t effects,
                         uint8_t layer)
{
    uint32_t index = (uint32_t)(styles->selectors.len / sizeof(struct style_selector));
    struct style_selector selector = {
        .first = (uint32_t)(styles->compounds.len / sizeof(struct style_compound)),
        .count = (uint8_t)reading->count,
        .effects = effects,
        .layer = layer,
        .specificity = reading->specificity};
    for (size_t i = reading->count; i > 0; i--) {
        styles->siblings |= reading->compounds[i - 1].relation == STYLE_SIBLING;
        if (!buffer_add(&styles->compounds, &reading->compounds[i - 1], sizeof *reading->compounds))
            return;
    }
    uint32_t *key = key_of(styles, &reading->compounds[reading->count - 1]);
    selector.next = *key;
    if (!buffer_add(&styles->selectors, &selector, sizeof selector))
        return;
    *key = index;
    styles->hides |= (effects & (CSS_DISPLAY_NONE | CSS_INVISIBLE)) != 0;
}

void style_add_selectors(struct styles *styles, struct span list, uint8_t effects, uint8_t layer)
{
    struct css css = {list, 0};
    for (;;) {
        struct reading reading = {.styles = styles, .siblings = !only_shows(effects)};
        int byte = css_find(&css, ",", &reading.css.text);
        if (read_selector(&reading))
            add_selector(styles, &reading, effects, layer);
        else if (only_shows(effects) && read_loosely(&reading))
            add_selector(styles, &reading, only_shows(effects), layer);
        if (byte < 0)
            return;
        css.at++;
    }
}
