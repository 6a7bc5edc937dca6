/* SPDX-License-Identifier: ISC */
/*
 * ledger_acts: every call of the ledger as an act upon a bench, for tests that let each of its
 * steps fail: what stands before it (arrange), the call itself, and what it comes to undisturbed.
 * The acts themselves stand in ledger_acts.c, ledger_state_of in ledger_state.c.
 */
#ifndef WWW4MAIL_TEST_UNIT_LEDGER_ACTS_H
#define WWW4MAIL_TEST_UNIT_LEDGER_ACTS_H

#include "test/unit/ledger_help.h"

/* What the acts work on; filled by the arrangements. */
struct acts_state {
    struct ledger_job job;
    struct ledger_submission part;
    struct ledger_doubt doubt;
};

struct act {
    const char *name;
    void (*arrange)(struct bench *bench, struct acts_state *state);
    enum ledger_result (*act)(struct bench *bench, struct acts_state *state);
    enum ledger_result comes_to;
    bool in_pieces; /* several transactions: those before the failure stay */
};

extern const struct act ledger_acts[];
extern const size_t ledger_act_count;

/* A number that stands for every row of every table; two states of a ledger with the same number
 * are the same. */
uint64_t ledger_state_of(struct bench *bench);

/* A fresh bench with the act arranged; the one before, if any, is gone. */
void act_begin(void **bench, const struct act *act, struct acts_state *state);
/* Does it, and gives back what it handed out. */
enum ledger_result act_do(struct bench *bench, const struct act *act, struct acts_state *state);

#endif
