/* SPDX-License-Identifier: ISC */
/*
 * request_lines: the lines of a mail's text that the person wrote now: without quotes and what
 * announces them, signatures, what mail programs add, comments, and everything behind a line that
 * ends the request.  Addresses that were broken over lines come out whole.  Linear in the text.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_REQUEST_LINES_H
#define WWW4MAIL_AGENT_REQUEST_REQUEST_LINES_H

#include "agent/base/arena.h"

struct request_lines {
    struct arena *arena;
    struct span rest;
    size_t joins;     /* left; joined lines live in the arena */
    bool behind_tail; /* the line before was one that a mail program adds */
    bool failed;      /* the arena is exhausted */
};

void request_lines_begin(struct request_lines *lines, struct arena *arena, struct span text);

/* The next line, trimmed; an empty one between paragraphs.  False at the end of the request. */
bool request_lines_next(struct request_lines *lines, struct span *line_out);

/* ---- request_marks.c: what a line is, seen alone ---- */

/* END, QUIT, STOP, a run of dashes, a signature, a forwarded or original mail: the request ends. */
bool request_line_ends(struct span line);

/* "Sent from my phone" and its like. */
bool request_line_is_tail(struct span line);

/* "On Monday X wrote:" in the languages people write. */
bool request_line_attributes(struct span line);

/* The line ends as an attribution does, one that began on the line before. */
bool request_line_ends_attribution(struct span line);

/* "From: ..." that begins the header block of an unquoted original, and the fields behind it. */
bool request_line_is_from_field(struct span line);
bool request_line_is_other_field(struct span line);

#endif
