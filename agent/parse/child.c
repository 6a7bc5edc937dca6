/* SPDX-License-Identifier: ISC */
/*
 * The child's side: gives up everything, then reads hostile bytes through the modules that were
 * planned.  Whatever it says is checked by the other side; whatever it does costs this thing only.
 */
#include "agent/parse/zygote.h"

#include "agent/base/file.h"
#include "agent/base/frame.h"
#include "agent/base/sandbox.h"
#include "agent/parse/mail_text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    CPU_SECONDS = 10,
    STACK_BYTES = 64 << 20,
    ADDRESS_SPACE = 640 << 20,
    ARENA_BYTES = 400 << 20,
    QUESTION_BYTES = 64 * 1024
};

struct child {
    const struct parse_plan *plan;
    const struct blocks *blocks;
    struct blocks allowed; /* without the module that the plan leaves out */
    struct crumb *crumb;
    struct fields fields;
    struct settings overrides; /* what a second, simpler attempt asks of the builder */
    struct setting simple[1];
    struct call call;
    struct fault fault;
    int questions, answers;
    struct span thing;
    struct buffer out;
    struct prepared { /* what a builder has opened for itself */
        const struct www4mail_module *module;
        void *state;
    } prepared[PLAN_MAX];
    size_t prepared_count;
    bool unprepared;         /* a part of the mail needed more than this child has */
    const struct tree *tree; /* of a page, once its facts were asked for */
    struct buffer facts_bytes;
    struct flat facts;
    bool has_facts;
    struct extract extract; /* of `part` of the page, once that was asked for */
    enum render_part part;
    bool has_extract;
};

/* ---- the builder, for pages and for mails written in HTML ---- */

struct build {
    struct child *child;
    struct span bytes;
    const struct page_hints *hints;
    struct buffer *facts;
    const struct tree *tree;
};

/* Each of those planned prepares: which one it is for is not known before the bytes are read. */
static enum module_result use_prepare(struct call *call, const struct www4mail_module *module,
                                      void *context)
{
    struct build *build = context;
    struct child *child = build->child;
    if (!module->builder->prepare || child->prepared_count == PLAN_MAX)
        return MODULE_PASS;
    struct prepared *prepared = &child->prepared[child->prepared_count++];
    prepared->module = module;
    enum module_result result = module->builder->prepare(call, build->hints, &prepared->state);
    return result == MODULE_OK ? MODULE_PASS : result;
}

/* NULL when there is no room for one more. */
static struct prepared *prepared_of(struct child *child, const struct www4mail_module *module)
{
    for (size_t i = 0; i < child->prepared_count; i++)
        if (child->prepared[i].module == module)
            return &child->prepared[i];
    if (child->prepared_count == PLAN_MAX)
        return NULL;
    child->prepared[child->prepared_count] = (struct prepared){module, NULL};
    return &child->prepared[child->prepared_count++];
}

static void *state_of(const struct child *child, const struct www4mail_module *module)
{
    for (size_t i = 0; i < child->prepared_count; i++)
        if (child->prepared[i].module == module)
            return child->prepared[i].state;
    return NULL;
}

static enum module_result use_build(struct call *call, const struct www4mail_module *module,
                                    void *context)
{
    struct build *build = context;
    return module->builder->build(call, state_of(build->child, module), build->bytes, build->hints,
                                  build->facts, &build->tree);
}

/* Hands one part to each builder that takes parts. */
struct adding {
    struct child *child;
    const struct page_part *part;
};

static enum module_result use_add(struct call *call, const struct www4mail_module *module,
                                  void *context)
{
    const struct adding *adding = context;
    struct child *child = adding->child;
    if (!module->builder->add)
        return MODULE_PASS;
    struct prepared *prepared = prepared_of(child, module);
    if (!prepared)
        return MODULE_PASS;
    enum module_result result = module->builder->add(call, &prepared->state, adding->part);
    return result == MODULE_OK ? MODULE_PASS : result;
}

/* The thing is the page with its parts behind it; lengths that are not true leave the rest out. */
static void add_parts(struct child *child)
{
    const struct parse_plan *plan = child->plan;
    struct span rest = child->thing;
    if (!plan->part_count || plan->page_bytes > rest.len)
        return;
    child->thing.len = plan->page_bytes;
    rest = span_from(rest, plan->page_bytes);
    for (size_t i = 0; i < plan->part_count && plan->parts[i].bytes.len <= rest.len; i++) {
        struct page_part part = plan->parts[i];
        part.bytes.at = rest.at;
        rest = span_from(rest, part.bytes.len);
        struct adding adding = {child, &part};
        run_modules(&child->allowed, STAGE_FILTER, "builder", &child->fields, child->crumb,
                    &child->call, use_add, &adding);
    }
}

