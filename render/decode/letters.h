/* SPDX-License-Identifier: ISC */
/*
 * letters: the charset that the frequency of letters speaks for, by uchardet.  Few pages need it and
 * it brings a second language's library along, so it is opened only where somebody asks for it, from
 * a file, and stays with the process.
 */
#ifndef WWW4MAIL_RENDER_LETTERS_H
#define WWW4MAIL_RENDER_LETTERS_H

#include "agent/base/span.h"

/* False when it is not there. */
bool letters_open(void);

/* Reads no file.  The name as uchardet writes it, "" for none; false when it is not open. */
bool letters_guess(struct span bytes, char name_out[32]);

#endif
