/* SPDX-License-Identifier: ISC */
/* Cutting HTML.  One pass a piece that measures, one that finds what is open at the cut. */
#include "agent/reply/split.h"

#include "agent/reply/html_walk.h"

#include <inttypes.h>
#include <string.h>

enum { HELD_BACK = 16, OPEN_SHARE = 4, TAG_SHARE = 3 };

static size_t largest_tag(uint64_t room)
{
    return room / TAG_SHARE > SIZE_MAX ? SIZE_MAX : (size_t)(room / TAG_SHARE);
}

/* Opens the elements again that the piece starts within. */
static void open_piece(struct html_walk *walk, struct mime_body *body,
                       const struct split_piece *piece, uint64_t room)
{
    html_walk_begin(walk, body, largest_tag(room));
    for (size_t i = 0; i < piece->open_count; i++)
        html_walk_open(walk, piece->open[i]);
    walk->beyond = piece->dropped;
}

/* How much of `rest` fits behind what the piece opens; at least one token. */
static size_t fit_html(const struct split_piece *piece, struct span rest,
                       const struct split_room *room, uint64_t bytes)
{
    struct mail_writer counter;
    mail_writer_init(&counter, -1, UINT64_MAX);
    struct mime_body body = mime_body_begin(&counter, room->encoding);
    struct html_walk walk;
    struct html_token token;
    size_t all = rest.len, block = 0, blank = 0, any = 0;
    open_piece(&walk, &body, piece, room->next);
    while (html_token_next(&rest, &token)) {
        html_walk_token(&walk, &token);
        if (any && counter.count + walk.closing + HELD_BACK > bytes) {
            if (block > any / 2)
                return block;
            return blank > any / 2 ? blank : any;
        }
        any = all - rest.len;
        char last = token.text.at[token.text.len - 1];
        if (token.kind == HTML_WORD ? last == ' ' || last == '\n' : token.kind == HTML_END)
            blank = any;
        if ((token.kind == HTML_END || token.kind == HTML_VOID) && html_is_block(token.name))
            block = any;
    }
    return all;
}

/* The start tag of a list with the number where it goes on; as it was when it need not count.  Its
 * `at` is NULL when memory is short. */
static struct span tag_again(struct arena *arena, const struct html_walk *walk, size_t level)
{
    struct span tag = walk->open[level], rest = span_from(tag, 3);
    struct span start = SPAN_LITERAL(" start=");
    int64_t number, first = 1;
    html_tag_number(tag, start, &first);
    if (!html_walk_numbers(walk, level, &number) || number == first)
        return tag;
    ptrdiff_t at = span_find(rest, start);
    struct span before = {rest.at, at < 0 ? 0 : (size_t)at}, after = rest;
    if (at >= 0)
        after = span_from(rest, (size_t)at + start.len + 1);
    ptrdiff_t end = at < 0 ? -1 : span_find_byte(after, '"');
    char *text = arena_printf(arena, "<ol start=\"%" PRId64 "\"%.*s%.*s", number, (int)before.len,
                              before.at, (int)(after.len - (size_t)(end + 1)), after.at + end + 1);
    return (struct span){text, text ? strlen(text) : 0};
}

/* Takes the outermost open elements over to the next piece, as many as a quarter of the room
 * holds. */
static bool carry_open(struct arena *arena, const struct html_walk *walk, uint64_t room,
                       struct split_piece *next)
{
    uint64_t left = room / OPEN_SHARE;
    next->open = arena_alloc(arena, (walk->depth + 1) * sizeof *next->open);
    if (!next->open)
        return false;
    next->dropped = walk->beyond;
    for (size_t i = 0; i < walk->depth; i++) {
        struct span tag = tag_again(arena, walk, i);
        if (!tag.at)
            return false;
        uint64_t cost = html_tag_cost(tag) > walk->max_tag ? 40 : 3 * (uint64_t)tag.len + 24;
        if (next->dropped > walk->beyond || cost > left) {
            next->dropped++;
            continue;
        }
        left -= cost;
        next->open[next->open_count++] = tag;
    }
    return true;
}

static bool open_next(struct arena *arena, const struct split_piece *piece, uint64_t room,
                      struct split_piece *next)
{
    struct mail_writer counter;
    mail_writer_init(&counter, -1, UINT64_MAX);
    struct mime_body body = mime_body_begin(&counter, MIME_7BIT);
    struct html_walk walk;
    struct html_token token;
    struct span rest = piece->bytes;
    open_piece(&walk, &body, piece, room);
    while (html_token_next(&rest, &token))
        html_walk_token(&walk, &token);
    return carry_open(arena, &walk, room, next);
}

enum split_result split_html(struct arena *arena, struct span body, const struct split_room *room,
                             struct split_piece **pieces_out, size_t *count_out)
{
    struct split_list list = {NULL, NULL, 0};
    struct split_piece *before = NULL;
    for (size_t at = 0; at < body.len || list.count == 0;) {
        if (list.count == room->max_pieces)
            return SPLIT_TOO_MANY;
        uint64_t bytes = before ? room->next : room->first;
        struct span rest = span_from(body, at);
        struct split_piece *piece = split_add(arena, &list, rest);
        if (!piece || (before && !open_next(arena, before, room->next, piece)))
            return SPLIT_MEMORY;
        piece->bytes.len = fit_html(piece, rest, room, bytes);
        at += piece->bytes.len;
        before = piece;
    }
    *pieces_out = list.first;
    *count_out = list.count;
    return SPLIT_OK;
}

void split_html_write(struct mime_body *body, const struct split_piece *piece, uint64_t room)
{
    struct html_walk walk;
    struct html_token token;
    struct span rest = piece->bytes;
    open_piece(&walk, body, piece, room);
    while (html_token_next(&rest, &token))
        html_walk_token(&walk, &token);
    html_walk_close(&walk);
}

void split_html_document(struct span document, struct span *head_out, struct span *content_out)
{
    struct span rest = document, before = document, name = SPAN_LITERAL("body");
    struct html_token token;
    size_t from = 0, to = document.len;
    while (html_token_next(&rest, &token)) {
        bool body = token.kind != HTML_WORD && span_equal_nocase(token.name, name);
        if (body && token.kind == HTML_START && from == 0)
            from = document.len - rest.len;
        if (body && token.kind == HTML_END && from)
            to = document.len - before.len;
        before = rest;
    }
    *head_out = (struct span){document.at, from};
    *content_out = from ? (struct span){document.at + from, to - from} : document;
}