static enum module_result ask_builder(struct child *child, struct build *build, module_use use)
{
    return run_modules(&child->allowed, STAGE_FILTER, "builder", &child->fields, child->crumb,
                       &child->call, use, build);
}

/* Prepared quickly, a child cannot know yet that it must fail. */
static bool is_unprepared(const struct child *child)
{
    return child->plan->quick && child->fault.class == FAULT_TEMPORARY;
}

/* ---- questions about a mail ---- */

static bool html_to_text(void *context, struct span html, struct span charset,
                         struct buffer *text_out)
{
    struct child *child = context;
    char *label = arena_copy_span(child->call.arena, charset);
    struct page_hints hints = {.url = "http://mail.invalid/",
                               .type = "text/html",
                               .charset = label ? label : "",
                               .language = "",
                               .file_name = "",
                               .quick = child->plan->quick};
    struct buffer facts;
    buffer_init(&facts, FACTS_MAX_BYTES);
    struct build build = {.child = child, .bytes = html, .hints = &hints, .facts = &facts};
    struct call outer = child->call;
    bool ok = ask_builder(child, &build, use_build) == MODULE_OK && build.tree &&
              mail_text(build.tree, text_out);
    child->call = outer;
    child->unprepared = child->unprepared || is_unprepared(child);
    buffer_free(&facts);
    return ok;
}

/* Up to and with the empty line: what comes behind is no header, however large or binary. */
static struct span header_block(struct span mail)
{
    ptrdiff_t end = span_find(mail, SPAN_LITERAL("\n\n"));
    ptrdiff_t crlf_end = span_find(mail, SPAN_LITERAL("\n\r\n"));
    if (crlf_end >= 0 && (end < 0 || crlf_end < end))
        return (struct span){mail.at, (size_t)crlf_end + 3};
    return end < 0 ? mail : (struct span){mail.at, (size_t)end + 2};
}

static enum module_result use_headers(struct call *call, const struct www4mail_module *module,
                                      void *context)
{
    struct child *child = context;
    return module->reader->headers(call, header_block(child->thing), &child->out);
}

static enum module_result use_parts(struct call *call, const struct www4mail_module *module,
                                    void *context)
{
    struct child *child = context;
    return module->reader->parts(call, child->thing, html_to_text, child, &child->out);
}

static enum module_result ask_reader(struct child *child, module_use use)
{
    return run_modules(&child->allowed, STAGE_PARSEMAIL, "reader", &child->fields, child->crumb,
                       &child->call, use, child);
}

/* ---- questions about a page ---- */

static enum module_result tell_page(struct child *child)
{
    add_parts(child);
    struct build build = {.child = child,
                          .bytes = child->thing,
                          .hints = child->plan->page,
                          .facts = &child->facts_bytes};
    enum module_result result = ask_builder(child, &build, use_build);
    if (result != MODULE_OK)
        return result;
    child->tree = build.tree;
    child->has_facts =
        flat_open(&child->facts, FACTS_KIND, FACTS_SHAPE, buffer_span(&child->facts_bytes));
    buffer_add_span(&child->out, buffer_span(&child->facts_bytes));
    return child->has_facts ? MODULE_OK : MODULE_FAIL;
}

enum { SHELL_TEXT = 600, SHELL_BYTES = 2048 };

/* Next to nothing is shown of a page that is not small: its text may be in its scripts. */
static bool is_shell(const struct child *child)
{
    for (uint32_t row = 0; row < child->facts.rows; row++)
        if (flat_get_number(&child->facts, row, FACTS_WHAT) == FACT_TEXT_BYTES)
            return flat_get_number(&child->facts, row, FACTS_VALUE) < SHELL_TEXT &&
                   child->thing.len > SHELL_BYTES;
    return false;
}

static enum module_result use_extract(struct call *call, const struct www4mail_module *module,
                                      void *context)
{
    struct child *child = context;
    struct render_input input = {.bytes = child->thing,
                                 .hints = child->plan->page,
                                 .facts = &child->facts,
                                 .tree = child->tree};
    return module->extractor->extract(call, &input, child->part, &child->extract);
}

/* What is to be rendered in place of the whole page; the page where that is not to be had, or where
 * the simple way was asked for. */
