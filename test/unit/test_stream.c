/* SPDX-License-Identifier: ISC */
/* Streams without TLS: connecting, limits, ends, signals, what may be asked of them. */
#include "test/unit/stream_fixture.h"

#include "agent/base/clock.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- scripts ---- */

static void echo(int fd, const void *context)
{
    char line[128];
    (void)context;
    play_text(fd, "hello\r\n");
    play_line(fd, line, sizeof line);
    play_text(fd, line);
    play_until_gone(fd);
}

static void say_and_close(int fd, const void *context)
{
    play_text(fd, context);
}

static void say_and_break(int fd, const void *context)
{
    const struct linger now = {1, 0};
    char byte;
    (void)context;
    play_read(fd, &byte, 1);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void say_nothing(int fd, const void *context)
{
    (void)context;
    play_until_gone(fd);
}

static void take_nothing(int fd, const void *context)
{
    (void)fd, (void)context;
    play_pause(600000);
}

static void trickle(int fd, const void *context)
{
    (void)context;
    for (int i = 0; i < 2000; i++) {
        play_text(fd, "x");
        play_pause(50);
    }
}

static void flood(int fd, const void *context)
{
    static const char bytes[65536];
    (void)context;
    while (write(fd, bytes, sizeof bytes) > 0) {
    }
}

static void answer_late(int fd, const void *context)
{
    char byte;
    (void)context;
    play_read(fd, &byte, 1);
    play_pause(200);
    play_text(fd, "late");
    play_until_gone(fd);
}

/* ---- tests ---- */

static void talks(void **state)
{
    (void)state;
    struct server server = server_start(echo, NULL);
    struct stream_options options = options_to(&server);
    struct stream *stream = must_open(&options);
    struct stream_facts facts;
    must_read(stream, "hello\r\n");
    assert_true(streams.write(stream, "", 0));
    assert_true(streams.write(stream, "again\n", 6));
    must_read(stream, "again");
    streams.facts(stream, &facts);
    assert_string_equal(facts.address, "127.0.0.1");
    assert_string_equal(facts.tls, "");
    assert_string_equal(facts.pin, "");
    assert_string_equal(facts.issuer, "");
    assert_int_equal(facts.expires, 0);
    assert_false(fault_is_set(streams.fault(stream)));
    streams.close(&stream);
    assert_null(stream);
    streams.close(&stream);
    server_stop(&server);
}

static void fails_when_it_reads(server_script script, const void *context,
                                struct stream_options options, enum fault_code code,
                                const char *words)
{
    struct server server = server_start(script, context);
    options.host = "127.0.0.1";
    options.port = server.port;
    options.tls = STREAM_TLS_NONE;
    struct stream *stream = must_open(&options);
    streams.write(stream, "x", 1);
    must_fail(stream, code, words);
    streams.close(&stream);
    server_stop(&server);
}

static void ends(void **state)
{
    (void)state;
    struct server server = server_start(say_and_close, "half a li");
    struct stream_options options = options_to(&server);
    struct stream *stream = must_open(&options);
    assert_int_equal(must_fail(stream, FAULT_CONNECT, "the server closed the connection"), 9);
    assert_int_equal(streams.fault(stream)->class, FAULT_TEMPORARY);
    streams.close(&stream);
    server_stop(&server);
    fails_when_it_reads(say_and_break, NULL, (struct stream_options){0}, FAULT_CONNECT,
                        "the connection broke");
}

static void limits_time(void **state)
{
    (void)state;
    fails_when_it_reads(say_nothing, NULL, (struct stream_options){.idle_ms = 150}, FAULT_TIMEOUT,
                        "said nothing for 150 ms");
    fails_when_it_reads(trickle, NULL,
                        (struct stream_options){.deadline_ms = clock_monotonic_ms() + 300},
                        FAULT_TIMEOUT, "the time for this session is over");
    fails_when_it_reads(
        flood, NULL,
        (struct stream_options){.budget = UINT64_MAX, .deadline_ms = clock_monotonic_ms() + 300},
        FAULT_TIMEOUT, "the time for this session is over");
}

static void deadline_rules_writing(void **state)
{
    (void)state;
    static char bytes[65536];
    struct server server = server_start(say_nothing, NULL);
    struct stream_options options = options_to(&server);
    options.deadline_ms = clock_monotonic_ms() + 200;
    struct stream *stream = must_open(&options);
    while (streams.write(stream, bytes, sizeof bytes)) {
    }
    must_say(streams.fault(stream), FAULT_TIMEOUT, "the time for this session is over");
    streams.close(&stream);
    options.deadline_ms = clock_monotonic_ms() - 1;
    must_refuse(&options, FAULT_TIMEOUT, "the time for this session is over");
    server_stop(&server);
}

static void nobody_takes_it(void **state)
{
    (void)state;
    static char bytes[65536];
    struct server server = server_start(take_nothing, NULL);
    struct stream_options options = options_to(&server);
    options.idle_ms = 150;
    struct stream *stream = must_open(&options);
    while (streams.write(stream, bytes, sizeof bytes)) {
    }
    must_say(streams.fault(stream), FAULT_TIMEOUT, "took nothing for 150 ms");
    streams.close(&stream);
    server_stop(&server);
}

static void keeps_a_budget(void **state)
{
    (void)state;
    char bytes[1000];
    struct server server = server_start(flood, NULL);
    struct stream_options options = options_to(&server);
    struct stream *stream = must_open(&options);
    assert_int_equal(must_fail(stream, FAULT_IO, "more than is allowed"), 1024 * 1024);
    streams.close(&stream);
    options.budget = 1234;
    stream = must_open(&options);
    for (size_t sum = 0; sum < 1234;) {
        ssize_t got = streams.read(stream, bytes, sizeof bytes);
        assert_true(got > 0);
        sum += (size_t)got;
        assert_true(sum <= 1234);
    }
    streams.set_budget(stream, 100000);
    assert_int_equal(must_fail(stream, FAULT_IO, "more than is allowed"), 100000);
    streams.close(&stream);
    server_stop(&server);
}

static int bound_socket(struct server *server_out)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *server_out = (struct server){.port = ntohs(address.sin_port)};
    return fd;
}

