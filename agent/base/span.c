/* SPDX-License-Identifier: ISC */
/* Runs of bytes: comparing, cutting, matching.  Allocates nothing. */
#include "agent/base/span.h"

#include <string.h>

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool span_starts_nocase(struct span text, struct span prefix)
{
    if (text.len < prefix.len)
        return false;
    for (size_t i = 0; i < prefix.len; i++)
        if (lower(text.at[i]) != lower(prefix.at[i]))
            return false;
    return true;
}

bool span_equal_nocase(struct span a, struct span b)
{
    return a.len == b.len && span_starts_nocase(a, b);
}

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span text)
{
    while (text.len > 0 && is_white(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && is_white(text.at[text.len - 1]))
        text.len--;
    return text;
}

ptrdiff_t span_find(struct span text, struct span wanted)
{
    if (wanted.len == 0)
        return 0;
    const char *hit = text.len ? memmem(text.at, text.len, wanted.at, wanted.len) : NULL;
    return hit ? hit - text.at : -1;
}

bool span_next_line(struct span *rest, struct span *line_out)
{
    if (rest->len == 0)
        return false;
    ptrdiff_t end = span_find_byte(*rest, '\n');
    size_t len = end < 0 ? rest->len : (size_t)end;
    *line_out = (struct span){rest->at, len};
    if (len > 0 && end >= 0 && rest->at[len - 1] == '\r')
        line_out->len--;
    *rest = span_from(*rest, end < 0 ? len : len + 1);
    return true;
}

bool span_next_word(struct span *rest, struct span *word_out)
{
    while (rest->len > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t'))
        *rest = span_from(*rest, 1);
    if (rest->len == 0)
        return false;
    size_t len = 0;
    while (len < rest->len && rest->at[len] != ' ' && rest->at[len] != '\t')
        len++;
    *word_out = (struct span){rest->at, len};
    *rest = span_from(*rest, len);
    return true;
}

bool span_to_u64(struct span text, uint64_t *value_out)
{
    uint64_t value = 0;
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)(text.at[i] - '0');
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *value_out = value;
    return true;
}

bool span_matches_glob(struct span text, struct span pattern)
{
    size_t t = 0, p = 0, star = SIZE_MAX, resume = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.len &&
                   (pattern.at[p] == '?' || lower(pattern.at[p]) == lower(text.at[t]))) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}
