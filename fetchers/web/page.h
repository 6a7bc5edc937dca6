/* SPDX-License-Identifier: ISC */
/*
 * page: a thing fetched from outside.  Its bytes lie in a sealed memory file and are never looked
 * at by the worker; facts about them come from the parse child.
 */
#ifndef WWW4MAIL_FETCHERS_WEB_PAGE_H
#define WWW4MAIL_FETCHERS_WEB_PAGE_H

#include <stdint.h>

struct page {
    const char *url;       /* where it came from: the target's canonical URL */
    int status;            /* the protocol's status; 200 where it has none */
    const char *redirect;  /* absolute URL to go to instead, or NULL; then there are no bytes */
    const char *type;      /* declared, lower case, without parameters: "text/html"; "" unknown */
    const char *charset;   /* declared by the protocol; "" when not */
    const char *file_name; /* suggested by the server, one path segment; "" when not */
    const char *language;  /* Content-Language; "" when not */
    int fd;                /* sealed memory file, or -1; the holder of the page closes it */
    uint64_t size;         /* bytes in fd */
};

#endif
