/* SPDX-License-Identifier: ISC */
/*
 * span: a run of bytes that somebody else owns.  Not NUL-terminated, may hold any byte; the
 * common currency between parsers.  An absent text is {NULL, 0}.
 */
#ifndef WWW4MAIL_BASE_SPAN_H
#define WWW4MAIL_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *at;
    size_t len;
};

#define SPAN_LITERAL(text) ((struct span){(text), sizeof(text) - 1})

/* The span of a C string; NULL gives the absent span. */
static inline struct span span_of(const char *text)
{
    return (struct span){text, text ? strlen(text) : 0};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* ASCII letters are compared without case, every other byte as it is. */
bool span_equal_nocase(struct span a, struct span b);
bool span_starts_nocase(struct span text, struct span prefix);

/* Without leading and trailing blanks, tabs, CR and LF. */
struct span span_trim(struct span text);

/* From `from` to the end; empty when `from` lies beyond it. */
static inline struct span span_from(struct span text, size_t from)
{
    if (from > text.len)
        from = text.len;
    return (struct span){text.at ? text.at + from : NULL, text.len - from};
}

/* Position of the byte or text, or -1. */
static inline ptrdiff_t span_find_byte(struct span text, char byte)
{
    const char *hit = text.len ? (const char *)memchr(text.at, byte, text.len) : NULL;
    return hit ? hit - text.at : -1;
}
ptrdiff_t span_find(struct span text, struct span wanted);

/*
 * Takes the next line off `rest` (its LF or CRLF is consumed and not part of the line).
 * False when nothing is left.
 */
bool span_next_line(struct span *rest, struct span *line_out);

/* Takes the next run of bytes that are not blank or tab; false when none is left. */
bool span_next_word(struct span *rest, struct span *word_out);

/* Decimal digits only, the whole span; false on anything else or on overflow. */
bool span_to_u64(struct span text, uint64_t *value_out);

/* True when the glob `pattern` covers all of `text`.  `*` is any run of bytes, `?` any one byte,
 * everything else stands for itself, ASCII letters without case.  Linear in practice: the last
 * star only is retried, so no pattern can be made to backtrack exponentially. */
bool span_matches_glob(struct span text, struct span pattern);

#endif
