/* SPDX-License-Identifier: ISC */
/* The zygote: opens modules once, forks a child for each order, hands over a handle on it. */
#include "agent/parse/zygote.h"

#include "agent/base/charset.h"
#include "agent/base/log.h"
#include "agent/modules/places.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { ORDER_ARENA_BYTES = 256 * 1024, ORDER_KIND = 0x4f524452 };

/* Rows of an order: what, text. */
#define ORDER_SHAPE "nt"
enum order_row {
    ROW_FIELD, /* + enum field */
    ROW_WITHOUT = 100,
    ROW_PLAIN,
    ROW_QUICK,
    ROW_PAGE_URL,
    ROW_PAGE_TYPE,
    ROW_PAGE_CHARSET,
    ROW_PAGE_LANGUAGE,
    ROW_PAGE_FILE_NAME,
    ROW_PAGE_BYTES,
    ROW_PART_BYTES, /* begins a part; then its url, where it was found, its charset */
    ROW_PART_URL = ROW_PART_BYTES + 8, /* after ROW_PART_BYTES + enum page_need */
    ROW_PART_FOUND,
    ROW_PART_CHARSET
};

static void write_row(struct flat_writer *writer, uint32_t what, const char *text)
{
    flat_number(writer, what);
    flat_text(writer, span_of(text));
}

static void write_number(struct flat_writer *writer, uint32_t what, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    write_row(writer, what, text);
}

static void write_parts(struct flat_writer *writer, const struct parse_plan *plan)
{
    if (plan->part_count)
        write_number(writer, ROW_PAGE_BYTES, plan->page_bytes);
    for (size_t i = 0; i < plan->part_count; i++) {
        const struct page_part *part = &plan->parts[i];
        write_number(writer, ROW_PART_BYTES + (uint32_t)part->need, part->bytes.len);
        write_row(writer, ROW_PART_URL, part->url);
        write_row(writer, ROW_PART_FOUND, part->found);
        write_row(writer, ROW_PART_CHARSET, part->charset);
    }
}

bool zygote_write_order(const struct parse_plan *plan, struct buffer *out)
{
    struct flat_writer writer;
    flat_begin(&writer, ORDER_KIND, ORDER_SHAPE, ZYGOTE_MESSAGE_BYTES);
    for (uint32_t field = 0; field < FIELD_COUNT; field++)
        if (plan->fields.values[field])
            write_row(&writer, ROW_FIELD + field, plan->fields.values[field]);
    write_row(&writer, ROW_WITHOUT, plan->without ? plan->without : "");
    if (plan->plain)
        write_row(&writer, ROW_PLAIN, "");
    if (plan->quick)
        write_row(&writer, ROW_QUICK, "");
    if (plan->page) {
        write_row(&writer, ROW_PAGE_URL, plan->page->url);
        write_row(&writer, ROW_PAGE_TYPE, plan->page->type);
        write_row(&writer, ROW_PAGE_CHARSET, plan->page->charset);
        write_row(&writer, ROW_PAGE_LANGUAGE, plan->page->language);
        write_row(&writer, ROW_PAGE_FILE_NAME, plan->page->file_name);
        write_parts(&writer, plan);
    }
    return flat_end(&writer, out);
}

static const char **page_text(struct page_hints *page, uint32_t what)
{
    switch (what) {
    case ROW_PAGE_URL:
        return &page->url;
    case ROW_PAGE_TYPE:
        return &page->type;
    case ROW_PAGE_CHARSET:
        return &page->charset;
    case ROW_PAGE_LANGUAGE:
        return &page->language;
    case ROW_PAGE_FILE_NAME:
        return &page->file_name;
    default:
        return NULL;
    }
}

static void take_part_row(struct zygote_order *order, uint32_t what, const char *text)
{
    struct parse_plan *plan = &order->plan;
    uint64_t number = 0;
    if (what == ROW_PAGE_BYTES) {
        span_to_u64(span_of(text), &plan->page_bytes);
    } else if (what < ROW_PART_URL) {
        if (plan->part_count == PARSE_MAX_PARTS || !span_to_u64(span_of(text), &number))
            return;
        plan->parts = order->parts;
        order->parts[plan->part_count++] =
            (struct page_part){.need = (enum page_need)(what - ROW_PART_BYTES),
                               .url = "",
                               .found = "",
                               .charset = "",
                               .bytes = {NULL, (size_t)number}};
    } else if (plan->part_count) {
        struct page_part *part = &order->parts[plan->part_count - 1];
        *(what == ROW_PART_URL     ? &part->url
          : what == ROW_PART_FOUND ? &part->found
                                   : &part->charset) = text;
    }
}

static void take_row(struct zygote_order *order, uint32_t what, const char *text)
{
    const char **hint = page_text(&order->page, what);
    if (what < FIELD_COUNT) {
        order->plan.fields.values[what] = text;
    } else if (what == ROW_WITHOUT) {
        order->plan.without = text;
    } else if (what == ROW_PLAIN) {
        order->plan.plain = true;
    } else if (what == ROW_QUICK) {
        order->plan.quick = true;
    } else if (hint) {
        *hint = text;
        order->plan.page = &order->page;
    } else if (what >= ROW_PAGE_BYTES) {
        take_part_row(order, what, text);
    }
}

