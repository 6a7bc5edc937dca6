/* SPDX-License-Identifier: ISC */
/*
 * mime_header: header fields of a mail, folded at 76 columns (RFC 5322), with encoded words
 * (RFC 2047) and extended parameters (RFC 2231).  Whatever a caller passes, no byte outside
 * printable ASCII and no line end of its own gets into a field.
 */
#ifndef WWW4MAIL_AGENT_REPLY_MIME_HEADER_H
#define WWW4MAIL_AGENT_REPLY_MIME_HEADER_H

#include "agent/base/buffer.h"

struct mime_field {
    struct buffer *out;
    size_t column;
    bool fresh; /* nothing stands behind the colon yet */
};

struct mime_field mime_field_begin(struct buffer *out, const char *name);

/* One word that is never broken, a blank or a fold before it; bytes that are no printable ASCII
 * become '?'. */
void mime_field_word(struct mime_field *field, struct span word);

/* Running text: as it is when it is ASCII and cannot be mistaken for an encoded word, else encoded
 * words of at most 75 characters, each of whole UTF-8 characters. */
void mime_field_text(struct mime_field *field, struct span text);

/* "; name=value", quoted where needed; a value beyond ASCII as name*=utf-8''..., in numbered
 * sections when it is long. */
void mime_field_parameter(struct mime_field *field, const char *name, struct span value);

void mime_field_end(struct mime_field *field);

/* A whole field of one text. */
void mime_field_line(struct buffer *out, const char *name, const char *text);

/* True when the text is a token of RFC 2045, at least one character and at most 100. */
bool mime_is_token(struct span text);

#endif
