/* SPDX-License-Identifier: ISC */
/*
 * ledger: the agent's memory, and the only place through which durable state passes between its
 * processes.  Unit of work is a job: a claimed mail, or something a mail asked for later.
 *
 *   job    claimed -> taken -> answered -> settled      or dropped, or poison
 *   part   ready -> submitting -> accepted | never      with in_doubt beside submitting
 *
 * Each call is one transaction: when it returns LEDGER_OK its effect is on disk.  Every write on a
 * taken job or a submitting part carries the token that taking it gave; a write whose token is not
 * the present one changes nothing and answers LEDGER_NONE (somebody else owns the work by now).
 *
 * A handle belongs to one process: open after fork, and close before forking a child that opens its
 * own (ledger_open refuses there).  Bytes go in and out by descriptor, in chunks, so that their size
 * never grows the process.
 */
#ifndef WWW4MAIL_AGENT_LEDGER_LEDGER_H
#define WWW4MAIL_AGENT_LEDGER_LEDGER_H

#include "agent/base/arena.h"
#include "agent/base/fault.h"
#include "agent/base/hash.h"
#include "agent/reply/submission.h"
#include "fetchers/mailbox/message.h"

enum ledger_result {
    LEDGER_OK,
    LEDGER_NONE,    /* nothing there, or no longer yours */
    LEDGER_ALREADY, /* claim: this mail is known */
    LEDGER_BUSY,    /* another process held the lock for too long: try again */
    LEDGER_FULL,    /* disk full: nothing was changed */
    LEDGER_CORRUPT, /* the file is damaged or not ours; the fault says what to do */
    LEDGER_ERROR    /* anything else; the fault says what */
};

struct ledger;

/* Who takes work: a process of this boot.  start is its start time in clock ticks since boot. */
struct ledger_owner {
    int64_t pid;
    int64_t start;
    char boot_id[37];
};

/* This process, from /proc.  False and a fault when /proc is not there. */
bool ledger_owner_self(struct ledger_owner *owner_out, struct fault *fault);
/* Another process, while it has not been waited for: a child just forked, say. */
bool ledger_owner_of(int64_t pid, struct ledger_owner *owner_out, struct fault *fault);
/* True while that very process lives (same boot, same pid, same start). */
bool ledger_owner_lives(const struct ledger_owner *owner);

/*
 * Opens or makes the ledger in directory `state` (made 0700 when missing); checks the schema and
 * migrates it; checks the file after an unclean stop.  Refuses a network file system.  The texts of
 * faults of every later call lie in the handle: ledger_fault.
 */
enum ledger_result ledger_open(const char *state, struct ledger **ledger_out, struct fault *fault);
void ledger_close(struct ledger **ledger);
/* What the last call that was not OK, NONE or ALREADY met. */
const struct fault *ledger_fault(const struct ledger *ledger);

/* The 32 secret bytes of this state directory (file `key`, 0600), made at first use. */
bool ledger_key(const char *state, unsigned char key_out[32], struct fault *fault);

/* ---- claiming: the mail process ---- */

struct ledger_mail {
    struct message_key key;
    uint64_t size;       /* of the mail as its mailbox tells */
    struct span headers; /* raw header block */
    int fd;              /* raw bytes, or -1 when the mail is too large: headers only */
    const char *poison;  /* why nobody is to work on it; NULL: somebody is */
};

/* Is this key known (whatever its state)?  OK or NONE; spares fetching a mail that was claimed. */
enum ledger_result ledger_known(struct ledger *ledger, const struct message_key *key);

/*
 * Commits the mail with its bytes.  ALREADY when the key is known, or when the same bytes came
 * under another uidvalidity of the same mailbox (then that mail goes by the new key from now on).
 */
enum ledger_result ledger_claim(struct ledger *ledger, const struct ledger_mail *mail,
                                int64_t *job_out);

/* ---- working: workers ---- */

struct ledger_job {
    int64_t id;
    int64_t token;
    int attempt;              /* 1 at the first time */
    int crashes;              /* attempts that ended with their worker's death */
    const char *crash_module; /* what ran when it died last; "" when nothing did */
    struct message_key key;
    uint64_t size;
    struct hash hash; /* of the raw bytes (of the headers, when that is all there is) */
    struct span headers;
    int64_t claimed_at; /* seconds since 1970 */
    const char *target; /* of a spawned job: what it asks for; "" for a mail */
};

/*
 * Takes the next job that is due, oldest first, for `owner`: the attempt is counted and committed
 * before the work.  Jobs with two crashes are taken only when no other job is taken by anybody.
 * `account` NULL takes from any.  Texts live in `arena`.
 */
enum ledger_result ledger_take(struct ledger *ledger, const struct ledger_owner *owner,
                               const char *account, struct arena *arena,
                               struct ledger_job *job_out);

/* The raw bytes of a job's mail into fd; NONE when only its headers were kept. */
enum ledger_result ledger_read_mail(struct ledger *ledger, int64_t job, int fd);