bool zygote_read_order(struct span bytes, struct zygote_order *order_out)
{
    struct flat flat;
    *order_out = (struct zygote_order){.plan = {.without = ""},
                                       .page = {"", "", "", "", ""},
                                       .arena = arena_new(ORDER_ARENA_BYTES)};
    if (!order_out->arena || !flat_open(&flat, ORDER_KIND, ORDER_SHAPE, bytes))
        return false;
    for (uint32_t row = 0; row < flat.rows; row++) {
        const char *text = arena_copy_span(order_out->arena, flat_get_text(&flat, row, 1));
        if (!text)
            return false;
        take_row(order_out, flat_get_number(&flat, row, 0), text);
    }
    order_out->page.quick = order_out->plan.quick;
    return true;
}

/* ---- messages with descriptors ---- */

/* Room for the descriptors of one message, aligned as the kernel wants it. */
union control {
    char bytes[CMSG_SPACE(ZYGOTE_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
};

bool zygote_send(int socket, struct span bytes, const int *descriptors, unsigned count)
{
    union control control = {{0}};
    struct iovec vector = {(void *)(uintptr_t)bytes.at, bytes.len};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(head), descriptors, count * sizeof(int));
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)bytes.len;
}

/* The kernel rounds the room up: one descriptor more than asked for may fit. */
enum { CONTROL_DESCRIPTORS = ZYGOTE_DESCRIPTORS + 1 };

/* How many descriptors came, all of them in `descriptors` (room for CONTROL_DESCRIPTORS). */
static unsigned take_descriptors(struct msghdr *message, int *descriptors)
{
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
        return 0;
    size_t bytes = head->cmsg_len - CMSG_LEN(0);
    if (bytes > CONTROL_DESCRIPTORS * sizeof(int))
        return 0;
    memcpy(descriptors, CMSG_DATA(head), bytes);
    return (unsigned)(bytes / sizeof(int));
}

bool zygote_receive(int socket, struct buffer *bytes, int *descriptors, unsigned count)
{
    char text[ZYGOTE_MESSAGE_BYTES];
    int came[CONTROL_DESCRIPTORS];
    union control control;
    struct iovec vector = {text, sizeof text};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return false;
    unsigned have = take_descriptors(&message, came);
    buffer_clear(bytes);
    if (have == count && !(message.msg_flags & MSG_TRUNC) && buffer_add(bytes, text, (size_t)got)) {
        memcpy(descriptors, came, count * sizeof(int));
        return true;
    }
    while (have > 0)
        close(came[--have]);
    return false;
}

/* ---- the process ---- */

static void close_all(const int *descriptors)
{
    for (unsigned i = 0; i < ZYGOTE_DESCRIPTORS; i++)
        close(descriptors[i]);
}

/* Converters of character sets that live in files: opened once, children inherit them. */
static void hold_converters(void)
{
    static struct charset_held held;
    static bool done;
    if (!done)
        charset_hold(&held);
    done = true;
}

static void make_child(const struct blocks *blocks, struct crumb *crumb, int socket,
                       const struct zygote_order *order, const int *descriptors)
{
    parse_child_open_modules(blocks, &order->plan);
    if (!order->plan.page)
        hold_converters();
    pid_t pid = fork();
    if (pid == 0) {
        close(socket);
        parse_child_run(blocks, crumb, &order->plan, descriptors);
    }
    int handle = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (handle >= 0)
        zygote_send(socket, SPAN_LITERAL("c"), &handle, 1);
    else /* the worker waits for an answer: a descriptor of no process tells it that none is there */
        zygote_send(socket, SPAN_LITERAL("n"), &socket, 1);
    if (handle >= 0)
        close(handle);
}

/* It reads what modules are opened from, and forks; it opens no connection and writes no file. */
static bool enter_sandbox(const struct blocks *blocks, struct fault *fault)
{
    struct sandbox_rights rights;
    sandbox_begin(&rights, SANDBOX_FORK);
    places_of(&rights, blocks, "parse");
    return sandbox_enter(&rights, fault);
}

/* Nothing of the agent's reaches a child but its own crumb; the salt of the log stays behind. */
static void leave_agent(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    log_set_salt("", 0);
    sandbox_forget_environment();
}

static bool set_up(const struct blocks *blocks, struct crumb *crumb)
{
    struct fault ignored = FAULT_INIT;
    leave_agent();
    bool ok = sandbox_unmap_shared(crumb) && enter_sandbox(blocks, &ignored);
    fault_clear(&ignored);
    return ok;
}

/* What nearly every mail needs is opened while the mail is still on its way. */
static void warm_up(const struct blocks *blocks)
{
    const struct parse_plan mail = {.without = ""};
    parse_child_open_modules(blocks, &mail);
    hold_converters();
}

int zygote_fork(const struct blocks *blocks, struct crumb *crumb, const struct parse_plan *plan,
                const int *descriptors)
{
    pid_t pid = fork();
    if (pid == 0) {
        leave_agent();
        parse_child_open_modules(blocks, plan);
        parse_child_run(blocks, crumb, plan, descriptors);
    }
    return pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
}

_Noreturn void zygote_run(const struct blocks *blocks, struct crumb *crumb, int socket)
{
    int descriptors[ZYGOTE_DESCRIPTORS];
    struct buffer message;
    buffer_init(&message, ZYGOTE_MESSAGE_BYTES);
    if (!set_up(blocks, crumb))
        _exit(EX_OSERR);
    warm_up(blocks);
    while (zygote_receive(socket, &message, descriptors, ZYGOTE_DESCRIPTORS)) {
        struct zygote_order order;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        if (zygote_read_order(buffer_span(&message), &order))
            make_child(blocks, crumb, socket, &order, descriptors);
        arena_free(&order.arena);
        close_all(descriptors);
    }
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    _exit(0);
}
