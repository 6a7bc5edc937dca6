/* SPDX-License-Identifier: ISC */
/* Streams by way of SOCKS5 and HTTP proxies: what they are asked, how they refuse, and proxies that
 * talk nonsense, too much, or nothing. */
#include "test/unit/stream_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct reply {
    const char *bytes;
    size_t len;
};

#define REPLY(text) (&(const struct reply){(text), sizeof(text) - 1})

/* Opens by way of the proxy; plain, so that what follows can be looked at. */
static struct stream_options options_by(const struct server *proxy, const char *url, char *text,
                                        size_t size)
{
    struct stream_options options = options_to(proxy);
    snprintf(text, size, "%s%u", url, (unsigned)proxy->port);
    options.host = "mail.example";
    options.port = 993;
    options.tls = STREAM_TLS_STARTTLS;
    options.proxy = text;
    return options;
}

static void check_ok(server_script script, const void *context, const char *url, const char *host,
                     const char *first)
{
    char text[128];
    struct server server = server_start(script, context);
    struct stream_options options = options_by(&server, url, text, sizeof text);
    options.host = host;
    struct stream *stream = must_open(&options);
    must_read(stream, first);
    struct stream_facts facts;
    streams.facts(stream, &facts);
    assert_string_equal(facts.address, "127.0.0.1");
    streams.close(&stream);
    server_stop(&server);
}

static void check_refused(server_script script, const void *context, const char *url,
                          int64_t connect_ms, enum fault_code code, const char *words)
{
    char text[128];
    struct server server = server_start(script, context);
    struct stream_options options = options_by(&server, url, text, sizeof text);
    struct fault fault = FAULT_INIT;
    if (connect_ms)
        options.connect_ms = connect_ms;
    assert_null(streams.open(&options, &fault));
    must_say(&fault, code, words);
    assert_null(strstr(fault.operator, "secret"));
    assert_non_null(strstr(fault.operator, "mail.example:993: "));
    fault_clear(&fault);
    server_stop(&server);
}

/* ---- SOCKS5 ---- */

