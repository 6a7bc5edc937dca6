/* SPDX-License-Identifier: ISC */
/* magic_types: what libmagic takes bytes for.  Opened only where a type is wanted, with its data base,
 * from files; asking reads none. */
#ifndef WWW4MAIL_RENDER_MAGIC_TYPES_H
#define WWW4MAIL_RENDER_MAGIC_TYPES_H

#include "agent/base/arena.h"
#include "agent/base/span.h"

struct magic_types;

/* Lives as long as the process.  NULL when the library or its data base is not there; *why_out then
 * says which, if it is known. */
struct magic_types *magic_types_open(struct arena *arena, const char **why_out);

/* NULL when it does not know; valid until the next question. */
const char *magic_types_guess(const struct magic_types *types, struct span bytes);

#endif
