/* SPDX-License-Identifier: ISC */
/*
 * flow: text as it goes on the wire in format=flowed, delsp=no (RFC 3676): lines that begin with a
 * blank, '>' or "From " get a blank in front, a line that ends with one blank goes on in the next.
 * Control characters but the tab are dropped, bytes that are no UTF-8 replaced.
 */
#ifndef WWW4MAIL_AGENT_REPLY_FLOW_H
#define WWW4MAIL_AGENT_REPLY_FLOW_H

#include "agent/reply/mime_encode.h"

/* One line without its LF.  `hard`: it ends here, whatever blanks it ends with. */
void flow_line(struct mime_body *body, struct span line, bool hard);

/* Lines of a DOCUMENT_TEXT body; the last one is always hard. */
void flow_lines(struct mime_body *body, struct span text);

/* How much of a long line goes on its first wire line: words and the blank behind them. */
size_t flow_fit(struct span line);

/* A line of our own, of any length: broken softly between words, never joined to the next. */
void flow_text(struct mime_body *body, const char *line);

#endif
