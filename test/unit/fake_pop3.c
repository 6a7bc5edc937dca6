/* SPDX-License-Identifier: ISC */
/* A scripted POP3 server for tests. */
#include "test/unit/fake_pop3.h"
#include "test/unit/fake_fork.h"

#include "agent/base/file.h"
#include "test/unit/certificates.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct fake_answer sound[] = {
    {.asked = "", .text = "+OK ready\r\n"},
    {.asked = "CAPA", .text = "+OK\r\nUSER\r\nTOP\r\nUIDL\r\nSASL LOGIN PLAIN\r\n.\r\n"},
    {.asked = "USER anna", .text = "+OK\r\n"},
    {.asked = "PASS open sesame", .text = "+OK signed in\r\n"},
    {.asked = "STAT", .text = "+OK 2 60\r\n"},
    {.asked = "UIDL", .text = "+OK\r\n1 uid-one\r\n2 uid-two\r\n.\r\n"},
    {.asked = "LIST", .text = "+OK\r\n1 30\r\n2 30\r\n.\r\n"},
    {.asked = "TOP 1 0", .text = "+OK\r\nSubject: one\r\n\r\n.\r\n"},
    {.asked = "TOP 2 0", .text = "+OK\r\nSubject: two\r\n\r\n.\r\n"},
    {.asked = "RETR 1", .text = "+OK\r\nSubject: one\r\n\r\nfirst\r\n.\r\n"},
    {.asked = "RETR 2", .text = "+OK\r\nSubject: two\r\n\r\nsecond\r\n.\r\n"},
    {.asked = "DELE", .text = "+OK\r\n"},
    {.asked = "QUIT", .act = FAKE_CUT, .text = "+OK bye\r\n"},
    {.asked = NULL},
};

static const struct fake_answer *look_up(const struct fake_answer *answers, const char *line,
                                         unsigned session)
{
    for (; answers->asked; answers++) {
        bool fits = *answers->asked ? strncmp(line, answers->asked, strlen(answers->asked)) == 0
                                    : *line == '\0';
        if (fits && (answers->session == 0 || answers->session == session))
            return answers;
    }
    return NULL;
}

/* The client, with or without TLS. */
struct peer {
    int fd;
    gnutls_session_t tls;
    gnutls_certificate_credentials_t credentials;
};

static bool say(struct peer *peer, const char *bytes, size_t len)
{
    while (peer->tls && len > 0) {
        ssize_t sent = gnutls_record_send(peer->tls, bytes, len);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return file_write_all(peer->fd, bytes, len);
}

static bool hear(struct peer *peer, char *byte)
{
    return (peer->tls ? gnutls_record_recv(peer->tls, byte, 1) : read(peer->fd, byte, 1)) == 1;
}

static bool handshake(struct peer *peer)
{
    int result;
    gnutls_init(&peer->tls, GNUTLS_SERVER);
    gnutls_set_default_priority(peer->tls);
    gnutls_credentials_set(peer->tls, GNUTLS_CRD_CERTIFICATE, peer->credentials);
    gnutls_transport_set_int(peer->tls, peer->fd);
    do
        result = gnutls_handshake(peer->tls);
    while (result < 0 && !gnutls_error_is_fatal(result));
    return result == 0;
}

static bool say_slowly(struct peer *peer, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!say(peer, text + i, 1))
            return false;
        usleep(200);
    }
    return true;
}

/* False when the connection is over. */
static bool act(struct peer *peer, const struct fake_answer *answer)
{
    size_t len = answer->len ? answer->len : strlen(answer->text ? answer->text : "");
    char byte;
    if (answer->act == FAKE_DRIP)
        return say_slowly(peer, answer->text, len);
    if (!say(peer, answer->text, len))
        return false;
    while (answer->act == FAKE_FLOOD && say(peer, answer->text, len))
        continue;
    while (answer->act == FAKE_HANG && hear(peer, &byte))
        continue;
    return answer->act == FAKE_TLS ? handshake(peer) : answer->act == FAKE_SAY;
}

