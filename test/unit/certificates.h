/* SPDX-License-Identifier: ISC */
/*
 * certificates: a key and self-signed certificates, made anew for each run, for the fake servers of
 * tests.  Group set-up and tear-down keep the last one's PEM form in certificate_file.
 */
#ifndef WWW4MAIL_TEST_UNIT_CERTIFICATES_H
#define WWW4MAIL_TEST_UNIT_CERTIFICATES_H

#include "test/unit/scratch.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

static gnutls_x509_privkey_t certificate_key;
static struct scratch certificate_scratch;
static char certificate_file[sizeof certificate_scratch.dir + 8];

static inline gnutls_x509_privkey_t certificate_new_key(void)
{
    gnutls_x509_privkey_t key;
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_generate(
                         key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
                     0);
    return key;
}

/* For 127.0.0.1, or for a name, valid for the day before `until`; the caller frees it. */
static inline gnutls_x509_crt_t certificate_sign(gnutls_x509_privkey_t key, const char *name,
                                                 time_t until)
{
    static const unsigned char here[] = {127, 0, 0, 1};
    gnutls_x509_crt_t crt;
    assert_int_equal(gnutls_x509_crt_init(&crt), 0);
    gnutls_x509_crt_set_version(crt, 3);
    gnutls_x509_crt_set_serial(crt, "\x01", 1);
    gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, "test", 4);
    gnutls_x509_crt_set_activation_time(crt, until - 86400);
    gnutls_x509_crt_set_expiration_time(crt, until);
    gnutls_x509_crt_set_basic_constraints(crt, 1, -1);
    if (name)
        gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name),
                                             GNUTLS_FSAN_SET);
    else
        gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, here, sizeof here,
                                             GNUTLS_FSAN_SET);
    gnutls_x509_crt_set_key(crt, key);
    assert_int_equal(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
    return crt;
}

/* Its PEM form, NUL-terminated; the length. */
static inline size_t certificate_text(gnutls_x509_crt_t crt, char *text, size_t room)
{
    size_t size = room - 1;
    assert_int_equal(gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_PEM, text, &size), 0);
    text[size] = '\0';
    return size;
}

static inline int certificates_begin(void **state)
{
    (void)state;
    certificate_scratch = scratch_make();
    snprintf(certificate_file, sizeof certificate_file, "%s/ca", certificate_scratch.dir);
    certificate_key = certificate_new_key();
    return 0;
}

static inline int certificates_end(void **state)
{
    (void)state;
    scratch_remove(&certificate_scratch);
    gnutls_x509_privkey_deinit(certificate_key);
    return 0;
}

/* Of certificate_key, and in certificate_file. */
static inline gnutls_x509_crt_t certificate_make(const char *name, time_t until)
{
    char text[8192];
    gnutls_x509_crt_t crt = certificate_sign(certificate_key, name, until);
    scratch_write(&certificate_scratch, "ca", text, certificate_text(crt, text, sizeof text));
    return crt;
}

#endif
