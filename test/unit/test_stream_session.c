/* SPDX-License-Identifier: ISC */
/* Streams with TLS: STARTTLS and what is slipped in before it, and what happens to an open one:
 * ends, limits, damage, large writes, bytes that are pending. */
#include "test/unit/stream_fixture.h"

#include "agent/base/clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static struct identity identity;
static char pin[64];

static int start(void **state)
{
    (void)state;
    identity = identity_make(&(struct wanted){0});
    identity_pin(&identity, pin);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    identity_free(&identity);
    return 0;
}

/* What a script is told: how the connection begins, and what is done on it. */
struct scene {
    const char *answer;   /* to STARTTLS; NULL: TLS from the first byte */
    const char *priority; /* of TLS */
    void (*play)(int fd, gnutls_session_t session);
};

static void play_scene(int fd, const void *context)
{
    const struct scene *scene = context;
    struct tls_server tls = {&identity, scene->priority};
    char line[64];
    if (scene->answer) {
        play_text(fd, "* OK ready\r\n");
        play_line(fd, line, sizeof line);
        play_text(fd, scene->answer);
    }
    gnutls_session_t session = play_tls(fd, &tls);
    if (session)
        scene->play(fd, session);
}

static struct stream_options options_for(const struct server *server, const struct scene *scene)
{
    struct stream_options options = options_to(server);
    options.tls = scene->answer ? STREAM_TLS_STARTTLS : STREAM_TLS_IMPLICIT;
    options.pin = pin;
    return options;
}

/* ---- what is done on an open one ---- */

static void tell(gnutls_session_t session, const char *text)
{
    gnutls_record_send(session, text, strlen(text));
}

static void greet(int fd, gnutls_session_t session)
{
    tell(session, "inside\n");
    play_until_gone(fd);
}

static void greet_and_say_goodbye(int fd, gnutls_session_t session)
{
    tell(session, "inside\n");
    gnutls_bye(session, GNUTLS_SHUT_WR);
    play_until_gone(fd);
}

static void greet_and_close(int fd, gnutls_session_t session)
{
    (void)fd;
    tell(session, "inside\n");
}

static void trickle(int fd, gnutls_session_t session)
{
    (void)fd;
    for (int i = 0; i < 2000; i++) {
        tell(session, "x");
        play_pause(50);
    }
}

/* A record that never comes to its end, a byte at a time. */
static void trickle_in_record(int fd, gnutls_session_t session)
{
    (void)session;
    play_send(fd, "\x17\x03\x03\x3e\x80", 5);
    for (int i = 0; i < 2000; i++) {
        play_send(fd, "x", 1);
        play_pause(50);
    }
}

static void flood(int fd, gnutls_session_t session)
{
    static const char bytes[16384];
    (void)fd;
    while (gnutls_record_send(session, bytes, sizeof bytes) > 0) {
    }
}

/* Records without a byte of data in them. */
static void flood_with_tickets(int fd, gnutls_session_t session)
{
    (void)fd;
    while (gnutls_session_key_update(session, 0) == 0) {
    }
}

static void send_garbage(int fd, gnutls_session_t session)
{
    (void)session;
    play_text(fd, "* OK this was never encrypted, and is put in by somebody on the way\r\n");
    play_until_gone(fd);
}

static void say_alert(int fd, gnutls_session_t session)
{
    gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
    play_until_gone(fd);
}

static void count(int fd, gnutls_session_t session)
{
    char bytes[16384], text[32];
    ssize_t got;
    size_t sum = 0;
    (void)fd;
    while (sum < 3000000 && (got = gnutls_record_recv(session, bytes, sizeof bytes)) > 0)
        sum += (size_t)got;
    snprintf(text, sizeof text, "%zu\n", sum);
    tell(session, text);
    gnutls_record_recv(session, bytes, sizeof bytes);
}

static void ask_to_renegotiate(int fd, gnutls_session_t session)
{
    tell(session, "a");
    gnutls_rehandshake(session);
    tell(session, "b\n");
    play_until_gone(fd);
}

static void flood_with_wishes(int fd, gnutls_session_t session)
{
    (void)fd;
    while (gnutls_rehandshake(session) == 0) {
    }
}

static void answer_twice(int fd, gnutls_session_t session)
{
    char byte;
    gnutls_record_recv(session, &byte, 1);
    tell(session, "first second");
    play_until_gone(fd);
}

/* ---- STARTTLS ---- */

