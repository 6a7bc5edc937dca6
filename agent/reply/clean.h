/* SPDX-License-Identifier: ISC */
/*
 * clean: text from outside made fit for a mail that somebody reads: sound UTF-8, no control
 * characters, one line where one line is meant, no longer than there is room for.
 */
#ifndef WWW4MAIL_AGENT_REPLY_CLEAN_H
#define WWW4MAIL_AGENT_REPLY_CLEAN_H

#include "agent/base/arena.h"

/*
 * Takes one character off `rest`.  *character_out is its bytes; U+FFFD stands for every byte that
 * begins no sound UTF-8.  False when nothing is left.
 */
bool clean_next(struct span *rest, struct span *character_out, uint32_t *code_out);

/* C0 (the tab too), DEL and C1. */
bool clean_is_control(uint32_t code);

/*
 * One line: runs of blanks, controls and line separators become one blank, characters that turn
 * the direction of a whole line are dropped, ends are trimmed.  What exceeds `max_characters` or
 * `max_bytes` is cut at a character and ends in "...".  NULL when the arena is exhausted.
 */
char *clean_line(struct arena *arena, struct span text, size_t max_characters, size_t max_bytes);

/*
 * A name for a file: the last segment of a path, without what file systems refuse, its extension
 * kept when it is shortened; "page" when nothing is left.  NULL when the arena is exhausted.
 */
char *clean_file_name(struct arena *arena, struct span name);

/* The same in letters, digits, '.', '_' and '-' alone: safe in a command line that is typed off. */
char *clean_plain_name(struct arena *arena, const char *file_name);

#endif
