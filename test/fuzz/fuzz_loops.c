/* SPDX-License-Identifier: ISC */
/*
 * The loops gate over header blocks: names of fields in another case mean the same, and no block,
 * whatever else is in it, hides a mark of a robot that is added at its end.
 */
#include "test/fuzz/fuzz.h"

#include "agent/request/mime.h"

#include <ctype.h>
#include <string.h>

extern const struct www4mail_module loops_module;

static const char *const robots[] = {
    "Auto-Submitted: auto-replied\r\n", "List-Id: <x.example.org>\r\n", "Precedence: (x) bulk\r\n",
    "X-Loop: agent@example.org\r\n",    "From: other@example.com\r\n",
};

/* The rule that drops the block, "" when it is let through. */
static const char *ask(struct span block)
{
    static const char *aliases[] = {"web@example.net"};
    struct fuzz_call it;
    struct buffer bytes;
    struct flat headers;
    struct account account = {.address = "agent@example.org", .aliases = {aliases, 1}};
    struct gate_facts facts = {.account = &account, .headers = &headers};
    struct verdict verdict = {.action = VERDICT_DO};
    fuzz_call_begin(&it, 1 << 20);
    buffer_init(&bytes, HEADERS_MAX_BYTES);
    if (mime_headers(&it.call, block, &bytes) == MODULE_OK &&
        flat_open(&headers, HEADERS_KIND, HEADERS_SHAPE, buffer_span(&bytes)))
        FUZZ_ASSERT(loops_module.gate->admit(&it.call, &facts, &verdict) == MODULE_OK);
    FUZZ_ASSERT(verdict.action == VERDICT_DO || verdict.action == VERDICT_DROP);
    FUZZ_ASSERT((verdict.action == VERDICT_DROP) == (verdict.rule != NULL));
    FUZZ_ASSERT((verdict.rule != NULL) == (verdict.reason != NULL));
    buffer_free(&bytes);
    fuzz_call_end(&it);
    return verdict.rule ? verdict.rule : "";
}

/* Names of fields with their letters' case turned. */
static void turn_names(struct buffer *block)
{
    bool name = true;
    for (size_t i = 0; i < block->len; i++) {
        unsigned char byte = (unsigned char)block->at[i];
        if (byte == '\n')
            name = i + 1 < block->len && block->at[i + 1] != ' ' && block->at[i + 1] != '\t';
        else if (byte == ':')
            name = false;
        else if (name && isalpha(byte))
            block->at[i] = (char)(byte ^ 0x20);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    const char *robot = robots[fuzz_number(&rest, sizeof robots / sizeof *robots)];
    ptrdiff_t empty = span_find(rest, SPAN_LITERAL("\n\n"));
    ptrdiff_t empty_crlf = span_find(rest, SPAN_LITERAL("\n\r\n"));
    struct buffer block;
    buffer_init(&block, size + 4096);
    if (empty >= 0 || empty_crlf >= 0 || span_starts_nocase(rest, SPAN_LITERAL("\n")) ||
        span_starts_nocase(rest, SPAN_LITERAL("\r\n")))
        return 0; /* what is added would stand behind the block */
    buffer_add_text(&block, "From: ann@example.com\r\n");
    buffer_add_span(&block, rest);
    if (block.at[block.len - 1] != '\n')
        buffer_add_text(&block, "\r\n");
    size_t len = block.len;
    const char *rule = ask(buffer_span(&block));
    buffer_add_text(&block, robot);
    FUZZ_ASSERT(*ask(buffer_span(&block)));
    block.len = len;
    turn_names(&block);
    FUZZ_ASSERT(strcmp(rule, ask(buffer_span(&block))) == 0);
    buffer_free(&block);
    return 0;
}
