/* SPDX-License-Identifier: ISC */
/*
 * stream_gnutls: GnuTLS, opened when the first connection wants it.  To map it with what it brings
 * along and to let it set itself up takes longer than all else of a start, and most processes of the
 * agent never meet TLS.  Private to agent/base/stream*.c.
 */
#ifndef WWW4MAIL_BASE_STREAM_GNUTLS_H
#define WWW4MAIL_BASE_STREAM_GNUTLS_H

#include "agent/base/fault.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/* X(name) is gnutls_name. */
#define STREAM_GNUTLS_CALLS(X)                                                                     \
    X(alert_get)                                                                                   \
    X(alert_get_name)                                                                              \
    X(alert_send_appropriate)                                                                      \
    X(bye)                                                                                         \
    X(certificate_allocate_credentials)                                                            \
    X(certificate_free_credentials)                                                                \
    X(certificate_get_peers)                                                                       \
    X(certificate_set_x509_system_trust)                                                           \
    X(certificate_set_x509_trust_file)                                                             \
    X(certificate_verify_peers)                                                                    \
    X(credentials_set)                                                                             \
    X(deinit)                                                                                      \
    X(error_is_fatal)                                                                              \
    X(handshake)                                                                                   \
    X(handshake_set_timeout)                                                                       \
    X(init)                                                                                        \
    X(priority_set_direct)                                                                         \
    X(protocol_get_name)                                                                           \
    X(protocol_get_version)                                                                        \
    X(pubkey_deinit)                                                                               \
    X(pubkey_export2)                                                                              \
    X(pubkey_import_x509)                                                                          \
    X(pubkey_init)                                                                                 \
    X(record_recv)                                                                                 \
    X(record_send)                                                                                 \
    X(server_name_set)                                                                             \
    X(session_get_ptr)                                                                             \
    X(session_set_ptr)                                                                             \
    X(session_set_verify_function)                                                                 \
    X(strerror)                                                                                    \
    X(transport_set_errno)                                                                         \
    X(transport_set_ptr)                                                                           \
    X(transport_set_pull_function)                                                                 \
    X(transport_set_push_function)                                                                 \
    X(x509_crt_check_issuer)                                                                       \
    X(x509_crt_deinit)                                                                             \
    X(x509_crt_get_activation_time)                                                                \
    X(x509_crt_get_expiration_time)                                                                \
    X(x509_crt_get_issuer_dn3)                                                                     \
    X(x509_crt_get_subject_alt_name)                                                               \
    X(x509_crt_import)                                                                             \
    X(x509_crt_init)

/* The calls under their names without the prefix; all NULL before stream_gnutls_open. */
struct stream_gnutls {
#define STREAM_GNUTLS_POINTER(name) __typeof__(gnutls_##name) *name;
    STREAM_GNUTLS_CALLS(STREAM_GNUTLS_POINTER)
#undef STREAM_GNUTLS_POINTER
    gnutls_free_function *free; /* a variable there */
};

extern struct stream_gnutls gnutls;

/* Once a process and what it forks; false and FAULT_CONFIG when the library cannot be used. */
bool stream_gnutls_open(struct fault *fault);

#endif
