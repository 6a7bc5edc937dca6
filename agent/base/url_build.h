/* SPDX-License-Identifier: ISC */
/*
 * url_build: how url_parse and url_resolve put a canonical URL together, in arrays of fixed size
 * and without taking memory.  For agent/base/url*.c only.
 */
#ifndef WWW4MAIL_BASE_URL_BUILD_H
#define WWW4MAIL_BASE_URL_BUILD_H

#include "agent/base/url.h"

enum { URL_HOST_SIZE = 256 };

/* A text that grows up to URL_MAX_BYTES and is marked `full` instead of going beyond. */
struct url_text {
    char at[URL_MAX_BYTES + 1]; /* NUL-terminated */
    size_t len;
    bool full;
};

void url_text_init(struct url_text *text);
void url_text_add(struct url_text *text, struct span bytes);
void url_text_add_lower(struct url_text *text, struct span bytes);

/* Appends with every byte that may not stand there percent-encoded, and percent-encoded letters,
 * digits, - . _ ~ decoded (RFC 3986 section 6.2.2); `?` stays itself in a query only. */
void url_text_encode(struct url_text *text, struct span bytes, bool query);

/* Appends a path that starts with '/', encoded, its dot segments removed (section 5.2.4). */
void url_text_path(struct url_text *text, struct span path);

/* The value of a hexadecimal digit, or -1. */
int url_hex_value(char c);

/* The length of the scheme in front of the first colon; 0 when there is none. */
size_t url_scheme_length(struct span text);

/* Schemes that name no place on the net (javascript, data, file ...). */
bool url_scheme_is_local(struct span scheme);

/* Schemes whose links browsers repair (http, https, ftp). */
bool url_scheme_is_special(struct span scheme);

/* Splits behind the path, and behind the query; the parts keep their `?` and `#`. */
void url_split(struct span text, struct span *path_out, struct span *query_out,
               struct span *fragment_out);

/* The host in canonical form; NULL when sound, else a sentence for the asker. */
const char *url_host(struct span raw, char host_out[URL_HOST_SIZE]);

struct url_build {
    struct url_text text, fragment; /* the fragment without its '#' */
    size_t scheme_len, host_at, host_len, path_at;
    uint16_t port;
    enum fault_code code; /* of a refusal */
};

/* Reads an absolute URL; NULL when sound, else a sentence for the asker. */
const char *url_build(struct url_build *build, struct span text);

#endif
