/* SPDX-License-Identifier: ISC */
/*
 * etpan_stream: a verified, limited connection (agent/base/stream.h) in the shape that libetpan's
 * IMAP reads and writes.  Opens nothing and judges nothing itself.
 *
 * The end of the connection, a limit or any other fault is an error of the mailstream, never an
 * endless read of 0; the stream keeps the fault that says why.  There is no descriptor to select
 * on: ask `pending` of the stream, or read within its limits.
 */
#ifndef WWW4MAIL_FETCHERS_MAILBOX_ETPAN_STREAM_H
#define WWW4MAIL_FETCHERS_MAILBOX_ETPAN_STREAM_H

#include "agent/base/stream.h"

#include <libetpan/mailstream.h>

/*
 * Takes the stream over, whatever comes of it: NULL (memory is short) has closed it.  It stays
 * good for `fault`, `set_budget` and `upgrade` until the mailstream is closed, which closes and
 * frees it; mailimap_logout, mailimap_free and mailstream_close do so.  A fault that is wanted
 * later must be copied before.
 */
mailstream *etpan_stream_new(const struct stream_ops *ops, struct stream *stream);

/* Would a read return at once, from the mailstream's own buffer or the stream's?  After STARTTLS was answered
 * and before `upgrade` this must be false: what is there was injected. */
bool etpan_stream_pending(mailstream *mail);

/* Did reading end because an answer opened more than 500 parentheses within each other?  libetpan's
 * stack would not have held them; nothing more is read. */
bool etpan_stream_too_deep(const mailstream *mail);

#endif
