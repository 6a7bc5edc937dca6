/* SPDX-License-Identifier: ISC */
/* nearest: which known word a misspelt one was meant to be, for "did you mean". */
#ifndef WWW4MAIL_AGENT_CONFIG_NEAREST_H
#define WWW4MAIL_AGENT_CONFIG_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *wanted;
    const char *word; /* the best so far, or NULL: none is near enough */
    size_t distance;
};

struct nearest nearest_to(const char *wanted);

/* Offers a known word, which must outlive the use of `word`. */
void nearest_offer(struct nearest *nearest, const char *word);

#endif
