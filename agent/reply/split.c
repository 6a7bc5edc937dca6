/* SPDX-License-Identifier: ISC */
/* Cutting text.  One pass a piece: lines are encoded into a counter until it exceeds the room. */
#include "agent/reply/split.h"

#include "agent/reply/clean.h"
#include "agent/reply/flow.h"

enum {
    HELD_BACK = 8, /* a base64 group or a blank that is still held back by the encoder */
    LINE_ENDS = 6  /* what a line that is cut gets besides: stuffing, its end, in any encoding */
};

struct split_piece *split_add(struct arena *arena, struct split_list *list, struct span bytes)
{
    struct split_piece *piece = arena_alloc(arena, sizeof *piece);
    if (!piece)
        return NULL;
    piece->bytes = bytes;
    if (list->last)
        list->last->next = piece;
    else
        list->first = piece;
    list->last = piece;
    list->count++;
    return piece;
}

/* How many bytes of one over-long line fit: up to a blank if it leaves half of them, else up to a
 * character, at least one. */
static size_t fit_words(struct span line, enum mime_encoding encoding, uint64_t room)
{
    struct mail_writer counter;
    mail_writer_init(&counter, -1, UINT64_MAX);
    struct mime_body body = mime_body_begin(&counter, encoding);
    struct span rest = line, character;
    uint32_t code;
    size_t fits = 0, blank = 0;
    while (clean_next(&rest, &character, &code)) {
        mime_body_add(&body, character);
        if (fits && counter.count + HELD_BACK + LINE_ENDS > room)
            break;
        fits = line.len - rest.len;
        if (code == ' ')
            blank = fits;
    }
    return blank > fits / 2 ? blank : fits;
}

/* The best places so far to end a piece, as lengths; 0: none. */
struct places {
    size_t paragraph, hard, any;
};

static void note_place(struct places *places, struct span line, size_t at)
{
    places->any = at;
    if (line.len == 0)
        places->paragraph = at;
    if (line.len == 0 || line.at[line.len - 1] != ' ')
        places->hard = at;
}

static size_t choose_place(const struct places *places)
{
    if (places->paragraph > places->any / 2)
        return places->paragraph;
    return places->hard > places->any / 2 ? places->hard : places->any;
}

static size_t fit_text(struct span text, enum mime_encoding encoding, uint64_t room)
{
    struct mail_writer counter;
    mail_writer_init(&counter, -1, UINT64_MAX);
    struct mime_body body = mime_body_begin(&counter, encoding);
    struct places places = {0, 0, 0};
    struct span rest = text, line;
    while (span_next_line(&rest, &line)) {
        flow_line(&body, line, false);
        if (counter.count + HELD_BACK > room)
            return places.any ? choose_place(&places) : fit_words(line, encoding, room);
        note_place(&places, line, text.len - rest.len);
    }
    return text.len;
}

enum split_result split_text(struct arena *arena, struct span body, const struct split_room *room,
                             struct split_piece **pieces_out, size_t *count_out)
{
    struct split_list list = {NULL, NULL, 0};
    for (size_t at = 0; at < body.len || list.count == 0;) {
        if (list.count == room->max_pieces)
            return SPLIT_TOO_MANY;
        struct span rest = span_from(body, at);
        size_t len = fit_text(rest, room->encoding, list.count ? room->next : room->first);
        if (!split_add(arena, &list, (struct span){rest.at, len}))
            return SPLIT_MEMORY;
        at += len;
    }
    *pieces_out = list.first;
    *count_out = list.count;
    return SPLIT_OK;
}
