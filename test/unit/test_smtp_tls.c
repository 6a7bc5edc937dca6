/* SPDX-License-Identifier: ISC */
/* The smtp module and TLS: certificates good and bad, pins, and STARTTLS in the wrong hands. */
#include "test/unit/certificates.h"
#include "test/unit/smtp_fixture.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

static gnutls_x509_crt_t good_certificate(void)
{
    return certificate_make(NULL, time(NULL) + 43200);
}

/* The pin of the test's key, as the setting has it. */
static void make_pin(gnutls_x509_crt_t crt, char *pin, size_t size)
{
    unsigned char id[64];
    size_t len = sizeof id;
    gnutls_datum_t base64;
    assert_int_equal(gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, id, &len), 0);
    assert_int_equal(gnutls_base64_encode2(&(gnutls_datum_t){id, (unsigned)len}, &base64), 0);
    snprintf(pin, size, "sha256//%.*s", (int)base64.size, (const char *)base64.data);
    gnutls_free(base64.data);
}

static void begin(struct fixture *fixture, const struct fake_script *script,
                  const struct fake_tls *tls)
{
    fixture_start(fixture, script, 1, tls);
    fixture_set(fixture, "tls", tls->implicit ? "implicit" : "starttls");
    fixture_set(fixture, "user", "web");
    fixture_set(fixture, "ca_file", certificate_file);
}

static void assert_nothing_told(const struct fixture *fixture)
{
    assert_false(saw(fixture, "AUTH"));
    assert_false(saw(fixture, "MAIL"));
}

static void certificates(void **state)
{
    (void)state;
    static const struct fake_script normal = {.mail = NULL};
    static const struct {
        const char *name;
        int days;
        const char *ca_file;
        enum fault_code code;
        const char *words;
    } cases[] = {
        {NULL, 0, certificate_file, FAULT_OK, "4711"},
        {NULL, 0, "", FAULT_TLS, "unknown issuer"},
        {"other.example", 0, certificate_file, FAULT_TLS, "another name"},
        {NULL, -1, certificate_file, FAULT_TLS, "expired"},
        {NULL, 1, certificate_file, FAULT_TLS, "not valid yet"},
        {NULL, 0, "/nowhere/ca", FAULT_CONFIG, "ca_file"},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        size_t n = i / 2;
        struct fake_tls tls = {.key = certificate_key, .implicit = i % 2 == 0};
        bool good = cases[n].code == FAULT_OK;
        tls.certificate =
            certificate_make(cases[n].name, time(NULL) + 43200 + cases[n].days * 86400);
        begin(&fixture, &normal, &tls);
        fixture_set(&fixture, "ca_file", cases[n].ca_file);
        fixture_submit(&fixture);
        assert_came_to(&fixture, cases[n].words, good ? MODULE_OK : MODULE_FAIL,
                       good ? SUBMISSION_ACCEPTED : SUBMISSION_NOT_SENT, cases[n].code,
                       cases[n].words);
        if (!good)
            assert_nothing_told(&fixture);
        fixture_end(&fixture);
        gnutls_x509_crt_deinit(tls.certificate);
    }
}

