/* SPDX-License-Identifier: ISC */
/*
 * log: lines on standard error for the operator.  Quiet by default: errors and warnings only;
 * one -v adds a line a job and an act, a second one adds detail.  Addresses of people are shown
 * as salted hashes unless verbose (log_person).  Control characters are
 * replaced.
 */
#ifndef WWW4MAIL_BASE_LOG_H
#define WWW4MAIL_BASE_LOG_H

#include "agent/base/fault.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* The secret that salts hashes of addresses; kept as a hash of it. */
void log_set_salt(const void *salt, unsigned long len);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line for a fault: `what` failed, code, operator's text, place when debugging. */
void log_fault(enum log_level level, const char *what, const struct fault *fault);

/* How a person's address may stand in the log: itself when verbose, else "user-" and 8 hex
 * digits.  The text lives in a static buffer until the next call. */
const char *log_person(const char *address);

#endif
