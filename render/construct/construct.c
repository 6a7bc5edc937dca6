/* SPDX-License-Identifier: ISC */
/* The page around its body, and which rules a tag or text is read by. */
#include "render/construct/construct_parts.h"

#include <string.h>

/* How far the page has come. */
enum phase { PHASE_HEAD, PHASE_AFTER_HEAD, PHASE_BODY, PHASE_INSIDE };

void construct_begin(struct construct *construct, struct maker *maker, uint32_t node, bool inside,
                     size_t depth, bool plain)
{
    memset(construct, 0, sizeof *construct);
    construct->maker = maker;
    construct->max_depth = depth < CONSTRUCT_MAX_DEPTH ? depth : CONSTRUCT_MAX_DEPTH;
    construct->head = construct->body = construct->form = TREE_NONE;
    construct->quirks = true;
    construct->plain = plain;
    construct->open[0] = (struct construct_element){.node = node, .tag = TAG_html};
    construct->count[TAG_html] = construct->depth = 1;
    construct->phase = inside ? PHASE_INSIDE : PHASE_HEAD;
}

/* Public identifiers of pages that browsers read the old way. */
void construct_doctype(struct construct *construct, const struct token *token)
{
    static const char old[][40] = {"-//w3c//dtd html 3",
                                   "-//w3c//dtd html 4.0 transitional//",
                                   "-//w3c//dtd html 4.0 frameset//",
                                   "-//w3c//dtd html experimental",
                                   "-//w3c//dtd w3 html",
                                   "-//w3o//dtd w3 html",
                                   "-//ietf//dtd html",
                                   "-//netscape comm. corp.//dtd",
                                   "-//microsoft//dtd internet explorer",
                                   "-//softquad"};
    static const char old_alone[][40] = {"-//w3c//dtd html 4.01 transitional//",
                                         "-//w3c//dtd html 4.01 frameset//"};
    if (construct->phase > PHASE_AFTER_HEAD || construct->head != TREE_NONE)
        return;
    construct->quirks = token->force_quirks || !span_equal(token->name, SPAN_LITERAL("html"));
    for (size_t i = 0; i < sizeof old / sizeof *old; i++)
        construct->quirks |= span_starts_nocase(token->public_id, span_of(old[i]));
    for (size_t i = 0; i < sizeof old_alone / sizeof *old_alone && !token->system_id.at; i++)
        construct->quirks |= span_starts_nocase(token->public_id, span_of(old_alone[i]));
}

/* ---- head and body ---- */

static void open_body(struct construct *construct, const struct token *token)
{
    construct->phase = PHASE_BODY;
    construct_push(construct, TAG_body, token);
    construct->body = construct->open[construct->depth - 1].node;
}

/* What belongs to a head stands there, wherever before the body it was written. */
static uint32_t head_of(struct construct *construct)
{
    if (construct->head == TREE_NONE)
        construct->head = maker_add(construct->maker, TAG_head, construct->open[0].node, TREE_NONE);
    return construct->head;
}

static bool belongs_in_head(enum tree_tag tag)
{
    return tag == TAG_base || tag == TAG_link || tag == TAG_meta || tag == TAG_title ||
           tag == TAG_style || tag == TAG_script || tag == TAG_template;
}

static bool is_in_select(const struct construct *construct)
{
    enum construct_mode mode = construct_mode(construct);
    return mode == MODE_SELECT || mode == MODE_SELECT_IN_TABLE;
}

/* The elements of which there is one; true when the tag was of such a kind. */
static bool start_once(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    if (tag == TAG_html) {
        if (construct->phase != PHASE_INSIDE)
            construct_attrs(construct, construct->open[0].node, token);
        return true;
    }
    if (tag == TAG_body && construct->phase > PHASE_AFTER_HEAD) {
        if (!is_in_select(construct))
            construct_attrs(construct, construct->body, token);
        return true;
    }
    return tag == TAG_head && construct->phase > PHASE_AFTER_HEAD;
}