/* A pin stands in place of chain and name, and the connection is still encrypted. */
static void pins(void **state)
{
    (void)state;
    static const struct fake_script normal = {.mail = NULL};
    struct fake_tls tls = {.key = certificate_key,
                           .certificate = certificate_make("other.example", time(NULL) - 86400)};
    char pin[64];
    make_pin(tls.certificate, pin, sizeof pin);
    for (size_t i = 0; i < 4; i++) {
        struct fixture fixture;
        bool good = i < 2;
        tls.implicit = i % 2 == 0;
        begin(&fixture, &normal, &tls);
        fixture_set(&fixture, "ca_file", "");
        fixture_set(&fixture, "pin",
                    good ? pin : "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        fixture_submit(&fixture);
        if (good)
            assert_came_to(&fixture, "pin", MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
        else
            assert_came_to(&fixture, "pin", MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_TLS, pin);
        if (good)
            assert_true(saw(&fixture, tls.implicit ? "<TLS>\nEHLO sender.example\r\nAUTH PLAIN"
                                                   : "STARTTLS\r\n<TLS>\nEHLO sender.example\r\n"
                                                     "AUTH PLAIN"));
        else
            assert_nothing_told(&fixture);
        fixture_end(&fixture);
    }
    gnutls_x509_crt_deinit(tls.certificate);
}

static void old_tls(void **state)
{
    (void)state;
    static const struct fake_script normal = {.mail = NULL};
    struct fake_tls tls = {.key = certificate_key,
                           .certificate = good_certificate(),
                           .implicit = true,
                           .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT"};
    struct fixture fixture;
    begin(&fixture, &normal, &tls);
    fixture_submit(&fixture);
    assert_came_to(&fixture, "TLS 1.1", MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_TLS, "handshake");
    assert_nothing_told(&fixture);
    fixture_end(&fixture);
    tls.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
    begin(&fixture, &normal, &tls);
    fixture_submit(&fixture);
    assert_came_to(&fixture, "TLS 1.2", MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
    fixture_end(&fixture);
    gnutls_x509_crt_deinit(tls.certificate);
}

/* What a server, or somebody between, can do to keep a connection in clear. */
static void starttls(void **state)
{
    (void)state;
    static const struct {
        struct fake_script script;
        enum module_result result;
        enum fault_code code;
        const char *words;
    } cases[] = {
        {{.ehlo = "250-fake\r\n250 AUTH PLAIN\r\n"}, MODULE_FAIL, FAULT_TLS, "offers no STARTTLS"},
        {{.ehlo = "502 What?\r\n"}, MODULE_OK, FAULT_OK, "502"},
        {{.starttls = "454 Not now\r\n"}, MODULE_FAIL, FAULT_TLS, "refuses STARTTLS: 454 Not now"},
        {{.starttls = "220 Go\r\n250 AUTH PLAIN\r\n"}, MODULE_FAIL, FAULT_TLS, "in clear"},
        {{.starttls = "220 Go\r\n" FAKE_CLOSE}, MODULE_FAIL, FAULT_TLS, "handshake"},
        /* limits and offers made in clear do not count */
        {{.ehlo_tls = "250 fake\r\n"}, MODULE_FAIL, FAULT_SIGN_IN, "offers no sign-in"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        struct fake_tls tls = {.key = certificate_key, .certificate = good_certificate()};
        begin(&fixture, &cases[i].script, &tls);
        fixture_submit(&fixture);
        assert_came_to(&fixture, cases[i].words, cases[i].result,
                       cases[i].result == MODULE_OK ? SUBMISSION_LATER : SUBMISSION_NOT_SENT,
                       cases[i].code, cases[i].words);
        assert_nothing_told(&fixture);
        fixture_end(&fixture);
        gnutls_x509_crt_deinit(tls.certificate);
    }
}

static void size_in_clear_is_not_believed(void **state)
{
    (void)state;
    static const struct fake_script script = {.ehlo = "250-fake\r\n250-SIZE 1\r\n250 STARTTLS\r\n"};
    struct fake_tls tls = {.key = certificate_key, .certificate = good_certificate()};
    struct fixture fixture;
    begin(&fixture, &script, &tls);
    fixture_submit(&fixture);
    assert_came_to(&fixture, "size", MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
    fixture_submit(&fixture);
    assert_came_to(&fixture, "size", MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "4711");
    assert_int_equal(fixture.fake.seen->connections, 1);
    fixture_end(&fixture);
    gnutls_x509_crt_deinit(tls.certificate);
}

static void plain_port_for_tls(void **state)
{
    (void)state;
    static const struct fake_script script = {.mail = NULL};
    struct fake_tls tls = {.key = certificate_key, .certificate = good_certificate()};
    struct fixture fixture;
    begin(&fixture, &script, &tls);
    fixture_set(&fixture, "tls", "implicit");
    fixture_submit(&fixture);
    assert_came_to(&fixture, "plain", MODULE_FAIL, SUBMISSION_NOT_SENT, FAULT_TLS, "port and tls");
    fixture_end(&fixture);
    gnutls_x509_crt_deinit(tls.certificate);
}

static void quit_over_tls(void **state)
{
    (void)state;
    static const struct fake_script script = {.quit = FAKE_HANG};
    struct fake_tls tls = {
        .key = certificate_key, .certificate = good_certificate(), .implicit = true};
    struct fixture fixture;
    alarm(30);
    begin(&fixture, &script, &tls);
    fixture_set(&fixture, "response_time", "3600");
    fixture_submit(&fixture);
    assert_int_equal(fixture.outcome, SUBMISSION_ACCEPTED);
    fixture_end(&fixture);
    alarm(0);
    gnutls_x509_crt_deinit(tls.certificate);
}

static void examination(void **state)
{
    (void)state;
    static const struct fake_script script = {.mail = NULL};
    struct fake_tls tls = {.key = certificate_key, .certificate = good_certificate()};
    struct fixture fixture;
    for (int i = 0; i < 2; i++) {
        tls.implicit = i == 0;
        begin(&fixture, &script, &tls);
        assert_int_equal(fixture_examine(&fixture), MODULE_OK);
        assert_said(&fixture, "ok submission: TLS1.3");
        assert_said(&fixture, "certificate by CN");
        assert_said(&fixture, "verified, until 20");
        assert_said(&fixture, "ok submission: signed in as web");
        assert_said(&fixture, "takes <web@sender.example> as sender");
        fixture_set(&fixture, "ca_file", "");
        assert_int_equal(fixture_examine(&fixture), MODULE_FAIL);
        assert_said(&fixture, "CHANGE submission: smtp: no safe connection to 127.0.0.1");
        fixture_end(&fixture);
    }
    gnutls_x509_crt_deinit(tls.certificate);
}

/* ---- proxies ---- */

/* Reads until `end`, or exactly `len` bytes where end is NULL. */
static void proxy_read(int fd, char *bytes, size_t len, const char *end)
{
    size_t at = 0;
    memset(bytes, 0, len);
    while (at + 1 < len || (!end && at < len)) {
        if (read(fd, bytes + at++, 1) != 1)
            _exit(1);
        if (end && strstr(bytes, end))
            return;
    }
}

static void pass_on(int client, int server)
{
    char bytes[4096];
    struct pollfd ends[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    for (;;) {
        poll(ends, 2, -1);
        for (int i = 0; i < 2; i++) {
            if (!ends[i].revents)
                continue;
            ssize_t got = read(ends[i].fd, bytes, sizeof bytes);
            if (got <= 0 || !file_write_all(ends[!i].fd, bytes, (size_t)got))
                _exit(0);
        }
    }
}

/* One connection: takes the request, says in `asked` for where it was, and dials the server. */
static void serve_proxy(int listener, bool socks, int port, char *asked)
{
    static const char established[] = "HTTP/1.1 200 Yes\r\nX: y\r\n\r\n";
    char bytes[512];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int client = accept(listener, NULL, NULL), server = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        _exit(1);
    if (socks) {
        proxy_read(client, bytes, 2, NULL);
        proxy_read(client, bytes, (size_t)bytes[1], NULL);
        if (!file_write_all(client, "\5\0", 2))
            _exit(1);
        proxy_read(client, bytes, 5, NULL); /* version, connect, 0, by name, length */
        size_t len = (size_t)bytes[4];
        proxy_read(client, bytes, len + 2, NULL);
        snprintf(asked, 256, "%.*s", (int)len, bytes);
        file_write_all(client, "\5\0\0\1\0\0\0\0\0\0", 10);
    } else {
        proxy_read(client, bytes, sizeof bytes, "\r\n\r\n");
        snprintf(asked, 256, "%.*s", (int)strcspn(bytes, ":"), bytes);
        file_write_all(client, established, sizeof established - 1);
    }
    pass_on(client, server);
}

static void proxies(void **state)
{
    (void)state;
    static const struct fake_script normal = {.mail = NULL};
    struct fake_tls tls = {.key = certificate_key,
                           .certificate = certificate_make("mail.invalid", time(NULL) + 43200)};
    for (int i = 0; i < 2; i++) {
        bool socks = i == 0;
        struct fixture fixture;
        struct sockaddr_in address = {.sin_family = AF_INET};
        socklen_t len = sizeof address;
        char url[64],
            *asked = mmap(NULL, 256, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        begin(&fixture, &normal, &tls); /* before there is a socket that its child would keep */
        int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
        assert_int_equal(listen(listener, 1), 0);
        assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
        snprintf(url, sizeof url, "%s://127.0.0.1:%d", socks ? "socks5h" : "http",
                 ntohs(address.sin_port));
        pid_t pid = fork();
        if (pid == 0)
            serve_proxy(listener, socks, fixture.fake.port, asked);
        close(listener);
        fixture_set(&fixture, "proxy", url);
        fixture_set(&fixture, "host", "mail.invalid"); /* known to the proxy alone */
        fixture_submit(&fixture);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        assert_came_to(&fixture, url, MODULE_OK, SUBMISSION_ACCEPTED, FAULT_OK, "250 2.0.0 Ok");
        assert_string_equal(asked, socks ? "mail.invalid" : "CONNECT mail.invalid");
        fixture_submit(&fixture); /* the connection went with the proxy */
        assert_came_to(&fixture, url, MODULE_OK, SUBMISSION_NOT_SENT, FAULT_OK, "no answer");
        fixture_end(&fixture);
        munmap(asked, 256);
    }
    gnutls_x509_crt_deinit(tls.certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates),
        cmocka_unit_test(pins),
        cmocka_unit_test(old_tls),
        cmocka_unit_test(starttls),
        cmocka_unit_test(size_in_clear_is_not_believed),
        cmocka_unit_test(plain_port_for_tls),
        cmocka_unit_test(quit_over_tls),
        cmocka_unit_test(examination),
        cmocka_unit_test(proxies),
    };
    return cmocka_run_group_tests(tests, certificates_begin, certificates_end);
}