static void check_upgrade(const char *answer, const char *words)
{
    const struct scene scene = {.answer = answer, .play = greet};
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    struct stream *stream = must_open(&options);
    struct stream_facts facts;
    must_read(stream, "* OK ready\r\n");
    assert_true(streams.write(stream, "a1 STARTTLS\r\n", 13));
    must_read(stream, "a1 OK\r\n");
    streams.facts(stream, &facts);
    assert_string_equal(facts.tls, "");
    if (words) {
        assert_false(streams.upgrade(stream));
        must_fail(stream, FAULT_TLS, words);
    } else {
        assert_true(streams.upgrade(stream));
        must_read(stream, "inside\n");
        streams.facts(stream, &facts);
        assert_string_equal(facts.tls, "TLS1.3");
        assert_string_equal(facts.pin, pin);
        assert_false(streams.upgrade(stream)); /* once is enough */
        must_fail(stream, FAULT_INTERNAL, "STARTTLS");
    }
    streams.close(&stream);
    server_stop(&server);
}

static void starttls(void **state)
{
    (void)state;
    check_upgrade("a1 OK\r\n", NULL);
    check_upgrade("a1 OK\r\n* OK slipped in\r\n", "between STARTTLS and the handshake");
    check_upgrade("a1 OK\r\nx", "between STARTTLS and the handshake");
}

static void injected_and_seen(void **state)
{
    (void)state;
    const struct scene scene = {.answer = "a1 OK\r\nx", .play = greet};
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    struct stream *stream = must_open(&options);
    must_read(stream, "* OK ready\r\n");
    assert_true(streams.write(stream, "\n", 1));
    must_read(stream, "a1 OK\r\n");
    assert_true(streams.pending(stream));
    assert_false(streams.upgrade(stream));
    must_fail(stream, FAULT_TLS, "between STARTTLS and the handshake");
    streams.close(&stream);
    server_stop(&server);
}

/* Injected once the hello is out, where no look at the socket can see it. */
static void stay_plain(int fd, const void *context)
{
    char line[64];
    play_line(fd, line, sizeof line);
    play_text(fd, "a1 OK\r\n");
    play_read(fd, line, 5);
    if (context)
        play_text(fd, context);
    else
        shutdown(fd, SHUT_WR);
    play_until_gone(fd);
}

static void check_stays_plain(const char *said, enum fault_code code, const char *words)
{
    struct server server = server_start(stay_plain, said);
    struct stream_options options = options_to(&server);
    options.tls = STREAM_TLS_STARTTLS;
    options.pin = pin;
    struct stream *stream = must_open(&options);
    assert_true(streams.write(stream, "\n", 1));
    must_read(stream, "a1 OK\r\n");
    assert_false(streams.upgrade(stream));
    must_fail(stream, code, words);
    streams.close(&stream);
    server_stop(&server);
}

static void starttls_without_tls(void **state)
{
    (void)state;
    check_stays_plain("* OK still here\r\n", FAULT_TLS, "no TLS on this port");
    check_stays_plain(NULL, FAULT_CONNECT, "in the TLS handshake");
}

static void wrong_pin_at_upgrade(void **state)
{
    (void)state;
    const struct scene scene = {.answer = "a1 OK\r\n", .play = greet};
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    options.pin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    struct stream *stream = must_open(&options);
    must_read(stream, "* OK ready\r\n");
    assert_true(streams.write(stream, "\n", 1));
    must_read(stream, "a1 OK\r\n");
    assert_false(streams.upgrade(stream));
    must_fail(stream, FAULT_TLS, "not the one that pin: names");
    assert_int_equal(streams.fault(stream)->class, FAULT_OPERATOR);
    streams.close(&stream);
    server_stop(&server);
}

/* ---- an open one ---- */

static uint64_t check_fails(struct scene scene, struct stream_options limits, enum fault_code code,
                            const char *words)
{
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    if (limits.idle_ms)
        options.idle_ms = limits.idle_ms;
    options.budget = limits.budget;
    options.deadline_ms = limits.deadline_ms;
    struct stream *stream = must_open(&options);
    uint64_t got = must_fail(stream, code, words);
    streams.close(&stream);
    server_stop(&server);
    return got;
}

static void ends(void **state)
{
    (void)state;
    const struct stream_options usual = {0};
    assert_int_equal(check_fails((struct scene){.play = greet_and_say_goodbye}, usual,
                                 FAULT_CONNECT, "the server closed the connection"),
                     7);
    assert_int_equal(check_fails((struct scene){.play = greet_and_close}, usual, FAULT_CONNECT,
                                 "the server closed the connection"),
                     7);
    check_fails((struct scene){.play = send_garbage}, usual, FAULT_TLS, "damaged or no TLS");
    check_fails((struct scene){.play = say_alert}, usual, FAULT_TLS, "the server ended TLS");
}

