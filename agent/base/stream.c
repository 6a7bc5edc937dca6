/* SPDX-License-Identifier: ISC */
/*
 * A connection to a mail server: opening, reading within its budget, writing, closing.  Sockets,
 * TLS, trust and proxies are in the files beside it.
 */
#include "agent/base/stream_parts.h"

#include "agent/base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECT_MS = 10 * 1000, IDLE_MS = 30 * 1000, BUDGET = 1024 * 1024 };

bool stream_fail_at(struct stream *stream, enum fault_code code, const char *file, int line,
                    const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (fault_is_set(&stream->fault))
        return false;
    fault_set_at(&stream->fault, code, file, line, NULL, "%s: %s", stream->where, text);
    /* A certificate does not mend itself; a record that was damaged may come whole next time. */
    if (code == FAULT_TLS)
        stream->fault.class = stream->setup_end ? FAULT_OPERATOR : FAULT_TEMPORARY;
    return false;
}

static bool is_there(const char *text)
{
    return text && *text;
}

/* "[::1]" and "mail.example." as "::1" and "mail.example"; NULL when memory is short. */
static char *copy_host(const char *host)
{
    size_t len = strlen(host);
    if (len > 2 && host[0] == '[' && host[len - 1] == ']')
        return strndup(host + 1, len - 2);
    return strndup(host, len > 1 && host[len - 1] == '.' ? len - 1 : len);
}

/* A host goes into a proxy's request and into logs. */
static bool host_is_sound(const char *host)
{
    for (const char *at = host; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == 127 || strchr("/\\@?#\"", *at))
            return false;
    return *host && strlen(host) < 256;
}

/* "sha256//" and 32 bytes in base64. */
static bool pin_is_sound(const char *pin)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char prefix[] = "sha256//";
    size_t start = sizeof prefix - 1;
    return strncmp(pin, prefix, start) == 0 && strspn(pin + start, alphabet) == 43 &&
           strcmp(pin + start + 43, "=") == 0;
}

static bool check_options(struct stream *stream, const struct stream_options *options)
{
    if (!host_is_sound(stream->host) || options->port == 0)
        return stream_fail(stream, FAULT_CONFIG, "this is no host and port; write host: and port:");
    if (stream->tls == STREAM_TLS_NONE && is_there(options->proxy))
        return stream_fail(stream, FAULT_CONFIG, "tls: none cannot go by way of a proxy");
    if (!is_there(options->pin))
        return true;
    if (!pin_is_sound(options->pin))
        return stream_fail(stream, FAULT_CONFIG,
                           "pin: must be sha256// and the SHA-256 of the server's public key in "
                           "base64 (44 characters)");
    snprintf(stream->pin, sizeof stream->pin, "%s", options->pin);
    return true;
}

static struct stream *stream_new(const struct stream_options *options)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    *stream = (struct stream){
        .fd = -1,
        .port = options->port,
        .tls = options->tls,
        .connect_ms = options->connect_ms > 0 ? options->connect_ms : CONNECT_MS,
        .idle_ms = options->idle_ms > 0 ? options->idle_ms : IDLE_MS,
        .deadline_ms = options->deadline_ms,
        .budget = options->budget ? options->budget : BUDGET,
        .first_byte = -1,
        .ahead = -1,
        .host = copy_host(options->host ? options->host : ""),
    };
    if (stream->host && asprintf(&stream->where, strchr(stream->host, ':') ? "[%s]:%u" : "%s:%u",
                                 stream->host, (unsigned)options->port) >= 0)
        return stream;
    free(stream->host);
    free(stream);
    return NULL;
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

/* Trust first: without it nothing is to be dialled. */
static bool set_up(struct stream *stream, const struct stream_options *options)
{
    if (!check_options(stream, options))
        return false;
    if (stream->tls != STREAM_TLS_NONE)
        stream->trust = stream->pin[0] ? stream_trust_empty(&stream->fault)
                                       : stream_trust_of(options->ca_file, &stream->fault);
    if (stream->tls != STREAM_TLS_NONE && !stream->trust)
        return false;
    stream->setup_end = clock_monotonic_ms() + stream->connect_ms;
    stream->doing = "while connecting";
    if (is_there(options->proxy) ? !stream_connect_by_proxy(stream, options->proxy)
                                 : !stream_connect(stream, stream->host, stream->port, NULL))
        return false;
    if (stream->tls == STREAM_TLS_NONE && !is_loopback(stream->address))
        return stream_fail(stream, FAULT_CONFIG,
                           "tls: none is for this machine's own addresses (127.0.0.1, ::1) only");
    if (stream->tls == STREAM_TLS_IMPLICIT && !stream_tls_start(stream))
        return false;
    stream->setup_end = 0;
    return true;
}

