/* SPDX-License-Identifier: ISC */
/* The scripted server, and the bent connect. */
#include "test/unit/fake_smtp.h"
#include "test/unit/fake_fork.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

__attribute__((visibility("default"))) int connect(int fd, const struct sockaddr *address,
                                                   socklen_t len)
{
    const unsigned char *bytes = (const unsigned char *)address;
    if (address->sa_family == AF_UNIX ||
        (address->sa_family == AF_INET && bytes[offsetof(struct sockaddr_in, sin_addr)] == 127))
        return (int)syscall(SYS_connect, fd, address, len);
    errno = ENETUNREACH;
    return -1;
}

struct peer {
    int fd;
    gnutls_session_t session; /* NULL: in clear */
    const struct fake_tls *tls;
    const struct fake_script *script;
    struct fake_seen *seen;
    char bytes[64 * 1024];
    size_t at, len;
    int mails;
};

static bool refill(struct peer *peer)
{
    ssize_t got = peer->session ? gnutls_record_recv(peer->session, peer->bytes, sizeof peer->bytes)
                                : read(peer->fd, peer->bytes, sizeof peer->bytes);
    peer->at = 0;
    peer->len = got > 0 ? (size_t)got : 0;
    return got > 0;
}

static bool next_byte(struct peer *peer, char *byte_out)
{
    if (peer->at == peer->len && !refill(peer))
        return false;
    *byte_out = peer->bytes[peer->at++];
    return true;
}

static bool put(struct peer *peer, const char *bytes, size_t len)
{
    ssize_t sent = peer->session ? gnutls_record_send(peer->session, bytes, len)
                                 : send(peer->fd, bytes, len, MSG_NOSIGNAL);
    return sent == (ssize_t)len;
}

static void log_text(struct peer *peer, const char *text, size_t len)
{
    struct fake_seen *seen = peer->seen;
    if (seen->log_len + len >= FAKE_LOG_MAX)
        return;
    memcpy(seen->log + seen->log_len, text, len);
    seen->log_len += len;
}

/* False when the connection is to end. */
static bool say(struct peer *peer, const char *reply, const char *otherwise)
{
    static const struct timespec a_while = {1, 500000000};
    char byte;
    for (const char *at = reply ? reply : otherwise; *at;) {
        size_t len = strcspn(at, FAKE_CLOSE FAKE_HANG FAKE_WAIT);
        if (len > 0 && !put(peer, at, len))
            return false;
        at += len;
        if (*at == *FAKE_CLOSE)
            return false;
        if (*at == *FAKE_HANG) {
            while (next_byte(peer, &byte))
                ;
            return false;
        }
        if (*at == *FAKE_WAIT && at++)
            nanosleep(&a_while, NULL);
    }
    return true;
}

