/* SPDX-License-Identifier: ISC */
/* supervisor: the state it keeps of its children and accounts.  Private to supervisor*.c. */
#ifndef WWW4MAIL_AGENT_PROCESS_SUPERVISOR_H
#define WWW4MAIL_AGENT_PROCESS_SUPERVISOR_H

#include "agent/process/run.h"

#include <sys/types.h>

enum {
    SUPERVISOR_MAILS = 8,     /* mail processes at a time */
    SUPERVISOR_CHILDREN = 72, /* they and the workers */
    SUPERVISOR_KEEP_SECONDS = 90 * 86400
};
#define SUPERVISOR_KEEP_BYTES ((uint64_t)2 << 30)

enum child_kind { CHILD_MAIL, CHILD_WORKER };

struct child {
    pid_t pid; /* 0: this place is free */
    enum child_kind kind;
    int channel;
    uint32_t account; /* of a mail process */
    struct crumb *crumb;
    uint64_t given, taken; /* of a worker: NOTICE_WORK sent, and seen by it when it was idle last */
    bool idle_once;
};

struct account_turn {
    bool wanted;
    int64_t next_ms; /* of a daemon: when to poll again; 0 while it is polled */
};

struct supervisor {
    struct run *run;
    struct child children[SUPERVISOR_CHILDREN];
    struct account_turn *accounts;
    struct crumb *crumbs; /* shared memory, one a child */
    struct ledger_counts counts;
    int lock, signals;
    int code;   /* exit code so far */
    int deaths; /* of workers, in a row */
    bool no_workers, stopping, look_for_work, progress_shown;
    int64_t pause_until_ms, retried_ms, purged_ms;
    uint64_t claimed, answered, sent;
};

bool supervisor_fork_mail(struct supervisor *supervisor, uint32_t account);
bool supervisor_fork_worker(struct supervisor *supervisor);

/* One line on standard error that rewrites itself, when that is a terminal. */
void supervisor_show_progress(struct supervisor *supervisor);
void supervisor_clear_progress(struct supervisor *supervisor);

#endif
