/* SPDX-License-Identifier: ISC */
/* Fake mail servers, certificates and names for the tests of streams. */
#include "test/unit/stream_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- names ---- */

static struct addrinfo *address_new(const char *text, const char *service)
{
    struct addrinfo *info = calloc(1, sizeof *info + sizeof(struct sockaddr_in6));
    struct in_addr four;
    uint16_t port = htons((uint16_t)strtoul(service, NULL, 10));
    info->ai_addr = (struct sockaddr *)(info + 1);
    if (inet_pton(AF_INET, text, &four) == 1) {
        struct sockaddr_in *in = (struct sockaddr_in *)(void *)info->ai_addr;
        *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port, .sin_addr = four};
        info->ai_family = AF_INET;
        info->ai_addrlen = sizeof *in;
    } else {
        struct sockaddr_in6 *in = (struct sockaddr_in6 *)(void *)info->ai_addr;
        *in = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
        assert_int_equal(inet_pton(AF_INET6, text, &in->sin6_addr), 1);
        info->ai_family = AF_INET6;
        info->ai_addrlen = sizeof *in;
    }
    return info;
}

/* In place of the C library's: no test may ask a name server. */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    char bytes[16];
    (void)hints;
    if (strcmp(host, "away.example") == 0)
        return EAI_AGAIN;
    bool two = strcmp(host, "two.example") == 0;
    if (two || strcmp(host, "mail.example") == 0) {
        *out = address_new(two ? "127.0.0.2" : "127.0.0.1", service);
        (*out)->ai_next = two ? address_new("127.0.0.1", service) : NULL;
        return 0;
    }
    if (inet_pton(AF_INET, host, bytes) != 1 && inet_pton(AF_INET6, host, bytes) != 1)
        return EAI_NONAME;
    *out = address_new(host, service);
    return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
    while (info) {
        struct addrinfo *next = info->ai_next;
        free(info);
        info = next;
    }
}

/* ---- servers ---- */

struct server server_start(server_script script, const void *context)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    struct server server = {.pid = fork(), .port = ntohs(address.sin_port)};
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGPIPE, SIG_IGN);
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            if (fd < 0)
                _exit(1);
            script(fd, context);
            close(fd);
        }
    }
    close(listener);
    return server;
}

void server_stop(struct server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    server->pid = 0;
}

void play_send(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t done = write(fd, at, len);
        if (done <= 0)
            return;
        at += done;
        len -= (size_t)done;
    }
}

void play_text(int fd, const char *text)
{
    play_send(fd, text, strlen(text));
}

void play_read(int fd, void *bytes, size_t len)
{
    char *at = bytes;
    while (len > 0) {
        ssize_t got = read(fd, at, len);
        if (got <= 0)
            _exit(1);
        at += got;
        len -= (size_t)got;
    }
}

void play_line(int fd, char *line, size_t size)
{
    size_t len = 0;
    do
        play_read(fd, line + len, 1);
    while (line[len++] != '\n' && len < size);
    line[len - 1] = '\0';
}

void play_until_gone(int fd)
{
    char bytes[4096];
    while (read(fd, bytes, sizeof bytes) > 0) {
    }
}

void play_pause(int milliseconds)
{
    poll(NULL, 0, milliseconds);
}

/* ---- what a test expects ---- */

struct stream_options options_to(const struct server *server)
{
    return (struct stream_options){.host = "127.0.0.1",
                                   .port = server->port,
                                   .tls = STREAM_TLS_NONE,
                                   .connect_ms = 30000,
                                   .idle_ms = 30000};
}

void must_say(const struct fault *fault, enum fault_code code, const char *words)
{
    if (fault->code != code || !fault->operator|| !strstr(fault->operator, words))
        fail_msg("%s: %s, not %s: %s", fault_name(fault->code), fault->operator, fault_name(code),
                 words);
    assert_null(fault->asker);
}

struct stream *must_open(const struct stream_options *options)
{
    struct fault fault = FAULT_INIT;
    struct stream *stream = streams.open(options, &fault);
    if (!stream)
        fail_msg("%s: %s", fault_name(fault.code), fault.operator);
    assert_false(fault_is_set(&fault));
    return stream;
}

void must_refuse(const struct stream_options *options, enum fault_code code, const char *words)
{
    struct fault fault = FAULT_INIT;
    struct stream *stream = streams.open(options, &fault);
    assert_null(stream);
    must_say(&fault, code, words);
    fault_clear(&fault);
}

