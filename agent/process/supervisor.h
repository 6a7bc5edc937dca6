/* SPDX-License-Identifier: ISC */
/* supervisor: the state it keeps of its children and accounts.  Private to supervisor*.c. */
#ifndef WWW4MAIL_AGENT_PROCESS_SUPERVISOR_H
#define WWW4MAIL_AGENT_PROCESS_SUPERVISOR_H

#include "agent/process/run.h"

#include <sys/types.h>

enum {
    SUPERVISOR_MAILS = 64, /* mail processes at a time; a slow host delays no other account */
    SUPERVISOR_YOUNG = 8,  /* of these so many that have just begun: more would only wait for a
                                 processor */
    SUPERVISOR_YOUNG_MS = 1500,
    SUPERVISOR_CHILDREN = 128 /* they and the workers */
};

enum child_kind { CHILD_MAIL, CHILD_WORKER };

struct child {
    pid_t pid; /* 0: this place is free */
    enum child_kind kind;
    int channel;
    uint32_t account; /* of a mail process */
    int64_t began_ms;
    bool submitting; /* a mail process, when it was told to end */
    struct ledger_owner owner;
    struct crumb *crumb;
    /* Of a worker: NOTICE_WORK sent, and seen by it when it was idle last; it is busy while they
     * differ.  Of a mail process: NOTICE_ANSWERED passed on. */
    uint64_t given, taken;
    uint64_t claims; /* of a worker: claims heard of when it was told last */
};

struct account_turn {
    bool wanted;
    int64_t next_ms; /* of a daemon: when to poll again (clock_awaited_ms); 0 while it is polled */
    int deaths;      /* of its mail processes while they read a mail, in a row */
};

struct supervisor {
    struct run *run;
    struct child children[SUPERVISOR_CHILDREN];
    struct account_turn *accounts;
    char *crumbs;       /* shared memory, a page a child, which sees no other's */
    size_t crumb_bytes; /* of such a page */
    struct ledger_counts counts;
    int lock, signals;
    int code;   /* exit code so far */
    int deaths; /* of workers, in a row */
    int deaths_in_module;
    int blind; /* looks at the ledger that failed, in a row */
    bool no_workers, stopping, progress_shown, purge_more;
    int64_t pause_until_ms;
    int64_t looked_ms, purged_ms; /* as clock_awaited_ms tells, so that sleep counts */
    uint64_t claimed, answered, sent;
    int64_t held;          /* mails and replies of accounts that are not configured any more */
    int64_t keep_until_ms; /* nothing is purged before: the clock was set forward */
    int64_t clock_lead_ms; /* of the wall clock before the other one, to see when it is set */
};

/* What is to be done at a visit besides counting. */
struct ledger_visit {
    const struct ledger_owner *dead; /* NULL: all that do not live any more */
    bool blame;
    const struct crumb *crumb; /* where the dead one stood; NULL unknown */
    const char *reading;       /* the mail that it read (agent/process/reading.h); NULL none */
    int64_t purge_ms;          /* forget what is old, for so long at most; 0: not now */
    bool mend_times;           /* the clock was set */
};

/* Opens the ledger for a moment (never over a fork): frees what dead processes held and counts what
 * is left to do.  An exit code. */
int supervisor_look_at_ledger(struct supervisor *supervisor, const struct ledger_visit *visit);

bool supervisor_is_worker(const struct child *child);
/* An idle worker is told, or one more is forked.  False while workers may not be started. */
bool supervisor_wake_workers(struct supervisor *supervisor);
/* Takes the notices that are there. */
void supervisor_hear(struct supervisor *supervisor, struct child *child);
/* Waits for the children that have ended. */
void supervisor_bury(struct supervisor *supervisor);

/* The crumb of the child in that place. */
struct crumb *supervisor_crumb(const struct supervisor *supervisor, size_t place);
bool supervisor_fork_mail(struct supervisor *supervisor, uint32_t account);
bool supervisor_may_fork_worker(const struct supervisor *supervisor);
bool supervisor_fork_worker(struct supervisor *supervisor);

/* One line on standard error that rewrites itself, when that is a terminal. */
void supervisor_show_progress(struct supervisor *supervisor);
void supervisor_clear_progress(struct supervisor *supervisor);

#endif
