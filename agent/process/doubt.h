/* SPDX-License-Identifier: ISC */
/*
 * doubt: what is done about a reply whose carrier took all of it and never answered, and when, as
 * the account's `on_in_doubt` says.  For the mail process, which does it, and for people who ask.
 */
#ifndef WWW4MAIL_AGENT_PROCESS_DOUBT_H
#define WWW4MAIL_AGENT_PROCESS_DOUBT_H

#include "agent/config/account.h"
#include "agent/ledger/ledger.h"
#include "agent/modules/block.h"

enum doubt_act {
    DOUBT_LOOK,    /* among the sent mails; what is not there is sent once more, or given up */
    DOUBT_SEND,    /* once more, the same bytes */
    DOUBT_GIVE_UP, /* it was sent again already */
    DOUBT_HOLD     /* nothing: the operator says what */
};

struct doubt_rules {
    enum in_doubt policy;
    int64_t wait; /* seconds, from the doubt to the act */
};

struct doubt_rules doubt_rules_of(const struct blocks *blocks, const struct account *account);

/* What will be done next; *when_out is its time in seconds since 1970, 0 with DOUBT_HOLD. */
enum doubt_act doubt_next(const struct doubt_rules *rules, const struct ledger_doubt *doubt,
                          int64_t *when_out);

/* What is done with one that was not found. */
enum doubt_act doubt_not_found(const struct ledger_doubt *doubt);

/* Looked for in vain, the look-up that failed just now with those before it, for as long and as often
 * as anybody would: it counts as not found. */
bool doubt_is_stale(const struct ledger_doubt *doubt);

/* "2026-11-21 18:02:05 UTC". */
enum { DOUBT_TIME_SIZE = 32 };
const char *doubt_time(int64_t seconds, char text_out[DOUBT_TIME_SIZE]);

/* All of an account's parts in doubt. */
struct doubt_summary {
    int64_t count, since; /* the oldest */
    enum doubt_act act;   /* what is done next, */
    bool resent;          /* with one that was sent again already, */
    int64_t when;         /* and when; 0: when the operator says so */
};

/* False when the ledger cannot be read. */
bool doubt_summarize(struct ledger *ledger, const struct doubt_rules *rules, const char *account,
                     struct doubt_summary *summary_out);

/* "it is sent once more"; a word for programs: "resend". */
const char *doubt_act_text(enum doubt_act act, bool resent);
const char *doubt_act_word(enum doubt_act act);

#endif
