/* SPDX-License-Identifier: ISC */
/*
 * sniff: what a page's bytes are, where the declared type says nothing or cannot be true (after the
 * MIME Sniffing standard, then libmagic).  A type that says something is believed.
 */
#ifndef WWW4MAIL_RENDER_SNIFF_H
#define WWW4MAIL_RENDER_SNIFF_H

#include "agent/base/span.h"

enum { SNIFF_TYPE_SIZE = 128 };

/* True for declared types that sniff_type looks behind; `declared` may be NULL. */
bool sniff_wanted(const char *declared);

/* The type, in lower case; "" becomes "application/octet-stream" at worst.  `magic` is an open
 * magic_t or NULL. */
void sniff_type(struct span bytes, const char *declared, void *magic,
                char type_out[SNIFF_TYPE_SIZE]);

bool sniff_is_html(const char *type);

/* True for types whose bytes are characters. */
bool sniff_is_text(const char *type);

#endif
