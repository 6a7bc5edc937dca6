/* SPDX-License-Identifier: ISC */
/*
 * call: the agent's side of one call of a module (agent/module.h shows it to modules as an opaque
 * struct).  Made on the caller's stack; memory and fault belong to the caller.
 */
#ifndef WWW4MAIL_AGENT_MODULES_CALL_H
#define WWW4MAIL_AGENT_MODULES_CALL_H

#include "agent/config/account.h"
#include "agent/module.h"

struct call {
    const char *module;               /* name, for the log */
    const struct settings *overrides; /* of accounts.yaml; NULL none */
    const struct settings *defaults;  /* of the block; NULL none */
    struct arena *arena;
    struct fault *fault;
    int64_t deadline_ms;       /* monotonic; 0 none */
    bool (*told_to_end)(void); /* then no time is left; NULL never */
    /* What the key `password` gives: asked for anew at each call, the text lives until the next one;
     * NULL and a fault when it cannot be had.  NULL: a key like any other. */
    const char *(*secret)(void *context, struct fault *fault);
    void *secret_context;
    /* Asked by a sender just before the end of a mail goes out; NULL: it may. */
    bool (*completing)(void *context);
    void *completing_context;
};

#endif
