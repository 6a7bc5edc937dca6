/* SPDX-License-Identifier: ISC */
/* What is shown by words of its own: images, form controls, frames and the like. */
#include "render/text/text.h"

#include <string.h>

enum { ALT_MAX = 2000, WHOLE_MAX = 24 };

/* Sets off what comes from what stands before. */
static void set_off(struct text_writer *writer)
{
    char last = text_last_byte(writer);
    if (text_is_word_byte(last) || strchr("])", last))
        text_blank(writer);
}

static void add_thing(struct text_writer *writer, struct buffer *words, uint32_t link)
{
    if (words->len) {
        set_off(writer);
        buffer_add_span(&writer->para, buffer_span(words));
        writer->mark_end = writer->para.len;
        writer->link_words = true;
        if (link != TREE_NONE)
            text_link_mark(writer, link);
        writer->thing_end = writer->para.len;
    }
    writer->para.failed |= words->failed;
    buffer_free_into(words, &writer->para);
}

/* ---- images ---- */

/* "[A red boat]", within a link or button the words alone.  To listeners what is meant to be looked
 * at is called an image; a formula, which has no address, is not. */
static void show_image(const struct text_writer *writer, uint32_t node, struct span words,
                       struct buffer *shown)
{
    bool bare = !words.len || writer->link_node != TREE_NONE || writer->button_start;
    bool bracketed = words.len > 2 && words.at[0] == '[';
    if (!writer->blind) {
        if (!bare && !bracketed)
            buffer_add_byte(shown, '[');
        buffer_add_span(shown, words);
        if (!bare && !bracketed)
            buffer_add_byte(shown, ']');
        return;
    }
    bool named = bracketed && !span_equal(words, SPAN_LITERAL("[image]"));
    if (bracketed)
        words = (struct span){words.at + 1, words.len - 2};
    if (!bare || bracketed)
        buffer_add_byte(shown, '(');
    if (named || (!bare && !bracketed && tree_attr(writer->tree, node, ATTR_src).len))
        buffer_add_text(shown, "image: ");
    text_blind_add(shown, words);
    if (!bare || bracketed)
        buffer_add_byte(shown, ')');
}

bool text_pass_echo(struct text_writer *writer, uint32_t node)
{
    if (!writer->echoes || !writer->echoes[node])
        return false;
    writer->thing_end = writer->para.len; /* words on both sides stay apart */
    return true;
}

/* What is called like its file alone says no more than one without a name. */
static void forget_file_name(const struct tree *tree, uint32_t node, struct buffer *words)
{
    if (!plain_is_file_name(buffer_span(words)))
        return;
    buffer_clear(words);
    if (plain_in_figure(tree, node))
        buffer_add_text(words, "[image]");
}

void text_image(struct text_writer *writer, uint32_t node)
{
    struct buffer words, shown;
    if (text_pass_echo(writer, node))
        return;
    buffer_init(&words, writer->out.max);
    buffer_init(&shown, writer->out.max);
    bool linked = writer->link_node != TREE_NONE && !writer->link_shown && !writer->link_words;
    plain_image(writer->tree, node, linked ? writer->link_node : TREE_NONE, &words);
    if (!linked && !writer->button_start)
        forget_file_name(writer->tree, node, &words);
    show_image(writer, node, buffer_span(&words), &shown);
    buffer_free_into(&words, &writer->para);
    add_thing(writer, &shown, TREE_NONE);
}

void text_area(struct text_writer *writer, uint32_t node)
{
    struct buffer words;
    buffer_init(&words, writer->out.max);
    if (writer->tree->nodes[node].link) {
        plain_clean(tree_attr(writer->tree, node, ATTR_alt), ALT_MAX, &words);
        if (!words.len)
            buffer_add_text(&words, "[image]");
    }
    add_thing(writer, &words, writer->tree->nodes[node].link ? node : TREE_NONE);
}

/* ---- fields ---- */

enum control {
    CONTROL_BUTTON,
    CONTROL_CHECKBOX,
    CONTROL_RADIO,
    CONTROL_LIST,
    CONTROL_FIELD,
    CONTROL_GAUGE,
    CONTROL_FRAME
};

static enum control input_kind(struct span type)
{
    static const struct {
        char type[12];
        enum control kind;
    } kinds[] = {{"submit", CONTROL_BUTTON}, {"reset", CONTROL_BUTTON},
                 {"button", CONTROL_BUTTON}, {"image", CONTROL_BUTTON},
                 {"radio", CONTROL_RADIO},   {"checkbox", CONTROL_CHECKBOX}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_equal_nocase(type, span_of(kinds[i].type)))
            return kinds[i].kind;
    return CONTROL_FIELD;
}