void must_read(struct stream *stream, const char *text)
{
    char bytes[1024];
    size_t len = strlen(text), got = 0;
    assert_true(len < sizeof bytes);
    while (got < len) {
        ssize_t more = streams.read(stream, bytes + got, len - got);
        if (more <= 0)
            fail_msg("%s after %zu bytes", streams.fault(stream)->operator, got);
        got += (size_t)more;
    }
    bytes[len] = '\0';
    assert_string_equal(bytes, text);
}

uint64_t must_fail(struct stream *stream, enum fault_code code, const char *words)
{
    char bytes[4096];
    ssize_t got;
    uint64_t sum = 0;
    while ((got = streams.read(stream, bytes, sizeof bytes)) > 0)
        sum += (uint64_t)got;
    assert_int_equal(got, -1);
    must_say(streams.fault(stream), code, words);
    /* And so it stays. */
    assert_int_equal(streams.read(stream, bytes, 1), -1);
    assert_false(streams.write(stream, "x", 1));
    assert_false(streams.upgrade(stream));
    assert_true(streams.pending(stream));
    must_say(streams.fault(stream), code, words);
    return sum;
}

/* ---- TLS ---- */

static void set_names(gnutls_x509_crt_t crt, const char *name)
{
    static const unsigned char here[] = {127, 0, 0, 1};
    gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name),
                                         GNUTLS_FSAN_SET);
    if (strcmp(name, "mail.example") == 0)
        gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, here, sizeof here,
                                             GNUTLS_FSAN_APPEND);
}

struct identity identity_make(const struct wanted *wanted)
{
    static unsigned char serial;
    struct identity made;
    const char *name = wanted->name ? wanted->name : "mail.example";
    time_t now = time(NULL);
    serial++;
    assert_int_equal(gnutls_x509_privkey_init(&made.key), 0);
    assert_true(gnutls_x509_privkey_generate(made.key, GNUTLS_PK_ECDSA,
                                             GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                                             0) >= 0);
    assert_int_equal(gnutls_x509_crt_init(&made.certificate), 0);
    gnutls_x509_crt_t crt = made.certificate;
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, &serial, 1);
    gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    gnutls_x509_crt_set_activation_time(crt, wanted->from ? wanted->from : now - 86400);
    gnutls_x509_crt_set_expiration_time(crt, wanted->until ? wanted->until : now + 86400);
    gnutls_x509_crt_set_basic_constraints(crt, wanted->authority, -1);
    gnutls_x509_crt_set_key_usage(crt, wanted->authority ? GNUTLS_KEY_KEY_CERT_SIGN
                                                         : GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (wanted->for_clients)
        gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0);
    set_names(crt, name);
    gnutls_x509_crt_set_key(crt, made.key);
    const struct identity *issuer = wanted->issuer ? wanted->issuer : &made;
    assert_int_equal(
        gnutls_x509_crt_sign2(crt, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0), 0);
    return made;
}

void identity_free(struct identity *identity)
{
    gnutls_x509_crt_deinit(identity->certificate);
    gnutls_x509_privkey_deinit(identity->key);
}

void identity_write(const struct identity *identity, const char *path)
{
    gnutls_datum_t text;
    assert_int_equal(gnutls_x509_crt_export2(identity->certificate, GNUTLS_X509_FMT_PEM, &text), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text.data, 1, text.size, file), text.size);
    assert_int_equal(fclose(file), 0);
    gnutls_free(text.data);
}

void identity_pin(const struct identity *identity, char pin_out[64])
{
    unsigned char id[32];
    size_t size = sizeof id;
    gnutls_datum_t text;
    assert_int_equal(
        gnutls_x509_crt_get_key_id(identity->certificate, GNUTLS_KEYID_USE_SHA256, id, &size), 0);
    gnutls_datum_t bytes = {id, (unsigned)size};
    assert_int_equal(gnutls_base64_encode2(&bytes, &text), 0);
    snprintf(pin_out, 64, "sha256//%.*s", (int)text.size, (const char *)text.data);
    gnutls_free(text.data);
}

gnutls_session_t play_tls(int fd, const struct tls_server *server)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t session;
    gnutls_x509_crt_t crt = server->identity->certificate;
    int result;
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_certificate_set_x509_key(credentials, &crt, 1, server->identity->key);
    gnutls_init(&session, GNUTLS_SERVER);
    result = server->priority ? gnutls_priority_set_direct(session, server->priority, NULL)
                              : gnutls_set_default_priority(session);
    if (result < 0)
        return NULL;
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(session, fd);
    do
        result = gnutls_handshake(session);
    while (result < 0 && !gnutls_error_is_fatal(result));
    if (result < 0) {
        gnutls_alert_send_appropriate(session, result);
        return NULL;
    }
    return session;
}