/* As text, so that it can be compared: what came, in hexadecimal. */
static void send_hex(int fd, const unsigned char *bytes, size_t len)
{
    char text[2 * 300 + 2];
    size_t at = 0;
    for (size_t i = 0; i < len && i < 300; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%02x", bytes[i]);
    snprintf(text + at, sizeof text - at, "\n");
    play_text(fd, text);
}

/* Takes anybody, or with a context the bytes of RFC 1929 that are wanted; then tells the request
 * right behind its answer, in the same packet where it can. */
static size_t socks_request(int fd, const struct reply *sign_in, unsigned char *bytes)
{
    play_read(fd, bytes, 2);
    play_read(fd, bytes + 2, bytes[1]);
    if (bytes[1] != (sign_in ? 2 : 1))
        _exit(1);
    play_send(fd, sign_in ? "\x05\x02" : "\x05\x00", 2);
    if (sign_in) {
        play_read(fd, bytes, sign_in->len);
        bool right = memcmp(bytes, sign_in->bytes, sign_in->len) == 0;
        play_send(fd, right ? "\x01\x00" : "\x01\x01", 2);
        if (!right)
            return 0;
    }
    play_read(fd, bytes, 5);
    size_t len = bytes[3] == 1 ? 10 : bytes[3] == 4 ? 22 : (size_t)bytes[4] + 7;
    play_read(fd, bytes + 5, len - 5);
    return len;
}

static void socks(int fd, const void *context)
{
    unsigned char bytes[600];
    size_t len = socks_request(fd, context, bytes);
    play_send(fd, "\x05\x00\x00\x03\x04name\x01\x02", 11);
    send_hex(fd, bytes, len);
    play_until_gone(fd);
}

/* Nobody is at 127.0.0.2; 127.0.0.1 can be reached. */
static void socks_choosy(int fd, const void *context)
{
    unsigned char bytes[600];
    size_t len = socks_request(fd, context, bytes);
    if (bytes[7] == 2) {
        play_send(fd, "\x05\x05\x00\x01\0\0\0\0\0\0", 10);
        return;
    }
    play_send(fd, "\x05\x00\x00\x01\0\0\0\0\0\0", 10);
    send_hex(fd, bytes, len);
    play_until_gone(fd);
}

static void socks_connects(void **state)
{
    (void)state;
    check_ok(socks, NULL, "socks5h://127.0.0.1:", "mail.example",
             "050100030c6d61696c2e6578616d706c6503e1\n");
    check_ok(socks, NULL, "socks5h://127.0.0.1:", "192.0.2.7", "05010001c000020703e1\n");
    check_ok(socks, NULL, "socks5h://127.0.0.1:", "2001:db8::1",
             "0501000420010db800000000000000000000000103e1\n");
    check_ok(socks, NULL, "SOCKS5://127.0.0.1:", "mail.example", "050100017f00000103e1\n");
    check_ok(socks_choosy, NULL, "socks5://127.0.0.1:", "two.example", "050100017f00000103e1\n");
    check_ok(socks, REPLY("\x01\x04user\x09p@ss:wo%d"),
             "socks5h://user:p@ss%3awo%d@127.0.0.1:", "192.0.2.7", "05010001c000020703e1\n");
}

/* Answers the greeting and the request with what it is told, whatever they were. */
struct answers {
    const struct reply *greeting, *request;
    bool stay;
};

static void socks_says(int fd, const void *context)
{
    const struct answers *answers = context;
    char bytes[600];
    play_read(fd, bytes, 2);
    play_read(fd, bytes + 2, (size_t)bytes[1]);
    play_send(fd, answers->greeting->bytes, answers->greeting->len);
    if (answers->request) {
        play_read(fd, bytes, 4 + 1 + 12 + 2);
        play_send(fd, answers->request->bytes, answers->request->len);
    }
    if (answers->stay)
        play_until_gone(fd);
}

static void check_socks(const struct reply *greeting, const struct reply *request, bool stay,
                        enum fault_code code, const char *words)
{
    const struct answers answers = {greeting, request, stay};
    check_refused(socks_says, &answers, "socks5h://127.0.0.1:", stay ? 200 : 0, code, words);
}

static void socks_refuses(void **state)
{
    (void)state;
    const struct reply *hello = REPLY("\x05\x00");
    check_socks(REPLY("\x05\xff"), NULL, false, FAULT_SIGN_IN, "wants a user and password");
    check_socks(REPLY("\x05\x02"), NULL, false, FAULT_SIGN_IN, "wants a user and password");
    check_socks(REPLY("HTTP/1.1 400 no\r\n\r\n"), NULL, false, FAULT_CONNECT, "not speak SOCKS5");
    check_socks(REPLY("\x05"), NULL, false, FAULT_CONNECT, "waiting for the proxy");
    check_socks(REPLY("\x05"), NULL, true, FAULT_TIMEOUT, "waiting for the proxy");
    check_socks(hello, REPLY("\x05\x05\x00\x01"), false, FAULT_CONNECT, "connection was refused");
    check_socks(hello, REPLY("\x05\x02\x00\x01"), false, FAULT_CONNECT, "does not allow that");
    check_socks(hello, REPLY("\x05\xee\x00\x01"), false, FAULT_CONNECT, "an unknown reason");
    check_socks(hello, REPLY("\x04\x00\x00\x01"), false, FAULT_CONNECT, "no SOCKS5");
    check_socks(hello, REPLY("\x05\x00\x00\x09"), false, FAULT_CONNECT, "no SOCKS5");
    check_socks(hello,
                REPLY("\x05\x00\x00\x03\xff"
                      "cut"),
                false, FAULT_CONNECT, "waiting for the proxy");
    check_socks(hello,
                REPLY("\x05\x00\x00\x04"
                      "cut"),
                true, FAULT_TIMEOUT, "waiting for the proxy");
    check_refused(socks, REPLY("\x01\x01u\x01p"), "socks5h://u:secret@127.0.0.1:", 0, FAULT_SIGN_IN,
                  "refuses user and password");
}

static void socks_says_user(int fd, const void *context)
{
    char bytes[4];
    play_read(fd, bytes, sizeof bytes);
    play_send(fd, context, 2);
}

static void socks_other_ways(void **state)
{
    (void)state;
    check_refused(socks_says_user, "\x05\xff", "socks5://u:secret@127.0.0.1:", 0, FAULT_SIGN_IN,
                  "another way to sign in");
    check_refused(socks_says_user, "\x05\x01", "socks5://u:secret@127.0.0.1:", 0, FAULT_SIGN_IN,
                  "another way to sign in");
}

/* ---- HTTP CONNECT ---- */

/* Answers, and tells the request behind that, all in one write; lines parted by |. */
static void http(int fd, const void *context)
{
    char request[4096], text[8192];
    size_t len = 0;
    while (len < 4 || memcmp(request + len - 4, "\r\n\r\n", 4) != 0)
        play_read(fd, request + len++, 1);
    request[len] = '\0';
    for (char *at = request; *at; at++)
        if (*at == '\r' || *at == '\n')
            *at = *at == '\r' ? '|' : ' ';
    snprintf(text, sizeof text, "%s%s\n", (const char *)context, request);
    play_text(fd, text);
    play_until_gone(fd);
}

static void http_connects(void **state)
{
    (void)state;
    const char *ok = "HTTP/1.1 200 Connection established\r\n\r\n";
    check_ok(http, ok, "http://127.0.0.1:", "mail.example",
             "CONNECT mail.example:993 HTTP/1.1| Host: mail.example:993| | \n");
    check_ok(http, "HTTP/1.0 204\r\nX: y\r\n\r\n", "http://127.0.0.1:", "[2001:db8::1]",
             "CONNECT [2001:db8::1]:993 HTTP/1.1| Host: [2001:db8::1]:993| | \n");
    check_ok(http, ok, "http://Aladdin:open%20sesame@127.0.0.1:", "mail.example.",
             "CONNECT mail.example:993 HTTP/1.1| Host: mail.example:993| "
             "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==| | \n");
}

static void say_and_close(int fd, const void *context)
{
    char bytes[40];
    play_read(fd, bytes, sizeof bytes);
    play_text(fd, context);
}

static void say_and_stay(int fd, const void *context)
{
    play_text(fd, context);
    play_until_gone(fd);
}

static void trickle(int fd, const void *context)
{
    play_text(fd, context);
    for (int i = 0; i < 2000; i++) {
        play_text(fd, "x");
        play_pause(50);
    }
}

static void flood(int fd, const void *context)
{
    static const char bytes[4096] = {"X: y\r\n"};
    play_text(fd, context);
    while (write(fd, bytes, sizeof bytes) > 0) {
    }
}

static void http_refuses(void **state)
{
    (void)state;
    const char *url = "http://u:secret@127.0.0.1:", *open = "http://127.0.0.1:";
    check_refused(http, "HTTP/1.1 407 who?\r\n\r\n", url, 0, FAULT_SIGN_IN,
                  "refuses user and password");
    check_refused(http, "HTTP/1.1 407 who?\r\n\r\n", open, 0, FAULT_SIGN_IN,
                  "wants a user and password");
    check_refused(http, "HTTP/1.1 502 no\r\n\r\n", open, 0, FAULT_CONNECT, "(status 502)");
    check_refused(http, "HTTP/1.1 100\r\n\r\n", open, 0, FAULT_CONNECT, "(status 100)");
    check_refused(http, "HTTP/1.1 2000\r\n\r\n", open, 0, FAULT_CONNECT, "no HTTP");
    check_refused(http, "HTTP/1.1 two\r\n\r\n", open, 0, FAULT_CONNECT, "no HTTP");
    check_refused(http, "HTTP/1.1\r\n\r\n", open, 0, FAULT_CONNECT, "no HTTP");
    check_refused(http, "* OK this is mail\r\n", open, 0, FAULT_CONNECT, "no HTTP");
    check_refused(say_and_close, "HTTP/1.1 200 ok\r\n", open, 0, FAULT_CONNECT,
                  "waiting for the proxy");
    check_refused(say_and_stay, "", open, 200, FAULT_TIMEOUT, "waiting for the proxy");
    check_refused(trickle, "HTTP/1.1 200 ok\r\n", open, 300, FAULT_TIMEOUT,
                  "waiting for the proxy");
    check_refused(flood, "HTTP/1.1 200 ok\r\n", open, 0, FAULT_CONNECT, "no HTTP");
}

/* ---- both ---- */

static void urls_are_checked(void **state)
{
    (void)state;
    static const char *const urls[] = {"127.0.0.1:1080",
                                       "https://secret@127.0.0.1:1",
                                       "socks4://u:secret@127.0.0.1:1",
                                       "socks5://u:secret@127.0.0.1",
                                       "socks5://u:secret@127.0.0.1:0",
                                       "socks5://u:secret@127.0.0.1:65536",
                                       "socks5://u:secret@127.0.0.1:x",
                                       "socks5://u:secret@:1",
                                       "socks5://:secret@127.0.0.1:1",
                                       "socks5://u:secret%00@127.0.0.1:1",
                                       "socks5://u:secret@::1:1",
                                       "http://"};
    struct server nobody = {.port = 1};
    struct stream_options options = options_to(&nobody);
    options.tls = STREAM_TLS_STARTTLS;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct fault fault = FAULT_INIT;
        options.proxy = urls[i];
        assert_null(streams.open(&options, &fault));
        must_say(&fault, FAULT_CONFIG, "proxy: must be");
        assert_null(strstr(fault.operator, "secret"));
        fault_clear(&fault);
    }
}

