/* SPDX-License-Identifier: ISC */
/* Blanks, strings, brackets, names, declarations. */
#include "render/style/css.h"

#include "agent/base/charset.h"

#include <string.h>

int css_peek(const struct css *css)
{
    return css->at < css->text.len ? (unsigned char)css->text.at[css->at] : -1;
}

static bool is_blank(int byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\f' || byte == '\r';
}

static bool sees(const struct css *css, const char *word)
{
    size_t len = strlen(word);
    return css->text.len - css->at >= len && memcmp(css->text.at + css->at, word, len) == 0;
}

/* Over a comment that starts here; false when none does. */
static bool skip_comment(struct css *css)
{
    if (!sees(css, "/*"))
        return false;
    ptrdiff_t end = span_find(span_from(css->text, css->at + 2), SPAN_LITERAL("*/"));
    css->at = end < 0 ? css->text.len : css->at + 2 + (size_t)end + 2;
    return true;
}

void css_skip_blank(struct css *css)
{
    for (;;) {
        if (is_blank(css_peek(css)))
            css->at++;
        else if (!skip_comment(css))
            return;
    }
}

/* Behind the string that starts here; a line end that is not escaped ends it as well. */
static void skip_string(struct css *css)
{
    char quote = css->text.at[css->at++];
    while (css->at < css->text.len) {
        char byte = css->text.at[css->at++];
        if (byte == quote || byte == '\n')
            return;
        if (byte == '\\' && css->at < css->text.len)
            css->at++;
    }
}

/* One byte, comment, string or escape. */
static void skip_one(struct css *css)
{
    int byte = css_peek(css);
    if (byte == '"' || byte == '\'') {
        skip_string(css);
    } else if (byte == '\\') {
        css->at += css->at + 1 < css->text.len ? 2 : 1;
    } else if (!skip_comment(css)) {
        css->at++;
    }
}

int css_find(struct css *css, const char *stops, struct span *passed_out)
{
    size_t start = css->at, depth = 0;
    int byte;
    while ((byte = css_peek(css)) >= 0) {
        if (depth == 0 && byte && strchr(stops, byte))
            break;
        if (byte == '(' || byte == '[')
            depth++;
        else if ((byte == ')' || byte == ']') && depth)
            depth--;
        skip_one(css);
    }
    *passed_out = span_from(css->text, start);
    passed_out->len = css->at - start;
    return byte;
}

void css_skip_block(struct css *css)
{
    size_t depth = 1;
    int byte;
    while ((byte = css_peek(css)) >= 0) {
        depth += byte == '{';
        depth -= byte == '}';
        skip_one(css);
        if (!depth)
            return;
    }
}

static int hex_value(int byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    int lower = byte | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Behind a backslash. */
static void take_escape(struct css *css, struct buffer *name)
{
    uint32_t code = 0;
    size_t digits = 0;
    for (; digits < 6 && hex_value(css_peek(css)) >= 0; digits++)
        code = code * 16 + (uint32_t)hex_value(css->text.at[css->at++]);
    if (digits) {
        if (is_blank(css_peek(css)))
            css->at++;
        charset_add(name, code);
    } else if (css_peek(css) >= 0) {
        buffer_add_byte(name, css->text.at[css->at++]);
    }
}

static bool is_name_byte(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte >= 0x80;
}

bool css_take_name(struct css *css, struct buffer *name)
{
    buffer_clear(name);
    size_t start = css->at;
    for (;;) {
        int byte = css_peek(css);
        if (byte == '\\') {
            css->at++;
            take_escape(css, name);
        } else if (is_name_byte(byte)) {
            buffer_add_byte(name, (char)byte);
            css->at++;
        } else {
            break;
        }
    }
    return css->at > start && name->len > 0 && !name->failed;
}

/* ---- declarations ---- */

/* `property: value` in two, without `!important`; false when it is none. */
static bool split_declaration(struct span one, struct span *property_out, struct span *value_out,
                              bool *important_out)
{
    ptrdiff_t colon = span_find_byte(one, ':');
    if (colon < 0)
        return false;
    *property_out = span_trim((struct span){one.at, (size_t)colon});
    struct span value = span_trim(span_from(one, (size_t)colon + 1));
    ptrdiff_t bang = span_find_byte(value, '!');
    *important_out = bang >= 0 && span_equal_nocase(span_trim(span_from(value, (size_t)bang + 1)),
                                                    SPAN_LITERAL("important"));
    if (bang >= 0 && !*important_out)
        return false;
    if (bang >= 0)
        value = span_trim((struct span){value.at, (size_t)bang});
    *value_out = value;
    return value.len > 0;
}

static bool is_word(struct span value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!is_name_byte((unsigned char)value.at[i]) && value.at[i] != ' ')
            return false;
    return value.len > 0;
}

static uint8_t display_of(struct span value)
{
    if (span_equal_nocase(value, SPAN_LITERAL("none")))
        return CSS_DISPLAY_NONE;
    return is_word(value) ? CSS_DISPLAY_SHOWN : 0;
}

static uint8_t visibility_of(struct span value)
{
    if (span_equal_nocase(value, SPAN_LITERAL("hidden")) ||
        span_equal_nocase(value, SPAN_LITERAL("collapse")))
        return CSS_INVISIBLE;
    return span_equal_nocase(value, SPAN_LITERAL("visible")) ? CSS_VISIBLE : 0;
}

uint8_t css_declare(struct span declaration, uint8_t effects)
{
    struct span property, value;
    bool important;
    if (!split_declaration(declaration, &property, &value, &important))
        return effects;
    uint8_t effect = 0, mask = 0, mark = 0;
    if (span_equal_nocase(property, SPAN_LITERAL("display"))) {
        effect = display_of(value);
        mask = CSS_DISPLAY;
        mark = CSS_DISPLAY_IMPORTANT;
    } else if (span_equal_nocase(property, SPAN_LITERAL("visibility"))) {
        effect = visibility_of(value);
        mask = CSS_VISIBILITY;
        mark = CSS_VISIBILITY_IMPORTANT;
    }
    /* The later one wins, unless the earlier alone is important. */
    if (!effect || (effects & mark && !important))
        return effects;
    return (uint8_t)((effects & ~mask) | effect | (important ? mark : 0));
}

/* Takes the next declaration of a style attribute. */
static bool next_declaration(struct css *css, struct span *one_out)
{
    css_skip_blank(css);
    if (css_peek(css) < 0)
        return false;
    if (css_find(css, ";", one_out) >= 0)
        css->at++;
    return true;
}

uint8_t css_declarations(struct span text)
{
    struct css css = {text, 0};
    struct span one;
    uint8_t effects = 0;
    while (next_declaration(&css, &one))
        effects = css_declare(one, effects);
    return effects;
}

struct span css_value_of(struct span text, struct span property)
{
    struct css css = {text, 0};
    struct span one, name, value, found = {NULL, 0};
    bool important;
    while (next_declaration(&css, &one))
        if (split_declaration(one, &name, &value, &important) && span_equal_nocase(name, property))
            found = value;
    return found;
}
