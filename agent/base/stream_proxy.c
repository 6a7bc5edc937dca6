/* SPDX-License-Identifier: ISC */
/*
 * Connecting by way of a proxy: SOCKS5 (RFC 1928, RFC 1929) and HTTP CONNECT (RFC 9110 section
 * 9.3.6).  Reads exactly the proxy's answer, bounded, and never a byte of what comes behind it.
 */
#include "agent/base/stream_parts.h"

#include "agent/base/buffer.h"
#include "agent/base/url_build.h"

#include <arpa/inet.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 256, ANSWER_MAX = 8 * 1024 };

enum proxy_kind { PROXY_SOCKS5, PROXY_SOCKS5H, PROXY_HTTP };

struct proxy {
    enum proxy_kind kind;
    char host[NAME_SIZE], user[NAME_SIZE], password[NAME_SIZE];
    uint16_t port;
    bool sign_in;
    char whom[NAME_SIZE + 24]; /* "the proxy host:port", for faults */
};

/* ---- the proxy's URL ---- */

/* Copies with %XX decoded; false when it does not fit or holds a NUL. */
static bool decode(struct span text, char out[NAME_SIZE])
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int byte = (unsigned char)text.at[i];
        if (byte == '%' && i + 2 < text.len && url_hex_value(text.at[i + 1]) >= 0 &&
            url_hex_value(text.at[i + 2]) >= 0) {
            byte = url_hex_value(text.at[i + 1]) * 16 + url_hex_value(text.at[i + 2]);
            i += 2;
        }
        if (byte == 0 || len == NAME_SIZE - 1)
            return false;
        out[len++] = (char)byte;
    }
    out[len] = '\0';
    return true;
}

static bool parse_kind(struct span *rest, enum proxy_kind *kind_out)
{
    static const char *const schemes[] = {
        [PROXY_SOCKS5] = "socks5://", [PROXY_SOCKS5H] = "socks5h://", [PROXY_HTTP] = "http://"};
    for (unsigned i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (!span_starts_nocase(*rest, span_of(schemes[i])))
            continue;
        *kind_out = (enum proxy_kind)i;
        *rest = span_from(*rest, strlen(schemes[i]));
        return true;
    }
    return false;
}

/* "user:password@" in front of the last @. */
static bool parse_user(struct span *rest, struct proxy *proxy)
{
    size_t at = rest->len;
    while (at > 0 && rest->at[at - 1] != '@')
        at--;
    if (at == 0)
        return true;
    struct span user = {rest->at, at - 1}, password = {"", 0};
    ptrdiff_t colon = span_find_byte(user, ':');
    if (colon >= 0) {
        password = span_from(user, (size_t)colon + 1);
        user.len = (size_t)colon;
    }
    *rest = span_from(*rest, at);
    proxy->sign_in = true;
    return user.len > 0 && decode(user, proxy->user) && decode(password, proxy->password);
}

static bool parse_host(struct span rest, struct proxy *proxy)
{
    uint64_t port = 0;
    struct span host = rest;
    if (host.len && host.at[host.len - 1] == '/')
        host.len--;
    size_t colon = host.len;
    while (colon > 0 && host.at[colon - 1] != ':')
        colon--;
    if (colon == 0 || !span_to_u64(span_from(host, colon), &port) || port == 0 || port > 65535)
        return false;
    host.len = colon - 1;
    if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = (struct span){host.at + 1, host.len - 2};
    else if (span_find_byte(host, ':') >= 0)
        return false;
    proxy->port = (uint16_t)port;
    return host.len > 0 && decode(host, proxy->host);
}

static bool parse_proxy(struct stream *stream, const char *text, struct proxy *proxy)
{
    struct span rest = span_of(text);
    *proxy = (struct proxy){.kind = PROXY_HTTP};
    /* The text itself is not shown: it may hold a password. */
    if (!parse_kind(&rest, &proxy->kind) || !parse_user(&rest, proxy) || !parse_host(rest, proxy))
        return stream_fail(stream, FAULT_CONFIG,
                           "proxy: must be socks5://host:port, socks5h://host:port or "
                           "http://host:port");
    snprintf(proxy->whom, sizeof proxy->whom, "the proxy %s:%u", proxy->host,
             (unsigned)proxy->port);
    return true;
}

/* ---- SOCKS5 ---- */

static const char *reply_text(unsigned char reply)
{
    static const char *const texts[] = {
        "it works",           "it has a fault of its own", "it does not allow that",
        "no way to that net", "no way to that host",       "the connection was refused",
        "it took too long",   "it cannot connect",         "it does not know that kind of address"};
    return reply < sizeof texts / sizeof texts[0] ? texts[reply] : "for an unknown reason";
}

