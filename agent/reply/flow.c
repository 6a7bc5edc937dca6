/* SPDX-License-Identifier: ISC */
/* format=flowed out of document lines. */
#include "agent/reply/flow.h"

#include "agent/reply/clean.h"

enum { FLOW_COLUMNS = 74 };

static struct span without_trailing_blanks(struct span line)
{
    while (line.len && (line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '\r' ||
                        line.at[line.len - 1] == '\t'))
        line.len--;
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

static struct span without_leading_controls(struct span line)
{
    struct span rest = line, character;
    uint32_t code;
    while (clean_next(&rest, &character, &code) && clean_is_control(code) && code != '\t')
        line = rest;
    return line;
}

static bool needs_stuffing(struct span line)
{
    struct span from = SPAN_LITERAL("From ");
    return line.len &&
           (line.at[0] == ' ' || line.at[0] == '>' ||
            (line.len >= from.len && span_equal((struct span){line.at, from.len}, from)));
}

void flow_line(struct mime_body *body, struct span line, bool hard)
{
    struct span text = without_leading_controls(without_trailing_blanks(line));
    bool signature = span_equal(text, SPAN_LITERAL("--"));
    bool soft =
        !hard && !signature && text.len && text.len < line.len && line.at[line.len - 1] == ' ';
    if (needs_stuffing(text))
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
