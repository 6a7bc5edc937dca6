/* SPDX-License-Identifier: ISC */
/* What a page's bytes are, and their decoding: a type, a known charset, UTF-8 with LF line ends, for
 * every declaration; mails' texts likewise. */
#include "test/fuzz/fuzz.h"

#include "agent/base/charset.h"
#include "render/decode/decode.h"
#include "render/sniff.h"

#include <stdlib.h>
#include <string.h>

static void check_type(struct span bytes, const char *declared)
{
    char type[SNIFF_TYPE_SIZE];
    memset(type, 'x', sizeof type);
    sniff_type(bytes, declared, NULL, type);
    FUZZ_ASSERT(memchr(type, '\0', sizeof type) && strchr(type, '/'));
    for (const char *at = type; *at; at++)
        FUZZ_ASSERT(*at < 'A' || *at > 'Z');
    (void)sniff_is_text(type);
}

static void check_decoding(struct span bytes, struct span label, bool is_html)
{
    struct buffer text;
    const char *charset = NULL;
    buffer_init(&text, bytes.len * 8 + 64);
    if (decode_text(bytes, label, is_html, &text, &charset)) {
        FUZZ_ASSERT(charset && charset_name(span_of(charset)));
        FUZZ_ASSERT(charset_is_utf8(buffer_span(&text)));
        FUZZ_ASSERT(span_find_byte(buffer_span(&text), '\r') < 0);
    } else {
        FUZZ_ASSERT(text.failed);
    }
    buffer_free(&text);
}

/* Sound UTF-8 stays as it is; what is cleaned is clean. */
static void check_cleaning(struct span bytes)
{
    struct buffer once, twice, line;
    struct buffer *all[] = {&once, &twice, &line};
    for (size_t i = 0; i < 3; i++)
        buffer_init(all[i], bytes.len * 3 + 16);
    FUZZ_ASSERT(charset_clean_utf8(bytes, &once) && charset_is_utf8(buffer_span(&once)));
    FUZZ_ASSERT(charset_clean_utf8(buffer_span(&once), &twice));
    FUZZ_ASSERT(span_equal(buffer_span(&once), buffer_span(&twice)));
    if (charset_is_utf8(bytes))
        FUZZ_ASSERT(span_equal(buffer_span(&once), bytes));
    FUZZ_ASSERT(charset_clean_line(bytes, &line) && fuzz_is_line(buffer_span(&line)));
    struct span rest = bytes;
    uint32_t code;
    buffer_clear(&twice);
    while (charset_next(&rest, &code))
        charset_add(&twice, code);
    FUZZ_ASSERT(span_equal(buffer_span(&once), buffer_span(&twice)));
    for (size_t i = 0; i < 3; i++)
        buffer_free(all[i]);
}

/* Some bytes, or no room: never half a character. */
static void check_small_room(struct span bytes, struct span label, size_t room)
{
    struct buffer text;
    buffer_init(&text, room);
    charset_to_utf8(bytes, label, &text);
    FUZZ_ASSERT(text.len <= room && charset_is_utf8(buffer_span(&text)));
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    unsigned html = fuzz_number(&rest, 2), room = fuzz_number(&rest, 256);
    char *declared = fuzz_text(fuzz_part(&rest));
    struct span label = fuzz_part(&rest);
    check_type(rest, *declared ? declared : NULL);
    check_decoding(rest, label, html);
    check_small_room(rest, label, room);
    check_cleaning(rest);
    free(declared);
    return 0;
}
