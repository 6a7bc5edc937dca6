/* SPDX-License-Identifier: ISC */
/* help: the words of a reply to HELP, about this version and nothing that it cannot do. */
#ifndef WWW4MAIL_AGENT_REPLY_HELP_H
#define WWW4MAIL_AGENT_REPLY_HELP_H

#include "render/document.h"

/*
 * The text of a topic (help, urls, formats, several, limits) as a DOCUMENT_TEXT body; the general
 * one for an empty or unknown topic.  Never NULL, never freed.
 */
const char *help_text(struct span topic);

/* The same as a document for reply_compose, with the agent's address in it; false when the arena
 * is exhausted. */
bool help_document(struct arena *arena, const char *own_address, struct span topic,
                   struct document *document_out);

#endif
