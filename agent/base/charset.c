/* SPDX-License-Identifier: ISC */
/*
 * Single-byte encodings and UTF-16 by our own tables, since a process without files must still read
 * them; the large East Asian ones by iconv.
 */
#include "agent/base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "agent/base/charset.inc"

enum { LABEL_MAX = 20, NAME_MAX_LEN = 16, REPLACEMENT = 0xFFFD };

struct label {
    char text[LABEL_MAX], name[NAME_MAX_LEN];
};

#include "agent/base/charset_labels.inc"

#define NAME_ENTRY(name) name,
static const char single_names[][NAME_MAX_LEN] = {CHARSET_SINGLE(NAME_ENTRY)};
#undef NAME_ENTRY

/* The standard's name, then what C libraries call it, the best first. */
static const char converter_names[CHARSET_HELD][3][NAME_MAX_LEN] = {
    {"shift_jis", "CP932", "SHIFT_JIS"}, {"euc-jp", "EUC-JP-MS", "EUC-JP"},
    {"iso-2022-jp", "ISO-2022-JP", ""},  {"gb18030", "GB18030", ""},
    {"big5", "BIG5-HKSCS", "BIG5"},      {"euc-kr", "CP949", "EUC-KR"},
};

const char *charset_name(struct span label)
{
    char text[LABEL_MAX];
    label = span_trim(label);
    if (label.len == 0 || label.len >= sizeof text)
        return NULL;
    for (size_t i = 0; i < label.len; i++) {
        char byte = label.at[i];
        text[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
    }
    text[label.len] = '\0';
    size_t low = 0, high = sizeof labels / sizeof *labels;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(text, labels[middle].text);
        if (order == 0)
            return strlen(text) == label.len ? labels[middle].name : NULL;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* ---- UTF-8 ---- */

bool charset_next(struct span *rest, uint32_t *code_out)
{
    if (rest->len == 0)
        return false;
    const unsigned char *at = (const unsigned char *)rest->at;
    unsigned char lead = at[0], low = 0x80, high = 0xBF;
    size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1, used = 1;
    uint32_t code = lead;
    if (lead >= 0xC2 && lead <= 0xF4) {
        code = lead & (0x3Fu >> more);
        if (lead == 0xE0 || lead == 0xF0)
            low = lead == 0xE0 ? 0xA0 : 0x90;
        else if (lead == 0xED || lead == 0xF4)
            high = lead == 0xED ? 0x9F : 0x8F;
        for (; used <= more && used < rest->len && at[used] >= low && at[used] <= high; used++) {
            code = code << 6 | (at[used] & 0x3F);
            low = 0x80;
            high = 0xBF;
        }
        if (used <= more)
            code = REPLACEMENT;
    } else if (lead >= 0x80) {
        code = REPLACEMENT;
    }
    *code_out = code;
    rest->at += used;
    rest->len -= used;
    return true;
}

bool charset_add(struct buffer *out, uint32_t code)
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        code = REPLACEMENT;
    char bytes[4];
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char leads[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    bytes[0] = (char)(leads[len] | code);
    return buffer_add(out, bytes, len);
}

/* Length of the run at the start that is sound UTF-8. */
static size_t sound_len(struct span bytes)
{
    struct span rest = bytes;
    while (rest.len) {
        uint64_t word;
        while (rest.len >= sizeof word) {
            memcpy(&word, rest.at, sizeof word);
            if (word & UINT64_C(0x8080808080808080))
                break;
            rest = span_from(rest, sizeof word);
        }
        struct span before = rest;
        uint32_t code;
        if (!charset_next(&rest, &code))
            break;
        /* A replacement character that stands in the text itself takes three bytes: EF BF BD. */
        if (code == REPLACEMENT && (before.len < 3 || memcmp(before.at, "\xEF\xBF\xBD", 3) != 0))
            return bytes.len - before.len;
    }
    return bytes.len;
}

bool charset_is_utf8(struct span bytes)
{
    return sound_len(bytes) == bytes.len;
}

bool charset_clean_utf8(struct span bytes, struct buffer *out)
{
    while (bytes.len && !out->failed) {
        size_t sound = sound_len(bytes);
        buffer_add(out, bytes.at, sound);
        bytes = span_from(bytes, sound);
        uint32_t code;
        if (charset_next(&bytes, &code))
            charset_add(out, code);
    }
    return !out->failed;
}

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

bool charset_clean_line(struct span bytes, struct buffer *out)
{
    bool in_controls = false;
    uint32_t code;
    while (!out->failed && charset_next(&bytes, &code)) {
        bool control = is_control(code);
        if (!control)
            charset_add(out, code);
        else if (!in_controls)
            buffer_add_byte(out, ' ');
        in_controls = control;
    }
    return !out->failed;
}

/* ---- conversion ---- */

static void convert_single(const uint16_t *table, struct span bytes, struct buffer *out)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    size_t start = 0;
    for (size_t i = 0; i < bytes.len && !out->failed; i++) {
        if (at[i] < 0x80)
            continue;
        buffer_add(out, at + start, i - start);
        charset_add(out, table[at[i] - 0x80]);
        start = i + 1;
    }
    buffer_add_span(out, span_from(bytes, start));
}

static uint32_t utf16_unit(const unsigned char *at, bool big)
{
    return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static void convert_utf16(bool big, struct span bytes, struct buffer *out)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    size_t i = 0;
    if (bytes.len >= 2 && (utf16_unit(at, true) == 0xFEFF || utf16_unit(at, false) == 0xFEFF)) {
        big = at[0] == 0xFE;
        i = 2;
    }
    for (; i + 1 < bytes.len && !out->failed; i += 2) {
        uint32_t code = utf16_unit(at + i, big);
        if (code >= 0xD800 && code <= 0xDBFF && i + 3 < bytes.len) {
            uint32_t low = utf16_unit(at + i + 2, big);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        charset_add(out, code);
    }
    if (i < bytes.len)
        charset_add(out, REPLACEMENT);
}

static void convert_utf8(struct span bytes, struct buffer *out)
{
    if (bytes.len >= 3 && memcmp(bytes.at, "\xEF\xBB\xBF", 3) == 0)
        bytes = span_from(bytes, 3);
    charset_clean_utf8(bytes, out);
}

static iconv_t open_converter(size_t which)
{
    for (size_t i = 1; i < 3 && converter_names[which][i][0]; i++) {
        iconv_t converter = iconv_open("UTF-8", converter_names[which][i]);
        if (converter != (iconv_t)-1)
            return converter;
    }
    return (iconv_t)-1;
}

/* One call of iconv into `out`; the errno it stopped with, 0 at the end. */
static int convert_some(iconv_t converter, char **in, size_t *left, struct buffer *out)
{
    char chunk[8192];
    char *to = chunk;
    size_t room = sizeof chunk;
    int stopped = iconv(converter, in, left, &to, &room) == (size_t)-1 ? errno : 0;
    buffer_add(out, chunk, sizeof chunk - room);
    return stopped;
}

static bool convert_by_library(size_t which, struct span bytes, struct buffer *out)
{
    iconv_t converter = open_converter(which);
    if (converter == (iconv_t)-1)
        return false;
    /* iconv's type wants bytes that may be written to; it does not write. */
    union {
        const char *read;
        char *at;
    } in = {.read = bytes.at};
    size_t left = bytes.len;
    while (left && !out->failed) {
        int stopped = convert_some(converter, &in.at, &left, out);
        if (stopped == 0 || stopped == E2BIG || !left)
            continue;
        charset_add(out, REPLACEMENT);
        in.at++;
        left--;
    }
    if (!out->failed)
        convert_some(converter, NULL, NULL, out);
    iconv_close(converter);
    return !out->failed;
}

bool charset_to_utf8(struct span bytes, struct span label, struct buffer *out)
{
    const char *name = charset_name(label);
    if (!name)
        return false;
    if (strcmp(name, "utf-8") == 0) {
        convert_utf8(bytes, out);
        return !out->failed;
    }
    if (strncmp(name, "utf-16", 6) == 0) {
        convert_utf16(strcmp(name, "utf-16be") == 0, bytes, out);
        return !out->failed;
    }
    for (size_t i = 0; i < sizeof single_names / sizeof *single_names; i++)
        if (strcmp(name, single_names[i]) == 0) {
            convert_single(single_byte[i], bytes, out);
            return !out->failed;
        }
    for (size_t i = 0; i < CHARSET_HELD; i++)
        if (strcmp(name, converter_names[i][0]) == 0)
            return convert_by_library(i, bytes, out);
    return false;
}

void charset_hold(struct charset_held *held_out)
{
    for (size_t i = 0; i < CHARSET_HELD; i++) {
        iconv_t converter = open_converter(i);
        held_out->converters[i] = converter == (iconv_t)-1 ? NULL : converter;
    }
}

void charset_release(struct charset_held *held)
{
    for (size_t i = 0; i < CHARSET_HELD; i++)
        if (held->converters[i])
            iconv_close(held->converters[i]);
    *held = (struct charset_held){{NULL}};
}
