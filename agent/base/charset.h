/* SPDX-License-Identifier: ISC */
/*
 * charset: bytes in a named character encoding -> valid UTF-8, after the labels and mappings of the
 * WHATWG Encoding standard, with a few DOS code pages that mail still has.  Names are a closed
 * list.  Bytes that mean nothing become U+FFFD; nothing is guessed.
 */
#ifndef WWW4MAIL_BASE_CHARSET_H
#define WWW4MAIL_BASE_CHARSET_H

#include "agent/base/buffer.h"

/* The standard's name of an encoding ("windows-1252" for "latin1"), lower case; NULL when the
 * label is not known. */
const char *charset_name(struct span label);

/*
 * Appends the bytes as UTF-8, without a leading byte order mark.  False, with nothing appended,
 * when the label is not known or its converter cannot be had; false and `out` failed when the
 * text does not fit.
 */
bool charset_to_utf8(struct span bytes, struct span label, struct buffer *out);

/* True when it is UTF-8 without overlong forms, surrogates or code points above U+10FFFF. */
bool charset_is_utf8(struct span bytes);

/* Appends valid UTF-8: what is sound as it is, the rest as U+FFFD. */
bool charset_clean_utf8(struct span bytes, struct buffer *out);

/* The same for one line: each run of control characters (C0, DEL, C1), line and paragraph
 * separators and bidirectional overrides and isolates becomes one blank. */
bool charset_clean_line(struct span bytes, struct buffer *out);

/*
 * The next code point of `rest`, which is taken off; U+FFFD for bytes that are no UTF-8, as many
 * as the standard's decoder takes at once.  False at the end.
 */
bool charset_next(struct span *rest, uint32_t *code_out);

/* Appends a code point as UTF-8; surrogates and what lies above U+10FFFF as U+FFFD. */
bool charset_add(struct buffer *out, uint32_t code);

/*
 * The Chinese, Japanese and Korean converters are the C library's, which may keep them in files.
 * A process that will lose its files holds them open from before; the others need no file.
 * Opening is cheap where a parent of this process holds them already.
 */
enum { CHARSET_HELD = 6 };

struct charset_held {
    void *converters[CHARSET_HELD]; /* NULL: not there */
};

void charset_hold(struct charset_held *held_out);
void charset_release(struct charset_held *held);

#endif
