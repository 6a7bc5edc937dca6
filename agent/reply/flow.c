/* SPDX-License-Identifier: ISC */
/* format=flowed out of document lines. */
#include "agent/reply/flow.h"

#include "agent/reply/clean.h"

enum { FLOW_COLUMNS = 74 };

/* The length of a control character (C0, DEL, C1) that ends the text; 0 when none does. */
static size_t control_length(struct span text)
{
    unsigned char last = (unsigned char)text.at[text.len - 1];
    if (last < ' ' || last == 0x7F)
        return 1;
    bool c1 = text.len > 1 && text.at[text.len - 2] == '\xC2' && last >= 0x80 && last <= 0x9F;
    return c1 ? 2 : 0;
}

/* Controls go as well: they are dropped, and must leave no blank at the end bare. */
static struct span without_trailing_blanks(struct span line)
{
    while (line.len && (line.at[line.len - 1] == ' ' || control_length(line) > 0))
        line.len -= line.at[line.len - 1] == ' ' ? 1 : control_length(line);
    return line;
}

/* Adds the text in runs, leaving out what may not stand in a mail. */
static void add_clean(struct mime_body *body, struct span text)
{
    struct span run = {text.at, 0}, character;
    uint32_t code;
    while (clean_next(&text, &character, &code)) {
        bool drop = clean_is_control(code) && code != '\t';
        if (!drop && character.at == run.at + run.len) {
            run.len += character.len;
            continue;
        }
        mime_body_add(body, run);
        if (!drop)
            mime_body_add(body, character);
        run = (struct span){text.at, 0};
    }
    mime_body_add(body, run);
}

enum { START_MAX = 6 };

/* How the line begins on the wire: without controls, cut. */
static struct span clean_start(struct span text, char start[START_MAX])
{
    struct span character;
    uint32_t code;
    size_t len = 0;
    while (len < START_MAX && clean_next(&text, &character, &code))
        if (!clean_is_control(code) || code == '\t')
            start[len++] = code < 0x80 ? (char)code : '?';
    return (struct span){start, len};
}

static bool needs_stuffing(struct span start, bool soft)
{
    struct span from = SPAN_LITERAL("From ");
    bool is_from = start.len >= from.len ? span_equal((struct span){start.at, from.len}, from)
                                         : soft && span_equal(start, SPAN_LITERAL("From"));
    return start.len && (start.at[0] == ' ' || start.at[0] == '>' || is_from);
}

void flow_line(struct mime_body *body, struct span line, bool hard)
{
    char room[START_MAX];
    struct span text = without_trailing_blanks(line), start = clean_start(text, room);
    bool signature = span_equal(start, SPAN_LITERAL("--"));
    bool soft =
        !hard && !signature && start.len && text.len < line.len && line.at[line.len - 1] == ' ';
    if (needs_stuffing(start, soft))
        mime_body_text(body, " ");
    add_clean(body, text);
    mime_body_text(body, soft ? " \n" : "\n");
}

void flow_lines(struct mime_body *body, struct span text)
{
    struct span line;
    while (span_next_line(&text, &line))
        flow_line(body, line, text.len == 0);
}

size_t flow_fit(struct span line)
{
    struct span rest = line, character;
    uint32_t code;
    size_t columns = 0, blank = 0;
    while (clean_next(&rest, &character, &code)) {
        if (++columns > FLOW_COLUMNS && blank)
            return blank;
        if (code == ' ')
            blank = line.len - rest.len;
    }
    return line.len;
}

void flow_text(struct mime_body *body, const char *line)
{
    struct span rest = span_of(line);
    do {
        size_t len = flow_fit(rest);
        flow_line(body, (struct span){rest.at, len}, len == rest.len);
        rest = span_from(rest, len);
    } while (rest.len);
}
