/* SPDX-License-Identifier: ISC */
/* Reads JSON, one character after the other, with its own stack of what is open. */
#include "render/types/json_values.h"

#include <string.h>

#include "agent/base/charset.h"

enum state { WANT_VALUE, WANT_VALUE_OR_END, WANT_KEY, WANT_KEY_OR_END, WANT_COMMA, WANT_TEXT };

struct reader {
    struct json *json;
    struct span text;
    size_t at;
    enum state state;
    uint32_t key, key_len;
    bool wrong;
};

/* ---- what was read ---- */

uint32_t json_count(const struct json *json)
{
    return (uint32_t)(json->values.len / sizeof(struct json_value));
}

static struct json_value *value_at(const struct json *json, uint32_t value)
{
    void *values = json->values.at;
    return (struct json_value *)values + value;
}

const struct json_value *json_at(const struct json *json, uint32_t value)
{
    return value_at(json, value);
}

struct span json_key(const struct json *json, uint32_t value)
{
    const struct json_value *at = json_at(json, value);
    return (struct span){json->pool.at + at->key, at->key_len};
}

struct span json_text(const struct json *json, uint32_t value)
{
    const struct json_value *at = json_at(json, value);
    return (struct span){json->pool.at + at->text, at->text_len};
}

uint32_t json_root(const struct json *json)
{
    return json_count(json) > 1 && json_at(json, 1)->end == json_count(json) ? 1 : 0;
}

uint32_t json_member(const struct json *json, uint32_t object, const char *key)
{
    const struct json_value *at = json_at(json, object);
    if (at->kind != JSON_OBJECT)
        return 0;
    for (uint32_t i = object + 1; i < at->end; i = json_at(json, i)->end)
        if (span_equal(json_key(json, i), span_of(key)))
            return i;
    return 0;
}

struct span json_member_text(const struct json *json, uint32_t object, const char *key)
{
    uint32_t member = json_member(json, object, key);
    if (!member || json_at(json, member)->kind != JSON_STRING)
        return (struct span){NULL, 0};
    return json_text(json, member);
}

/* ---- the stack ---- */

static uint32_t innermost(const struct json *json)
{
    uint32_t value;
    memcpy(&value, json->open.at + json->open.len - sizeof value, sizeof value);
    return value;
}

static size_t depth(const struct json *json)
{
    return json->open.len / sizeof(uint32_t);
}

static void add_value(struct reader *reader, enum json_kind kind, uint32_t text, uint32_t len)
{
    struct json *json = reader->json;
    uint32_t index = json_count(json);
    struct json_value value = {kind, index + 1, reader->key, reader->key_len, text, len};
    reader->key = reader->key_len = 0;
    reader->state = WANT_COMMA;
    if (!buffer_add(&json->values, &value, sizeof value) || kind > JSON_ARRAY)
        return;
    buffer_add(&json->open, &index, sizeof index);
    reader->state = kind == JSON_OBJECT ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
}

static void close_value(struct reader *reader)
{
    struct json *json = reader->json;
    value_at(json, innermost(json))->end = json_count(json);
    json->open.len -= sizeof(uint32_t);
    reader->state = WANT_COMMA;
}

/* ---- strings ---- */

static bool read_hex(struct reader *reader, uint32_t *code_out)
{
    static const char digits[] = "0123456789abcdef";
    *code_out = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        char byte = reader->at < reader->text.len ? reader->text.at[reader->at] : '\0';
        const char *digit =
            byte ? strchr(digits, byte >= 'A' && byte <= 'F' ? byte + 32 : byte) : NULL;
        if (!digit)
            return false;
        *code_out = *code_out * 16 + (uint32_t)(digit - digits);
    }
    return true;
}

/* Behind `\u`; two halves of a pair are one character. */
static bool read_code(struct reader *reader)
{
    uint32_t code, low;
    if (!read_hex(reader, &code))
        return false;
    size_t behind = reader->at;
    if (code >= 0xd800 && code < 0xdc00 && behind + 1 < reader->text.len &&
        reader->text.at[behind] == '\\' && reader->text.at[behind + 1] == 'u') {
        reader->at += 2;
        if (!read_hex(reader, &low))
            return false;
        if (low >= 0xdc00 && low < 0xe000)
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        else
            reader->at = behind;
    }
    charset_add(&reader->json->pool, code);
    return true;
}

static bool read_escape(struct reader *reader)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/ \n\n\n\t";
    char byte = reader->at < reader->text.len ? reader->text.at[reader->at++] : '\0';
    if (byte == 'u')
        return read_code(reader);
    const char *found = byte ? strchr(from, byte) : NULL;
    return found && buffer_add_byte(&reader->json->pool, to[found - from]);
}

/* Behind the opening quote.  Line ends within are let pass: only the strictest of readers mind. */
static bool read_string(struct reader *reader, uint32_t *at_out, uint32_t *len_out)
{
    struct buffer *pool = &reader->json->pool;
    size_t start = pool->len;
    while (reader->at < reader->text.len) {
        size_t from = reader->at;
        while (reader->at < reader->text.len && reader->text.at[reader->at] != '"' &&
               reader->text.at[reader->at] != '\\')
            reader->at++;
        buffer_add(pool, reader->text.at + from, reader->at - from);
        if (reader->at == reader->text.len)
            return false;
        if (reader->text.at[reader->at++] == '"') {
            *at_out = (uint32_t)start;
            *len_out = (uint32_t)(pool->len - start);
            return true;
        }
        if (!read_escape(reader))
            return false;
    }
    return false;
}

