/* SPDX-License-Identifier: ISC */
/* The handshake of a stream: which certificates pass, which are refused and why, and peers that
 * speak old TLS, no TLS, nothing, or without end. */
#include "test/unit/stream_fixture.h"

#include "test/unit/scratch.h"

#include <string.h>

static struct scratch scratch;
static struct identity ca, other_ca;
static char ca_file[256], other_file[256];

static int start(void **state)
{
    (void)state;
    scratch = scratch_make();
    ca = identity_make(&(struct wanted){.name = "ca.example", .authority = true});
    other_ca = identity_make(&(struct wanted){.name = "other-ca.example", .authority = true});
    snprintf(ca_file, sizeof ca_file, "%s", scratch_path(&scratch, "ca"));
    identity_write(&ca, ca_file);
    snprintf(other_file, sizeof other_file, "%s", scratch_path(&scratch, "other"));
    identity_write(&other_ca, other_file);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    identity_free(&ca);
    identity_free(&other_ca);
    scratch_remove(&scratch);
    return 0;
}

/* Greets with the name that the client asked for, or with a dash. */
static void greet(int fd, const void *context)
{
    char name[256];
    size_t size = sizeof name;
    unsigned kind;
    gnutls_session_t session = play_tls(fd, context);
    if (!session)
        return;
    if (gnutls_server_name_get(session, name, &size, &kind, 0) != 0)
        snprintf(name, sizeof name, "-");
    gnutls_record_send(session, name, strlen(name));
    gnutls_record_send(session, "\n", 1);
    play_until_gone(fd);
}

static struct stream_options tls_to(const struct server *server)
{
    struct stream_options options = options_to(server);
    options.host = "mail.example";
    options.tls = STREAM_TLS_IMPLICIT;
    options.ca_file = ca_file;
    return options;
}

static void check_passes(const struct wanted *wanted, const struct stream_options *base,
                         const char *version)
{
    struct identity identity = identity_make(wanted);
    struct tls_server tls = {&identity, NULL};
    char pin[64];
    char priority[64];
    if (version) {
        snprintf(priority, sizeof priority, "NORMAL:-VERS-ALL:+VERS-%s", version);
        tls.priority = priority;
    }
    identity_pin(&identity, pin);
    identity_write(&identity, scratch_path(&scratch, "itself"));
    struct server server = server_start(greet, &tls);
    struct stream_options options = tls_to(&server);
    if (base->host)
        options.host = base->host;
    if (base->ca_file)
        options.ca_file = base->ca_file;
    if (base->pin)
        options.pin = *base->pin ? base->pin : pin;
    struct stream *stream = must_open(&options);
    must_read(stream, strcmp(options.host, "mail.example") == 0 ? "mail.example\n" : "-\n");
    struct stream_facts facts;
    streams.facts(stream, &facts);
    assert_string_equal(facts.tls, version ? version : "TLS1.3");
    assert_string_equal(facts.pin, pin);
    assert_string_equal(facts.address, "127.0.0.1");
    assert_string_equal(facts.issuer, wanted->issuer == &ca         ? "CN=ca.example"
                                      : wanted->issuer == &other_ca ? "CN=other-ca.example"
                                                                    : "CN=mail.example");
    assert_int_equal(facts.expires, gnutls_x509_crt_get_expiration_time(identity.certificate));
    streams.close(&stream);
    server_stop(&server);
    identity_free(&identity);
}

static void good(void **state)
{
    (void)state;
    const struct wanted usual = {.issuer = &ca};
    char itself[256];
    check_passes(&usual, &(struct stream_options){0}, NULL);
    check_passes(&usual, &(struct stream_options){0}, "TLS1.2");
    check_passes(&usual, &(struct stream_options){.host = "127.0.0.1"}, NULL);
    snprintf(itself, sizeof itself, "%s", scratch_path(&scratch, "itself"));
    check_passes(&(struct wanted){0}, &(struct stream_options){.ca_file = itself}, NULL);
    check_passes(&(struct wanted){.issuer = &other_ca},
                 &(struct stream_options){.ca_file = other_file}, NULL);
}

/* A pin stands in for chain, dates and name; "" here is the right one. */
static void pinned(void **state)
{
    (void)state;
    time_t now = time(NULL);
    const struct stream_options with_pin = {.pin = ""};
    check_passes(&(struct wanted){.issuer = &other_ca}, &with_pin, NULL);
    check_passes(&(struct wanted){0}, &with_pin, "TLS1.2");
    check_passes(&(struct wanted){.from = now - 20, .until = now - 10}, &with_pin, NULL);
    /* Where chains are not asked, a store that is not there does no harm. */
    check_passes(&(struct wanted){0}, &(struct stream_options){.pin = "", .ca_file = "/nowhere"},
                 NULL);
}

