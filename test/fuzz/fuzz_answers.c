/* SPDX-License-Identifier: ISC */
/*
 * The worker's side of the parse protocol, with a child that lies: the bytes are what the child
 * sends.  Whatever is let through can be read to its last byte by whoever uses it.
 */
#include "agent/parse/client.c"

#include "agent/request/request.h"
#include "agent/base/file.h"
#include "test/fuzz/fuzz.h"

extern const struct www4mail_module loops_module;

/* The child's answers from a memory file; what it is asked goes nowhere. */
static void begin(struct parse_child *child, struct parser *parser, struct span answers)
{
    *child = (struct parse_child){.parser = parser, .handle = open("/dev/null", O_RDWR)};
    child->questions = open("/dev/null", O_WRONLY);
    child->answers = file_in_memory("answers");
    FUZZ_ASSERT(child->handle >= 0 && child->questions >= 0 && child->answers >= 0);
    FUZZ_ASSERT(file_write_all(child->answers, answers.at, answers.len));
    FUZZ_ASSERT(lseek(child->answers, 0, SEEK_SET) == 0);
    buffer_init(&child->headers.bytes, HEADERS_MAX_BYTES + 4096);
    buffer_init(&child->mail.bytes, PARTS_MAX_BYTES + 4096);
    buffer_init(&child->page.bytes, FACTS_MAX_BYTES + 4096);
    buffer_init(&child->render.bytes, DOCUMENT_MAX_BYTES);
}

static void end(struct parse_child *child)
{
    reap(child);
    buffer_free(&child->headers.bytes);
    buffer_free(&child->mail.bytes);
    buffer_free(&child->page.bytes);
    buffer_free(&child->render.bytes);
}

/* Answered or a fault, never both or neither. */
static bool judge(bool ok, struct fault *fault)
{
    FUZZ_ASSERT(ok != fault_is_set(fault));
    if (!ok)
        FUZZ_ASSERT(fault->operator&& fault->class != FAULT_NONE);
    fault_clear(fault);
    return ok;
}

static void use_headers(const struct flat *headers)
{
    struct fuzz_call it;
    struct account account = {.address = "agent@example.org"};
    struct gate_facts facts = {.account = &account, .headers = headers};
    struct verdict verdict;
    fuzz_touch_table(headers);
    fuzz_call_begin(&it, 1 << 16);
    FUZZ_ASSERT(loops_module.gate->admit(&it.call, &facts, &verdict) == MODULE_OK);
    fuzz_call_end(&it);
}

static void use_parts(const struct flat *parts)
{
    struct request_limits limits = {5};
    struct request request;
    struct arena *arena = arena_new(1 << 22);
    fuzz_touch_table(parts);
    if (request_read(arena, parts, SPAN_LITERAL("Re: get"), &limits, &request))
        FUZZ_ASSERT(request.count <= 5);
    arena_free(&arena);
}

static void use_document(const struct document *document)
{
    FUZZ_ASSERT(document->kind <= DOCUMENT_ORIGINAL);
    const struct span lines[] = {document->title, document->type, document->charset,
                                 document->file_name, document->language};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        FUZZ_ASSERT(span_find_byte(lines[i], '\n') < 0 && span_find_byte(lines[i], '\0') < 0);
    fuzz_touch(document->body);
    for (size_t i = 0; i < document->link_count; i++) {
        fuzz_touch(document->links[i].url);
        fuzz_touch(document->links[i].words);
    }
}

static void ask_one(struct parse_child *child, unsigned question, struct arena *arena)
{
    static const struct render_options options = {.width = 72, .max_bytes = 1 << 20};
    struct fault fault = FAULT_INIT;
    struct flat table;
    struct document document;
    switch (question) {
    case 0:
        if (judge(parse_headers(child, arena, &table, &fault), &fault))
            use_headers(&table);
        break;
    case 1:
        if (judge(parse_mail(child, &table, &fault), &fault))
            use_parts(&table);
        break;
    case 2:
        if (judge(parse_page(child, &table, &fault), &fault))
            fuzz_touch_table(&table);
        break;
    default:
        if (judge(parse_render(child, &options, arena, &document, &fault), &fault))
            use_document(&document);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    unsigned questions[4];
    struct parser parser = {.socket = -1};
    struct parse_child child;
    struct arena *arena = arena_new(8 << 20);
    for (size_t i = 0; i < 4; i++)
        questions[i] = fuzz_number(&rest, 4);
    begin(&child, &parser, rest);
    for (size_t i = 0; i < 4; i++)
        ask_one(&child, questions[i], arena);
    end(&child);
    arena_free(&arena);
    return 0;
}
