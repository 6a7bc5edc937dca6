/* SPDX-License-Identifier: ISC */
/* Finds the charset, converts, mends line ends. */
#include "render/decode/decode.h"

#include <string.h>
#include "render/decode/letters.h"
#include "render/tokenizer/tokenizer.h"

/* Browsers look for a <meta> in the first bytes, and once more behind them as they read on. */
enum { META_REACH = 1024, LATE_META_REACH = 16 * 1024, GUESS_REACH = 256 * 1024 };

static const char *from_mark(struct span bytes)
{
    static const struct {
        char mark[4];
        size_t len;
        char name[9];
    } marks[] = {
        {"\xEF\xBB\xBF", 3, "utf-8"}, {"\xFE\xFF", 2, "utf-16be"}, {"\xFF\xFE", 2, "utf-16le"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (bytes.len >= marks[i].len && memcmp(bytes.at, marks[i].mark, marks[i].len) == 0)
            return marks[i].name;
    return NULL;
}

/* The value behind `charset=` in what a content type says. */
static struct span charset_parameter(struct span content)
{
    ptrdiff_t at = -1;
    for (size_t i = 0; i + 7 <= content.len && at < 0; i++) {
        struct span rest = span_trim(span_from(content, i));
        if (!span_starts_nocase(rest, SPAN_LITERAL("charset")))
            continue;
        rest = span_trim(span_from(rest, 7));
        if (rest.len && rest.at[0] == '=')
            at = rest.at + 1 - content.at;
    }
    if (at < 0)
        return (struct span){NULL, 0};
    struct span value = span_trim(span_from(content, (size_t)at));
    char quote = value.len && (value.at[0] == '"' || value.at[0] == '\'') ? value.at[0] : '\0';
    if (quote)
        value = span_from(value, 1);
    size_t len = 0;
    while (len < value.len && value.at[len] != quote &&
           (quote || (value.at[len] != ' ' && value.at[len] != ';')))
        len++;
    if (quote && len == value.len)
        return (struct span){NULL, 0};
    return (struct span){value.at, len};
}

static const char *from_meta_token(const struct token *token)
{
    struct span label = token_attr_value(token, "charset");
    if (!label.at &&
        span_equal_nocase(token_attr_value(token, "http-equiv"), SPAN_LITERAL("content-type")))
        label = charset_parameter(token_attr_value(token, "content"));
    const char *name = charset_name(label);
    /* Had it been UTF-16, this could not have been read. */
    return name && strncmp(name, "utf-16", 6) == 0 ? "utf-8" : name;
}

static bool find_meta(void *context, struct tokenizer *tokenizer, const struct token *token)
{
    const char **found = context;
    if (token->kind != TOKEN_START)
        return true;
    if (span_equal(token->name, SPAN_LITERAL("script")))
        tokenizer_switch(tokenizer, TOKENIZER_SCRIPT);
    else if (span_equal(token->name, SPAN_LITERAL("style")))
        tokenizer_switch(tokenizer, TOKENIZER_RAWTEXT);
    else if (span_equal(token->name, SPAN_LITERAL("title")))
        tokenizer_switch(tokenizer, TOKENIZER_RCDATA);
    else if (span_equal(token->name, SPAN_LITERAL("meta")))
        *found = from_meta_token(token);
    return !*found;
}

static const char *from_meta(struct span bytes, size_t reach)
{
    struct buffer head;
    buffer_init(&head, reach * 3);
    if (bytes.len > reach)
        bytes.len = reach;
    const char *found = NULL;
    unsigned cuts;
    if (charset_clean_utf8(bytes, &head))
        tokenizer_run(buffer_span(&head), TOKENIZER_DATA, (struct span){NULL, 0}, find_meta, &found,
                      &cuts);
    buffer_free(&head);
    return found;
}

static const char *from_letters(struct span bytes)
{
    char guess[32];
    if (bytes.len > GUESS_REACH)
        bytes.len = GUESS_REACH;
    if (!letters_guess(bytes, guess))
        return NULL;
    const char *name = charset_name(span_of(guess));
    /* That it is no UTF-8 has been seen; without a mark it is no UTF-16. */
    return name && strncmp(name, "utf-", 4) == 0 ? NULL : name;
}

/* What the page says of itself; NULL when its letters must be counted. */
static const char *from_evidence(struct span bytes, struct span declared, bool is_html)
{
    const char *name = from_mark(bytes);
    if (!name)
        name = charset_name(declared);
    if (!name && is_html)
        name = from_meta(bytes, META_REACH);
    if (name)
        return name;
    /* The escapes of ISO-2022-JP are ASCII and so pass for UTF-8. */
    bool escapes = span_find_byte(bytes, 0x1B) >= 0 && span_find(bytes, SPAN_LITERAL("\x1B$")) >= 0;
    if (!escapes && charset_is_utf8(bytes))
        return "utf-8";
    return is_html ? from_meta(bytes, LATE_META_REACH) : NULL;
}

const char *decode_charset(struct span bytes, struct span declared, bool is_html)
{
    const char *name = from_evidence(bytes, declared, is_html);
    if (!name)
        name = from_letters(bytes);
    if (!name)
        name = charset_is_utf8(bytes) ? "utf-8" : "windows-1252";
    return name;
}

/* Converters of our own, from tables. */
static bool is_plain(const char *name)
{
    return name && (strncmp(name, "utf-", 4) == 0 || strncmp(name, "iso-8859", 8) == 0 ||
                    strncmp(name, "windows-", 8) == 0);
}

void decode_prepare(struct charset_held *held_out)
{
    charset_hold(held_out);
    letters_open();
}

bool decode_is_plain(struct span bytes, struct span declared, bool is_html)
{
    return is_plain(from_evidence(bytes, declared, is_html));
}

static void mend_line_ends(struct buffer *text, size_t from)
{
    char *to = text->len > from ? memchr(text->at + from, '\r', text->len - from) : NULL;
    if (!to)
        return;
    const char *end = text->at + text->len;
    for (const char *at = to; at < end; at++) {
        if (*at == '\r' && at + 1 < end && at[1] == '\n')
            continue;
        *to++ = *at == '\r' ? '\n' : *at;
    }
    text->len = (size_t)(to - text->at);
    text->at[text->len] = '\0';
}

bool decode_text(struct span bytes, struct span declared, bool is_html, struct buffer *out,
                 const char **charset_out)
{
    size_t start = out->len;
    *charset_out = decode_charset(bytes, declared, is_html);
    if (!charset_to_utf8(bytes, span_of(*charset_out), out) && !out->failed) {
        /* Known, but this machine has no converter: what is ASCII in it can still be read. */
        *charset_out = "utf-8";
        charset_clean_utf8(bytes, out);
    }
    mend_line_ends(out, start);
    return !out->failed;
}
