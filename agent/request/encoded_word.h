/* SPDX-License-Identifier: ISC */
/*
 * encoded_word: decoding of `=?charset?B?...?=` in header texts (RFC 2047, the language suffix of
 * RFC 2231).  Adjacent words of one charset are joined before they are decoded, so a character
 * may be split between them.  A word that is broken or in an unknown charset stays as it is.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_ENCODED_WORD_H
#define WWW4MAIL_AGENT_REQUEST_ENCODED_WORD_H

#include "agent/base/buffer.h"

/* Appends the decoded text: valid UTF-8, one line, no control characters.  False, and `out`
 * failed, when it does not fit. */
bool encoded_word_decode(struct span text, struct buffer *out);

#endif
