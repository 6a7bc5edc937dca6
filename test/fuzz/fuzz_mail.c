/* SPDX-License-Identifier: ISC */
/* A whole mail through our guard, libetpan and our decoders: a sound table of parts, whose texts
 * are fit to be read. */
#include "test/fuzz/fuzz.h"

#include "agent/request/mime.h"

#include <string.h>

/* In place of the page's builder: some of the HTML comes back, as it is; 0xff makes it fail. */
static bool html_to_text(void *context, struct span html, struct span charset,
                         struct buffer *text_out)
{
    (void)context;
    fuzz_touch(charset);
    buffer_add_span(text_out, html);
    return span_find_byte(html, '\xff') < 0;
}

/* LF line ends, no NUL; other control characters are dealt with where the text is used. */
static void check_text(struct span text)
{
    struct buffer clean;
    buffer_init(&clean, text.len * 3 + 16);
    FUZZ_ASSERT(span_find_byte(text, '\0') < 0 && span_find_byte(text, '\r') < 0);
    buffer_free(&clean);
}

static void check_row(const struct flat *table, uint32_t row)
{
    struct span type = flat_get_text(table, row, PARTS_TYPE);
    struct span name = flat_get_text(table, row, PARTS_FILE_NAME);
    FUZZ_ASSERT(flat_get_number(table, row, PARTS_SOURCE) <= PARTS_OTHER);
    FUZZ_ASSERT(type.len > 0 && span_find_byte(type, '/') > 0);
    FUZZ_ASSERT(span_find_byte(name, '/') < 0 && span_find_byte(name, '\n') < 0 && name.len <= 255);
    check_text(flat_get_text(table, row, PARTS_TEXT));
    fuzz_touch(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_call it;
    struct buffer bytes;
    struct flat table;
    fuzz_call_begin(&it, 1 << 20);
    buffer_init(&bytes, PARTS_MAX_BYTES);
    enum module_result result =
        mime_parts(&it.call, (struct span){(const char *)data, size}, html_to_text, NULL, &bytes);
    fuzz_check_result(&it, result);
    if (result == MODULE_OK) {
        FUZZ_ASSERT(flat_open(&table, PARTS_KIND, PARTS_SHAPE, buffer_span(&bytes)));
        FUZZ_ASSERT(table.rows <= 1000);
        for (uint32_t row = 0; row < table.rows; row++)
            check_row(&table, row);
    }
    buffer_free(&bytes);
    fuzz_call_end(&it);
    return 0;
}
