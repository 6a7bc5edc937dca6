/* SPDX-License-Identifier: ISC */
/*
 * trouble: a call of the system or of SQLite goes wrong at a chosen moment.  Tests that link
 * trouble.c with $(TROUBLE_WRAP) send the calls of the code under test here; undisturbed they do
 * what they always do.
 */
#ifndef WWW4MAIL_TEST_UNIT_TROUBLE_H
#define WWW4MAIL_TEST_UNIT_TROUBLE_H

#include <stdbool.h>

struct ifaddrs;

/*
 * The n-th call from now on (the first is 1) of what is named `call` (or begins so, when that ends
 * with '_' or ':': "sqlite3_" is any of SQLite) fails with `code`: an errno, or what SQLite would return.  Only that one fails,
 * or with `trouble_for_good` all behind it as well.  Up to four such plans hold together.
 */
void trouble_at(const char *call, unsigned n, int code);
void trouble_for_good(const char *call, unsigned n, int code);

/* No more of it, no redirections, no interfaces.  True when all plans were met. */
bool trouble_end(void);

/* What sqlite3_system_errno tells from now on. */
void trouble_system_error(int code);
/* Whoever opens `path` opens `instead`; both must stay. */
void trouble_redirect(const char *path, const char *instead);
/* The disk of whatever is asked about is of this type (statfs). */
void trouble_disk(unsigned long magic);
/* The machine has these interfaces; NULL: its own. */
void trouble_interfaces(struct ifaddrs *entries);

#endif