static void nobody_listens(void **state)
{
    (void)state;
    struct server server;
    int fd = bound_socket(&server);
    struct stream_options options = options_to(&server);
    must_refuse(&options, FAULT_CONNECT, "127.0.0.1: Connection refused");
    close(fd);
}

static void nobody_accepts(void **state)
{
    (void)state;
    struct server server;
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = bound_socket(&server), filling[16];
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(server.port);
    assert_int_equal(listen(fd, 0), 0);
    for (size_t i = 0; i < 16; i++) {
        filling[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(filling[i], (struct sockaddr *)&address, sizeof address);
    }
    play_pause(50);
    struct stream_options options = options_to(&server);
    options.connect_ms = 200;
    must_refuse(&options, FAULT_TIMEOUT, "nothing came of it in 200 ms while connecting");
    options.host = "two.example"; /* refused at once, then silence */
    must_refuse(&options, FAULT_TIMEOUT, "nothing came of it in 200 ms while connecting");
    for (size_t i = 0; i < 16; i++)
        close(filling[i]);
    close(fd);
}

static void names(void **state)
{
    (void)state;
    struct server server = server_start(echo, NULL);
    struct stream_options options = options_to(&server);
    options.host = "two.example";
    struct stream *stream = must_open(&options);
    must_read(stream, "hello\r\n");
    streams.close(&stream);
    options.host = "nobody.example";
    must_refuse(&options, FAULT_NAME, "nobody.example is not known");
    struct fault fault = FAULT_INIT;
    options.host = "away.example";
    assert_null(streams.open(&options, &fault));
    assert_int_equal(fault.code, FAULT_NAME);
    assert_int_equal(fault.class, FAULT_TEMPORARY);
    fault_clear(&fault);
    server_stop(&server);
}

static void options_are_checked(void **state)
{
    (void)state;
    static const char *const hosts[] = {NULL, "", "a b", "a\r\nQUIT", "a/b", "user@mail.example"};
    static const char *const pins[] = {"sha256//", "sha1//AAAA",
                                       "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                       "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=x",
                                       "sha256//AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA="};
    struct server server = {.port = 1};
    struct stream_options options = options_to(&server);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        options.host = hosts[i];
        must_refuse(&options, FAULT_CONFIG, "no host and port");
    }
    options = options_to(&server);
    options.port = 0;
    must_refuse(&options, FAULT_CONFIG, "no host and port");
    options = options_to(&server);
    options.proxy = "http://127.0.0.1:1";
    must_refuse(&options, FAULT_CONFIG, "tls: none");
    options = options_to(&server);
    options.tls = STREAM_TLS_IMPLICIT;
    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        options.pin = pins[i];
        must_refuse(&options, FAULT_CONFIG, "pin: must be");
    }
}

