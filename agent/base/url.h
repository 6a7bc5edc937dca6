/* SPDX-License-Identifier: ISC */
/*
 * url: parsing, normalising and resolving of hierarchical URLs (RFC 3986 with the WHATWG repairs
 * that pages in the wild need: blanks, backslashes in http(s) paths, missing slashes are not
 * repaired in what a person writes, only in what a page links to).  Judges no address.
 *
 * A canonical URL is ASCII: scheme and host in lower case, host without a trailing dot, IDN as
 * punycode (IDNA 2008, nontransitional), default port left out, path never empty, dot segments
 * removed, bytes that may not stand in a URL percent-encoded, fragment split off.
 */
#ifndef WWW4MAIL_BASE_URL_H
#define WWW4MAIL_BASE_URL_H

#include "agent/base/arena.h"
#include "agent/base/fault.h"

enum { URL_MAX_BYTES = 2000 };

struct url {
    const char *text;     /* canonical, without the fragment */
    const char *scheme;   /* "http" */
    const char *host;     /* "example.org", "192.0.2.1", "[2001:db8::1]" */
    uint16_t port;        /* explicit or the scheme's own; 0 when the scheme has none */
    const char *path;     /* with the query, starts with '/' */
    const char *fragment; /* "" when absent */
};

/*
 * Reads an absolute URL with an authority (http, https, ftp, gopher ...).  Refuses with a fault
 * (FAULT_BAD_URL, FAULT_SCHEME): user info, a backslash or control byte or blank in the authority,
 * zone ids, NUL, an empty or over-long host, a host whose last label is a number without being a
 * canonical dotted IPv4 (0x7f.1, 1.2.3.4.5, 4294967297), a port out of range, more than
 * URL_MAX_BYTES, a scheme without an authority (mailto, javascript, data, file).
 */
bool url_parse(struct arena *arena, struct span text, struct url *url_out, struct fault *fault);

/* The port a scheme has when a URL names none; 0 when it has none that is known here. */
uint16_t url_scheme_port(const char *scheme);

/*
 * Resolves a link of a page against its base, leniently, as browsers do (RFC 3986 section 5).
 * The result is absolute and safe to print; it may have any scheme.  False when there is nothing
 * sensible to make of it (then show the link's words alone).  Without a base (NULL) only absolute
 * links resolve.
 */
bool url_resolve(struct arena *arena, const struct url *base, struct span link,
                 struct span *absolute_out);

/* True for "http" and "https" targets whose host names this machine in words (localhost,
 * x.localhost): an early, friendlier refusal; the address decides at connect time. */
bool url_names_localhost(const struct url *url);

#endif
