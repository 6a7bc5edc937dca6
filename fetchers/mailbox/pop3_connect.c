/* SPDX-License-Identifier: ISC */
/*
 * From the settings to a connection that secrets may pass: greeting, CAPA, and STLS where it is
 * set (RFC 2595).  What was learned before TLS is forgotten behind it; without TLS where it is
 * set, nothing goes on.
 */
#include "fetchers/mailbox/pop3_session.h"

#include "agent/base/clock.h"
#include "fetchers/mailbox/local.h"

#include <inttypes.h>
#include <string.h>

enum { PORT_TLS = 995, PORT_PLAIN = 110, DAY_SECONDS = 86400, SOON_DAYS = 2 };

static enum module_result read_tls(struct call *call, enum stream_tls *tls_out)
{
    static const struct {
        const char *word;
        enum stream_tls tls;
    } words[] = {{"implicit", STREAM_TLS_IMPLICIT},
                 {"starttls", STREAM_TLS_STARTTLS},
                 {"none", STREAM_TLS_NONE}};
    const char *value = local_setting(call, "tls");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(value, words[i].word) == 0) {
            *tls_out = words[i].tls;
            return MODULE_OK;
        }
    }
    return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                          "tls: \"%s\": write implicit or starttls (none for this machine alone)",
                          value);
}

static enum module_result read_port(struct call *call, enum stream_tls tls, uint16_t *port_out)
{
    const char *value = local_setting(call, "port");
    uint64_t port = tls == STREAM_TLS_IMPLICIT ? PORT_TLS : PORT_PLAIN;
    if (*value && (!span_to_u64(span_of(value), &port) || port == 0 || port > UINT16_MAX))
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "port: \"%s\": write a number from 1 to 65535", value);
    *port_out = (uint16_t)port;
    return MODULE_OK;
}

static enum module_result read_options(struct call *call, struct stream_options *options_out)
{
    struct stream_options options = {.host = local_setting(call, "host"),
                                     .ca_file = local_setting(call, "ca_file"),
                                     .pin = local_setting(call, "pin"),
                                     .proxy = local_setting(call, "proxy"),
                                     .budget = POP3_ANSWER_BUDGET};
    int64_t left = www4mail_left_ms(call);
    if (!*options.host)
        return www4mail_fault(call, MODULE_FAIL, FAULT_CONFIG, NULL,
                              "host: is not set; write the name of the POP3 server");
    enum module_result result = read_tls(call, &options.tls);
    if (result == MODULE_OK)
        result = read_port(call, options.tls, &options.port);
    if (result == MODULE_OK)
        result = local_response_time(call, &options.idle_ms);
    if (result != MODULE_OK)
        return result;
    if (left < INT64_MAX)
        options.deadline_ms = clock_monotonic_ms() + left;
    *options_out = options;
    return MODULE_OK;
}

static enum module_result open_stream(struct pop3_session *session,
                                      const struct stream_options *options)
{
    struct call *call = session->call;
    const struct stream_ops *io = www4mail_streams(call);
    struct fault *fault = www4mail_call_fault(call);
    session->stream = io->open(options, fault);
    if (!session->stream)
        return fault->class == FAULT_OPERATOR ? MODULE_FAIL : MODULE_RETRY;
    pop3_lines_init(&session->lines, io, session->stream);
    return MODULE_OK;
}

static enum module_result greeting(struct pop3_session *session,
                                   const struct stream_options *options)
{
    struct span text;
    enum module_result result = pop3_answer(session, "the connection", &text);
    if (result == MODULE_PASS)
        return www4mail_fault(session->call, MODULE_RETRY, FAULT_MAILBOX, NULL,
                              "%s port %u turns us away: %s", options->host, options->port,
                              pop3_shown(session, text));
    return result;
}

/* The argument list of SASL: is PLAIN among it? */
static bool has_word(struct span rest, struct span wanted)
{
    struct span word;
    while (span_next_word(&rest, &word))
        if (span_equal_nocase(word, wanted))
            return true;
    return false;
}

