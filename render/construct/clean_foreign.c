/* SPDX-License-Identifier: ISC */
/*
 * svg and math: their elements are dropped; kept are the words that stand for the picture and the
 * text of a formula.  Where HTML goes on although they were never closed follows the standard.
 */
#include "render/construct/clean_parts.h"

#include <string.h>

static bool is_true(struct span value)
{
    return span_equal_nocase(span_trim(value), SPAN_LITERAL("true"));
}

/* As many as there is room for, cut between two characters. */
static void keep_words(struct foreign *foreign, struct span words)
{
    size_t room = foreign->words.max - foreign->words.len;
    if (words.len > room) {
        words.len = room;
        while (words.len && ((unsigned char)words.at[words.len] & 0xC0) == 0x80)
            words.len--;
    }
    buffer_add_span(&foreign->words, words);
}

void foreign_begin(struct cleaner *cleaner, const struct token *token)
{
    struct foreign *foreign = &cleaner->foreign;
    foreign->is_math = tag_of(token->name) == TAG_math;
    foreign->silent =
        is_true(token_attr_value(token, "aria-hidden")) || token_attr_value(token, "hidden").at;
    foreign->depth = foreign->over = foreign->words_depth = 0;
    buffer_clear(&foreign->words);
    keep_words(foreign, token_attr_value(token, foreign->is_math ? "alttext" : "aria-label"));
    cleaner->mode = CLEAN_FOREIGN;
    if (token->self_closing)
        foreign_leave(cleaner);
}

void foreign_leave(struct cleaner *cleaner)
{
    struct foreign *foreign = &cleaner->foreign;
    struct span words = span_trim(buffer_span(&foreign->words));
    cleaner->mode = CLEAN_CONTENT;
    if (!words.len || foreign->silent)
        return;
    struct token_attr alt = {SPAN_LITERAL("alt"), words};
    struct token img = {
        .kind = TOKEN_START, .name = SPAN_LITERAL("img"), .attrs = &alt, .attr_count = 1};
    clean_open(cleaner, TAG_img, &img);
}

static bool is_html_inside(const struct foreign *foreign)
{
    for (size_t i = 0; i < foreign->depth; i++)
        if (foreign->html_inside[i])
            return true;
    return false;
}

/* Elements whose start tag means that the picture ended unseen. */
static bool breaks_out(enum tree_tag tag, const struct token *token)
{
    static const uint8_t tags[] = {
        TAG_b,     TAG_big,  TAG_blockquote, TAG_body,   TAG_br,    TAG_center, TAG_code,  TAG_dd,
        TAG_div,   TAG_dl,   TAG_dt,         TAG_em,     TAG_embed, TAG_h1,     TAG_h2,    TAG_h3,
        TAG_h4,    TAG_h5,   TAG_h6,         TAG_head,   TAG_hr,    TAG_i,      TAG_img,   TAG_li,
        TAG_menu,  TAG_meta, TAG_nobr,       TAG_ol,     TAG_p,     TAG_pre,    TAG_ruby,  TAG_s,
        TAG_small, TAG_span, TAG_strong,     TAG_strike, TAG_sub,   TAG_sup,    TAG_table, TAG_tt,
        TAG_u,     TAG_ul,   TAG_var};
    if (tag == TAG_font)
        return token_attr_value(token, "size").at || token_attr_value(token, "face").at ||
               token_attr_value(token, "color").at;
    return tag != TAG_UNKNOWN && memchr(tags, (int)tag, sizeof tags);
}

static bool holds_html(struct span name)
{
    static const char names[][16] = {
        "foreignobject", "desc", "title", "annotation-xml", "mi", "mo", "mn", "ms", "mtext"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_equal(name, span_of(names[i])))
            return true;
    return false;
}

/* ---- formulas as a line of text: a/b, x^2, a_(i+j) ---- */

static bool is_line_of_text(const struct foreign *foreign)
{
    return foreign->is_math && !foreign->words.len && !foreign->silent && !foreign->words_depth;
}

