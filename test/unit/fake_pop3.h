/* SPDX-License-Identifier: ISC */
/*
 * fake_pop3: a POP3 server in a child process that says what a table tells it, right or wrong, and
 * writes down every line it was sent.  On 127.0.0.1 alone.
 */
#ifndef WWW4MAIL_TEST_UNIT_FAKE_POP3_H
#define WWW4MAIL_TEST_UNIT_FAKE_POP3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum fake_act {
    FAKE_SAY,   /* the text at once */
    FAKE_DRIP,  /* the text, a byte at a time */
    FAKE_CUT,   /* the text, then the connection ends */
    FAKE_HANG,  /* the text, then nothing until the client goes */
    FAKE_FLOOD, /* the text again and again until the client goes */
    FAKE_TLS    /* the text, then the server's side of a TLS handshake */
};

/* What is said to a line that begins with `asked`; "" is the greeting.  The first that fits. */
struct fake_answer {
    const char *asked;
    enum fake_act act;
    const char *text;
    size_t len;       /* 0: a C string */
    unsigned session; /* 0: in each, else in the nth connection */
};

struct fake_log {
    size_t len;
    unsigned sessions;
    char lines[64 * 1024]; /* each with LF; "-- n" begins the nth session */
};

struct fake_pop3 {
    bool implicit; /* set before the start: TLS from the first byte */
    pid_t pid;
    char port[8];
    struct fake_log *log;   /* shared with the child */
    char certificate[4096]; /* PEM, self-signed for 127.0.0.1 */
};

/* Starts a server: `answers` first (ends with asked NULL), then those of a sound server with two
 * mails, "uid-one" and "uid-two". */
void fake_pop3_start(struct fake_pop3 *fake, const struct fake_answer *answers);
void fake_pop3_stop(struct fake_pop3 *fake);

/* Until it has read such a line, which the client did not wait for. */
void fake_pop3_wait(const struct fake_pop3 *fake, const char *line);

/* How many lines that begin so it was sent. */
unsigned fake_pop3_heard(const struct fake_pop3 *fake, const char *line);

#endif
