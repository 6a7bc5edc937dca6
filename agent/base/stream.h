/* SPDX-License-Identifier: ISC */
/*
 * stream: one connection to a mail server, with TLS by GnuTLS, and the only way a mail socket is
 * ever opened.  It keeps limits whatever the peer does: time to connect, time without a byte, an
 * absolute end of the session (checked at every read and write, also while data flows), and a
 * budget of bytes that may come in.  The end of the connection is an error, never a read of 0.  No
 * signal is raised or needed; EINTR is met.  After the first fault every call fails.
 *
 * TLS is 1.2 or later; the chain and the name of the certificate are verified against the system's
 * trust or `ca_file`, or the key against a pin (RFC 7469's form: SHA-256 of the SPKI, base64).  A
 * refusal says which in plain words.
 */
#ifndef WWW4MAIL_BASE_STREAM_H
#define WWW4MAIL_BASE_STREAM_H

#include "agent/base/fault.h"
#include "agent/base/span.h"

#include <stdint.h>
#include <sys/types.h>

struct stream;

enum stream_tls {
    STREAM_TLS_IMPLICIT, /* from the first byte */
    STREAM_TLS_STARTTLS, /* plain until `upgrade`; the protocol must see to it at once */
    STREAM_TLS_NONE      /* never: for a loopback address or a socket of the operator's own */
};

struct stream_options {
    const char *host; /* name or address, checked against the certificate */
    uint16_t port;
    enum stream_tls tls;
    const char *ca_file; /* NULL or "": the system's trust */
    const char *pin;     /* "sha256//BASE64" in place of chain and name; NULL or "" none */
    const char
        *proxy; /* socks5://[user:password@]host:port, socks5h:// or http://; NULL or "" none */
    int64_t connect_ms;  /* for names, connecting, proxy and handshake together; 0: 10 s */
    int64_t idle_ms;     /* without a byte in or out; 0: 30 s */
    int64_t deadline_ms; /* monotonic; the absolute end of the session; 0 none */
    uint64_t budget;     /* bytes that may come in until it is raised; 0: 1 MiB */
};

/* What the handshake found, for doctor; texts live as long as the stream. */
struct stream_facts {
    const char *address; /* the address that was dialled */
    const char *tls;     /* "TLS1.3", "" before a handshake */
    const char *pin;     /* of the peer's key, in the form of the option */
    const char *issuer;
    int64_t expires; /* seconds since 1970; 0 unknown */
};

/*
 * Loads a trust store into this process, once: what is forked later inherits it.  NULL or "" is
 * the system's.  False and FAULT_CONFIG when it cannot be read or holds no certificate.
 */
bool stream_trust_load(const char *ca_file, struct fault *fault);

/* The functions, as modules are given them (www4mail_streams). */
struct stream_ops {
    /* NULL and a fault: FAULT_CONFIG, FAULT_NAME, FAULT_CONNECT, FAULT_TIMEOUT, FAULT_TLS,
     * FAULT_SIGN_IN (the proxy's).  No fault of a stream has a sentence for the asker. */
    struct stream *(*open)(const struct stream_options *options, struct fault *fault);
    /* The TLS handshake of STARTTLS.  The caller must have read everything it was sent: bytes
     * that were injected before it are refused by FAULT_TLS. */
    bool (*upgrade)(struct stream *stream);
    /* At least one byte; -1 on fault, end of connection included.  FAULT_CONNECT: it ended;
     * FAULT_TIMEOUT; FAULT_IO: the budget is used up; FAULT_TLS. */
    ssize_t (*read)(struct stream *stream, void *bytes, size_t len);
    /* All of it, or false. */
    bool (*write)(struct stream *stream, const void *bytes, size_t len);
    /* Would read return at once: bytes are there, or a fault (the end of the connection is one)?
     * Never waits. */
    bool (*pending)(struct stream *stream);
    /* The budget from here on, in bytes. */
    void (*set_budget)(struct stream *stream, uint64_t bytes);
    const struct fault *(*fault)(const struct stream *stream);
    void (*facts)(const struct stream *stream, struct stream_facts *facts_out);
    /* Says goodbye (TLS close_notify) without waiting for an answer; frees. */
    void (*close)(struct stream **stream);
};

extern const struct stream_ops streams;

#endif