static bool start_tls(struct peer *peer)
{
    static gnutls_certificate_credentials_t credentials;
    int result;
    gnutls_x509_crt_t certificate = peer->tls->certificate;
    if (!certificate)
        return false;
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_certificate_set_x509_key(credentials, &certificate, 1, peer->tls->key);
    gnutls_init(&peer->session, GNUTLS_SERVER);
    if (peer->tls->priority)
        gnutls_priority_set_direct(peer->session, peer->tls->priority, NULL);
    else
        gnutls_set_default_priority(peer->session);
    gnutls_credentials_set(peer->session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(peer->session, peer->fd);
    do
        result = gnutls_handshake(peer->session);
    while (result < 0 && !gnutls_error_is_fatal(result));
    if (result == 0)
        log_text(peer, "<TLS>\n", 6);
    return result == 0;
}

static bool read_line(struct peer *peer, char *line, size_t size)
{
    size_t len = 0;
    while (len + 1 < size && next_byte(peer, &line[len])) {
        if (line[len++] != '\n')
            continue;
        line[len] = '\0';
        log_text(peer, line, len);
        return true;
    }
    return false;
}

/* Up to and with the end of data; false when it never comes. */
static bool take_mail(struct peer *peer)
{
    static const char end[] = "\r\n.\r\n";
    size_t matched = 2, len = 0;
    char byte;
    while (matched < sizeof end - 1) {
        if (!next_byte(peer, &byte))
            return false;
        if (len < FAKE_MAIL_MAX)
            peer->seen->mail[len++] = byte;
        if (byte == end[matched])
            matched++;
        else
            matched = byte == '\r' ? 1 : 0;
    }
    peer->seen->mail_len = len - 3;
    peer->seen->mails++;
    return true;
}

/* A mechanism's steps as far as they were not sent at once. */
static bool sign_in(struct peer *peer, const char *line)
{
    char answer[1024];
    size_t steps = strncmp(line, "AUTH LOGIN", 10) == 0 ? 2 : 1;
    while (steps-- > 0)
        if (!say(peer, NULL, "334 \r\n") || !read_line(peer, answer, sizeof answer))
            return false;
    return say(peer, peer->script->auth, "235 2.7.0 Signed in\r\n");
}

static bool is(const char *line, const char *verb)
{
    return strncmp(line, verb, strlen(verb)) == 0;
}

static bool obey(struct peer *peer, const char *line)
{
    const struct fake_script *script = peer->script;
    if (is(line, "EHLO") && peer->session && !peer->tls->implicit)
        return say(peer, script->ehlo_tls, "250-fake\r\n250-SIZE 10000000\r\n250 AUTH PLAIN\r\n");
    if (is(line, "EHLO"))
        return say(peer, script->ehlo,
                   "250-fake\r\n250-SIZE 10000000\r\n250-SMTPUTF8\r\n250-STARTTLS\r\n"
                   "250 AUTH LOGIN PLAIN\r\n");
    if (is(line, "STARTTLS"))
        return say(peer, script->starttls, "220 Go ahead\r\n") && start_tls(peer);
    if (is(line, "AUTH"))
        return sign_in(peer, line);
    if (is(line, "MAIL"))
        return say(peer, peer->mails++ && script->next_mail ? script->next_mail : script->mail,
                   "250 2.1.0 Sender fine\r\n");
    if (is(line, "RCPT"))
        return say(peer, script->rcpt, "250 2.1.5 Recipient fine\r\n");
    if (is(line, "DATA"))
        return say(peer, script->data, "354 Go\r\n") && take_mail(peer) &&
               say(peer, script->dot, "250 2.0.0 Ok: queued as 4711\r\n");
    if (is(line, "RSET"))
        return say(peer, script->rset, "250 2.0.0 Forgotten\r\n");
    if (is(line, "QUIT"))
        return say(peer, script->quit, "221 Bye\r\n") && false;
    return say(peer, NULL, "500 What?\r\n");
}

static void serve(struct peer *peer)
{
    char line[4096];
    bool on = !peer->tls || !peer->tls->implicit || start_tls(peer);
    on = on && say(peer, peer->script->greeting, "220 fake ready\r\n");
    while (on && read_line(peer, line, sizeof line))
        on = obey(peer, line);
    if (peer->session) {
        gnutls_bye(peer->session, GNUTLS_SHUT_WR);
        gnutls_deinit(peer->session);
    }
    close(peer->fd);
}

static void serve_all(int listener, struct fake_seen *seen, const struct fake_script *scripts,
                      size_t count, const struct fake_tls *tls)
{
    static struct peer peer;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0;; i++) {
        peer = (struct peer){.fd = accept(listener, NULL, NULL),
                             .tls = tls,
                             .script = &scripts[i < count ? i : count - 1],
                             .seen = seen};
        if (peer.fd < 0)
            _exit(1);
        seen->connections++;
        serve(&peer);
    }
}

static int listen_somewhere(int *port_out)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    *port_out = ntohs(address.sin_port);
    return listener;
}

void fake_smtp_start(struct fake_smtp *fake, const struct fake_script *scripts, size_t count,
                     const struct fake_tls *tls)
{
    int listener = listen_somewhere(&fake->port);
    assert_int_equal(listen(listener, 8), 0);
    fake->seen =
        mmap(NULL, sizeof *fake->seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(fake->seen != MAP_FAILED);
    snprintf(fake->port_text, sizeof fake->port_text, "%d", fake->port);
    fake->pid = fake_fork();
    assert_true(fake->pid >= 0);
    if (fake->pid == 0)
        serve_all(listener, fake->seen, scripts, count, tls);
    close(listener);
}

void fake_smtp_stop(struct fake_smtp *fake)
{
    kill(fake->pid, SIGKILL);
    waitpid(fake->pid, NULL, 0);
    munmap(fake->seen, sizeof *fake->seen);
}

int fake_smtp_closed_port(void)
{
    int port, listener = listen_somewhere(&port);
    close(listener);
    return port;
}
