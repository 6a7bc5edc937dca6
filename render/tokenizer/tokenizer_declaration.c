/* SPDX-License-Identifier: ISC */
/* What starts with `<!`: comments, doctypes, and what is read as a comment for want of sense. */
#include "render/tokenizer/tokenizer_parts.h"

#include <string.h>

static void emit_comment(struct tokenizer *tokenizer, size_t start, size_t end)
{
    buffer_clear(&tokenizer->scratch);
    struct span text = {tokenizer->in.at + start, end - start};
    /* A comment of megabytes is nobody's; the NULs of small ones are mended. */
    if (text.len < TOKENIZER_MAX_VALUE && text.len && memchr(text.at, '\0', text.len)) {
        tokenizer_scratch(tokenizer, text, false);
        text = buffer_span(&tokenizer->scratch);
    }
    tokenizer_emit(tokenizer, &(struct token){.kind = TOKEN_COMMENT, .text = text});
}

void tokenizer_bogus(struct tokenizer *tokenizer)
{
    size_t start = tokenizer->at, end = tokenizer_find(tokenizer, start, '>');
    tokenizer->at = end + (end < tokenizer->in.len);
    emit_comment(tokenizer, start, end);
}

/* Behind `<!--`. */
static void take_comment(struct tokenizer *tokenizer)
{
    struct span rest = span_from(tokenizer->in, tokenizer->at);
    size_t start = tokenizer->at, at = start, len = tokenizer->in.len;
    const char *text = tokenizer->in.at;
    size_t empty = span_starts_nocase(rest, SPAN_LITERAL(">"))    ? 1
                   : span_starts_nocase(rest, SPAN_LITERAL("->")) ? 2
                                                                  : 0;
    if (empty) {
        tokenizer->at += empty;
        emit_comment(tokenizer, start, start);
        return;
    }
    for (; (at = tokenizer_find(tokenizer, at, '>')) < len; at++) {
        size_t bang = at > start && text[at - 1] == '!';
        if (at >= start + 2 + bang && memcmp(text + at - 2 - bang, "--", 2) == 0) {
            tokenizer->at = at + 1;
            emit_comment(tokenizer, start, at - 2 - bang);
            return;
        }
    }
    tokenizer->at = len;
    static const char ends[][4] = {"--!", "--", "-"};
    for (size_t i = 0; i < 3; i++) {
        size_t end_len = strlen(ends[i]);
        if (len - start >= end_len && memcmp(text + len - end_len, ends[i], end_len) == 0) {
            len -= end_len;
            break;
        }
    }
    emit_comment(tokenizer, start, len);
}

void tokenizer_declaration(struct tokenizer *tokenizer)
{
    if (tokenizer_sees(tokenizer, "--")) {
        tokenizer->at += 2;
        take_comment(tokenizer);
    } else if (tokenizer_sees(tokenizer, "doctype")) {
        tokenizer->at += 7;
        tokenizer_doctype(tokenizer);
    } else {
        tokenizer_bogus(tokenizer);
    }
}

/* ---- doctype ---- */

struct doctype {
    struct token token;
    size_t name_len, public_at, public_len, system_at, system_len;
    bool has_public, has_system;
};

static int skip_to(struct tokenizer *tokenizer)
{
    while (tokenizer_is_space(tokenizer_peek(tokenizer, 0)))
        tokenizer->at++;
    return tokenizer_peek(tokenizer, 0);
}

/* Takes a quoted identifier to the scratch.  False when the doctype ends inside it. */
static bool take_identifier(struct tokenizer *tokenizer, size_t *at_out, size_t *len_out)
{
    char quote = tokenizer->in.at[tokenizer->at++];
    size_t start = tokenizer->at, end = start;
    while (end < tokenizer->in.len && tokenizer->in.at[end] != quote &&
           tokenizer->in.at[end] != '>')
        end++;
    bool whole = end < tokenizer->in.len && tokenizer->in.at[end] == quote;
    *at_out = tokenizer->scratch.len;
    size_t len = end - start < TOKENIZER_MAX_VALUE ? end - start : 0;
    tokenizer_scratch(tokenizer, (struct span){tokenizer->in.at + start, len}, false);
    *len_out = tokenizer->scratch.len - *at_out;
    tokenizer->at = whole ? end + 1 : end;
    return whole;
}

static bool is_quote(int byte)
{
    return byte == '"' || byte == '\'';
}

/* Everything behind the name.  False when the standard forces quirks. */
static bool take_identifiers(struct tokenizer *tokenizer, struct doctype *doctype)
{
    int byte = skip_to(tokenizer);
    if (byte == '>')
        return true;
    bool is_public = tokenizer_sees(tokenizer, "public");
    if (!is_public && !tokenizer_sees(tokenizer, "system"))
        return false;
    tokenizer->at += 6;
    byte = skip_to(tokenizer);
    if (!is_quote(byte))
        return false;
    if (is_public) {
        doctype->has_public = true;
        if (!take_identifier(tokenizer, &doctype->public_at, &doctype->public_len))
            return false;
        byte = skip_to(tokenizer);
        if (byte == '>')
            return true;
        if (!is_quote(byte))
            return false;
    }
    doctype->has_system = true;
    return take_identifier(tokenizer, &doctype->system_at, &doctype->system_len) &&
           skip_to(tokenizer) >= 0;
}

void tokenizer_doctype(struct tokenizer *tokenizer)
{
    struct doctype doctype = {.token = {.kind = TOKEN_DOCTYPE}};
    buffer_clear(&tokenizer->scratch);
    int byte = skip_to(tokenizer);
    size_t start = tokenizer->at, end = start;
    for (; byte >= 0 && byte != '>' && !tokenizer_is_space(byte);
         byte = tokenizer_peek(tokenizer, 0))
        end = ++tokenizer->at;
    size_t len = end - start < TOKENIZER_MAX_NAME ? end - start : TOKENIZER_MAX_NAME;
    tokenizer_scratch(tokenizer, (struct span){tokenizer->in.at + start, len}, true);
    doctype.name_len = tokenizer->scratch.len;
    doctype.token.force_quirks = !doctype.name_len || !take_identifiers(tokenizer, &doctype);
    end = tokenizer_find(tokenizer, tokenizer->at, '>');
    tokenizer->at = end + (end < tokenizer->in.len);
    const char *scratch = tokenizer->scratch.at;
    if (doctype.name_len)
        doctype.token.name = (struct span){scratch, doctype.name_len};
    if (doctype.has_public)
        doctype.token.public_id = (struct span){scratch + doctype.public_at, doctype.public_len};
    if (doctype.has_system)
        doctype.token.system_id = (struct span){scratch + doctype.system_at, doctype.system_len};
    tokenizer_emit(tokenizer, &doctype.token);
}