static void close_stream(struct stream **stream)
{
    struct stream *old = *stream;
    *stream = NULL;
    if (!old)
        return;
    stream_tls_end(old);
    if (old->fd >= 0)
        close(old->fd);
    fault_clear(&old->fault);
    free(old->issuer);
    free(old->where);
    free(old->host);
    free(old);
}

static struct stream *open_stream(const struct stream_options *options, struct fault *fault)
{
    struct stream *stream = stream_new(options);
    if (!stream) {
        fault_set(fault, FAULT_MEMORY, NULL, "no memory for a connection");
        return NULL;
    }
    if (set_up(stream, options))
        return stream;
    if (!fault_is_set(fault)) {
        *fault = stream->fault;
        stream->fault = FAULT_INIT;
    }
    close_stream(&stream);
    return NULL;
}

static bool upgrade(struct stream *stream)
{
    char byte;
    if (fault_is_set(&stream->fault))
        return false;
    if (stream->tls != STREAM_TLS_STARTTLS || stream->session)
        return stream_fail(stream, FAULT_INTERNAL, "STARTTLS was not agreed on here");
    stream->hurried = true;
    ssize_t got = stream->ahead >= 0 ? 1 : stream_recv(stream, &byte, 1);
    stream->hurried = false;
    if (got > 0)
        return stream_fail(stream, FAULT_TLS,
                           "bytes came in between STARTTLS and the handshake: somebody on the way "
                           "may have put them there; use tls: implicit if this stays so");
    if (got == 0)
        return stream_fail(stream, FAULT_CONNECT, "the server closed the connection");
    if (fault_is_set(&stream->fault))
        return false;
    stream->setup_end = clock_monotonic_ms() + stream->connect_ms;
    if (!stream_tls_start(stream))
        return false;
    stream->setup_end = 0;
    return true;
}

static ssize_t read_some(struct stream *stream, void *bytes, size_t len)
{
    return stream->session ? stream_tls_read(stream, bytes, len) : stream_recv(stream, bytes, len);
}

static ssize_t read_stream(struct stream *stream, void *bytes, size_t len)
{
    if (fault_is_set(&stream->fault))
        return -1;
    if (len == 0 || stream->budget == 0) {
        stream_fail(stream, len ? FAULT_IO : FAULT_INTERNAL, "%s",
                    len ? "the server sends more than is allowed here" : "nothing to read into");
        return -1;
    }
    if (len > stream->budget)
        len = (size_t)stream->budget;
    ssize_t got = 1;
    if (stream->ahead >= 0) {
        *(unsigned char *)bytes = (unsigned char)stream->ahead;
        stream->ahead = -1;
    } else {
        got = read_some(stream, bytes, len);
    }
    if (got == 0)
        stream_fail(stream, FAULT_CONNECT, "the server closed the connection");
    if (got <= 0)
        return -1;
    stream->budget -= (uint64_t)got;
    return got;
}

static bool write_stream(struct stream *stream, const void *bytes, size_t len)
{
    if (fault_is_set(&stream->fault))
        return false;
    return stream->session ? stream_tls_write(stream, bytes, len) : stream_send(stream, bytes, len);
}

static bool pending(struct stream *stream)
{
    unsigned char byte;
    if (fault_is_set(&stream->fault) || stream->ahead >= 0)
        return true;
    /* Bytes on the wire may be TLS's own affair; only a read can tell. */
    stream->hurried = true;
    ssize_t got = read_some(stream, &byte, 1);
    stream->hurried = false;
    if (got > 0)
        stream->ahead = byte;
    if (got == 0)
        stream_fail(stream, FAULT_CONNECT, "the server closed the connection");
    return got > 0 || fault_is_set(&stream->fault);
}

static void set_budget(struct stream *stream, uint64_t bytes)
{
    stream->budget = bytes;
}

static const struct fault *fault_of(const struct stream *stream)
{
    return &stream->fault;
}

static void facts_of(const struct stream *stream, struct stream_facts *facts_out)
{
    *facts_out = (struct stream_facts){
        .address = stream->address,
        .tls = stream->tls_version,
        .pin = stream->pin_found,
        .issuer = stream->issuer ? stream->issuer : "",
        .expires = stream->expires,
    };
}

const struct stream_ops streams = {
    .open = open_stream,
    .upgrade = upgrade,
    .read = read_stream,
    .write = write_stream,
    .pending = pending,
    .set_budget = set_budget,
    .fault = fault_of,
    .facts = facts_of,
    .close = close_stream,
};
