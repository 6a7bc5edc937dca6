/* SPDX-License-Identifier: ISC */
/*
 * block: the text beside a module's .so (NAME.module), read and checked without opening the .so.
 * www4mail-module(3) describes its keys: name, file, stage or attach {before or after}, role, order
 * {before, after}, when, alternatives, needs, flags, settings.
 */
#ifndef WWW4MAIL_AGENT_MODULES_BLOCK_H
#define WWW4MAIL_AGENT_MODULES_BLOCK_H

#include "agent/config/account.h"
#include "agent/modules/when.h"
#include "agent/stages.h"

enum { BLOCKS_MAX = 256 }; /* modules in one directory */

enum block_needs { NEEDS_EXEC = 1, NEEDS_NET = 2, NEEDS_FILES = 4 };
enum block_flags { FLAG_RELOAD = 1, FLAG_ONCE = 2, FLAG_IDEMPOTENT = 4 };
/* A plug-in stands before or after a stage or another module; the plain case does the work. */
enum block_place { PLACE_WORK, PLACE_BEFORE, PLACE_AFTER };

struct block {
    const char *path; /* of the .module file */
    const char *name;
    const char *object;        /* path of the .so */
    const struct stage *stage; /* of a plug-in attached to a module: that module's, set by
                                * plan_check, NULL before */
    const char *role;          /* the stage's own unless `role:` says otherwise; likewise */
    enum block_place place;
    const char *attached_to; /* of a plug-in: name of the stage or module */
    struct words order_before, order_after;
    struct when *when;
    size_t when_count;
    struct words alternatives;
    unsigned order_line, alternatives_line, attach_line; /* in the file, for faults */
    unsigned needs, flags;
    struct settings settings; /* keys it knows, with defaults */
};

struct blocks {
    struct block *blocks; /* in the order of their place: see plan.h */
    size_t count;
};

/*
 * Reads every *.module of the directory, by name.  A fault names file, line, column and the mend;
 * a block or object that others than its owner may write to is refused, as is a name twice.
 */
bool blocks_read(struct arena *arena, const char *directory, struct blocks *blocks_out,
                 struct fault *fault);

const struct block *blocks_find(const struct blocks *blocks, const char *name);

#endif