static void lengths_are_checked(void **state)
{
    (void)state;
    char url[700], user[300];
    struct server nobody = {.port = 1};
    struct stream_options options = options_to(&nobody);
    options.tls = STREAM_TLS_STARTTLS;
    options.proxy = url;
    memset(user, 'u', 256);
    user[256] = '\0';
    snprintf(url, sizeof url, "socks5://%s:x@127.0.0.1:1", user);
    must_refuse(&options, FAULT_CONFIG, "proxy: must be");
    snprintf(url, sizeof url, "socks5://x:%s@127.0.0.1:1", user);
    must_refuse(&options, FAULT_CONFIG, "proxy: must be");
    user[255] = '\0';
    char bytes[2 + 255 + 1 + 255] = {1, (char)255};
    memset(bytes + 2, 'u', 255);
    bytes[257] = (char)255;
    memset(bytes + 258, 'u', 255);
    const struct reply wanted = {bytes, sizeof bytes};
    struct server server = server_start(socks, &wanted);
    snprintf(url, sizeof url, "socks5://%s:%s@127.0.0.1:%u/", user, user, (unsigned)server.port);
    options.port = 993;
    struct stream *stream = must_open(&options);
    must_read(stream, "050100017f00000103e1\n");
    streams.close(&stream);
    server_stop(&server);
}

