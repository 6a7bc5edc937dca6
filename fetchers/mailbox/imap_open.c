/* SPDX-License-Identifier: ISC */
/*
 * From settings to a session: checks what was configured, connects, reads the greeting, turns on
 * TLS where STARTTLS was asked for, and ends it.  Never goes on in the clear when TLS was asked.
 */
#include "fetchers/mailbox/etpan_stream.h"
#include "fetchers/mailbox/imap_box.h"
#include "fetchers/mailbox/local.h"

#include "agent/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum module_result bad_setting(struct call *call, const char *key, const char *mend)
{
    return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL, "%s: \"%s\": %s", key,
                          local_setting(call, key), mend);
}

static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &six) == 1)
        return IN6_IS_ADDR_LOOPBACK(&six);
    return span_equal_nocase(span_of(host), SPAN_LITERAL("localhost"));
}

static enum module_result read_tls(struct call *call, struct imap_box *box)
{
    static const struct {
        const char *word;
        enum stream_tls tls;
    } words[] = {{"implicit", STREAM_TLS_IMPLICIT},
                 {"starttls", STREAM_TLS_STARTTLS},
                 {"none", STREAM_TLS_NONE}};
    size_t i = 0, count = sizeof words / sizeof *words;
    while (i < count && strcmp(local_setting(call, "tls"), words[i].word) != 0)
        i++;
    if (i == count)
        return bad_setting(call, "tls", "write implicit, starttls or none");
    box->tls = words[i].tls;
    if (box->tls == STREAM_TLS_NONE && !is_loopback(box->host))
        return bad_setting(call, "tls",
                           "without TLS the password can be read on the way; only a server on "
                           "this machine may be asked so: write implicit or starttls");
    return MODULE_OK;
}

static enum module_result read_server(struct call *call, struct imap_box *box, uint16_t *port_out)
{
    uint64_t port = 0;
    box->host = local_setting(call, "host");
    if (!*box->host || strpbrk(box->host, " \t\r\n"))
        return bad_setting(call, "host", "set it to the name of the IMAP server");
    enum module_result result = read_tls(call, box);
    if (result != MODULE_OK)
        return result;
    port = box->tls == STREAM_TLS_IMPLICIT ? 993 : 143;
    if (*local_setting(call, "port"))
        result = local_number(call, "port", UINT16_MAX, &port);
    if (result == MODULE_OK && port == 0)
        result = bad_setting(call, "port", "write a number from 1 to 65535");
    *port_out = (uint16_t)port;
    if (result == MODULE_OK && asprintf(&box->where, "%s:%u", box->host, (unsigned)port) < 0) {
        box->where = NULL;
        return local_out_of_memory(call);
    }
    return result;
}

static enum module_result read_name(struct call *call, const char *key, char **wire_out)
{
    const char *name = local_setting(call, key);
    if (!*name)
        return MODULE_OK;
    *wire_out = imap_name_encode(name);
    if (*wire_out)
        return MODULE_OK;
    return errno == ENOMEM
               ? local_out_of_memory(call)
               : bad_setting(call, key, "a folder's name is UTF-8 without control characters");
}

static enum module_result read_settings(struct call *call, struct imap_box *box)
{
    box->user = local_setting(call, "user");
    box->folder = local_setting(call, "folder");
    box->flag = local_setting(call, "done.flag");
    box->move = local_setting(call, "done.move");
    if (!*box->user || strpbrk(box->user, "\r\n"))
        return bad_setting(call, "user", "set it to the name to sign in with");
    if (strcmp(local_setting(call, "auth"), "login") != 0)
        return bad_setting(call, "auth", "only login can be had in this version");
    if (!*box->folder)
        return bad_setting(call, "folder", "name the folder, such as INBOX");
    if (*box->flag && !imap_flag_is_good(box->flag))
        return bad_setting(call, "done.flag",
                           "write \\Seen, \\Answered or \\Flagged, or one word of plain letters");
    enum module_result result = local_switch(call, "done.delete", &box->remove);
    if (result == MODULE_OK)
        result = read_name(call, "folder", &box->wire_folder);
    if (result == MODULE_OK)
        result = read_name(call, "done.move", &box->wire_move);
    if (result == MODULE_OK && *box->move && box->remove)
        return bad_setting(call, "done.move", "done.delete is set too: choose one");
    return result;
}

