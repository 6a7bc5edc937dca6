/* SPDX-License-Identifier: ISC */
/*
 * The child's side of the parse protocol: a thing and the worker's frames in, whatever they say; each
 * is answered by one frame, and every answer is one that the worker takes.
 */
#include "test/fuzz/page_checks.h"

/* Modules are linked in here, not opened. */
#define run_modules fuzz_run_modules
#include "agent/parse/child.c"

extern const struct www4mail_module mime_module, page_module, text_module, html_module,
    original_module, article_module;

static enum module_result use_in_turn(struct call *call, const struct www4mail_module *const *list,
                                      module_use use, void *context)
{
    enum module_result result = MODULE_PASS;
    for (; *list && result == MODULE_PASS; list++)
        result = use(call, *list, context);
    return result;
}

enum module_result fuzz_run_modules(const struct blocks *blocks, enum stage_id stage,
                                    const char *role, const struct fields *fields,
                                    struct crumb *crumb, struct call *call, module_use use,
                                    void *context)
{
    const struct www4mail_module *list[3] = {&mime_module};
    const char *format = fields->values[FIELD_DOCUMENT_FORMAT];
    (void)blocks, (void)crumb;
    if (stage == STAGE_FILTER && strcmp(role, "builder") == 0)
        list[0] = &page_module;
    else if (stage == STAGE_FILTER && strcmp(role, "extractor") == 0)
        list[0] = &article_module;
    else if (stage == STAGE_FILTER && format && strcmp(format, "text") == 0)
        list[0] = &text_module, list[1] = &original_module;
    else if (stage == STAGE_FILTER && format && strcmp(format, "html") == 0)
        list[0] = &html_module, list[1] = &original_module;
    else if (stage == STAGE_FILTER)
        list[0] = &original_module;
    return use_in_turn(call, list, use, context);
}

/* As the worker would. */
static void check_answer(const struct frame *answer, uint32_t question)
{
    struct span bytes = buffer_span(&answer->bytes);
    struct flat table;
    struct document document;
    struct arena *arena = arena_new(64 << 20);
    if (answer->kind == PARSE_FAULT) {
        FUZZ_ASSERT(flat_open(&table, PARSE_FAULT_KIND, PARSE_FAULT_SHAPE, bytes));
        uint32_t code = flat_get_number(&table, 0, 0), class = flat_get_number(&table, 0, 1);
        FUZZ_ASSERT(table.rows == 1 && code > FAULT_OK && code < FAULT_CODE_COUNT);
        FUZZ_ASSERT(class > FAULT_NONE && class <= FAULT_OPERATOR);
    } else {
        FUZZ_ASSERT(answer->kind == question);
        if (question == PARSE_HEADERS)
            FUZZ_ASSERT(flat_open(&table, HEADERS_KIND, HEADERS_SHAPE, bytes));
        if (question == PARSE_MAIL)
            FUZZ_ASSERT(flat_open(&table, PARTS_KIND, PARTS_SHAPE, bytes));
        if (question == PARSE_PAGE)
            FUZZ_ASSERT(flat_open(&table, FACTS_KIND, FACTS_SHAPE, bytes));
        if (question == PARSE_RENDER)
            FUZZ_ASSERT(document_read(arena, bytes, &document));
    }
    arena_free(&arena);
}

static void ask_and_check(struct child *child, const struct frame *question)
{
    struct frame reply = {.kind = 0};
    child->answers = file_in_memory("answer");
    buffer_init(&reply.bytes, DOCUMENT_MAX_BYTES);
    answer(child, question);
    FUZZ_ASSERT(lseek(child->answers, 0, SEEK_SET) == 0);
    FUZZ_ASSERT(frame_read(child->answers, &reply, 0));
    FUZZ_ASSERT(lseek(child->answers, 0, SEEK_CUR) == file_size(child->answers));
    FUZZ_ASSERT(!fault_is_set(&child->fault));
    check_answer(&reply, question->kind);
    buffer_free(&reply.bytes);
    close(child->answers);
}

static void check_order(struct span bytes)
{
    struct zygote_order order, again;
    struct buffer written;
    buffer_init(&written, ZYGOTE_MESSAGE_BYTES);
    if (zygote_read_order(bytes, &order) && zygote_write_order(&order.plan, &written)) {
        FUZZ_ASSERT(zygote_read_order(buffer_span(&written), &again));
        FUZZ_ASSERT(strcmp(order.plan.without, again.plan.without) == 0);
        FUZZ_ASSERT(order.plan.plain == again.plan.plain);
        FUZZ_ASSERT(order.plan.quick == again.plan.quick);
        FUZZ_ASSERT((order.plan.page == NULL) == (again.plan.page == NULL));
        arena_free(&again.arena);
    }
    arena_free(&order.arena);
    buffer_free(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct page_hints hints = {"http://example.org/", "text/html", "", "", "", false};
    struct span rest = {(const char *)data, size};
    unsigned way = fuzz_number(&rest, 4), questions = 0;
    struct parse_plan plan = {.without = "", .plain = way & 1, .page = way & 2 ? &hints : NULL};
    struct blocks none = {0};
    struct child child = {.plan = &plan, .blocks = &none};
    struct frame question = {.kind = 0};
    buffer_init(&question.bytes, QUESTION_BYTES);
    FUZZ_ASSERT(set_up(&child));
    child.thing = fuzz_part(&rest);
    child.questions = file_in_memory("questions");
    FUZZ_ASSERT(file_write_all(child.questions, rest.at, rest.len));
    FUZZ_ASSERT(lseek(child.questions, 0, SEEK_SET) == 0);
    while (questions++ < 8 && frame_read(child.questions, &question, 0))
        ask_and_check(&child, &question);
    check_order(rest);
    close(child.questions);
    buffer_free(&question.bytes);
    buffer_free(&child.out);
    buffer_free(&child.facts_bytes);
    arena_free(&child.call.arena);
    return 0;
}