static void nobody_there(void **state)
{
    (void)state;
    char text[64];
    struct server server = server_start(socks, NULL);
    struct stream_options options = options_by(&server, "socks5h://127.0.0.1:", text, sizeof text);
    server_stop(&server);
    must_refuse(&options, FAULT_CONNECT, "cannot connect to the proxy 127.0.0.1:");
    options.proxy = "http://nobody.example:3128";
    must_refuse(&options, FAULT_NAME, "nobody.example is not known");
    options.proxy = "socks5://127.0.0.1:1";
    options.host = "nobody.example";
    must_refuse(&options, FAULT_NAME, "nobody.example is not known");
}

static void http_then_tls(int fd, const void *context)
{
    char byte, last[4] = "";
    while (memcmp(last, "\r\n\r\n", 4) != 0) {
        play_read(fd, &byte, 1);
        memmove(last, last + 1, 3);
        last[3] = byte;
    }
    play_text(fd, "HTTP/1.1 200 ok\r\n\r\n");
    gnutls_session_t session = play_tls(fd, context);
    if (session)
        gnutls_record_send(session, "inside\n", 7);
    play_until_gone(fd);
}

/* The certificate is still the mail server's affair. */
static void tls_through_proxy(void **state)
{
    (void)state;
    struct identity identity = identity_make(&(struct wanted){0});
    struct tls_server tls = {&identity, NULL};
    char text[64], pin[64];
    struct server server = server_start(http_then_tls, &tls);
    struct stream_options options = options_by(&server, "http://127.0.0.1:", text, sizeof text);
    options.tls = STREAM_TLS_IMPLICIT;
    must_refuse(&options, FAULT_TLS, "mail.example:993: the certificate is self-signed");
    identity_pin(&identity, pin);
    options.pin = pin;
    struct stream *stream = must_open(&options);
    must_read(stream, "inside\n");
    streams.close(&stream);
    server_stop(&server);
    identity_free(&identity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(socks_connects),      cmocka_unit_test(socks_refuses),
        cmocka_unit_test(socks_other_ways),    cmocka_unit_test(http_connects),
        cmocka_unit_test(http_refuses),        cmocka_unit_test(urls_are_checked),
        cmocka_unit_test(lengths_are_checked), cmocka_unit_test(nobody_there),
        cmocka_unit_test(tls_through_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
