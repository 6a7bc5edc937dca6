/* SPDX-License-Identifier: ISC */
/* The worker's side: has children made, asks, checks what comes back.  Believes nothing. */
#include "agent/parse/zygote.h"

#include "agent/base/clock.h"
#include "agent/base/frame.h"
#include "agent/base/sandbox.h"
#include "render/sniff.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { QUESTION_MS = 20000, FAREWELL_MS = 200, START_MS = 10000 };

struct parser {
    const struct blocks *blocks;
    struct crumb *crumb; /* shared with the children, and with nobody else */
    bool zygote;         /* has one; else this process forks its children itself */
    pid_t pid;
    int socket; /* -1 when the zygote is gone */
};

struct parse_child {
    struct parser *parser;
    struct zygote_order order; /* the plan, with the memory of its texts */
    int thing;
    bool replaceable; /* a second child may take its place: nothing was told to this one */
    int handle;       /* pidfd; -1 when the child is gone */
    int questions, answers;
    struct frame headers, mail, page, render;
};

/* ---- the zygote ---- */

static bool fork_zygote(struct parser *parser, struct fault *fault)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fault_set(fault, FAULT_IO, NULL, "socketpair: %s", strerror(errno));
    parser->pid = fork();
    if (parser->pid == 0) {
        if (!sandbox_close_all_but(&ends[1], 1))
            _exit(EX_OSERR);
        zygote_run(parser->blocks, parser->crumb, ends[1]);
    }
    close(ends[1]);
    if (parser->pid < 0) {
        close(ends[0]);
        return fault_set(fault, FAULT_IO, NULL, "fork: %s", strerror(errno));
    }
    parser->socket = ends[0];
    return true;
}

/* It ends by itself, with its children, when nobody listens any more; if not, it is ended: it holds
 * nothing that could be lost. */
static void end_zygote(struct parser *parser)
{
    if (parser->socket < 0)
        return;
    close(parser->socket);
    parser->socket = -1;
    int64_t deadline = clock_monotonic_ms() + FAREWELL_MS;
    while (waitpid(parser->pid, NULL, WNOHANG) == 0) {
        if (clock_left_ms(deadline) == 0)
            kill(parser->pid, SIGKILL);
        poll(NULL, 0, 1);
    }
}

