/* SPDX-License-Identifier: ISC */
/* An empty mailbox that wants a password, and writes down each time it was tried. */
#include "agent/module.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum module_result sign_in(struct call *call)
{
    const char *password = www4mail_setting(call, "password");
    if (!password)
        return MODULE_FAIL;
    bool right = strcmp(password, www4mail_setting(call, "wants")) == 0;
    int fd = open(www4mail_setting(call, "log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dprintf(fd, "%s\n", right ? "right" : "wrong");
    close(fd);
    if (right)
        return MODULE_OK;
    return www4mail_fault(call, MODULE_FAIL, FAULT_SIGN_IN, NULL,
                          "the password of %s was refused; change it",
                          www4mail_setting(call, "user"));
}

static enum module_result keyed_open(struct call *call, void **state_out)
{
    static const char open_state = 'x';
    memcpy(state_out, &(const void *){&open_state}, sizeof *state_out);
    enum module_result result = sign_in(call);
    if (result != MODULE_OK)
        *state_out = NULL;
    return result;
}

static enum module_result keyed_list(struct call *call, void *state, uint64_t *cursor,
                                     struct message_key *key_out, uint64_t *size_out)
{
    (void)call, (void)state, (void)cursor, (void)key_out, (void)size_out;
    return MODULE_PASS;
}

static enum module_result keyed_head(struct call *call, void *state, const struct message_key *key,
                                     struct buffer *headers_out)
{
    (void)call, (void)state, (void)key, (void)headers_out;
    return MODULE_OK;
}

static enum module_result keyed_body(struct call *call, void *state, const struct message_key *key,
                                     int fd, uint64_t max)
{
    (void)call, (void)state, (void)key, (void)fd, (void)max;
    return MODULE_OK;
}

static enum module_result keyed_settle(struct call *call, void *state,
                                       const struct message_key *key, enum message_outcome outcome)
{
    (void)call, (void)state, (void)key, (void)outcome;
    return MODULE_OK;
}

static enum module_result keyed_close(struct call *call, void **state)
{
    (void)call;
    *state = NULL;
    return MODULE_OK;
}

/* Figures that do not fit into 32 bits. */
static enum module_result keyed_quota(struct call *call, void *state, int64_t *used_out,
                                      int64_t *limit_out)
{
    (void)call, (void)state;
    *used_out = 5000000000;
    *limit_out = 17179869184;
    return MODULE_OK;
}

static enum module_result keyed_examine(struct call *call, const struct examination *examination)
{
    enum module_result result = sign_in(call);
    if (result == MODULE_OK)
        examination->say(examination->context, true, "signed in");
    return result;
}

static const struct mailbox_ops keyed_ops = {
    .open = keyed_open,
    .list = keyed_list,
    .head = keyed_head,
    .body = keyed_body,
    .settle = keyed_settle,
    .close = keyed_close,
    .quota = keyed_quota,
    .examine = keyed_examine,
};

WWW4MAIL_MODULE("keyed_mailbox", "lireadmail", mailbox, &keyed_ops);
