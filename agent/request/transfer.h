/* SPDX-License-Identifier: ISC */
/*
 * transfer: undoing base64 and quoted-printable (RFC 2045).  Lenient as readers of mail must be:
 * what cannot belong to the encoding is passed over or kept as it is.  Each appends to `out` and
 * stops quietly when that is full, so a part that is too large comes out cut, never failed.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_TRANSFER_H
#define WWW4MAIL_AGENT_REQUEST_TRANSFER_H

#include "agent/base/buffer.h"

void transfer_base64(struct span text, struct buffer *out);
void transfer_quoted_printable(struct span text, struct buffer *out);

/* The "Q" encoding of header words (RFC 2047): `_` is a blank, no soft line ends. */
void transfer_q_word(struct span text, struct buffer *out);

/* As many of the bytes as fit; false once nothing more does. */
bool transfer_add(struct buffer *out, const char *bytes, size_t len);

/* The value of a hexadecimal digit, or -1. */
int transfer_hex(char digit);

#endif