static void check_refused(const struct wanted *wanted, const char *host, const char *trusted,
                          const char *pin, const char *words)
{
    struct identity identity = identity_make(wanted);
    struct tls_server tls = {&identity, NULL};
    struct server server = server_start(greet, &tls);
    struct stream_options options = tls_to(&server);
    struct fault fault = FAULT_INIT;
    char where[64];
    options.host = host;
    options.ca_file = trusted;
    options.pin = pin;
    assert_null(streams.open(&options, &fault));
    must_say(&fault, FAULT_TLS, words);
    assert_int_equal(fault.class, FAULT_OPERATOR);
    snprintf(where, sizeof where, "%s:%u: ", host, (unsigned)server.port);
    must_say(&fault, FAULT_TLS, where);
    fault_clear(&fault);
    server_stop(&server);
    identity_free(&identity);
}

static void bad_certificates(void **state)
{
    (void)state;
    const time_t now = time(NULL), day = 86400;
    const char *host = "mail.example";
    check_refused(&(struct wanted){.issuer = &ca, .from = 1577836800, .until = 1577923200}, host,
                  ca_file, NULL, "the certificate has expired (on 2020-01-02)");
    check_refused(&(struct wanted){.issuer = &ca, .from = now + day, .until = now + 2 * day}, host,
                  ca_file, NULL, "the certificate is not yet valid (from 20");
    check_refused(&(struct wanted){.issuer = &ca, .name = "www.example"}, host, ca_file, NULL,
                  "for another name than mail.example (it is for www.example)");
    check_refused(&(struct wanted){.issuer = &ca, .name = "www.example"}, "127.0.0.1", ca_file,
                  NULL, "for another name than 127.0.0.1 (it is for www.example)");
    check_refused(&(struct wanted){.issuer = &other_ca}, host, ca_file, NULL,
                  "an unknown issuer (CN=other-ca.example)");
    check_refused(&(struct wanted){.issuer = &ca}, host, "", NULL, "an unknown issuer");
    check_refused(&(struct wanted){0}, host, ca_file, NULL, "the certificate is self-signed");
    check_refused(&(struct wanted){.issuer = &ca, .for_clients = true}, host, ca_file, NULL,
                  "not one for servers");
    check_refused(
        &(struct wanted){.issuer = &ca}, host, ca_file,
        "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "not the one that pin: names");
}

/* The pin that a refusal offers is the one that then passes. */
static void refusal_offers_the_pin(void **state)
{
    (void)state;
    struct identity identity = identity_make(&(struct wanted){0});
    struct tls_server tls = {&identity, NULL};
    struct server server = server_start(greet, &tls);
    struct stream_options options = tls_to(&server);
    char pin[64];
    identity_pin(&identity, pin);
    must_refuse(&options, FAULT_TLS, pin);
    options.pin = pin;
    struct stream *stream = must_open(&options);
    streams.close(&stream);
    server_stop(&server);
    identity_free(&identity);
}

static void control_bytes_stay_out(void **state)
{
    (void)state;
    struct identity hostile =
        identity_make(&(struct wanted){.name = "a\nb\x1b[1m.example", .issuer = &ca});
    struct tls_server tls = {&hostile, NULL};
    struct server server = server_start(greet, &tls);
    struct stream_options options = tls_to(&server);
    struct fault fault = FAULT_INIT;
    assert_null(streams.open(&options, &fault));
    assert_int_equal(fault.code, FAULT_TLS);
    assert_null(strpbrk(fault.operator, "\n\x1b"));
    fault_clear(&fault);
    server_stop(&server);
    identity_free(&hostile);
}

static void stores(void **state)
{
    (void)state;
    struct server nobody = {.port = 1};
    struct stream_options options = tls_to(&nobody);
    struct fault fault = FAULT_INIT;
    char path[256];
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, "missing"));
    options.ca_file = path;
    must_refuse(&options, FAULT_CONFIG, "cannot be read");
    options.ca_file = scratch_text(&scratch, "empty", "");
    must_refuse(&options, FAULT_CONFIG, "holds no certificate");
    options.ca_file = scratch_text(&scratch, "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    must_refuse(&options, FAULT_CONFIG, "holds no certificate");
    assert_false(stream_trust_load(path, &fault));
    must_say(&fault, FAULT_CONFIG, "cannot be read");
    fault_clear(&fault);
    assert_true(stream_trust_load(NULL, &fault));
    assert_true(stream_trust_load("", &fault));
    /* Loaded once: what is then done to the file changes nothing. */
    identity_write(&ca, path);
    assert_true(stream_trust_load(path, &fault));
    unlink(path);
    assert_true(stream_trust_load(path, &fault));
    assert_false(fault_is_set(&fault));
}

