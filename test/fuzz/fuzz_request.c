/* SPDX-License-Identifier: ISC */
/* The request reader over parts as a child that lies could send them: bounded, and what it makes
 * of sound text is sound text. */
#include "test/fuzz/fuzz.h"

#include "agent/request/parts.h"
#include "agent/request/request.h"

#include <string.h>

enum { ORDERS = 5 };

static void add_part(struct flat_writer *writer, uint32_t source, struct span text)
{
    flat_number(writer, source);
    flat_number(writer, 0);
    flat_text(writer, SPAN_LITERAL("text/plain"));
    flat_text(writer, SPAN_LITERAL(""));
    flat_text(writer, text);
}

static void check_order(const struct order *order, bool sound)
{
    struct span word = span_of(order->word), argument = span_of(order->argument);
    FUZZ_ASSERT(order->word && order->argument);
    FUZZ_ASSERT(order->verb <= VERB_NOT_YET);
    FUZZ_ASSERT(word.len <= 100);
    FUZZ_ASSERT(span_find_byte(word, '\n') < 0 && span_find_byte(argument, '\n') < 0);
    if (sound)
        FUZZ_ASSERT(fuzz_is_line(word) && fuzz_is_line(argument));
}

static void check_request(struct arena *arena, const struct flat *parts, struct span subject,
                          bool sound)
{
    struct request_limits limits = {ORDERS};
    struct request request, again;
    if (!request_read(arena, parts, subject, &limits, &request))
        return;
    FUZZ_ASSERT(request.count <= ORDERS);
    FUZZ_ASSERT(request.left_out == 0 || request.count == ORDERS);
    for (size_t i = 0; i < request.count; i++)
        check_order(&request.orders[i], sound);
    /* More may be asked for: the first ones stay what they are. */
    limits.orders = ORDERS * 2;
    if (!request_read(arena, parts, subject, &limits, &again))
        return;
    FUZZ_ASSERT(again.count >= request.count);
    FUZZ_ASSERT(again.count + again.left_out == request.count + request.left_out);
    for (size_t i = 0; i < request.count; i++)
        FUZZ_ASSERT(strcmp(request.orders[i].argument, again.orders[i].argument) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    struct buffer bytes;
    struct flat_writer writer;
    struct flat parts;
    struct arena *arena = arena_new(1 << 22);
    uint32_t source = fuzz_number(&rest, PARTS_OTHER + 1);
    struct span subject = fuzz_part(&rest);
    bool sound = fuzz_is_line(subject) && fuzz_is_text(rest);
    buffer_init(&bytes, PARTS_MAX_BYTES);
    flat_begin(&writer, PARTS_KIND, PARTS_SHAPE, PARTS_MAX_BYTES);
    add_part(&writer, source, fuzz_part(&rest));
    add_part(&writer, PARTS_HTML, rest);
    if (arena && flat_end(&writer, &bytes)) {
        FUZZ_ASSERT(flat_open(&parts, PARTS_KIND, PARTS_SHAPE, buffer_span(&bytes)));
        check_request(arena, &parts, subject, sound);
    }
    buffer_free(&bytes);
    arena_free(&arena);
    return 0;
}
