/* SPDX-License-Identifier: ISC */
/* The data state, tags and attributes. */
#include "render/tokenizer/tokenizer_parts.h"

#include <string.h>

enum { SCRATCH_MAX = 2 * 1024 * 1024 };

int tokenizer_peek(const struct tokenizer *tokenizer, size_t ahead)
{
    size_t at = tokenizer->at + ahead;
    return at < tokenizer->in.len ? (unsigned char)tokenizer->in.at[at] : -1;
}

bool tokenizer_is_space(int byte)
{
    return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\f' || byte == '\r';
}

bool tokenizer_is_letter(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool tokenizer_sees(const struct tokenizer *tokenizer, const char *word)
{
    return span_starts_nocase(span_from(tokenizer->in, tokenizer->at), span_of(word));
}

size_t tokenizer_find(const struct tokenizer *tokenizer, size_t from, char byte)
{
    if (from >= tokenizer->in.len)
        return tokenizer->in.len;
    const char *found = memchr(tokenizer->in.at + from, byte, tokenizer->in.len - from);
    return found ? (size_t)(found - tokenizer->in.at) : tokenizer->in.len;
}

void tokenizer_emit(struct tokenizer *tokenizer, const struct token *token)
{
    if (tokenizer->stopped)
        return;
    if (++tokenizer->tokens > TOKENIZER_MAX_TOKENS) {
        tokenizer->cuts |= TOKENIZER_CUT_TOKENS;
        tokenizer->at = tokenizer->in.len;
        return;
    }
    if (tokenizer->scratch.failed || !tokenizer->sink(tokenizer->context, tokenizer, token))
        tokenizer->stopped = true;
}

void tokenizer_scratch(struct tokenizer *tokenizer, struct span text, bool lower)
{
    struct buffer *scratch = &tokenizer->scratch;
    size_t start = scratch->len;
    ptrdiff_t nul;
    while ((nul = span_find_byte(text, '\0')) >= 0) {
        buffer_add(scratch, text.at, (size_t)nul);
        buffer_add_text(scratch, "\uFFFD");
        text = span_from(text, (size_t)nul + 1);
    }
    buffer_add_span(scratch, text);
    for (size_t i = start; lower && i < scratch->len; i++)
        if (scratch->at[i] >= 'A' && scratch->at[i] <= 'Z')
            scratch->at[i] = (char)(scratch->at[i] + 32);
}

/* Shortens to `max` bytes without cutting through a character. */
static struct span cut_text(struct span text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max && ((unsigned char)text.at[max] & 0xC0) == 0x80)
        max--;
    text.len = max;
    return text;
}

static struct span take_name(struct tokenizer *tokenizer, bool of_attribute)
{
    struct span rest = span_from(tokenizer->in, tokenizer->at);
    size_t len = 0;
    /* A name may start with `=`, which then is part of it. */
    for (; len < rest.len; len++) {
        char byte = rest.at[len];
        if (byte == '>' || byte == '/' || tokenizer_is_space(byte) ||
            (byte == '=' && of_attribute && len))
            break;
    }
    tokenizer->at += len;
    return cut_text((struct span){rest.at, len}, TOKENIZER_MAX_NAME);
}

static void skip_spaces(struct tokenizer *tokenizer)
{
    while (tokenizer_is_space(tokenizer_peek(tokenizer, 0)))
        tokenizer->at++;
}

/* The raw value behind `=`, reading place behind it.  At the end of the page the tag is lost. */
static struct span take_value(struct tokenizer *tokenizer)
{
    skip_spaces(tokenizer);
    int quote = tokenizer_peek(tokenizer, 0);
    size_t start = tokenizer->at, end;
    if (quote == '"' || quote == '\'') {
        start++;
        end = tokenizer_find(tokenizer, start, (char)quote);
        tokenizer->at = end + (end < tokenizer->in.len);
        if (end == tokenizer->in.len)
            start = end;
    } else {
        const char *in = tokenizer->in.at;
        for (end = start; end < tokenizer->in.len; end++)
            if (in[end] == '>' || tokenizer_is_space(in[end]))
                break;
        tokenizer->at = end;
    }
    return (struct span){tokenizer->in.at + start, end - start};
}

static void decode_value(struct tokenizer *tokenizer, struct span raw)
{
    struct span value = cut_text(raw, TOKENIZER_MAX_VALUE);
    if (value.len < raw.len)
        tokenizer->cuts |= TOKENIZER_CUT_VALUE;
    ptrdiff_t amp;
    while ((amp = span_find_byte(value, '&')) >= 0) {
        tokenizer_scratch(tokenizer, (struct span){value.at, (size_t)amp}, false);
        value = span_from(value, (size_t)amp);
        size_t used = reference_decode(value, true, &tokenizer->scratch);
        if (!used) {
            buffer_add_byte(&tokenizer->scratch, '&');
            used = 1;
        }
        value = span_from(value, used);
    }
    tokenizer_scratch(tokenizer, value, false);
}

/* The scratch moves as it grows: until the tag is whole, spans hold offsets into it. */
struct piece {
    size_t at, len;
};

struct pieces {
    struct piece names[TOKENIZER_MAX_ATTRS], values[TOKENIZER_MAX_ATTRS];
    size_t count;
};

static bool has_name(const struct tokenizer *tokenizer, const struct pieces *pieces,
                     struct piece name)
{
    const char *at = tokenizer->scratch.at;
    for (size_t i = 0; i < pieces->count; i++)
        if (pieces->names[i].len == name.len &&
            memcmp(at + pieces->names[i].at, at + name.at, name.len) == 0)
            return true;
    return false;
}

