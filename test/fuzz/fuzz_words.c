/* SPDX-License-Identifier: ISC */
/* Encoded words both ways: what is decoded is a line of UTF-8; what is encoded fits a header and is
 * read again as it was. */
#include "test/fuzz/fuzz.h"

#include "agent/base/charset.h"
#include "agent/reply/mime_header.h"
#include "agent/request/encoded_word.h"

#include <string.h>

static void check_decoding(struct span text)
{
    struct buffer out;
    buffer_init(&out, text.len * 12 + 64);
    if (encoded_word_decode(text, &out))
        FUZZ_ASSERT(fuzz_is_line(buffer_span(&out)));
    else
        FUZZ_ASSERT(out.failed);
    buffer_free(&out);
}

/* Lines of 78 columns at most where a fold was possible, 998 in any case; printable ASCII. */
static void check_lines(struct span field)
{
    struct span line;
    FUZZ_ASSERT(field.len > 2 && memcmp(field.at + field.len - 2, "\r\n", 2) == 0);
    for (size_t i = 0; i < field.len; i++)
        FUZZ_ASSERT((field.at[i] >= ' ' && field.at[i] < 0x7f) ||
                    (field.at[i] == '\r' && field.at[i + 1] == '\n') ||
                    (field.at[i] == '\n' && i > 0 && field.at[i - 1] == '\r'));
    for (bool first = true; span_next_line(&field, &line); first = false) {
        FUZZ_ASSERT(line.len > 0 && line.len <= 998);
        FUZZ_ASSERT(first || line.at[0] == ' ');
        FUZZ_ASSERT(first || line.len < 2 || line.at[1] != ' ');
    }
}

static void squeeze(struct span text, struct buffer *out)
{
    struct span word;
    while (span_next_word(&text, &word)) {
        if (out->len > 0)
            buffer_add_byte(out, ' ');
        buffer_add_span(out, word);
    }
}

/* The field's text without folds, decoded. */
static void read_again(struct span field, size_t name_len, struct buffer *out)
{
    struct buffer value;
    buffer_init(&value, field.len + 1);
    for (size_t i = name_len + 1; i < field.len; i++)
        if (field.at[i] != '\r' && field.at[i] != '\n')
            buffer_add_byte(&value, field.at[i]);
    encoded_word_decode(span_trim(buffer_span(&value)), out);
    buffer_free(&value);
}

static void check_encoding(struct span text)
{
    struct buffer line, field, again, wanted, found;
    struct buffer *all[] = {&line, &field, &again, &wanted, &found};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_init(all[i], text.len * 40 + 4096);
    charset_clean_line(text, &line);
    struct mime_field writer = mime_field_begin(&field, "Subject");
    mime_field_text(&writer, buffer_span(&line));
    mime_field_end(&writer);
    FUZZ_ASSERT(!field.failed);
    check_lines(buffer_span(&field));
    read_again(buffer_span(&field), strlen("Subject"), &again);
    squeeze(buffer_span(&line), &wanted);
    squeeze(buffer_span(&again), &found);
    FUZZ_ASSERT(span_equal(buffer_span(&wanted), buffer_span(&found)));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buffer_free(all[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {(const char *)data, size};
    check_decoding(text);
    if (span_find(text, SPAN_LITERAL("\xef\xbb\xbf")) < 0) /* which decoding leaves out */
        check_encoding(text);
    return 0;
}