static bool socks_sign_in(struct stream *stream, const struct proxy *proxy)
{
    unsigned char message[3 + 2 * NAME_SIZE], answer[2];
    size_t user = strlen(proxy->user), password = strlen(proxy->password), len = 0;
    message[len++] = 1;
    message[len++] = (unsigned char)user;
    memcpy(message + len, proxy->user, user);
    len += user;
    message[len++] = (unsigned char)password;
    memcpy(message + len, proxy->password, password);
    len += password;
    bool ok = stream_send(stream, message, len) && stream_recv_all(stream, answer, sizeof answer);
    explicit_bzero(message, sizeof message);
    if (ok && answer[1] != 0)
        return stream_fail(stream, FAULT_SIGN_IN,
                           "%s refuses user and password; check proxy:", proxy->whom);
    return ok;
}

static bool socks_greet(struct stream *stream, const struct proxy *proxy)
{
    const unsigned char hello[] = {5, proxy->sign_in ? 2 : 1, 0, 2};
    unsigned char answer[2];
    if (!stream_send(stream, hello, proxy->sign_in ? 4 : 3) ||
        !stream_recv_all(stream, answer, sizeof answer))
        return false;
    if (answer[0] != 5)
        return stream_fail(stream, FAULT_CONNECT,
                           "%s does not speak SOCKS5; check proxy:", proxy->whom);
    if (answer[1] == 2 && proxy->sign_in)
        return socks_sign_in(stream, proxy);
    if (answer[1] == 0)
        return true;
    return stream_fail(stream, FAULT_SIGN_IN, "%s wants %s; check proxy:", proxy->whom,
                       proxy->sign_in ? "another way to sign in" : "a user and password");
}

/* The end of the answer: an address of which nothing is needed. */
static bool socks_skip_address(struct stream *stream, const struct proxy *proxy, unsigned char kind)
{
    unsigned char rest[NAME_SIZE + 2], len = 0;
    if (kind == 3 && !stream_recv_all(stream, &len, 1))
        return false;
    if (kind != 1 && kind != 3 && kind != 4)
        return stream_fail(stream, FAULT_CONNECT, "%s answers what is no SOCKS5", proxy->whom);
    size_t size = kind == 1 ? 4 : kind == 4 ? 16 : len;
    return stream_recv_all(stream, rest, size + 2);
}

/* `kind`, `bytes`, `len`: the address as SOCKS5 writes it.  *reply_out: 0 it is connected. */
static bool socks_ask(struct stream *stream, const struct proxy *proxy, struct span address,
                      unsigned char kind, unsigned char *reply_out)
{
    unsigned char message[7 + NAME_SIZE] = {5, 1, 0, kind}, answer[4];
    size_t len = 4;
    if (kind == 3)
        message[len++] = (unsigned char)address.len;
    memcpy(message + len, address.at, address.len);
    len += address.len;
    message[len++] = (unsigned char)(stream->port >> 8);
    message[len++] = (unsigned char)stream->port;
    if (!stream_connect(stream, proxy->host, proxy->port, proxy->whom))
        return false;
    stream->doing = "while waiting for the proxy";
    if (!socks_greet(stream, proxy) || !stream_send(stream, message, len) ||
        !stream_recv_all(stream, answer, sizeof answer))
        return false;
    if (answer[0] != 5)
        return stream_fail(stream, FAULT_CONNECT, "%s answers what is no SOCKS5", proxy->whom);
    *reply_out = answer[1];
    return answer[1] != 0 || socks_skip_address(stream, proxy, answer[3]);
}

static bool socks_refused(struct stream *stream, const struct proxy *proxy, unsigned char reply)
{
    return stream_fail(stream, FAULT_CONNECT, "%s cannot connect there: %s", proxy->whom,
                       reply_text(reply));
}

/* The proxy knows the name, or it is an address already. */
static bool socks_by_name(struct stream *stream, const struct proxy *proxy)
{
    unsigned char bytes[16], reply = 0;
    unsigned char kind = inet_pton(AF_INET, stream->host, bytes) == 1    ? 1
                         : inet_pton(AF_INET6, stream->host, bytes) == 1 ? 4
                                                                         : 3;
    struct span address = span_of(stream->host);
    if (kind != 3)
        address = (struct span){(const char *)bytes, kind == 1 ? 4 : 16};
    if (!socks_ask(stream, proxy, address, kind, &reply))
        return false;
    return reply == 0 || socks_refused(stream, proxy, reply);
}

static struct span address_bytes(const struct addrinfo *at)
{
    if (at->ai_family == AF_INET6)
        return (struct span){
            (const char *)&((const struct sockaddr_in6 *)(const void *)at->ai_addr)->sin6_addr, 16};
    return (struct span){
        (const char *)&((const struct sockaddr_in *)(const void *)at->ai_addr)->sin_addr, 4};
}