static void take_attribute(struct tokenizer *tokenizer, struct pieces *pieces)
{
    struct buffer *scratch = &tokenizer->scratch;
    struct span name = take_name(tokenizer, true), value = {NULL, 0};
    skip_spaces(tokenizer);
    if (tokenizer_peek(tokenizer, 0) == '=') {
        tokenizer->at++;
        value = take_value(tokenizer);
    }
    if (pieces->count == TOKENIZER_MAX_ATTRS) {
        tokenizer->cuts |= TOKENIZER_CUT_ATTRS;
        return;
    }
    struct piece piece = {scratch->len, 0};
    tokenizer_scratch(tokenizer, name, true);
    piece.len = scratch->len - piece.at;
    if (scratch->failed || has_name(tokenizer, pieces, piece))
        return;
    pieces->names[pieces->count] = piece;
    piece.at = scratch->len;
    decode_value(tokenizer, value);
    piece.len = scratch->len - piece.at;
    pieces->values[pieces->count++] = piece;
}

static void emit_tag(struct tokenizer *tokenizer, struct token *token, size_t name_len,
                     const struct pieces *pieces)
{
    const char *scratch = tokenizer->scratch.at;
    for (size_t i = 0; i < pieces->count; i++)
        tokenizer->attrs[i] = (struct token_attr){
            {scratch + pieces->names[i].at, pieces->names[i].len},
            {scratch + pieces->values[i].at, pieces->values[i].len},
        };
    token->name = (struct span){scratch, name_len};
    token->attrs = tokenizer->attrs;
    token->attr_count = pieces->count;
    tokenizer->state = TOKENIZER_DATA;
    if (token->kind == TOKEN_START && name_len < sizeof tokenizer->last_start) {
        memcpy(tokenizer->last_start, scratch, name_len);
        tokenizer->last_start_len = name_len;
    }
    tokenizer_emit(tokenizer, token);
}

void tokenizer_tag(struct tokenizer *tokenizer, bool is_end)
{
    struct token token = {.kind = is_end ? TOKEN_END : TOKEN_START};
    struct pieces pieces;
    pieces.count = 0;
    buffer_clear(&tokenizer->scratch);
    tokenizer_scratch(tokenizer, take_name(tokenizer, false), true);
    size_t name_len = tokenizer->scratch.len;
    int byte;
    while ((byte = tokenizer_peek(tokenizer, 0)) >= 0 && byte != '>') {
        if (byte == '/') {
            token.self_closing = tokenizer_peek(tokenizer, 1) == '>';
            tokenizer->at++;
        } else if (tokenizer_is_space(byte)) {
            tokenizer->at++;
        } else {
            take_attribute(tokenizer, &pieces);
        }
    }
    if (byte < 0) /* a tag without an end is lost */
        return;
    tokenizer->at++;
    if (!tokenizer->scratch.failed)
        emit_tag(tokenizer, &token, name_len, &pieces);
    else
        tokenizer->stopped = true;
}

/* The next `<` that starts something. */
static size_t find_markup(const struct tokenizer *tokenizer)
{
    size_t at = tokenizer_find(tokenizer, tokenizer->at, '<');
    while (at + 1 < tokenizer->in.len) {
        char next = tokenizer->in.at[at + 1];
        if (tokenizer_is_letter(next) || next == '/' || next == '!' || next == '?')
            return at;
        at = next == '<' ? at + 1 : tokenizer_find(tokenizer, at + 1, '<');
    }
    return tokenizer->in.len;
}

/* At `<` in the data state, with something behind it. */
static void open_markup(struct tokenizer *tokenizer)
{
    int next = tokenizer_peek(tokenizer, 1), third = tokenizer_peek(tokenizer, 2);
    if (tokenizer_is_letter(next)) {
        tokenizer->at++;
        tokenizer_tag(tokenizer, false);
    } else if (next == '/' && tokenizer_is_letter(third)) {
        tokenizer->at += 2;
        tokenizer_tag(tokenizer, true);
    } else if (next == '/' && third == '>') {
        tokenizer->at += 3;
    } else if (next == '!') {
        tokenizer->at += 2;
        tokenizer_declaration(tokenizer);
    } else if (next == '?' || third >= 0) {
        tokenizer->at += next == '?' ? 1 : 2;
        tokenizer_bogus(tokenizer);
    } else {
        tokenizer_emit_text(tokenizer, tokenizer->in.len);
    }
}

bool tokenizer_run(struct span text, enum tokenizer_state state, struct span last_start,
                   token_sink *sink, void *context, unsigned *cuts_out)
{
    struct tokenizer tokenizer = {.in = text, .state = state, .sink = sink, .context = context};
    buffer_init(&tokenizer.scratch, SCRATCH_MAX);
    if (last_start.len && last_start.len < sizeof tokenizer.last_start) {
        memcpy(tokenizer.last_start, last_start.at, last_start.len);
        tokenizer.last_start_len = last_start.len;
    }
    while (tokenizer.at < tokenizer.in.len && !tokenizer.stopped) {
        if (tokenizer.state != TOKENIZER_DATA) {
            tokenizer_raw(&tokenizer);
            continue;
        }
        tokenizer_emit_text(&tokenizer, find_markup(&tokenizer));
        if (tokenizer.at < tokenizer.in.len && !tokenizer.stopped)
            open_markup(&tokenizer);
    }
    buffer_free(&tokenizer.scratch);
    *cuts_out = tokenizer.cuts;
    return !tokenizer.stopped;
}

void tokenizer_switch(struct tokenizer *tokenizer, enum tokenizer_state state)
{
    tokenizer->state = state;
}

struct span token_attr_value(const struct token *token, const char *name)
{
    struct span wanted = span_of(name);
    for (size_t i = 0; i < token->attr_count; i++)
        if (span_equal(token->attrs[i].name, wanted))
            return token->attrs[i].value;
    return (struct span){NULL, 0};
}