/* ---- the connection ---- */

static enum module_result connect_stream(struct call *call, struct imap_box *box, uint16_t port)
{
    struct fault fault = FAULT_INIT;
    int64_t left = www4mail_left_ms(call), idle_ms = 0;
    if (local_response_time(call, &idle_ms) != MODULE_OK)
        return MODULE_FAIL;
    struct stream_options options = {.host = box->host,
                                     .port = port,
                                     .tls = box->tls,
                                     .ca_file = local_setting(call, "ca_file"),
                                     .pin = local_setting(call, "pin"),
                                     .proxy = local_setting(call, "proxy"),
                                     .idle_ms = idle_ms,
                                     .budget = IMAP_SMALL_BUDGET};
    if (left < INT64_MAX)
        options.deadline_ms = clock_monotonic_ms() + (left > 0 ? left : 1);
    box->ops = www4mail_streams(call);
    box->stream = box->ops->open(&options, &fault);
    if (box->stream)
        return MODULE_OK;
    www4mail_fault(call, MODULE_RETRY, fault.code, NULL, "%s",
                   fault.operator ? fault.operator : fault_name(fault.code));
    fault_clear(&fault);
    return MODULE_RETRY;
}

/* libetpan is given the connection after the greeting: its own reader of greetings crashes on
 * some of them. */
static enum module_result make_session(struct call *call, struct imap_box *box)
{
    mailstream *mail = etpan_stream_new(box->ops, box->stream);
    if (!mail) {
        box->stream = NULL;
        return local_out_of_memory(call);
    }
    box->session = mailimap_new(0, NULL);
    if (!box->session) {
        mailstream_close(mail);
        box->stream = NULL;
        return local_out_of_memory(call);
    }
    box->session->imap_stream = mail;
    box->session->imap_connection_info = mailimap_connection_info_new();
    mailimap_set_msg_body_handler(box->session, NULL, NULL);
    return box->session->imap_connection_info ? MODULE_OK : local_out_of_memory(call);
}

static enum module_result read_greeting(struct call *call, struct imap_box *box)
{
    struct span line;
    if (box->tls != STREAM_TLS_IMPLICIT)
        box->hint = "; if the port speaks TLS from the first byte, set tls: implicit";
    enum imap_answer answer = imap_read_line(call, box, &line);
    box->hint = "";
    if (answer != IMAP_OK)
        return MODULE_RETRY;
    if (span_starts_nocase(line, SPAN_LITERAL("* OK"))) {
        box->session->imap_state = MAILIMAP_STATE_NON_AUTHENTICATED;
        return MODULE_OK;
    }
    (void)imap_answer_of(call, box, MAILIMAP_ERROR_LOGIN); /* for what it said */
    box->lost = true;
    if (span_starts_nocase(line, SPAN_LITERAL("* BYE")))
        return imap_refused(call, box, IMAP_NO, FAULT_MAILBOX, "the server takes no session now");
    if (!span_starts_nocase(line, SPAN_LITERAL("* PREAUTH")))
        return imap_refused(call, box, IMAP_NO, FAULT_CONFIG,
                            "no IMAP server answers there: check host, port and tls");
    if (box->tls == STREAM_TLS_STARTTLS)
        return imap_refused(call, box, IMAP_NO, FAULT_TLS,
                            "the server signs in before TLS could be turned on: set tls: implicit");
    box->lost = false;
    box->signed_in = true;
    box->session->imap_state = MAILIMAP_STATE_AUTHENTICATED;
    return MODULE_OK;
}