/* Each address of the name that is known here, until the proxy reaches one. */
static bool socks_by_address(struct stream *stream, const struct proxy *proxy)
{
    struct addrinfo *list;
    unsigned char reply = 0;
    int tried = 0;
    bool ok = stream_resolve(stream, stream->host, stream->port, &list), reached = false;
    for (struct addrinfo *at = ok ? list : NULL; at && ok && !reached; at = at->ai_next) {
        if (tried++ == STREAM_ADDRESSES_MAX)
            break;
        if (stream->fd >= 0)
            close(stream->fd);
        stream->fd = -1;
        ok = socks_ask(stream, proxy, address_bytes(at), at->ai_family == AF_INET6 ? 4 : 1, &reply);
        reached = ok && reply == 0;
    }
    if (list)
        freeaddrinfo(list);
    if (ok && !reached)
        return socks_refused(stream, proxy, reply);
    return reached;
}

/* ---- HTTP CONNECT ---- */

static bool http_request(struct stream *stream, const struct proxy *proxy)
{
    struct buffer request;
    char both[2 * NAME_SIZE], code[BASE64_ENCODE_RAW_LENGTH(2 * NAME_SIZE) + 1] = "";
    buffer_init(&request, 4096);
    buffer_printf(&request, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", stream->where, stream->where);
    if (proxy->sign_in) {
        int len = snprintf(both, sizeof both, "%s:%s", proxy->user, proxy->password);
        base64_encode_raw(code, (size_t)len, (const uint8_t *)both);
        code[BASE64_ENCODE_RAW_LENGTH((size_t)len)] = '\0';
        buffer_printf(&request, "Proxy-Authorization: Basic %s\r\n", code);
        explicit_bzero(both, sizeof both);
        explicit_bzero(code, sizeof code);
    }
    buffer_add_text(&request, "\r\n");
    bool ok = request.failed ? stream_fail(stream, FAULT_MEMORY, "no memory for a request")
                             : stream_send(stream, request.at, request.len);
    if (request.at)
        explicit_bzero(request.at, request.len);
    buffer_free(&request);
    return ok;
}

/* Byte by byte: the mail server's greeting may follow in the same packet. */
static bool http_answer(struct stream *stream, const struct proxy *proxy, char answer[ANSWER_MAX])
{
    size_t len = 0;
    while (len < 4 || memcmp(answer + len - 4, "\r\n\r\n", 4) != 0) {
        if (len == ANSWER_MAX - 1 || (len == 5 && memcmp(answer, "HTTP/", 5) != 0))
            return stream_fail(stream, FAULT_CONNECT,
                               "%s answers what is no HTTP; check proxy:", proxy->whom);
        if (!stream_recv_all(stream, answer + len, 1))
            return false;
        len++;
    }
    answer[len] = '\0';
    return true;
}

static bool http_connect(struct stream *stream, const struct proxy *proxy)
{
    char answer[ANSWER_MAX];
    if (!stream_connect(stream, proxy->host, proxy->port, proxy->whom))
        return false;
    stream->doing = "while waiting for the proxy";
    if (!http_request(stream, proxy) || !http_answer(stream, proxy, answer))
        return false;
    struct span rest = span_of(answer), line, version, status;
    uint64_t number = 0;
    if (!span_next_line(&rest, &line) || !span_next_word(&line, &version) ||
        !span_next_word(&line, &status) || !span_to_u64(status, &number) || number < 100 ||
        number > 999)
        return stream_fail(stream, FAULT_CONNECT,
                           "%s answers what is no HTTP; check proxy:", proxy->whom);
    if (number == 407)
        return stream_fail(stream, FAULT_SIGN_IN, "%s %s; check proxy:", proxy->whom,
                           proxy->sign_in ? "refuses user and password"
                                          : "wants a user and password");
    if (number >= 200 && number <= 299)
        return true;
    return stream_fail(stream, FAULT_CONNECT, "%s does not connect there (status %u)", proxy->whom,
                       (unsigned)number);
}

bool stream_connect_by_proxy(struct stream *stream, const char *text)
{
    struct proxy proxy;
    bool ok = parse_proxy(stream, text, &proxy);
    if (ok && proxy.kind == PROXY_HTTP)
        ok = http_connect(stream, &proxy);
    else if (ok && proxy.kind == PROXY_SOCKS5)
        ok = socks_by_address(stream, &proxy);
    else if (ok)
        ok = socks_by_name(stream, &proxy);
    explicit_bzero(&proxy, sizeof proxy);
    return ok;
}
