/* SPDX-License-Identifier: ISC */
/*
 * A mailbox of four requests: reading the second ends the process, as a library may over what a
 * server says; reading the third loses the session.  What is settled is written to the file that
 * the setting `log` names.
 */
#include "agent/module.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const uids[] = {"first", "deadly", "losing", "last"};
enum { MAILS = sizeof uids / sizeof *uids };

struct box {
    bool lost;
};

static enum module_result lose(struct call *call, struct box *box)
{
    box->lost = true;
    return www4mail_fault(call, MODULE_RETRY, FAULT_MAILBOX, NULL, "the session is lost");
}

static enum module_result deadly_open(struct call *call, void **state_out)
{
    *state_out = calloc(1, sizeof(struct box));
    return *state_out ? MODULE_OK
                      : www4mail_fault(call, MODULE_RETRY, FAULT_MEMORY, NULL, "memory is short");
}

static enum module_result deadly_list(struct call *call, void *state, uint64_t *cursor,
                                      struct message_key *key_out, uint64_t *size_out)
{
    struct box *box = state;
    if (box->lost)
        return lose(call, box);
    if (*cursor == MAILS)
        return MODULE_PASS;
    *key_out = (struct message_key){
        .account = key_out->account, .mailbox = "box", .uidvalidity = 7, .uid = uids[*cursor]};
    *size_out = 100;
    ++*cursor;
    return MODULE_OK;
}

static size_t make_mail(char *text, size_t size, const char *uid)
{
    return (size_t)snprintf(text, size,
                            "From: %s <%s@people.example>\nTo: web@agent.example\nSubject: help\n"
                            "Date: Sat, 21 Nov 2026 12:00:00 +0000\n"
                            "Message-ID: <%s@people.example>\n\n",
                            uid, uid, uid);
}

static enum module_result deadly_head(struct call *call, void *state, const struct message_key *key,
                                      struct buffer *headers_out)
{
    struct box *box = state;
    char text[512];
    if (box->lost || strcmp(key->uid, "losing") == 0)
        return lose(call, box);
    www4mail_write(headers_out, text, make_mail(text, sizeof text, key->uid));
    return MODULE_OK;
}

static enum module_result deadly_body(struct call *call, void *state, const struct message_key *key,
                                      int fd, uint64_t max)
{
    char text[512];
    (void)max;
    if (strcmp(key->uid, "deadly") == 0)
        abort();
    size_t len = make_mail(text, sizeof text, key->uid);
    return write(fd, text, len) == (ssize_t)len ? MODULE_OK : lose(call, state);
}

static enum module_result deadly_settle(struct call *call, void *state,
                                        const struct message_key *key, enum message_outcome outcome)
{
    static const char *const words[] = {"answered", "dropped", "poison"};
    (void)state;
    int fd = open(www4mail_setting(call, "log"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dprintf(fd, "%s %s\n", key->uid, words[outcome]);
    close(fd);
    return MODULE_OK;
}

static enum module_result deadly_close(struct call *call, void **state)
{
    (void)call;
    free(*state);
    *state = NULL;
    return MODULE_OK;
}

static const struct mailbox_ops ops = {.open = deadly_open,
                                       .list = deadly_list,
                                       .head = deadly_head,
                                       .body = deadly_body,
                                       .settle = deadly_settle,
                                       .close = deadly_close};

WWW4MAIL_MODULE("deadly_mailbox", "lireadmail", mailbox, &ops);
