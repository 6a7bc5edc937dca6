/* SPDX-License-Identifier: ISC */
/* lireadmail and settle: a mailbox module, the ledger, and nothing between them but bytes. */
#include "agent/process/mail.h"

#include "agent/base/clock.h"
#include "agent/base/file.h"
#include "agent/base/log.h"
#include "agent/process/channel.h"
#include "agent/process/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

enum {
    POLL_MS = 120000,
    POLL_SLACK_MS = 30000,
    HEADERS_BYTES = 256 * 1024,
    POLL_ARENA_BYTES = 64 << 20,
    SETTLE_AT_ONCE = 500
};

/* One session with a mailbox. */
struct session {
    const struct mailbox_ops *ops;
    void *state;
    struct call call;
    struct fault fault;
};

const struct www4mail_module *mailer_mailbox(struct mailer *mailer, enum stage_id stage,
                                             struct call *call, struct fault *fault)
{
    struct plan plan;
    plan_make(mailer->run->blocks, STAGE_LIREADMAIL, "mailbox", &mailer->fields, &plan);
    if (plan.count == 0) {
        fault_set(fault, FAULT_CONFIG, NULL, "no module for mailbox kind '%s'",
                  mailer->account->mailbox.kind);
        return NULL;
    }
    const struct www4mail_module *module = loader_open(plan.blocks[0], fault);
    if (!module)
        return NULL;
    *call = (struct call){.module = plan.blocks[0]->name,
                          .overrides = &mailer->account->mailbox.settings,
                          .defaults = &plan.blocks[0]->settings,
                          .arena = arena_new(POLL_ARENA_BYTES),
                          .fault = fault,
                          .deadline_ms = clock_monotonic_ms() + POLL_MS};
    if (!call->arena) {
        fault_set(fault, FAULT_MEMORY, NULL, "no memory for a poll");
        return NULL;
    }
    mailer_give_secret(mailer, MAILER_MAILBOX, call);
    crumb_set(mailer->crumb, stages[stage].name, call->module);
    return module;
}

static bool session_open(struct mailer *mailer, enum stage_id stage, struct session *session)
{
    *session = (struct session){.fault = FAULT_INIT};
    const struct www4mail_module *module =
        mailer_mailbox(mailer, stage, &session->call, &session->fault);
    if (!module)
        return false;
    session->ops = module->mailbox;
    bool open = session->ops->open(&session->call, &session->state) == MODULE_OK;
    if (open)
        mailer_signed_in(mailer, MAILER_MAILBOX);
    return open;
}

static bool session_close(struct mailer *mailer, struct session *session)
{
    bool ok = true;
    if (session->state)
        ok = session->ops->close(&session->call, &session->state) == MODULE_OK;
    arena_free(&session->call.arena);
    secret_wipe(&mailer->secrets[MAILER_MAILBOX]);
    return ok;
}

int mailer_complain(struct mailer *mailer, const char *stage, struct fault *fault)
{
    int code = run_exit_code(fault);
    if (fault->code == FAULT_SIGN_IN)
        mailer_was_refused(mailer, MAILER_MAILBOX);
    log_line(LOG_ERROR, "account %s: %s: %s", mailer->account->name, stage,
             fault->operator ? fault->operator : fault_name(fault->code));
    fault_clear(fault);
    return code;
}

static int ledger_trouble(struct mailer *mailer, enum ledger_result result)
{
    mailer->ledger_failed = true;
    const struct fault *fault = ledger_fault(mailer->ledger);
    if (fault && fault_is_set(fault))
        log_fault(LOG_ERROR, "ledger", fault);
    return run_ledger_exit(result);
}

/* The mail's bytes into a memory file; -1 when it is larger than what is read whole. */
static int fetch_body(struct mailer *mailer, struct session *session, const struct message_key *key,
                      uint64_t size)
{
    uint64_t max = mailer->account->limits.max_message;
    if (size > max)
        return -1;
    int fd = file_in_memory("mail");
    if (fd < 0) {
        fault_set(&session->fault, FAULT_IO, NULL, "cannot make a memory file");
        return -1;
    }
    if (session->ops->body(&session->call, session->state, key, fd, max) == MODULE_OK)
        return fd;
    close(fd);
    /* Larger than its mailbox said: then it is claimed by its headers, like any mail too large. */
    if (session->fault.code == FAULT_MAIL_TOO_LARGE)
        fault_clear(&session->fault);
    return -1;
}

