/* SPDX-License-Identifier: ISC */
/* UTF-8 checked by hand (RFC 3629: no surrogates, no over-long forms) and one-line texts. */
#include "agent/reply/clean.h"

#include <string.h>

enum { REPLACEMENT = 0xFFFD, NAME_MAX_BYTES = 100, EXTENSION_MAX_BYTES = 12 };

/* Length of the sequence that a first byte announces, its payload in *code_out; 0: no first byte. */
static size_t sequence_length(unsigned char first, uint32_t *code_out)
{
    if (first < 0x80) {
        *code_out = first;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        *code_out = first & 0x1F;
        return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        *code_out = first & 0x0F;
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        *code_out = first & 0x07;
        return 4;
    }
    return 0;
}

/* The length of a sound character at the start of `text`, or 0. */
static size_t character_length(struct span text, uint32_t *code_out)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)text.at;
    uint32_t code = 0;
    size_t len = sequence_length(at[0], &code);
    if (len == 0 || len > text.len)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3F);
    }
    if (code < least[len] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *code_out = code;
    return len;
}

bool clean_next(struct span *rest, struct span *character_out, uint32_t *code_out)
{
    if (rest->len == 0)
        return false;
    size_t len = character_length(*rest, code_out);
    if (len) {
        *character_out = (struct span){rest->at, len};
    } else {
        *character_out = SPAN_LITERAL("\xEF\xBF\xBD");
        *code_out = REPLACEMENT;
        len = 1;
    }
    *rest = span_from(*rest, len);
    return true;
}

bool clean_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

static bool is_blank(uint32_t code)
{
    return code == ' ' || clean_is_control(code) || code == 0x2028 || code == 0x2029;
}

/* Embeddings, overrides, isolates and a stray byte order mark. */
static bool turns_line(uint32_t code)
{
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF;
}

/* A run of characters being copied within its limits. */
struct copy {
    char *at;
    size_t len, characters, max_characters, max_bytes;
    size_t fallback; /* length at which "..." still fits */
};

/* False, and the copy ends in "...", when there is no room for one more. */
static bool copy_character(struct copy *copy, struct span character)
{
    if (copy->characters == copy->max_characters || copy->len + character.len > copy->max_bytes) {
        copy->len = copy->fallback;
        while (copy->len && copy->at[copy->len - 1] == ' ')
            copy->len--;
        memcpy(copy->at + copy->len, "...", 3);
        copy->len += 3;
        return false;
    }
    memcpy(copy->at + copy->len, character.at, character.len);
    copy->len += character.len;
    copy->characters++;
    if (copy->characters + 3 <= copy->max_characters && copy->len + 3 <= copy->max_bytes)
        copy->fallback = copy->len;
    return true;
}

char *clean_line(struct arena *arena, struct span text, size_t max_characters, size_t max_bytes)
{
    if (max_bytes > 3 * text.len)
        max_bytes = 3 * text.len; /* a replacement character is as long as three bytes */
    struct copy copy = {.max_characters = max_characters, .max_bytes = max_bytes};
    copy.at = arena_alloc(arena, max_bytes + 4);
    if (!copy.at)
        return NULL;
    struct span character;
    uint32_t code;
    bool blank = false;
    while (clean_next(&text, &character, &code)) {
        if (turns_line(code))
            continue;
        if (is_blank(code)) {
            blank = copy.len > 0;
            continue;
        }
        if (blank && !copy_character(&copy, SPAN_LITERAL(" ")))
            break;
        blank = false;
        if (!copy_character(&copy, character))
            break;
    }
    copy.at[copy.len] = '\0';
    return copy.at;
}

static struct span last_segment(struct span name)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.at[i - 1] == '/' || name.at[i - 1] == '\\')
            return span_from(name, i);
    return name;
}

/* Cuts the stem at a character so that stem and extension fit. */
static void shorten_name(char *name)
{
    size_t len = strlen(name);
    if (len <= NAME_MAX_BYTES)
        return;
    const char *dot = strrchr(name, '.');
    size_t extension = dot ? len - (size_t)(dot - name) : 0;
    if (extension > EXTENSION_MAX_BYTES)
        extension = 0;
    size_t keep = NAME_MAX_BYTES - extension;
    while (keep > 1 && ((unsigned char)name[keep] & 0xC0) == 0x80)
        keep--;
    memmove(name + keep, name + len - extension, extension);
    name[keep + extension] = '\0';
}

char *clean_file_name(struct arena *arena, struct span name)
{
    char *clean = clean_line(arena, last_segment(name), 1000, 4000);
    if (!clean)
        return NULL;
    for (char *at = clean; *at; at++)
        if (strchr("/\\:*?\"<>|", *at))
            *at = '_';
    while (*clean == '.')
        clean++;
    shorten_name(clean);
    return *clean ? clean : arena_copy(arena, "page");
}

char *clean_plain_name(struct arena *arena, const char *file_name)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
    char *name = arena_alloc(arena, strlen(file_name) + 1);
    if (!name)
        return NULL;
    size_t len = 0;
    for (const char *at = file_name; *at; at++) {
        bool keep = strchr(plain, *at) && !(*at == '-' && len == 0);
        if (keep || len == 0 || name[len - 1] != '_')
            name[len++] = keep ? *at : '_';
    }
    return name;
}
