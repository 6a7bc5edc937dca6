/* SPDX-License-Identifier: ISC */
/*
 * memory_stream: connections to a server that is a text.  Each open takes one record (up to 0x1e);
 * within it 0x1d ends what the server sends at once: nothing is pending there, and TLS can begin.
 * Takes the place of agent/base/stream.c.
 */
#ifndef WWW4MAIL_TEST_FUZZ_MEMORY_STREAM_H
#define WWW4MAIL_TEST_FUZZ_MEMORY_STREAM_H

#include "agent/base/stream.h"

/* What the server will say; `chunk` is the most that one read gives (0: all).  `secret` must not be
 * written before TLS where TLS is asked for.  The texts must outlive the connections. */
void memory_stream_serve(struct span script, size_t chunk, const char *secret);

/* False while a connection is open. */
bool memory_stream_all_closed(void);

#endif