/* 0.0.0.0 is this machine by another name, which is enough to be refused. */
static void plain_is_for_loopback(void **state)
{
    (void)state;
    struct server server = server_start(echo, NULL);
    struct stream_options options = options_to(&server);
    options.host = "0.0.0.0";
    must_refuse(&options, FAULT_CONFIG, "tls: none is for this machine");
    server_stop(&server);
}

static void no_signal(void **state)
{
    (void)state;
    static char bytes[65536];
    signal(SIGPIPE, SIG_DFL);
    struct server server = server_start(say_and_close, "");
    struct stream_options options = options_to(&server);
    struct stream *stream = must_open(&options);
    play_pause(100); /* for the end to come in: what is written then is answered by a signal */
    while (streams.write(stream, bytes, sizeof bytes)) {
    }
    must_say(streams.fault(stream), FAULT_CONNECT, "the server closed the connection");
    streams.close(&stream);
    server_stop(&server);
}

static volatile sig_atomic_t ticks;

static void tick(int signal_number)
{
    (void)signal_number;
    ticks++;
}

static void interrupted(void **state)
{
    (void)state;
    const struct sigaction action = {.sa_handler = tick}; /* no SA_RESTART */
    const struct itimerval often = {{0, 5000}, {0, 5000}}, never = {{0, 0}, {0, 0}};
    struct server server = server_start(answer_late, NULL);
    struct stream_options options = options_to(&server);
    sigaction(SIGALRM, &action, NULL);
    ticks = 0;
    setitimer(ITIMER_REAL, &often, NULL);
    struct stream *stream = must_open(&options);
    assert_true(streams.write(stream, "x", 1));
    must_read(stream, "late");
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_DFL);
    assert_true(ticks > 0);
    streams.close(&stream);
    server_stop(&server);
}

static void tells_what_is_pending(void **state)
{
    (void)state;
    struct server server = server_start(answer_late, NULL);
    struct stream_options options = options_to(&server);
    struct stream *stream = must_open(&options);
    assert_false(streams.pending(stream));
    assert_true(streams.write(stream, "x", 1));
    while (!streams.pending(stream))
        play_pause(5);
    assert_true(streams.pending(stream));
    must_read(stream, "late");
    assert_false(streams.pending(stream));
    server_stop(&server);
    while (!streams.pending(stream))
        play_pause(5);
    must_fail(stream, FAULT_CONNECT, "");
    streams.close(&stream);
}

static void nothing_to_read_into(void **state)
{
    (void)state;
    char byte;
    struct server server = server_start(echo, NULL);
    struct stream_options options = options_to(&server);
    struct stream *stream = must_open(&options);
    assert_int_equal(streams.read(stream, &byte, 0), -1);
    must_fail(stream, FAULT_INTERNAL, "nothing to read into");
    streams.close(&stream);
    stream = must_open(&options);
    assert_false(streams.upgrade(stream));
    must_fail(stream, FAULT_INTERNAL, "STARTTLS was not agreed on");
    streams.close(&stream);
    server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(talks),
        cmocka_unit_test(ends),
        cmocka_unit_test(limits_time),
        cmocka_unit_test(deadline_rules_writing),
        cmocka_unit_test(nobody_takes_it),
        cmocka_unit_test(keeps_a_budget),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(nobody_accepts),
        cmocka_unit_test(names),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(plain_is_for_loopback),
        cmocka_unit_test(no_signal),
        cmocka_unit_test(interrupted),
        cmocka_unit_test(tells_what_is_pending),
        cmocka_unit_test(nothing_to_read_into),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
