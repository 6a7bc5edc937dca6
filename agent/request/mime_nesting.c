/* SPDX-License-Identifier: ISC */
/*
 * A look at a raw mail before a parser that recurses may have it.  Counts in everything that looks
 * like a header field, wherever it stands; errs towards refusing.
 */
#include "agent/request/mime.h"

struct nesting {
    size_t comments, boundaries, messages;
    size_t depth;    /* of '(' in this field */
    bool field;      /* inside a field or its continuation lines */
    bool type_field; /* and it is a Content-Type */
};

/* The length of a field's name, when the line begins with one and a colon; else 0. */
static size_t field_name_length(struct span line)
{
    size_t len = 0, colon;
    while (len < line.len && line.at[len] > ' ' && line.at[len] < 0x7f && line.at[len] != ':')
        len++;
    for (colon = len; colon < line.len && (line.at[colon] == ' ' || line.at[colon] == '\t');)
        colon++;
    return colon < line.len && line.at[colon] == ':' ? len : 0;
}

static size_t count_word(struct span line, struct span word)
{
    size_t count = 0;
    for (size_t i = 0; i + word.len <= line.len; i++)
        count += (line.at[i] | 0x20) == word.at[0] && span_starts_nocase(span_from(line, i), word);
    return count;
}

/* A bracket behind a backslash does not close: a parser that starts elsewhere may see it so. */
static void count_comments(struct nesting *nesting, struct span line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.at[i] == '(')
            nesting->depth++;
        else if (line.at[i] == ')' && nesting->depth > 0 && !(i > 0 && line.at[i - 1] == '\\'))
            nesting->depth--;
        if (nesting->depth > nesting->comments)
            nesting->comments = nesting->depth;
    }
}

static void look_at_line(struct nesting *nesting, struct span line)
{
    bool goes_on = line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
    if (!goes_on) {
        size_t name = field_name_length(line);
        nesting->depth = 0;
        nesting->field = name > 0;
        nesting->type_field =
            span_equal_nocase((struct span){line.at, name}, SPAN_LITERAL("content-type"));
    }
    if (!nesting->field)
        return;
    count_comments(nesting, line);
    if (!nesting->type_field)
        return;
    nesting->boundaries += count_word(line, SPAN_LITERAL("boundary"));
    nesting->messages += count_word(line, SPAN_LITERAL("rfc822"));
}

/* Lone CR ends a line for some parsers, so it does here as well. */
static bool next_line(struct span *rest, struct span *line_out)
{
    size_t len = 0;
    if (rest->len == 0)
        return false;
    while (len < rest->len && rest->at[len] != '\n' && rest->at[len] != '\r')
        len++;
    *line_out = (struct span){rest->at, len};
    if (len + 1 < rest->len && rest->at[len] == '\r' && rest->at[len + 1] == '\n')
        len++;
    *rest = span_from(*rest, len + 1);
    return true;
}

const char *mime_nesting(struct span mail)
{
    struct nesting nesting = {.comments = 0};
    struct span line;
    while (next_line(&mail, &line)) {
        look_at_line(&nesting, line);
        if (nesting.comments > NESTING_MAX_COMMENTS)
            return "comments";
        if (nesting.boundaries > NESTING_MAX_BOUNDARIES)
            return "parts";
        if (nesting.messages > NESTING_MAX_MESSAGES)
            return "messages";
    }
    return NULL;
}