static void limits(void **state)
{
    (void)state;
    const int64_t session_ms = getenv("UNDER_VALGRIND") ? 8000 : 400; /* TLS begins within it */
    const struct stream_options silence = {.idle_ms = 200};
    assert_int_equal(
        check_fails((struct scene){.play = greet}, silence, FAULT_TIMEOUT, "said nothing"), 7);
    check_fails((struct scene){.play = trickle},
                (struct stream_options){.deadline_ms = clock_monotonic_ms() + session_ms},
                FAULT_TIMEOUT, "the time for this session");
    check_fails((struct scene){.play = trickle_in_record},
                (struct stream_options){.deadline_ms = clock_monotonic_ms() + session_ms},
                FAULT_TIMEOUT, "the time for this session");
    assert_int_equal(check_fails((struct scene){.play = flood},
                                 (struct stream_options){.budget = 100001}, FAULT_IO,
                                 "more than is allowed"),
                     100001);
    check_fails((struct scene){.play = flood},
                (struct stream_options){.budget = UINT64_MAX,
                                        .deadline_ms = clock_monotonic_ms() + session_ms},
                FAULT_TIMEOUT, "the time for this session");
    check_fails((struct scene){.play = flood_with_tickets}, (struct stream_options){0}, FAULT_TLS,
                "");
}

static void large_writes(void **state)
{
    (void)state;
    const struct scene scene = {.play = count};
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    struct stream *stream = must_open(&options);
    char *bytes = calloc(1, 3000000);
    assert_non_null(bytes);
    assert_true(streams.write(stream, bytes, 0));
    assert_true(streams.write(stream, bytes, 3000000));
    must_read(stream, "3000000\n");
    free(bytes);
    streams.close(&stream);
    server_stop(&server);
}

static void no_signal(void **state)
{
    (void)state;
    static char bytes[65536];
    const struct scene scene = {.play = greet_and_close};
    signal(SIGPIPE, SIG_DFL);
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    struct stream *stream = must_open(&options);
    while (streams.write(stream, bytes, sizeof bytes)) {
    }
    assert_int_equal(streams.fault(stream)->code, FAULT_CONNECT);
    streams.close(&stream);
    server_stop(&server);
}

static void renegotiation_is_ignored(void **state)
{
    (void)state;
    const struct scene scene = {.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                                .play = ask_to_renegotiate};
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    struct stream *stream = must_open(&options);
    must_read(stream, "ab\n");
    streams.close(&stream);
    server_stop(&server);
}

static void records_without_data_end(void **state)
{
    (void)state;
    check_fails(
        (struct scene){.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2", .play = flood_with_wishes},
        (struct stream_options){0}, FAULT_TLS, "TLS records without end");
}

static void tells_what_is_pending(void **state)
{
    (void)state;
    char byte;
    const struct scene scene = {.play = answer_twice};
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    struct stream *stream = must_open(&options);
    assert_false(streams.pending(stream));
    assert_true(streams.write(stream, "x", 1));
    while (!streams.pending(stream))
        play_pause(5);
    assert_int_equal(streams.read(stream, &byte, 1), 1);
    assert_int_equal(byte, 'f');
    assert_true(streams.pending(stream)); /* inside the record that was read already */
    must_read(stream, "irst second");
    assert_false(streams.pending(stream));
    server_stop(&server);
    while (!streams.pending(stream))
        play_pause(5);
    must_fail(stream, FAULT_CONNECT, "");
    streams.close(&stream);
}

static void take_nothing(int fd, gnutls_session_t session)
{
    (void)fd, (void)session;
    play_pause(600000);
}

static void nobody_takes_it(void **state)
{
    (void)state;
    static char bytes[65536];
    const struct scene scene = {.play = take_nothing};
    struct server server = server_start(play_scene, &scene);
    struct stream_options options = options_for(&server, &scene);
    options.idle_ms = 150;
    struct stream *stream = must_open(&options);
    while (streams.write(stream, bytes, sizeof bytes)) {
    }
    must_say(streams.fault(stream), FAULT_TIMEOUT, "took nothing for 150 ms");
    streams.close(&stream);
    server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starttls),
        cmocka_unit_test(injected_and_seen),
        cmocka_unit_test(starttls_without_tls),
        cmocka_unit_test(wrong_pin_at_upgrade),
        cmocka_unit_test(ends),
        cmocka_unit_test(limits),
        cmocka_unit_test(large_writes),
        cmocka_unit_test(no_signal),
        cmocka_unit_test(renegotiation_is_ignored),
        cmocka_unit_test(records_without_data_end),
        cmocka_unit_test(tells_what_is_pending),
        cmocka_unit_test(nobody_takes_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
