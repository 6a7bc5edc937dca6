/* SPDX-License-Identifier: ISC */
/* A gate that tries, from inside a worker, to run a program and to write a file where none of the
 * agent's are, and refuses everybody with what came of it. */
#include "agent/module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static enum module_result probe(struct call *call, const struct gate_facts *facts,
                                struct verdict *verdict_out)
{
    char *const none[] = {NULL};
    (void)facts;
    execve("/nonexistent", none, none);
    bool no_exec = errno == EPERM;
    bool no_file = open(www4mail_setting(call, "path"), O_WRONLY | O_CREAT, 0600) < 0;
    char *reason = www4mail_alloc(call, 80);
    if (!reason)
        return www4mail_fault(call, MODULE_FAIL, FAULT_MEMORY, NULL, "no memory");
    snprintf(reason, 80, "Probe: exec %s, file %s.", no_exec ? "refused" : "ALLOWED",
             no_file ? "refused" : "ALLOWED");
    *verdict_out = (struct verdict){
        .action = VERDICT_REFUSE, .rule = "probe", .reason = reason, .code = FAULT_URL_DENIED};
    return MODULE_OK;
}

static const struct gate_ops ops = {.admit = probe};

WWW4MAIL_MODULE("probe_worker", "userauth", gate, &ops);