/* What was read is kept, and a worker may begin. */
static int keep(struct mailer *mailer, const struct ledger_mail *mail)
{
    int64_t job = 0;
    enum ledger_result result = ledger_claim(mailer->ledger, mail, &job);
    if (result == LEDGER_ALREADY)
        return EX_OK;
    if (result != LEDGER_OK)
        return ledger_trouble(mailer, result);
    log_line(LOG_INFO, "job %lld  %-12s  %s, %llu bytes", (long long)job, "lireadmail",
             mail->key.uid, (unsigned long long)mail->size);
    if (!mail->poison)
        channel_send(mailer->channel,
                     (struct notice){.kind = NOTICE_CLAIMED, .account = mailer->index});
    return EX_OK;
}

/* Who reads it dies: the others must not wait for it for ever.  In place of what nobody has seen,
 * its headers say which it is, so that no two are the same. */
static int set_aside(struct mailer *mailer, const struct message_key *key, uint64_t size)
{
    char headers[1024];
    snprintf(headers, sizeof headers, "X-Www4mail-Unread: %.400s/%" PRId64 "/%.400s\r\n\r\n",
             key->mailbox ? key->mailbox : "", key->uidvalidity, key->uid);
    const struct ledger_mail mail = {.key = *key,
                                     .size = size,
                                     .headers = span_of(headers),
                                     .fd = -1,
                                     .poison = "nobody could read it"};
    log_line(LOG_ERROR,
             "account %s: mail %s of %s, %llu bytes, ended the mail process %d times while it was "
             "read: it is set aside unread and stays in the mailbox; answer its sender by hand",
             key->account, key->uid, key->mailbox ? key->mailbox : "the mailbox",
             (unsigned long long)size, READING_DEATHS);
    return keep(mailer, &mail);
}

static bool read_mail(struct mailer *mailer, struct session *session, const struct message_key *key,
                      struct buffer *headers, struct ledger_mail *mail)
{
    if (session->ops->head(&session->call, session->state, key, headers) != MODULE_OK)
        return false;
    mail->fd = fetch_body(mailer, session, key, mail->size);
    mail->headers = buffer_span(headers);
    return mail->fd >= 0 || !fault_is_set(&session->fault);
}

static int claim_one(struct mailer *mailer, struct session *session, const struct message_key *key,
                     uint64_t size, struct buffer *headers)
{
    char name[HASH_HEX_SIZE];
    struct ledger_mail mail = {.key = *key, .size = size, .fd = -1};
    reading_name(key, name);
    if (reading_ended(mailer->ledger, name, READING_DIED) >= READING_DEATHS)
        return set_aside(mailer, key, size);
    crumb_limit(mailer->crumb, POLL_MS + POLL_SLACK_MS);
    crumb_reading(mailer->crumb, name);
    buffer_clear(headers);
    bool read = read_mail(mailer, session, key, headers, &mail);
    crumb_reading(mailer->crumb, "");
    if (!read) {
        reading_note(mailer->ledger, name, READING_FAILED); /* if that fails, it is only later */
        return mailer_complain(mailer, "lireadmail", &session->fault);
    }
    int code = keep(mailer, &mail);
    if (mail.fd >= 0)
        close(mail.fd);
    return code;
}

static bool is_known(struct mailer *mailer, const struct message_key *key)
{
    if (mailer->known && ledger_known(mailer->known, key) == LEDGER_OK)
        return true;
    return ledger_known(mailer->ledger, key) == LEDGER_OK;
}

/* One way through the mailbox. */
struct collecting {
    struct mailer *mailer;
    struct session *session;
    struct buffer headers;
    bool last;      /* those whose reading failed before; else only counted */
    size_t put_off; /* so many were */
    int code;
};

static bool is_put_off(struct collecting *collecting, const struct message_key *key)
{
    char name[HASH_HEX_SIZE];
    reading_name(key, name);
    bool failed =
        reading_ended(collecting->mailer->ledger, name, READING_FAILED) >= READING_FAILURES;
    collecting->put_off += failed && !collecting->last;
    return failed != collecting->last;
}

static void collect(struct collecting *collecting)
{
    struct mailer *mailer = collecting->mailer;
    struct session *session = collecting->session;
    struct message_key key;
    uint64_t cursor = 0, size = 0;
    enum module_result result;
    while ((result = session->ops->list(&session->call, session->state, &cursor, &key, &size)) ==
           MODULE_OK) {
        key.account = mailer->account->name;
        if (!is_known(mailer, &key) && !is_put_off(collecting, &key))
            collecting->code = run_worse_exit(
                collecting->code, claim_one(mailer, session, &key, size, &collecting->headers));
        if (mailer->ledger_failed || mail_asked_to_stop())
            return; /* what is not claimed stays where it is */
    }
    if (result != MODULE_PASS)
        collecting->code = run_worse_exit(collecting->code,
                                          mailer_complain(mailer, "lireadmail", &session->fault));
}

