/* SPDX-License-Identifier: ISC */
/*
 * sniff: what a page's bytes are, where the declared type says nothing or cannot be true (after the
 * MIME Sniffing standard, then libmagic).  A type that says something is believed.
 */
#ifndef WWW4MAIL_RENDER_SNIFF_H
#define WWW4MAIL_RENDER_SNIFF_H

#include "agent/base/span.h"

enum { SNIFF_TYPE_SIZE = 128, SNIFF_REACH = 1445 /* bytes that are looked at */ };

struct magic_types; /* render/decode/magic_types.h */

/* True for declared types that sniff_type looks behind; `declared` may be NULL. */
bool sniff_wanted(const char *declared);

/* The type, in lower case; "" becomes "application/octet-stream" at worst.  `magic` is an open
 * magic_t or NULL. */
void sniff_type(struct span bytes, const char *declared, const struct magic_types *magic,
                char type_out[SNIFF_TYPE_SIZE]);

/* The type by which a builder is chosen before there are any bytes: what is declared, under its
 * usual name; where that says nothing but "text", what the name of the file or the path of the URL
 * ends with.  All three may be NULL. */
const char *sniff_named(const char *declared, const char *url, const char *file_name);

/* ---- the bytes ---- */

/* Nothing is declared, or only that there are bytes. */
bool sniff_says_nothing(const char *declared);

/* Bytes that no text has, among the first ones. */
bool sniff_is_binary(struct span bytes);

/* Behind a mark, blanks, comments and an XML declaration stands a tag that only HTML has. */
bool sniff_looks_like_html(struct span bytes);

/* The type of a feed whose root element stands first, or NULL. */
const char *sniff_feed(struct span bytes);

/* ---- types ---- */

bool sniff_is_html(const char *type);

/* True for types whose bytes are characters. */
bool sniff_is_text(const char *type);

#endif
