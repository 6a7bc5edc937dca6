/* SPDX-License-Identifier: ISC */
/* A header block, hostile byte for byte: a sound table comes out, and whoever is found in From is
 * found again, alone, when the address is read once more. */
#include "test/fuzz/fuzz.h"

#include "agent/request/address_list.h"
#include "agent/request/mime.h"

#include <stdlib.h>
#include <string.h>

static void check_address(struct span address)
{
    struct address_list list = {.rest = address};
    struct mailbox_address again, more;
    FUZZ_ASSERT(address.len > 0 && address.len <= ADDRESS_MAX_BYTES);
    FUZZ_ASSERT(address_list_domain_at(address) < address.len);
    FUZZ_ASSERT(address_list_next(&list, &again));
    FUZZ_ASSERT(span_equal(address, (struct span){again.address, again.len}));
    FUZZ_ASSERT(!address_list_next(&list, &more) && !list.bad && !list.group);
}

static void check_id(struct span id)
{
    FUZZ_ASSERT(id.len > 2 && id.len <= MESSAGE_ID_MAX_BYTES);
    FUZZ_ASSERT(id.at[0] == '<' && id.at[id.len - 1] == '>');
    for (size_t i = 1; i + 1 < id.len; i++)
        FUZZ_ASSERT(id.at[i] > ' ' && id.at[i] < 0x7f && id.at[i] != '<' && id.at[i] != '>');
}

static void check_row(const struct flat *table, uint32_t row)
{
    struct span name = flat_get_text(table, row, HEADERS_NAME);
    struct span value = flat_get_text(table, row, HEADERS_VALUE);
    uint32_t what = flat_get_number(table, row, HEADERS_WHAT);
    FUZZ_ASSERT(fuzz_is_line(name) && fuzz_is_line(value));
    if (what == HEADERS_FROM)
        check_address(value);
    if (what == HEADERS_MESSAGE_ID || what == HEADERS_REFERENCE)
        check_id(value);
}

static void check_table(const struct flat *table)
{
    FUZZ_ASSERT(headers_count(table, HEADERS_SUBJECT) <= 1);
    FUZZ_ASSERT(headers_count(table, HEADERS_MESSAGE_ID) <= 1);
    FUZZ_ASSERT(headers_count(table, HEADERS_REFERENCE) <= REFERENCES_MAX);
    FUZZ_ASSERT(headers_count(table, HEADERS_LINE) <= HEADER_MAX_FIELDS);
    FUZZ_ASSERT(headers_count(table, HEADERS_FAULT) == 0 || table->rows == 1);
    for (uint32_t row = 0; row < table->rows; row++)
        check_row(table, row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_call it;
    struct buffer bytes;
    struct flat table;
    fuzz_call_begin(&it, 1 << 20);
    buffer_init(&bytes, HEADERS_MAX_BYTES);
    enum module_result result =
        mime_headers(&it.call, (struct span){(const char *)data, size}, &bytes);
    fuzz_check_result(&it, result);
    if (result == MODULE_OK) {
        FUZZ_ASSERT(flat_open(&table, HEADERS_KIND, HEADERS_SHAPE, buffer_span(&bytes)));
        check_table(&table);
    }
    buffer_free(&bytes);
    fuzz_call_end(&it);
    return 0;
}
