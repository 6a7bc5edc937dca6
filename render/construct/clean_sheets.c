/* SPDX-License-Identifier: ISC */
/* The page's style sheets are put aside in their order, with where the linked ones are. */
#include "render/construct/clean_parts.h"

/* Appends as much as there is room for; its place. */
static uint32_t keep(struct buffer *styles, struct span text, uint32_t *len_out)
{
    size_t at = styles->len, room = styles->max - styles->len;
    if (text.len > room)
        text.len = room;
    if (text.len)
        buffer_add_span(styles, text);
    *len_out = (uint32_t)(styles->len - at);
    return (uint32_t)at;
}

/* NULL when there is no room for one more. */
static struct clean_sheet *add_sheet(struct cleaner *cleaner, const struct token *token)
{
    struct clean_page *page = cleaner->page;
    struct span type = span_trim(token_attr_value(token, "type"));
    if (page->sheet_count == CLEAN_MAX_SHEETS ||
        (type.len && !span_equal_nocase(type, SPAN_LITERAL("text/css"))))
        return NULL;
    struct clean_sheet *sheet = &page->sheets[page->sheet_count++];
    *sheet = (struct clean_sheet){.linked = false};
    sheet->media = keep(&page->styles, token_attr_value(token, "media"), &sheet->media_len);
    sheet->at = (uint32_t)page->styles.len;
    return sheet;
}

void clean_begin_sheet(struct cleaner *cleaner, const struct token *token)
{
    if (add_sheet(cleaner, token))
        cleaner->mode = CLEAN_SHEET;
}

void clean_take_sheet(struct cleaner *cleaner, struct span text)
{
    struct clean_sheet *sheet = &cleaner->page->sheets[cleaner->page->sheet_count - 1];
    uint32_t len;
    keep(&cleaner->page->styles, text, &len);
    sheet->len += len;
}

static bool has_word(struct span text, struct span wanted)
{
    struct span word;
    while (span_next_word(&text, &word))
        if (span_equal_nocase(word, wanted))
            return true;
    return false;
}

void clean_link_sheet(struct cleaner *cleaner, const struct token *token)
{
    struct span rel = token_attr_value(token, "rel"), href = token_attr_value(token, "href");
    if (!href.len || !has_word(rel, SPAN_LITERAL("stylesheet")) ||
        has_word(rel, SPAN_LITERAL("alternate")) || token_attr_value(token, "disabled").at)
        return;
    struct clean_sheet *sheet = add_sheet(cleaner, token);
    if (!sheet)
        return;
    sheet->linked = true;
    if (cleaner->frame)
        href = clean_move_link(cleaner, href);
    sheet->at = keep(&cleaner->page->styles, href, &sheet->len);
}

void clean_move_sheets(struct clean_page *page, const struct clean_page *of_frame, uint32_t frame)
{
    struct buffer *styles = &page->styles;
    for (size_t i = 0; i < of_frame->sheet_count; i++) {
        const struct clean_sheet *from = &of_frame->sheets[i];
        if (page->sheet_count >= CLEAN_MAX_SHEETS / 2 ||
            styles->len + from->len + from->media_len > CLEAN_MAX_STYLES / 2)
            return;
        const char *texts = of_frame->styles.at;
        struct clean_sheet *to = &page->sheets[page->sheet_count++];
        *to = (struct clean_sheet){.frame = frame, .linked = from->linked};
        if (!texts)
            continue;
        to->media =
            keep(styles, (struct span){texts + from->media, from->media_len}, &to->media_len);
        to->at = keep(styles, (struct span){texts + from->at, from->len}, &to->len);
    }
}
