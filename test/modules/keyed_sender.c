/* SPDX-License-Identifier: ISC */
/* A sender that wants a password, and writes down each time it was tried. */
#include "agent/module.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum module_result keyed_submit(struct call *call, void *state,
                                       const struct submission *submission,
                                       enum submission_outcome *outcome_out, const char **text_out)
{
    (void)state;
    const char *password = www4mail_setting(call, "password");
    *outcome_out = SUBMISSION_NOT_SENT;
    *text_out = "";
    if (!password)
        return MODULE_FAIL;
    bool right = strcmp(password, www4mail_setting(call, "wants")) == 0;
    int fd = open(www4mail_setting(call, "log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dprintf(fd, "%s %s\n", right ? "right" : "wrong", submission->recipient);
    close(fd);
    if (!right)
        return www4mail_fault(call, MODULE_FAIL, FAULT_SIGN_IN, NULL, "the password was refused");
    *outcome_out = SUBMISSION_ACCEPTED;
    *text_out = "taken";
    return MODULE_OK;
}

static const struct sender_ops keyed_ops = {.submit = keyed_submit};

WWW4MAIL_MODULE("keyed_sender", "submit", sender, &keyed_ops);
