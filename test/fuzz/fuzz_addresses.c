/* SPDX-License-Identifier: ISC */
/* One From field: the strict reader gets to its end, repairs nothing, and gives addresses that mean
 * themselves in whatever field they are put. */
#include "test/fuzz/fuzz.h"

#include "agent/request/address_list.h"

static void check_name(struct span name)
{
    struct buffer text;
    buffer_init(&text, name.len * 4 + 64);
    if (address_list_name(name, &text))
        FUZZ_ASSERT(fuzz_is_line(buffer_span(&text)));
    buffer_free(&text);
}

/* The address behind words of ours and before another. */
static void check_in_company(const struct mailbox_address *mailbox)
{
    struct buffer field;
    struct mailbox_address found;
    buffer_init(&field, 4096);
    buffer_add_text(&field, "Ann <");
    buffer_add(&field, mailbox->address, mailbox->len);
    buffer_add_text(&field, ">, bob@example.org");
    struct address_list list = {.rest = buffer_span(&field)};
    FUZZ_ASSERT(address_list_next(&list, &found));
    FUZZ_ASSERT(span_equal((struct span){found.address, found.len},
                           (struct span){mailbox->address, mailbox->len}));
    FUZZ_ASSERT(address_list_next(&list, &found));
    FUZZ_ASSERT(
        span_equal((struct span){found.address, found.len}, SPAN_LITERAL("bob@example.org")));
    FUZZ_ASSERT(!address_list_next(&list, &found) && !list.bad && !list.group);
    buffer_free(&field);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span field = {(const char *)data, size};
    struct address_list list = {.rest = field};
    struct mailbox_address mailbox;
    size_t before = size + 1;
    while (address_list_next(&list, &mailbox)) {
        struct span address = {mailbox.address, mailbox.len};
        FUZZ_ASSERT(list.rest.len < before);
        before = list.rest.len;
        FUZZ_ASSERT(mailbox.len <= ADDRESS_MAX_BYTES && mailbox.address[mailbox.len] == '\0');
        FUZZ_ASSERT(span_find_byte(address, '\0') < 0 && span_find_byte(address, '\n') < 0);
        check_name(mailbox.name);
        check_in_company(&mailbox);
    }
    FUZZ_ASSERT(list.bad || list.rest.len == 0);
    return 0;
}
