/* SPDX-License-Identifier: ISC */
/*
 * decode: a page's bytes -> valid UTF-8 with LF line ends.  Evidence in this order: byte order mark,
 * what the protocol declared, what the first 1024 bytes of an HTML page declare, valid UTF-8, a
 * guess by the frequency of letters, windows-1252.  Damaged bytes become U+FFFD.
 */
#ifndef WWW4MAIL_RENDER_DECODE_H
#define WWW4MAIL_RENDER_DECODE_H

#include "agent/base/charset.h"

/* False only when the text does not fit; *charset_out is a standard name. */
bool decode_text(struct span bytes, struct span declared, bool is_html, struct buffer *out,
                 const char **charset_out);

/* The order of evidence alone. */
const char *decode_charset(struct span bytes, struct span declared, bool is_html);

/* Opens, from files, what decoding a page and its frames may need. */
void decode_prepare(struct charset_held *held_out);

/* False when these bytes need what only decode_prepare opens. */
bool decode_is_plain(struct span bytes, struct span declared, bool is_html);

#endif