static void extract(struct child *child, enum render_part part)
{
    if (child->has_extract && child->part == part)
        return;
    child->extract = (struct extract){0};
    child->part = part;
    child->has_extract = true;
    if (!child->tree || child->plan->plain || (part == PART_PAGE && !is_shell(child)))
        return;
    child->fields.values[FIELD_DOCUMENT_FORMAT] = format_name(FORMAT_ARTICLE);
    enum module_result result =
        run_modules(&child->allowed, STAGE_FILTER, "extractor", &child->fields, child->crumb,
                    &child->call, use_extract, child);
    if (result == MODULE_OK)
        return;
    child->extract = (struct extract){0};
    fault_clear(&child->fault);
}

struct rendering {
    struct child *child;
    struct render_options options;
    struct document document;
};

static enum module_result use_render(struct call *call, const struct www4mail_module *module,
                                     void *context)
{
    struct rendering *rendering = context;
    struct child *child = rendering->child;
    struct render_input input = {.bytes = child->thing,
                                 .hints = child->plan->page,
                                 .facts = &child->facts,
                                 .tree = child->extract.tree ? child->extract.tree : child->tree};
    return module->renderer->render(call, &input, &rendering->options, &rendering->document);
}

static void tell_extract(const struct extract *extract, struct document *document)
{
    if (extract->title.len)
        document->title = extract->title;
    document->byline = extract->byline;
    document->date = extract->date;
    document->image = extract->image;
    document->note = extract->note;
}

static enum module_result tell_render(struct child *child, struct span question)
{
    struct flat asked;
    struct rendering rendering = {.child = child};
    if (!child->has_facts || !flat_open(&asked, PARSE_RENDER_KIND, PARSE_RENDER_SHAPE, question) ||
        asked.rows != 1)
        return MODULE_FAIL;
    struct span mailto = flat_get_text(&asked, 0, 3);
    rendering.options = (struct render_options){
        .format = (enum format)flat_get_number(&asked, 0, 0),
        .width = flat_get_number(&asked, 0, 1),
        .max_bytes = flat_get_number(&asked, 0, 2),
        .mailto = mailto.len ? arena_copy_span(child->call.arena, mailto) : NULL,
        .part = (enum render_part)flat_get_number(&asked, 0, 4),
        .blind = flat_get_number(&asked, 0, 5)};
    if (rendering.options.format != FORMAT_SOURCE)
        extract(child, rendering.options.part);
    child->fields.values[FIELD_DOCUMENT_FORMAT] = format_name(rendering.options.format);
    enum module_result result =
        run_modules(&child->allowed, STAGE_FILTER, "renderer", &child->fields, child->crumb,
                    &child->call, use_render, &rendering);
    if (rendering.document.kind != DOCUMENT_ORIGINAL)
        tell_extract(&child->extract, &rendering.document);
    if (result == MODULE_OK && !document_write(&rendering.document, &child->out))
        fault_set(&child->fault, FAULT_REPLY_TOO_LARGE, NULL, "the document is too large");
    return child->out.failed ? MODULE_FAIL : result;
}

/* ---- answering ---- */

static void write_fault(struct child *child)
{
    struct flat_writer writer;
    struct buffer bytes;
    fault_set(&child->fault, FAULT_RENDER, NULL, "no module could do it");
    buffer_init(&bytes, 16 * 1024);
    flat_begin(&writer, PARSE_FAULT_KIND, PARSE_FAULT_SHAPE, bytes.max);
    flat_number(&writer, child->fault.code);
    flat_number(&writer, child->fault.class);
    flat_text(&writer, span_of(child->fault.asker));
    flat_text(&writer, span_of(child->fault.operator));
    flat_end(&writer, &bytes);
    frame_write(child->answers, PARSE_FAULT, buffer_span(&bytes));
    buffer_free(&bytes);
    fault_clear(&child->fault);
}

static void answer(struct child *child, const struct frame *question)
{
    enum module_result result = MODULE_FAIL;
    buffer_clear(&child->out);
    switch (question->kind) {
    case PARSE_HEADERS:
        result = ask_reader(child, use_headers);
        break;
    case PARSE_MAIL:
        result = ask_reader(child, use_parts);
        break;
    case PARSE_PAGE:
        result = child->plan->page ? tell_page(child) : MODULE_FAIL;
        break;
    case PARSE_RENDER:
        result = tell_render(child, buffer_span(&question->bytes));
        break;
    default:
        break;
    }
    if (child->unprepared || (question->kind == PARSE_PAGE && is_unprepared(child)))
        frame_write(child->answers, PARSE_UNPREPARED, (struct span){"", 0});
    else if (result == MODULE_OK && !child->out.failed)
        frame_write(child->answers, question->kind, buffer_span(&child->out));
    else
        write_fault(child);
}

