/* SPDX-License-Identifier: ISC */
/* A mailbox whose examination ends its process, as a library may over what a server says. */
#include "agent/module.h"

#include <stdlib.h>

static enum module_result crash_open(struct call *call, void **state_out)
{
    *state_out = NULL;
    return www4mail_fault(call, MODULE_FAIL, FAULT_MAILBOX, NULL, "only examined");
}

static enum module_result crash_list(struct call *call, void *state, uint64_t *cursor,
                                     struct message_key *key_out, uint64_t *size_out)
{
    (void)call, (void)state, (void)cursor, (void)key_out, (void)size_out;
    return MODULE_PASS;
}

static enum module_result crash_head(struct call *call, void *state, const struct message_key *key,
                                     struct buffer *headers_out)
{
    (void)call, (void)state, (void)key, (void)headers_out;
    return MODULE_FAIL;
}

static enum module_result crash_body(struct call *call, void *state, const struct message_key *key,
                                     int fd, uint64_t max)
{
    (void)call, (void)state, (void)key, (void)fd, (void)max;
    return MODULE_FAIL;
}

static enum module_result crash_settle(struct call *call, void *state,
                                       const struct message_key *key, enum message_outcome outcome)
{
    (void)call, (void)state, (void)key, (void)outcome;
    return MODULE_FAIL;
}

static enum module_result crash_close(struct call *call, void **state)
{
    (void)call;
    *state = NULL;
    return MODULE_OK;
}

static enum module_result crash_examine(struct call *call, const struct examination *examination)
{
    (void)call;
    examination->say(examination->context, true, "the server greets");
    abort();
}

static const struct mailbox_ops ops = {.open = crash_open,
                                       .list = crash_list,
                                       .head = crash_head,
                                       .body = crash_body,
                                       .settle = crash_settle,
                                       .close = crash_close,
                                       .examine = crash_examine};

WWW4MAIL_MODULE("crash_mailbox", "lireadmail", mailbox, &ops);
