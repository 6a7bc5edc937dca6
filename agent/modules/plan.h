/* SPDX-License-Identifier: ISC */
/* plan: which modules do a stage's work for what is at hand, and in which order. */
#ifndef WWW4MAIL_AGENT_MODULES_PLAN_H
#define WWW4MAIL_AGENT_MODULES_PLAN_H

#include "agent/modules/block.h"

/*
 * Sorts the blocks of each stage by their `order` (ties by name) and checks them together: order
 * and alternatives name modules that exist, no circle, alternatives do the same stage's work.
 */
bool plan_check(struct blocks *blocks, struct fault *fault);

/*
 * Checks what accounts.yaml hands to modules: every kind of mailbox and submission has a module,
 * every setting is in that module's own table, who signs in has a password named.
 */
bool plan_check_settings(const struct blocks *blocks, const struct config *config,
                         struct fault *fault);

/* Makes what `modules:` says of a module its defaults; an endpoint's own settings still win.  The
 * configuration must live as long as the blocks. */
void plan_apply_settings(struct blocks *blocks, const struct config *config);

enum { PLAN_MAX = 32 };

struct plan {
    const struct block *blocks[PLAN_MAX]; /* those whose tests hold, in order */
    size_t count;
};

/*
 * Plug-ins stand before or after the stage's other work, or right beside the module that they are
 * attached to when that one is planned.  A module that is an alternative of one planned here is
 * left out: plan_alternatives lists those of `failed`, in the order of its block.
 */
void plan_make(const struct blocks *blocks, enum stage_id stage, const char *role,
               const struct fields *fields, struct plan *plan_out);
void plan_alternatives(const struct blocks *blocks, const struct block *failed,
                       const struct fields *fields, struct plan *plan_out);

#endif
