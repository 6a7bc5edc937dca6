/* SPDX-License-Identifier: ISC */
/*
 * Simple selectors that are looked at element by element: attributes, and what stands in `:not()`.
 * Attributes that the tree does not keep, or not as they are written, are not understood.
 */
#include "render/style/style_parts.h"

#include "render/construct/tags.h"

enum { TAG_NAME_MAX = 16 };

static void to_lower(struct buffer *name)
{
    for (size_t i = 0; i < name->len; i++)
        if (name->at[i] >= 'A' && name->at[i] <= 'Z')
            name->at[i] = (char)(name->at[i] + 32);
}

/* Addresses are not as they were written; what a reader may open counts as open. */
static bool is_no_key(enum tree_attr_name name)
{
    return name == ATTR_href || name == ATTR_src || name == ATTR_action || name == ATTR_poster ||
           name == ATTR_data || name == ATTR_open;
}

/* A name, or a string without escapes. */
static bool take_value(struct styles *styles, struct css *css, struct span *value_out)
{
    int quote = css_peek(css);
    if (quote != '"' && quote != '\'') {
        bool taken = css_take_name(css, &styles->scratch);
        *value_out = buffer_span(&styles->scratch);
        return taken;
    }
    struct span rest = span_from(css->text, css->at + 1);
    ptrdiff_t len = span_find_byte(rest, (char)quote);
    if (len < 0)
        return false;
    *value_out = (struct span){rest.at, (size_t)len};
    css->at += (size_t)len + 2;
    return span_find_byte(*value_out, '\\') < 0;
}

bool style_take_attr(struct styles *styles, struct css *css, struct style_test *test_out)
{
    struct span value;
    css->at++;
    css_skip_blank(css);
    if (!css_take_name(css, &styles->scratch))
        return false;
    to_lower(&styles->scratch);
    enum tree_attr_name name = tag_attr_of(buffer_span(&styles->scratch));
    if (name == ATTR_COUNT || is_no_key(name))
        return false;
    *test_out = (struct style_test){.kind = STYLE_TEST_ATTR, .what = (uint16_t)name};
    css_skip_blank(css);
    if (css_peek(css) == '=') {
        css->at++;
        css_skip_blank(css);
        if (!take_value(styles, css, &value))
            return false;
        test_out->kind = STYLE_TEST_VALUE;
        test_out->name = style_add_name(styles, STYLE_VALUE, value);
        if (!test_out->name)
            return false;
        css_skip_blank(css);
    }
    return css_peek(css) == ']' && ++css->at;
}

static bool take_tag(struct styles *styles, struct css *css, struct style_test *test_out)
{
    struct buffer *name = &styles->scratch;
    if (!css_take_name(css, name) || name->len > TAG_NAME_MAX)
        return false;
    to_lower(name);
    *test_out =
        (struct style_test){.kind = STYLE_TEST_TAG, .what = (uint16_t)tag_of(buffer_span(name))};
    return test_out->what != TAG_UNKNOWN;
}

bool style_take_test(struct styles *styles, struct css *css, struct style_test *test_out,
                     uint32_t *weight_out)
{
    int byte = css_peek(css);
    bool is_id = byte == '#';
    *weight_out = is_id ? STYLE_WEIGHT_ID : STYLE_WEIGHT_CLASS;
    if (byte == '[')
        return style_take_attr(styles, css, test_out);
    if (byte != '.' && !is_id) {
        *weight_out = STYLE_WEIGHT_TAG;
        return take_tag(styles, css, test_out);
    }
    css->at++;
    if (!css_take_name(css, &styles->scratch))
        return false;
    *test_out = (struct style_test){.kind = is_id ? STYLE_TEST_ID : STYLE_TEST_CLASS,
                                    .name = style_add_name(styles, is_id ? STYLE_ID : STYLE_CLASS,
                                                           buffer_span(&styles->scratch))};
    return test_out->name != 0;
}