static enum module_result start_tls(struct call *call, struct imap_box *box)
{
    enum imap_answer answer = imap_ask_capabilities(call, box);
    if (answer == IMAP_LOST)
        return MODULE_RETRY;
    if (!(box->capabilities & IMAP_CAN_STARTTLS))
        return www4mail_fault(call, MODULE_FAIL, FAULT_TLS, NULL,
                              "%s: the server offers no STARTTLS, so nothing was sent: set tls: "
                              "implicit and port: 993, or ask the provider",
                              box->where);
    answer = imap_lines(call, box, "STARTTLS", NULL, NULL);
    if (answer != IMAP_OK)
        return imap_refused(call, box, answer, FAULT_TLS, "STARTTLS is offered but refused");
    if (etpan_stream_pending(box->session->imap_stream)) {
        box->lost = true;
        return www4mail_fault(call, MODULE_FAIL, FAULT_TLS, NULL,
                              "%s: bytes came before the TLS handshake that belong behind it: "
                              "somebody on the way may have put them there",
                              box->where);
    }
    if (!box->ops->upgrade(box->stream)) {
        (void)imap_lose(call, box, "the TLS handshake failed");
        return MODULE_RETRY;
    }
    return imap_ask_capabilities(call, box) == IMAP_LOST ? MODULE_RETRY : MODULE_OK;
}

static void tell_stream(struct imap_box *box)
{
    struct stream_facts facts = {0};
    char day[16] = "unknown";
    struct tm tm;
    if (!box->told)
        return;
    box->ops->facts(box->stream, &facts);
    imap_tell(box, true, "connected to %s (%s)", box->where, facts.address ? facts.address : "?");
    if (!facts.tls || !*facts.tls) {
        imap_tell(box, true, "no TLS: the server is on this machine");
        return;
    }
    time_t expires = (time_t)facts.expires;
    if (expires > 0 && gmtime_r(&expires, &tm))
        strftime(day, sizeof day, "%Y-%m-%d", &tm);
    imap_tell(box, true, "%s; the certificate is good until %s, issued by %s, pin: %s", facts.tls,
              day, facts.issuer ? facts.issuer : "?", facts.pin ? facts.pin : "?");
}

static enum module_result open_session(struct call *call, struct imap_box *box)
{
    uint16_t port = 0;
    enum module_result result = read_server(call, box, &port);
    if (result == MODULE_OK)
        result = read_settings(call, box);
    if (result == MODULE_OK)
        result = connect_stream(call, box, port);
    if (result == MODULE_OK)
        result = make_session(call, box);
    if (result == MODULE_OK)
        result = read_greeting(call, box);
    if (result == MODULE_OK && box->tls == STREAM_TLS_STARTTLS)
        result = start_tls(call, box);
    else if (result == MODULE_OK && imap_ask_capabilities(call, box) == IMAP_LOST)
        result = MODULE_RETRY;
    if (result == MODULE_OK)
        tell_stream(box);
    return result;
}

enum module_result imap_enter(struct call *call, const struct examination *told,
                              struct imap_box **box_out)
{
    struct imap_box *box = calloc(1, sizeof *box);
    *box_out = box;
    if (!box)
        return local_out_of_memory(call);
    box->told = told;
    box->hint = "";
    enum module_result result = open_session(call, box);
    if (result == MODULE_OK && !box->signed_in)
        result = imap_sign_in(call, box);
    /* Servers may offer other things to somebody they know. */
    if (result == MODULE_OK && imap_ask_capabilities(call, box) == IMAP_LOST)
        result = MODULE_RETRY;
    return result;
}

enum module_result imap_connect(struct call *call, const struct examination *told,
                                struct imap_box **box_out)
{
    enum module_result result = imap_enter(call, told, box_out);
    return result == MODULE_OK ? imap_select(call, *box_out) : result;
}

static void say_goodbye(struct call *call, struct imap_box *box)
{
    /* A goodbye that goes wrong is nobody's trouble: its fault is not the call's. */
    struct fault *fault = www4mail_call_fault(call);
    bool clean = !fault_is_set(fault);
    (void)imap_lines(call, box, "LOGOUT", NULL, NULL);
    if (clean)
        fault_clear(fault);
}

void imap_close(struct call *call, struct imap_box **state)
{
    struct imap_box *box = *state;
    if (!box)
        return;
    if (box->session) {
        if (!box->lost)
            say_goodbye(call, box);
        /* mailimap_free would say it again. */
        mailstream_close(box->session->imap_stream);
        box->session->imap_stream = NULL;
        mailimap_free(box->session);
    } else if (box->stream) {
        box->ops->close(&box->stream);
    }
    free(box->where);
    free(box->wire_folder);
    free(box->wire_move);
    free(box->prefix);
    free(box->uids);
    free(box);
    *state = NULL;
}
