/* SPDX-License-Identifier: ISC */
/* mail_text: the HTML form of a request mail as plain text, every link's target in angle brackets
 * behind its words, blocks on lines of their own; for people whose mail program writes HTML only. */
#ifndef WWW4MAIL_AGENT_PARSE_MAIL_TEXT_H
#define WWW4MAIL_AGENT_PARSE_MAIL_TEXT_H

#include "agent/base/buffer.h"
#include "render/tree.h"

bool mail_text(const struct tree *tree, struct buffer *out);

#endif
