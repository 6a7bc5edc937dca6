/* SPDX-License-Identifier: ISC */
/* A gate that tries, from inside a worker, what a worker must not be able to do, says on standard
 * error what came of it, and lets everybody pass. */
#include "test/modules/probe.h"

/* 255 when it could not even be tried. */
static int run_true(void)
{
    int status = 0;
    char *const words[] = {"true", NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execve("/bin/true", words, NULL);
        _exit(254);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
                                                                           : 255;
}

static enum module_result probe(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out)
{
    struct buffer out;
    (void)facts, (void)verdict_out;
    buffer_init(&out, 8192);
    probe_all("worker", &out);
    buffer_printf(&out, "worker: be given a password: %s\n",
                  www4mail_setting(call, "password") ? "yes" : "no");
    buffer_printf(&out, "a program ended with %d\n", run_true());
    bool ok = write(STDERR_FILENO, out.at, out.len) == (ssize_t)out.len;
    buffer_free(&out);
    return ok ? MODULE_OK : MODULE_FAIL;
}

static const struct gate_ops ops = {.admit = probe};

WWW4MAIL_MODULE("probe_worker", "urlauth", gate, &ops);