/* True when the tag is done with. */
static bool start_in_head(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    if (tag == TAG_head) {
        construct_attrs(construct, head_of(construct), token);
    } else if (tag == TAG_body) {
        open_body(construct, token);
    } else if (belongs_in_head(tag)) {
        uint32_t node = maker_add(construct->maker, tag, head_of(construct), TREE_NONE);
        construct_attrs(construct, node, token);
    } else if (tag != TAG_noscript || construct->phase == PHASE_AFTER_HEAD) {
        /* What is in a head for readers without scripts, who we are, stands on its own. */
        open_body(construct, NULL);
        return false;
    }
    return true;
}

/* ---- tags ---- */

void construct_start(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    construct->tokens++;
    construct->blank_in_table = false;
    if (start_once(construct, tag, token))
        return;
    if (construct->phase <= PHASE_AFTER_HEAD && start_in_head(construct, tag, token))
        return;
    if (construct->plain) {
        construct_start_plain(construct, tag, token);
        return;
    }
    /* Each turn closes something, or opens what was left out: there are only so many. */
    for (bool again = true; again;) {
        again = false;
        if (is_in_select(construct))
            construct_start_in_select(construct, tag, token, &again);
        else if (!construct_start_in_table(construct, tag, token, &again))
            construct_start_in_body(construct, tag, token);
    }
}

void construct_end(struct construct *construct, enum tree_tag tag, const struct token *token)
{
    construct->tokens++;
    construct->blank_in_table = false;
    bool ends_page = tag == TAG_html || tag == TAG_body;
    if (construct->phase <= PHASE_AFTER_HEAD) {
        if (tag == TAG_head)
            construct->phase = PHASE_AFTER_HEAD;
        if (!ends_page && tag != TAG_br)
            return;
        open_body(construct, NULL);
    }
    if (ends_page || tag == TAG_head)
        return;
    if (construct->plain) {
        construct_end_plain(construct, tag);
        return;
    }
    for (bool again = true; again;) {
        again = false;
        if (is_in_select(construct))
            construct_end_in_select(construct, tag, &again);
        else if (!construct_end_in_table(construct, tag, &again))
            construct_end_in_body(construct, tag, token);
    }
}

/* ---- texts ---- */

static bool is_blank(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        if (byte && byte != ' ' && byte != '\n' && byte != '\t' && byte != '\f' && byte != '\r')
            return false;
    }
    return true;
}

/* Characters that no page may show are left out. */
static void put_text(struct construct *construct, struct construct_place place, struct span text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if ((byte >= 0x20 && byte != 0x7F) || byte == '\n' || byte == '\t')
            continue;
        maker_add_text(construct->maker, place.parent, place.before,
                       (struct span){text.at + start, i - start});
        if (byte == '\f' || byte == '\r')
            maker_add_text(construct->maker, place.parent, place.before, SPAN_LITERAL(" "));
        start = i + 1;
    }
    maker_add_text(construct->maker, place.parent, place.before, span_from(text, start));
}

static void add_text(struct construct *construct, struct span text)
{
    if (construct_current(construct) != TAG_textarea && !is_in_select(construct))
        construct_reopen_formats(construct);
    put_text(construct, construct_place_in(construct, construct->depth - 1), text);
}

void construct_text(struct construct *construct, struct span text)
{
    bool blank = is_blank(text);
    construct->tokens++;
    if (construct->phase <= PHASE_AFTER_HEAD) {
        if (blank)
            return;
        open_body(construct, NULL);
    }
    if (construct_mode(construct) == MODE_COLUMNS && !blank) {
        while (is_blank((struct span){text.at, 1}))
            text = span_from(text, 1);
        construct_pop(construct);
    }
    if (construct_is_table_part(construct_current(construct)) ||
        construct_mode(construct) == MODE_COLUMNS) {
        /* Blanks between cells are nothing; with a text they go where that goes. */
        bool before = construct->blank_in_table;
        construct->blank_in_table = blank;
        if (blank)
            return;
        if (before)
            add_text(construct, SPAN_LITERAL(" "));
    }
    add_text(construct, text);
}
