/* SPDX-License-Identifier: ISC */
/*
 * mailbox_target: a session with a mailbox over memory_stream: open, list, head, body, settle, quota,
 * close, doctor's examination, in whatever state the server's words have brought it to.
 */
#ifndef WWW4MAIL_TEST_FUZZ_MAILBOX_TARGET_H
#define WWW4MAIL_TEST_FUZZ_MAILBOX_TARGET_H

#include "test/fuzz/fuzz.h"
#include "test/fuzz/memory_stream.h"

#include "agent/base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAILBOX_MAILS = 3, MAILBOX_MAX_MESSAGE = 64 * 1024 };

static const char mailbox_secret[] = "open sesame";

/* The fault of one operation must not be that of the next. */
static inline void mailbox_done(struct fuzz_call *it, enum module_result result)
{
    fuzz_check_result(it, result);
    fault_clear(&it->fault);
}

static inline void mailbox_read(struct fuzz_call *it, const struct mailbox_ops *ops, void *state,
                                const struct message_key *key)
{
    struct buffer head;
    int fd = file_in_memory("mail");
    FUZZ_ASSERT(fd >= 0);
    buffer_init(&head, 4096);
    mailbox_done(it, ops->head(&it->call, state, key, &head));
    FUZZ_ASSERT(head.len <= head.max);
    enum module_result result = ops->body(&it->call, state, key, fd, MAILBOX_MAX_MESSAGE);
    if (result == MODULE_OK)
        FUZZ_ASSERT(file_size(fd) <= MAILBOX_MAX_MESSAGE);
    mailbox_done(it, result);
    buffer_free(&head);
    close(fd);
}

/* Lists, and keeps copies of a few keys: those given out hold until the next call only. */
static inline size_t mailbox_list(struct fuzz_call *it, const struct mailbox_ops *ops, void *state,
                                  struct message_key *keys)
{
    struct message_key key = {.account = "web"};
    uint64_t cursor = 0, size = 0;
    size_t count = 0;
    enum module_result result;
    while ((result = ops->list(&it->call, state, &cursor, &key, &size)) == MODULE_OK) {
        FUZZ_ASSERT(key.uid && *key.uid && strlen(key.uid) <= 70 && fuzz_is_line(span_of(key.uid)));
        FUZZ_ASSERT(key.mailbox);
        if (count == MAILBOX_MAILS)
            break;
        keys[count] = key;
        keys[count].uid = arena_copy(it->call.arena, key.uid);
        FUZZ_ASSERT(keys[count].uid);
        count++;
    }
    mailbox_done(it, result);
    return count;
}

static inline void mailbox_say(void *context, bool ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline void mailbox_say(void *context, bool ok, const char *format, ...)
{
    (void)context, (void)ok;
    FUZZ_ASSERT(*format);
}

static inline void mailbox_session(struct fuzz_call *it, const struct mailbox_ops *ops)
{
    struct message_key keys[MAILBOX_MAILS];
    void *state = NULL;
    int64_t used, limit;
    enum module_result result = ops->open(&it->call, &state);
    FUZZ_ASSERT((result == MODULE_OK) == (state != NULL));
    mailbox_done(it, result);
    if (result != MODULE_OK)
        return;
    size_t count = mailbox_list(it, ops, state, keys);
    for (size_t i = 0; i < count; i++)
        mailbox_read(it, ops, state, &keys[i]);
    for (size_t i = 0; i < count; i++)
        mailbox_done(it, ops->settle(&it->call, state, &keys[i], MESSAGE_ANSWERED));
    mailbox_done(it, ops->quota(&it->call, state, &used, &limit));
    mailbox_done(it, ops->close(&it->call, &state));
    FUZZ_ASSERT(state == NULL);
}

static const char mailbox_sent_id[] = "<v1.sent@agent.example>", mailbox_token[] = "TOKENOFOURS";

/* The server said this, whatever ends of turns stand in between. */
static inline bool mailbox_was_said(struct span script, const char *text)
{
    struct buffer said;
    buffer_init(&said, script.len + 1);
    for (size_t i = 0; i < script.len; i++)
        if (script.at[i] != '\x1d')
            buffer_add_byte(&said, script.at[i]);
    bool was = span_find(buffer_span(&said), span_of(text)) >= 0;
    buffer_free(&said);
    return was;
}

/* A mail is found among those sent only where the server gave its Message-ID or its token. */
static inline void mailbox_look_for_sent(struct fuzz_call *it, const struct mailbox_ops *ops,
                                         struct span script)
{
    struct sent_mail mails[2] = {
        {.message_id = mailbox_sent_id, .token = mailbox_token, .since = 1795284120},
        {.message_id = "<v1.other@agent.example>", .token = "", .since = 0}};
    const char *where = NULL;
    enum module_result result = ops->find_sent(&it->call, mails, 2, &where);
    if (result == MODULE_OK)
        FUZZ_ASSERT(where);
    if (mails[0].found)
        FUZZ_ASSERT(mailbox_was_said(script, mailbox_sent_id) ||
                    mailbox_was_said(script, mailbox_token));
    if (mails[1].found)
        FUZZ_ASSERT(mailbox_was_said(script, mails[1].message_id));
    mailbox_done(it, result);
}

/* Settings of TLS and settling, and what is done, are chosen by the input's end. */
static inline void mailbox_target(struct span input, const struct www4mail_module *module)
{
    static const char *const tls[] = {"implicit", "implicit", "starttls", "none"};
    struct fuzz_call it;
    struct examination examination = {mailbox_say, NULL};
    unsigned way = fuzz_number(&input, 256);
    size_t chunk = way & 4 ? 7 : 0;
    fuzz_call_begin(&it, 8 << 20);
    fuzz_call_set(&it, "host", "127.0.0.1");
    fuzz_call_set(&it, "tls", tls[way & 3]);
    fuzz_call_set(&it, "user", "anna");
    fuzz_call_set(&it, "auth", "login");
    fuzz_call_set(&it, "password", mailbox_secret);
    fuzz_call_set(&it, "folder", "Box");
    fuzz_call_set(&it, "sent_folder", way & 16 ? "Sent" : "");
    fuzz_call_set(&it, "done.flag", way & 8 ? "\\Seen" : "$Www4mailDone");
    fuzz_call_set(&it, "done.move", way & 16 ? "Done" : "");
    fuzz_call_set(&it, "done.delete", way & 32 && !(way & 16) ? "yes" : "no");
    memory_stream_serve(input, chunk, mailbox_secret);
    mailbox_session(&it, module->mailbox);
    FUZZ_ASSERT(memory_stream_all_closed());
    memory_stream_serve(input, chunk, mailbox_secret);
    if (way & 64)
        mailbox_done(&it, module->mailbox->examine(&it.call, &examination));
    FUZZ_ASSERT(memory_stream_all_closed());
    memory_stream_serve(input, chunk, mailbox_secret);
    if (way & 128 && module->mailbox->find_sent)
        mailbox_look_for_sent(&it, module->mailbox, input);
    FUZZ_ASSERT(memory_stream_all_closed());
    fuzz_call_end(&it);
}

#endif
