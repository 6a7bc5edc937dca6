/* SPDX-License-Identifier: ISC */
/* A renderer that tries, from inside the parse child, what a page must never be able to do, and
 * says what came of it. */
#include "agent/module.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

static void tell(struct buffer *out, const char *what, bool refused)
{
    buffer_printf(out, "%s %s\n", what, refused ? "refused" : "ALLOWED");
}

static bool cannot_exec(void)
{
    char *const none[] = {NULL};
    execve("/nonexistent", none, none);
    return errno == EPERM;
}

static bool cannot_fork(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid < 0;
}

static enum module_result probe(struct call *call, const struct render_input *input,
                                const struct render_options *options, struct document *document_out)
{
    struct buffer out;
    (void)input;
    (void)options;
    buffer_init(&out, 4096);
    tell(&out, "open", open("/etc/passwd", O_RDONLY) < 0);
    tell(&out, "create", open("probe", O_WRONLY | O_CREAT, 0600) < 0);
    tell(&out, "unlink", unlink("/nonexistent") < 0 && errno == EPERM);
    tell(&out, "socket", socket(AF_INET, SOCK_STREAM, 0) < 0);
    tell(&out, "exec", cannot_exec());
    tell(&out, "fork", cannot_fork());
    tell(&out, "ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0);
    tell(&out, "kill", kill(getppid(), 0) < 0);
    tell(&out, "code",
         mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
             MAP_FAILED);
    tell(&out, "memory", malloc((size_t)4 << 30) == NULL);
    char *body = www4mail_alloc(call, out.len + 1);
    if (!body)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory");
    memcpy(body, out.at, out.len);
    *document_out = (struct document){
        .kind = DOCUMENT_TEXT, .title = SPAN_LITERAL("Probe"), .body = {body, out.len}};
    buffer_free(&out);
    return MODULE_OK;
}

static const struct renderer_ops ops = {.render = probe};

WWW4MAIL_MODULE("probe_parse", "filter", renderer, &ops);