/* What stands between the parts of an element: the sign of a fraction, a power, an index. */
static char sign_of(struct span name)
{
    static const struct {
        char name[8];
        char sign;
    } signs[] = {{"mfrac", '/'}, {"msup", '^'}, {"msub", '_'}, {"msubsup", '_'}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (span_equal(name, span_of(signs[i].name)))
            return signs[i].sign;
    return '\0';
}

/* The sign before a part, and a bracket before one of several things; true when it has one. */
static bool begin_part(struct cleaner *cleaner, struct span name)
{
    static const char signs[] = "/^_";
    struct foreign *foreign = &cleaner->foreign;
    if (!is_line_of_text(foreign))
        return false;
    char sign = foreign->depth ? foreign->sign[foreign->depth - 1] : '\0';
    bool grouped = sign && span_equal(name, SPAN_LITERAL("mrow"));
    if (sign && foreign->parts[foreign->depth - 1] < 3)
        foreign->parts[foreign->depth - 1]++;
    unsigned part = sign ? foreign->parts[foreign->depth - 1] : 0;
    if (part > 1)
        clean_text(cleaner, (struct span){strchr(signs, part == 2 ? sign : '^'), 1});
    if (span_equal(name, SPAN_LITERAL("msqrt"))) {
        clean_text(cleaner, SPAN_LITERAL("sqrt"));
        grouped = true;
    }
    if (grouped)
        clean_text(cleaner, SPAN_LITERAL("("));
    return grouped;
}

static void end_parts(struct cleaner *cleaner, size_t depth)
{
    struct foreign *foreign = &cleaner->foreign;
    for (size_t i = foreign->depth; i > depth; i--)
        if (foreign->grouped[i - 1] && is_line_of_text(foreign))
            clean_text(cleaner, SPAN_LITERAL(")"));
}

bool foreign_start(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    struct foreign *foreign = &cleaner->foreign;
    bool html = is_html_inside(foreign);
    if (!html && breaks_out(tag, token))
        return false;
    if (token->self_closing || (html && (tag_traits(tag) & TRAIT_VOID)))
        return true;
    if (foreign->depth == FOREIGN_MAX_DEPTH) {
        foreign->over++;
        return true;
    }
    foreign->grouped[foreign->depth] = begin_part(cleaner, token->name);
    foreign->sign[foreign->depth] = sign_of(token->name);
    foreign->parts[foreign->depth] = 0;
    foreign->names[foreign->depth] = clean_hash(0, token->name);
    foreign->html_inside[foreign->depth++] = holds_html(token->name);
    bool is_words = foreign->is_math ? span_equal(token->name, SPAN_LITERAL("annotation"))
                                     : tag == TAG_title && !foreign->words.len;
    if (is_words && !foreign->words_depth)
        foreign->words_depth = foreign->depth;
    return true;
}

bool foreign_end(struct cleaner *cleaner, enum tree_tag tag, const struct token *token)
{
    struct foreign *foreign = &cleaner->foreign;
    uint32_t hash = clean_hash(0, token->name);
    if (foreign->over) {
        foreign->over--;
        return true;
    }
    for (size_t i = foreign->depth; i > 0; i--) {
        if (foreign->names[i - 1] != hash)
            continue;
        end_parts(cleaner, i - 1);
        foreign->depth = i - 1;
        if (foreign->words_depth > foreign->depth)
            foreign->words_depth = 0;
        return true;
    }
    if (tag == (foreign->is_math ? TAG_math : TAG_svg)) {
        foreign_leave(cleaner);
        return true;
    }
    bool belongs_around =
        tag == TAG_p || tag == TAG_br || (tag && construct_is_open(&cleaner->construct, tag));
    return !belongs_around || is_html_inside(foreign);
}

void foreign_text(struct cleaner *cleaner, struct span text)
{
    struct foreign *foreign = &cleaner->foreign;
    if (foreign->is_math) {
        /* A formula without words of its own is read as its letters; notes on it are left out. */
        if (is_line_of_text(foreign))
            clean_text(cleaner, text);
    } else if (foreign->words_depth) {
        keep_words(foreign, text);
    }
}
