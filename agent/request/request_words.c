/* SPDX-License-Identifier: ISC */
/* Lines cut into words; every kind of blank that mail programs put there parts them. */
#include "agent/request/request_urls.h"

#include <string.h>

static bool starts_with(struct span text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.at, prefix, len) == 0;
}

/* The bytes of the blank at the start of the text; 0 when there is none. */
static size_t blank_length(struct span text)
{
    /* No-break, figure and narrow spaces, ideographic space; zero width space and joiners, byte
     * order mark, direction marks. */
    static const char *const blanks[] = {"\xc2\xa0",     "\xe2\x80\x87", "\xe2\x80\xaf",
                                         "\xe3\x80\x80", "\xe2\x80\x8b", "\xe2\x81\xa0",
                                         "\xef\xbb\xbf", "\xe2\x80\x8e", "\xe2\x80\x8f"};
    if (text.len == 0)
        return 0;
    if (text.at[0] == ' ' || (text.at[0] >= '\t' && text.at[0] <= '\r'))
        return 1;
    if ((unsigned char)text.at[0] < 0xc2)
        return 0;
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (starts_with(text, blanks[i]))
            return strlen(blanks[i]);
    return 0;
}

/* The bytes of the blank that ends where the text ends. */
static size_t last_blank_length(struct span text)
{
    for (size_t len = 1; len <= 3 && len <= text.len; len++)
        if (blank_length(span_from(text, text.len - len)) == len)
            return len;
    return 0;
}

struct span request_trim(struct span text)
{
    size_t len;
    while ((len = blank_length(text)) > 0)
        text = span_from(text, len);
    while ((len = last_blank_length(text)) > 0)
        text.len -= len;
    return text;
}

static bool parts_words(char c)
{
    return c == '<' || c == '>' || c == '"';
}

bool request_word_next(struct span *line, struct request_word *word_out)
{
    size_t len;
    *word_out = (struct request_word){.bracketed = false};
    while (line->len > 0) {
        len = blank_length(*line);
        if (len == 0 && !parts_words(line->at[0]))
            break;
        if (len == 0)
            word_out->bracketed = line->at[0] == '<';
        *line = span_from(*line, len ? len : 1);
    }
    for (len = 0; len < line->len && !parts_words(line->at[len]); len++)
        if (blank_length(span_from(*line, len)) > 0)
            break;
    word_out->text = (struct span){line->at, len};
    *line = span_from(*line, len);
    return len > 0;
}