/* ---- setting up ---- */

static void open_modules(const struct blocks *blocks, enum stage_id stage, const char *role,
                         const struct fields *fields)
{
    struct plan plan;
    struct fault ignored = FAULT_INIT; /* said again, and then heard, when the module is used */
    plan_make(blocks, stage, role, fields, &plan);
    for (size_t i = 0; i < plan.count; i++)
        loader_open(plan.blocks[i], &ignored);
    fault_clear(&ignored);
}

/* What is planned is opened where there are files; the child finds it open. */
void parse_child_open_modules(const struct blocks *blocks, const struct parse_plan *plan)
{
    struct fields fields = plan->fields;
    if (!plan->page)
        open_modules(blocks, STAGE_PARSEMAIL, "reader", &fields);
    open_modules(blocks, STAGE_FILTER, "builder", &fields);
    const char *only = fields.values[FIELD_DOCUMENT_FORMAT];
    fields.values[FIELD_DOCUMENT_FORMAT] = format_name(FORMAT_ARTICLE);
    open_modules(blocks, STAGE_FILTER, "extractor", &fields);
    for (int format = FORMAT_TEXT; format <= FORMAT_SOURCE; format++) {
        if (only && strcmp(only, format_name((enum format)format)) != 0)
            continue;
        fields.values[FIELD_DOCUMENT_FORMAT] = format_name((enum format)format);
        open_modules(blocks, STAGE_FILTER, "renderer", &fields);
    }
}

static void prepare(struct child *child)
{
    const struct page_hints html = {"", "text/html", "", "", "", child->plan->quick};
    struct build build = {.child = child, .hints = child->plan->page ? child->plan->page : &html};
    ask_builder(child, &build, use_prepare);
    fault_clear(&child->fault);
}

/* Keeps the two pipes at 3 and 4 and maps the thing; every other descriptor is closed. */
static bool take_descriptors(struct child *child, const int *descriptors)
{
    static const int keep[] = {3, 4};
    if (!file_map(descriptors[0], &child->thing))
        return false;
    child->questions = fcntl(descriptors[1], F_DUPFD, 10);
    child->answers = fcntl(descriptors[2], F_DUPFD, 10);
    if (dup2(child->questions, keep[0]) < 0 || dup2(child->answers, keep[1]) < 0)
        return false;
    child->questions = keep[0];
    child->answers = keep[1];
#ifndef WWW4MAIL_SANITIZED
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        if (nowhere < 0 || dup2(nowhere, fd) < 0)
            close(fd);
#endif
    return sandbox_close_all_but(keep, 2);
}

/* All modules, but not the one that was running when a worker died of this job twice. */
static bool choose_modules(struct child *child)
{
    const struct blocks *all = child->blocks;
    child->allowed.blocks = arena_alloc(child->call.arena, (all->count + 1) * sizeof *all->blocks);
    if (!child->allowed.blocks)
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->blocks[i].name, child->plan->without) != 0)
            child->allowed.blocks[child->allowed.count++] = all->blocks[i];
    return true;
}

static bool set_up(struct child *child)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    child->simple[0] =
        (struct setting){.key = "structure", .value = child->plan->plain ? "no" : "yes"};
    child->overrides = (struct settings){child->simple, 1};
    child->call = (struct call){.module = "parse",
                                .overrides = &child->overrides,
                                .arena = arena_new(ARENA_BYTES),
                                .fault = &child->fault};
    child->fields = child->plan->fields;
    buffer_init(&child->out, DOCUMENT_MAX_BYTES);
    buffer_init(&child->facts_bytes, FACTS_MAX_BYTES);
    return child->call.arena && choose_modules(child);
}

_Noreturn void parse_child_run(const struct blocks *blocks, struct crumb *crumb,
                               const struct parse_plan *plan, const int *descriptors)
{
    static const struct sandbox_limits limits = {CPU_SECONDS, ADDRESS_SPACE, STACK_BYTES};
    struct child child = {.plan = plan, .blocks = blocks, .crumb = crumb};
    struct frame question = {0};
    buffer_init(&question.bytes, QUESTION_BYTES);
    if (!set_up(&child) || !take_descriptors(&child, descriptors))
        _exit(EX_OSERR);
    prepare(&child);
    if (!sandbox_parse(&limits, &child.fault))
        _exit(EX_OSERR);
    while (frame_read(child.questions, &question, 0))
        answer(&child, &question);
    _exit(EX_OK);
}
