/* SPDX-License-Identifier: ISC */
/*
 * Names, connecting, and bytes over a socket that never blocks.  Every step looks at the clock
 * first, so that a peer who trickles cannot outlast a limit.
 */
#include "agent/base/stream_parts.h"

#include "agent/base/address.h"
#include "agent/base/clock.h"

#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The session's and the set-up's ends; idle time is the wait's affair. */
static bool in_time(struct stream *stream)
{
    if (clock_left_ms(stream->deadline_ms) == 0)
        return stream_fail(stream, FAULT_TIMEOUT, "the time for this session is over%s%s",
                           stream->setup_end ? " " : "", stream->setup_end ? stream->doing : "");
    if (clock_left_ms(stream->setup_end) == 0)
        return stream_fail(stream, FAULT_TIMEOUT, "nothing came of it in %lld ms %s",
                           (long long)stream->connect_ms, stream->doing);
    return true;
}

/* Until then, or for ever with INT64_MAX; 1 ready, 0 that time is over, -1 a fault. */
static int wait_until(struct stream *stream, int fd, short events, int64_t until)
{
    for (;;) {
        if (!in_time(stream))
            return -1;
        int64_t left = until == INT64_MAX ? until : clock_left_ms(until);
        if (left == 0)
            return 0;
        left = smaller(
            left, smaller(clock_left_ms(stream->deadline_ms), clock_left_ms(stream->setup_end)));
        struct pollfd ready = {.fd = fd, .events = events};
        int got = poll(&ready, 1, (int)smaller(left, INT_MAX));
        if (got > 0)
            return 1;
        if (got < 0 && errno != EINTR) {
            stream_fail(stream, FAULT_IO, "poll: %s", strerror(errno));
            return -1;
        }
    }
}

static bool wait_for(struct stream *stream, short events)
{
    int64_t until = stream->setup_end ? INT64_MAX : clock_monotonic_ms() + stream->idle_ms;
    int got = wait_until(stream, stream->fd, events, until);
    if (got == 0)
        stream_fail(stream, FAULT_TIMEOUT, "the server %s for %lld ms",
                    events == POLLIN ? "said nothing" : "took nothing", (long long)stream->idle_ms);
    return got > 0;
}

bool stream_resolve(struct stream *stream, const char *host, uint16_t port,
                    struct addrinfo **addresses_out)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    int result = getaddrinfo(host, service, &hints, addresses_out);
    if (result == 0)
        return in_time(stream);
    *addresses_out = NULL;
    stream_fail(stream, FAULT_NAME, "the name %s is not known: %s; check host:", host,
                result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result));
    /* A name server that is away is no mistake of the operator's. */
    stream->fault.class = result == EAI_NONAME ? FAULT_OPERATOR : FAULT_TEMPORARY;
    return false;
}

/* 0, an errno, or -1 with a fault; `until` is this address's share of the time. */
static int connect_one(struct stream *stream, const struct addrinfo *address, int64_t until)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    int error = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS || error == EINTR) {
        socklen_t len = sizeof error;
        int got = wait_until(stream, fd, POLLOUT, until);
        if (got < 0)
            error = -1;
        else if (got == 0)
            error = ETIMEDOUT;
        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
            error = errno;
    }
    if (error) {
        close(fd);
        return error;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    stream->fd = fd;
    return 0;
}

static int count_addresses(const struct addrinfo *at)
{
    int count = 0;
    for (; at && count < STREAM_ADDRESSES_MAX; at = at->ai_next)
        count++;
    return count;
}

/* Each gets its share of the time that is left, so that one that is silent spoils no other. */
static bool connect_any(struct stream *stream, const struct addrinfo *at, const char *whom)
{
    int error = 0;
    for (int left = count_addresses(at); left > 0; left--, at = at->ai_next) {
        int64_t time =
            smaller(clock_left_ms(stream->setup_end), clock_left_ms(stream->deadline_ms));
        address_to_text(at->ai_addr, stream->address, sizeof stream->address);
        error =
            connect_one(stream, at, left == 1 ? INT64_MAX : clock_monotonic_ms() + time / left + 1);
        if (error <= 0)
            return error == 0;
    }
    return stream_fail(stream, error == ETIMEDOUT ? FAULT_TIMEOUT : FAULT_CONNECT,
                       "cannot connect to %s%s%s: %s; check host: and port:", whom ? whom : "",
                       whom ? " at " : "", stream->address, strerror(error));
}

bool stream_connect(struct stream *stream, const char *host, uint16_t port, const char *whom)
{
    struct addrinfo *addresses;
    bool ok =
        stream_resolve(stream, host, port, &addresses) && connect_any(stream, addresses, whom);
    if (addresses)
        freeaddrinfo(addresses);
    return ok;
}

/* From errno. */
static bool tell_broken(struct stream *stream)
{
    return stream_fail(stream, FAULT_CONNECT, "the connection broke%s%s: %s",
                       stream->setup_end ? " " : "", stream->setup_end ? stream->doing : "",
                       strerror(errno));
}

ssize_t stream_recv(struct stream *stream, void *bytes, size_t len)
{
    for (;;) {
        if (!in_time(stream))
            return -1;
        ssize_t got = recv(stream->fd, bytes, len, MSG_DONTWAIT);
        if (got >= 0)
            return got;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            tell_broken(stream);
            return -1;
        }
        if (stream->hurried || !wait_for(stream, POLLIN))
            return -1;
    }
}

bool stream_recv_all(struct stream *stream, void *bytes, size_t len)
{
    char *at = bytes;
    while (len > 0) {
        ssize_t got = stream_recv(stream, at, len);
        if (got == 0)
            return stream_fail(stream, FAULT_CONNECT, "the connection was closed %s",
                               stream->doing);
        if (got < 0)
            return false;
        at += got;
        len -= (size_t)got;
    }
    return true;
}

bool stream_send(struct stream *stream, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        if (!in_time(stream))
            return false;
        ssize_t done = send(stream->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done > 0) {
            at += done;
            len -= (size_t)done;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EPIPE || errno == ECONNRESET)
            return stream_fail(stream, FAULT_CONNECT, "the server closed the connection");
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return tell_broken(stream);
        if (stream->hurried || !wait_for(stream, POLLOUT))
            return false;
    }
    return true;
}
