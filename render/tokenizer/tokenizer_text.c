/* SPDX-License-Identifier: ISC */
/* Text: in data with its references, and raw text up to the end tag that leaves it. */
#include "render/tokenizer/tokenizer_parts.h"

#include <string.h>

/* Text around references is put together up to this many bytes. */
enum { JOINED_MAX = 4096 };

static void emit_span(struct tokenizer *tokenizer, struct span text)
{
    if (text.len)
        tokenizer_emit(tokenizer, &(struct token){.kind = TOKEN_TEXT, .text = text});
}

/* Emits a run without references; outside data a NUL is shown as U+FFFD. */
static void emit_run(struct tokenizer *tokenizer, struct span run)
{
    ptrdiff_t nul = -1;
    while (tokenizer->state != TOKENIZER_DATA && !tokenizer->stopped &&
           (nul = span_find_byte(run, '\0')) >= 0) {
        emit_span(tokenizer, (struct span){run.at, (size_t)nul});
        emit_span(tokenizer, SPAN_LITERAL("\uFFFD"));
        run = span_from(run, (size_t)nul + 1);
    }
    emit_span(tokenizer, run);
}

static bool reads_references(const struct tokenizer *tokenizer)
{
    return tokenizer->state == TOKENIZER_DATA || tokenizer->state == TOKENIZER_RCDATA;
}

static void flush(struct tokenizer *tokenizer)
{
    tokenizer->stopped |= tokenizer->scratch.failed;
    emit_run(tokenizer, buffer_span(&tokenizer->scratch));
    buffer_clear(&tokenizer->scratch);
}

void tokenizer_emit_text(struct tokenizer *tokenizer, size_t end)
{
    if (end > tokenizer->in.len)
        end = tokenizer->in.len;
    struct span text = {tokenizer->in.at + tokenizer->at, end - tokenizer->at};
    tokenizer->at = end;
    struct buffer *scratch = &tokenizer->scratch;
    ptrdiff_t amp;
    buffer_clear(scratch);
    while (reads_references(tokenizer) && !tokenizer->stopped &&
           (amp = span_find_byte(text, '&')) >= 0) {
        struct span before = {text.at, (size_t)amp};
        if (scratch->len + before.len > JOINED_MAX) {
            flush(tokenizer);
            emit_run(tokenizer, before);
        } else {
            buffer_add_span(scratch, before);
        }
        text = span_from(text, before.len);
        size_t used = reference_decode(text, false, scratch);
        if (!used) /* the ampersand stands for itself */
            buffer_add_byte(scratch, '&');
        text = span_from(text, used ? used : 1);
    }
    if (scratch->len && text.len <= JOINED_MAX) {
        buffer_add_span(scratch, text);
        text.len = 0;
    }
    flush(tokenizer);
    emit_run(tokenizer, text);
}

/* True when the name and what ends a name in a tag stand at `at`. */
static bool names_tag(const struct tokenizer *tokenizer, size_t at, struct span name)
{
    struct span rest = span_from(tokenizer->in, at);
    if (rest.len <= name.len || !span_starts_nocase(rest, name))
        return false;
    char end = rest.at[name.len];
    return tokenizer_is_space((unsigned char)end) || end == '/' || end == '>';
}

/* True when the end tag of the element that this text belongs to stands at `at`. */
static bool ends_here(const struct tokenizer *tokenizer, size_t at)
{
    struct span name = {tokenizer->last_start, tokenizer->last_start_len};
    return name.len && at + 1 < tokenizer->in.len && tokenizer->in.at[at + 1] == '/' &&
           names_tag(tokenizer, at + 2, name);
}

static size_t find_end_tag(const struct tokenizer *tokenizer)
{
    size_t at = tokenizer->at;
    while ((at = tokenizer_find(tokenizer, at, '<')) < tokenizer->in.len) {
        if (ends_here(tokenizer, at))
            return at;
        at++;
    }
    return at;
}

enum script_mode { SCRIPT_PLAIN, SCRIPT_ESCAPED, SCRIPT_DOUBLE };

/* At `<` in a script: the mode behind it; *end_out when it is the end of the script. */
static enum script_mode script_step(const struct tokenizer *tokenizer, size_t at,
                                    enum script_mode mode, bool *end_out)
{
    struct span rest = span_from(tokenizer->in, at);
    if (mode == SCRIPT_PLAIN && span_starts_nocase(rest, SPAN_LITERAL("<!--")))
        return SCRIPT_ESCAPED;
    if (mode == SCRIPT_ESCAPED && names_tag(tokenizer, at + 1, SPAN_LITERAL("script")))
        return SCRIPT_DOUBLE;
    if (mode == SCRIPT_DOUBLE && names_tag(tokenizer, at + 1, SPAN_LITERAL("/script")))
        return SCRIPT_ESCAPED;
    *end_out = mode != SCRIPT_DOUBLE && ends_here(tokenizer, at);
    return mode;
}

/* Inside `<!--` of a script its end tag still ends it, unless a `<script` came in between. */
static size_t find_script_end(const struct tokenizer *tokenizer)
{
    const char *text = tokenizer->in.at;
    enum script_mode mode = SCRIPT_PLAIN;
    size_t at = tokenizer->at, dashes = 0;
    for (; at < tokenizer->in.len; at++) {
        if (mode == SCRIPT_PLAIN)
            at = tokenizer_find(tokenizer, at, '<');
        if (at == tokenizer->in.len)
            break;
        if (text[at] == '-') {
            dashes++;
            continue;
        }
        if (text[at] == '>' && dashes >= 2)
            mode = SCRIPT_PLAIN;
        dashes = 0;
        if (text[at] != '<')
            continue;
        bool end = false;
        enum script_mode next = script_step(tokenizer, at, mode, &end);
        if (end)
            return at;
        if (mode == SCRIPT_PLAIN && next == SCRIPT_ESCAPED) {
            at += 3;
            dashes = 2;
        }
        mode = next;
    }
    return at;
}

void tokenizer_raw(struct tokenizer *tokenizer)
{
    size_t end = tokenizer->in.len;
    if (tokenizer->state == TOKENIZER_SCRIPT)
        end = find_script_end(tokenizer);
    else if (tokenizer->state != TOKENIZER_PLAINTEXT)
        end = find_end_tag(tokenizer);
    tokenizer_emit_text(tokenizer, end);
    if (tokenizer->at < tokenizer->in.len && !tokenizer->stopped) {
        tokenizer->at += 2;
        tokenizer_tag(tokenizer, true);
    }
}