static void note_capability(struct pop3_capabilities *capabilities, struct span line)
{
    struct span name;
    if (!span_next_word(&line, &name))
        return;
    const struct {
        struct span name;
        bool *flag;
    } flags[] = {{SPAN_LITERAL("STLS"), &capabilities->stls},
                 {SPAN_LITERAL("USER"), &capabilities->user},
                 {SPAN_LITERAL("TOP"), &capabilities->top},
                 {SPAN_LITERAL("UIDL"), &capabilities->uidl}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (span_equal_nocase(name, flags[i].name))
            *flags[i].flag = true;
    if (span_equal_nocase(name, SPAN_LITERAL("SASL")))
        capabilities->plain = has_word(line, SPAN_LITERAL("PLAIN"));
}

static enum module_result capa(struct pop3_session *session)
{
    struct pop3_capabilities *capabilities = &session->capabilities;
    struct span text;
    *capabilities = (struct pop3_capabilities){0};
    enum module_result result = pop3_command(session, &text, "CAPA");
    if (result == MODULE_PASS)
        return MODULE_OK; /* an older server */
    capabilities->known = result == MODULE_OK;
    while (result == MODULE_OK) {
        result = pop3_list_line(session, &text);
        if (result == MODULE_OK)
            note_capability(capabilities, text);
    }
    return result == MODULE_PASS ? MODULE_OK : result;
}

static enum module_result stls(struct pop3_session *session, const struct stream_options *options)
{
    struct call *call = session->call;
    struct span text = SPAN_LITERAL("it is not among its capabilities");
    enum module_result result = MODULE_PASS;
    if (!session->capabilities.known || session->capabilities.stls)
        result = pop3_command(session, &text, "STLS");
    if (result == MODULE_PASS)
        return www4mail_fault(call, pop3_is_temporary(text) ? MODULE_RETRY : MODULE_FAIL, FAULT_TLS,
                              NULL,
                              "%s port %u does not begin TLS by STLS (%s); set `tls: implicit` if "
                              "it has TLS on port %d",
                              options->host, options->port, pop3_shown(session, text), PORT_TLS);
    if (result != MODULE_OK)
        return result;
    if (session->lines.at < session->lines.len)
        return www4mail_fault(call, MODULE_FAIL, FAULT_TLS, NULL,
                              "%s port %u sent bytes between its answer to STLS and TLS; somebody "
                              "may stand between",
                              options->host, options->port);
    if (!www4mail_streams(call)->upgrade(session->stream))
        return pop3_stream_fault(session);
    return capa(session);
}

/* Tells what the connection is; `secure` when TLS is made. */
static void say_connection(struct pop3_session *session, const struct stream_options *options,
                           bool secure)
{
    struct stream_facts facts;
    if (!session->examination)
        return;
    www4mail_streams(session->call)->facts(session->stream, &facts);
    if (!secure) {
        pop3_say(session, true, "connected to %s port %u, at %s", options->host, options->port,
                 facts.address ? facts.address : "");
        return;
    }
    pop3_say(session, true, "%s, certificate by %s; pin: %s", facts.tls ? facts.tls : "TLS",
             facts.issuer ? facts.issuer : "", facts.pin ? facts.pin : "");
    int64_t days = (facts.expires - clock_now()) / DAY_SECONDS;
    if (facts.expires != 0)
        pop3_say(session, days > SOON_DAYS, "the certificate is good for %" PRId64 " more days",
                 days);
}

static void say_capabilities(struct pop3_session *session)
{
    const struct pop3_capabilities *capabilities = &session->capabilities;
    if (!capabilities->known) {
        pop3_say(session, true, "the server has no CAPA and does not say what it can do");
        return;
    }
    pop3_say(session, true, "the server offers%s%s%s%s", capabilities->user ? " USER" : "",
             capabilities->plain ? " SASL-PLAIN" : "", capabilities->top ? " TOP" : "",
             capabilities->uidl ? " UIDL" : "");
}

enum module_result pop3_connect(struct pop3_session *session)
{
    struct stream_options options;
    enum module_result result = read_options(session->call, &options);
    if (result == MODULE_OK)
        result = open_stream(session, &options);
    if (result != MODULE_OK)
        return result;
    say_connection(session, &options, false);
    result = greeting(session, &options);
    if (result == MODULE_OK)
        result = capa(session);
    if (result == MODULE_OK && options.tls == STREAM_TLS_STARTTLS)
        result = stls(session, &options);
    if (result != MODULE_OK)
        return result;
    if (options.tls != STREAM_TLS_NONE)
        say_connection(session, &options, true);
    else
        pop3_say(session, true, "no TLS, as set: the server is on this machine");
    say_capabilities(session);
    return MODULE_OK;
}
