/* SPDX-License-Identifier: ISC */
/*
 * Judges the server's certificate in the middle of the handshake, before anything is said over it:
 * the key against a pin, else the chain, its dates and the name.  Tells which of them failed.
 */
#include "agent/base/stream_parts.h"

#include "agent/base/buffer.h"
#include "agent/base/charset.h"
#include "agent/base/hash.h"

#include <nettle/base64.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TEXT_BYTES = 1024, NAMES_SHOWN = 4 };

/* The SHA-256 of the SubjectPublicKeyInfo, as a pin. */
static bool pin_of(gnutls_x509_crt_t certificate, char pin_out[STREAM_PIN_SIZE])
{
    gnutls_pubkey_t key;
    gnutls_datum_t der = {NULL, 0};
    if (gnutls.pubkey_init(&key) < 0)
        return false;
    bool ok = gnutls.pubkey_import_x509(key, certificate, 0) >= 0 &&
              gnutls.pubkey_export2(key, GNUTLS_X509_FMT_DER, &der) >= 0;
    gnutls.pubkey_deinit(key);
    if (!ok)
        return false;
    struct hash hash = hash_sha256((struct span){(const char *)der.data, der.size});
    char text[BASE64_ENCODE_RAW_LENGTH(HASH_BYTES) + 1];
    base64_encode_raw(text, HASH_BYTES, hash.bytes);
    text[sizeof text - 1] = '\0';
    snprintf(pin_out, STREAM_PIN_SIZE, "sha256//%s", text);
    (*gnutls.free)(der.data);
    return true;
}

/* Somebody else's text as one harmless line; malloc'ed or NULL. */
static char *clean_line(const void *bytes, size_t len)
{
    struct buffer line;
    buffer_init(&line, TEXT_BYTES);
    if (charset_clean_line((struct span){bytes, len}, &line) && line.at)
        return line.at;
    buffer_free(&line);
    return NULL;
}

static char *issuer_of(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t name = {NULL, 0};
    if (gnutls.x509_crt_get_issuer_dn3(certificate, &name, 0) < 0)
        return NULL;
    char *text = clean_line(name.data, name.size < TEXT_BYTES / 4 ? name.size : TEXT_BYTES / 4);
    (*gnutls.free)(name.data);
    return text;
}

