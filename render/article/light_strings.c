/* SPDX-License-Identifier: ISC */
/*
 * Data that a script has as the text of a string: JSON.parse("..."), and strings that are pushed to
 * a list, NAME.push([1,"..."]), and make up lines of a label, a colon and JSON.
 */
#include "render/article/light.h"

#include <string.h>

enum { CALL_REACH = 200, LABEL_MAX = 8 };

/* ---- strings ---- */

static unsigned hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return (unsigned)(byte - '0');
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10 : 16;
}

/* The digits behind \x and \u; false when they are none. */
static bool read_hex(struct span text, size_t count, uint32_t *value_out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = i < text.len ? hex_digit(text.at[i]) : 16;
        if (digit == 16)
            return false;
        value = value << 4 | digit;
    }
    *value_out = value;
    return true;
}

static size_t put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((len == 2 ? 0xC0 : len == 3 ? 0xE0 : 0xF0) | code);
    return len;
}

/* How many bytes an escape takes, from its letter on; what it writes is never longer. */
static size_t unescape(struct span text, char *out, size_t *written)
{
    static const char letters[] = "nrtbfv0", signs[] = "\n\r\t\b\f\v ";
    uint32_t code, low;
    const char *letter = text.at[0] ? strchr(letters, text.at[0]) : NULL;
    if (letter) {
        out[(*written)++] = signs[letter - letters];
        return 1;
    }
    size_t digits = text.at[0] == 'u' ? 4 : text.at[0] == 'x' ? 2 : 0;
    if (!digits || !read_hex(span_from(text, 1), digits, &code)) {
        if (text.at[0] != '\n') /* a line that goes on */
            out[(*written)++] = text.at[0];
        return 1;
    }
    size_t taken = 1 + digits;
    if (code >= 0xD800 && code < 0xDC00 && text.len > 7 && text.at[5] == '\\' &&
        text.at[6] == 'u' && read_hex(span_from(text, 7), 4, &low) && low >= 0xDC00 &&
        low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        taken = 11;
    }
    if (code >= 0xD800 && code < 0xE000)
        code = 0xFFFD;
    *written += put_utf8(out + *written, code ? code : ' ');
    return taken;
}

/* Decodes in place a string that begins behind its quote; SIZE_MAX when it does not end. */
static size_t decode(char *text, size_t len, char quote)
{
    size_t written = 0;
    for (size_t i = 0; i < len;) {
        if (text[i] == quote)
            return written;
        if (text[i] != '\\')
            text[written++] = text[i++];
        else if (i + 1 < len)
            i += 1 + unescape((struct span){text + i + 1, len - i - 1}, text, &written);
        else
            break;
    }
    return SIZE_MAX;
}

/* ---- calls ---- */

/* Where the string begins that follows `call` at once; 0 when there is none. */
static size_t string_behind(struct span code, struct span call)
{
    ptrdiff_t at = span_find(code, call);
    if (at < 0)
        return 0;
    size_t from = (size_t)at + call.len;
    while (from < code.len && (code.at[from] == ' ' || code.at[from] == '\n'))
        from++;
    return from < code.len && code.at[from] && strchr("\"'`", code.at[from]) ? from + 1 : 0;
}

struct span light_parsed_string(struct light *light, size_t begin)
{
    char *code = light->data.at + begin;
    size_t len = light->data.len - begin,
           from = string_behind((struct span){code, len}, SPAN_LITERAL("JSON.parse("));
    if (!from)
        return (struct span){NULL, 0};
    size_t decoded = decode(code + from, len - from, code[from - 1]);
    bool wanted =
        decoded != SIZE_MAX && decoded > LIGHT_ENOUGH && (code[from] == '{' || code[from] == '[');
    return wanted ? (struct span){code + from, decoded} : (struct span){NULL, 0};
}

void light_take_pushed(struct light *light, size_t begin)
{
    static const struct span call = SPAN_LITERAL(".push([");
    char *code = light->data.at + begin;
    size_t len = light->data.len - begin;
    struct span front = {code, len < CALL_REACH ? len : CALL_REACH};
    ptrdiff_t at = span_find(front, call);
    if (at < 0)
        return;
    size_t from = (size_t)at + call.len;
    while (from < front.len && code[from] && strchr("0123456789, ", code[from]))
        from++;
    if (from >= front.len || code[from] != '"')
        return;
    size_t decoded = decode(code + from + 1, len - from - 1, '"');
    if (decoded != SIZE_MAX)
        buffer_add(&light->pushed, code + from + 1, decoded);
}

/* ---- lines ---- */

/* Text as a string of JSON. */
static void add_string(struct buffer *out, struct span text)
{
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte == '\n')
            buffer_add_text(out, "\\n");
        else if (byte < ' ')
            buffer_add_byte(out, ' ');
        else {
            if (byte == '"' || byte == '\\')
                buffer_add_byte(out, '\\');
            buffer_add_byte(out, (char)byte);
        }
    }
    buffer_add_text(out, "\",");
}

/* "T1a," and so many bytes; how many all of it has, 0 when it is not so. */
static size_t text_len(struct span line, struct span *text_out)
{
    uint32_t len = 0;
    size_t i = 1;
    for (; i < line.len && i <= LABEL_MAX && hex_digit(line.at[i]) < 16; i++)
        len = len << 4 | hex_digit(line.at[i]);
    if (line.at[0] != 'T' || i == 1 || i >= line.len || line.at[i] != ',' || len > line.len - i - 1)
        return 0;
    *text_out = (struct span){line.at + i + 1, len};
    return i + 1 + len;
}

/* Bytes of the label and its colon; 0 when there is none. */
static size_t label_len(struct span text)
{
    size_t len = 0;
    while (len < text.len && len < LABEL_MAX && hex_digit(text.at[len]) < 16)
        len++;
    return len && len < text.len && text.at[len] == ':' ? len + 1 : 0;
}

/* Adds the line at the beginning, or the text of a length of its own; what is behind it. */
static struct span add_line(struct buffer *out, struct span rest)
{
    size_t label = label_len(rest), taken = 0;
    struct span value = span_from(rest, label), text = {NULL, 0};
    if (label && value.len)
        taken = text_len(value, &text);
    if (taken) { /* no line end is looked for: there may be none */
        add_string(out, text);
        return span_from(value, taken);
    }
    ptrdiff_t end = span_find_byte(value, '\n');
    if (end >= 0)
        value.len = (size_t)end;
    if (label && value.len && value.len == light_value_len(value)) {
        buffer_add_span(out, value);
        buffer_add_byte(out, ',');
    }
    return span_from(rest, end < 0 ? rest.len : label + (size_t)end + 1);
}

void light_add_lines(struct light *light)
{
    struct span rest = buffer_span(&light->pushed);
    size_t begin = light->data.len;
    buffer_add_byte(&light->data, '[');
    while (rest.len)
        rest = add_line(&light->data, rest);
    buffer_add_text(&light->data, "0]");
    if (!light->data.failed && light->count < LIGHT_MAX_SCRIPTS)
        light->scripts[light->count++] =
            (struct light_script){.kind = LIGHT_STATE, .at = begin, .len = light->data.len - begin};
}
