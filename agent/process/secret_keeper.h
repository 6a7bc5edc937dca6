/* SPDX-License-Identifier: ISC */
/*
 * secret_keeper: a small process that asks for an account's passwords, so that the mail process
 * itself, which talks to servers, can be forbidden to run programs and to read secret files.  It
 * reads nothing but one byte a question, from the mail process that forked it, and dies with it.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_SECRET_KEEPER_H
#define WWW4MAIL_AGENT_PROCESS_SECRET_KEEPER_H

#include "agent/process/secret.h"

#include <sys/types.h>

struct secret_keeper {
    pid_t pid;   /* 0: there is none, for an account without passwords */
    int channel; /* -1 likewise */
};

/* Before the process holds anything that a child should not inherit.  False and a fault. */
bool secret_keeper_open(struct secret_keeper *keeper, const struct account *account,
                        struct fault *fault);
/* From now on this secret is asked for there.  `number`: 0 the mailbox's, 1 the submission's. */
void secret_keeper_serves(const struct secret_keeper *keeper, unsigned char number,
                          struct secret *secret);
void secret_keeper_close(struct secret_keeper *keeper);

/* What secret_ask does with a secret that is kept. */
bool secret_keeper_ask(struct secret *secret, struct fault *fault);

#endif