struct ledger_part {
    const char *message_id; /* with angle brackets, unique */
    const char *sender, *recipient;
    int fd;                /* the bytes stand in this file ... */
    uint64_t offset, size; /* ... from offset on */
};

/* Something to remember together with an answer (see ledger_remember). */
struct ledger_memory {
    const char *kind, *who, *name;
    struct span value;
    int64_t expires; /* seconds since 1970; 0 never */
};

/* A charge on a user's account, as of quota: kind "requests", "bytes". */
struct ledger_charge {
    const char *who, *kind;
    int64_t window; /* start of the period, seconds since 1970 */
    int64_t add;
    int64_t limit; /* of an answer: with a total beyond it nothing is kept; 0 none */
};

struct ledger_answer {
    const struct ledger_part *parts;
    size_t part_count;
    const struct ledger_memory *memories;
    size_t memory_count;
    const struct ledger_charge *charges;
    size_t charge_count;
};

/* All parts become ready at once, memories and charges in the same commit; taken -> answered.
 * ALREADY, and nothing changed, when a charge would exceed its limit: two workers that both asked
 * before either counted cannot both answer. */
enum ledger_result ledger_answer(struct ledger *ledger, int64_t job, int64_t token,
                                 const struct ledger_answer *answer);
/* taken -> dropped: no reply, for this rule. */
enum ledger_result ledger_drop(struct ledger *ledger, int64_t job, int64_t token, const char *rule);
/* taken -> claimed, not to be taken again before that time. */
enum ledger_result ledger_retry(struct ledger *ledger, int64_t job, int64_t token,
                                int64_t not_before);
/* any -> poison, with the reason; no token: this is what others do to a job that kills. */
enum ledger_result ledger_poison(struct ledger *ledger, int64_t job, const char *reason);
/* A later job, keyed (parent, n): a second call with the same n changes nothing and is OK. */
enum ledger_result ledger_spawn(struct ledger *ledger, int64_t parent, int64_t token, int n,
                                const char *target, int64_t not_before);

/* ---- submitting and settling: the mail process ---- */

struct ledger_submission {
    int64_t part;
    int64_t token;
    int64_t job;
    int tries;     /* submissions begun before this one */
    bool in_doubt; /* an earlier one broke after the end of data */
    int64_t in_doubt_since;
    struct submission submission; /* fd: a memory file, the caller closes it */
};

/* The next ready part of that account that is due, with its bytes; what is in doubt is ready again
 * only once it is resolved so.  Texts live in `arena`. */
enum ledger_result ledger_next_part(struct ledger *ledger, const char *account, struct arena *arena,
                                    struct ledger_submission *next_out);
/* Committed just before the transaction with the carrier; gives the token for the outcome. */
enum ledger_result ledger_submitting(struct ledger *ledger, const struct ledger_owner *owner,
                                     struct ledger_submission *next);
/* Of a part that was in doubt before (in_doubt), committed just before its last byte goes out once
 * more: whatever becomes of this process then, it is not sent again by itself.  NONE: it is no
 * longer this process's to send. */
enum ledger_result ledger_repeating(struct ledger *ledger, const struct ledger_submission *next);
/* NOT_SENT and LATER make it ready again at not_before. */
enum ledger_result ledger_outcome(struct ledger *ledger, const struct ledger_submission *done,
                                  enum submission_outcome outcome, const char *text,
                                  int64_t not_before);

/* A part that was handed over and never answered for. */
struct ledger_doubt {
    int64_t part, job;
    int64_t since;      /* seconds since 1970 */
    int64_t not_before; /* of the next look-up; 0: none was begun */
    int tries, looks;   /* submissions begun; look-ups begun since it is in doubt */
    bool resent;        /* a repeat of it went out: it is not sent again by itself */
    uint64_t size;
    const char *account, *message_id, *recipient, *answer;
};

/* Parts in doubt of an account, at most `max`, longest in doubt first.  `doubt_wait` negative: all;
 * else those in doubt for so many seconds and not put off. */
enum ledger_result ledger_doubts(struct ledger *ledger, const char *account, int64_t doubt_wait,
                                 struct arena *arena, struct ledger_doubt *list, size_t max,
                                 size_t *count_out);
/* Those of all accounts, one account after the other, from the one behind `after` on (NULL: from the
 * first): the last of a full list leads to the next. */
enum ledger_result ledger_all_doubts(struct ledger *ledger, const struct ledger_doubt *after,
                                     struct arena *arena, struct ledger_doubt *list, size_t max,
                                     size_t *count_out);

enum ledger_resolution {
    LEDGER_RESOLVE_ACCEPTED, /* it is known to have arrived */
    LEDGER_RESOLVE_NEVER,    /* given up */
    LEDGER_RESOLVE_SEND,     /* ready, to be sent once more */
    LEDGER_RESOLVE_LATER     /* in doubt still; a look-up is counted, the next is at not_before */
};

/* What becomes of a part in doubt without asking its carrier.  NONE, and nothing changed, when it
 * is no longer in the doubt that was read. */