struct parser *parser_open(const struct blocks *blocks, bool zygote, struct fault *fault)
{
    struct parser *parser = calloc(1, sizeof *parser);
    if (!parser) {
        fault_set(fault, FAULT_MEMORY, NULL, "no memory for a parser");
        return NULL;
    }
    *parser = (struct parser){.blocks = blocks, .zygote = zygote, .socket = -1};
    parser->crumb = mmap(NULL, sizeof *parser->crumb, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (parser->crumb == MAP_FAILED) {
        parser->crumb = NULL;
        fault_set(fault, FAULT_MEMORY, NULL, "no memory for a parser");
        parser_close(&parser);
    } else if (zygote && !fork_zygote(parser, fault)) {
        parser_close(&parser);
    }
    return parser;
}

pid_t parser_process(const struct parser *parser)
{
    return parser->pid;
}

bool parser_lives(const struct parser *parser)
{
    return !parser->zygote || parser->socket >= 0;
}

void parser_close(struct parser **parser)
{
    if (!*parser)
        return;
    end_zygote(*parser);
    if ((*parser)->crumb)
        munmap((*parser)->crumb, sizeof *(*parser)->crumb);
    free(*parser);
    *parser = NULL;
}

/* ---- children ---- */

static void reap(struct parse_child *child)
{
    if (child->handle < 0)
        return;
    close(child->questions);
    close(child->answers);
    struct pollfd ended = {.fd = child->handle, .events = POLLIN};
    if (poll(&ended, 1, FAREWELL_MS) <= 0)
        syscall(SYS_pidfd_send_signal, child->handle, SIGKILL, NULL, 0);
    siginfo_t ignored;
    if (!child->parser->zygote)
        waitid(P_PIDFD, (id_t)child->handle, &ignored, WEXITED);
    close(child->handle);
    child->handle = -1;
}

/* Sends an order with the far ends of two pipes; the handle of the child comes back. */
static bool order_child(struct parser *parser, struct span order, const int *descriptors,
                        int *handle_out)
{
    struct buffer word;
    buffer_init(&word, 16);
    struct pollfd wanted = {.fd = parser->socket, .events = POLLIN};
    bool ok = zygote_send(parser->socket, order, descriptors, ZYGOTE_DESCRIPTORS) &&
              poll(&wanted, 1, START_MS) > 0 &&
              zygote_receive(parser->socket, &word, handle_out, 1);
    if (ok && word.at[0] != 'c') {
        close(*handle_out);
        ok = false;
    }
    buffer_free(&word);
    return ok;
}

static bool have_zygote_fork(struct parser *parser, const struct parse_plan *plan,
                             const int *descriptors, int *handle_out, struct fault *fault)
{
    struct buffer order;
    buffer_init(&order, ZYGOTE_MESSAGE_BYTES);
    bool written = zygote_write_order(plan, &order);
    bool ok = written && order_child(parser, buffer_span(&order), descriptors, handle_out);
    buffer_free(&order);
    if (ok)
        return true;
    if (!written)
        return fault_set(fault, FAULT_MEMORY, NULL, "an order for the parser is too long");
    end_zygote(parser);
    return fault_set(fault, FAULT_INTERNAL, NULL, "the parser's zygote has died");
}

static bool fork_child(struct parser *parser, const struct parse_plan *plan, const int *descriptors,
                       int *handle_out, struct fault *fault)
{
    *handle_out = zygote_fork(parser->blocks, parser->crumb, plan, descriptors);
    return *handle_out >= 0 || fault_set(fault, FAULT_IO, NULL, "fork: %s", strerror(errno));
}

/* Two pipes, or a fault and none. */
static bool make_pipes(int down[2], int up[2], struct fault *fault)
{
    if (pipe2(down, O_CLOEXEC) != 0)
        return fault_set(fault, FAULT_IO, NULL, "pipe: %s", strerror(errno));
    if (pipe2(up, O_CLOEXEC) == 0)
        return true;
    fault_set(fault, FAULT_IO, NULL, "pipe: %s", strerror(errno));
    close(down[0]);
    close(down[1]);
    return false;
}

static bool start_child(struct parse_child *child, struct fault *fault)
{
    int down[2], up[2];
    struct parser *parser = child->parser;
    const struct parse_plan *plan = &child->order.plan;
    if (!parser_lives(parser))
        return fault_set(fault, FAULT_INTERNAL, NULL, "the parser's zygote has died");
    if (!make_pipes(down, up, fault))
        return false;
    const int descriptors[ZYGOTE_DESCRIPTORS] = {child->thing, down[0], up[1]};
    bool ok = parser->zygote ? have_zygote_fork(parser, plan, descriptors, &child->handle, fault)
                             : fork_child(parser, plan, descriptors, &child->handle, fault);
    close(down[0]);
    close(up[1]);
    child->questions = down[1];
    child->answers = up[0];
    if (ok)
        return true;
    close(down[1]);
    close(up[0]);
    child->handle = -1;
    return false;
}

/* The caller's may be gone when a second child is made. */
static bool keep_plan(struct parse_child *child, const struct parse_plan *plan, struct fault *fault)
{
    struct buffer bytes;
    struct parse_plan quick = *plan;
    quick.quick = true;
    buffer_init(&bytes, ZYGOTE_MESSAGE_BYTES);
    bool kept =
        zygote_write_order(&quick, &bytes) && zygote_read_order(buffer_span(&bytes), &child->order);
    buffer_free(&bytes);
    return kept || fault_set(fault, FAULT_MEMORY, NULL, "an order for the parser is too long");
}

struct parse_child *parse_start(struct parser *parser, const struct parse_plan *plan, int fd,
                                struct fault *fault)
{
    struct parse_child *child = calloc(1, sizeof *child);
    if (!child) {
        fault_set(fault, FAULT_MEMORY, NULL, "no memory for a parse child");
        return NULL;
    }
    *child = (struct parse_child){.parser = parser, .thing = fd, .replaceable = true, .handle = -1};
    buffer_init(&child->headers.bytes, HEADERS_MAX_BYTES + 4096);
    buffer_init(&child->mail.bytes, PARTS_MAX_BYTES + 4096);
    buffer_init(&child->page.bytes, FACTS_MAX_BYTES + 4096);
    buffer_init(&child->render.bytes, DOCUMENT_MAX_BYTES);
    bool ok = keep_plan(child, plan, fault) && start_child(child, fault);
    if (!ok)
        parse_end(&child);
    return child;
}

void parse_end(struct parse_child **child)
{
    if (!*child)
        return;
    reap(*child);
    buffer_free(&(*child)->headers.bytes);
    buffer_free(&(*child)->mail.bytes);
    buffer_free(&(*child)->page.bytes);
    buffer_free(&(*child)->render.bytes);
    arena_free(&(*child)->order.arena);
    free(*child);
    *child = NULL;
}

static bool crashed(struct parse_child *child, const char *how, struct fault *fault)
{
    const struct crumb *crumb = child->parser->crumb;
    reap(child);
    return fault_set(fault, FAULT_CRASH, NULL, "the parse child %s in %.31s %.63s", how,
                     crumb ? crumb->stage : "", crumb ? crumb->module : "");
}

/* The child's own words: a code, a class, two texts. */
static bool take_fault(struct parse_child *child, struct span bytes, struct fault *fault)
{
    struct flat flat;
    if (!flat_open(&flat, PARSE_FAULT_KIND, PARSE_FAULT_SHAPE, bytes) || flat.rows != 1)
        return crashed(child, "sent a bad frame", fault);
    struct span asker = flat_get_text(&flat, 0, 2), operator= flat_get_text(&flat, 0, 3);
    uint32_t code = flat_get_number(&flat, 0, 0), class = flat_get_number(&flat, 0, 1);
    if (code == FAULT_OK || code >= FAULT_CODE_COUNT || class == FAULT_NONE ||
        class > FAULT_OPERATOR)
        return crashed(child, "sent a bad fault", fault);
    fault_set(fault, (enum fault_code)code, NULL, "%.*s", (int)operator.len, operator.at);
    if (asker.len)
        fault_tell_asker(fault, "%.*s", (int)asker.len, asker.at);
    fault->class = (enum fault_class) class;
    return false;
}

static bool exchange(struct parse_child *child, enum parse_frame kind, struct span question,
                     struct frame *frame, struct fault *fault)
{
    int64_t deadline = clock_monotonic_ms() + QUESTION_MS;
    if (child->handle < 0)
        return fault_set(fault, FAULT_CRASH, NULL, "the parse child has died before");
    if (!frame_write(child->questions, kind, question))
        return crashed(child, "died", fault);
    if (!frame_read(child->answers, frame, deadline))
        return crashed(child,
                       errno == ETIMEDOUT  ? "took too long"
                       : errno == EMSGSIZE ? "sent too much"
                                           : "died",
                       fault);
    return true;
}

static bool ask(struct parse_child *child, enum parse_frame kind, struct span question,
                struct frame *frame, struct fault *fault)
{
    if (!exchange(child, kind, question, frame, fault))
        return false;
    if (frame->kind == PARSE_UNPREPARED && child->replaceable) {
        reap(child);
        child->replaceable = child->order.plan.quick = child->order.page.quick = false;
        if (!start_child(child, fault) || !exchange(child, kind, question, frame, fault))
            return false;
    }
    if (kind != PARSE_HEADERS) /* what comes next builds on what this child knows by now */
        child->replaceable = false;
    if (frame->kind == PARSE_FAULT)
        return take_fault(child, buffer_span(&frame->bytes), fault);
    if (frame->kind != (uint32_t)kind)
        return crashed(child, "sent a frame of the wrong kind", fault);
    return true;
}

static bool ask_table(struct parse_child *child, enum parse_frame kind, uint32_t table_kind,
                      const char *shape, struct frame *frame, struct flat *flat_out,
                      struct fault *fault)
{
    if (!ask(child, kind, (struct span){"", 0}, frame, fault))
        return false;
    if (!flat_open(flat_out, table_kind, shape, buffer_span(&frame->bytes)))
        return crashed(child, "sent a bad table", fault);
    return true;
}

bool parse_headers(struct parse_child *child, struct arena *arena, struct flat *headers_out,
                   struct fault *fault)
{
    struct flat checked;
    if (!ask_table(child, PARSE_HEADERS, HEADERS_KIND, HEADERS_SHAPE, &child->headers, &checked,
                   fault))
        return false;
    struct span bytes = buffer_span(&child->headers.bytes);
    char *kept = arena_copy_span(arena, bytes);
    if (kept && flat_open(headers_out, HEADERS_KIND, HEADERS_SHAPE, (struct span){kept, bytes.len}))
        return true;
    return fault_set(fault, FAULT_MEMORY, NULL, "no room for a header table");
}

bool parse_mail(struct parse_child *child, struct flat *parts_out, struct fault *fault)
{
    return ask_table(child, PARSE_MAIL, PARTS_KIND, PARTS_SHAPE, &child->mail, parts_out, fault);
}

bool parse_page(struct parse_child *child, struct flat *facts_out, struct fault *fault)
{
    return ask_table(child, PARSE_PAGE, FACTS_KIND, FACTS_SHAPE, &child->page, facts_out, fault);
}

bool parse_render(struct parse_child *child, const struct render_options *options,
                  struct arena *arena, struct document *document_out, struct fault *fault)
{
    struct flat_writer writer;
    struct buffer question;
    buffer_init(&question, 64 * 1024);
    flat_begin(&writer, PARSE_RENDER_KIND, PARSE_RENDER_SHAPE, question.max);
    flat_number(&writer, options->format);
    flat_number(&writer, options->width);
    flat_number(&writer, (uint32_t)options->max_bytes);
    flat_text(&writer, span_of(options->mailto));
    flat_number(&writer, options->part);
    flat_number(&writer, options->blind);
    flat_end(&writer, &question);
    bool ok = ask(child, PARSE_RENDER, buffer_span(&question), &child->render, fault);
    buffer_free(&question);
    if (!ok)
        return false;
    /* The next rendering comes into the same frame: this one moves to the arena. */
    struct span bytes = buffer_span(&child->render.bytes);
    char *kept = arena_copy_span(arena, bytes);
    if (!kept)
        return fault_set(fault, FAULT_MEMORY, NULL, "no room for a document of %zu bytes",
                         bytes.len);
    if (!document_read(arena, (struct span){kept, bytes.len}, document_out))
        return crashed(child, "sent a bad document", fault);
    return true;
}

/* ---- a page ---- */

/* Whether a builder comes first for that type which was not asked for the other. */
static bool wants_other(const struct parser *parser, struct fields *fields, const char *type)
{
    struct plan asked, wanted;
    plan_make(parser->blocks, STAGE_FILTER, "builder", fields, &asked);
    fields->values[FIELD_PAGE_TYPE] = type;
    plan_make(parser->blocks, STAGE_FILTER, "builder", fields, &wanted);
    bool other = wanted.count;
    for (size_t i = 0; i < asked.count; i++)
        other = other && asked.blocks[i] != wanted.blocks[0];
    return other;
}

static struct parse_child *start_and_ask(struct parser *parser, const struct parse_plan *plan,
                                         int fd, struct flat *facts_out, struct fault *fault)
{
    struct parse_child *child = parse_start(parser, plan, fd, fault);
    if (child && !parse_page(child, facts_out, fault))
        parse_end(&child);
    return child;
}

struct parse_child *parse_start_page(struct parser *parser, const struct parse_plan *plan, int fd,
                                     struct flat *facts_out, struct fault *fault)
{
    struct parse_plan typed = *plan;
    const struct page_hints *page = plan->page;
    char found[SNIFF_TYPE_SIZE];
    /* The simple way is the one builder that is for all types. */
    typed.fields.values[FIELD_PAGE_TYPE] =
        plan->plain ? NULL : sniff_named(page->type, page->url, page->file_name);
    struct parse_child *child = start_and_ask(parser, &typed, fd, facts_out, fault);
    if (!child || plan->plain)
        return child;
    struct span type = facts_text(facts_out, FACT_TYPE);
    snprintf(found, sizeof found, "%.*s", (int)type.len, type.at);
    if (!wants_other(parser, &typed.fields, found))
        return child;
    parse_end(&child);
    return start_and_ask(parser, &typed, fd, facts_out, fault);
}
