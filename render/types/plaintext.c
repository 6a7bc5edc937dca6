/* SPDX-License-Identifier: ISC */
/*
 * plaintext (role builder): text that is no more than text -> a tree.  What is wrapped already, or
 * laid out by hand, keeps its lines; paragraphs written as one long line each become paragraphs.
 */
#include "render/page/building.h"

#include <string.h>

#include "agent/base/charset.h"
#include "render/sniff.h"

enum {
    LONG_COLUMNS = 100, /* what is longer than this was not wrapped for a screen */
    EMPTY_LINES = 2,    /* in a row are kept; more are the foot and head of a printed page */
    FIRST_WIDE = 0x2e80
};

/* Behind a terminal's control sequence (ECMA-48) that begins at `at`; `at` when none does. */
static size_t skip_sequence(const struct buffer *text, size_t at)
{
    if (at + 1 >= text->len || text->at[at] != '\x1B' || text->at[at + 1] != '[')
        return at;
    size_t end = at + 2;
    while (end < text->len && text->at[end] >= 0x20 && text->at[end] < 0x40)
        end++;
    return end < text->len && text->at[end] >= 0x40 && text->at[end] < 0x7F ? end + 1 : end;
}

/* Without form feeds, colours of terminals, and the emptiness between printed pages. */
static void clean(struct buffer *text)
{
    size_t to = 0, line_ends = 0;
    for (size_t at = 0; at < text->len; at++) {
        char byte = text->at[at];
        size_t next = skip_sequence(text, at);
        if (next > at) {
            at = next - 1;
            continue;
        }
        /* They end a line, too; mostly of one that has ended. */
        if (byte == '\f' || byte == '\v')
            byte = line_ends || !to ? '\0' : '\n';
        if (!byte || (byte == '\n' && line_ends > EMPTY_LINES))
            continue;
        line_ends = byte == '\n' ? line_ends + 1 : 0;
        text->at[to++] = byte;
    }
    text->len = to;
}

/* At least so many columns, as far as that is known without tables. */
static bool is_long(struct span line)
{
    size_t columns = 0;
    uint32_t code;
    if (line.len * 2 <= LONG_COLUMNS)
        return false;
    while (columns <= LONG_COLUMNS && charset_next(&line, &code))
        columns += code >= FIRST_WIDE ? 2 : 1;
    return columns > LONG_COLUMNS;
}

/* Words one behind the other, not columns of something. */
static bool is_prose(struct span line)
{
    return line.len && line.at[0] != ' ' && line.at[0] != '\t' && span_find_byte(line, '\t') < 0 &&
           span_find(line, SPAN_LITERAL("   ")) < 0;
}

static bool flows(struct span paragraph)
{
    struct span line;
    while (span_next_line(&paragraph, &line))
        if (is_prose(line) && is_long(line))
            return true;
    return false;
}

/* Takes the lines up to the next empty one off `rest`. */
static bool next_paragraph(struct span *rest, struct span *paragraph_out)
{
    struct span line, paragraph = {NULL, 0};
    while (span_next_line(rest, &line)) {
        bool empty = !span_trim(line).len;
        if (empty && paragraph.at)
            break;
        if (empty)
            continue;
        if (!paragraph.at)
            paragraph.at = line.at;
        paragraph.len = (size_t)(line.at + line.len - paragraph.at);
    }
    *paragraph_out = paragraph;
    return paragraph.at;
}

static void write_flowing(struct building *building, struct span paragraph)
{
    struct span line;
    building_open(building, TAG_p);
    for (bool first = true; span_next_line(&paragraph, &line); first = false) {
        if (!first)
            building_element(building, TAG_br, (struct span){NULL, 0});
        building_text(building, line);
    }
    building_close(building);
}

/* Paragraphs that keep their lines are written together, with the empty lines between them. */
static void write_kept(struct building *building, struct span *kept)
{
    if (kept->at)
        building_element(building, TAG_pre, *kept);
    *kept = (struct span){NULL, 0};
}

static void write_text(struct building *building)
{
    struct span rest = building->text, paragraph, kept = {NULL, 0};
    while (next_paragraph(&rest, &paragraph)) {
        if (flows(paragraph)) {
            write_kept(building, &kept);
            write_flowing(building, paragraph);
            continue;
        }
        if (!kept.at)
            kept.at = paragraph.at;
        kept.len = (size_t)(paragraph.at + paragraph.len - kept.at);
    }
    write_kept(building, &kept);
}

static enum module_result plaintext_build(struct call *call, void *state, struct span bytes,
                                          const struct page_hints *hints, struct buffer *facts_out,
                                          const struct tree **tree_out)
{
    struct building building;
    struct span none = {NULL, 0};
    (void)state;
    *tree_out = NULL;
    if (sniff_is_binary(bytes) || sniff_feed(bytes))
        return MODULE_PASS;
    if (!building_begin(&building, call, bytes, hints, none))
        return MODULE_FAIL;
    clean(&building.decoded);
    building.text = buffer_span(&building.decoded);
    write_text(&building);
    return building_end(&building, "text/plain", none, none, facts_out, tree_out);
}

static const struct builder_ops plaintext_ops = {.build = plaintext_build};

WWW4MAIL_MODULE("plaintext", "filter", builder, &plaintext_ops);
