/* SPDX-License-Identifier: ISC */
/*
 * local: what the mailboxes on this machine's own disk have in common: settings read as numbers
 * and switches, a mail's header block, faults out of errno.  Each function that can fail states
 * its fault by the call.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_LOCAL_H
#define WWW4MAIL_FETCHERS_MAILBOX_LOCAL_H

#include "agent/module.h"

/* A setting's text; "" when it is not there. */
const char *local_setting(struct call *call, const char *key);

/* "yes", "no" and their like; FAIL with FAULT_CONFIG on anything else. */
enum module_result local_switch(struct call *call, const char *key, bool *on_out);

/* A number of at most `max`; FAIL with FAULT_CONFIG on anything else. */
enum module_result local_number(struct call *call, const char *key, uint64_t max,
                                uint64_t *value_out);

/* The setting response_time: how long a server may say nothing, in milliseconds; 0 when it is not
 * set.  FAIL with FAULT_CONFIG. */
enum module_result local_response_time(struct call *call, int64_t *ms_out);

/* The last part of a path without slashes at its end, as a malloc'ed copy; NULL: memory. */
char *local_last_part(const char *path);

/* Appends the header block that starts at byte `at` of the file, up to and with the empty line or
 * up to `end`, cut where `headers_out` is full.  False and errno. */
bool local_head(int fd, uint64_t at, uint64_t end, struct buffer *headers_out);

/* RETRY or FAIL for what the system refused: what was tried ("open"), on which path, errno. */
enum module_result local_fault(struct call *call, int error, const char *tried, const char *path);

enum module_result local_out_of_memory(struct call *call);

/* FAIL with FAULT_MAIL_TOO_LARGE and a sentence for the asker. */
enum module_result local_too_large(struct call *call, uint64_t size, uint64_t max);

#endif
