/* SPDX-License-Identifier: ISC */
/*
 * http_fields: the lines of an HTTP head (RFC 9110) and the few fields that are used of it.  Pure:
 * hostile bytes in, short safe texts out.  A text is "" when the field does not say, NULL when the
 * arena is used up.
 */
#ifndef WWW4MAIL_FETCHERS_WEB_HTTP_FIELDS_H
#define WWW4MAIL_FETCHERS_WEB_HTTP_FIELDS_H

#include "agent/base/arena.h"

enum { HTTP_FILE_NAME_MAX = 120 }; /* bytes */

/* The three digits of a status line; 0 when the line is none. */
int http_status(struct span line);

/* "Name: value", the value trimmed; false when the line is no field. */
bool http_field(struct span line, struct span *name_out, struct span *value_out);

/* Content-Type: "text/html", in lower case, without parameters. */
const char *http_type(struct arena *arena, struct span content_type);

/* Its charset parameter, without quotes. */
const char *http_charset(struct arena *arena, struct span content_type);

/* Content-Disposition (RFC 6266, RFC 8187): the last path segment of the name in UTF-8, without
 * control, direction and other characters that file systems dislike, and without dots at its
 * ends. */
const char *http_file_name(struct arena *arena, struct span disposition);

/* Content-Language: the first tag. */
const char *http_language(struct arena *arena, struct span value);

#endif