/* ---- numbers and words ---- */

static size_t skip_digits(struct span text, size_t at)
{
    while (at < text.len && text.at[at] >= '0' && text.at[at] <= '9')
        at++;
    return at;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static size_t number_len(struct span text)
{
    size_t at = text.len && text.at[0] == '-', from = at;
    at = skip_digits(text, at);
    if (at == from || (at > from + 1 && text.at[from] == '0'))
        return 0;
    if (at < text.len && text.at[at] == '.') {
        from = at + 1;
        at = skip_digits(text, from);
        if (at == from)
            return 0;
    }
    if (at < text.len && (text.at[at] == 'e' || text.at[at] == 'E')) {
        at++;
        at += at < text.len && (text.at[at] == '+' || text.at[at] == '-');
        from = at;
        at = skip_digits(text, from);
        if (at == from)
            return 0;
    }
    return at;
}

static bool read_word(struct reader *reader)
{
    static const char words[][6] = {"true", "false", "null"};
    struct span rest = span_from(reader->text, reader->at);
    enum json_kind kind = JSON_NUMBER;
    size_t len = number_len(rest);
    for (size_t i = 0; !len && i < sizeof words / sizeof *words; i++)
        if (rest.len >= strlen(words[i]) && memcmp(rest.at, words[i], strlen(words[i])) == 0) {
            len = strlen(words[i]);
            kind = JSON_LITERAL;
        }
    if (!len)
        return false;
    uint32_t at = (uint32_t)reader->json->pool.len;
    buffer_add(&reader->json->pool, rest.at, len);
    reader->at += len;
    add_value(reader, kind, at, (uint32_t)len);
    return true;
}

/* ---- the text ---- */

static bool read_value(struct reader *reader, char byte)
{
    uint32_t at, len;
    if (byte == '{' || byte == '[') {
        reader->at++;
        add_value(reader, byte == '{' ? JSON_OBJECT : JSON_ARRAY, 0, 0);
        return true;
    }
    if (byte != '"')
        return read_word(reader);
    reader->at++;
    if (!read_string(reader, &at, &len))
        return false;
    add_value(reader, JSON_STRING, at, len);
    return true;
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->text.len && reader->text.at[reader->at] &&
           strchr(" \t\n\r\x1e", reader->text.at[reader->at]))
        reader->at++;
}

static bool read_key(struct reader *reader)
{
    if (reader->text.at[reader->at] != '"')
        return false;
    reader->at++;
    if (!read_string(reader, &reader->key, &reader->key_len))
        return false;
    skip_blanks(reader);
    if (reader->at == reader->text.len || reader->text.at[reader->at] != ':')
        return false;
    reader->at++;
    reader->state = WANT_VALUE;
    return true;
}

static bool is_closing(const struct reader *reader, char byte)
{
    if (depth(reader->json) <= 1 || reader->state == WANT_VALUE || reader->state == WANT_KEY)
        return false;
    uint32_t kind = json_at(reader->json, innermost(reader->json))->kind;
    return byte == (kind == JSON_OBJECT ? '}' : ']');
}

/* One step, at a character that is no blank. */
static bool step(struct reader *reader)
{
    char byte = reader->text.at[reader->at];
    if (is_closing(reader, byte)) {
        reader->at++;
        close_value(reader);
        return true;
    }
    switch (reader->state) {
    case WANT_KEY:
    case WANT_KEY_OR_END:
        return read_key(reader);
    case WANT_COMMA:
        if (byte != ',' || depth(reader->json) == 1)
            return false;
        reader->at++;
        bool member = json_at(reader->json, innermost(reader->json))->kind == JSON_OBJECT;
        reader->state = member ? WANT_KEY : WANT_VALUE;
        return true;
    default:
        return read_value(reader, byte);
    }
}

static bool has_failed(const struct json *json)
{
    return json->values.failed || json->pool.failed || json->open.failed;
}

/* A text ends where nothing is open; the next may begin on another line. */
static bool read_all(struct reader *reader)
{
    const struct json *json = reader->json;
    for (;;) {
        size_t from = reader->at;
        skip_blanks(reader);
        bool between = depth(json) == 1 && reader->state == WANT_COMMA;
        if (reader->at == reader->text.len)
            return between;
        struct span blanks = {reader->text.at + from, reader->at - from};
        if (between && span_find_byte(blanks, '\n') >= 0)
            reader->state = WANT_TEXT;
        if (!step(reader) || has_failed(json))
            return false;
    }
}

enum json_result json_read(struct json *json, struct span text, size_t *at_out)
{
    struct reader reader = {.json = json, .text = text};
    buffer_init(&json->values, JSON_MAX_VALUES * sizeof(struct json_value));
    buffer_init(&json->pool, JSON_MAX_POOL);
    buffer_init(&json->open, JSON_MAX_VALUES * sizeof(uint32_t));
    buffer_add_byte(&json->pool, ' '); /* no text has no address */
    add_value(&reader, JSON_ARRAY, 0, 0);
    reader.state = WANT_TEXT;
    bool sound = !has_failed(json) && read_all(&reader);
    *at_out = reader.at;
    if (has_failed(json))
        return JSON_TOO_LARGE;
    if (!sound)
        return JSON_WRONG;
    value_at(json, 0)->end = json_count(json);
    return JSON_SOUND;
}

void json_free(struct json *json)
{
    buffer_free(&json->values);
    buffer_free(&json->pool);
    buffer_free(&json->open);
}
