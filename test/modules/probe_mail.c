/* SPDX-License-Identifier: ISC */
/* A sender that tries, from inside a mail process, what that must not be able to do, says on
 * standard error what came of it, and leaves the carrying to the next. */
#include "test/modules/probe.h"

static enum module_result probe(struct call *call, void *state, const struct submission *submission,
                                enum submission_outcome *outcome_out, const char **text_out)
{
    struct buffer out;
    (void)state, (void)submission;
    buffer_init(&out, 8192);
    probe_all("mail", &out);
    const char *password = www4mail_setting(call, "password");
    buffer_printf(&out, "mail: be given a password: %s\n",
                  password && strcmp(password, "probe-password") == 0 ? "yes" : "no");
    bool ok = write(STDERR_FILENO, out.at, out.len) == (ssize_t)out.len;
    buffer_free(&out);
    *outcome_out = ok ? SUBMISSION_ACCEPTED : SUBMISSION_NOT_SENT;
    *text_out = "probed";
    return MODULE_OK;
}

static const struct sender_ops ops = {.submit = probe};

WWW4MAIL_MODULE("probe_mail", "submit", sender, &ops);
