/* SPDX-License-Identifier: ISC */
/* gate_fixture: a mail's header table made by hand, an account, and the gate asked about them. */
#ifndef WWW4MAIL_TEST_UNIT_GATE_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_GATE_FIXTURE_H

#include "agent/modules/call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

extern const struct www4mail_module www4mail_module;

struct header_row {
    enum headers_what what;
    const char *name, *value;
};

struct gate_fixture {
    struct account account;
    struct arena *arena;
    struct fault fault;
    struct verdict verdict;
};

static const char *fixture_aliases[] = {"web@example.net"};

static inline void fixture_begin(struct gate_fixture *fixture)
{
    *fixture = (struct gate_fixture){.arena = arena_new(1 << 16)};
    assert_non_null(fixture->arena);
    fixture->account.address = "agent@example.org";
    fixture->account.aliases = (struct words){fixture_aliases, 1};
    fixture->account.limits.max_message = 1024 * 1024;
}

static inline void fixture_end(struct gate_fixture *fixture)
{
    fault_clear(&fixture->fault);
    arena_free(&fixture->arena);
}

/* Asks about a mail of so many rows and bytes; the verdict's texts live as long as the fixture. */
static inline enum module_result fixture_ask(struct gate_fixture *fixture,
                                             const struct header_row *rows, size_t count,
                                             uint64_t size)
{
    struct flat_writer writer;
    struct buffer bytes;
    struct flat headers;
    struct call call = {
        .module = www4mail_module.name, .arena = fixture->arena, .fault = &fixture->fault};
    buffer_init(&bytes, HEADERS_MAX_BYTES);
    flat_begin(&writer, HEADERS_KIND, HEADERS_SHAPE, HEADERS_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        flat_number(&writer, (uint32_t)rows[i].what);
        flat_text(&writer, span_of(rows[i].name));
        flat_text(&writer, span_of(rows[i].value));
    }
    assert_true(flat_end(&writer, &bytes));
    assert_true(flat_open(&headers, HEADERS_KIND, HEADERS_SHAPE, buffer_span(&bytes)));
    struct gate_facts facts = {
        .account = &fixture->account, .headers = &headers, .message_size = size};
    enum module_result result = www4mail_module.gate->admit(&call, &facts, &fixture->verdict);
    buffer_free(&bytes);
    return result;
}

#endif
