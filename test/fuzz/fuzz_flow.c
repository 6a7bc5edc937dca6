/* SPDX-License-Identifier: ISC */
/* Text on its way out (format=flowed, transfer encodings) and back in (flowed, uuencode, base64,
 * quoted-printable): whatever is written is read again as it was. */
#include "test/fuzz/fuzz.h"

#include "agent/base/charset.h"
#include "agent/base/file.h"
#include "agent/reply/flow.h"
#include "agent/request/mime.h"
#include "agent/request/transfer.h"

#include <string.h>
#include <unistd.h>

static void read_back(int fd, struct buffer *out)
{
    FUZZ_ASSERT(lseek(fd, 0, SEEK_SET) == 0 && file_read_to_end(fd, out));
}

/* Lines of an encoded body keep to their lengths, and end in CRLF. */
static void check_lines(struct span wire, enum mime_encoding encoding)
{
    size_t column = 0;
    for (size_t i = 0; i < wire.len; i++) {
        column = wire.at[i] == '\n' ? 0 : column + 1;
        FUZZ_ASSERT(wire.at[i] != '\n' || (i > 0 && wire.at[i - 1] == '\r'));
        FUZZ_ASSERT(encoding == MIME_7BIT || column <= 77);
        FUZZ_ASSERT(encoding == MIME_7BIT || (unsigned char)wire.at[i] < 0x7f);
    }
    FUZZ_ASSERT(wire.len == 0 || wire.at[wire.len - 1] == '\n');
}

static void encode(struct span text, enum mime_encoding encoding, bool as_flowed,
                   struct buffer *wire)
{
    struct mail_writer writer;
    int fd = file_in_memory("wire");
    mail_writer_init(&writer, fd, UINT64_MAX);
    struct mime_body body = mime_body_begin(&writer, encoding);
    if (as_flowed)
        flow_lines(&body, text);
    else if (encoding == MIME_BASE64)
        mime_body_add_bytes(&body, text);
    else
        mime_body_add(&body, text);
    mime_body_end(&body);
    FUZZ_ASSERT(mail_writer_finish(&writer));
    read_back(fd, wire);
    close(fd);
    FUZZ_ASSERT(wire->len == writer.count);
    check_lines(buffer_span(wire), encoding);
}

static void check_round(struct span text, enum mime_encoding encoding)
{
    struct buffer wire, back;
    buffer_init(&wire, text.len * 8 + 4096);
    buffer_init(&back, text.len * 8 + 4096);
    encode(text, encoding, false, &wire);
    if (encoding == MIME_BASE64) {
        transfer_base64(buffer_span(&wire), &back);
        FUZZ_ASSERT(span_equal(buffer_span(&back), text));
    } else if (encoding == MIME_QP && span_find_byte(text, '\r') < 0) {
        transfer_quoted_printable(buffer_span(&wire), &back);
        size_t len = 0; /* CRLF is LF again */
        for (size_t i = 0; i < back.len; i++)
            if (back.at[i] != '\r' || i + 1 == back.len || back.at[i + 1] != '\n')
                back.at[len++] = back.at[i];
        back.len = len;
        FUZZ_ASSERT(len == text.len || (len == text.len + 1 && back.at[len - 1] == '\n'));
        FUZZ_ASSERT(text.len == 0 || memcmp(back.at, text.at, text.len) == 0);
    }
    buffer_free(&wire);
    buffer_free(&back);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* What a reader is to see of a document: controls gone, soft lines joined. */
static void expect_joined(struct span document, struct buffer *out)
{
    struct span line;
    while (span_next_line(&document, &line)) {
        size_t start = out->len;
        uint32_t code;
        bool soft = line.len > 0 && line.at[line.len - 1] == ' ' && document.len > 0;
        while (charset_next(&line, &code))
            if (code == '\t' || (code >= ' ' && (code < 0x7f || code > 0x9f)))
                charset_add(out, code);
        while (out->len > start && is_blank(out->at[out->len - 1]))
            out->len--;
        struct span text = span_from(buffer_span(out), start);
        soft = soft && text.len > 0 && !span_equal(text, SPAN_LITERAL("--"));
        buffer_add_byte(out, soft ? ' ' : '\n');
    }
}

/* A document's lines through format=flowed and back: nobody takes one for a quote or a "From "
 * line, what belongs together is joined, and nothing else. */
static void check_flowed(struct span text)
{
    struct buffer document, wire, plain, joined, wanted;
    struct buffer *all[] = {&document, &wire, &plain, &joined, &wanted};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_init(all[i], text.len * 16 + 4096);
    charset_clean_utf8(text, &document);
    encode(buffer_span(&document), MIME_QP, true, &wire);
    transfer_quoted_printable(buffer_span(&wire), &plain);
    struct span rest = buffer_span(&plain), line;
    while (span_next_line(&rest, &line)) {
        FUZZ_ASSERT(line.len == 0 || line.at[0] != '>');
        FUZZ_ASSERT(line.len < 5 || memcmp(line.at, "From ", 5) != 0);
        FUZZ_ASSERT(fuzz_is_text(line));
    }
    FUZZ_ASSERT(flowed_join(buffer_span(&plain), false, &joined));
    expect_joined(buffer_span(&document), &wanted);
    FUZZ_ASSERT(span_equal(buffer_span(&wanted), buffer_span(&joined)));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

static void check_uuencode(struct span text)
{
    struct buffer rest_text, bytes;
    struct uuencode_file file;
    struct span rest = text;
    size_t before = text.len + 1;
    buffer_init(&rest_text, text.len + 1);
    buffer_init(&bytes, text.len + 64);
    while (uuencode_next(&rest, &rest_text, &file)) {
        FUZZ_ASSERT(rest.len < before && file.name.len > 0 && file.lines.len <= text.len);
        before = rest.len;
        buffer_clear(&bytes);
        uuencode_decode(file.lines, &bytes);
        FUZZ_ASSERT(bytes.len <= file.lines.len + 3);
    }
    FUZZ_ASSERT(rest.len == 0 && !rest_text.failed && rest_text.len <= text.len);
    buffer_free(&rest_text);
    buffer_free(&bytes);
}

static void check_decoders(struct span text, size_t room)
{
    struct buffer out;
    buffer_init(&out, room);
    transfer_base64(text, &out);
    buffer_clear(&out);
    transfer_quoted_printable(text, &out);
    buffer_clear(&out);
    transfer_q_word(text, &out);
    FUZZ_ASSERT(out.len <= room);
    buffer_free(&out);
    buffer_init(&out, text.len * 3 + 16);
    FUZZ_ASSERT(flowed_join(text, true, &out) || out.failed);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    size_t room = fuzz_number(&rest, 256);
    check_round(rest, MIME_QP);
    check_round(rest, MIME_BASE64);
    check_flowed(rest);
    check_uuencode(rest);
    check_decoders(rest, room);
    return 0;
}
