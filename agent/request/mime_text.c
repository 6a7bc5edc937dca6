/* SPDX-License-Identifier: ISC */
/* Text of a mail in any encoding, made into UTF-8 with LF line ends. */
#include "agent/request/mime.h"

#include "agent/base/charset.h"

/* What senders put there when they do not know, and ASCII, which is so often not true. */
static bool says_nothing(struct span charset)
{
    static const char *const labels[] = {"us-ascii",     "ascii",     "ansi_x3.4-1968", "unknown",
                                         "unknown-8bit", "x-unknown", "default"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (span_equal_nocase(charset, span_of(labels[i])))
            return true;
    return charset.len == 0;
}

static void convert(struct span bytes, struct span charset, struct buffer *out)
{
    struct buffer utf8;
    buffer_init(&utf8, out->max);
    bool done = !says_nothing(charset) && charset_to_utf8(bytes, charset, &utf8);
    if (!done && !utf8.failed && !charset_is_utf8(bytes))
        done = charset_to_utf8(bytes, SPAN_LITERAL("windows-1252"), &utf8);
    charset_clean_utf8(done ? buffer_span(&utf8) : bytes, out);
    buffer_free_into(&utf8, out);
}

/* CRLF and lone CR become LF, NUL a blank; what does not fit is cut between two characters. */
static void add_lines(struct span text, struct buffer *out)
{
    size_t room = out->max - out->len;
    if (text.len > room) {
        text.len = room;
        while (text.len > 0 && (text.at[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\r' && i + 1 < text.len && text.at[i + 1] == '\n')
            continue;
        char byte = text.at[i] == '\r' ? '\n' : text.at[i] == '\0' ? ' ' : text.at[i];
        buffer_add_byte(out, byte);
    }
}

bool mime_text(struct span bytes, struct span charset, struct buffer *text_out)
{
    struct buffer utf8;
    buffer_init(&utf8, bytes.len * 4 + 16);
    convert(bytes, span_trim(charset), &utf8);
    bool ok = !utf8.failed;
    add_lines(buffer_span(&utf8), text_out);
    buffer_free_into(&utf8, text_out);
    return ok && !text_out->failed;
}
