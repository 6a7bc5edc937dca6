/* SPDX-License-Identifier: ISC */
/* Base64 and quoted-printable, decoded in one pass into a buffer with a maximum. */
#include "agent/request/transfer.h"

bool transfer_add(struct buffer *out, const char *bytes, size_t len)
{
    size_t room = out->failed ? 0 : out->max - out->len;
    if (len <= room)
        return buffer_add(out, bytes, len);
    if (room > 0)
        buffer_add(out, bytes, room);
    return false;
}

int transfer_hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

void transfer_base64(struct span text, struct buffer *out)
{
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = sextet(text.at[i]);
        if (text.at[i] == '=') {
            /* Padding ends one run; some programs glue several together. */
            held = 0;
            continue;
        }
        if (value < 0)
            continue;
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        char byte = (char)(bits >> held & 0xff);
        if (!transfer_add(out, &byte, 1))
            return;
    }
}

/* The length of what an '=' at `at` stands for, and its byte; 0 when it is no escape. */
static size_t escape_length(struct span text, size_t at, char *byte_out)
{
    if (at + 2 >= text.len)
        return 0;
    int high = transfer_hex(text.at[at + 1]), low = transfer_hex(text.at[at + 2]);
    if (high < 0 || low < 0)
        return 0;
    *byte_out = (char)(high << 4 | low);
    return 3;
}

/* The length of a soft line end at `at`: '=', blanks that a gateway added, the line end. */
static size_t soft_break_length(struct span text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && (text.at[end] == ' ' || text.at[end] == '\t'))
        end++;
    if (end == text.len)
        return end - at;
    if (text.at[end] == '\r' && end + 1 < text.len && text.at[end + 1] == '\n')
        end++;
    return text.at[end] == '\n' ? end + 1 - at : 0;
}

void transfer_quoted_printable(struct span text, struct buffer *out)
{
    size_t at = 0;
    while (at < text.len) {
        char byte = text.at[at];
        size_t used = byte == '=' ? escape_length(text, at, &byte) : 0;
        size_t soft = byte == '=' && used == 0 ? soft_break_length(text, at) : 0;
        at += used ? used : soft ? soft : 1;
        if (soft == 0 && !transfer_add(out, &byte, 1))
            return;
    }
}

void transfer_q_word(struct span text, struct buffer *out)
{
    size_t at = 0;
    while (at < text.len) {
        char byte = text.at[at] == '_' ? ' ' : text.at[at];
        size_t used = byte == '=' ? escape_length(text, at, &byte) : 0;
        at += used ? used : 1;
        if (!transfer_add(out, &byte, 1))
            return;
    }
}
