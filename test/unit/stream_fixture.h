/* SPDX-License-Identifier: ISC */
/*
 * stream_fixture: servers of a test's own on 127.0.0.1, each a forked child with a script; keys and
 * certificates made anew; and a resolver that asks nobody: it knows mail.example, two.example (an
 * address where nobody listens comes first), away.example (no answer), and numeric addresses.
 */
#ifndef WWW4MAIL_TEST_UNIT_STREAM_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_STREAM_FIXTURE_H

#include "agent/base/stream.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

struct server {
    pid_t pid;
    uint16_t port;
};

/* Plays the script in the child with each connection, one after the other. */
typedef void (*server_script)(int fd, const void *context);
struct server server_start(server_script script, const void *context);
void server_stop(struct server *server);

/* For scripts: whatever fails ends the child. */
void play_send(int fd, const void *bytes, size_t len);
void play_text(int fd, const char *text);
void play_line(int fd, char *line, size_t size); /* up to and without LF */
void play_read(int fd, void *bytes, size_t len);
void play_until_gone(int fd);      /* reads until the other side is gone */
void play_pause(int milliseconds); /* sleeps */

/* Patient limits, plain, to 127.0.0.1. */
struct stream_options options_to(const struct server *server);

/* Opens, or fails the test. */
struct stream *must_open(const struct stream_options *options);
/* Opens in vain: a fault with that code and these words. */
void must_refuse(const struct stream_options *options, enum fault_code code, const char *words);
/* The next bytes are these. */
void must_read(struct stream *stream, const char *text);
/* Reads until a fault, which has that code and these words; the bytes that came before it. */
uint64_t must_fail(struct stream *stream, enum fault_code code, const char *words);
void must_say(const struct fault *fault, enum fault_code code, const char *words);

/* ---- TLS ---- */

struct identity {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t certificate;
};

struct wanted {
    const char *name;              /* a DNS name; 127.0.0.1 stands in every certificate but this */
    time_t from, until;            /* 0: yesterday, tomorrow */
    const struct identity *issuer; /* NULL: itself */
    bool authority, for_clients;
};

struct identity identity_make(const struct wanted *wanted);
void identity_free(struct identity *identity);
/* The certificate in PEM form, into a file. */
void identity_write(const struct identity *identity, const char *path);
/* "sha256//..." by way of GnuTLS's own fingerprint of the key. */
void identity_pin(const struct identity *identity, char pin_out[64]);

struct tls_server {
    const struct identity *identity;
    const char *priority; /* NULL: the usual one */
};

/* The server's handshake, for scripts; NULL when it fails. */
gnutls_session_t play_tls(int fd, const struct tls_server *server);

#endif
