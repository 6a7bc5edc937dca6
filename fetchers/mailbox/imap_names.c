/* SPDX-License-Identifier: ISC */
/*
 * Names of folders and flags as they go onto the wire: modified UTF-7 (RFC 3501, 5.1.3), quoted
 * strings, keywords.  Nothing that could end a command gets through.
 */
#include "fetchers/mailbox/imap_box.h"

#include "agent/base/charset.h"

#include <errno.h>
#include <string.h>

enum { NAME_BYTES = 2048 };

/* Bits of UTF-16 on their way into base64. */
struct shift {
    uint32_t bits;
    unsigned count;
    bool open;
};

static void shift_out(struct shift *shift, struct buffer *out, bool end)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    while (shift->count >= 6) {
        shift->count -= 6;
        buffer_add_byte(out, digits[shift->bits >> shift->count & 63]);
    }
    if (end && shift->count > 0)
        buffer_add_byte(out, digits[shift->bits << (6 - shift->count) & 63]);
    if (end)
        shift->count = 0;
}

static void shift_close(struct shift *shift, struct buffer *out)
{
    if (!shift->open)
        return;
    shift_out(shift, out, true);
    buffer_add_byte(out, '-');
    shift->open = false;
}

static void shift_unit(struct shift *shift, struct buffer *out, uint32_t unit)
{
    if (!shift->open)
        buffer_add_byte(out, '&');
    shift->open = true;
    shift->bits = shift->bits << 16 | unit;
    shift->count += 16;
    shift_out(shift, out, false);
}

static void encode_code(struct shift *shift, struct buffer *out, uint32_t code)
{
    if (code < 0x80) {
        shift_close(shift, out);
        buffer_add_byte(out, (char)code);
        if (code == '&')
            buffer_add_byte(out, '-');
    } else if (code < 0x10000) {
        shift_unit(shift, out, code);
    } else {
        shift_unit(shift, out, 0xD800 + ((code - 0x10000) >> 10));
        shift_unit(shift, out, 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
}

char *imap_name_encode(const char *name)
{
    struct span rest = span_of(name);
    struct shift shift = {0};
    struct buffer out;
    uint32_t code;
    bool good = charset_is_utf8(rest);
    buffer_init(&out, NAME_BYTES);
    while (good && charset_next(&rest, &code)) {
        good = code >= 0x20 && (code < 0x7F || code > 0x9F);
        if (good)
            encode_code(&shift, &out, code);
    }
    shift_close(&shift, &out);
    buffer_add(&out, "", 0);
    if (good && !out.failed && out.at)
        return out.at;
    errno = good && !out.failed ? ENOMEM : EILSEQ;
    buffer_free(&out);
    return NULL;
}

void imap_quote(struct buffer *out, const char *text)
{
    buffer_add_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, *text);
    }
    buffer_add_byte(out, '"');
}

bool imap_flag_is_good(const char *flag)
{
    static const char *const system[] = {"\\Seen", "\\Answered", "\\Flagged", "\\Deleted",
                                         "\\Draft"};
    for (size_t i = 0; i < sizeof system / sizeof *system; i++)
        if (span_equal_nocase(span_of(flag), span_of(system[i])))
            return true;
    for (const char *at = flag; *at; at++)
        if (*at <= ' ' || *at > '~' || strchr("(){%*\"\\]", *at))
            return false;
    return strlen(flag) < 64;
}
