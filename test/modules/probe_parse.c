/* SPDX-License-Identifier: ISC */
/* A renderer that tries, from inside the parse child, what a page must never be able to do, and
 * says what came of it.  Some pages' addresses name worse. */
#include "test/modules/probe.h"

#include <poll.h>

enum { QUESTIONS = 3, ANSWERS = 4, DESCRIPTORS = 4096, PAGE_BYTES = 4096, GAP_PAGES = 65536 };

/* ---- what it can see ---- */

/* How many descriptors there are besides its own two and three that lead nowhere. */
static unsigned inherited(void)
{
    unsigned count = 0;
    for (int fd = ANSWERS + 1; fd < DESCRIPTORS; fd++)
        count += read(fd, NULL, 0) >= 0 || errno != EBADF;
    return count;
}

/* The kernel looks at the set before it looks at the word that is no word. */
static bool is_there(const char *at)
{
    return syscall(SYS_rt_sigprocmask, 99, at, NULL, 8) < 0 && errno == EINVAL;
}

static bool has_marker(const char *from, size_t len)
{
    /* Written so that the text itself stands nowhere in this object. */
    static const char mixed[] = "l`sjds,ng,`onuids,l`hm";
    char marker[sizeof mixed - 1];
    for (size_t i = 0; i < sizeof marker; i++)
        marker[i] = (char)(mixed[i] ^ 1);
    const char *found = memmem(from, len, marker, sizeof marker);
    while (found && found == marker)
        found = memmem(found + 1, len - (size_t)(found + 1 - from), marker, sizeof marker);
    bool mine = found != NULL;
    explicit_bzero(marker, sizeof marker);
    return mine;
}

/* Whatever is mapped around that place, until a large gap. */
static bool remembers_around(const void *place, int direction)
{
    const char *page = (const char *)((uintptr_t)place & ~(uintptr_t)(PAGE_BYTES - 1));
    for (unsigned gap = 0; gap < GAP_PAGES; page += direction * PAGE_BYTES) {
        gap = is_there(page) ? 0 : gap + 1;
        if (gap == 0 && has_marker(page, PAGE_BYTES))
            return true;
    }
    return false;
}

static bool remembers(void)
{
    const void *heap = sbrk(0), *library = (const void *)(uintptr_t)&memmem;
    return remembers_around(heap, -1) || remembers_around(library, -1) ||
           remembers_around(library, 1);
}

/* ---- what it can do to others ---- */

static void fill_pipe(void)
{
    static const char zeros[65536];
    const uint32_t head[] = {4, UINT32_MAX / 2};
    for (ssize_t got = write(ANSWERS, head, sizeof head); got > 0;)
        got = write(ANSWERS, zeros, sizeof zeros);
    _exit(0);
}

static void fill_memory(void)
{
    for (;;) {
        char *got = malloc(1 << 20);
        if (!got)
            abort();
        memset(got, 1, 1 << 20);
    }
}

/* The page itself, which its next reader must find as it was. */
static void scribble(struct span bytes)
{
    void *page = (void *)((uintptr_t)bytes.at & ~(uintptr_t)(PAGE_BYTES - 1));
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        if (fd != QUESTIONS && fd != ANSWERS && ftruncate(fd, 0) == 0)
            _exit(0);
    if (mprotect(page, PAGE_BYTES, PROT_READ | PROT_WRITE) == 0)
        memset(page, 'X', bytes.len);
    abort();
}

static void be_worse(const char *url, struct span bytes)
{
    if (strstr(url, "worse-pipe"))
        fill_pipe();
    if (strstr(url, "worse-memory"))
        fill_memory();
    if (strstr(url, "worse-scribble"))
        scribble(bytes);
    while (strstr(url, "worse-spin"))
        continue;
    while (strstr(url, "worse-sleep"))
        poll(NULL, 0, -1);
}

static enum module_result tell(struct call *call, const struct buffer *out,
                               struct document *document_out)
{
    char *body = www4mail_alloc(call, out->len + 1);
    if (!body)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory");
    memcpy(body, out->at, out->len);
    *document_out = (struct document){
        .kind = DOCUMENT_TEXT, .title = SPAN_LITERAL("Probe"), .body = {body, out->len}};
    return MODULE_OK;
}

static enum module_result probe(struct call *call, const struct render_input *input,
                                const struct render_options *options, struct document *document_out)
{
    struct buffer out;
    const char *zygote = getenv("PROBE_ZYGOTE"), *structure = www4mail_setting(call, "structure");
    (void)options;
    if (structure && strcmp(structure, "no") == 0)
        return MODULE_PASS; /* the second attempt is the next module's */
    be_worse(input->hints->url, input->bytes);
    buffer_init(&out, 16384);
    buffer_printf(&out, "%s", zygote ? zygote : "");
    probe_all("parse", &out);
    buffer_printf(&out, "parse: be given a password: %s\n",
                  www4mail_setting(call, "password") ? "yes" : "no");
    buffer_printf(&out, "inherited %u descriptors\n", inherited());
    buffer_printf(&out, "another mail %s\n", remembers() ? "REMEMBERED" : "unknown");
    enum module_result result = tell(call, &out, document_out);
    buffer_free(&out);
    return result;
}

static const struct renderer_ops ops = {.render = probe};

WWW4MAIL_MODULE("probe_parse", "filter", renderer, &ops);
