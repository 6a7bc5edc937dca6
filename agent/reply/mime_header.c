/* SPDX-License-Identifier: ISC */
/* Header fields: folding, encoded words, parameters. */
#include "agent/reply/mime_header.h"

#include "agent/reply/clean.h"

#include <string.h>

enum { LINE_MAX_COLUMNS = 76, WORD_MAX_BYTES = 900, ENCODED_MAX = 75, SECTION_MAX = 60 };

static const char hex[] = "0123456789ABCDEF";

static void add_text(struct mime_field *field, const char *text, size_t len)
{
    buffer_add(field->out, text, len);
    field->column += len;
}

static void add_fold(struct mime_field *field)
{
    buffer_add_text(field->out, "\r\n ");
    field->column = 1;
    field->fresh = false;
}

/* A blank, or a fold when `len` more bytes do not fit on this line. */
static void add_gap(struct mime_field *field, size_t len)
{
    if (!field->fresh && field->column + 1 + len > LINE_MAX_COLUMNS)
        add_fold(field);
    else
        add_text(field, " ", 1);
    field->fresh = false;
}

struct mime_field mime_field_begin(struct buffer *out, const char *name)
{
    struct mime_field field = {.out = out, .fresh = true};
    add_text(&field, name, strlen(name));
    add_text(&field, ":", 1);
    return field;
}

static bool is_visible(char byte)
{
    return byte > ' ' && byte < 0x7F;
}

void mime_field_word(struct mime_field *field, struct span word)
{
    if (word.len > WORD_MAX_BYTES)
        word.len = WORD_MAX_BYTES;
    add_gap(field, word.len);
    for (size_t i = 0; i < word.len; i++)
        add_text(field, is_visible(word.at[i]) ? &word.at[i] : "?", 1);
}

/* ---- encoded words ---- */

static bool needs_encoding(struct span text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_visible(text.at[i]) && text.at[i] != ' ')
            return true;
        run = text.at[i] == ' ' ? 0 : run + 1;
        if (run > WORD_MAX_BYTES)
            return true;
    }
    return span_find(text, SPAN_LITERAL("=?")) >= 0;
}

/* May stand for itself in a Q word anywhere (RFC 2047 section 5, the strictest place). */
static bool is_q_plain(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || (byte && strchr("!*+-/", byte));
}

static size_t q_cost(struct span bytes)
{
    size_t cost = 0;
    for (size_t i = 0; i < bytes.len; i++)
        cost += is_q_plain(bytes.at[i]) || bytes.at[i] == ' ' ? 1 : 3;
    return cost;
}

static size_t b_cost(size_t len)
{
    return (len + 2) / 3 * 4;
}

static void add_q(struct mime_field *field, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.at[i];
        char code[] = {'=', hex[byte >> 4], hex[byte & 15]};
        if (byte == ' ')
            add_text(field, "_", 1);
        else if (is_q_plain((char)byte))
            add_text(field, &bytes.at[i], 1);
        else
            add_text(field, code, sizeof code);
    }
}

static void add_b(struct mime_field *field, struct span bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        unsigned long bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < bytes.len ? (unsigned char)bytes.at[i + k] : 0);
        char code[] = {digits[bits >> 18 & 63], digits[bits >> 12 & 63],
                       i + 1 < bytes.len ? digits[bits >> 6 & 63] : '=',
                       i + 2 < bytes.len ? digits[bits & 63] : '='};
        add_text(field, code, sizeof code);
    }
}

static void add_encoded_word(struct mime_field *field, struct span bytes, bool base64)
{
    add_gap(field, 12 + (base64 ? b_cost(bytes.len) : q_cost(bytes)));
    add_text(field, base64 ? "=?utf-8?B?" : "=?utf-8?Q?", 10);
    if (base64)
        add_b(field, bytes);
    else
        add_q(field, bytes);
    add_text(field, "?=", 2);
}

