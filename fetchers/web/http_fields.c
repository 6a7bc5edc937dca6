/* SPDX-License-Identifier: ISC */
/* The fields of an HTTP head: cut out, checked byte by byte, never trusted to be well formed. */
#include "fetchers/web/http_fields.h"

#include "agent/base/buffer.h"

#include <string.h>
#include <unistr.h>

enum { TYPE_MAX = 127, CHARSET_MAX = 40, LANGUAGE_MAX = 35 };

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alphanumeric(text.at[i]) &&
            (text.at[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", text.at[i])))
            return false;
    return text.len > 0;
}

int http_status(struct span line)
{
    int status = 0;
    if (!span_starts_nocase(line, SPAN_LITERAL("HTTP/")))
        return 0;
    ptrdiff_t blank = span_find_byte(line, ' ');
    if (blank < 0 || line.len < (size_t)blank + 4)
        return 0;
    for (size_t i = 1; i <= 3; i++) {
        char c = line.at[(size_t)blank + i];
        if (c < '0' || c > '9')
            return 0;
        status = status * 10 + (c - '0');
    }
    bool ends = line.len == (size_t)blank + 4 || !is_alphanumeric(line.at[blank + 4]);
    return ends && status >= 100 ? status : 0;
}

bool http_field(struct span line, struct span *name_out, struct span *value_out)
{
    ptrdiff_t colon = span_find_byte(line, ':');
    struct span name = {line.at, colon < 0 ? 0 : (size_t)colon};
    if (!is_token(name))
        return false;
    *name_out = name;
    *value_out = span_trim(span_from(line, name.len + 1));
    return true;
}

static struct span before(struct span text, char byte)
{
    ptrdiff_t at = span_find_byte(text, byte);
    return (struct span){text.at, at < 0 ? text.len : (size_t)at};
}

const char *http_type(struct arena *arena, struct span content_type)
{
    struct span type = span_trim(before(content_type, ';'));
    struct span major = before(type, '/');
    if (type.len > TYPE_MAX || !is_token(major) || !is_token(span_from(type, major.len + 1)))
        return arena_copy(arena, "");
    char *copy = arena_copy_span(arena, type);
    for (char *c = copy; c && *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return copy;
}

/* Length of the quoted string at the start of `text`, both quotes included; an open one goes to
 * the end. */
static size_t quoted_length(struct span text)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.at[i] == '"')
            return i + 1;
        if (text.at[i] == '\\')
            i++;
    }
    return text.len;
}

/* Takes the next "; name=value" off `rest`; the value keeps its quotes. */
static bool next_parameter(struct span *rest, struct span *name_out, struct span *value_out)
{
    for (;;) {
        ptrdiff_t mark = span_find_byte(*rest, ';');
        if (mark < 0)
            return false;
        *rest = span_trim(span_from(*rest, (size_t)mark + 1));
        struct span name = before(*rest, '=');
        if (name.len == rest->len || span_find_byte(name, ';') >= 0)
            continue;
        *rest = span_trim(span_from(*rest, name.len + 1));
        size_t len =
            rest->len > 0 && rest->at[0] == '"' ? quoted_length(*rest) : before(*rest, ';').len;
        *name_out = span_trim(name);
        *value_out = span_trim((struct span){rest->at, len});
        *rest = span_from(*rest, len);
        return true;
    }
}

/* The value of the first parameter of that name; absent span when there is none. */
static struct span parameter(struct span field, struct span wanted)
{
    struct span name, value;
    while (next_parameter(&field, &name, &value))
        if (span_equal_nocase(name, wanted))
            return value;
    return (struct span){NULL, 0};
}

/* Without quotes and backslashes, in the arena. */
static bool unquote(struct arena *arena, struct span value, struct span *text_out)
{
    char *text = arena_alloc(arena, value.len + 1);
    size_t len = 0;
    if (!text)
        return false;
    bool quoted = value.len > 0 && value.at[0] == '"';
    for (size_t i = quoted; i < value.len; i++) {
        if (quoted && value.at[i] == '"')
            break;
        /* Some servers write paths unescaped: only quotes and backslashes are unescaped. */
        if (quoted && value.at[i] == '\\' && i + 1 < value.len &&
            (value.at[i + 1] == '"' || value.at[i + 1] == '\\'))
            i++;
        text[len++] = value.at[i];
    }
    *text_out = (struct span){text, len};
    return true;
}

