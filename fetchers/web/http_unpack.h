/* SPDX-License-Identifier: ISC */
/*
 * http_unpack: takes gzip (RFC 1952) and deflate (RFC 1950, and RFC 1951 as some servers send it) off
 * a body as it arrives, and tells whether it came to its end: a body that was cut while it was packed
 * has the right length.  One packing; what is packed twice is refused.  Private to the http module.
 */
#ifndef WWW4MAIL_FETCHERS_WEB_HTTP_UNPACK_H
#define WWW4MAIL_FETCHERS_WEB_HTTP_UNPACK_H

#include "agent/base/span.h"

#include <zlib.h>

enum http_packing { HTTP_PACKED_NOT, HTTP_PACKED_GZIP, HTTP_PACKED_DEFLATE, HTTP_PACKED_UNKNOWN };

/* All zero bytes is one of a body that is not packed. */
struct http_unpack {
    enum http_packing packing;
    z_stream stream;
    bool begun, ended;
};

/* A Content-Encoding field; several add up. */
void http_unpack_field(struct http_unpack *unpack, struct span value);

/* Where unpacked bytes go; false ends it. */
typedef bool (*http_unpack_sink)(void *context, struct span bytes);

enum http_unpack_result { HTTP_UNPACK_OK, HTTP_UNPACK_BROKEN, HTTP_UNPACK_STOPPED };

enum http_unpack_result http_unpack_bytes(struct http_unpack *unpack, struct span bytes,
                                          http_unpack_sink sink, void *context);
/* Did it come to its end, with its sum right? */
bool http_unpack_is_whole(const struct http_unpack *unpack);
void http_unpack_free(struct http_unpack *unpack);

#endif
