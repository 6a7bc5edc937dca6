/* SPDX-License-Identifier: ISC */
/* Character references: numbers and the standard's names, with and without their semicolon. */
#include "agent/base/charset.h"
#include "render/tokenizer/tokenizer_parts.h"

#include <string.h>

enum { NAME_LONGEST = 31, BARE_LONGEST = 6 };

struct entity {
    uint16_t at;
    uint8_t len, bare; /* bare: counts without `;` as well */
    char text[7];
};

#include "render/tokenizer/entities.inc"

static const struct entity *find_entity(const char *name, size_t len)
{
    size_t low = 0, high = sizeof entities / sizeof *entities;
    while (low < high) {
        size_t middle = (low + high) / 2, other = entities[middle].len;
        int order = memcmp(name, entity_pool + entities[middle].at, len < other ? len : other);
        if (order == 0 && len == other)
            return &entities[middle];
        if (order < 0 || (order == 0 && len < other))
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_alnum(int byte)
{
    return tokenizer_is_letter(byte) || is_digit(byte);
}

static int hex_value(int byte)
{
    if (is_digit(byte))
        return byte - '0';
    int lower = byte | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Pages mean windows-1252 when they say &#128; to &#159;. */
static uint32_t mend_code(uint32_t code)
{
    static const uint16_t windows[32] = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    if (code >= 0x80 && code <= 0x9F)
        return windows[code - 0x80];
    return code ? code : 0xFFFD;
}

static size_t decode_number(struct span text, struct buffer *out)
{
    size_t at = 2;
    bool hex = text.len > at && (text.at[at] == 'x' || text.at[at] == 'X');
    at += hex;
    size_t start = at;
    uint32_t code = 0;
    for (; at < text.len; at++) {
        int value = hex_value((unsigned char)text.at[at]);
        if (value < 0 || (!hex && value > 9))
            break;
        if (code <= 0x10FFFF)
            code = code * (hex ? 16 : 10) + (uint32_t)value;
    }
    if (at == start)
        return 0;
    charset_add(out, mend_code(code));
    return at + (at < text.len && text.at[at] == ';');
}

static size_t decode_name(struct span text, bool in_attribute, struct buffer *out)
{
    const char *name = text.at + 1;
    size_t run = 0, most = text.len - 1;
    while (run < most && run <= NAME_LONGEST && is_alnum((unsigned char)name[run]))
        run++;
    if (run < most && name[run] == ';' && run <= NAME_LONGEST) {
        const struct entity *entity = find_entity(name, run);
        if (entity) {
            buffer_add_text(out, entity->text);
            return run + 2;
        }
    }
    for (size_t len = run < BARE_LONGEST ? run : BARE_LONGEST; len >= 2; len--) {
        const struct entity *entity = find_entity(name, len);
        if (!entity || !entity->bare)
            continue;
        /* In links such as `?a=1&copy=2` and `&copyright` it is no reference. */
        int next = len < most ? (unsigned char)name[len] : -1;
        if (in_attribute && (next == '=' || is_alnum(next)))
            return 0;
        buffer_add_text(out, entity->text);
        return len + 1;
    }
    return 0;
}

size_t reference_decode(struct span text, bool in_attribute, struct buffer *out)
{
    if (text.len < 2)
        return 0;
    return text.at[1] == '#' ? decode_number(text, out) : decode_name(text, in_attribute, out);
}