static int collect_all(struct mailer *mailer, struct session *session)
{
    struct collecting collecting = {.mailer = mailer, .session = session, .code = EX_OK};
    buffer_init(&collecting.headers, HEADERS_BYTES);
    collect(&collecting);
    if (collecting.put_off > 0 && !mailer->ledger_failed && !mail_asked_to_stop()) {
        collecting.last = true;
        collect(&collecting);
    }
    buffer_free(&collecting.headers);
    return collecting.code;
}

/* How full the mailbox is, for `www4mail status`; its own trouble is nobody's concern. */
static void remember_quota(struct mailer *mailer, struct session *session)
{
    int64_t used = 0, limit = -1;
    struct span known;
    if (!session->ops->quota ||
        session->ops->quota(&session->call, session->state, &used, &limit) != MODULE_OK)
        return;
    const char *text =
        arena_printf(session->call.arena, "%lld %lld", (long long)used, (long long)limit);
    struct ledger_memory memory = {
        .kind = "mailbox-quota", .who = mailer->account->name, .name = "", .value = span_of(text)};
    /* Each write costs a commit: only when the figures are new. */
    if (!text || (ledger_recall(mailer->ledger, memory.kind, memory.who, "", session->call.arena,
                                &known) == LEDGER_OK &&
                  span_equal(known, memory.value)))
        return;
    ledger_remember(mailer->ledger, &memory);
}

int mailer_collect(struct mailer *mailer)
{
    struct session session;
    int code = EX_OK;
    if (!mailer_may_sign_in(mailer, MAILER_MAILBOX))
        return EX_NOPERM;
    if (session_open(mailer, STAGE_LIREADMAIL, &session)) {
        code = collect_all(mailer, &session);
        if (code == EX_OK)
            remember_quota(mailer, &session);
    } else {
        code = mailer_complain(mailer, "lireadmail", &session.fault);
    }
    session_close(mailer, &session);
    fault_clear(&session.fault);
    crumb_set(mailer->crumb, "", "");
    return code;
}

/* ---- settle ---- */

static bool connection_broke(const struct fault *fault)
{
    return fault->code == FAULT_CONNECT || fault->code == FAULT_TIMEOUT || fault->code == FAULT_TLS;
}

static int settle_list(struct mailer *mailer, struct ledger_settle *list, size_t count)
{
    struct session session;
    bool done[SETTLE_AT_ONCE] = {false};
    int code = EX_OK;
    if (!mailer_may_sign_in(mailer, MAILER_MAILBOX))
        return EX_NOPERM;
    crumb_limit(mailer->crumb, POLL_MS + POLL_SLACK_MS);
    bool open = session_open(mailer, STAGE_SETTLE, &session), broken = false;
    for (size_t i = 0; open && !broken && i < count; i++) {
        done[i] = session.ops->settle(&session.call, session.state, &list[i].key,
                                      list[i].outcome) == MODULE_OK;
        broken = connection_broke(&session.fault); /* said once: the others wait for the next run */
        if (!done[i])
            code = run_worse_exit(code, mailer_complain(mailer, "settle", &session.fault));
    }
    bool closed = session_close(mailer, &session);
    if (!closed && !broken)
        fault_set(&session.fault, FAULT_MAILBOX, NULL, "the mailbox could not be closed");
    if ((!closed && !broken) || !open)
        code = run_worse_exit(code, mailer_complain(mailer, "settle", &session.fault));
    else
        for (size_t i = 0; closed && i < count; i++)
            if (done[i] && ledger_settled(mailer->ledger, list[i].job) != LEDGER_OK)
                code = run_worse_exit(code, ledger_trouble(mailer, LEDGER_ERROR));
    fault_clear(&session.fault);
    return code;
}

int mailer_settle(struct mailer *mailer)
{
    int code = EX_OK;
    size_t count = SETTLE_AT_ONCE;
    while (code == EX_OK && count == SETTLE_AT_ONCE) {
        struct arena *arena = arena_new(POLL_ARENA_BYTES);
        struct ledger_settle list[SETTLE_AT_ONCE];
        count = 0;
        enum ledger_result result = LEDGER_ERROR;
        if (arena)
            result = ledger_settle_list(mailer->ledger, mailer->account->name, arena, list,
                                        SETTLE_AT_ONCE, &count);
        if (result == LEDGER_OK && count > 0)
            code = settle_list(mailer, list, count);
        else if (result != LEDGER_OK && result != LEDGER_NONE)
            code = ledger_trouble(mailer, result);
        arena_free(&arena);
    }
    crumb_set(mailer->crumb, "", "");
    return code;
}