/* The names that it is for, a few of them. */
static void names_of(gnutls_x509_crt_t certificate, struct buffer *out)
{
    for (unsigned i = 0, shown = 0; i < 64 && shown < NAMES_SHOWN; i++) {
        char name[128];
        size_t size = sizeof name;
        int kind = gnutls.x509_crt_get_subject_alt_name(certificate, i, name, &size, NULL);
        if (kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return;
        if (kind != GNUTLS_SAN_DNSNAME)
            continue;
        buffer_add_text(out, shown++ ? ", " : " (it is for ");
        charset_clean_line((struct span){name, size}, out);
    }
}

static void tell_wrong_name(struct stream *stream, gnutls_x509_crt_t certificate)
{
    struct buffer names;
    buffer_init(&names, TEXT_BYTES);
    names_of(certificate, &names);
    stream_fail(stream, FAULT_TLS,
                "the certificate is for another name than %s%s%s; set host: to a name that it has",
                stream->host, names.len ? names.at : "", names.len ? ")" : "");
    buffer_free(&names);
}

static void day_text(time_t when, char text_out[16])
{
    struct tm day;
    if (!gmtime_r(&when, &day) || strftime(text_out, 16, "%Y-%m-%d", &day) == 0)
        text_out[0] = '\0';
}

/* The dates may be the certificate's own, or those of one above it. */
static void tell_date(struct stream *stream, gnutls_x509_crt_t certificate, bool expired)
{
    time_t when = expired ? gnutls.x509_crt_get_expiration_time(certificate)
                          : gnutls.x509_crt_get_activation_time(certificate);
    bool own = expired ? when < time(NULL) : when > time(NULL);
    char day[16];
    day_text(when, day);
    const char *verb = expired ? "has expired" : "is not yet valid";
    const char *advice =
        expired ? "the provider must renew it; check this machine's clock as well, or set pin:"
                : "check this machine's clock, or set pin:";
    if (own)
        stream_fail(stream, FAULT_TLS, "the certificate %s (%s %s); %s", verb,
                    expired ? "on" : "from", day, advice);
    else
        stream_fail(stream, FAULT_TLS, "a certificate above the server's %s; %s", verb, advice);
}

static void tell_unknown(struct stream *stream, gnutls_x509_crt_t certificate)
{
    if (gnutls.x509_crt_check_issuer(certificate, certificate))
        stream_fail(stream, FAULT_TLS,
                    "the certificate is self-signed; give it as ca_file:, or set pin: %s if that "
                    "is the server's key",
                    stream->pin_found);
    else
        stream_fail(stream, FAULT_TLS,
                    "the certificate has an unknown issuer (%s); give the issuer's as ca_file:, or "
                    "set pin: %s if that is the server's key",
                    stream->issuer ? stream->issuer : "?", stream->pin_found);
}

static void tell_status(struct stream *stream, gnutls_x509_crt_t certificate, unsigned status)
{
    if (status & GNUTLS_CERT_REVOKED)
        stream_fail(stream, FAULT_TLS, "the certificate was revoked; ask the provider");
    else if (status & GNUTLS_CERT_EXPIRED)
        tell_date(stream, certificate, true);
    else if (status & GNUTLS_CERT_NOT_ACTIVATED)
        tell_date(stream, certificate, false);
    else if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA))
        tell_unknown(stream, certificate);
    else if (status & GNUTLS_CERT_UNEXPECTED_OWNER)
        tell_wrong_name(stream, certificate);
    else if (status & GNUTLS_CERT_INSECURE_ALGORITHM)
        stream_fail(stream, FAULT_TLS, "the certificate is signed in a way that is not secure");
    else if (status & GNUTLS_CERT_PURPOSE_MISMATCH)
        stream_fail(stream, FAULT_TLS, "the certificate is not one for servers");
    else
        stream_fail(stream, FAULT_TLS, "the certificate is not trusted (status %#x)", status);
}

static bool judge_pin(struct stream *stream)
{
    if (strcmp(stream->pin, stream->pin_found) == 0)
        return true;
    return stream_fail(stream, FAULT_TLS,
                       "the server's key is %s and not the one that pin: names; set it anew only "
                       "if the provider says that the key was changed",
                       stream->pin_found);
}

static bool judge_chain(struct stream *stream, gnutls_x509_crt_t certificate)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_SERVER;
    gnutls_typed_vdata_st wanted[] = {
        {GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)stream->host, 0}, /* addresses as well */
        {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)purpose, 0},
    };
    unsigned status = 0;
    int result = gnutls.certificate_verify_peers(stream->session, wanted, 2, &status);
    if (result < 0)
        return stream_fail(stream, FAULT_TLS, "the certificate cannot be checked: %s",
                           gnutls.strerror(result));
    if (status == 0)
        return true;
    tell_status(stream, certificate, status);
    return false;
}

int stream_certificate_judge(gnutls_session_t session)
{
    struct stream *stream = gnutls.session_get_ptr(session);
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls.certificate_get_peers(session, &count);
    gnutls_x509_crt_t certificate;
    if (!chain || count == 0 || gnutls.x509_crt_init(&certificate) < 0) {
        stream_fail(stream, FAULT_TLS, "the server shows no certificate");
        return -1;
    }
    bool ok = gnutls.x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) >= 0 &&
              pin_of(certificate, stream->pin_found);
    if (!ok)
        stream_fail(stream, FAULT_TLS, "the certificate is damaged");
    else {
        stream->issuer = issuer_of(certificate);
        time_t expires = gnutls.x509_crt_get_expiration_time(certificate);
        stream->expires = expires > 0 ? expires : 0;
        ok = stream->pin[0] ? judge_pin(stream) : judge_chain(stream, certificate);
    }
    gnutls.x509_crt_deinit(certificate);
    return ok ? 0 : -1;
}
