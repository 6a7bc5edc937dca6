/* SPDX-License-Identifier: ISC */
/* Selectors: from text to compounds, each under the key by which a node finds it. */
#include "render/style/style_parts.h"

#include "render/construct/tags.h"

#include <string.h>

enum { WEIGHT_ID = 1 << 16, WEIGHT_CLASS = 1 << 8, WEIGHT_TAG = 1, TAG_NAME_MAX = 16 };

/* One selector while it is read, from left to right. */
struct reading {
    struct styles *styles;
    struct css css;
    struct style_compound compounds[STYLE_MAX_COMPOUNDS];
    size_t count;
    uint32_t specificity;
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
        return false;
    uint32_t number =
        style_add_name(styles, is_id ? STYLE_ID : STYLE_CLASS, buffer_span(&styles->scratch));
    if (is_id)
        compound->id = number;
    else
        compound->classes[compound->class_count++] = number;
    reading->specificity += is_id ? WEIGHT_ID : WEIGHT_CLASS;
    return number != 0;
}

/* Of pseudo-classes only the one that is always the same element. */
static bool take_root(struct reading *reading, struct style_compound *compound)
{
    reading->css.at++;
    if (!css_take_name(&reading->css, &reading->styles->scratch) ||
        !span_equal_nocase(buffer_span(&reading->styles->scratch), SPAN_LITERAL("root")) ||
        compound->tag)
        return false;
    compound->tag = TAG_html;
    reading->specificity += WEIGHT_CLASS;
    return true;
}

static bool take_element(struct reading *reading, struct style_compound *compound)
{
    struct buffer *name = &reading->styles->scratch;
    if (!css_take_name(&reading->css, name) || name->len > TAG_NAME_MAX)
        return false;
    for (size_t i = 0; i < name->len; i++)
        if (name->at[i] >= 'A' && name->at[i] <= 'Z')
            name->at[i] = (char)(name->at[i] + 32);
    compound->tag = (uint8_t)tag_of(buffer_span(name));
    reading->specificity += WEIGHT_TAG;
    return compound->tag != TAG_UNKNOWN;
}

/* False when there is something in it that is not understood. */
static bool take_compound(struct reading *reading, struct style_compound *compound)
{
    int byte = css_peek(&reading->css);
    bool some = true;
    if (byte == '*')
        reading->css.at++;
    else if (byte == '.' || byte == '#' || byte == ':')
        some = false;
    else if (!take_element(reading, compound))
        return false;
    for (;; some = true) {
        byte = css_peek(&reading->css);
        if (byte == '.' || byte == '#') {
            if (!take_named(reading, compound, byte))
                return false;
        } else if (byte == ':') {
            if (!take_root(reading, compound))
                return false;
        } else {
            return some;
        }
    }
}

/* Behind a compound: 0 at the end, ' ' or '>' between two, -1 for what is not understood. */
static int take_combinator(struct reading *reading)
{
    size_t before = reading->css.at;
    css_skip_blank(&reading->css);
    int byte = css_peek(&reading->css);
    if (byte < 0)
        return 0;
    if (byte == '>') {
        reading->css.at++;
        css_skip_blank(&reading->css);
        return '>';
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
        compound->child = combinator == '>';
    } while (combinator > 0);
    return combinator == 0;
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
    for (size_t i = reading->count; i > 0; i--)
        if (!buffer_add(&styles->compounds, &reading->compounds[i - 1], sizeof *reading->compounds))
            return;
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
        struct reading reading = {.styles = styles};
        int byte = css_find(&css, ",", &reading.css.text);
        if (read_selector(&reading))
            add_selector(styles, &reading, effects, layer);
        if (byte < 0)
            return;
        css.at++;
    }
}
