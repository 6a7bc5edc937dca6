/* SPDX-License-Identifier: ISC */
/*
 * fake_http: a web server in a child process on 127.0.0.1 that misbehaves on demand, by path; and
 * name look-ups and connections of this process bent so that nothing else is ever reached.
 */
#ifndef WWW4MAIL_TEST_FAKE_HTTP_H
#define WWW4MAIL_TEST_FAKE_HTTP_H

#include <stdbool.h>
#include <sys/types.h>

struct fake_http {
    pid_t pid;
    int port;
    struct fake_seen *seen; /* shared with the child */
};

struct fake_seen {
    int accepts;
    char request[8192]; /* the last one */
};

bool fake_http_start(struct fake_http *fake);
void fake_http_stop(struct fake_http *fake);

/* Addresses that were to be connected to outside 127.0.0.0/8 and ::1 since the last call; none is
 * ever connected to. */
int fake_http_strays(void);

#endif