/* Collects whole characters into `word` until the next would make its encoded form too long. */
static void add_encoded_words(struct mime_field *field, struct span text)
{
    bool base64 = b_cost(text.len) < q_cost(text);
    char word[ENCODED_MAX];
    size_t used = 0, cost = 0;
    struct span character;
    uint32_t code;
    /* The first word goes on the line that the field's name begins. */
    size_t room = field->column + 1 + 24 < LINE_MAX_COLUMNS ? LINE_MAX_COLUMNS - field->column - 1
                                                            : ENCODED_MAX;
    if (room > ENCODED_MAX)
        room = ENCODED_MAX;
    while (clean_next(&text, &character, &code)) {
        size_t more = base64 ? b_cost(used + character.len) : cost + q_cost(character);
        if (12 + more > room && used) {
            add_encoded_word(field, (struct span){word, used}, base64);
            used = 0;
            room = ENCODED_MAX;
            more = base64 ? b_cost(character.len) : q_cost(character);
        }
        memcpy(word + used, character.at, character.len);
        used += character.len;
        cost = more;
    }
    if (used)
        add_encoded_word(field, (struct span){word, used}, base64);
}

void mime_field_text(struct mime_field *field, struct span text)
{
    if (needs_encoding(text)) {
        add_encoded_words(field, text);
        return;
    }
    struct span word;
    while (span_next_word(&text, &word))
        mime_field_word(field, word);
}

/* ---- parameters ---- */

bool mime_is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_visible(text.at[i]) || strchr("()<>@,;:\\\"/[]?=", text.at[i]))
            return false;
    return text.len > 0 && text.len <= 100;
}

static bool is_ascii_text(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_visible(text.at[i]) && text.at[i] != ' ')
            return false;
    return true;
}

static void add_quoted(struct mime_field *field, const char *name, struct span value)
{
    add_gap(field, strlen(name) + value.len + 3);
    add_text(field, name, strlen(name));
    add_text(field, "=\"", 2);
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] == '"' || value.at[i] == '\\')
            add_text(field, "\\", 1);
        add_text(field, &value.at[i], 1);
    }
    add_text(field, "\"", 1);
}

static void add_percent(struct buffer *out, struct span character)
{
    for (size_t i = 0; i < character.len; i++) {
        unsigned char byte = (unsigned char)character.at[i];
        bool plain = is_q_plain((char)byte) && byte != '*' && byte != '/';
        if (plain || byte == '.' || byte == '_')
            buffer_add_byte(out, (char)byte);
        else
            buffer_printf(out, "%%%c%c", hex[byte >> 4], hex[byte & 15]);
    }
}

static void add_section(struct mime_field *field, const char *name, int number,
                        const struct buffer *section)
{
    struct buffer text;
    buffer_init(&text, 200);
    buffer_printf(&text, "%s*", name);
    if (number >= 0)
        buffer_printf(&text, "%d*", number);
    buffer_add_text(&text, number > 0 ? "=" : "=utf-8''");
    buffer_add_span(&text, buffer_span(section));
    if (text.failed || section->failed)
        field->out->failed = true;
    add_gap(field, text.len);
    add_text(field, text.at ? text.at : "", text.len);
    buffer_free(&text);
}

/* One section when all fits, else name*0*=, name*1*= ... */
static void add_extended(struct mime_field *field, const char *name, struct span value)
{
    struct buffer section;
    struct span rest = value, character;
    uint32_t code;
    int number = -1;
    buffer_init(&section, SECTION_MAX);
    while (clean_next(&rest, &character, &code)) {
        if (section.len + 3 * character.len > SECTION_MAX - strlen(name)) {
            if (number < 0)
                number = 0;
            add_section(field, name, number++, &section);
            add_text(field, ";", 1);
            buffer_clear(&section);
        }
        add_percent(&section, character);
    }
    add_section(field, name, number, &section);
    buffer_free(&section);
}

void mime_field_parameter(struct mime_field *field, const char *name, struct span value)
{
    add_text(field, ";", 1);
    if (mime_is_token(value)) {
        add_gap(field, strlen(name) + 1 + value.len);
        add_text(field, name, strlen(name));
        add_text(field, "=", 1);
        add_text(field, value.at, value.len);
    } else if (value.len == 0 || (is_ascii_text(value) && value.len <= ENCODED_MAX)) {
        add_quoted(field, name, value);
    } else {
        add_extended(field, name, value);
    }
}

void mime_field_end(struct mime_field *field)
{
    buffer_add_text(field->out, "\r\n");
}

void mime_field_line(struct buffer *out, const char *name, const char *text)
{
    struct mime_field field = mime_field_begin(out, name);
    mime_field_text(&field, span_of(text));
    mime_field_end(&field);
}
