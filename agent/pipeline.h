/* SPDX-License-Identifier: ISC */
/*
 * pipeline: drives one job through the stages, from a claimed mail to finished replies in the
 * ledger.  The only reader of module results: modules state faults, here they become retries,
 * replies or silence, and one line in the log.
 */
#ifndef WWW4MAIL_AGENT_PIPELINE_H
#define WWW4MAIL_AGENT_PIPELINE_H

#include "agent/config/account.h"
#include "agent/ledger/ledger.h"
#include "agent/modules/run.h"

struct parser;

/* What a worker lends to every job. */
struct pipeline {
    const struct config *config;
    const struct blocks *blocks;
    struct parser *parser; /* makes parse children */
    struct ledger *ledger;
    const unsigned char *key; /* 32 secret bytes */
    struct crumb *crumb;
    struct address_nets own; /* this machine's networks: never fetched from */
    bool trusted;            /* the caller vouches for the mail: userauth is not asked */
};

enum pipeline_result {
    PIPELINE_ANSWERED,
    PIPELINE_DROPPED,
    PIPELINE_LATER, /* will be tried again */
    PIPELINE_LOST   /* the ledger did not take the result; its fault says why */
};

enum pipeline_result pipeline_run(const struct pipeline *pipeline, const struct ledger_job *job);

#endif
