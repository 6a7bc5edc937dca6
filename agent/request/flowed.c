/* SPDX-License-Identifier: ISC */
/* Lines that a mail program broke softly are put together again (RFC 3676). */
#include "agent/request/mime.h"

struct line {
    struct span text;
    size_t depth; /* of quoting */
    bool soft;    /* goes on in the next line */
};

static struct line read_line(struct span raw, bool delete_space)
{
    struct line line = {.text = raw};
    while (line.depth < raw.len && raw.at[line.depth] == '>')
        line.depth++;
    line.text = span_from(raw, line.depth);
    if (line.text.len > 0 && line.text.at[0] == ' ')
        line.text = span_from(line.text, 1);
    line.soft = line.text.len > 0 && line.text.at[line.text.len - 1] == ' ' &&
                !span_equal(line.text, SPAN_LITERAL("-- "));
    if (line.soft && delete_space)
        line.text.len--;
    return line;
}

static void begin_line(struct buffer *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        buffer_add_byte(out, '>');
    if (depth > 0)
        buffer_add_byte(out, ' ');
}

bool flowed_join(struct span text, bool delete_space, struct buffer *out)
{
    struct span rest = text, raw;
    struct line before = {.soft = false};
    bool first = true;
    while (span_next_line(&rest, &raw)) {
        struct line line = read_line(raw, delete_space);
        bool signature = span_equal(line.text, SPAN_LITERAL("-- "));
        bool joins = before.soft && before.depth == line.depth && !signature;
        if (!joins && !first)
            buffer_add_byte(out, '\n');
        if (!joins)
            begin_line(out, line.depth);
        buffer_add_span(out, line.text);
        before = line;
        first = false;
    }
    if (!first)
        buffer_add_byte(out, '\n');
    return !out->failed;
}
