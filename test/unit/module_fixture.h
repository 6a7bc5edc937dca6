/* SPDX-License-Identifier: ISC */
/* module_fixture: a directory of blocks, and empty files in the place of their objects. */
#ifndef WWW4MAIL_TEST_UNIT_MODULE_FIXTURE_H
#define WWW4MAIL_TEST_UNIT_MODULE_FIXTURE_H

#include "test/unit/scratch.h"

#include "agent/modules/block.h"

/* NAME.module with "name:" and "file:" and then `rest`, and an empty NAME.so. */
static inline void module_write(struct scratch *scratch, const char *name, const char *rest)
{
    char file[128], text[4096];
    snprintf(file, sizeof file, "%s.so", name);
    scratch_text(scratch, file, "");
    snprintf(file, sizeof file, "%s.module", name);
    snprintf(text, sizeof text, "name: %s\nfile: %s.so\n%s", name, name, rest);
    scratch_text(scratch, file, text);
}

#endif
