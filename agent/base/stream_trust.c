/* SPDX-License-Identifier: ISC */
/*
 * Trust stores, each read from its file once in the life of a process and of what it forks: the
 * system's takes some 20 ms.  A file that changes is seen by the next start.  Nothing is freed.
 */
#include "agent/base/stream_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

struct store {
    struct store *next;
    gnutls_certificate_credentials_t credentials;
    char path[]; /* "" is the system's */
};

static struct store *stores;
static gnutls_certificate_credentials_t empty;

static bool system_load(gnutls_certificate_credentials_t credentials, struct fault *fault)
{
    if (access(SYSTEM_BUNDLE, R_OK) == 0 &&
        gnutls.certificate_set_x509_trust_file(credentials, SYSTEM_BUNDLE, GNUTLS_X509_FMT_PEM) > 0)
        return true;
    if (gnutls.certificate_set_x509_system_trust(credentials) > 0)
        return true;
    return fault_set(fault, FAULT_CONFIG, NULL,
                     "this system has no certificate authorities; install ca-certificates or set "
                     "ca_file:");
}

static bool file_load(gnutls_certificate_credentials_t credentials, const char *path,
                      struct fault *fault)
{
    int count = gnutls.certificate_set_x509_trust_file(credentials, path, GNUTLS_X509_FMT_PEM);
    if (count > 0)
        return true;
    if (access(path, R_OK) != 0)
        return fault_set(fault, FAULT_CONFIG, NULL,
                         "ca_file %s cannot be read: check its name and that the agent may read it",
                         path);
    return fault_set(fault, FAULT_CONFIG, NULL, "ca_file %s holds no certificate in PEM form%s%s",
                     path, count < 0 ? ": " : "", count < 0 ? gnutls.strerror(count) : "");
}

static struct store *store_load(const char *path, struct fault *fault)
{
    size_t size = strlen(path) + 1;
    struct store *store = calloc(1, sizeof *store + size);
    if (!store || gnutls.certificate_allocate_credentials(&store->credentials) < 0) {
        free(store);
        fault_set(fault, FAULT_MEMORY, NULL, "no memory for certificate authorities");
        return NULL;
    }
    memcpy(store->path, path, size);
    if (*path ? file_load(store->credentials, path, fault) : system_load(store->credentials, fault))
        return store;
    gnutls.certificate_free_credentials(store->credentials);
    free(store);
    return NULL;
}

gnutls_certificate_credentials_t stream_trust_of(const char *ca_file, struct fault *fault)
{
    const char *path = ca_file ? ca_file : "";
    struct store *store = stores;
    while (store && strcmp(store->path, path) != 0)
        store = store->next;
    if (store)
        return store->credentials;
    if (!stream_gnutls_open(fault))
        return NULL;
    store = store_load(path, fault);
    if (!store)
        return NULL;
    store->next = stores;
    stores = store;
    return store->credentials;
}

gnutls_certificate_credentials_t stream_trust_empty(struct fault *fault)
{
    if (!stream_gnutls_open(fault))
        return NULL;
    if (!empty && gnutls.certificate_allocate_credentials(&empty) < 0) {
        fault_set(fault, FAULT_MEMORY, NULL, "no memory for a TLS session");
        return NULL;
    }
    return empty;
}

bool stream_trust_load(const char *ca_file, struct fault *fault)
{
    return stream_trust_of(ca_file, fault) != NULL;
}
