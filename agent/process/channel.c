/* SPDX-License-Identifier: ISC */
/* Notices on a socket pair. */
#include "agent/process/channel.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

bool channel_open(int ends_out[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends_out) == 0;
}

bool channel_send(int channel, struct notice notice)
{
    if (channel < 0)
        return false;
    ssize_t sent;
    do
        sent = send(channel, &notice, sizeof notice, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)sizeof notice;
}

bool channel_receive(int channel, struct notice *notice_out, bool *ended_out)
{
    ssize_t got;
    do
        got = recv(channel, notice_out, sizeof *notice_out, 0);
    while (got < 0 && errno == EINTR);
    *ended_out = got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    return got == (ssize_t)sizeof *notice_out;
}

void channel_wait(int channel, int ms)
{
    struct pollfd wanted = {.fd = channel, .events = POLLIN};
    poll(&wanted, 1, ms);
}