enum ledger_result ledger_resolve(struct ledger *ledger, const struct ledger_doubt *doubt,
                                  enum ledger_resolution resolution, const char *text,
                                  int64_t not_before);

struct ledger_settle {
    int64_t job;
    struct message_key key;
    enum message_outcome outcome;
};

/* Jobs whose mail can be settled: dropped, poison, or answered with no part outstanding.  At most
 * `max` a call; *count_out says how many. */
enum ledger_result ledger_settle_list(struct ledger *ledger, const char *account,
                                      struct arena *arena, struct ledger_settle *list, size_t max,
                                      size_t *count_out);
enum ledger_result ledger_settled(struct ledger *ledger, int64_t job);

/* ---- recovering: the supervisor ---- */

/*
 * Frees what a dead owner held: taken -> claimed with one crash more (module and stage from the
 * breadcrumb, "" when unknown), submitting -> in_doubt (never, when it was in doubt before and six
 * submissions were begun: what ends its process before anything goes out is not tried for ever).
 * `owner` NULL: every owner that does not live any more; `blame` false: it was ended on purpose, no
 * crash is counted.
 */
enum ledger_result ledger_recover(struct ledger *ledger, const struct ledger_owner *owner,
                                  bool blame, const char *module, const char *stage);

/* ---- counting and remembering ---- */

/* Adds to a counter of a window (its start, seconds since 1970) and gives the total; add 0 asks. */
enum ledger_result ledger_count(struct ledger *ledger, const char *who, const char *kind,
                                int64_t window, int64_t add, int64_t *total_out);
enum ledger_result ledger_remember(struct ledger *ledger, const struct ledger_memory *memory);
/* NONE when unknown or expired.  The value lives in `arena`. */
enum ledger_result ledger_recall(struct ledger *ledger, const char *kind, const char *who,
                                 const char *name, struct arena *arena, struct span *value_out);
/* Is this Message-ID one of ours?  OK or NONE. */
enum ledger_result ledger_is_ours(struct ledger *ledger, const char *message_id);

/* ---- accounts and clocks that changed ---- */

/* The accounts that have jobs or parts not done with, whether or not they are configured; at most
 * `max` names, in `arena`. */
enum ledger_result ledger_owing(struct ledger *ledger, struct arena *arena, const char **names,
                                size_t max, size_t *count_out);
/* All that is remembered of account `from` belongs to `to` from now on.  What `to` has claimed by
 * itself already stays with `from`.  NONE when `from` has nothing that `to` could take. */
enum ledger_result ledger_rename_account(struct ledger *ledger, const char *from, const char *to);
/* Gives up what is outstanding of an account: mails unanswered, replies unsent.  What a process is
 * just working on is left alone.  Tells how many jobs that were. */
enum ledger_result ledger_forget_account(struct ledger *ledger, const char *account,
                                         int64_t *jobs_out);
/* Makes due what waits for a time that only a wrong clock can have written: nothing waits for longer
 * than two hours, and no doubt began in the future.  NONE when all times are likely. */
enum ledger_result ledger_mend_times(struct ledger *ledger);

/* ---- telling and cleaning ---- */

struct ledger_counts {
    int64_t claimed, taken, answered, dropped, poison, settled; /* jobs by state */
    int64_t ready, submitting, in_doubt, accepted, never;       /* parts by state */
    int64_t due;                                                /* jobs that may be taken now */
    int64_t next_due; /* the earliest not_before among waiting jobs and parts; 0 none waits */
};

/* Of one account, or of all when `account` is NULL. */
enum ledger_result ledger_counts(struct ledger *ledger, const char *account,
                                 struct ledger_counts *counts_out);

/* Has a worker any job of that account, or may one take any now?  OK or NONE. */
enum ledger_result ledger_outstanding(struct ledger *ledger, const char *account);

struct ledger_row {
    int64_t id;
    const char *account, *uid, *state, *rule;
    int64_t claimed_at, not_before;
    int attempts, parts, parts_accepted;
    uint64_t size;
};

/* Jobs newest first, `max` at most, for people to read. */
enum ledger_result ledger_list(struct ledger *ledger, const char *account, struct arena *arena,
                               struct ledger_row *rows, size_t max, size_t *count_out);

/* How long, and how much. */
struct ledger_keep {
    int64_t before;     /* settled jobs older than this go, seconds since 1970 */
    uint64_t max_bytes; /* of the file; 0: no ceiling */
    int64_t budget_ms;  /* then it stops, wherever it is; the lock is held for moments only */
};

/*
 * Forgets what is settled and older than keep->before, expired memories, old counters; when the
 * file is larger than keep->max_bytes, bytes of what is settled, oldest first, and then memories,
 * those that would expire first.  Never what is still owed: a job that is not settled, its mail,
 * its parts, and what is remembered for the reader of its answer.  A mail's key and hash stay for
 * good: a mailbox may show any mail again after years, and no time is safe to answer it then.
 * *more_out: there is more to forget than the budget allowed; call again some time later.
 */
enum ledger_result ledger_purge(struct ledger *ledger, const struct ledger_keep *keep,
                                bool *more_out);

#endif
