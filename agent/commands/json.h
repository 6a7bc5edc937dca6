/* SPDX-License-Identifier: ISC */
/* json: a text as a JSON string (RFC 8259), for --json. */
#ifndef WWW4MAIL_AGENT_COMMANDS_JSON_H
#define WWW4MAIL_AGENT_COMMANDS_JSON_H

#include <stdio.h>

/* With its quotes; NULL becomes null. */
void json_text(FILE *out, const char *text);

#endif
