/* SPDX-License-Identifier: ISC */
/*
 * fake_smtp: a submission server in a child process on 127.0.0.1 that says what a script tells it
 * to, a script a connection, one connection at a time; and this process's connect bent so that
 * nothing but loopback is ever dialled.
 */
#ifndef WWW4MAIL_TEST_FAKE_SMTP_H
#define WWW4MAIL_TEST_FAKE_SMTP_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Within a reply: close the connection, say nothing more, wait a second and a half. */
#define FAKE_CLOSE "\1"
#define FAKE_HANG "\2"
#define FAKE_WAIT "\3"

/* Replies in the order of a session; NULL is what a good server says. */
struct fake_script {
    const char *greeting, *ehlo, *starttls, *ehlo_tls, *auth, *mail, *rcpt, *data, *dot, *quit,
        *rset, *next_mail; /* after the first of a connection */
};

enum { FAKE_LOG_MAX = 64 * 1024, FAKE_MAIL_MAX = 1024 * 1024 };

struct fake_seen {
    int connections, mails; /* complete ones, with their end of data */
    size_t log_len, mail_len;
    char log[FAKE_LOG_MAX];   /* every command of every connection, and "<TLS>\n" */
    char mail[FAKE_MAIL_MAX]; /* the last one, as it came, with its dots */
};

struct fake_smtp {
    pid_t pid;
    int port;
    char port_text[8];
    struct fake_seen *seen; /* shared with the child */
};

struct fake_tls {
    gnutls_x509_crt_t certificate; /* NULL: no TLS at all */
    gnutls_x509_privkey_t key;
    const char *priority; /* NULL: the usual */
    bool implicit;
};

/* The last script serves all connections that follow. */
void fake_smtp_start(struct fake_smtp *fake, const struct fake_script *scripts, size_t count,
                     const struct fake_tls *tls);
void fake_smtp_stop(struct fake_smtp *fake);

/* A port where nobody listens. */
int fake_smtp_closed_port(void);

#endif