const char *http_charset(struct arena *arena, struct span content_type)
{
    struct span name;
    if (!unquote(arena, parameter(content_type, SPAN_LITERAL("charset")), &name))
        return NULL;
    name = span_trim(name);
    for (size_t i = 0; i < name.len; i++)
        if (!is_alphanumeric(name.at[i]) && (name.at[i] == '\0' || !strchr("-._:+", name.at[i])))
            name.len = 0;
    return name.len > CHARSET_MAX ? arena_copy(arena, "") : arena_copy_span(arena, name);
}

const char *http_language(struct arena *arena, struct span value)
{
    struct span tag = span_trim(before(value, ','));
    for (size_t i = 0; i < tag.len; i++)
        if (!is_alphanumeric(tag.at[i]) && tag.at[i] != '-')
            tag.len = 0;
    return tag.len > LANGUAGE_MAX ? arena_copy(arena, "") : arena_copy_span(arena, tag);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* charset'language'text with %XX (RFC 8187), in the arena; the text is empty when it is broken. */
static bool decode_extended(struct arena *arena, struct span value, struct span *text_out,
                            bool *latin1_out)
{
    struct span charset = before(value, '\'');
    struct span rest = span_from(value, charset.len + 1);
    ptrdiff_t quote = span_find_byte(rest, '\'');
    *latin1_out = span_equal_nocase(charset, SPAN_LITERAL("iso-8859-1"));
    *text_out = (struct span){NULL, 0};
    if (quote < 0 || (!*latin1_out && !span_equal_nocase(charset, SPAN_LITERAL("utf-8"))))
        return true;
    rest = span_from(rest, (size_t)quote + 1);
    char *text = arena_alloc(arena, rest.len + 1);
    size_t len = 0;
    if (!text)
        return false;
    for (size_t i = 0; i < rest.len; i++) {
        int high = rest.at[i] == '%' && i + 2 < rest.len ? hex_value(rest.at[i + 1]) : -1;
        int low = high >= 0 ? hex_value(rest.at[i + 2]) : -1;
        text[len++] = (char)(low >= 0 ? high * 16 + low : rest.at[i]);
        i += low >= 0 ? 2 : 0;
    }
    *text_out = (struct span){text, len};
    return true;
}

static bool may_stand(ucs4_t c)
{
    bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xfffd;
    bool invisible = (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
                     (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xad || c == 0x61c;
    return !control && !invisible;
}

static const uint8_t *as_bytes(struct span text)
{
    const void *at = text.at;
    return at;
}

/* Takes the next character off; bytes that are no UTF-8 are taken for Latin-1 when `latin1`. */
static ucs4_t next_character(struct span *text, bool latin1)
{
    ucs4_t c = (unsigned char)text->at[0];
    int len = latin1 ? 1 : u8_mbtouc(&c, as_bytes(*text), text->len);
    *text = span_from(*text, (size_t)len);
    return c;
}

/* Only what is shown, up to the length limit, in UTF-8; the last path segment begins anew. */
static void sanitise(struct buffer *out, struct span text, bool latin1)
{
    static const char unwanted[] = "<>:\"|?*";
    latin1 = latin1 || u8_check(as_bytes(text), text.len) != NULL;
    while (text.len > 0) {
        uint8_t bytes[6];
        ucs4_t c = next_character(&text, latin1);
        if (c == '/' || c == '\\')
            buffer_clear(out);
        if (c == '/' || c == '\\' || !may_stand(c))
            continue;
        if (c < 0x80 && strchr(unwanted, (int)c))
            c = '_';
        int len = u8_uctomb(bytes, c, sizeof bytes);
        if (out->len == 0 && (c == '.' || c == ' '))
            continue;
        if (len > 0)
            buffer_add(out, bytes, (size_t)len);
    }
}

static const char *safe_name(struct arena *arena, struct span text, bool latin1)
{
    struct buffer out;
    buffer_init(&out, HTTP_FILE_NAME_MAX);
    sanitise(&out, text, latin1);
    struct span name = buffer_span(&out);
    while (name.len > 0 && (name.at[name.len - 1] == '.' || name.at[name.len - 1] == ' '))
        name.len--;
    const char *copy = arena_copy_span(arena, name);
    buffer_free(&out);
    return copy;
}

const char *http_file_name(struct arena *arena, struct span disposition)
{
    struct span text;
    bool latin1;
    struct span value = parameter(disposition, SPAN_LITERAL("filename*"));
    if (!decode_extended(arena, value, &text, &latin1))
        return NULL;
    const char *name = safe_name(arena, text, latin1);
    if (!name || *name)
        return name;
    if (!unquote(arena, parameter(disposition, SPAN_LITERAL("filename")), &text))
        return NULL;
    return safe_name(arena, text, false);
}
