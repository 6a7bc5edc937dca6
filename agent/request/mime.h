/* SPDX-License-Identifier: ISC */
/*
 * mime: the pieces of the module that reads mails.  Bytes in, flat tables out; the bytes are
 * hostile, and nothing but the parse child ever runs this.
 */
#ifndef WWW4MAIL_AGENT_REQUEST_MIME_H
#define WWW4MAIL_AGENT_REQUEST_MIME_H

#include "agent/module.h"

struct mailmime;

enum {
    HEADER_MAX_BYTES = 256 * 1024,
    HEADER_MAX_FIELDS = 1000,
    MESSAGE_ID_MAX_BYTES = 250,
    REFERENCES_MAX = 50,
    NESTING_MAX_COMMENTS = 50,
    NESTING_MAX_BOUNDARIES = 1000,
    NESTING_MAX_MESSAGES = 100
};

/* reader_ops. */
enum module_result mime_headers(struct call *call, struct span block, struct buffer *headers_out);
enum module_result mime_parts(struct call *call, struct span mail,
                              bool (*html_to_text)(void *context, struct span html,
                                                   struct span charset, struct buffer *text_out),
                              void *context, struct buffer *parts_out);

/* NULL when a recursive parser may see this mail, else what is nested too deeply in it. */
const char *mime_nesting(struct span mail);

/* A parameter of a part's Content-Type, or NULL. */
const char *mime_parameter(const struct mailmime *part, const char *name);

/* True when it is meant to be kept as a file rather than read (RFC 2183). */
bool mime_is_attachment(const struct mailmime *part);

/* The part's file name (RFC 2183, RFC 2231), UTF-8, without folders; nothing when it has none. */
void mime_file_name(const struct mailmime *part, struct buffer *name_out);

/* Appends the name of a file: the last step of a path, one line of UTF-8, 255 bytes at most. */
void mime_name(struct span text, struct buffer *name_out);

/* Text in whatever encoding -> valid UTF-8 with LF line ends and no NUL.  An unknown or missing
 * charset is taken for UTF-8 when the bytes are, else for windows-1252. */
bool mime_text(struct span bytes, struct span charset, struct buffer *text_out);

/* Undoes format=flowed (RFC 3676 section 4): joined lines; quoted ones begin with as many `>` as
 * they are deep and a blank. */
bool flowed_join(struct span text, bool delete_space, struct buffer *out);

/* A file found in a text: its encoded lines are not part of the text any more. */
struct uuencode_file {
    struct span name, lines;
};

/*
 * Copies lines of `rest` to `text_out` up to the next uuencoded file, which is taken off `rest` as
 * well.  True with a file; false at the end of the text.  Cut files count.
 */
bool uuencode_next(struct span *rest, struct buffer *text_out, struct uuencode_file *file_out);
void uuencode_decode(struct span lines, struct buffer *out);

#endif
