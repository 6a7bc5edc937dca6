/* SPDX-License-Identifier: ISC */
/*
 * worker: takes one job at a time out of the ledger and drives it through the pipeline.  Persistent:
 * it waits for more, and is replaced after a number of jobs.  Holds no mail secret, cannot exec.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_WORKER_H
#define WWW4MAIL_AGENT_PROCESS_WORKER_H

#include "agent/parse/parse.h"
#include "agent/process/run.h"

struct worker {
    const struct run *run;
    struct ledger *ledger;
    struct ledger_owner owner; /* of its jobs: this process */
    struct parser *parser;
    struct crumb *crumb; /* may be NULL */
    int channel;
};

/* Works until nothing is due; tells the channel (or nobody, -1) of each job.  At most `max_jobs`,
 * fewer done than that means that nothing was left. */
int worker_work(const struct worker *worker, int max_jobs, int *done_out);

/* The whole life of a worker process. */
int worker_process(const struct run *run, struct crumb *crumb, int channel);

#endif
