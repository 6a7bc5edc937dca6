/* SPDX-License-Identifier: ISC */
/* A sender that writes down whether its process could be inspected by others of the same user. */
#include "agent/module.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

static enum module_result probe(struct call *call, void *state, const struct submission *submission,
                                enum submission_outcome *outcome_out, const char **text_out)
{
    (void)state, (void)submission;
    int fd = open(www4mail_setting(call, "path"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dprintf(fd, "dumpable %d\n", prctl(PR_GET_DUMPABLE));
    close(fd);
    *outcome_out = SUBMISSION_ACCEPTED;
    *text_out = "probed";
    return MODULE_OK;
}

static const struct sender_ops ops = {.submit = probe};

WWW4MAIL_MODULE("probe_mail", "submit", sender, &ops);