static enum control control_kind(const struct tree *tree, uint32_t node)
{
    switch (tree->nodes[node].tag) {
    case TAG_input:
        return input_kind(span_trim(tree_attr(tree, node, ATTR_type)));
    case TAG_button:
        return CONTROL_BUTTON;
    case TAG_select:
        return CONTROL_LIST;
    case TAG_textarea:
        return CONTROL_FIELD;
    case TAG_meter:
    case TAG_progress:
        return CONTROL_GAUGE;
    default:
        return CONTROL_FRAME;
    }
}

/* "[Search: ____]" with the field's number: "[#3 Search: ____]". */
static void show_field(struct text_writer *writer, struct span words, struct buffer *shown)
{
    bool off = span_equal(words, SPAN_LITERAL("[ ]")) || span_equal(words, SPAN_LITERAL("( )"));
    buffer_printf(shown, "%c#%u ", words.at[0], ++writer->fields);
    if (off)
        buffer_add_byte(shown, '_');
    buffer_add_span(shown, span_from(words, off ? 2 : 1));
    /* A short one is not torn by the end of a line. */
    for (size_t i = 0; i < shown->len && shown->len <= WHOLE_MAX; i++)
        if (shown->at[i] == ' ')
            shown->at[i] = TEXT_FIXED_BLANK;
}

/* The same in words: "(field 3: Search: empty)". */
static void say_field(struct text_writer *writer, enum control kind, struct span words,
                      struct buffer *shown)
{
    static const char *const names[] = {[CONTROL_BUTTON] = "button",
                                        [CONTROL_CHECKBOX] = "check box",
                                        [CONTROL_RADIO] = "choice",
                                        [CONTROL_LIST] = "list",
                                        [CONTROL_FIELD] = "field"};
    struct span inner = {words.at + 1, words.len - 2}, nothing = SPAN_LITERAL("____");
    buffer_printf(shown, "(%s", names[kind]);
    if (kind != CONTROL_BUTTON)
        buffer_printf(shown, " %u", ++writer->fields);
    buffer_add_text(shown, ": ");
    if (kind == CONTROL_CHECKBOX || kind == CONTROL_RADIO) {
        buffer_add_text(shown, inner.at[0] == 'x' ? "chosen" : "not chosen");
    } else if (inner.len >= nothing.len &&
               span_equal(span_from(inner, inner.len - nothing.len), nothing)) {
        text_blind_add(shown, (struct span){inner.at, inner.len - nothing.len});
        buffer_add_text(shown, "empty");
    } else {
        text_blind_add(shown, inner);
    }
    buffer_add_byte(shown, ')');
}

/* Words in brackets that are no field: "[frame: Map]", "[30 of 100]". */
static void show_other(const struct text_writer *writer, struct span words, struct buffer *shown)
{
    if (!writer->blind || words.len < 2) {
        buffer_add_span(shown, words);
        return;
    }
    buffer_add_byte(shown, '(');
    text_blind_add(shown, (struct span){words.at + 1, words.len - 2});
    buffer_add_byte(shown, ')');
}

bool text_control(struct text_writer *writer, uint32_t node)
{
    struct buffer words, shown;
    buffer_init(&words, writer->out.max);
    bool media = plain_media(writer->tree, node, &words);
    if (!media && !plain_field(writer->tree, node, &words)) {
        buffer_free_into(&words, &writer->para);
        return false;
    }
    buffer_init(&shown, writer->out.max);
    enum control kind = control_kind(writer->tree, node);
    bool is_field = words.len > 2 && kind <= CONTROL_FIELD;
    if (is_field && writer->blind)
        say_field(writer, kind, buffer_span(&words), &shown);
    else if (is_field && kind != CONTROL_BUTTON)
        show_field(writer, buffer_span(&words), &shown);
    else
        show_other(writer, buffer_span(&words), &shown);
    buffer_free_into(&words, &writer->para);
    bool linked = media && writer->tree->nodes[node].link;
    add_thing(writer, &shown, linked ? node : TREE_NONE);
    return true;
}

void text_button_open(struct text_writer *writer)
{
    set_off(writer);
    buffer_add_text(&writer->para, writer->blind ? "(button: " : "[");
    writer->button_start = writer->para.len;
}

void text_button_close(struct text_writer *writer)
{
    while (text_last_byte(writer) == ' ')
        writer->para.len--;
    buffer_add_byte(&writer->para, writer->blind ? ')' : ']');
    writer->mark_end = writer->thing_end = writer->para.len;
    writer->button_start = 0;
}
