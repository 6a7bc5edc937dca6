/* SPDX-License-Identifier: ISC */
/* The http module and certificates: good, expired, for another name, of nobody known. */
#include "agent/base/address.h"
#include "agent/base/clock.h"
#include "agent/modules/call.h"
#include "test/unit/certificates.h"
#include "test/unit/fake_fork.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern const struct www4mail_module www4mail_module;

static void serve_one(int listener, gnutls_x509_crt_t crt)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    gnutls_certificate_credentials_t credentials;
    gnutls_session_t session;
    char request[4096];
    signal(SIGPIPE, SIG_IGN);
    int fd = accept(listener, NULL, NULL), result;
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_certificate_set_x509_key(credentials, &crt, 1, certificate_key);
    gnutls_init(&session, GNUTLS_SERVER);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(session, fd);
    do
        result = gnutls_handshake(session);
    while (result < 0 && !gnutls_error_is_fatal(result));
    if (result == 0 && gnutls_record_recv(session, request, sizeof request) > 0)
        gnutls_record_send(session, answer, sizeof answer - 1);
    gnutls_bye(session, GNUTLS_SHUT_WR);
    _exit(0);
}

/* Fetches from a server with that certificate; `trusted` is the setting ca_file. */
static void fetch(gnutls_x509_crt_t crt, const char *trusted, struct fault *fault,
                  uint64_t *size_out)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    struct address_net net;
    struct address_nets allow = {&net, 1};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    assert_true(address_net_parse(SPAN_LITERAL("127.0.0.1"), &net));
    pid_t pid = fake_fork();
    if (pid == 0)
        serve_one(listener, crt);
    close(listener);

    struct arena *arena = arena_new(256 * 1024);
    struct setting pairs[] = {{"ca_file", trusted, 0, 0}, {"low_speed_time", "20", 0, 0}};
    struct settings settings = {pairs, 2};
    struct call call = {.module = "http",
                        .overrides = &settings,
                        .arena = arena,
                        .fault = fault,
                        .deadline_ms = clock_monotonic_ms() + 30000};
    struct fetch_limits limits = {.max_bytes = 1000, .connect_ms = 20000, .allow = &allow};
    struct target target = {.asked = ""};
    struct page page;
    const char *url = arena_printf(arena, "https://127.0.0.1:%d/", ntohs(address.sin_port));
    assert_true(url_parse(arena, span_of(url), &target.url, fault));
    www4mail_module.fetcher->fetch(&call, &target, &limits, &page);
    *size_out = page.size;
    if (page.fd >= 0)
        close(page.fd);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    gnutls_x509_crt_deinit(crt);
    arena_free(&arena);
}

static void check(gnutls_x509_crt_t crt, const char *trusted, enum fault_code code,
                  const char *sentence)
{
    struct fault fault = FAULT_INIT;
    uint64_t size = 0;
    fetch(crt, trusted, &fault, &size);
    if (fault.code != code)
        fail_msg("%s: %s", fault_name(fault.code), fault.operator);
    assert_int_equal(size, code == FAULT_OK ? 5 : 0);
    if (sentence && !strstr(fault.asker, sentence))
        fail_msg("%s (%s)", fault.asker, fault.operator);
    fault_clear(&fault);
}

static void certificates(void **state)
{
    (void)state;
    time_t tomorrow = time(NULL) + 43200;
    check(certificate_make(NULL, tomorrow), certificate_file, FAULT_OK, NULL);
    check(certificate_make(NULL, tomorrow), "", FAULT_TLS, "unknown issuer");
    check(certificate_make("other.example", tomorrow), certificate_file, FAULT_TLS, "another name");
    check(certificate_make(NULL, tomorrow - 86400), certificate_file, FAULT_TLS, "expired");
    check(certificate_make(NULL, tomorrow + 86400), certificate_file, FAULT_TLS, "not valid yet");
    check(certificate_make(NULL, tomorrow), "/nowhere/ca", FAULT_CONFIG, "at the moment");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(certificates)};
    return cmocka_run_group_tests(tests, certificates_begin, certificates_end);
}