static void note(struct fake_log *log, const char *line)
{
    size_t len = strlen(line);
    if (log->len + len + 2 < sizeof log->lines) {
        memcpy(log->lines + log->len, line, len);
        log->lines[log->len + len] = '\n';
        log->len += len + 1;
    }
}

/* A line without its CRLF; false at the end. */
static bool read_line(struct peer *peer, char *line, size_t size)
{
    size_t len = 0;
    while (len + 1 < size && hear(peer, line + len)) {
        if (line[len] == '\n') {
            line[len > 0 && line[len - 1] == '\r' ? len - 1 : len] = '\0';
            return true;
        }
        len++;
    }
    return false;
}

static void serve(struct peer *peer, const struct fake_answer *answers, struct fake_log *log)
{
    static const struct fake_answer unknown = {.text = "-ERR what?\r\n"};
    char line[4096] = "";
    unsigned session = log->sessions;
    do {
        const struct fake_answer *answer = look_up(answers, line, session);
        if (!answer)
            answer = look_up(sound, line, session);
        if (!act(peer, answer ? answer : &unknown) || !read_line(peer, line, sizeof line))
            return;
        note(log, line);
    } while (true);
}

static void run(int listener, const struct fake_pop3 *fake, const struct fake_answer *answers,
                gnutls_certificate_credentials_t credentials)
{
    int one = 1;
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        char mark[32];
        struct peer peer = {.fd = accept(listener, NULL, NULL), .credentials = credentials};
        if (peer.fd < 0)
            _exit(0);
        setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        fake->log->sessions++;
        snprintf(mark, sizeof mark, "-- %u", fake->log->sessions);
        note(fake->log, mark);
        if (!fake->implicit || handshake(&peer))
            serve(&peer, answers, fake->log);
        if (peer.tls)
            gnutls_deinit(peer.tls);
        close(peer.fd);
    }
}

/* A key and a certificate for 127.0.0.1, good for a day. */
static gnutls_certificate_credentials_t make_credentials(struct fake_pop3 *fake)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_x509_privkey_t key = certificate_new_key();
    gnutls_x509_crt_t crt = certificate_sign(key, NULL, time(NULL) + 43200);
    certificate_text(crt, fake->certificate, sizeof fake->certificate);
    assert_int_equal(gnutls_certificate_allocate_credentials(&credentials), 0);
    assert_int_equal(gnutls_certificate_set_x509_key(credentials, &crt, 1, key), 0);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
    return credentials;
}

void fake_pop3_start(struct fake_pop3 *fake, const struct fake_answer *answers)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    gnutls_certificate_credentials_t credentials = make_credentials(fake);
    snprintf(fake->port, sizeof fake->port, "%u", (unsigned)ntohs(address.sin_port));
    fake->log =
        mmap(NULL, sizeof *fake->log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(fake->log != MAP_FAILED);
    fake->pid = fake_fork();
    assert_true(fake->pid >= 0);
    if (fake->pid == 0)
        run(listener, fake, answers, credentials);
    gnutls_certificate_free_credentials(credentials);
    close(listener);
}

void fake_pop3_stop(struct fake_pop3 *fake)
{
    if (fake->pid <= 0)
        return;
    kill(fake->pid, SIGKILL);
    waitpid(fake->pid, NULL, 0);
    munmap(fake->log, sizeof *fake->log);
    *fake = (struct fake_pop3){0};
}

void fake_pop3_wait(const struct fake_pop3 *fake, const char *line)
{
    for (unsigned i = 0; i < 10000 && fake_pop3_heard(fake, line) == 0; i++)
        usleep(1000);
    assert_true(fake_pop3_heard(fake, line) > 0);
}

unsigned fake_pop3_heard(const struct fake_pop3 *fake, const char *line)
{
    unsigned count = 0;
    const char *at = fake->log->lines;
    for (; at && *at; at = strchr(at, '\n'), at = at ? at + 1 : NULL)
        count += strncmp(at, line, strlen(line)) == 0;
    return count;
}
