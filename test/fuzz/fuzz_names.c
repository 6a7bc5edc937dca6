/* SPDX-License-Identifier: ISC */
/* Parameters of Content-Type and Content-Disposition (RFC 2045, 2047, 2231): whatever stands there,
 * a part's file name is one step of a path, on one line. */
#include "test/fuzz/fuzz.h"

#include "agent/request/mime.h"

static void add_without_line_ends(struct buffer *mail, struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        buffer_add_byte(mail, text.at[i] == '\n' || text.at[i] == '\r' ? ';' : text.at[i]);
}

static void check_names(const struct flat *table)
{
    for (uint32_t row = 0; row < table->rows; row++) {
        struct span name = flat_get_text(table, row, PARTS_FILE_NAME);
        FUZZ_ASSERT(name.len <= 255 && fuzz_is_line(name));
        FUZZ_ASSERT(span_find_byte(name, '/') < 0 && span_find_byte(name, '\\') < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_call it;
    struct buffer mail, bytes;
    struct flat table;
    struct span rest = {(const char *)data, size};
    fuzz_call_begin(&it, 1 << 20);
    buffer_init(&bytes, PARTS_MAX_BYTES);
    buffer_init(&mail, size + 1000);
    buffer_add_text(&mail, "MIME-Version: 1.0\r\nContent-Type: application/pdf; ");
    add_without_line_ends(&mail, fuzz_part(&rest));
    buffer_add_text(&mail, "\r\nContent-Disposition: attachment; ");
    add_without_line_ends(&mail, rest);
    buffer_add_text(&mail, "\r\n\r\nbody\r\n");
    enum module_result result = mime_parts(&it.call, buffer_span(&mail), NULL, NULL, &bytes);
    fuzz_check_result(&it, result);
    if (result == MODULE_OK) {
        FUZZ_ASSERT(flat_open(&table, PARTS_KIND, PARTS_SHAPE, buffer_span(&bytes)));
        check_names(&table);
    }
    buffer_free(&mail);
    buffer_free(&bytes);
    fuzz_call_end(&it);
    return 0;
}
