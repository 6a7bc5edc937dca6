/* SPDX-License-Identifier: ISC */
/*
 * TLS over the socket by GnuTLS.  GnuTLS reads and writes through the stream's own functions,
 * which wait and keep the limits; it never sees the socket and never waits itself.
 */
#include "agent/base/stream_parts.h"

#include <errno.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

enum { RECORD_BYTES = 16 * 1024 };

/* In a hurry nothing to read is no fault; with one, any lasting error will do. */
static ssize_t pass_error(struct stream *stream)
{
    gnutls.transport_set_errno(stream->session, fault_is_set(&stream->fault) ? EIO : EAGAIN);
    return -1;
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void *bytes, size_t len)
{
    struct stream *stream = pointer;
    if (stream->wire_left == 0) {
        stream_fail(stream, FAULT_TLS,
                    "the server sends TLS records without end and nothing in "
                    "them");
        return pass_error(stream);
    }
    if (len > stream->wire_left)
        len = stream->wire_left;
    ssize_t got = stream_recv(stream, bytes, len);
    if (got < 0)
        return pass_error(stream);
    stream->wire_left -= (size_t)got;
    if (got > 0 && stream->first_byte < 0)
        stream->first_byte = *(const unsigned char *)bytes;
    return got;
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void *bytes, size_t len)
{
    struct stream *stream = pointer;
    return stream_send(stream, bytes, len) ? (ssize_t)len : pass_error(stream);
}

static bool is_numeric(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static int session_new(struct stream *stream)
{
    int result =
        gnutls.init(&stream->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS);
    if (result < 0) {
        stream->session = NULL;
        return result;
    }
    gnutls.session_set_ptr(stream->session, stream);
    gnutls.session_set_verify_function(stream->session, stream_certificate_judge);
    gnutls.transport_set_ptr(stream->session, stream);
    gnutls.transport_set_pull_function(stream->session, pull);
    gnutls.transport_set_push_function(stream->session, push);
    gnutls.handshake_set_timeout(stream->session, 0);
    result = gnutls.priority_set_direct(stream->session, PRIORITY, NULL);
    if (result >= 0)
        result = gnutls.credentials_set(stream->session, GNUTLS_CRD_CERTIFICATE, stream->trust);
    if (result >= 0 && !is_numeric(stream->host)) /* RFC 6066: no addresses there */
        result = gnutls.server_name_set(stream->session, GNUTLS_NAME_DNS, stream->host,
                                        strlen(stream->host));
    return result;
}

/* The first byte of a TLS record is its type, and of what comes first only these two can be. */
static bool is_tls(int first_byte)
{
    return first_byte == 21 || first_byte == 22;
}

static void tell_alert(struct stream *stream)
{
    gnutls_alert_description_t alert = gnutls.alert_get(stream->session);
    const char *name = gnutls.alert_get_name(alert);
    if (alert == GNUTLS_A_PROTOCOL_VERSION)
        stream_fail(stream, FAULT_TLS,
                    "the server offers no TLS 1.2 or later; its provider must "
                    "renew it");
    else
        stream_fail(stream, FAULT_TLS, "the server refuses TLS: %s",
                    name ? name : "for a reason without a name");
}

/* Why a handshake failed, where nothing has said so yet. */
static void tell_handshake(struct stream *stream, int result)
{
    if (stream->first_byte >= 0 && !is_tls(stream->first_byte))
        stream_fail(stream, FAULT_TLS, "there is no TLS on this port: try %s, or another port:",
                    stream->tls == STREAM_TLS_IMPLICIT ? "tls: starttls" : "tls: implicit");
    else if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
        tell_alert(stream);
    else if (result == GNUTLS_E_PREMATURE_TERMINATION)
        stream_fail(stream, FAULT_CONNECT,
                    "the server closed the connection in the TLS handshake: is there TLS on this "
                    "port:?");
    else if (result == GNUTLS_E_UNSUPPORTED_VERSION_PACKET)
        stream_fail(stream, FAULT_TLS,
                    "the server offers no TLS 1.2 or later; its provider must "
                    "renew it");
    else
        stream_fail(stream, FAULT_TLS, "the TLS handshake failed: %s", gnutls.strerror(result));
}

/* Tells the peer why, if it is still there. */
static void refuse(struct stream *stream, int result)
{
    if (result == GNUTLS_E_PULL_ERROR || result == GNUTLS_E_PUSH_ERROR ||
        result == GNUTLS_E_PREMATURE_TERMINATION)
        return;
    stream->hurried = true;
    gnutls.alert_send_appropriate(stream->session, result);
    stream->hurried = false;
}

bool stream_tls_start(struct stream *stream)
{
    stream->doing = "in the TLS handshake";
    stream->wire_left = STREAM_WIRE_MAX;
    stream->first_byte = -1;
    int result = session_new(stream);
    if (result < 0)
        return stream_fail(stream, result == GNUTLS_E_MEMORY_ERROR ? FAULT_MEMORY : FAULT_TLS,
                           "TLS cannot begin: %s", gnutls.strerror(result));
    do
        result = gnutls.handshake(stream->session);
    while (result < 0 && !gnutls.error_is_fatal(result) && !fault_is_set(&stream->fault));
    if (result < 0) {
        tell_handshake(stream, result);
        refuse(stream, result);
        return false;
    }
    snprintf(stream->tls_version, sizeof stream->tls_version, "%s",
             gnutls.protocol_get_name(gnutls.protocol_get_version(stream->session)));
    return true;
}

static void tell_record(struct stream *stream, int result)
{
    const char *name = gnutls.alert_get_name(gnutls.alert_get(stream->session));
    if (result == GNUTLS_E_PREMATURE_TERMINATION)
        stream_fail(stream, FAULT_CONNECT, "the server closed the connection");
    else if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
        stream_fail(stream, FAULT_TLS, "the server ended TLS: %s", name ? name : "unknown alert");
    else
        stream_fail(stream, FAULT_TLS, "what came in is damaged or no TLS: %s",
                    gnutls.strerror(result));
}

ssize_t stream_tls_read(struct stream *stream, void *bytes, size_t len)
{
    stream->wire_left = STREAM_WIRE_MAX;
    for (;;) {
        ssize_t got = gnutls.record_recv(stream->session, bytes, len);
        if (got >= 0)
            return got;
        if (fault_is_set(&stream->fault) || (stream->hurried && got == GNUTLS_E_AGAIN))
            return -1;
        /* A wish to renegotiate may be ignored (RFC 5246 section 7.4.1.1), warnings as well. */
        if (gnutls.error_is_fatal((int)got)) {
            tell_record(stream, (int)got);
            return -1;
        }
    }
}

bool stream_tls_write(struct stream *stream, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t done =
            gnutls.record_send(stream->session, at, len < RECORD_BYTES ? len : RECORD_BYTES);
        if (fault_is_set(&stream->fault))
            return false;
        if (done < 0 && gnutls.error_is_fatal((int)done)) {
            tell_record(stream, (int)done);
            return false;
        }
        if (done > 0) {
            at += done;
            len -= (size_t)done;
        }
    }
    return true;
}

void stream_tls_end(struct stream *stream)
{
    if (!stream->session)
        return;
    stream->hurried = true;
    if (!fault_is_set(&stream->fault))
        gnutls.bye(stream->session, GNUTLS_SHUT_WR);
    gnutls.deinit(stream->session);
    stream->session = NULL;
}
