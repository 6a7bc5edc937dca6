/* SPDX-License-Identifier: ISC */
/*
 * Memory runs out at the gate `senders`, the only gate that takes any: who is refused stays refused
 * or is put off, and who is allowed is never dropped.
 */
#include "test/unit/gate_fixture.h"

#include "test/unit/torture.h"

static const char *allowed[] = {"*@boat.example"};

struct asking {
    struct flat headers;
    uint64_t size;
};

static bool ask(void *context, struct fault *fault)
{
    const struct asking *asking = context;
    struct gate_fixture fixture;
    torture_end();
    fixture_begin(&fixture);
    fixture.account.senders.allow = (struct words){allowed, 1};
    struct call call = {.module = "senders", .arena = fixture.arena, .fault = &fixture.fault};
    struct gate_facts facts = {
        .account = &fixture.account, .headers = &asking->headers, .message_size = asking->size};
    torture_go_on();
    enum module_result result = www4mail_module.gate->admit(&call, &facts, &fixture.verdict);
    torture_end();
    if (result == MODULE_OK && asking->size > 1024 * 1024) {
        assert_int_equal(fixture.verdict.action, VERDICT_REFUSE);
        assert_non_null(fixture.verdict.reason);
    } else if (result == MODULE_OK) {
        assert_int_equal(fixture.verdict.action, VERDICT_DO);
    }
    if (result != MODULE_OK) {
        *fault = fixture.fault;
        fixture.fault = FAULT_INIT;
    }
    fixture_end(&fixture);
    return result == MODULE_OK;
}

static const struct header_row rows[] = {
    {HEADERS_LINE, "From", "Ann <ann@boat.example>"},
    {HEADERS_FROM, "Ann", "ann@boat.example"},
    {HEADERS_LINE, "To", "Agent <agent@EXAMPLE.org>"},
};

static void test_memory_ends_at_the_gate(void **state)
{
    (void)state;
    struct asking small = {.size = 100}, large = {.size = 2000000};
    struct buffer bytes;
    struct flat_writer writer;
    buffer_init(&bytes, HEADERS_MAX_BYTES);
    flat_begin(&writer, HEADERS_KIND, HEADERS_SHAPE, HEADERS_MAX_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        flat_number(&writer, (uint32_t)rows[i].what);
        flat_text(&writer, span_of(rows[i].name));
        flat_text(&writer, span_of(rows[i].value));
    }
    assert_true(flat_end(&writer, &bytes));
    assert_true(flat_open(&small.headers, HEADERS_KIND, HEADERS_SHAPE, buffer_span(&bytes)));
    large.headers = small.headers;
    torture_allocations(&(struct torture){.attempt = ask, .context = &small});
    assert_true(torture_allocations(&(struct torture){.attempt = ask, .context = &large}) > 0);
    buffer_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory_ends_at_the_gate)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
