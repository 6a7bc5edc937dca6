/* SPDX-License-Identifier: ISC */
/*
 * stream_parts: what the files of agent/base/stream*.c share.  A stream is in one of two times:
 * being set up (names, connecting, proxy, handshake), when `setup_end` alone rules, or open, when
 * every wait may last `idle_ms`.  The deadline rules in both.
 */
#ifndef WWW4MAIL_BASE_STREAM_PARTS_H
#define WWW4MAIL_BASE_STREAM_PARTS_H

#include "agent/base/stream.h"
#include "agent/base/stream_gnutls.h"

#include <netdb.h>
#include <netinet/in.h>

enum {
    STREAM_PIN_SIZE = 64,         /* "sha256//" and 44 characters */
    STREAM_WIRE_MAX = 256 * 1024, /* bytes in that a handshake or one read may take without data */
    STREAM_ADDRESSES_MAX = 16     /* of one name that are tried */
};

struct stream {
    int fd;             /* never blocks; -1 before it is connected */
    char *host, *where; /* where: "host:port", for faults */
    uint16_t port;
    enum stream_tls tls;
    char pin[STREAM_PIN_SIZE]; /* that is wanted; "" none */
    gnutls_certificate_credentials_t trust;
    gnutls_session_t session; /* NULL before a handshake */

    const char *doing; /* while it is set up, for faults */
    int64_t connect_ms, idle_ms, deadline_ms;
    int64_t setup_end; /* monotonic; 0 once it is open */
    uint64_t budget;   /* bytes that may still be read */
    size_t wire_left;  /* see STREAM_WIRE_MAX */
    int first_byte;    /* of the peer's in a handshake; -1 none yet */
    int ahead;         /* a byte that `pending` took ahead; -1 none */
    bool hurried;      /* do not wait for the network */
    struct fault fault;

    char address[INET6_ADDRSTRLEN];
    char tls_version[16], pin_found[STREAM_PIN_SIZE];
    char *issuer;
    int64_t expires;
};

/* States the stream's fault, of which the text begins with host:port; false. */
#define stream_fail(stream, code, ...)                                                             \
    stream_fail_at((stream), (code), __FILE__, __LINE__, __VA_ARGS__)
bool stream_fail_at(struct stream *stream, enum fault_code code, const char *file, int line,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* ---- stream_socket.c ---- */

/* The addresses of a name, freed by freeaddrinfo. */
bool stream_resolve(struct stream *stream, const char *host, uint16_t port,
                    struct addrinfo **addresses_out);

/* Connects to the first address of the name that answers; `whom` is for faults. */
bool stream_connect(struct stream *stream, const char *host, uint16_t port, const char *whom);

/* Some bytes; 0 at the end of the connection; -1 with a fault, or, in a hurry, without. */
ssize_t stream_recv(struct stream *stream, void *bytes, size_t len);
/* Exactly so many; the end of the connection is a fault. */
bool stream_recv_all(struct stream *stream, void *bytes, size_t len);
/* All of it, or false with a fault; in a hurry as much as goes at once. */
bool stream_send(struct stream *stream, const void *bytes, size_t len);

/* ---- stream_proxy.c ---- */

/* Connects by way of the proxy, up to where the mail server's own first byte would come. */
bool stream_connect_by_proxy(struct stream *stream, const char *proxy);

/* ---- stream_tls.c ---- */

/* The handshake, with the certificate judged in it. */
bool stream_tls_start(struct stream *stream);
/* As stream_recv and stream_send. */
ssize_t stream_tls_read(struct stream *stream, void *bytes, size_t len);
bool stream_tls_write(struct stream *stream, const void *bytes, size_t len);
/* Says goodbye without waiting, and frees the session. */
void stream_tls_end(struct stream *stream);

/* ---- stream_certificate.c ---- */

/* GnuTLS's verify function: 0, or -1 with the stream's fault. */
int stream_certificate_judge(gnutls_session_t session);

/* ---- stream_trust.c ---- */

/* The store of that file, loaded once a process and never freed; NULL and a fault. */
gnutls_certificate_credentials_t stream_trust_of(const char *ca_file, struct fault *fault);
/* A store without a certificate, for pins. */
gnutls_certificate_credentials_t stream_trust_empty(struct fault *fault);

#endif
