/* SPDX-License-Identifier: ISC */
/*
 * request_urls: finding addresses of pages in what people write, and undoing what mail programs
 * did to them.  An address is never judged here, only cut out and mended.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_REQUEST_URLS_H
#define WWW4MAIL_AGENT_REQUEST_REQUEST_URLS_H

#include "agent/base/arena.h"

enum url_likeness {
    URL_NOT,
    URL_BARE,    /* example.org, example.org/path */
    URL_EXPLICIT /* a scheme, or www. */
};

/* A word of a line: blanks of all kinds, `<`, `>` and `"` part words. */
struct request_word {
    struct span text;
    bool bracketed; /* it stood behind a `<` */
};

/* Takes the next word off the line; false when none is left. */
bool request_word_next(struct span *line, struct request_word *word_out);

/* Without the brackets, quotes and punctuation around it; a `)` that closes a `(` inside stays. */
struct span request_url_trim(struct span word);

/* What a word is, once trimmed. */
enum url_likeness request_url_likeness(struct span word);

/* The explicit address inside a word such as `page](https://example.org/)`; empty when none. */
struct span request_url_inside(struct span word);

/* Trimmed, commas in the host's place of dots, safe-link wrappers undone.  NULL when the arena is
 * exhausted. */
const char *request_url_repair(struct arena *arena, struct span word);

/* Without blanks of any kind around it (no-break space, byte order mark ...). */
struct span request_trim(struct span text);

#endif
