/* SPDX-License-Identifier: ISC */
/* Encoded words in header texts, found and decoded in one pass. */
#include "agent/request/encoded_word.h"

#include "agent/base/charset.h"
#include "agent/request/transfer.h"

enum { CHARSET_LABEL_MAX = 60 };

struct word {
    struct span charset, text;
    char encoding; /* 'B' or 'Q' */
    size_t len;    /* of the whole word */
};

/* Words wait here, decoded into bytes, until it is known that no further one joins them. */
struct decoder {
    struct buffer *out;
    struct buffer bytes;
    struct span charset;
    struct span source; /* as written, in case the charset is not known */
};

/* The run of bytes up to `end`; false when it is not there, or too long, or has a blank in it. */
static bool take_until(struct span *rest, char end, size_t max, struct span *out)
{
    for (size_t i = 0; i < rest->len && i <= max; i++) {
        if (rest->at[i] == end) {
            *out = (struct span){rest->at, i};
            *rest = span_from(*rest, i + 1);
            return true;
        }
        if (rest->at[i] == ' ' || rest->at[i] == '\t' || rest->at[i] == '?')
            return false;
    }
    return false;
}

static bool read_word(struct span text, struct word *word)
{
    struct span rest = span_from(text, 2), encoding;
    if (!span_starts_nocase(text, SPAN_LITERAL("=?")) ||
        !take_until(&rest, '?', CHARSET_LABEL_MAX, &word->charset) ||
        !take_until(&rest, '?', 1, &encoding) || encoding.len != 1 ||
        !take_until(&rest, '?', rest.len, &word->text) || rest.len == 0 || rest.at[0] != '=')
        return false;
    ptrdiff_t language = span_find_byte(word->charset, '*');
    if (language >= 0)
        word->charset.len = (size_t)language;
    word->encoding = (char)(encoding.at[0] & ~0x20);
    word->len = (size_t)(rest.at + 1 - text.at);
    return word->charset.len > 0 && (word->encoding == 'B' || word->encoding == 'Q');
}

/* Hands on the words that wait. */
static void flush(struct decoder *decoder)
{
    if (decoder->source.len == 0)
        return;
    if (!charset_to_utf8(buffer_span(&decoder->bytes), decoder->charset, decoder->out) &&
        !decoder->out->failed)
        buffer_add_span(decoder->out, decoder->source);
    buffer_clear(&decoder->bytes);
    decoder->source = (struct span){NULL, 0};
}

static void add_word(struct decoder *decoder, const struct word *word, struct span source)
{
    if (decoder->source.len > 0 && !span_equal_nocase(decoder->charset, word->charset))
        flush(decoder);
    decoder->charset = word->charset;
    if (decoder->source.len == 0)
        decoder->source = source;
    decoder->source.len = (size_t)(source.at + source.len - decoder->source.at);
    if (word->encoding == 'B')
        transfer_base64(word->text, &decoder->bytes);
    else
        transfer_q_word(word->text, &decoder->bytes);
}

static size_t blanks_at(struct span text, size_t at)
{
    size_t end = at;
    while (end < text.len && (text.at[end] == ' ' || text.at[end] == '\t' || text.at[end] == '\r' ||
                              text.at[end] == '\n'))
        end++;
    return end - at;
}

static void decode(struct decoder *decoder, struct span text)
{
    struct word word;
    size_t at = 0;
    while (at < text.len) {
        size_t blanks = decoder->source.len ? blanks_at(text, at) : 0;
        struct span rest = span_from(text, at + blanks);
        if (read_word(rest, &word)) {
            add_word(decoder, &word, (struct span){rest.at, word.len});
            at += blanks + word.len;
            continue;
        }
        flush(decoder);
        buffer_add(decoder->out, text.at + at, 1);
        at++;
    }
    flush(decoder);
}

bool encoded_word_decode(struct span text, struct buffer *out)
{
    struct buffer raw;
    struct decoder decoder = {.out = &raw};
    buffer_init(&raw, text.len * 4 + 16);
    buffer_init(&decoder.bytes, text.len + 1);
    decode(&decoder, text);
    if (raw.failed)
        out->failed = true;
    else
        charset_clean_line(buffer_span(&raw), out);
    buffer_free_into(&decoder.bytes, out);
    buffer_free_into(&raw, out);
    return !out->failed;
}
