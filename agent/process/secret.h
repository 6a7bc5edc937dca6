/* SPDX-License-Identifier: ISC */
/*
 * secret: an account's password, asked for when it is needed and wiped right after.  It comes from
 * a command (argument list, no shell, no standard input; the first line that it prints), from a
 * file that only its owner can read, or from a credential of the service manager.  It is never
 * logged and never kept from one sign-in to the next.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_SECRET_H
#define WWW4MAIL_AGENT_PROCESS_SECRET_H

#include "agent/base/fault.h"
#include "agent/config/account.h"

enum { SECRET_BYTES_MAX = 4096, SECRET_LIMIT_MS = 30000 };

struct secret {
    const struct secret_source *source;
    int64_t limit_ms; /* of the command, which is killed then */
    char whose[96];   /* "web: mailbox", for faults */
    int keeper;       /* the process that asks in this one's place, see secret_keeper.h; -1 none */
    unsigned char number; /* of this secret, there */
    char text[SECRET_BYTES_MAX + 1];
};

/* `side`: "mailbox" or "submission". */
void secret_init(struct secret *secret, const struct secret_source *source, const char *account,
                 const char *side);

/*
 * The password, asked for anew; it stands in `text` until secret_wipe.  NULL and FAULT_SECRET when
 * it cannot be had: the operator's text says why, with what the command wrote on standard error.
 * `secret` is a struct secret, so that this can stand in a struct call.
 */
const char *secret_ask(void *secret, struct fault *fault);

void secret_wipe(struct secret *secret);

#endif
