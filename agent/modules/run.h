/* SPDX-License-Identifier: ISC */
/*
 * run: asks the modules of a stage, in the order of their plan, until one has done the work.  PASS
 * goes to the next; FAIL goes to that module's alternatives, then ends the stage with the first
 * fault.  Leaves a breadcrumb before every call, so that who dies can be named.
 */
#ifndef WWW4MAIL_AGENT_MODULES_RUN_H
#define WWW4MAIL_AGENT_MODULES_RUN_H

#include "agent/modules/call.h"
#include "agent/modules/loader.h"
#include "agent/modules/plan.h"

/* Where a process stands, in memory it shares with the supervisor; survives its death. */
struct crumb {
    char stage[32];
    char module[64];
    int64_t must_end_ms; /* monotonic; what it does now hangs when it lasts longer; 0 no limit */
    char reading[72];    /* of a mail process: the mail that it reads (agent/process/reading.h) */
};

/* For all, crumb may be NULL. */
void crumb_set(struct crumb *crumb, const char *stage, const char *module);
/* What begins now may last so long, or the supervisor ends the process; 0: as long as it likes. */
void crumb_limit(struct crumb *crumb, int64_t ms);
/* Which mail is read from now on; "" none. */
void crumb_reading(struct crumb *crumb, const char *name);

/* One use of an open module.  The call's module, settings and defaults are set; the rest is as
 * the caller made it. */
typedef enum module_result (*module_use)(struct call *call, const struct www4mail_module *module,
                                         void *context);

/* PASS when no module was there to do it. */
enum module_result run_modules(const struct blocks *blocks, enum stage_id stage, const char *role,
                               const struct fields *fields, struct crumb *crumb, struct call *call,
                               module_use use, void *context);

/* Closes the modules that are to be read anew (flag reload).  Only between units of work: texts of a
 * module, such as the rule of a verdict, lie in its object. */
void run_unload(const struct blocks *blocks);

/* Asks every module of the plan, until one does not answer OK or PASS. */
enum module_result run_all_modules(const struct blocks *blocks, enum stage_id stage,
                                   const char *role, const struct fields *fields,
                                   struct crumb *crumb, struct call *call, module_use use,
                                   void *context);

#endif
