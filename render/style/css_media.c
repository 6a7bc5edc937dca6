/* SPDX-License-Identifier: ISC */
/* Media queries.  What is not understood does not match, whether it is negated or not. */
#include "render/style/css.h"

#include <string.h>

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

enum { THOUSANDTHS = 1000, EM_PIXELS = 16, NUMBER_MAX = 1000000 };

static enum answer answer_of(bool yes)
{
    return yes ? ANSWER_YES : ANSWER_NO;
}

/* A length in thousandths of a pixel; -1 when it is none. */
static int64_t read_length(struct span text)
{
    static const struct {
        char unit[4];
        int64_t thousandths;
    } units[] = {{"px", THOUSANDTHS},
                 {"em", EM_PIXELS * THOUSANDTHS},
                 {"rem", EM_PIXELS * THOUSANDTHS},
                 {"cm", 37795},
                 {"mm", 3780},
                 {"in", 96000},
                 {"pt", 1333}};
    int64_t whole = 0, part = 0, scale = 1;
    size_t at = 0;
    text = span_trim(text);
    for (; at < text.len && text.at[at] >= '0' && text.at[at] <= '9'; at++)
        if (whole < NUMBER_MAX)
            whole = whole * 10 + (text.at[at] - '0');
    if (at < text.len && text.at[at] == '.')
        for (at++; at < text.len && text.at[at] >= '0' && text.at[at] <= '9'; at++)
            if (scale < NUMBER_MAX) {
                part = part * 10 + (text.at[at] - '0');
                scale *= 10;
            }
    struct span unit = span_from(text, at);
    if (!unit.len)
        return at && !whole && !part ? 0 : -1;
    for (size_t i = 0; at && i < sizeof units / sizeof *units; i++)
        if (span_equal_nocase(unit, span_of(units[i].unit)))
            return whole * units[i].thousandths + part * units[i].thousandths / scale;
    return -1;
}

/* The window's own measure of that name in thousandths; -1 when it is no length. */
static int64_t measure(struct span name)
{
    if (span_starts_nocase(name, SPAN_LITERAL("device-")))
        name = span_from(name, 7);
    if (span_equal_nocase(name, SPAN_LITERAL("width")))
        return (int64_t)CSS_WINDOW_WIDTH * THOUSANDTHS;
    if (span_equal_nocase(name, SPAN_LITERAL("height")))
        return (int64_t)CSS_WINDOW_HEIGHT * THOUSANDTHS;
    return -1;
}

/* Features whose values are words: how they stand in this window. */
static enum answer answer_word(struct span name, struct span value)
{
    static const char stand[][2][24] = {{"orientation", "landscape"},
                                        {"hover", "hover"},
                                        {"any-hover", "hover"},
                                        {"pointer", "fine"},
                                        {"any-pointer", "fine"},
                                        {"scripting", "none"},
                                        {"display-mode", "browser"},
                                        {"prefers-color-scheme", "light"},
                                        {"prefers-reduced-motion", "no-preference"},
                                        {"prefers-contrast", "no-preference"},
                                        {"prefers-reduced-data", "no-preference"}};
    for (size_t i = 0; i < sizeof stand / sizeof *stand; i++)
        if (span_equal_nocase(name, span_of(stand[i][0])))
            return answer_of(span_equal_nocase(value, span_of(stand[i][1])));
    return ANSWER_UNKNOWN;
}

static enum answer answer_pair(struct span name, struct span value)
{
    bool min = span_starts_nocase(name, SPAN_LITERAL("min-"));
    bool max = span_starts_nocase(name, SPAN_LITERAL("max-"));
    int64_t ours = measure(min || max ? span_from(name, 4) : name), theirs = read_length(value);
    if (ours < 0)
        return answer_word(name, value);
    if (theirs < 0)
        return ANSWER_UNKNOWN;
    return answer_of(min ? ours >= theirs : max ? ours <= theirs : ours == theirs);
}

/* A feature without a value stands when it is not none. */
static enum answer answer_name(struct span name)
{
    static const char stand[][8] = {"width", "height", "color", "hover", "pointer"};
    for (size_t i = 0; i < sizeof stand / sizeof *stand; i++)
        if (span_equal_nocase(name, span_of(stand[i])))
            return ANSWER_YES;
    return ANSWER_UNKNOWN;
}

static enum answer compare(int64_t left, char sign, bool equal, int64_t right)
{
    if (left < 0 || right < 0)
        return ANSWER_UNKNOWN;
    if (equal && left == right)
        return ANSWER_YES;
    return answer_of(sign == '<' ? left < right : sign == '>' ? left > right : left == right);
}