/* ---- peers that are no good ---- */

static void check_peer(server_script script, const void *context, int64_t connect_ms,
                       enum fault_code code, const char *words)
{
    struct server server = server_start(script, context);
    struct stream_options options = tls_to(&server);
    if (connect_ms)
        options.connect_ms = connect_ms;
    must_refuse(&options, code, words);
    server_stop(&server);
}

static void old_tls(void **state)
{
    (void)state;
    struct identity identity = identity_make(&(struct wanted){.issuer = &ca});
    struct tls_server tls = {&identity, "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0"};
    gnutls_priority_t priority;
    if (gnutls_priority_init(&priority, tls.priority, NULL) < 0) {
        print_message("SKIPPED: this GnuTLS cannot play a server with TLS 1.1\n");
    } else {
        gnutls_priority_deinit(priority);
        check_peer(greet, &tls, 0, FAULT_TLS, "offers no TLS 1.2 or later");
    }
    identity_free(&identity);
}

static void say_old_hello(int fd, const void *context)
{
    static const unsigned char hello[5 + 4 + 38] = {22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1};
    unsigned char byte;
    (void)context;
    play_read(fd, &byte, 1);
    play_send(fd, hello, sizeof hello);
    play_until_gone(fd);
}

static void say_plain(int fd, const void *context)
{
    play_text(fd, context);
    play_until_gone(fd);
}

static void close_in_handshake(int fd, const void *context)
{
    char bytes[64];
    (void)context;
    play_read(fd, bytes, sizeof bytes);
    play_send(fd, "\x16\x03\x03", 3);
}

static void say_nothing(int fd, const void *context)
{
    (void)context;
    play_until_gone(fd);
}

static void trickle(int fd, const void *context)
{
    (void)context;
    play_send(fd, "\x16\x03\x03\x3e\x80\x02", 6);
    for (int i = 0; i < 2000; i++) {
        play_send(fd, "", 1);
        play_pause(50);
    }
}

/* The same record for ever: a warning, or a piece of a message that never ends. */
struct record {
    const char *bytes;
    size_t len;
};

static void flood(int fd, const void *context)
{
    const struct record *record = context;
    for (;;) {
        if (write(fd, record->bytes, record->len) <= 0)
            return;
    }
}

static void no_good_peers(void **state)
{
    (void)state;
    static const struct record warnings = {"\x15\x03\x03\x00\x02\x01\x70", 7},
                               pieces = {"\x16\x03\x03\x00\x08\x02\xff\xff\xff\x03\x03\x00\x00",
                                         13},
                               zeros = {"\0\0\0\0\0\0\0\0", 8};
    check_peer(say_old_hello, NULL, 0, FAULT_TLS, "offers no TLS 1.2 or later");
    check_peer(say_plain, "* OK ready\r\n", 0, FAULT_TLS, "there is no TLS on this port");
    check_peer(say_plain, "\x16 is a record's first byte, and then no more\r\n", 0, FAULT_TLS, "");
    check_peer(close_in_handshake, NULL, 0, FAULT_CONNECT, "in the TLS handshake");
    check_peer(say_nothing, NULL, 200, FAULT_TIMEOUT, "in 200 ms in the TLS handshake");
    check_peer(trickle, NULL, 300, FAULT_TIMEOUT, "in 300 ms in the TLS handshake");
    check_peer(flood, &warnings, 0, FAULT_TLS, "");
    check_peer(flood, &pieces, 0, FAULT_TLS, "");
    check_peer(flood, &zeros, 0, FAULT_TLS, "there is no TLS on this port");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),
        cmocka_unit_test(pinned),
        cmocka_unit_test(bad_certificates),
        cmocka_unit_test(refusal_offers_the_pin),
        cmocka_unit_test(control_bytes_stay_out),
        cmocka_unit_test(stores),
        cmocka_unit_test(old_tls),
        cmocka_unit_test(no_good_peers),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