/* Takes `<`, `<=`, `>`, `>=` or `=` off the front. */
static bool take_sign(struct span *text, char *sign_out, bool *equal_out)
{
    if (!text->len || !strchr("<>=", text->at[0]))
        return false;
    *sign_out = text->at[0];
    *text = span_from(*text, 1);
    *equal_out = *sign_out == '=' || (text->len && text->at[0] == '=');
    if (*sign_out != '=' && *equal_out)
        *text = span_from(*text, 1);
    return true;
}

static int64_t side(struct span text)
{
    int64_t length = read_length(text);
    return length < 0 ? measure(span_trim(text)) : length;
}

/* `width >= 40em`, `30em < width <= 60em`. */
static enum answer answer_range(struct span text)
{
    struct span left = {NULL, 0};
    enum answer all = ANSWER_YES;
    char sign = 0;
    bool equal = false;
    for (size_t signs = 0; signs < 3; signs++) {
        struct css css = {text, 0};
        struct span part;
        int byte = css_find(&css, "<>=", &part);
        if (left.at) {
            enum answer one = compare(side(left), sign, equal, side(part));
            if (one != ANSWER_YES)
                all = one == ANSWER_UNKNOWN || all == ANSWER_UNKNOWN ? ANSWER_UNKNOWN : ANSWER_NO;
        }
        left = part;
        text = span_from(text, css.at);
        if (byte < 0)
            return signs ? all : ANSWER_UNKNOWN;
        take_sign(&text, &sign, &equal);
    }
    return ANSWER_UNKNOWN;
}

/* What stands between parentheses. */
static enum answer answer_feature(struct span text)
{
    text = span_trim(text);
    ptrdiff_t colon = span_find_byte(text, ':');
    if (colon >= 0)
        return answer_pair(span_trim((struct span){text.at, (size_t)colon}),
                           span_trim(span_from(text, (size_t)colon + 1)));
    if (span_find_byte(text, '<') >= 0 || span_find_byte(text, '>') >= 0 ||
        span_find_byte(text, '=') >= 0)
        return answer_range(text);
    return answer_name(text);
}

static enum answer answer_type(struct span word)
{
    return answer_of(span_equal_nocase(word, SPAN_LITERAL("all")) ||
                     span_equal_nocase(word, SPAN_LITERAL("screen")));
}

/* The next condition of a query: a type or what stands in parentheses. */
static enum answer answer_next(struct css *css)
{
    struct span part;
    if (css_peek(css) != '(') {
        css_find(css, " \t\n\f\r(", &part);
        return answer_type(span_trim(part));
    }
    css->at++;
    bool closed = css_find(css, ")", &part) >= 0;
    css->at += closed;
    return answer_feature(part);
}

static bool take_word(struct css *css, const char *word)
{
    struct span rest = span_from(css->text, css->at), wanted = span_of(word);
    if (!span_starts_nocase(rest, wanted) || rest.len == wanted.len ||
        !strchr(" \t\n\f\r(/", rest.at[wanted.len]))
        return false;
    css->at += wanted.len;
    css_skip_blank(css);
    return true;
}

static bool query_matches(struct span query)
{
    struct css css = {span_trim(query), 0};
    css_skip_blank(&css);
    if (css_peek(&css) < 0)
        return true;
    bool negated = take_word(&css, "not");
    take_word(&css, "only");
    enum answer all = answer_next(&css);
    for (;;) {
        css_skip_blank(&css);
        if (css_peek(&css) < 0 || all == ANSWER_UNKNOWN)
            break;
        bool either = take_word(&css, "or");
        bool both = !either && take_word(&css, "and");
        bool not_next = take_word(&css, "not");
        enum answer next = either || both ? answer_next(&css) : ANSWER_UNKNOWN;
        if (next == ANSWER_UNKNOWN)
            all = next;
        else if (either)
            all = answer_of(all == ANSWER_YES || (next == ANSWER_YES) != not_next);
        else
            all = answer_of(all == ANSWER_YES && (next == ANSWER_YES) != not_next);
    }
    return all == (negated ? ANSWER_NO : ANSWER_YES);
}

bool css_media_matches(struct span queries)
{
    struct css css = {queries, 0};
    for (;;) {
        struct span query;
        int byte = css_find(&css, ",", &query);
        if (query_matches(query))
            return true;
        if (byte < 0)
            return false;
        css.at++;
    }
}
